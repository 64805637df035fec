//! Purchases that are paid through Stripe.

use crate::harness::http_user::HttpUser;
use crate::harness::stripe_site::{SECRET_KEY, site_with_stripe};
use fake_stripe::Fault;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

const CARD: &str = "pm_card_visa";
const REQUIRES_AUTHENTICATION: &str = "pm_card_authenticationRequired";
/// How long the site may take to become idle.
const IDLE_TIMEOUT: Duration = Duration::from_secs(20);

async fn payment(user: &HttpUser, id: &Value) -> Value {
    user.get(&format!("/api/payments/{}", id.as_str().expect("it has an id"))).await
}

#[tokio::test]
async fn a_payment_through_stripe_is_captured_and_shown_to_the_seller() {
    let (site, fake) = site_with_stripe(&[("PLATFORM_FEE_PERCENT", "10")]).await;
    let (ann, ben) = (site.sign_up_verified("ann").await, site.sign_up("ben").await);
    let tickets = ann.list_tickets(&ann.create_show("Paid").await, 1).await;
    let order = ben.hold_free(&tickets[0]).await;

    let paid = ben.pay(&order, CARD).await.expect("the site responds");

    assert_eq!(paid.status, StatusCode::OK, "{}", paid.text);
    let order = ben.wait_for_order_state(&order, "complete").await;
    site.wait_until_consistent(IDLE_TIMEOUT).await;
    assert_eq!(payment(&ben, &order["payment"]["id"]).await["state"], "captured");
    let totals = fake.books().totals["eur"];
    assert_eq!((totals.captured, totals.refunded), (1000, 0));
    let account = ann.get("/api/account").await;
    assert_eq!(account["balances"][0]["held"], json!({ "minor": 900, "currency": "EUR" }));
}

#[tokio::test]
async fn after_a_declined_card_another_card_can_be_used() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.sign_up_verified("ann").await, site.sign_up("ben").await);
    let tickets = ann.list_tickets(&ann.create_show("Declined").await, 1).await;
    let order = ben.hold_free(&tickets[0]).await;

    for (card, words) in [
        ("pm_card_chargeDeclined", "ask your bank"),
        ("pm_card_chargeDeclinedInsufficientFunds", "not enough money"),
        ("pm_card_chargeDeclinedProcessingError", "try again"),
        ("pm_card_of_nobody", "another card"),
    ] {
        let declined = ben.pay(&order, card).await.expect("the site responds");
        assert_eq!(declined.status, StatusCode::UNPROCESSABLE_ENTITY, "{card}: {}", declined.text);
        assert!(declined.text.contains(words), "{card}: {}", declined.text);
    }
    assert_eq!(ben.pay(&order, CARD).await.expect("the site responds").status, StatusCode::OK);
    ben.wait_for_order_state(&order, "complete").await;
    site.wait_until_consistent(IDLE_TIMEOUT).await;
    assert_eq!(fake.books().totals["eur"].captured, 1000);
}

#[tokio::test]
async fn d8_a_bank_that_requires_authentication_does_so_on_its_own_page() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.sign_up_verified("ann").await, site.sign_up("ben").await);
    let tickets = ann.list_tickets(&ann.create_show("Asked").await, 2).await;
    let http = Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client can be built");

    for (ticket, answer, state) in [(&tickets[0], "refuse", "held"), (&tickets[1], "approve", "complete")] {
        let order = ben.hold_free(ticket).await;
        let asked = ben.pay(&order, REQUIRES_AUTHENTICATION).await.expect("the site responds").json();
        assert_eq!(asked["needs_authentication"], true, "{asked}");
        let page = asked["bank_url"].as_str().expect("the bank has a page").to_owned();
        assert!(page.starts_with(fake.url()));
        let back = http.post(format!("{page}/{answer}")).send().await.expect("the bank responds");
        let location = back.headers()["location"].to_str().expect("an address");
        assert!(location.starts_with("http://localhost"), "{location}");
        assert!(location.contains(&format!("/orders/{order}")), "{location}");

        ben.wait_for_order_state(&order, state).await;
        let path = format!("/api/payments/{}/authenticate", asked["id"].as_str().expect("it has an id"));
        let checked =
            ben.send(Method::POST, &path, Some(&json!({ "approve": true }))).await.expect("the site responds");
        let expected = if answer == "approve" { ["authorized", "captured"] } else { ["declined", "declined"] };
        assert!(expected.iter().any(|word| checked.json()["state"] == *word), "{}", checked.text);
        if answer == "refuse" {
            assert_eq!(checked.json()["decline"], "authentication_failed");
            ben.send(Method::DELETE, &format!("/api/orders/{order}"), None).await.expect("the site responds");
        }
    }
    site.wait_until_consistent(IDLE_TIMEOUT).await;
    assert_eq!(fake.books().totals["eur"].captured, 1000);
}

