//! What anybody can send to the address at which Stripe tells us things.

use super::{WEBHOOK_SECRET, endpoint, held, order_is, rests, site_with_stripe};
use crate::site::Site;
use fake_stripe::{Delivery, sign};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

#[expect(clippy::disallowed_methods, reason = "a signature is of the real time")]
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("the clock is past 1970");
    i64::try_from(since.as_secs()).expect("it fits")
}

async fn post(site: &Site, body: &str, signature: Option<&str>) -> StatusCode {
    let mut request = Client::new().post(endpoint(site).url).header("content-type", "application/json");
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    request.body(body.to_owned()).send().await.expect("the site is up").status()
}

fn event(id: &str, kind: &str, created: i64, object: &Value) -> String {
    json!({ "id": id, "object": "event", "type": kind, "created": created, "data": { "object": object } }).to_string()
}

#[tokio::test]
async fn news_that_stripe_did_not_sign_lately_is_refused_and_changes_nothing() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.person("ann").await, site.person("ben").await);
    let tickets = ann.lists(&ann.announces("Forged").await, 1).await;
    let order = held(&ben, &tickets[0]).await;
    fake.delivers(None, Delivery::Off);
    let asked = ben.pays(&order, "pm_card_authenticationRequired").await.expect("the site is up").json();
    let body = event(
        "evt_forged",
        "payment_intent.succeeded",
        now(),
        &json!({
            "id": "pi_forged", "object": "payment_intent", "status": "succeeded",
            "metadata": { "payment_id": asked["id"] },
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

    let payment = ben.get(&format!("/api/payments/{}", asked["id"].as_str().expect("an id"))).await;
    assert_eq!((&payment["state"], &payment["needs_authentication"]), (&json!("started"), &json!(true)));
    assert_eq!(ben.get(&format!("/api/orders/{order}")).await["state"], "held");
}

#[tokio::test]
async fn news_that_lies_is_old_or_comes_again_only_makes_us_look() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.person("ann").await, site.person("ben").await);
    let tickets = ann.lists(&ann.announces("Repeated").await, 2).await;
    let order = held(&ben, &tickets[0]).await;
    let paid = ben.pays(&order, "pm_card_visa").await.expect("the site is up").json();
    order_is(&ben, &order, "complete").await;
    rests(&site, Duration::from_secs(20)).await;
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
    let of_others = event("evt_other", "payment_intent.succeeded", now(), &json!({ "id": "pi_of_another_shop" }));
    let signature = sign(WEBHOOK_SECRET, now(), &of_others);
    assert_eq!(post(&site, &of_others, Some(&signature)).await, StatusCode::OK);
    // Everything that really happened once more, the last first.
    for event in fake.events().iter().rev() {
        assert_eq!(fake.deliver(event).await, Some(200));
    }

    rests(&site, Duration::from_secs(20)).await;
    let books = fake.books();
    assert_eq!((books.totals["eur"].captured, books.totals["eur"].refunded), (1000, 0));
    assert_eq!(ben.get(&format!("/api/orders/{order}")).await["state"], "complete");
}

#[tokio::test]
async fn without_stripe_there_is_nobody_to_tell_us_anything() {
    let site = Site::new().await;
    let body = event("evt_1", "payment_intent.succeeded", now(), &json!({}));

    let status = post(&site, &body, Some(&sign(WEBHOOK_SECRET, now(), &body))).await;

    assert_eq!(status, StatusCode::NOT_FOUND);
}
