//! Two hundred purchases through a Stripe that fails in every way, by a process that is killed between every two steps: no
//! cent is lost or charged twice.

use crate::harness::http_user::HttpUser;
use crate::harness::site::Site;
use crate::harness::stripe_site::{endpoint, site_with_stripe};
use fake_stripe::{Delivery, FakeStripe, Fault, Moment, Snapshot, Step};
use futures::future::join_all;
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// How many purchases are started, and by how many users at once.
const PURCHASES: usize = 200;
const BUYERS: usize = 8;
const TICKETS_PER_SHOW: usize = 40;
/// How long the refunds of the cancelled show run while the process is still killed.
const CANCEL_DURATION: Duration = Duration::from_secs(8);
/// How often the process is killed at each moment of each step.
const KILLS_PER_MOMENT: usize = 4;
/// How likely it is that a request to Stripe fails.
const FAULT_PROBABILITY: f64 = 0.15;
/// How long the site may take to become idle.
const IDLE_TIMEOUT: Duration = Duration::from_secs(240);

const FAULTS: [Fault; 7] = [
    Fault::ERROR_BEFORE,
    Fault::ERROR_AFTER,
    Fault::ErrorBefore { status: 503, kept: true },
    Fault::CutBefore,
    Fault::CutAfter,
    Fault::TooManyRequests,
    Fault::SilentAfter(Duration::from_secs(6)),
];

