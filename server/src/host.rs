//! Starts, wires and stops the services of this process. Reads like the diagram.

use crate::backend::{Answers, Backend};
use crate::messaging::{Bus, embedded::Embedded, inbox, inbox::Inbox, outbox};
use crate::service::Behaviour;
use crate::store::{self, Databases, Migration, Store};
use crate::tasks::Tasks;
use crate::{Config, Environment, Error};
use crate::{auth, expiration, orders, payments, tickets};
use shared::{Envelope, Instant, Service};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, broadcast};

/// How long a loop rests when nothing wakes it.
const IDLE: Duration = Duration::from_secs(1);
/// How long a loop rests after something broke.
const AFTER_FAILURE: Duration = Duration::from_millis(500);
/// How often old events are forgotten.
const PRUNE_EVERY: Duration = Duration::from_secs(3600);
/// How long the services may take to stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// The services of this process, running.
pub struct Host {
    environment: Environment,
    bus: Arc<dyn Bus>,
    backend: Backend,
    services: Vec<Arc<dyn Behaviour>>,
    tasks: Tasks,
}

/// Why the services could not start, in one line.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct StartError(String);

impl Host {
    /// Starts all services on the databases that the configuration names.
    ///
    /// # Errors
    /// If a database cannot be opened.
    pub async fn start(config: &Config, environment: Environment) -> Result<Host, StartError> {
        Host::start_on(Arc::new(Embedded::default()), config, environment).await
    }

    /// Starts all services on a bus.
    ///
    /// # Errors
    /// If a database cannot be opened.
    pub async fn start_on(bus: Arc<dyn Bus>, config: &Config, environment: Environment) -> Result<Host, StartError> {
        let tasks = Tasks::default();
        let databases = &config.databases;
        if let Databases::Folder(folder) = databases {
            check_writable(folder)?;
        }
        let open = async |service: Service, migrations: &'static [Migration]| {
            let opened = store::open(service, databases, migrations, environment.clone(), &tasks).await;
            let name = databases.name_of(service);
            opened.map_err(|error| StartError(format!("DATABASE_URL: {name} cannot be opened: {error}")))
        };

        let services: Vec<Arc<dyn Behaviour>> = vec![
            auth::Auth::new(open(Service::Auth, auth::MIGRATIONS).await?, config.rate_limits),
            tickets::Tickets::new(open(Service::Tickets, tickets::MIGRATIONS).await?),
            orders::Orders::new(open(Service::Orders, orders::MIGRATIONS).await?, config.hold),
            expiration::Expiration::new(open(Service::Expiration, expiration::MIGRATIONS).await?),
            payments::Payments::new(open(Service::Payments, payments::MIGRATIONS).await?, tasks.clone()),
        ];

        let mut answers = Answers::default();
        for service in &services {
            service.clone().answers(&mut answers);
        }
        let host = Host { environment, bus, backend: Backend::new(answers), services, tasks };
        host.services.iter().for_each(|service| host.run(service));
        Ok(host)
    }

    /// Runs the loops of a service: they are all alike.
    fn run(&self, service: &Arc<dyn Behaviour>) {
        let inbox = Arc::new(Inbox::new(service.clone()));
        self.bus.listen(service.listens(), inbox.clone());
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

        self.tasks.spawn(forever("relay", store.clone(), |store| &store.committed().relay, relay));
        self.tasks.spawn(forever("inbox", store.clone(), |store| &store.committed().inbox, retry));
        self.tasks.spawn(forever("tick", store.clone(), |store| &store.committed().tick, tick));
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

    /// Events as they are published, for those who only watch.
    pub fn feed(&self) -> broadcast::Receiver<Arc<Envelope>> {
        self.bus.watch()
    }

    /// Whether every service can reach its database.
    ///
    /// # Errors
    /// Which service cannot.
    pub async fn ready(&self) -> Result<(), String> {
        for service in &self.services {
            let store = service.store();
            store.read().ping().await.map_err(|_| format!("{} cannot reach its database", store.service()))?;
        }
        Ok(())
    }

    /// Whether the services have told each other everything, and wait for nothing but time.
    ///
    /// # Errors
    /// If a database is away.
    pub async fn is_quiet(&self) -> Result<bool, Error> {
        for service in &self.services {
            let (db, now) = (service.store().read(), self.environment.now());
            if outbox::has_unpublished(db).await? || inbox::has_due(db, now + IDLE).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Stops all services; what is under way and not committed is done again at the next start.
    pub async fn stop(&self) {
        self.tasks.stop(STOP_WITHIN).await;
    }
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
                tokio::time::sleep(AFTER_FAILURE).await;
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
        let pruned = store.write(store.own_cause(), |tx| {
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
