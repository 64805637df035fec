//! What anybody can send to the webhook endpoint.

use crate::harness::site::Site;
use crate::harness::stripe_site::{WEBHOOK_SECRET, endpoint, site_with_stripe};
use fake_stripe::{Delivery, sign};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

/// The real time in Unix seconds, which signatures contain.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("the clock is past 1970");
    i64::try_from(since.as_secs()).expect("the time fits into 63 bits")
}

async fn post(site: &Site, body: &str, signature: Option<&str>) -> StatusCode {
    let mut request = Client::new().post(endpoint(site).url).header("content-type", "application/json");
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    request.body(body.to_owned()).send().await.expect("the site responds").status()
}

fn event(id: &str, kind: &str, created: i64, object: &Value) -> String {
    json!({ "id": id, "object": "event", "type": kind, "created": created, "data": { "object": object } }).to_string()
}

#[tokio::test]
async fn a_webhook_without_a_valid_and_recent_signature_is_refused_and_changes_nothing() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.sign_up_verified("ann").await, site.sign_up("ben").await);
    let tickets = ann.list_tickets(&ann.create_show("Forged").await, 1).await;
    let order = ben.hold_free(&tickets[0]).await;
    fake.set_delivery(None, Delivery::Off);
    let payment = ben.pay(&order, "pm_card_authenticationRequired").await.expect("the site responds").json();
    let body = event(
        "evt_forged",
        "payment_intent.succeeded",
        now(),
        &json!({
            "id": "pi_forged", "object": "payment_intent", "status": "succeeded",
            "metadata": { "payment_id": payment["id"] },
        }),
    );
    let good = sign(WEBHOOK_SECRET, now(), &body);

    for (what, signature) in [
        ("missing", None),
        ("empty", Some(String::new())),
        ("garbage", Some("t=1,v1=zz,,=".to_owned())),
        ("of another secret", Some(sign("whsec_other", now(), &body))),
        ("of another body", Some(sign(WEBHOOK_SECRET, now(), "{}"))),
        ("old", Some(sign(WEBHOOK_SECRET, now() - 301, &body))),
        ("of a year ago", Some(sign(WEBHOOK_SECRET, now() - 365 * 24 * 3600, &body))),
        ("from the future", Some(sign(WEBHOOK_SECRET, now() + 400, &body))),
        ("under another scheme", Some(good.replace("v1=", "v0="))),
    ] {
        assert_eq!(post(&site, &body, signature.as_deref()).await, StatusCode::BAD_REQUEST, "{what}");
    }
    let garbage = "no event at all";
    let signed = sign(WEBHOOK_SECRET, now(), garbage);
    assert_eq!(post(&site, garbage, Some(&signed)).await, StatusCode::BAD_REQUEST);
    let large = format!("{{\"id\":\"{}\"}}", "x".repeat(1024 * 1024));
    let signed = sign(WEBHOOK_SECRET, now(), &large);
    assert_eq!(post(&site, &large, Some(&signed)).await, StatusCode::PAYLOAD_TOO_LARGE);

    let payment = ben.get(&format!("/api/payments/{}", payment["id"].as_str().expect("an id"))).await;
    assert_eq!((&payment["state"], &payment["needs_authentication"]), (&json!("started"), &json!(true)));
    assert_eq!(ben.get(&format!("/api/orders/{order}")).await["state"], "held");
}

