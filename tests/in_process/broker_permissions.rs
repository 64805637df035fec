//! What a service may read from the broker with its own user, as `accounts.conf` permits.

use super::bus::{BOTH, ORDERS, Recorder, TIMEOUT, envelope, jetstream, publish, subscribe};
use crate::harness::nats::TestNats;
use futures::StreamExt;
use serde_json::{Value, json};
use server::messaging::connection::Connection;
use server::messaging::{Bus, consumers};
use server::services::subscribed_subjects;
use servers::paths;
use shared::{Service, Subject};
use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// A request that is permitted is answered within milliseconds; one that is not is never answered.
const REFUSAL_TIMEOUT: Duration = Duration::from_millis(500);

/// Asks JetStream's API. `None` means that the user may not send this request.
async fn ask(connection: &Connection, subject: &str, body: &Value) -> Option<Value> {
    let request = connection.client().request(format!("$JS.API.{subject}"), body.to_string().into());
    let answer = tokio::time::timeout(REFUSAL_TIMEOUT, request).await.ok()?.ok()?;
    Some(serde_json::from_slice(&answer.payload).expect("the answer is JSON"))
}

fn new_consumer(config: &Value) -> Value {
    json!({ "stream_name": "ticketing", "config": config, "action": "" })
}

/// What a service's user may publish to, according to `accounts.conf`.
fn permitted(accounts: &str, user: &str) -> BTreeSet<String> {
    let (_, own) = accounts.split_once(&format!("user: {user}\n")).expect("the user exists");
    let (_, list) = own.split_once("publish: [").expect("it may publish");
    let (list, _) = list.split_once(']').expect("the list ends");
    list.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix('"')).map(str::to_owned).collect()
}

/// What a service's user has to publish to, and nothing else.
fn required(service: Service) -> BTreeSet<String> {
    let mut required: Vec<String> = vec![
        format!("{service}.>"),
        "$JS.API.INFO".to_owned(),
        "$JS.API.STREAM.INFO.ticketing".to_owned(),
        "$JS.API.STREAM.CREATE.ticketing".to_owned(),
        "_INBOX.web.>".to_owned(),
    ];
    for subject in subscribed_subjects(service) {
        required.push(format!("$JS.API.CONSUMER.CREATE.ticketing.{}.{subject}", consumers::name(service, subject)));
    }
    // The consumer of a former version, which it may use and not create.
    let consumers = subscribed_subjects(service).into_iter().map(|subject| consumers::name(service, subject));
    for consumer in consumers.chain([service.name().to_owned()]) {
        required.push(format!("$JS.API.CONSUMER.INFO.ticketing.{consumer}"));
        required.push(format!("$JS.API.CONSUMER.MSG.NEXT.ticketing.{consumer}"));
        required.push(format!("$JS.ACK.ticketing.{consumer}.>"));
    }
    required.into_iter().collect()
}

