//! What operators do to accounts.

use super::schema::{MIGRATIONS, events, sessions, users};
use crate::store::{self, Databases, Store};
use crate::tasks::Tasks;
use crate::{Caller, Environment, Error};
use shared::auth::SecurityEventKind;
use shared::value::Email;
use shared::{Service, UserId};

/// How many people are signed out in one commit.
const BATCH: u64 = 200;

/// Ends the sessions of one address' accounts, or of everybody, and makes their browsers unknown again. Returns how many sessions
/// have ended. A process that runs meanwhile notices within seconds.
///
/// # Errors
/// If the database of `auth` is missing or away; who was signed out until then stays so.
pub async fn end_sessions(databases: &Databases, of: Option<Email>, environment: &Environment) -> Result<u64, Error> {
    // Creates no database where there is none.
    databases.connect_for_command(Service::Auth).await?.close().await?;
    let tasks = Tasks::default();
    let store = store::open(Service::Auth, databases, MIGRATIONS, environment.clone(), &tasks).await?;
    if let Some(email) = of {
        let accounts = users::of_address(store.read(), &email).await?;
        return sign_out(&store, accounts.iter().map(users::UserRow::user_id).collect()).await;
    }
    let mut ended = 0;
    loop {
        let people = sessions::people(store.read(), BATCH).await?;
        if people.is_empty() {
            return Ok(ended);
        }
        ended += sign_out(&store, people).await?;
    }
}

async fn sign_out(store: &Store, people: Vec<UserId>) -> Result<u64, Error> {
    let caller = Caller::anonymous(store.environment().new_id());
    let write = store.write(store.root_cause(), move |tx| {
        Box::pin(async move {
            let mut ended = 0;
            for person in people {
                sessions::delete_devices_of_user(tx, person).await?;
                let sessions = sessions::delete_of_user(tx, person, None).await?;
                if sessions > 0 {
                    events::record(tx, &caller, person, SecurityEventKind::SessionRevoked).await?;
                }
                ended += sessions;
            }
            Ok(ended)
        })
    });
    write.await
}
