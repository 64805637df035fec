//! Purchases that are paid through Stripe.

use super::{held, order_is, rests, site_with_stripe};
use crate::site::Person;
use fake_stripe::Fault;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const CARD: &str = "pm_card_visa";
const ASKS: &str = "pm_card_authenticationRequired";

async fn payment(person: &Person, id: &Value) -> Value {
    person.get(&format!("/api/payments/{}", id.as_str().expect("it has an id"))).await
}

#[tokio::test]
async fn a_ticket_that_is_paid_through_stripe_is_the_buyers_and_the_money_ours() {
    let (site, fake) = site_with_stripe(&[("PLATFORM_FEE_PERCENT", "10")]).await;
    let (ann, ben) = (site.person("ann").await, site.person("ben").await);
    let tickets = ann.lists(&ann.announces("Paid").await, 1).await;
    let order = held(&ben, &tickets[0]).await;

    let paid = ben.pays(&order, CARD).await.expect("the site is up");

    assert_eq!(paid.status, StatusCode::OK, "{}", paid.text);
    let order = order_is(&ben, &order, "complete").await;
    rests(&site, Duration::from_secs(20)).await;
    assert_eq!(payment(&ben, &order["payment"]["id"]).await["state"], "captured");
    let totals = fake.books().totals["eur"];
    assert_eq!((totals.captured, totals.refunded), (1000, 0));
    let account = ann.get("/api/account").await;
    assert_eq!(account["balances"][0]["held"], json!({ "minor": 900, "currency": "EUR" }));
}

#[tokio::test]
async fn a_declined_card_is_followed_by_another_under_another_key() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.person("ann").await, site.person("ben").await);
    let tickets = ann.lists(&ann.announces("Declined").await, 1).await;
    let order = held(&ben, &tickets[0]).await;

    for (card, words) in [
        ("pm_card_chargeDeclined", "ask your bank"),
        ("pm_card_chargeDeclinedInsufficientFunds", "not enough money"),
        ("pm_card_chargeDeclinedProcessingError", "try again"),
        ("pm_card_of_nobody", "another card"),
    ] {
        let declined = ben.pays(&order, card).await.expect("the site is up");
        assert_eq!(declined.status, StatusCode::UNPROCESSABLE_ENTITY, "{card}: {}", declined.text);
        assert!(declined.text.contains(words), "{card}: {}", declined.text);
    }
    assert_eq!(ben.pays(&order, CARD).await.expect("the site is up").status, StatusCode::OK);
    order_is(&ben, &order, "complete").await;
    rests(&site, Duration::from_secs(20)).await;
    assert_eq!(fake.books().totals["eur"].captured, 1000);
}

#[tokio::test]
async fn d8_a_bank_that_asks_who_it_is_is_answered_on_its_own_page() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.person("ann").await, site.person("ben").await);
    let tickets = ann.lists(&ann.announces("Asked").await, 2).await;
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client can be built");

    for (ticket, answer, state) in [(&tickets[0], "refuse", "held"), (&tickets[1], "approve", "complete")] {
        let order = held(&ben, ticket).await;
        let asked = ben.pays(&order, ASKS).await.expect("the site is up").json();
        assert_eq!(asked["needs_authentication"], true, "{asked}");
        let page = asked["bank_url"].as_str().expect("the bank has a page").to_owned();
        assert!(page.starts_with(fake.url()));
        let back = http.post(format!("{page}/{answer}")).send().await.expect("the bank answers");
        let location = back.headers()["location"].to_str().expect("an address");
        assert!(location.starts_with("http://localhost"), "{location}");
        assert!(location.contains(&format!("/orders/{order}")), "{location}");

        order_is(&ben, &order, state).await;
        let path = format!("/api/payments/{}/authenticate", asked["id"].as_str().expect("it has an id"));
        let looked = ben.send(Method::POST, &path, Some(&json!({ "approve": true }))).await.expect("the site is up");
        let expected = if answer == "approve" { ["authorized", "captured"] } else { ["declined", "declined"] };
        assert!(expected.iter().any(|word| looked.json()["state"] == *word), "{}", looked.text);
        if answer == "refuse" {
            assert_eq!(looked.json()["decline"], "authentication_failed");
            ben.send(Method::DELETE, &format!("/api/orders/{order}"), None).await.expect("the site is up");
        }
    }
    rests(&site, Duration::from_secs(20)).await;
    assert_eq!(fake.books().totals["eur"].captured, 1000);
}