#[test]
fn accounts_conf_permits_each_service_exactly_the_consumers_of_its_subscriptions() {
    let accounts = fs::read_to_string(paths::root().join("k8s/base/nats/accounts.conf")).expect("it exists");

    for service in Service::ALL {
        let (permitted, required) = (permitted(&accounts, service.name()), required(service));

        let missing: Vec<&String> = required.difference(&permitted).collect();
        let excess: Vec<&String> = permitted.difference(&required).collect();
        assert!(missing.is_empty(), "add to the user {service} in accounts.conf: {missing:#?}");
        assert!(excess.is_empty(), "remove from the user {service} in accounts.conf: {excess:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_cannot_read_a_subject_to_which_it_does_not_subscribe() {
    let nats = TestNats::start();
    let (bus, orders, admin) =
        (jetstream(&nats, "orders").await, nats.connect("orders").await, nats.connect("admin").await);
    let foreign = "auth.registered";
    let own = consumers::name(Service::Orders, Subject::TicketsChanged);
    let named = |name: &str, filters: &[&str]| {
        new_consumer(
            &json!({ "durable_name": name, "name": name, "filter_subjects": filters, "ack_policy": "explicit" }),
        )
    };
    let single = |name: &str| {
        new_consumer(
            &json!({ "durable_name": name, "name": name, "filter_subject": foreign, "ack_policy": "explicit" }),
        )
    };
    let ephemeral = new_consumer(&json!({ "filter_subject": foreign, "ack_policy": "explicit" }));
    let requests = [
        ("CONSUMER.CREATE.ticketing".to_owned(), ephemeral),
        ("CONSUMER.CREATE.ticketing.orders".to_owned(), named("orders", &[foreign, "tickets.changed"])),
        ("CONSUMER.CREATE.ticketing.orders".to_owned(), named("orders", &[])),
        (format!("CONSUMER.CREATE.ticketing.orders.{foreign}"), single("orders")),
        ("CONSUMER.DURABLE.CREATE.ticketing.orders".to_owned(), single("orders")),
        (format!("CONSUMER.CREATE.ticketing.{own}"), single(&own)),
        (format!("CONSUMER.CREATE.ticketing.{own}.{foreign}"), single(&own)),
        (format!("CONSUMER.DURABLE.CREATE.ticketing.{own}"), single(&own)),
        // The subject names what it may read, the body something else.
        (format!("CONSUMER.CREATE.ticketing.{own}.tickets.changed"), single(&own)),
        (format!("CONSUMER.CREATE.ticketing.{own}.tickets.changed"), named(&own, &[foreign, "tickets.changed"])),
        (format!("CONSUMER.CREATE.ticketing.{own}.tickets.changed"), named(&own, &[foreign])),
    ];

    for (subject, body) in requests {
        let answer = ask(&orders, &subject, &body).await;

        let created = answer.filter(|answer| answer["error"].is_null());
        assert!(created.is_none(), "{subject} with {body} is permitted: {created:?}");
        let all = ask(&admin, "CONSUMER.NAMES.ticketing", &json!({})).await.expect("admin may ask");
        assert_eq!(all["consumers"].as_array().map_or(0, Vec::len), 0, "{subject} with {body}: {all}");
    }
    let recorder = Arc::new(Recorder::default());
    let subjects = subscribed_subjects(Service::Orders);
    bus.subscribe(Service::Orders, &subjects, recorder).await.expect("these subscriptions are its own");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_receives_all_its_subscriptions_with_its_own_user() {
    let nats = TestNats::start();
    let admin = jetstream(&nats, "admin").await;
    for service in Service::ALL {
        let (bus, subjects) = (jetstream(&nats, service.name()).await, subscribed_subjects(service));
        let recorder = subscribe(&bus, service, &subjects).await;

        let events = (1..).zip(&subjects).map(|(number, subject)| envelope(1_000 * service as u128 + number, *subject));
        let events: Vec<_> = events.collect();
        publish(&admin, &events).await;

        for event in &events {
            recorder.wait_for_id(event.id.uuid(), TIMEOUT).await;
        }
        let deadline = tokio::time::Instant::now() + TIMEOUT;
        while bus.count_undelivered(service, &subjects).await.expect("the bus answers") > 0 {
            assert!(tokio::time::Instant::now() < deadline, "{service} may not acknowledge");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_consumers_begin_where_the_one_of_a_former_version_stopped() {
    let nats = TestNats::start();
    let (bus, admin) = (jetstream(&nats, "admin").await, nats.connect("admin").await);
    let orders: Vec<_> = (1..=10).map(|number| envelope(number, Subject::OrdersChanged)).collect();
    publish(&bus, &[envelope(100, Subject::TicketsChanged)]).await;
    publish(&bus, &orders).await;
    let former = json!({ "durable_name": "expiration", "name": "expiration", "filter_subjects": ["orders.changed"],
        "ack_policy": "explicit", "deliver_policy": "all" });
    let created = ask(&admin, "CONSUMER.CREATE.ticketing.expiration", &new_consumer(&former)).await;
    assert!(created.is_some_and(|answer| answer["error"].is_null()), "the former version created it so");
    let client = admin.client();
    let inbox = client.new_inbox();
    let mut deliveries = client.subscribe(inbox.clone()).await.expect("admin may subscribe");
    let pull = json!({ "batch": 6 }).to_string();
    client
        .publish_with_reply("$JS.API.CONSUMER.MSG.NEXT.ticketing.expiration", inbox, pull.into())
        .await
        .expect("the request is sent");
    for _ in 1..=6 {
        let event = deliveries.next().await.expect("an event is waiting");
        let acknowledgement = event.reply.expect("it is to be acknowledged");
        client.request(acknowledgement, "+ACK".into()).await.expect("the broker confirms it");
    }

    // Two processes start at once, and share the events.
    let other = jetstream(&nats, "expiration").await;
    let (one, two) =
        tokio::join!(subscribe(&bus, Service::Expiration, BOTH), subscribe(&other, Service::Expiration, ORDERS));

    let all = || [one.ids(), two.ids()].concat();
    let deadline = tokio::time::Instant::now() + TIMEOUT;
    while all().len() < 5 {
        assert!(tokio::time::Instant::now() < deadline, "{:?}", all());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tokio::time::sleep(REFUSAL_TIMEOUT).await;
    let mut ids = all();
    ids.sort();
    // What it had not subscribed to begins with the oldest event.
    let expected: Vec<Uuid> = [7, 8, 9, 10, 100].map(Uuid::from_u128).to_vec();
    assert_eq!(ids, expected);
    let former = ask(&admin, "CONSUMER.INFO.ticketing.expiration", &json!({})).await.expect("admin may ask");
    assert!(former["error"].is_null(), "going back to the former version needs its consumer: {former}");
}
