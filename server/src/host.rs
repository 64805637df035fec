//! Starts, wires and stops the services of this process. Reads like the diagram in ARCHITECTURE.

use crate::environment::Stopwatch;
use crate::messaging::{
    Bus, BusEvent, connection::Connection, in_process::InProcessBus, inbox, inbox::Inbox, jetstream::JetStreamBus,
    outbox,
};
use crate::rpc::{Backend, Registry, RpcClient, RpcServer};
use crate::services::{self, OpenError, ServiceHandler};
use crate::store::{Retention, Store};
use crate::tasks::{self, Tasks, sleep};
use crate::telemetry::metrics::{self, Backlog};
use crate::{Config, Environment, Error};
use shared::{Instant, Service, Subject};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, broadcast};

/// How long a loop waits when nothing wakes it.
const IDLE_INTERVAL: Duration = Duration::from_secs(1);
/// How long a loop waits after a failed step.
const RETRY_DELAY: Duration = Duration::from_millis(500);
const PRUNE_INTERVAL: Duration = Duration::from_secs(3600);
/// How long all stages of a stop may take together: `k8s/services/deployment.yaml` adds it up.
const STOP_TIMEOUT: Duration = Duration::from_secs(9);
/// What the last stage may take in any case.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

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

/// Why the services could not start: one line that names the variable to change.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("NATS_URL: {0}")]
    Nats(String),
    #[error(transparent)]
    Service(#[from] OpenError),
    #[error("{service} has no handler for {}: register one in its `register`", requests.join(", "))]
    Unhandled { service: Service, requests: Vec<&'static str> },
}

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
                Arc::new(bus.map_err(StartError::Nats)?)
            }
            None => Arc::new(InProcessBus::default()),
        };
        Host::assemble(bus, connection, tasks, config, environment).await
    }

    /// Starts the services on an existing bus.
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
            services.push(services::open(*service, config, &environment, &tasks).await?);
        }
        let registry = Arc::new(register(&services)?);
        let remote = connection.clone().map(|connection| RpcClient::new(connection, environment.clone()));
        let backend = Backend::new(registry.clone(), remote);
        let mut host = Host { environment, bus, backend, services, tasks, connection, rpc_server: None };
        let mut inboxes = Vec::new();
        for service in &host.services {
            inboxes.push(host.subscribe(service).await?);
        }
        // Subscribe every service before any relay starts, or early events are lost.
        for (service, inbox) in host.services.iter().zip(inboxes) {
            host.run(service, inbox);
            for subscriber in &config.parts.services {
                host.run_redelivery(service.store(), *subscriber);
            }
        }
        if let (Some(servers), Some(replies), false) = (&config.nats, &host.connection, host.services.is_empty()) {
            let server = RpcServer::open(servers, replies, &config.parts.services, &registry).await;
            host.rpc_server = Some(server.map_err(StartError::Nats)?);
        }
        Ok(host)
    }

    async fn subscribe(&self, service: &Arc<dyn ServiceHandler>) -> Result<Arc<Inbox>, StartError> {
        let (store, subscriptions) = (service.store(), service.subscriptions());
        let inbox = Arc::new(Inbox::new(store.clone(), subscriptions.clone()));
        let subscribed = self.bus.subscribe(store.service(), &subscriptions.subjects(), inbox.clone()).await;
        subscribed.map_err(|error| {
            let service = store.service();
            // A request that the broker does not permit is never answered.
            StartError::Nats(format!(
                "{service} cannot subscribe: {error}; or its accounts.conf lacks a consumer of {service}"
            ))
        })?;
        Ok(inbox)
    }

    /// Runs the loops of a service; they are the same for all.
    fn run(&self, service: &Arc<dyn ServiceHandler>, inbox: Arc<Inbox>) {
        let (bus, store, ticking) = (self.bus.clone(), service.store().clone(), service.clone());
        let relay = move |store: Store| {
            let bus = bus.clone();
            async move {
                let published = outbox::relay(&store, bus.as_ref()).await?;
                // More may be unpublished than fits one step.
                Ok((published > 0).then(|| store.environment().now()))
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

        self.tasks.spawn(repeat("relay", store.clone(), |store| store.commit_signals().relay.clone(), relay));
        self.tasks.spawn(repeat("inbox", store.clone(), |store| store.commit_signals().inbox.clone(), retry));
        self.tasks.spawn(repeat("tick", store.clone(), |store| store.commit_signals().tick.clone(), tick));
        self.tasks.spawn(prune(store, service.retentions()));
    }

    /// Starts a loop for each service that may be away from the bus, so that none of them waits for another.
    fn run_redelivery(&self, publisher: &Store, subscriber: Service) {
        let (bus, signal) = (self.bus.clone(), Arc::new(Notify::new()));
        let redeliver = move |store: Store| {
            let bus = bus.clone();
            async move {
                let redelivered = outbox::redeliver(&store, bus.as_ref(), subscriber).await?;
                Ok((redelivered > 0).then(|| store.environment().now()))
            }
        };
        self.tasks.spawn(repeat("redelivery", publisher.clone(), move |_| signal.clone(), redeliver));
    }

    /// Calls the services.
    pub fn backend(&self) -> Backend {
        self.backend.clone()
    }

    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The tasks of this process, so that the web tier's end with the services'.
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// Events on `subjects` from now on, for observers: nothing is stored for them.
    pub fn watch(&self, subjects: &'static [Subject]) -> broadcast::Receiver<BusEvent> {
        self.bus.watch(subjects)
    }

    /// The services of this process.
    pub fn services(&self) -> &[Arc<dyn ServiceHandler>] {
        &self.services
    }

    /// Whether every service of this process can reach its database and the broker. A process without services is always
    /// ready: if a service is away, that service's process reports it.
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

    /// Keeps the gauges of all services up to date, at a bounded cost: their queries read only indexes of what is waiting, run one
    /// after the other, and rest long enough to take no more than their share of the time, however often somebody scrapes.
    pub async fn run_metrics(&self) {
        loop {
            let stopwatch = Stopwatch::start();
            for service in &self.services {
                if let Err(error) = self.update_metrics_of(service.as_ref()).await {
                    tracing::debug!(service = %service.store().service(), %error, "gauges not updated");
                }
            }
            sleep(metrics::pause_after(stopwatch.elapsed())).await;
        }
    }

    /// Sets the gauges of a service. If its database is away, they keep their last values.
    async fn update_metrics_of(&self, service: &dyn ServiceHandler) -> Result<(), Error> {
        let store = service.store();
        let (unpublished, oldest_unpublished) = outbox::unpublished(store.read()).await?;
        let (pending, dead_letters) = inbox::count_pending(store.read()).await?;
        let mut undelivered = self.bus.count_undelivered(store.service(), &service.subscriptions().subjects()).await?;
        for publisher in &self.services {
            undelivered += outbox::count_deferred(publisher.store().read(), store.service()).await?;
        }
        let backlog = Backlog { unpublished, oldest_unpublished, pending, dead_letters, undelivered };
        metrics::set_backlog(store.service(), backlog, self.environment.now());
        match service.state_gauge() {
            Some(gauge) => gauge.set(store.read()).await,
            None => Ok(()),
        }
    }

    /// Whether all events are delivered and handled, and nothing is due soon.
    ///
    /// # Errors
    /// If a database is away.
    pub async fn is_idle(&self) -> Result<bool, Error> {
        for service in &self.services {
            let (db, now) = (service.store().read(), self.environment.now());
            let subjects = service.subscriptions().subjects();
            let undelivered = self.bus.count_undelivered(service.store().service(), &subjects).await? > 0;
            if undelivered || outbox::has_unpublished(db).await? || inbox::has_due(db, now + IDLE_INTERVAL).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Stops all services, after the requests under way are answered. Events that are delivered but not committed are
    /// handled after the next start.
    pub async fn stop(&self) {
        self.stop_within(STOP_TIMEOUT).await;
    }

    /// All stages share one deadline, so that together they fit into a pod's grace period. A stage that uses all of it leaves
    /// the others only what they do at once: they still tell their tasks to stop.
    async fn stop_within(&self, timeout: Duration) {
        let stopwatch = Stopwatch::start();
        let remaining = || timeout.saturating_sub(stopwatch.elapsed());
        if let Some(rpc_server) = &self.rpc_server {
            rpc_server.stop(remaining()).await;
        }
        self.tasks.drain(remaining()).await;
        self.tasks.stop(remaining()).await;
        if let Some(connection) = self.connection.as_ref().filter(|connection| connection.is_up()) {
            // The last replies may still be in the client's buffer; if the broker does not take them, nobody waits for them.
            let _ = tokio::time::timeout(remaining().max(FLUSH_TIMEOUT), connection.client().flush()).await;
        }
    }
}

/// Collects the request handlers of these services, and checks that none is missing.
fn register(services: &[Arc<dyn ServiceHandler>]) -> Result<Registry, StartError> {
    let mut registry = Registry::default();
    for service in services {
        service.clone().register(&mut registry);
    }
    for service in services.iter().map(|service| service.store().service()) {
        let requests = registry.missing(service);
        if !requests.is_empty() {
            return Err(StartError::Unhandled { service, requests });
        }
    }
    Ok(registry)
}

async fn connect(config: &Config) -> Result<Option<Connection>, StartError> {
    let Some(servers) = &config.nats else { return Ok(None) };
    Connection::open(servers, "events and replies").await.map(Some).map_err(StartError::Nats)
}

/// Runs `step` again and again: at once when `signal` wakes it, when the step asked for it, or after the idle interval.
async fn repeat<Step>(
    name: &'static str,
    store: Store,
    signal: impl Fn(&Store) -> Arc<Notify> + Send + 'static,
    step: impl Fn(Store) -> Step + Send + 'static,
) where
    Step: Future<Output = Result<Option<Instant>, Error>> + Send,
{
    let signal = signal(&store);
    loop {
        let now = store.environment().now();
        let next = match tasks::catch_panic(step(store.clone())).await {
            Ok(next) => next.map_or(now + IDLE_INTERVAL, |next| next.min(now + IDLE_INTERVAL)),
            Err(error) => {
                tracing::warn!(service = %store.service(), %error, "{name} step failed, retrying");
                sleep(RETRY_DELAY).await;
                continue;
            }
        };
        tokio::select! {
            () = signal.notified() => {}
            () = store.environment().sleep_until(next) => {}
        }
    }
}

async fn prune(store: Store, retentions: &'static [Retention]) {
    loop {
        let now = store.environment().now();
        match tasks::catch_panic(store.prune(retentions)).await {
            Ok((rows, commits)) => tracing::debug!(service = %store.service(), rows, commits, "old rows deleted"),
            Err(error) => tracing::warn!(service = %store.service(), %error, "prune failed, retrying in an hour"),
        }
        store.environment().sleep_until(now + PRUNE_INTERVAL).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    async fn host(folder: &std::path::Path) -> Host {
        let url = format!("sqlite://{}", folder.display());
        let config = Config::from_variables(|name| (name == "DATABASE_URL").then(|| url.clone()));
        Host::start(&config.expect("it is valid"), Environment::real()).await.expect("the host starts")
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn all_stages_of_a_stop_share_one_deadline() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let host = host(folder.path()).await;
        host.tasks.spawn_consumer(|_| std::future::pending());
        let (release, released) = std::sync::mpsc::channel::<()>();
        // Cannot be cancelled: it does not await.
        host.tasks.spawn(async move {
            let _ = released.recv();
        });
        sleep(Duration::from_millis(50)).await;
        let stopwatch = Stopwatch::start();

        host.stop_within(Duration::from_secs(2)).await;

        let elapsed = stopwatch.elapsed();
        drop(release);
        assert!(elapsed < Duration::from_millis(3_500), "each stage waited for itself: {elapsed:?}");
    }

    #[tokio::test]
    async fn a_step_that_panics_does_not_end_its_loop() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let host = host(folder.path()).await;
        let steps = Arc::new(AtomicU32::new(0));
        let counter = steps.clone();
        let step = move |_: Store| {
            let step = counter.fetch_add(1, Ordering::Relaxed);
            async move { if step == 0 { panic!("the first step panics") } else { Ok(None) } }
        };
        let store = host.services[0].store().clone();
        host.tasks.spawn(repeat("test", store, |store| store.commit_signals().tick.clone(), step));

        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while steps.load(Ordering::Relaxed) < 2 {
            assert!(tokio::time::Instant::now() < deadline, "the loop has ended");
            sleep(Duration::from_millis(10)).await;
        }
    }
}
