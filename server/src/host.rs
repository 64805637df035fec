//! Starts, wires and stops the services of this process. Reads like the diagram.

use crate::messaging::connection::Connection;
use crate::messaging::{Bus, BusEvent, in_process::InProcessBus, inbox, inbox::Inbox, jetstream::JetStreamBus, outbox};
use crate::rpc::{Backend, Registry, RpcClient, RpcServer};
use crate::services::ServiceHandler;
use crate::services::{auth, expiration, orders, payments, tickets};
use crate::store::{self, Databases, Migration, Store};
use crate::tasks::Tasks;
use crate::telemetry::metrics;
use crate::{Config, Environment, Error};
use shared::{Instant, Service, Subject};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, broadcast};

/// How long a loop rests when nothing wakes it.
const IDLE: Duration = Duration::from_secs(1);
/// How long a loop rests after something broke.
const RETRY_DELAY: Duration = Duration::from_millis(500);
/// How often old events are forgotten.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
/// How long the services may take to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// The services of this process, running.
pub struct Host {
    environment: Environment,
    bus: Arc<dyn Bus>,
    backend: Backend,
    services: Vec<Arc<dyn ServiceHandler>>,
    tasks: Tasks,
    connection: Option<Connection>,
    rpc_server: Option<RpcServer>,
}

/// Why the services could not start, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

impl Host {
    /// Starts the services that the configuration names, on its databases and its bus.
    ///
    /// # Errors
    /// If a database or the broker cannot be reached.
    pub async fn start(config: &Config, environment: Environment) -> Result<Host, StartError> {
        let tasks = Tasks::default();
        let connection = connect(config).await?;
        let bus: Arc<dyn Bus> = match &connection {
            Some(connection) if config.parts.services.is_empty() => {
                Arc::new(JetStreamBus::watching(connection.clone(), tasks.clone()))
            }
            Some(connection) => {
                let bus = JetStreamBus::open(connection.clone(), config.nats_replicas, tasks.clone()).await;
                Arc::new(bus.map_err(|error| StartError(format!("NATS_URL: {error}")))?)
            }
            None => Arc::new(InProcessBus::default()),
        };
        Host::assemble(bus, connection, tasks, config, environment).await
    }

    /// Starts the services on a bus that is there already.
    ///
    /// # Errors
    /// If a database or the broker cannot be reached.
    pub async fn start_on(bus: Arc<dyn Bus>, config: &Config, environment: Environment) -> Result<Host, StartError> {
        Host::assemble(bus, connect(config).await?, Tasks::default(), config, environment).await
    }

    async fn assemble(
        bus: Arc<dyn Bus>,
        connection: Option<Connection>,
        tasks: Tasks,
        config: &Config,
        environment: Environment,
    ) -> Result<Host, StartError> {
        let mut services = Vec::new();
        for service in &config.parts.services {
            services.push(open(*service, config, &environment, &tasks).await?);
        }
        let mut registry = Registry::default();
        for service in &services {
            service.clone().register(&mut registry);
        }
        let registry = Arc::new(registry);
        let elsewhere = connection.clone().map(|connection| RpcClient::new(connection, environment.clone()));
        let backend = Backend::new(registry.clone(), elsewhere);
        let mut host = Host { environment, bus, backend, services, tasks, connection, rpc_server: None };
        let mut inboxes = Vec::new();
        for service in &host.services {
            inboxes.push(host.listen(service).await?);
        }
        // Only when all listen does anybody speak: an event is published once whoever is there has it.
        for (service, inbox) in host.services.iter().zip(inboxes) {
            host.run(service, inbox);
        }
        if let (Some(servers), Some(replies), false) = (&config.nats, &host.connection, host.services.is_empty()) {
            let rpc_server = RpcServer::open(servers, replies, &config.parts.services, &registry).await;
            host.rpc_server = Some(rpc_server.map_err(|problem| StartError(format!("NATS_URL: {problem}")))?);
        }
        Ok(host)
    }

    /// Lets a service hear what it wants to hear.
    async fn listen(&self, service: &Arc<dyn ServiceHandler>) -> Result<Arc<Inbox>, StartError> {
        let inbox = Arc::new(Inbox::new(service.clone()));
        let listening = self.bus.listen(service.store().service(), service.subscriptions(), inbox.clone()).await;
        listening.map_err(|error| StartError(format!("NATS_URL: events cannot be listened to: {error}")))?;
        Ok(inbox)
    }

    /// Runs the loops of a service: they are all alike.
    fn run(&self, service: &Arc<dyn ServiceHandler>, inbox: Arc<Inbox>) {
        let (bus, store, ticking) = (self.bus.clone(), service.store().clone(), service.clone());
        let relay = move |store: Store| {
            let bus = bus.clone();
            async move {
                let sent = outbox::relay(&store, bus.as_ref()).await?;
                // More may wait than fits one step.
                Ok((sent > 0).then(|| store.environment().now()))
            }
        };
        let retry = move |_: Store| {
            let inbox = inbox.clone();
            async move { inbox.step().await }
        };
        let tick = move |_: Store| {
            let service = ticking.clone();
            async move { service.tick().await }
        };

        self.tasks.spawn(forever("relay", store.clone(), |store| &store.commit_signals().relay, relay));
        self.tasks.spawn(forever("inbox", store.clone(), |store| &store.commit_signals().inbox, retry));
        self.tasks.spawn(forever("tick", store.clone(), |store| &store.commit_signals().tick, tick));
        self.tasks.spawn(prune(store));
    }

    /// Asks the services.
    pub fn backend(&self) -> Backend {
        self.backend.clone()
    }