#[tokio::test]
async fn a_buyer_who_does_not_return_from_the_bank_is_charged_only_for_tickets() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.sign_up_verified("ann").await, site.sign_up("ben").await);
    let tickets = ann.list_tickets(&ann.create_show("Gone").await, 2).await;
    // Stripe's webhooks are lost.
    fake.set_delivery(None, fake_stripe::Delivery::Off);
    let [approved, abandoned] = [ben.hold_free(&tickets[0]).await, ben.hold_free(&tickets[1]).await];
    for order in [&approved, &abandoned] {
        ben.pay(order, REQUIRES_AUTHENTICATION).await.expect("the site responds");
    }
    let intents: Vec<String> = fake.calls().iter().filter_map(|call| intent_of(&call.path)).collect();

    assert!(fake.answer_bank(&intents[0], true).is_some());
    ben.wait_for_order_state(&approved, "complete").await;
    ben.send(Method::DELETE, &format!("/api/orders/{abandoned}"), None).await.expect("the site responds");
    site.wait_until_consistent(IDLE_TIMEOUT).await;
    fake.answer_bank(&intents[1], true);

    site.wait_until_consistent(Duration::from_secs(5)).await;
    let books = fake.books();
    assert_eq!((books.totals["eur"].captured, books.payments.len()), (1000, 2));
    assert!(books.payments.values().all(|payment| payment.held == 0), "{books:?}");
}

/// The payment intent in the path of a confirmation.
fn intent_of(path: &str) -> Option<String> {
    path.strip_prefix("/v1/payment_intents/")?.strip_suffix("/confirm").map(str::to_owned)
}

#[tokio::test]
async fn d4_a_charge_whose_response_is_lost_in_a_crash_is_found_and_made_once() {
    let (mut site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.sign_up_verified("ann").await, site.sign_up("ben").await);
    let tickets = ann.list_tickets(&ann.create_show("Lost").await, 3).await;
    for (ticket, step) in tickets.iter().zip(["payment_intents", "confirm", "capture"]) {
        let order = ben.hold_free(ticket).await;
        let mut steps = fake.script().observe(step);
        let (user, paid) = (ben.clone(), order.clone());
        let paying = tokio::spawn(async move { user.pay(&paid, CARD).await });
        // Stripe has done the step, and the process is killed before it receives the response.
        let done = async {
            loop {
                let step = steps.recv().await.expect("the step arrives");
                if step.moment == fake_stripe::Moment::After {
                    return step;
                }
            }
        };
        let done = done.await;
        site.kill().await;
        fake.script().clear();
        done.resume();
        drop(paying.await);
        site.start().await;

        ben.wait_for_order_state(&order, "complete").await;
        // Otherwise the next round may observe this order's capture.
        ben.wait_for_payment_state(&order, "captured").await;
    }
    site.wait_until_consistent(IDLE_TIMEOUT).await;
    let books = fake.books();
    assert_eq!(books.totals["eur"].captured, 3000);
    assert!(books.payments.values().all(|payment| payment.authorizations == 1), "{books:?}");
}

#[tokio::test]
async fn while_stripe_is_unreachable_a_payment_is_unknown_and_is_decided_later() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.sign_up_verified("ann").await, site.sign_up("ben").await);
    let tickets = ann.list_tickets(&ann.create_show("Away").await, 1).await;
    let order = ben.hold_free(&tickets[0]).await;
    fake.script().by_chance(1.0, &[Fault::CutBefore]);

    let unknown = ben.pay(&order, CARD).await.expect("the site responds").json();
    assert_eq!(unknown["state"], "unknown", "{unknown}");
    let again = ben.pay(&order, CARD).await.expect("the site responds").json();
    assert_eq!(again["id"], unknown["id"], "no second payment while the first is undecided");
    fake.script().clear();

    ben.wait_for_order_state(&order, "complete").await;
    site.wait_until_consistent(IDLE_TIMEOUT).await;
    assert_eq!(fake.books().payments.len(), 1);
}

#[tokio::test]
async fn a_refund_in_stripes_dashboard_refunds_the_order_and_withdraws_the_tickets() {
    let (site, fake) = site_with_stripe(&[]).await;
    let (ann, ben) = (site.sign_up_verified("ann").await, site.sign_up("ben").await);
    let tickets = ann.list_tickets(&ann.create_show("Refunded").await, 1).await;
    let order = ben.hold_free(&tickets[0]).await;
    ben.pay(&order, CARD).await.expect("the site responds");
    ben.wait_for_order_state(&order, "complete").await;
    site.wait_until_consistent(IDLE_TIMEOUT).await;
    let intent = fake.calls().iter().find_map(|call| intent_of(&call.path)).expect("the payment was confirmed");

    let form = format!("payment_intent={intent}");
    let refund = Client::new().post(format!("{}/v1/refunds", fake.url())).bearer_auth(SECRET_KEY);
    let refund = refund.header("content-type", "application/x-www-form-urlencoded").body(form);
    assert!(refund.send().await.expect("Stripe responds").status().is_success());

    let order = ben.wait_for_order_state(&order, "refunded").await;
    assert_eq!(order["reason"], "refunded_externally");
    site.wait_until_consistent(IDLE_TIMEOUT).await;
    let ticket = ann.get(&format!("/api/tickets/{}", tickets[0])).await;
    assert_eq!(ticket["state"], "withdrawn");
}