#[tokio::test]
async fn a_person_who_never_comes_back_from_the_bank_is_charged_only_with_tickets() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.person("ann").await, site.person("ben").await);
    let tickets = ann.lists(&ann.announces("Gone").await, 2).await;
    // Stripe's news of it is lost.
    fake.delivers(None, fake_stripe::Delivery::Off);
    let [approved, given_up] = [held(&ben, &tickets[0]).await, held(&ben, &tickets[1]).await];
    for order in [&approved, &given_up] {
        ben.pays(order, ASKS).await.expect("the site is up");
    }
    let intents: Vec<String> = fake.calls().iter().filter_map(|call| intent_of(&call.path)).collect();

    assert!(fake.answer_bank(&intents[0], true).is_some());
    order_is(&ben, &approved, "complete").await;
    ben.send(Method::DELETE, &format!("/api/orders/{given_up}"), None).await.expect("the site is up");
    rests(&site, Duration::from_secs(20)).await;
    fake.answer_bank(&intents[1], true);

    rests(&site, Duration::from_secs(5)).await;
    let books = fake.books();
    assert_eq!((books.totals["eur"].captured, books.payments.len()), (1000, 2));
    assert!(books.payments.values().all(|payment| payment.held == 0), "{books:?}");
}

/// The intent that a request to confirm names.
fn intent_of(path: &str) -> Option<String> {
    path.strip_prefix("/v1/payment_intents/")?.strip_suffix("/confirm").map(str::to_owned)
}

#[tokio::test]
async fn d4_a_charge_whose_answer_got_lost_is_found_and_paid_for_once() {
    let (mut site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.person("ann").await, site.person("ben").await);
    let tickets = ann.lists(&ann.announces("Lost").await, 3).await;
    for (ticket, step) in tickets.iter().zip(["payment_intents", "confirm", "capture"]) {
        let order = held(&ben, ticket).await;
        let mut steps = fake.script().observe(step);
        let (person, paid) = (ben.clone(), order.clone());
        let paying = tokio::spawn(async move { person.pays(&paid, CARD).await });
        // It is done at Stripe, and the process dies before it hears that.
        let done = async {
            loop {
                let step = steps.recv().await.expect("there is one");
                if step.moment == fake_stripe::Moment::After {
                    return step;
                }
            }
        };
        let done = done.await;
        site.kill().await;
        fake.script().clear();
        done.goes_on();
        drop(paying.await);
        site.start().await;

        order_is(&ben, &order, "complete").await;
    }
    rests(&site, Duration::from_secs(20)).await;
    let books = fake.books();
    assert_eq!(books.totals["eur"].captured, 3000);
    assert!(books.payments.values().all(|payment| payment.authorizations == 1), "{books:?}");
}

#[tokio::test]
async fn a_stripe_that_is_away_leaves_a_payment_unknown_until_it_is_back() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.person("ann").await, site.person("ben").await);
    let tickets = ann.lists(&ann.announces("Away").await, 1).await;
    let order = held(&ben, &tickets[0]).await;
    fake.script().by_chance(1.0, &[Fault::CutBefore]);

    let unclear = ben.pays(&order, CARD).await.expect("the site is up").json();
    assert_eq!(unclear["state"], "unknown", "{unclear}");
    let again = ben.pays(&order, CARD).await.expect("the site is up").json();
    assert_eq!(again["id"], unclear["id"], "no second payment while the first is undecided");
    fake.script().clear();

    order_is(&ben, &order, "complete").await;
    rests(&site, Duration::from_secs(20)).await;
    assert_eq!(fake.books().payments.len(), 1);
}

#[tokio::test]
async fn money_that_is_given_back_on_stripes_own_pages_takes_the_tickets_along() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.person("ann").await, site.person("ben").await);
    let tickets = ann.lists(&ann.announces("Given back").await, 1).await;
    let order = held(&ben, &tickets[0]).await;
    ben.pays(&order, CARD).await.expect("the site is up");
    order_is(&ben, &order, "complete").await;
    rests(&site, Duration::from_secs(20)).await;
    let intent = fake.calls().iter().find_map(|call| intent_of(&call.path)).expect("it was confirmed");

    let form = format!("payment_intent={intent}");
    let refund = Client::new().post(format!("{}/v1/refunds", fake.url())).bearer_auth(super::SECRET_KEY);
    let refund = refund.header("content-type", "application/x-www-form-urlencoded").body(form);
    assert!(refund.send().await.expect("it answers").status().is_success());

    let order = order_is(&ben, &order, "refunded").await;
    assert_eq!(order["reason"], "given_back");
    rests(&site, Duration::from_secs(20)).await;
    let ticket = ann.get(&format!("/api/tickets/{}", tickets[0])).await;
    assert_eq!(ticket["state"], "withdrawn");
}