    /// The time, ids and randomness that all live by.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// What is said about `subjects`, for those who only watch.
    pub fn watch(&self, subjects: &'static [Subject]) -> broadcast::Receiver<BusEvent> {
        self.bus.watch(subjects)
    }

    /// Whether every service of this process can reach its database, and the others. A process without services is always
    /// ready: where something is away, it is the one to say so.
    ///
    /// # Errors
    /// What cannot be reached.
    pub async fn ready(&self) -> Result<(), String> {
        if self.services.is_empty() {
            return Ok(());
        }
        let up = self.connection.iter().map(Connection::is_up).chain(self.rpc_server.iter().map(RpcServer::is_up));
        if up.into_iter().any(|up| !up) {
            return Err("the message broker cannot be reached".to_owned());
        }
        for service in &self.services {
            let store = service.store();
            store.read().ping().await.map_err(|_| format!("{} cannot reach its database", store.service()))?;
        }
        Ok(())
    }

    /// Sets the gauges of all services; those of a service whose database is away stay as they were.
    pub async fn measure(&self) {
        for service in &self.services {
            if let Err(error) = metrics::set(service.as_ref(), self.bus.as_ref()).await {
                tracing::debug!(service = %service.store().service(), %error, "it could not be measured");
            }
        }
    }

    /// Whether the services have told each other everything, and wait for nothing but time.
    ///
    /// # Errors
    /// If a database is away.
    pub async fn is_idle(&self) -> Result<bool, Error> {
        for service in &self.services {
            let (db, now) = (service.store().read(), self.environment.now());
            let on_its_way = self.bus.waiting(service.store().service()).await? > 0;
            if on_its_way || outbox::has_unpublished(db).await? || inbox::has_due(db, now + IDLE).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Stops all services, after what others asked was answered. Events that are under way and not committed are handled
    /// after the next start.
    pub async fn stop(&self) {
        if let Some(rpc_server) = &self.rpc_server {
            rpc_server.stop(STOP_TIMEOUT).await;
        }
        self.tasks.leave(STOP_TIMEOUT).await;
        self.tasks.stop(STOP_TIMEOUT).await;
        if let Some(connection) = self.connection.as_ref().filter(|connection| connection.is_up()) {
            // The last registry may still be on their way out.
            let _ = tokio::time::timeout(STOP_TIMEOUT, connection.client().flush()).await;
        }
    }
}

async fn connect(config: &Config) -> Result<Option<Connection>, StartError> {
    let Some(servers) = &config.nats else { return Ok(None) };
    let connection = Connection::open(servers, "events and registry").await;
    connection.map(Some).map_err(|problem| StartError(format!("NATS_URL: {problem}")))
}

/// Opens a service on its database.
async fn open(
    service: Service,
    config: &Config,
    environment: &Environment,
    tasks: &Tasks,
) -> Result<Arc<dyn ServiceHandler>, StartError> {
    let databases = &config.databases;
    if let Databases::Folder(folder) = databases {
        check_writable(folder)?;
    }
    let store = async |migrations: &'static [Migration]| {
        let opened = store::open(service, databases, migrations, environment.clone(), tasks).await;
        let name = databases.name_of(service);
        opened.map_err(|error| StartError(format!("DATABASE_URL: {name} cannot be opened: {error}")))
    };
    Ok(match service {
        Service::Auth => {
            let delivery = auth::Delivery::new(&config.mail, &config.mail_from).map_err(StartError)?;
            let store = store(auth::MIGRATIONS).await?;
            auth::Auth::new(store, config.rate_limits, config.public_url.clone(), delivery)
        }
        Service::Tickets => tickets::Tickets::new(store(tickets::MIGRATIONS).await?),
        Service::Orders => orders::Orders::new(store(orders::MIGRATIONS).await?, config.hold),
        Service::Expiration => expiration::Expiration::new(store(expiration::MIGRATIONS).await?),
        Service::Payments => {
            let payments = payments::Payments::new(store(payments::MIGRATIONS).await?, tasks.clone(), config);
            payments.map_err(|error| StartError(format!("STRIPE_SECRET_KEY: {error}")))?
        }
    })
}

fn check_writable(folder: &Path) -> Result<(), StartError> {
    let probe = folder.join(".writable");
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&probe, b""));
    let _ = std::fs::remove_file(&probe);
    written.map_err(|error| {
        let folder = folder.display();
        StartError(format!("DATABASE_URL: the folder {folder} cannot be written: {error}"))
    })
}

/// Takes step after step: at once when woken, when the step said so, or after a rest.
async fn forever<Step>(
    what: &'static str,
    store: Store,
    woken: impl for<'a> Fn(&'a Store) -> &'a Notify + Send + 'static,
    step: impl Fn(Store) -> Step + Send + 'static,
) where
    Step: Future<Output = Result<Option<Instant>, Error>> + Send,
{
    loop {
        let now = store.environment().now();
        let next = match step(store.clone()).await {
            Ok(next) => next.map_or(now + IDLE, |next| next.min(now + IDLE)),
            Err(error) => {
                tracing::warn!(service = %store.service(), %error, "{what} could not go on, it will try again");
                tokio::time::sleep(RETRY_DELAY).await;
                continue;
            }
        };
        tokio::select! {
            () = woken(&store).notified() => {}
            () = store.environment().sleep_until(next) => {}
        }
    }
}

async fn prune(store: Store) {
    loop {
        let now = store.environment().now();
        let pruned = store.write(store.root_cause(), |tx| {
            Box::pin(async move {
                outbox::prune(tx.db(), tx.now()).await?;
                inbox::prune(tx.db(), tx.now()).await
            })
        });
        if let Err(error) = pruned.await {
            tracing::warn!(service = %store.service(), %error, "old events could not be forgotten");
        }
        store.environment().sleep_until(now + PRUNE_EVERY).await;
    }
}
