//! A marketplace in this process, on a clock that the test steers, and people who sell and buy in it.

use crate::broker::Broker;
use crate::bus::FaultyBus;
use server::messaging::{Bus, in_process::InProcessBus, jetstream::JetStreamBus};
use server::tasks::Tasks;
use server::{Backend, Caller, Config, Environment, Error, Host};
use shared::auth::{SignUp, User};
use shared::orders::{GetOrder, Order, OrderState, PlaceOrder};
use shared::payments::{Method, Pay, Payment};
use shared::tickets::{Category, CreateShow, GetTicket, OfferTickets, Seat, ShowListing, Ticket};
use shared::value::{Email, Password, ShortText};
use shared::{Currency, Id, Instant, Money, OrderId, Price, Rejection, Request, Service, TicketId};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// When every world begins: 2026-11-24T12:00:00Z.
const BEGINNING: Instant = Instant::from_millis(1_795_521_600_000);
/// How long anything may take in real time before the test gives up.
const REAL_PATIENCE: Duration = Duration::from_secs(30);

/// A marketplace: in one process, on SQLite or where `TEST_POSTGRES_URL` says; or, where `TEST_APART` is set, each service with
/// connections of its own to the database server and to a broker, as separate processes would have.
pub struct TestSystem {
    folder: TempDir,
    environment: Environment,
    broker: Option<Broker>,
    hosts: Vec<Host>,
}

/// Somebody who sells or buys.
pub struct Person {
    /// The account.
    pub user: User,
}

impl TestSystem {
    /// An empty marketplace.
    pub async fn new() -> Self {
        let mut world = TestSystem::closed();
        world.opens(None).await;
        world
    }

    /// An empty marketplace on a bus in disorder.
    pub async fn faulty(seed: u64) -> (Self, Arc<FaultyBus>) {
        let mut world = TestSystem::closed();
        let bus = world.disorder(seed).await;
        world.opens(Some(bus.clone())).await;
        (world, bus)
    }

    async fn disorder(&self, seed: u64) -> Arc<FaultyBus> {
        let inner: Arc<dyn Bus> = match &self.broker {
            Some(broker) => {
                let bus = JetStreamBus::open(broker.connect().await, 1, Tasks::default()).await;
                Arc::new(bus.expect("the stream can be made"))
            }
            None => Arc::new(InProcessBus::default()),
        };
        Arc::new(FaultyBus::new(seed, inner))
    }

