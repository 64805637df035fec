//! A mail leaves once, whatever becomes of the news, the mail server and the process.

use super::mail::queue as mails;
use super::mail::templates::tests::{BUYER, SELLER, SITE, order};
use super::schema::{MIGRATIONS, insert_person, mails as rows};
use super::{Auth, Delivery, events};
use crate::config::Mail;
use crate::services::ServiceHandler;
use crate::store::{Databases, open};
use crate::tasks::Tasks;
use crate::{Environment, Error};
use sea_orm::EntityTrait;
use shared::auth::User;
use shared::orders::OrderState;
use shared::{Envelope, Event, Id, Instant, Service, value::Email};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

const BEGINNING: Instant = Instant::from_millis(1_795_521_600_000);

/// The service alone, with a buyer and a seller.
struct Desk {
    folder: TempDir,
    environment: Environment,
    auth: Arc<Auth>,
}

impl Desk {
    async fn opens(mail: impl FnOnce(&TempDir) -> Mail) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let environment = Environment::simulated(1, BEGINNING);
        let databases = Databases::Folder(folder.path().to_owned());
        let store = open(Service::Auth, &databases, MIGRATIONS, environment.clone(), &Tasks::default()).await;
        let delivery = Delivery::new(&mail(&folder), "Ticketing <tickets@example.org>").expect("it can be used");
        let auth = Auth::new(store.expect("it opens"), true, SITE.to_owned(), delivery);
        let desk = Desk { folder, environment, auth };
        for (id, name) in [(BUYER, "buyer"), (SELLER, "seller")] {
            let user = User { id, email: Email::try_from(format!("{name}@example.org")).expect("an address") };
            let store = &desk.auth.store;
            let write = store.write(store.root_cause(), move |tx| {
                Box::pin(async move { insert_person(tx, &user, String::new()).await })
            });
            write.await.expect("they are new");
        }
        desk
    }

    async fn hears(&self, version: u64, state: OrderState, occurred_at: Instant) {
        let mut order = order(state, None);
        order.version = version;
        order.lines.retain(|line| line.seller_id == SELLER);
        let envelope = Envelope {
            id: Id::new(self.environment.new_id()),
            subject: shared::orders::OrderChanged::SUBJECT,
            aggregate_id: order.aggregate(),
            version,
            occurred_at,
            correlation_id: Uuid::nil(),
            causation_id: Uuid::nil(),
            schema: 1,
            body: serde_json::to_value(order).expect("it can be written"),
        };
        let store = &self.auth.store;
        let heard = store.write(store.root_cause(), move |tx| {
            Box::pin(async move { events::order_changed(tx, &envelope, SITE).await })
        });
        heard.await.expect("it can be heard");
    }

    /// Ticks until there is nothing left to do now.
    async fn ticks(&self) -> Result<(), Error> {
        while self.auth.clone().tick().await?.is_some_and(|next| next <= self.environment.now()) {}
        Ok(())
    }

    async fn rows(&self) -> Vec<rows::Model> {
        rows::Entity::find().all(self.auth.store.read()).await.expect("the database is there")
    }

    async fn states(&self) -> Vec<String> {
        self.rows().await.into_iter().map(|row| row.state).collect()
    }
}

/// A mail server that refuses as many mails as told before it accepts them.
struct Server {
    address: String,
    accepted: Arc<Mutex<Vec<String>>>,
    refused: Arc<AtomicUsize>,
}

impl Server {
    async fn starts(refusals: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there are ports");
        let address = format!("smtp://{}", listener.local_addr().expect("it is bound"));
        let server = Server { address, accepted: Arc::default(), refused: Arc::default() };
        let (accepted, refused) = (server.accepted.clone(), server.refused.clone());
        Tasks::default().spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // One after the other is enough.
                let _ = converse(stream, &accepted, &refused, refusals).await;
            }
        });
        server
    }

    fn accepted(&self) -> Vec<String> {
        self.accepted.lock().expect("nobody panics with it").clone()
    }
}

