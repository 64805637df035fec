//! All services in this process on a simulated clock, and users who sell and buy.

use super::faulty_bus::FaultyBus;
use super::mail;
use super::nats::TestNats;
use server::messaging::connection::Servers;
use server::messaging::{Bus, in_process::InProcessBus, jetstream::JetStreamBus};
use server::services::ServiceHandler;
use server::store::Databases;
use server::tasks::Tasks;
use server::{Backend, Caller, Config, Environment, Error, Host, backup};
use shared::auth::{SignUp, User, VerifyEmail};
use shared::orders::{GetOrder, Order, OrderState, PlaceOrder};
use shared::payments::{Pay, Payment, PaymentMethod};
use shared::tickets::{Category, CreateShow, GetTicket, OfferTickets, Seat, ShowListing, Ticket};
use shared::value::{Email, LanguageTag, Password, ShortText};
use shared::{Currency, Id, Instant, Money, OrderId, Price, Rejection, Request, Service, TicketId};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// When every system starts: 2026-11-24T12:00:00Z.
const START: Instant = Instant::from_millis(1_795_521_600_000);
/// How long anything may take in real time before the test fails.
const REAL_TIMEOUT: Duration = Duration::from_secs(30);
/// While a call waits, simulated time passes in steps: one of `SIMULATED_STEP` every `REAL_STEP`.
const REAL_STEP: Duration = Duration::from_millis(100);
const SIMULATED_STEP: Duration = Duration::from_millis(250);
/// Interval between two checks whether the system is idle, and the simulated time that passes while it is not: events that
/// wait for a retry need it.
const IDLE_POLL_INTERVAL: Duration = Duration::from_millis(10);
const IDLE_STEP: Duration = Duration::from_millis(20);
/// How many checks in a row must find the system idle: a task that was just woken shows nothing yet.
const IDLE_CHECKS: usize = 4;

/// A marketplace in one process, on SQLite or on the PostgreSQL server in `TEST_POSTGRES_URL`. If `TEST_APART` is set, each
/// service has its own host, database connections and NATS connection, as in separate processes.
pub struct TestSystem {
    folder: TempDir,
    environment: Environment,
    nats: Option<TestNats>,
    hosts: Vec<Host>,
    /// How often the databases were lost; the next ones have other names.
    losses: usize,
}

/// A user of a [`TestSystem`].
pub struct TestUser {
    pub user: User,
}

impl TestSystem {
    /// An empty marketplace.
    pub async fn new() -> Self {
        let mut system = TestSystem::stopped();
        system.start(None).await;
        system
    }

    /// An empty marketplace on a faulty bus.
    pub async fn faulty(seed: u64) -> (Self, Arc<FaultyBus>) {
        let mut system = TestSystem::stopped();
        let bus = system.faulty_bus(seed).await;
        system.start(Some(bus.clone())).await;
        (system, bus)
    }

    async fn faulty_bus(&self, seed: u64) -> Arc<FaultyBus> {
        let inner: Arc<dyn Bus> = match &self.nats {
            Some(nats) => {
                let bus = JetStreamBus::open(nats.connect("admin").await, 1, Tasks::default()).await;
                Arc::new(bus.expect("the stream can be created"))
            }
            None => Arc::new(InProcessBus::default()),
        };
        Arc::new(FaultyBus::new(seed, inner))
    }

