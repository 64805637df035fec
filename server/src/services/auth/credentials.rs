//! Proving a password: throttled and counted in the same way wherever it is asked for.

use super::Auth;
use super::rules::{self, Counter};
use super::schema::users::UserRow;
use super::schema::{attempts, events, sessions, users};
use crate::services::hash_secret;
use crate::store::Tx;
use crate::{Caller, Error};
use shared::auth::SecurityEventKind;
use shared::value::{Email, Password, Secret};
use shared::{Rejection, UserId};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// What the failures of one attempt are counted for.
#[derive(Clone)]
pub struct Throttle {
    counters: Vec<Counter>,
    enabled: bool,
}

/// How an attempt to sign in to an account of an address is throttled.
#[derive(Clone)]
pub struct AddressThrottle {
    throttle: Throttle,
    /// The account that the browser is known for, if nothing but that lets the attempt through.
    only: Option<Uuid>,
}

impl Auth {
    /// Throttles an attempt to sign in to an account of `email`. A browser that has signed in to one before has a counter of its
    /// own for that account, so that others' failures do not delay it.
    ///
    /// # Errors
    /// If the attempt comes too soon.
    pub(super) async fn throttle_address(
        &self,
        caller: &Caller,
        email: &Email,
        device: Option<&Secret>,
    ) -> Result<AddressThrottle, Error> {
        let network = caller.network.clone();
        let mut counters = vec![Counter::AddressAndNetwork { email: email.clone(), network: network.clone() }];
        // Without a network it is this program that calls.
        if !network.is_empty() {
            counters.push(Counter::Network(network));
        }
        let throttled = match self.throttle(counters).await {
            Ok(throttle) => return Ok(AddressThrottle { throttle, only: None }),
            Err(throttled) => throttled,
        };
        let Some(token_hash) = device.map(hash_secret) else { return Err(throttled) };
        let (db, now) = (self.store.read(), self.store.environment().now());
        let accounts = users::of_address(db, email).await?;
        let owner = sessions::owner_of_device(db, &token_hash, now).await?;
        let Some(only) = owner.filter(|owner| accounts.iter().any(|account| account.id == *owner)) else {
            return Err(throttled);
        };
        let throttle = self.throttle(vec![Counter::Device(token_hash)]).await?;
        Ok(AddressThrottle { throttle, only: Some(only) })
    }

    /// Throttles an attempt to create an account or to have a link mailed.
    ///
    /// # Errors
    /// If the attempt comes too soon.
    pub(super) async fn throttle_network(&self, caller: &Caller) -> Result<Throttle, Error> {
        self.throttle(vec![Counter::Visits(caller.network.clone())]).await
    }

    /// Throttles attempts of a person who is signed in to prove the own password: somebody else may have the session.
    ///
    /// # Errors
    /// If the attempt comes too soon.
    pub(super) async fn throttle_person(&self, person: UserId) -> Result<Throttle, Error> {
        self.throttle(vec![Counter::Person(person.to_string())]).await
    }

    async fn throttle(&self, counters: Vec<Counter>) -> Result<Throttle, Error> {
        let throttle = Throttle { counters, enabled: self.rate_limits };
        if throttle.enabled {
            for counter in &throttle.counters {
                let attempts = attempts::find(self.store.read(), &counter.key()).await?;
                rules::throttle(attempts, self.store.environment().now())?;
            }
        }
        Ok(throttle)
    }

    /// The hashes by which the password of one of these accounts is recognised; all have that address.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if too many passwords wait already.
    pub(super) async fn candidates(
        &self,
        password: Password,
        email: &Email,
        accounts: &[UserRow],
    ) -> Result<Vec<String>, Error> {
        let stored = accounts.iter().map(|account| account.password_hash.as_str());
        self.password_hasher.candidates(password, email, stored).await
    }