/// RFC 5321, as far as one mail goes.
async fn converse(
    stream: TcpStream,
    accepted: &Mutex<Vec<String>>,
    refused: &AtomicUsize,
    refusals: usize,
) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 mail.example.org\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250-mail.example.org\r\n250 8BITMIME\r\n",
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail = mail + &line + "\n";
                }
                if refused.load(Ordering::SeqCst) < refusals {
                    refused.fetch_add(1, Ordering::SeqCst);
                    "451 not now, says seller@example.org\r\n"
                } else {
                    accepted.lock().expect("nobody panics with it").push(mail);
                    "250 thank you\r\n"
                }
            }
            "QUIT" => return writer.write_all(b"221 bye\r\n").await,
            _ => "250 fine\r\n",
        };
        writer.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_mail_that_the_server_refuses_at_first_arrives_once_and_is_marked() {
    let server = Server::starts(2).await;
    let desk = Desk::opens(|_| Mail::Smtp(server.address.clone().into())).await;
    desk.hears(3, OrderState::Complete, BEGINNING).await;

    desk.ticks().await.expect("a refusal is no failure");
    assert_eq!(server.accepted(), [""; 0]);
    for row in desk.rows().await {
        assert_eq!((&*row.state, row.attempts), (rows::WAITING, 1));
        let reason = row.reason.expect("it says why");
        assert_eq!(reason, "the mail server answers 451", "nobody's address is in it");
    }

    desk.environment.advance(Duration::from_secs(29));
    desk.ticks().await.expect("there is nothing to do yet");
    assert_eq!(server.accepted().len(), 0);
    desk.environment.advance(Duration::from_secs(1));
    desk.ticks().await.expect("they are accepted");
    desk.environment.advance(Duration::from_secs(3600));
    desk.ticks().await.expect("there is nothing to do any more");

    let accepted = server.accepted();
    assert_eq!(accepted.len(), 2, "{accepted:?}");
    for to in ["To: buyer@example.org\n", "To: seller@example.org\n"] {
        assert_eq!(accepted.iter().filter(|mail| mail.contains(to)).count(), 1, "{accepted:?}");
    }
    for row in desk.rows().await {
        assert_eq!((&*row.state, row.next_try_at, row.reason), (rows::SENT, None, None));
        assert_eq!((&*row.subject, &*row.body), ("", ""), "what was sent is not kept");
        assert!(row.sent_at.is_some());
    }
}

#[tokio::test]
async fn a_mail_server_that_is_away_leaves_mails_in_the_table_until_they_are_given_up() {
    // Nothing listens on the port of `discard`.
    let desk = Desk::opens(|_| Mail::Smtp("smtp://127.0.0.1:9".to_owned().into())).await;
    desk.hears(3, OrderState::Complete, BEGINNING).await;

    let days = |count: u64| Duration::from_secs(count * 24 * 3600);
    for passed in [days(0), days(1), days(2)] {
        desk.environment.advance(passed);
        desk.ticks().await.expect("it being away is no failure");
        assert_eq!(desk.states().await, [rows::WAITING, rows::WAITING]);
    }
    desk.environment.advance(days(1));
    desk.ticks().await.expect("it still is away");
    assert_eq!(desk.states().await, [rows::GIVEN_UP, rows::GIVEN_UP]);
    assert!(desk.rows().await.iter().all(|row| row.next_try_at.is_none() && row.attempts == 4));
}

#[tokio::test]
async fn two_processes_of_the_service_do_not_deliver_the_same_mail() {
    let server = Server::starts(0).await;
    let desk = Desk::opens(|_| Mail::Smtp(server.address.clone().into())).await;
    desk.hears(3, OrderState::Complete, BEGINNING).await;

    let other = Delivery::new(&Mail::Smtp(server.address.clone().into()), "tickets@example.org").expect("it is right");
    let (one, two) = tokio::join!(desk.ticks(), mails::deliver_due(&desk.auth.store, &other));
    one.and(two).expect("the server is there");

    assert_eq!(server.accepted().len(), 2);
    assert_eq!(desk.states().await, [rows::SENT, rows::SENT]);
}

#[tokio::test]
async fn only_what_is_news_is_worth_a_mail() {
    let desk = Desk::opens(|folder| Mail::Folder(folder.path().join("mails"))).await;

    desk.hears(4, OrderState::Held, BEGINNING).await;
    desk.hears(3, OrderState::Complete, BEGINNING).await;
    assert_eq!(desk.states().await.len(), 0, "what is older than what was heard is no news");
    desk.hears(5, OrderState::Complete, BEGINNING - Duration::from_secs(4 * 24 * 3600)).await;
    assert_eq!(desk.states().await.len(), 0, "what was so days ago is no news");

    desk.hears(6, OrderState::Complete, BEGINNING).await;
    desk.hears(7, OrderState::Complete, BEGINNING).await;
    desk.ticks().await.expect("the folder is there");
    assert_eq!(desk.states().await, [rows::SENT, rows::SENT]);
    let files = std::fs::read_dir(desk.folder.path().join("mails")).expect("it is there");
    assert_eq!(files.count(), 2);
}