    /// A marketplace that does not run.
    pub fn stopped() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let nats = std::env::var_os("TEST_APART").map(|_| TestNats::start());
        TestSystem { folder, environment: Environment::simulated(7, START), nats, hosts: Vec::new(), losses: 0 }
    }

    async fn start(&mut self, bus: Option<Arc<dyn Bus>>) {
        let roles: Vec<Option<&str>> = match &self.nats {
            Some(_) => Service::ALL.iter().map(|service| Some(service.name())).chain([Some("web")]).collect(),
            None => vec![None],
        };
        for role in roles {
            let config = self.config(role);
            let host = match &bus {
                Some(bus) => Host::start_on(bus.clone(), &config, self.environment.clone()).await,
                None => Host::start(&config, self.environment.clone()).await,
            };
            self.hosts.push(host.expect("the host starts"));
        }
    }

    /// Stops all services and starts them again on a working bus. Only what was committed remains.
    pub async fn restart(&mut self) {
        self.stop().await;
        self.start(None).await;
    }

    /// Restarts on a faulty bus on which every subscription takes a while.
    pub async fn restart_with_slow_subscriptions(&mut self) {
        self.stop().await;
        let bus = self.faulty_bus(1).await;
        bus.delay_subscriptions();
        self.start(Some(bus)).await;
    }

    async fn stop(&mut self) {
        for host in self.hosts.drain(..) {
            host.stop().await;
        }
    }

    /// SQLite in this system's folder, or databases of its own on a PostgreSQL server.
    fn config(&self, role: Option<&str>) -> Config {
        let database_url = match std::env::var("TEST_POSTGRES_URL") {
            Ok(server) => {
                let prefix = self.folder.path().file_name().expect("it has a name").to_string_lossy();
                format!("{server}/{}_{}_*", prefix.trim_start_matches('.'), self.losses)
            }
            Err(_) => format!("sqlite://{}/{}", self.folder.path().display(), self.losses),
        };
        let nats = role.zip(self.nats.as_ref());
        let variable = |name: &str| match (name, nats) {
            ("DATABASE_URL", _) => Some(database_url.clone()),
            ("CODE_SECRET", _) => Some("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f".to_owned()),
            ("MAIL", _) => Some(format!("file://{}", self.mail_folder().display())),
            ("PLATFORM_FEE_PERCENT", _) => Some("2.5".to_owned()),
            ("SERVICES", Some((role, _))) => Some(role.to_owned()),
            ("NATS_URL", Some((role, nats))) => Some(nats.url(role)),
            _ => None,
        };
        Config::from_variables(variable).expect("the configuration is valid")
    }

    /// Where the services' databases are.
    pub fn databases(&self) -> Databases {
        self.config(None).databases
    }

    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Backs up into a folder, while the services run.
    pub async fn back_up(&self, folder: &Path) {
        backup::create(&self.config(None), folder, &self.environment).await.expect("the databases can be backed up");
    }

    /// Loses all databases, restores them from a backup and starts again. The broker keeps all that it has.
    pub async fn lose_databases_and_restore(&mut self, folder: &Path) {
        self.stop().await;
        self.losses += 1;
        let mut config = self.config(None);
        let admin = self.nats.as_ref().map(|nats| Servers::parse(&nats.url("admin"), None));
        config.nats = admin.map(|servers| servers.expect("the URL is valid"));
        backup::restore(&config, folder, &self.environment).await.expect("the backup can be restored");
        self.start(None).await;
    }

    /// The services, each with its database.
    pub fn services(&self) -> impl Iterator<Item = &Arc<dyn ServiceHandler>> {
        self.hosts.iter().flat_map(Host::services)
    }

    fn backend(&self) -> Backend {
        self.hosts.last().expect("the system runs").backend()
    }

    async fn is_idle(&self) -> bool {
        for host in &self.hosts {
            if !host.is_idle().await.expect("the databases answer") {
                return false;
            }
        }
        true
    }

    /// Creates an account.
    pub async fn sign_up(&self, name: &str) -> TestUser {
        let email = Email::try_from(format!("{name}@example.org")).expect("the address is valid");
        let password = Password::try_from("a password of hers".to_owned()).expect("the password is long enough");
        let caller = Caller::anonymous(self.environment.new_id());
        let language = LanguageTag::try_from("en".to_owned()).expect("the tag is well-formed");
        let sign_up = SignUp { email, password, language, replaced: None };
        let signed_in = self.backend().call(&caller, sign_up).await.expect("signing up succeeds");
        TestUser { user: signed_in.user }
    }

    /// Creates an account and verifies its address with the link that was mailed to it.
    pub async fn sign_up_verified(&self, name: &str) -> TestUser {
        let user = self.sign_up(name).await;
        self.verify(user, name).await
    }

    /// Verifies the address of a new account.
    pub async fn verify(&self, user: TestUser, name: &str) -> TestUser {
        self.wait_until_idle().await;
        let to = format!("To: {name}@example.org");
        let mails = mail::read_all(&self.mail_folder());
        let mail = mails.iter().find(|mail| is_verification(mail) && mail.contains(&to)).expect("a link was mailed");
        let (_, rest) = mail.split_once("/verify#").expect("the mail has a link");
        let token: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
        self.call(&user, VerifyEmail { token: token.into() }).await.expect("the link is valid");
        TestUser { user: User { verified: true, ..user.user } }
    }

    /// Calls a service as that user. Simulated time passes only while the call waits for it.
    pub async fn call<R: Request>(&self, user: &TestUser, request: R) -> Result<R::Reply, Rejection> {
        self.call_with_key(user, None, request).await
    }

    /// Calls a service as that user, with an idempotency key.
    pub async fn call_with_key<R: Request>(
        &self,
        user: &TestUser,
        key: Option<&str>,
        request: R,
    ) -> Result<R::Reply, Rejection> {
        let idempotency_key = key.map(str::to_owned);
        let request_id = self.environment.new_id();
        let address = user.user.verified.then(|| user.user.email.clone());
        let caller = Caller { user: Some(user.user.id), address, idempotency_key, ..Caller::anonymous(request_id) };
        let backend = self.backend();
        let time = async {
            loop {
                tokio::time::sleep(REAL_STEP).await;
                self.environment.advance(SIMULATED_STEP);
            }
        };
        let reply = tokio::select! {
            reply = backend.call(&caller, request) => reply,
            () = time => unreachable!("the loop has no end"),
        };
        reply.map_err(|error| match error {
            Error::Rejected(rejection) => rejection,
            other => panic!("{} failed: {other}", R::NAME),
        })
    }

    /// Announces a show and lists tickets for it, each at that price.
    pub async fn list_tickets(&self, seller: &TestUser, tickets: usize, minor: i64) -> (ShowListing, Vec<Ticket>) {
        let text = |text: &str| ShortText::parse("text", text).expect("the text is valid");
        let create = CreateShow {
            title: text("The Tempest"),
            venue: text("Globe"),
            city: text("London"),
            country: text("United Kingdom"),
            category: Category::Theatre,
            starts_at: "2026-12-24T19:30".to_owned(),
            time_zone: "Europe/London".to_owned(),
            currency: Currency::Gbp,
        };
        let show = self.call(seller, create).await.expect("the show is valid");
        let seats = (1..=tickets).map(|number| Seat { seat: Some(text(&number.to_string())), ..Seat::default() });
        let price = price(minor);
        let offer =
            OfferTickets { show_id: show.show.id, price, face_value: None, seats: seats.collect(), issued: false };
        let tickets = self.call(seller, offer).await.expect("the tickets are valid");
        self.wait_until_idle().await;
        (show, tickets)
    }

    /// Places an order for tickets at the prices that they show.
    pub async fn hold(&self, buyer: &TestUser, tickets: &[Ticket]) -> Result<Order, Rejection> {
        let minor = tickets.iter().map(|ticket| ticket.price.minor).sum();
        let expected_total = Money::new(minor, Currency::Gbp);
        let ticket_ids = tickets.iter().map(|ticket| ticket.id).collect();
        self.call(buyer, PlaceOrder { ticket_ids, expected_total }).await
    }

    /// Pays an order with that card.
    pub async fn pay(&self, buyer: &TestUser, order: OrderId, card: &str) -> Result<Payment, Rejection> {
        let method = PaymentMethod::try_from(card.to_owned()).expect("the card is a token");
        self.call(buyer, Pay { order_id: order, method }).await
    }

    /// The order as its buyer sees it.
    pub async fn order(&self, buyer: &TestUser, id: OrderId) -> Order {
        self.call(buyer, GetOrder { id }).await.expect("the order exists")
    }

    /// Waits until the system is idle, and fails unless the order is in that state.
    pub async fn assert_order_state(&self, buyer: &TestUser, id: OrderId, state: OrderState) {
        self.wait_until_idle().await;
        assert_eq!(self.order(buyer, id).await.state, state);
    }

    /// Advances the clock until the order is in that state, while the system is not idle: some events are held back.
    pub async fn wait_for_order_state(&self, buyer: &TestUser, id: OrderId, state: OrderState) {
        let deadline = tokio::time::Instant::now() + REAL_TIMEOUT;
        while self.order(buyer, id).await.state != state {
            assert!(tokio::time::Instant::now() < deadline, "the order does not become {state:?}");
            self.environment.advance(SIMULATED_STEP);
            tokio::time::sleep(IDLE_POLL_INTERVAL).await;
        }
    }

    /// The ticket as everybody sees it.
    pub async fn ticket(&self, user: &TestUser, id: TicketId) -> Ticket {
        self.call(user, GetTicket { id }).await.expect("the ticket exists")
    }

    /// Advances the clock, and waits until everything that follows has happened.
    pub async fn advance(&self, seconds: u64) {
        self.advance_clock(seconds);
        self.wait_until_idle().await;
    }

    /// The simulated clock.
    pub fn now(&self) -> Instant {
        self.environment.now()
    }

    /// Advances the clock only.
    pub fn advance_clock(&self, seconds: u64) {
        self.environment.advance(Duration::from_secs(seconds));
    }

    /// Waits until every event is handled. Advances the clock for events that wait for a retry.
    pub async fn wait_until_idle(&self) {
        let mut idle_checks = 0;
        let deadline = tokio::time::Instant::now() + REAL_TIMEOUT;
        while idle_checks < IDLE_CHECKS {
            assert!(tokio::time::Instant::now() < deadline, "the services do not become idle");
            tokio::time::sleep(IDLE_POLL_INTERVAL).await;
            idle_checks = if self.is_idle().await { idle_checks + 1 } else { 0 };
            if idle_checks == 0 {
                self.environment.advance(IDLE_STEP);
            }
        }
    }

    /// Waits for at least that many mails, and until the system is idle. Returns all mails except those that verify an address.
    pub async fn wait_for_mails(&self, at_least: usize) -> Vec<String> {
        let deadline = tokio::time::Instant::now() + REAL_TIMEOUT;
        loop {
            self.wait_until_idle().await;
            let mut mails = mail::read_all(&self.mail_folder());
            mails.retain(|mail| !is_verification(mail));
            if mails.len() >= at_least {
                return mails;
            }
            assert!(tokio::time::Instant::now() < deadline, "{} of {at_least} mails were delivered", mails.len());
        }
    }

    /// Makes every delivery of a mail fail until [`TestSystem::unblock_mail`]: a file is where their folder belongs. The mails
    /// delivered so far are gone.
    pub fn block_mail(&self) {
        let _ = fs::remove_dir_all(self.mail_folder());
        fs::write(self.mail_folder(), "").expect("the file can be written");
    }

    pub fn unblock_mail(&self) {
        fs::remove_file(self.mail_folder()).expect("mail is blocked");
    }

    pub fn mail_folder(&self) -> PathBuf {
        self.folder.path().join("mails")
    }

    /// Waits until the system is idle, and fails if any invariant is violated.
    pub async fn assert_consistent(&self) {
        self.wait_until_idle().await;
        let report =
            server::audit::run(&self.config(None), self.environment.now()).await.expect("the databases answer");
        assert_eq!(report.violations(), 0, "{report}");
    }
}

fn is_verification(mail: &str) -> bool {
    mail.contains("Subject: Confirm your e-mail address")
}

/// A price in pence.
pub fn price(minor: i64) -> Price {
    Price::try_from(Money::new(minor, Currency::Gbp)).expect("the price is valid")
}

/// An id that nothing has.
pub fn unknown_id<T>() -> Id<T> {
    Id::new(uuid::Uuid::from_u128(42))
}
