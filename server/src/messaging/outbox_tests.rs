//! Replayed events do not delay new ones, and are not counted again.

use super::{Bus, BusEvent, Deferred, EventHandler, outbox};
use crate::fixtures;
use crate::store::{self, Databases, Store};
use crate::tasks::Tasks;
use crate::{Environment, Error};
use async_trait::async_trait;
use shared::orders::{OrderChanged, OrderState};
use shared::{Envelope, Instant, Service, Subject};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::sync::broadcast;
use uuid::Uuid;

/// Records what is published.
#[derive(Default)]
struct Recorder(Mutex<Vec<Uuid>>);

#[async_trait]
impl Bus for Recorder {
    async fn publish(&self, envelopes: &[Arc<Envelope>]) -> Result<Vec<Deferred>, Error> {
        self.0.lock().expect("no thread panics").extend(envelopes.iter().map(|envelope| envelope.aggregate_id));
        Ok(Vec::new())
    }
    async fn redeliver(&self, _: Service, _: &[Arc<Envelope>]) -> Result<(), Error> {
        Ok(())
    }
    async fn subscribe(&self, _: Service, _: &[Subject], _: Arc<dyn EventHandler>) -> Result<(), Error> {
        Ok(())
    }
    fn watch(&self, _: &'static [Subject]) -> broadcast::Receiver<BusEvent> {
        broadcast::channel(1).1
    }
    async fn count_undelivered(&self, _: Service, _: &[Subject]) -> Result<u64, Error> {
        Ok(0)
    }
}

async fn publish(store: &Store, number: u128) {
    let written = store.write(store.root_cause(), move |tx| {
        Box::pin(async move { tx.publish(&fixtures::ticket_changed(number)).await })
    });
    written.await.expect("the event is new");
}

#[tokio::test]
async fn every_change_is_counted_once_by_the_state_that_it_leads_to() {
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let _guard = metrics::set_default_local_recorder(&recorder);
    let (folder, tasks, bus) = (TempDir::new().expect("makes a folder"), Tasks::default(), Recorder::default());
    let databases = Databases::Folder(folder.path().to_owned());
    let environment = Environment::simulated(1, Instant::from_millis(1_000));
    let store = store::open(Service::Orders, &databases, &[], environment, &tasks).await.expect("opens");
    let held = fixtures::order();
    let complete = OrderChanged { version: held.version + 1, state: OrderState::Complete, ..held.clone() };
    for order in [held, complete] {
        let write = store.write(store.root_cause(), move |tx| Box::pin(async move { tx.publish(&order).await }));
        write.await.expect("the version is new");
        while outbox::relay(&store, &bus).await.expect("publishes") > 0 {}
    }

    super::republish(&databases, Service::Orders).await.expect("marks");
    while outbox::relay(&store, &bus).await.expect("publishes") > 0 {}

    assert_eq!(bus.0.lock().expect("no thread panics").len(), 4, "each of them is published once more");
    let metrics = recorder.handle().render();
    for state in ["held", "complete"] {
        let line = format!("events_published_total{{subject=\"orders.changed\",state=\"{state}\"}} 1\n");
        assert!(metrics.contains(&line), "{metrics}");
    }
}

#[tokio::test]
async fn a_new_event_is_published_before_those_that_are_replayed_and_each_of_them_once() {
    let (folder, tasks, bus) = (TempDir::new().expect("makes a folder"), Tasks::default(), Recorder::default());
    let databases = Databases::Folder(folder.path().to_owned());
    let environment = Environment::simulated(1, Instant::from_millis(1_000));
    let store = store::open(Service::Tickets, &databases, &[], environment, &tasks).await.expect("opens");
    for number in 1..=150 {
        publish(&store, number).await;
    }
    while outbox::relay(&store, &bus).await.expect("publishes") > 0 {}
    bus.0.lock().expect("no thread panics").clear();

    super::republish(&databases, Service::Tickets).await.expect("marks");
    outbox::relay(&store, &bus).await.expect("publishes");
    let replayed = bus.0.lock().expect("no thread panics").len();
    publish(&store, 1_000).await;
    assert!(outbox::has_unpublished(store.read()).await.expect("answers"));
    while outbox::relay(&store, &bus).await.expect("publishes") > 0 {}

    let published = bus.0.lock().expect("no thread panics").clone();
    assert!(replayed > 0 && replayed < 150, "{replayed} were replayed at once");
    assert_eq!(published[replayed], Uuid::from_u128(1_000));
    assert_eq!(published.len(), 151);
    assert!(!outbox::has_unpublished(store.read()).await.expect("answers"));
}