    fn closed() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let broker = is_apart().then(Broker::start);
        TestSystem { folder, environment: Environment::simulated(7, BEGINNING), broker, hosts: Vec::new() }
    }

    async fn opens(&mut self, bus: Option<Arc<dyn Bus>>) {
        let parts: Vec<Option<&str>> = match &self.broker {
            Some(_) => Service::ALL.iter().map(|service| Some(service.name())).chain([Some("web")]).collect(),
            None => vec![None],
        };
        for part in parts {
            let config = config(&self.folder, part.zip(self.broker.as_ref()));
            let host = match &bus {
                Some(bus) => Host::start_on(bus.clone(), &config, self.environment.clone()).await,
                None => Host::start(&config, self.environment.clone()).await,
            };
            self.hosts.push(host.expect("it starts"));
        }
    }

    /// Stops everything at once and starts it again on what was committed, on an orderly bus.
    pub async fn restarts(&mut self) {
        self.stops().await;
        self.opens(None).await;
    }

    /// The same on a bus on which it takes a while until each service is listening.
    pub async fn restarts_hesitantly(&mut self) {
        self.stops().await;
        let bus = self.disorder(1).await;
        bus.hesitate(true);
        self.opens(Some(bus)).await;
    }

    async fn stops(&mut self) {
        for host in self.hosts.drain(..) {
            host.stop().await;
        }
    }

    fn backend(&self) -> Backend {
        self.hosts.last().expect("it is open").backend()
    }

    async fn is_idle(&self) -> bool {
        for host in &self.hosts {
            if !host.is_idle().await.expect("the databases are there") {
                return false;
            }
        }
        true
    }

    /// Somebody new.
    pub async fn person(&self, name: &str) -> Person {
        let email = Email::try_from(format!("{name}@example.org")).expect("an address");
        let password = Password::try_from("a password of hers".to_owned()).expect("long enough");
        let caller = Caller::anonymous(self.environment.new_id());
        let signed_in = self.backend().call(&caller, SignUp { email, password }).await.expect("she is new");
        Person { user: signed_in.user }
    }

    /// Asks as that person. Time passes only while the answer waits for it.
    pub async fn ask<R: Request>(&self, person: &Person, request: R) -> Result<R::Reply, Rejection> {
        self.ask_with_key(person, None, request).await
    }

    /// Asks as that person, under an idempotency key.
    pub async fn ask_with_key<R: Request>(
        &self,
        person: &Person,
        key: Option<&str>,
        request: R,
    ) -> Result<R::Reply, Rejection> {
        let idempotency_key = key.map(str::to_owned);
        let caller = Caller { user: Some(person.user.id), request_id: self.environment.new_id(), idempotency_key };
        let backend = self.backend();
        let time = async {
            loop {
                tokio::time::sleep(Duration::from_millis(100)).await;
                self.environment.advance(Duration::from_millis(250));
            }
        };
        let answer = tokio::select! {
            answer = backend.call(&caller, request) => answer,
            () = time => unreachable!("time does not end"),
        };
        answer.map_err(|error| match error {
            Error::Rejected(rejection) => rejection,
            other => panic!("{} failed: {other}", R::NAME),
        })
    }

    /// A show, and tickets for it at that price.
    pub async fn offers(&self, seller: &Person, tickets: usize, minor: i64) -> (ShowListing, Vec<Ticket>) {
        let line = |text: &str| ShortText::parse("text", text).expect("a line");
        let create = CreateShow {
            title: line("The Tempest"),
            venue: line("Globe"),
            city: line("London"),
            country: line("United Kingdom"),
            category: Category::Theatre,
            starts_at: "2026-12-24T19:30".to_owned(),
            time_zone: "Europe/London".to_owned(),
            currency: Currency::Gbp,
        };
        let show = self.call(seller, create).await.expect("a show can be announced");
        let seats = (1..=tickets).map(|number| Seat { seat: Some(line(&number.to_string())), ..Seat::default() });
        let price = price(minor);
        let offer = OfferTickets { show_id: show.show.id, price, face_value: None, seats: seats.collect() };
        let tickets = self.call(seller, offer).await.expect("tickets can be offered");
        self.wait_until_idle().await;
        (show, tickets)
    }

    /// Holds tickets at the prices that they show.
    pub async fn holds(&self, buyer: &Person, tickets: &[Ticket]) -> Result<Order, Rejection> {
        let minor = tickets.iter().map(|ticket| ticket.price.minor).sum();
        let expected_total = Money::new(minor, Currency::Gbp);
        let ticket_ids = tickets.iter().map(|ticket| ticket.id).collect();
        self.call(buyer, PlaceOrder { ticket_ids, expected_total }).await
    }

    /// Pays an order with that card.
    pub async fn pays(&self, buyer: &Person, order: OrderId, card: &str) -> Result<Payment, Rejection> {
        let method = Method::try_from(card.to_owned()).expect("a token");
        self.call(buyer, Pay { order_id: order, method }).await
    }

    /// The order as its buyer sees it.
    pub async fn order(&self, buyer: &Person, id: OrderId) -> Order {
        self.call(buyer, GetOrder { id }).await.expect("it is there")
    }

    /// Fails unless the order gets there.
    pub async fn expect_order(&self, buyer: &Person, id: OrderId, state: OrderState) {
        self.wait_until_idle().await;
        assert_eq!(self.order(buyer, id).await.state, state);
    }

    /// The ticket as anybody sees it.
    pub async fn ticket(&self, anybody: &Person, id: TicketId) -> Ticket {
        self.call(anybody, GetTicket { id }).await.expect("it is there")
    }

    /// Lets time pass, and all that follows from it happen.
    pub async fn advance(&self, seconds: u64) {
        self.environment.advance(Duration::from_secs(seconds));
        self.wait_until_idle().await;
    }

    /// Waits until the services have told each other everything. Messages that wait for their next try get the time.
    pub async fn wait_until_idle(&self) {
        let mut quiet = 0;
        let deadline = tokio::time::Instant::now() + REAL_PATIENCE;
        while quiet < 4 {
            assert!(tokio::time::Instant::now() < deadline, "the services do not come to rest");
            tokio::time::sleep(Duration::from_millis(10)).await;
            quiet = if self.is_idle().await { quiet + 1 } else { 0 };
            if quiet == 0 {
                self.environment.advance(Duration::from_millis(20));
            }
        }
    }

    /// The mails that were delivered, as people read them: at least so many, and all that follow from what happened.
    pub async fn mails(&self, at_least: usize) -> Vec<String> {
        let deadline = tokio::time::Instant::now() + REAL_PATIENCE;
        loop {
            self.wait_until_idle().await;
            let mails = read_mails(&mails_of(&self.folder));
            if mails.len() >= at_least {
                return mails;
            }
            assert!(tokio::time::Instant::now() < deadline, "{} of {at_least} mails have come", mails.len());
        }
    }

    /// Lets no mails be delivered, as if their server were away; or lets them again.
    pub fn locks_mails(&self, yes: bool) {
        let folder = mails_of(&self.folder);
        // Where a file is, there can be no folder.
        match yes {
            true => std::fs::write(folder, "").expect("it can be written"),
            false => std::fs::remove_file(folder).expect("it is there"),
        }
    }

    /// Fails if any invariant is broken.
    pub async fn assert_consistent(&self) {
        self.wait_until_idle().await;
        let report = server::audit::run(&config(&self.folder, None)).await.expect("the databases are there");
        assert_eq!(report.violations(), 0, "{report}");
    }
}

