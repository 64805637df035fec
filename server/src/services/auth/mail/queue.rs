//! The queue of mails: written with the event that they report, delivered outside of any transaction, so that a slow mail
//! server blocks nothing else.

use super::templates::MailContent;
use super::transport::{DeliveryError, MailTransport};
use crate::Error;
use crate::services::auth::rules;
use crate::services::auth::rules::Counter;
use crate::services::auth::schema::attempts;
use crate::services::auth::schema::mails;
use crate::store::{Millis, Store, Text, Tx};
use futures::future::join_all;
use shared::Instant;

/// Queues a mail. Of one kind there is at most one for each order or payment and recipient, however often its event arrives.
pub async fn enqueue(tx: &Tx, content: MailContent) -> Result<(), Error> {
    let key = format!("{}/{}/{}", content.kind, content.about_id, content.recipient_id);
    insert(tx, key, None, content).await
}

/// Queues a mail about an account to an address, unless that has received enough of them. Returns whether it is queued: a link
/// that is not mailed is not made either.
pub async fn enqueue_to(tx: &Tx, address: &str, content: MailContent) -> Result<bool, Error> {
    let within_limits = is_within_limits(tx, address, &content).await?;
    if within_limits {
        enqueue_beyond_limits(tx, address, content).await?;
    }
    Ok(within_limits)
}

/// Queues a mail to an address that need not have an account, unless that has received enough mails. There is at most one of a kind
/// for each thing that it is about.
pub async fn enqueue_once_to(tx: &Tx, address: &str, content: MailContent) -> Result<(), Error> {
    if !is_within_limits(tx, address, &content).await? {
        return Ok(());
    }
    let key = format!("{}/{}/{}", content.kind, content.about_id, content.recipient_id);
    insert(tx, key, Some(address.to_owned()), content).await
}

async fn is_within_limits(tx: &Tx, address: &str, content: &MailContent) -> Result<bool, Error> {
    let deleted = attempts::find(tx.db(), &Counter::MailsTo(address.to_owned()).key()).await?.failures;
    let deleted = u64::try_from(deleted).unwrap_or_default();
    for (most, interval) in rules::MAIL_LIMITS {
        if mails::count_to(tx.db(), address, tx.now() - interval).await? + deleted >= most {
            let (user, kind) = (content.recipient_id, content.kind);
            tracing::warn!(%user, %kind, "mail not sent: its address has received too many");
            return Ok(false);
        }
    }
    Ok(true)
}

/// Queues a mail that its reader needs even if strangers have used up the mails of the address. The caller limits how often it is
/// sent.
pub async fn enqueue_beyond_limits(tx: &Tx, address: &str, content: MailContent) -> Result<(), Error> {
    let key = format!("{}/{}", content.kind, tx.new_id::<uuid::Uuid>());
    insert(tx, key, Some(address.to_owned()), content).await
}

/// Without an address, a mail goes to the one that its recipient has when it is delivered.
async fn insert(tx: &Tx, key: String, address: Option<String>, content: MailContent) -> Result<(), Error> {
    let mut row = mails::Model {
        key,
        user_id: content.recipient_id.uuid(),
        address,
        kind: Text(content.kind),
        subject: content.subject,
        body: content.body,
        state: Text(mails::MailState::Waiting),
        attempts: 0,
        reason: None,
        next_try_at: None,
        account_next_try_at: None,
        created_at: Millis(tx.now()),
        sent_at: None,
    };
    row.try_at(tx.now());
    mails::insert(tx, row).await
}

/// Delivers mails that are due, several at once, and returns when the next one is due.
///
/// A mail is postponed before it is delivered: no other process of this service takes it meanwhile. If this process dies
/// before it records the outcome, the mail is delivered again after that delay, with the same message id.
///
/// # Errors
/// If the database is away.
pub async fn deliver_due(store: &Store, transport: &MailTransport) -> Result<Option<Instant>, Error> {
    let now = store.environment().now();
    let next = mails::next_due(store.read()).await?;
    if next.is_none_or(|next| next > now) {
        return Ok(next);
    }
    let claimed = store.write(store.root_cause(), |tx| Box::pin(mails::claim(tx))).await?;
    let deliveries = join_all(claimed.into_iter().map(async |(mail, address)| {
        let outcome = match address {
            Some(address) => transport.deliver(&mail, &address).await,
            None => Err(DeliveryError::new("the recipient has no verified address any more")),
        };
        (mail, outcome)
    }));
    for (mail, outcome) in deliveries.await {
        record_outcome(store, mail, outcome).await?;
    }
    // More mails may be due than fit one step.
    Ok(Some(now))
}

/// Retries stay quiet: only the first failure and the last one are logged where operators see them.
async fn record_outcome(store: &Store, mail: mails::Model, outcome: Result<(), DeliveryError>) -> Result<(), Error> {
    let Err(error) = outcome else {
        store.write(store.root_cause(), |tx| Box::pin(mails::mark_sent(tx, mail.key))).await?;
        metrics::counter!("mails_total", "outcome" => "sent").increment(1);
        return Ok(());
    };
    let give_up = !rules::is_worth_mailing(mail.created_at.0, store.environment().now());
    let (key, attempts) = (&mail.key, mail.attempts);
    if give_up {
        tracing::error!(mail = key, attempts, %error, "mail not delivered, given up");
    } else if attempts == 1 {
        tracing::warn!(mail = key, attempts, %error, "mail not delivered, retrying");
    } else {
        tracing::debug!(mail = key, attempts, %error, "mail not delivered, retrying");
    }
    let reason = error.to_string();
    store.write(store.root_cause(), move |tx| Box::pin(mails::mark_undelivered(tx, mail.key, reason, give_up))).await?;
    metrics::counter!("mails_total", "outcome" => if give_up { "given_up" } else { "delayed" }).increment(1);
    Ok(())
}
