//! Records the JSON of every event, request, reply and refusal as a snapshot.
//!
//! A changed snapshot is a changed wire format: programs of the previous version, and events stored by them, must still be
//! understood. If an old reader would misread an event, raise its `Event::SCHEMA`. Then accept the new snapshots with
//! `INSTA_UPDATE=always cargo test -p shared`.

mod examples;
mod passes;
mod refusals;

use insta::{Settings, assert_json_snapshot};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::{Envelope, Event, Flaw, Rejection, Request, Service, Subject, requests};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use strum::{EnumCount, VariantArray};

/// The names of the messages with an example.
#[derive(Default)]
struct Recorder {
    events: BTreeSet<&'static str>,
    requests: BTreeSet<&'static str>,
}

impl Recorder {
    fn event<E: Event + PartialEq + Debug>(&mut self, body: &E) {
        #[derive(Serialize)]
        struct Shape<'a, E> {
            schema: u16,
            body: &'a E,
        }
        assert!(self.events.insert(E::SUBJECT.name()), "{} has two examples", E::SUBJECT);
        assert_decodes(body);
        let shape = Shape { schema: E::SCHEMA, body };
        in_folder("events").bind(|| assert_json_snapshot!(E::SUBJECT.name(), shape));
    }

    fn request<R: Request + PartialEq + Debug>(&mut self, request: &R, reply: &R::Reply)
    where
        R::Reply: PartialEq + Debug,
    {
        #[derive(Serialize)]
        struct Shape<'a, R, Reply> {
            request: &'a R,
            reply: &'a Reply,
        }
        assert!(self.requests.insert(R::NAME), "{} has two examples", R::NAME);
        assert_decodes(request);
        assert_decodes(reply);
        in_folder("requests").bind(|| assert_json_snapshot!(R::NAME, Shape { request, reply }));
    }
}

/// Where snapshots lie, and how they stay the same whatever the features of `serde_json`, which order its maps.
fn in_folder(folder: &str) -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path(format!("snapshots/{folder}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_sort_maps(true);
    settings
}

/// Asserts that `value` decodes from its own JSON, and from that of a later version which has more fields.
fn assert_decodes<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let mut json = serde_json::to_value(value).expect("every message is JSON");
    assert_eq!(serde_json::from_value::<T>(json.clone()).as_ref().ok(), Some(value), "its own JSON: {json}");
    add_fields(&mut json);
    assert_eq!(serde_json::from_value::<T>(json.clone()).as_ref().ok(), Some(value), "with more fields: {json}");
}

/// Adds a field to every object.
fn add_fields(json: &mut Value) {
    match json {
        Value::Object(fields) => {
            fields.values_mut().for_each(add_fields);
            fields.insert("added_later".to_owned(), json!(1));
        }
        Value::Array(items) => items.iter_mut().for_each(add_fields),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_event_has_a_snapshot() {
    let mut recorder = Recorder::default();

    examples::events(&mut recorder);

    let subjects = Subject::ALL.map(Subject::name).into();
    assert_eq!(recorder.events, subjects, "add an example of each event to examples.rs");
}

#[test]
fn every_request_and_reply_has_a_snapshot() {
    let mut recorder = Recorder::default();

    examples::requests(&mut recorder);

    let names = Service::ALL.into_iter().flat_map(requests).copied().collect();
    assert_eq!(recorder.requests, names, "add an example of each request and its reply to examples.rs");
}

#[test]
fn every_refusal_has_a_snapshot() {
    let flaws = refusals::FLAWS.map(|flaw| Rejection::Invalid(shared::Invalid::new("the_field", flaw)));
    let refusals: Vec<Rejection> = refusals::rejections().into_iter().chain(flaws).collect();

    let texts: BTreeMap<String, String> =
        refusals.iter().map(|refusal| (json_of(refusal), refusal.to_string())).collect();

    assert_eq!(refusals::FLAWS.len(), Flaw::COUNT, "add an example of each flaw to refusals.rs");
    assert_eq!(texts.len(), Rejection::COUNT - 1 + Flaw::COUNT, "add an example of each rejection to refusals.rs");
    for refusal in refusals {
        assert_eq!(serde_json::from_str(&json_of(&refusal)).ok(), Some(refusal));
    }
    in_folder("").bind(|| assert_json_snapshot!("refusals", texts));
}

#[test]
fn the_envelope_and_the_feeds_have_snapshots() {
    let (envelope, ticket, order) = (examples::envelope(), examples::ticket_update(), examples::order_update());
    let pass = passes::pass_update();

    // The body is kept as it is, with the fields of later versions.
    let mut later = json!(envelope);
    later["added_later"] = json!(1);
    assert_eq!(serde_json::from_value(later).ok().as_ref(), Some(&envelope));
    assert_decodes(&ticket);
    assert_decodes(&order);
    assert_decodes(&pass);

    in_folder("").bind(|| {
        assert_json_snapshot!("envelope", envelope);
        assert_json_snapshot!("ticket_update", ticket);
        assert_json_snapshot!("order_update", order);
        assert_json_snapshot!("pass_update", pass);
    });
}

#[test]
fn a_body_of_a_newer_schema_or_of_another_subject_is_not_decoded() {
    let envelope = examples::envelope();
    let newer = Envelope { schema: envelope.schema + 1, ..envelope.clone() };
    let other = Envelope { subject: Subject::OrdersChanged, ..envelope.clone() };

    let decode = Envelope::decode::<shared::expiration::ExpirationDue>;

    assert_eq!(decode(&envelope), Ok(examples::expiration_due()));
    assert_eq!(decode(&newer), Err("cannot decode expiration.due with schema 2 as expiration.due".to_owned()));
    assert_eq!(decode(&other), Err("cannot decode orders.changed with schema 1 as expiration.due".to_owned()));
}

/// Columns store the names of `strum`, JSON has those of `serde`; logs and audits compare both.
#[test]
fn a_variant_has_one_name_in_json_and_in_columns() {
    fn check<T: VariantArray + Serialize + Copy + Into<&'static str>>() {
        for variant in T::VARIANTS {
            assert_eq!(json!(variant), json!(Into::<&'static str>::into(*variant)));
        }
    }
    check::<Service>();
    check::<Subject>();
    check::<shared::auth::SecurityEventKind>();
    check::<shared::Currency>();
    check::<shared::tickets::Category>();
    check::<shared::tickets::TicketState>();
    check::<shared::orders::OrderState>();
    check::<shared::orders::EndReason>();
    check::<shared::payments::PaymentState>();
    check::<shared::payments::Decline>();
    check::<shared::payments::MovementKind>();
}

fn json_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("every message is JSON")
}
