//! Each mail is delivered once, whatever happens to events, the mail server and the process.

use super::mail::queue;
use super::mail::templates::tests::{BUYER, SELLER, SITE, order};
use super::schema::mails::{self, MailState};
use super::schema::{MIGRATIONS, users};
use super::{Auth, MailTransport, subscriptions};
use crate::config::MailBackend;
use crate::messaging::EventHandler;
use crate::messaging::inbox::{self, Inbox};
use crate::services::ServiceHandler;
use crate::store::{Databases, Text, open};
use crate::tasks::Tasks;
use crate::{Environment, Error};
use sea_orm::EntityTrait;
use shared::auth::User;
use shared::orders::OrderState;
use shared::value::{Email, LanguageTag};
use shared::{Envelope, Event, Id, Instant, Service};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

const START: Instant = Instant::from_millis(1_795_521_600_000);

fn english() -> LanguageTag {
    LanguageTag::try_from("en".to_owned()).expect("a tag")
}

fn transport(backend: &MailBackend) -> MailTransport {
    let from = "Ticketing <tickets@example.org>".parse().expect("an address");
    MailTransport::new(backend, from).expect("it can be used")
}

/// The service alone, with a buyer and a seller.
struct TestService {
    folder: TempDir,
    environment: Environment,
    auth: Arc<Auth>,
    inbox: Inbox,
}

impl TestService {
    async fn start(backend: impl FnOnce(&TempDir) -> MailBackend) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let environment = Environment::simulated(1, START);
        let databases = Databases::Folder(folder.path().to_owned());
        let store = open(Service::Auth, &databases, MIGRATIONS, environment.clone(), &Tasks::default()).await;
        let auth = Auth::open(store.expect("it opens"), true, SITE, transport(&backend(&folder)), true).await;
        let auth = auth.expect("it opens");
        for (id, name) in [(BUYER, "buyer"), (SELLER, "seller")] {
            let user =
                User { id, email: Email::try_from(format!("{name}@example.org")).expect("an address"), verified: true };
            let write = auth.store.write(auth.store.root_cause(), move |tx| {
                Box::pin(async move { users::insert(tx, &user, String::new(), &english()).await })
            });
            write.await.expect("they are new");
        }
        let inbox = Inbox::new(auth.store.clone(), subscriptions(SITE));
        TestService { folder, environment, auth, inbox }
    }

    /// Delivers a version of the one order, as the bus does.
    async fn deliver_order(&self, version: u64, state: OrderState, occurred_at: Instant) {
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
        self.inbox.deliver(&[Arc::new(envelope)]).await.expect("the database is there");
        let pending = inbox::count_pending(self.auth.store.read()).await.expect("the database is there");
        assert_eq!(pending, (0, 0), "the event is handled at once");
    }

    /// Ticks until nothing is due.
    async fn run_until_idle(&self) -> Result<(), Error> {
        while self.auth.clone().tick().await?.is_some_and(|next| next <= self.environment.now()) {}
        Ok(())
    }

    async fn mails(&self) -> Vec<mails::Model> {
        mails::Entity::find().all(self.auth.store.read()).await.expect("the database is there")
    }

    async fn states(&self) -> Vec<MailState> {
        self.mails().await.into_iter().map(|mail| mail.state.0).collect()
    }
}

/// A mail server that refuses some mails before it accepts them.
struct SmtpServer {
    url: String,
    accepted: Arc<Mutex<Vec<String>>>,
}

impl SmtpServer {
    async fn start(refusals: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("there are ports");
        let url = format!("smtp://{}", listener.local_addr().expect("it is bound"));
        let accepted = Arc::new(Mutex::default());
        let server = SmtpServer { url, accepted: accepted.clone() };
        Tasks::default().spawn(async move {
            let refusals = AtomicUsize::new(refusals);
            while let Ok((stream, _)) = listener.accept().await {
                // One connection at a time is enough here.
                let _ = converse(stream, &accepted, &refusals).await;
            }
        });
        server
    }

    fn backend(&self) -> MailBackend {
        MailBackend::Smtp(self.url.clone().into())
    }

    fn accepted(&self) -> Vec<String> {
        self.accepted.lock().expect("no test panics while it holds the lock").clone()
    }
}