/// Sends a request until the site responds: the process may be killed or starting.
async fn retry_until_answered(
    user: &HttpUser,
    method: Method,
    path: &str,
    body: Option<&Value>,
    key: Option<&str>,
) -> (StatusCode, Value) {
    let text = body.map(Value::to_string);
    let headers: Vec<_> = key.map(|key| ("idempotency-key", key)).into_iter().collect();
    loop {
        if let Ok(answer) = user.send_text(method.clone(), path, text.as_deref(), &headers).await
            && answer.status != StatusCode::SERVICE_UNAVAILABLE
        {
            return (answer.status, answer.json());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

struct Buyer {
    user: HttpUser,
    seller: HttpUser,
    fake: Arc<FakeStripe>,
    started: Arc<AtomicUsize>,
}

impl Buyer {
    /// Buys these tickets one after the other, each in a random way.
    async fn buy_all(self, tickets: Vec<String>, mut rng: StdRng) {
        for ticket in tickets {
            if self.started.fetch_add(1, Ordering::SeqCst) >= PURCHASES {
                return;
            }
            self.buy(&ticket, rng.random_range(0..100)).await;
        }
    }

    async fn buy(&self, ticket: &str, way: u32) {
        let hold = json!({ "ticket_ids": [ticket], "expected_total": { "minor": 1000, "currency": "EUR" } });
        let (status, order) =
            retry_until_answered(&self.user, Method::POST, "/api/orders", Some(&hold), Some(ticket)).await;
        assert_eq!(status, StatusCode::OK, "no other buyer holds it: {order}");
        let order = order["id"].as_str().expect("it has an id").to_owned();
        match way {
            0..55 => drop(self.pay(&order, "pm_card_visa").await),
            55..70 => {
                self.pay(&order, "pm_card_chargeDeclined").await;
                self.pay(&order, "pm_card_visa").await;
            }
            70..90 => {
                let payment = self.pay(&order, "pm_card_authenticationRequired").await;
                let page = payment["bank_url"].as_str().unwrap_or_default();
                let intent = page.rsplit('/').next().unwrap_or_default();
                match way {
                    70..76 => drop(self.fake.answer_bank(intent, true)),
                    76..80 => {
                        self.fake.answer_bank(intent, false);
                        self.cancel(&order).await;
                    }
                    _ => {
                        self.cancel(&order).await;
                        self.fake.answer_bank(intent, true);
                    }
                }
            }
            _ => self.cancel(&order).await,
        }
        if way < 10 {
            self.refund(&order, ticket).await;
        }
    }

    async fn pay(&self, order: &str, card: &str) -> Value {
        let pay = json!({ "order_id": order, "method": card });
        let key = format!("{order}/{card}");
        let (_, payment) =
            retry_until_answered(&self.user, Method::POST, "/api/payments", Some(&pay), Some(&key)).await;
        let Some(id) = payment["id"].as_str() else { return payment };
        // The payment may be undecided until Stripe is asked again.
        let path = format!("/api/payments/{id}");
        for _ in 0..200 {
            let (_, payment) = retry_until_answered(&self.user, Method::GET, &path, None, None).await;
            let waits = payment["needs_authentication"] == true;
            if waits || !["started", "unknown"].iter().any(|state| payment["state"] == *state) {
                return payment;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        payment
    }

    async fn cancel(&self, order: &str) {
        let path = format!("/api/orders/{order}");
        let (status, answer) = retry_until_answered(&self.user, Method::DELETE, &path, None, None).await;
        // An order that was paid meanwhile cannot be cancelled.
        assert!([StatusCode::OK, StatusCode::NO_CONTENT, StatusCode::CONFLICT].contains(&status), "{status}: {answer}");
    }

    /// The seller refunds the sale once the order is complete. An order that was not paid is left alone.
    async fn refund(&self, order: &str, ticket: &str) {
        for _ in 0..100 {
            let (_, order) =
                retry_until_answered(&self.user, Method::GET, &format!("/api/orders/{order}"), None, None).await;
            if order["state"] == "complete" {
                let path = format!("/api/tickets/{ticket}/refund");
                retry_until_answered(&self.seller, Method::POST, &path, Some(&json!({})), None).await;
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// The name of a step: the last segment of its path.
fn step_of(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Lets requests to Stripe proceed, and kills the process at some of them. Returns how often it was killed at each step and
/// moment.
async fn kill_at_random_steps(
    site: &mut Site,
    mut steps: mpsc::Receiver<Step>,
    mut done: oneshot::Receiver<()>,
    mut rng: StdRng,
) -> BTreeMap<(String, bool), usize> {
    let mut kills: BTreeMap<(String, bool), usize> = BTreeMap::new();
    loop {
        let step = tokio::select! {
            step = steps.recv() => step,
            _ = &mut done => return kills,
        };
        let Some(step) = step else { return kills };
        let name = step_of(&step.path);
        // Cancellations are rare, so they are chosen more often.
        let chance = if name == "cancel" { 0.8 } else { 0.3 };
        let killed = kills.entry((name, step.moment == Moment::After)).or_default();
        if *killed < KILLS_PER_MOMENT && rng.random_bool(chance) {
            *killed += 1;
            site.kill().await;
            step.resume();
            site.start().await;
        }
    }
}

async fn orders_of(user: &HttpUser) -> Vec<Value> {
    let (mut orders, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = user.get(&format!("/api/orders?cursor={cursor}")).await;
        orders.extend(page["items"].as_array().expect("a list").iter().cloned());
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => return orders,
        }
    }
}

/// Starts the buyers. Every buyer gets tickets of its own.
fn start_buyers(
    users: &[HttpUser],
    seller: &HttpUser,
    fake: &Arc<FakeStripe>,
    tickets: Vec<Vec<String>>,
    rng: &mut StdRng,
) -> Vec<JoinHandle<()>> {
    let started = Arc::new(AtomicUsize::default());
    let buyers = users.iter().zip(tickets).map(|(user, tickets)| {
        let (fake, started) = (fake.clone(), started.clone());
        let buyer = Buyer { user: user.clone(), seller: seller.clone(), fake, started };
        tokio::spawn(buyer.buy_all(tickets, StdRng::seed_from_u64(rng.random())))
    });
    buyers.collect()
}

/// Waits for the buyers, and then cancels a whole show.
async fn finish(buyers: Vec<JoinHandle<()>>, seller: HttpUser, show: String, finished: oneshot::Sender<()>) {
    for buyer in join_all(buyers).await {
        buyer.expect("a buyer task does not panic");
    }
    let path = format!("/api/shows/{show}/cancel");
    retry_until_answered(&seller, Method::POST, &path, Some(&json!({})), None).await;
    tokio::time::sleep(CANCEL_DURATION).await;
    // The receiver is gone if the steps ended first.
    let _ = finished.send(());
}

/// Fails unless Stripe captured exactly the money of complete orders. Returns how many orders are in each state.
async fn assert_money_matches_orders(users: &[HttpUser], books: &Snapshot, seed: u64) -> BTreeMap<String, usize> {
    let mut of_payments: BTreeMap<String, Value> = BTreeMap::new();
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    for user in users {
        for order in orders_of(user).await {
            *states.entry(order["state"].as_str().expect("a state").to_owned()).or_default() += 1;
            if let Some(payment) = order["payment"]["id"].as_str() {
                of_payments.insert(payment.to_owned(), order);
            }
        }
    }
    let is_complete = |payment: &str| of_payments.get(payment).is_some_and(|order| order["state"] == "complete");
    for (payment, money) in &books.payments {
        assert!(money.authorizations <= 1, "seed {seed}: {payment} was charged twice: {money:?}");
        assert_eq!(money.held, 0, "seed {seed}: {payment} is still authorized: {money:?}");
        let kept = if is_complete(payment) { 1000 } else { 0 };
        assert_eq!(money.captured - money.refunded, kept, "seed {seed}: {payment}: {money:?}");
    }
    let complete: Vec<&String> = of_payments.keys().filter(|payment| is_complete(payment)).collect();
    for payment in &complete {
        assert!(books.payments.contains_key(*payment), "seed {seed}: {payment} is unknown to Stripe");
    }
    assert_eq!(states.get("complete").copied().unwrap_or_default(), complete.len(), "seed {seed}: unpaid orders");
    let totals = books.totals["eur"];
    assert_eq!(totals.captured - totals.refunded, 1000 * i64::try_from(complete.len()).expect("it is small"));
    println!("figure: captured {} cents, refunded {}", totals.captured, totals.refunded);
    states
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_purchases_lose_no_cent_and_charge_none_twice() {
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let (mut site, fake) = site_with_stripe(&[("PLATFORM_FEE_PERCENT", "7.5")]).await;
    let fake = Arc::new(fake);
    fake.set_delivery(Some(endpoint(&site)), Delivery::Chaos);
    let seller = site.sign_up_verified("seller").await;
    let mut shows = Vec::new();
    let mut tickets = vec![Vec::new(); BUYERS];
    for number in 0..PURCHASES.div_ceil(TICKETS_PER_SHOW) + 1 {
        let show = seller.create_show(&format!("Night {number}")).await;
        for (number, ticket) in seller.list_tickets(&show, TICKETS_PER_SHOW).await.into_iter().enumerate() {
            tickets[number % BUYERS].push(ticket);
        }
        shows.push(show);
    }
    let users = join_all((0..BUYERS).map(|_| site.sign_up("buyer"))).await;
    fake.script().by_chance(FAULT_PROBABILITY, &FAULTS);
    let steps = fake.script().observe("");

    let buyers = start_buyers(&users, &seller, &fake, tickets, &mut rng);
    let (finished, done) = oneshot::channel();
    let purchases = finish(buyers, seller, shows.remove(0), finished);
    let kills = kill_at_random_steps(&mut site, steps, done, StdRng::seed_from_u64(rng.random()));
    let (kills, ()) = tokio::join!(kills, purchases);
    fake.script().clear();
    let report = site.wait_until_consistent(IDLE_TIMEOUT).await;

    let states = assert_money_matches_orders(&users, &fake.books(), seed).await;
    let (killed, moments) = (kills.values().sum::<usize>(), kills.values().filter(|count| **count > 0).count());
    println!("figure: {PURCHASES} purchases, {killed} kills at {moments} moments of steps, orders {states:?}");
    println!("{kills:?}\n{report}");
    let complete = states.get("complete").copied().unwrap_or_default();
    assert!(moments >= 10 && killed >= 30 && complete > PURCHASES / 4, "seed {seed}: {kills:?} {states:?}");
}