fn mails_of(folder: &TempDir) -> PathBuf {
    folder.path().join("mails")
}

fn read_mails(folder: &Path) -> Vec<String> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let files = files.map(|file| file.expect("it can be read").path());
    let mut mails: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|ending| ending == "eml")).collect();
    mails.sort();
    mails.iter().map(|file| readable(&std::fs::read_to_string(file).expect("it can be read"))).collect()
}

/// A mail with its quoted-printable text (RFC 2045 §6.7) as people read it.
fn readable(mail: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = mail.replace("=\r\n", "").into_bytes().into_iter();
    while let Some(byte) = rest.next() {
        let code = match byte {
            b'=' => rest.as_slice().get(..2).and_then(|digits| std::str::from_utf8(digits).ok()),
            _ => None,
        };
        match code.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                bytes.push(decoded);
                rest.nth(1);
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).expect("mails are in UTF-8")
}

/// A price in pence.
pub fn price(minor: i64) -> Price {
    Price::try_from(Money::new(minor, Currency::Gbp)).expect("a price")
}

/// An id that nothing has.
pub fn nothing<T>() -> Id<T> {
    Id::new(uuid::Uuid::from_u128(42))
}

/// Whether the services are to be as far apart as they can be.
fn is_apart() -> bool {
    std::env::var_os("TEST_APART").is_some()
}

/// SQLite in a folder of its own; or databases of its own on the PostgreSQL server that `TEST_POSTGRES_URL` names.
fn config(folder: &TempDir, part: Option<(&str, &Broker)>) -> Config {
    let data = match std::env::var("TEST_POSTGRES_URL") {
        Ok(server) => {
            let own = folder.path().file_name().expect("it has a name").to_string_lossy();
            format!("{server}/{}_*", own.trim_start_matches('.'))
        }
        Err(_) => format!("sqlite://{}", folder.path().display()),
    };
    let variable = |name: &str| match (name, part) {
        ("DATABASE_URL", _) => Some(data.clone()),
        ("MAIL", _) => Some(format!("file://{}", mails_of(folder).display())),
        ("PLATFORM_FEE_PERCENT", _) => Some("2.5".to_owned()),
        ("SERVICES", Some((part, _))) => Some(part.to_owned()),
        ("NATS_URL", Some((part, broker))) => Some(broker.url(part)),
        _ => None,
    };
    Config::from_variables(variable).expect("the configuration is right")
}