/// The part of RFC 5321 that one mail needs.
async fn converse(stream: TcpStream, accepted: &Mutex<Vec<String>>, refusals: &AtomicUsize) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 mail.example.org\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let reply = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250-mail.example.org\r\n250 8BITMIME\r\n",
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    mail = mail + &line + "\n";
                }
                if refusals.load(Ordering::SeqCst) > 0 {
                    refusals.fetch_sub(1, Ordering::SeqCst);
                    "451 not now, says seller@example.org\r\n"
                } else {
                    accepted.lock().expect("no test panics while it holds the lock").push(mail);
                    "250 thank you\r\n"
                }
            }
            "QUIT" => return writer.write_all(b"221 bye\r\n").await,
            _ => "250 fine\r\n",
        };
        writer.write_all(reply.as_bytes()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_mail_that_the_server_refuses_at_first_is_delivered_once() {
    let server = SmtpServer::start(2).await;
    let service = TestService::start(|_| server.backend()).await;
    service.deliver_order(3, OrderState::Complete, START).await;

    service.run_until_idle().await.expect("a refusal is no failure");
    assert_eq!(server.accepted(), [""; 0]);
    for mail in service.mails().await {
        assert_eq!((mail.state, mail.attempts), (Text(MailState::Waiting), 1));
        let reason = mail.reason.expect("it has failed");
        assert_eq!(reason, "the mail server answers 451", "it contains no address");
    }

    service.environment.advance(Duration::from_secs(29));
    service.run_until_idle().await.expect("nothing is due");
    assert_eq!(server.accepted().len(), 0);
    service.environment.advance(Duration::from_secs(1));
    service.run_until_idle().await.expect("they are accepted");
    service.environment.advance(Duration::from_secs(3600));
    service.run_until_idle().await.expect("nothing is due");

    let accepted = server.accepted();
    assert_eq!(accepted.len(), 2, "{accepted:?}");
    for to in ["To: buyer@example.org\n", "To: seller@example.org\n"] {
        assert_eq!(accepted.iter().filter(|mail| mail.contains(to)).count(), 1, "{accepted:?}");
    }
    for mail in service.mails().await {
        assert_eq!((mail.state, mail.due_at(), mail.reason), (Text(MailState::Sent), None, None));
        assert_eq!((&*mail.subject, &*mail.body), ("", ""), "the text of a sent mail is deleted");
        assert!(mail.sent_at.is_some());
    }
}

#[tokio::test]
async fn while_the_mail_server_is_away_mails_wait_until_they_are_given_up() {
    // Nothing listens on the port of `discard`.
    let backend = MailBackend::Smtp("smtp://127.0.0.1:9".to_owned().into());
    let service = TestService::start(|_| backend).await;
    service.deliver_order(3, OrderState::Complete, START).await;

    let days = |count: u64| Duration::from_secs(count * 24 * 3600);
    for passed in [days(0), days(1), days(2)] {
        service.environment.advance(passed);
        service.run_until_idle().await.expect("an outage is no failure");
        assert_eq!(service.states().await, [MailState::Waiting, MailState::Waiting]);
    }
    service.environment.advance(days(1));
    service.run_until_idle().await.expect("an outage is no failure");
    assert_eq!(service.states().await, [MailState::GivenUp, MailState::GivenUp]);
    assert!(service.mails().await.iter().all(|mail| mail.due_at().is_none() && mail.attempts == 4));
}

#[tokio::test]
async fn two_processes_of_the_service_do_not_deliver_the_same_mail() {
    let server = SmtpServer::start(0).await;
    let service = TestService::start(|_| server.backend()).await;
    service.deliver_order(3, OrderState::Complete, START).await;

    let other = transport(&server.backend());
    let (one, two) = tokio::join!(service.run_until_idle(), queue::deliver_due(&service.auth.store, &other));
    one.and(two).expect("the server is there");

    assert_eq!(server.accepted().len(), 2);
    assert_eq!(service.states().await, [MailState::Sent, MailState::Sent]);
}

#[tokio::test]
async fn only_recent_changes_in_the_newest_version_are_mailed() {
    let service = TestService::start(|folder| MailBackend::Folder(folder.path().join("mails"))).await;

    service.deliver_order(4, OrderState::Held, START).await;
    service.deliver_order(3, OrderState::Complete, START).await;
    assert_eq!(service.states().await.len(), 0, "an older version is not mailed");
    service.deliver_order(5, OrderState::Complete, START - Duration::from_secs(4 * 24 * 3600)).await;
    assert_eq!(service.states().await.len(), 0, "a change of days ago is not mailed");

    service.deliver_order(6, OrderState::Complete, START).await;
    service.deliver_order(7, OrderState::Complete, START).await;
    service.run_until_idle().await.expect("the folder is there");
    assert_eq!(service.states().await, [MailState::Sent, MailState::Sent]);
    let files = std::fs::read_dir(service.folder.path().join("mails")).expect("it is there");
    assert_eq!(files.count(), 2);
}