    /// The account of the person who is signed in.
    ///
    /// # Errors
    /// [`Rejection::SignedOut`] if there is none.
    pub(super) async fn account(&self, person: UserId) -> Result<UserRow, Error> {
        users::find(self.store.read(), person).await?.ok_or(Rejection::SignedOut.into())
    }
}

impl Throttle {
    /// Counts an attempt. Concurrent ones have all passed the check before; here, one transaction at a time, each is counted.
    ///
    /// # Errors
    /// If other attempts have failed meanwhile.
    pub async fn count(&self, tx: &Tx, success: bool) -> Result<(), Error> {
        for counter in &self.counters {
            let key = counter.key();
            let counted = attempts::find(tx.db(), &key).await?;
            if self.enabled {
                rules::throttle(counted, tx.now())?;
            }
            let next = counter.record(counted, success, tx.now());
            if next != counted {
                attempts::set(tx, &key, next).await?;
            }
        }
        Ok(())
    }
}

impl AddressThrottle {
    /// As [`Self::count`], without what the network is counted for.
    ///
    /// # Errors
    /// If other attempts have failed meanwhile.
    pub async fn count_at_address(
        mut self,
        tx: &Tx,
        accounts: &[UserRow],
        matched: Option<&UserRow>,
    ) -> Result<(), Error> {
        self.throttle.counters.retain(|counter| !matches!(counter, Counter::Network(_)));
        self.count(tx, accounts, matched).await
    }

    /// The account whose password has one of these hashes; see [`matching`].
    pub fn matching(&self, accounts: &[UserRow], hashes: &[String]) -> Option<UserRow> {
        let accounts = accounts.iter().filter(|account| self.only.is_none_or(|only| only == account.id));
        matching(&accounts.cloned().collect::<Vec<_>>(), hashes)
    }

    /// Counts an attempt. Only the owner of an address ends its delay: somebody who has made another account of it could
    /// otherwise guess without end, with a sign-in to that account in between.
    ///
    /// # Errors
    /// If other attempts have failed meanwhile.
    pub async fn count(&self, tx: &Tx, accounts: &[UserRow], matched: Option<&UserRow>) -> Result<(), Error> {
        match matched {
            None => self.throttle.count(tx, false).await,
            Some(user) if self.only.is_some() || user.verified_at.is_some() || accounts.len() == 1 => {
                self.throttle.count(tx, true).await
            }
            Some(_) => Ok(()),
        }
    }
}

/// The account whose password has one of these hashes, under the first of them from now on. Compares with as many hashes as an
/// address may have accounts, so that the time does not tell how many there are.
pub fn matching(accounts: &[UserRow], hashes: &[String]) -> Option<UserRow> {
    let present = hashes.first()?;
    let mut found = None;
    for index in 0..=usize::try_from(rules::MAX_ACCOUNTS_PER_ADDRESS).unwrap_or(usize::MAX) {
        let account = accounts.get(index);
        let stored = account.map_or(present, |account| &account.password_hash);
        let equals = |hash: &String| bool::from(stored.as_bytes().ct_eq(hash.as_bytes()));
        let equal = hashes.iter().filter(|hash| equals(hash)).count() > 0;
        if equal && found.is_none() {
            found = account;
        }
    }
    found.map(|account| UserRow { password_hash: present.clone(), ..account.clone() })
}

/// Counts an attempt of a person to prove the own password; `None` if it is wrong. A rejection would roll back the count.
pub async fn prove_own(
    tx: &Tx,
    caller: &Caller,
    throttle: &Throttle,
    person: UserId,
    hashes: &[String],
) -> Result<Option<UserRow>, Error> {
    let user = users::find(tx.db(), person).await?.ok_or(Rejection::SignedOut)?;
    let proved = matching(std::slice::from_ref(&user), hashes);
    throttle.count(tx, proved.is_some()).await?;
    if proved.is_none() {
        events::record(tx, caller, person, SecurityEventKind::SignInFailed).await?;
    }
    Ok(proved)
}