#[tokio::test]
async fn false_old_and_repeated_webhooks_change_nothing() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.sign_up_verified("ann").await, site.sign_up("ben").await);
    let tickets = ann.list_tickets(&ann.create_show("Repeated").await, 2).await;
    let order = ben.hold_free(&tickets[0]).await;
    let paid = ben.pay(&order, "pm_card_visa").await.expect("the site responds").json();
    ben.wait_for_order_state(&order, "complete").await;
    site.wait_until_consistent(Duration::from_secs(20)).await;
    let (year, payment) = (365 * 24 * 3600, json!({ "id": "pi_1", "metadata": { "payment_id": paid["id"] } }));

    for (id, kind, created) in [
        ("evt_canceled", "payment_intent.canceled", now()),
        ("evt_failed", "payment_intent.payment_failed", now()),
        ("evt_refunded", "charge.refunded", now()),
        ("evt_year", "payment_intent.canceled", now() - year),
        ("evt_unknown", "customer.tax_id.updated", now()),
    ] {
        let body = event(id, kind, created, &payment);
        for _ in 0..3 {
            let signature = sign(WEBHOOK_SECRET, now(), &body);
            assert_eq!(post(&site, &body, Some(&signature)).await, StatusCode::OK, "{id}");
        }
    }
    // Every real event once more, the newest first.
    for event in fake.events().iter().rev() {
        assert_eq!(fake.deliver(event).await, Some(200));
    }

    site.wait_until_consistent(Duration::from_secs(20)).await;
    let books = fake.books();
    assert_eq!((books.totals["eur"].captured, books.totals["eur"].refunded), (1000, 0));
    assert_eq!(ben.get(&format!("/api/orders/{order}")).await["state"], "complete");
}

#[tokio::test]
async fn signed_events_of_other_programs_are_accepted_and_ignored() {
    let (site, _fake) = site_with_stripe(&[]).await;
    let unknown = "0198c0de-0000-7000-8000-000000000000";
    let objects = [
        json!({ "id": "pi_of_another_shop" }),
        json!({ "id": "pi_of_another_shop", "metadata": { "payment_id": "order-77" } }),
        json!({ "id": "pi_of_another_shop", "metadata": { "payment_id": "" } }),
        json!({ "id": "pi_of_another_shop", "metadata": { "payment_id": unknown } }),
        json!({ "id": "pi_of_another_shop", "metadata": [] }),
        json!({ "id": "ch_1", "payment_intent": { "id": "pi_of_another_shop", "object": "payment_intent" } }),
        json!({ "id": 7, "payment_intent": 8 }),
        json!(null),
    ];
    let mut bodies: Vec<String> =
        objects.iter().map(|object| event("evt_other", "payment_intent.succeeded", now(), object)).collect();
    bodies.push(
        json!({
            "id": "evt_thin", "object": "v2.core.event", "type": "v1.payment_intent.succeeded", "created": "2026-11-27T00:00:00Z",
            "related_object": { "id": "pi_of_another_shop", "type": "payment_intent" },
        })
        .to_string(),
    );

    for body in bodies {
        let signature = sign(WEBHOOK_SECRET, now(), &body);
        assert_eq!(post(&site, &body, Some(&signature)).await, StatusCode::OK, "{body}");
    }
}

#[tokio::test]
async fn a_header_with_thousands_of_signatures_costs_no_more_than_one() {
    let (site, _fake) = site_with_stripe(&[]).await;
    let body = "x".repeat(250_000);
    // The servers' own limit of all headers is above this.
    let signatures = format!("t={}{}", now(), ",v1=00".repeat(2_000));

    let many: Vec<_> = (0..20).map(|_| post(&site, &body, Some(&signatures))).collect();
    let statuses = tokio::time::timeout(Duration::from_secs(20), futures::future::join_all(many)).await;

    let statuses = statuses.expect("hashing the body for each signature would take minutes in this build");
    assert!(statuses.iter().all(|status| *status == StatusCode::BAD_REQUEST), "{statuses:?}");
}

#[tokio::test]
async fn without_stripe_the_webhook_endpoint_does_not_exist() {
    let site = Site::new().await;
    let body = event("evt_1", "payment_intent.succeeded", now(), &json!({}));

    let status = post(&site, &body, Some(&sign(WEBHOOK_SECRET, now(), &body))).await;

    assert_eq!(status, StatusCode::NOT_FOUND);
}
