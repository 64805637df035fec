//! Delivering what is written: outside any transaction, so that a mail server that is slow or away holds up nothing.

use super::transport::{Delivery, Undelivered};
use crate::Error;
use crate::services::auth::rules;
use crate::services::auth::schema::{self, mails};
use crate::store::Store;
use futures::future::join_all;
use shared::Instant;

/// Delivers mails whose time has come, some at once, and says when the next one's time is.
///
/// A mail is first put off, then delivered: no other process of this service takes it meanwhile, and if this one dies
/// before it could note what became of the mail, it is delivered again after that pause, as the same mail.
///
/// # Errors
/// If the database is away.
pub async fn deliver_due(store: &Store, delivery: &Delivery) -> Result<Option<Instant>, Error> {
    let now = store.environment().now();
    match schema::next_mail(store.read()).await? {
        Some(due) if due <= now => {}
        later => return Ok(later),
    }
    let claimed = store.write(store.root_cause(), |tx| Box::pin(schema::claim_mails(tx))).await?;
    let delivered = join_all(claimed.into_iter().map(async |(mail, address)| {
        let outcome = match address {
            Some(address) => delivery.deliver(&mail, &address).await,
            None => Err(Undelivered::because("the person has no account any more")),
        };
        (mail, outcome)
    }));
    for (mail, outcome) in delivered.await {
        settle(store, mail, outcome).await?;
    }
    // More may wait than fits one step.
    Ok(Some(now))
}

/// Notes what became of a mail. It is complained about when it fails first, and when it is given up.
async fn settle(store: &Store, mail: mails::Model, outcome: Result<(), Undelivered>) -> Result<(), Error> {
    let Err(reason) = outcome else {
        return store.write(store.root_cause(), |tx| Box::pin(schema::set_sent(tx, mail.key))).await;
    };
    let given_up = !rules::is_recent(Instant::from_millis(mail.written_at), store.environment().now());
    let (kind, name) = (mail.kind.clone(), mail.key.clone());
    match (given_up, mail.attempts) {
        (true, _) => tracing::error!(kind, mail = name, %reason, "a mail is given up"),
        (false, 1) => {
            tracing::warn!(kind, mail = name, %reason, "a mail could not be delivered, it will be tried again")
        }
        (false, _) => tracing::debug!(kind, mail = name, %reason, "a mail could not be delivered again"),
    }
    let reason = reason.to_string();
    store.write(store.root_cause(), move |tx| Box::pin(schema::set_undelivered(tx, mail.key, reason, given_up))).await
}
