//! Users who buy all the time, whatever fails.

use crate::harness::http_user::{HttpResponse, HttpUser};
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::{Method, StatusCode};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How many tickets a show has: eight per buyer, which is the limit per show.
const TICKETS_PER_SHOW: usize = 48;
/// How many users buy at the same time.
pub const BUYERS: usize = 6;

/// What the buyers have seen.
#[derive(Default)]
pub struct Observed {
    /// The buyers and orders whose payment was acknowledged.
    pub paid: Vec<(usize, String)>,
    /// How many purchases were started.
    pub started: usize,
    /// How often each status was returned.
    pub statuses: BTreeMap<u16, usize>,
    /// Requests without a response, because the connection broke.
    pub broken: usize,
    /// The first errors and 5xx responses.
    pub errors: Vec<String>,
}

/// Buyers at work.
pub struct Load {
    users: Vec<HttpUser>,
    stop: Arc<AtomicBool>,
    observed: Arc<Mutex<Observed>>,
    buying: Vec<JoinHandle<()>>,
}

impl Load {
    /// Creates shows with tickets, and starts buyers who pause for `pause` between two purchases.
    pub async fn start(anonymous: &HttpUser, shows: usize, pause: Duration) -> Load {
        let seller = anonymous.sign_up("seller").await;
        let mut users = Vec::new();
        for _ in 0..BUYERS {
            users.push(anonymous.sign_up("buyer").await);
        }
        let mut tickets_of = vec![Vec::new(); BUYERS];
        for number in 0..shows {
            let show = seller.create_show(&format!("Night {number}")).await;
            for (number, ticket) in seller.list_tickets(&show, TICKETS_PER_SHOW).await.into_iter().enumerate() {
                tickets_of[number % BUYERS].push(ticket);
            }
        }
        let (stop, observed) = (Arc::new(AtomicBool::default()), Arc::new(Mutex::new(Observed::default())));
        let buyers = users.iter().cloned().zip(tickets_of).enumerate();
        let buying = buyers.map(|(number, (user, tickets))| {
            let buyer = Buyer { number, user, observed: observed.clone(), rng: StdRng::seed_from_u64(number as u64) };
            tokio::spawn(buyer.buy_all(tickets, pause, stop.clone()))
        });
        let buying = buying.collect();
        Load { users, stop, observed, buying }
    }

    /// How many purchases were paid so far.
    pub fn paid(&self) -> usize {
        self.observed.lock().expect("no thread panics").paid.len()
    }

    /// Waits until more purchases than `before` are paid, so that the next fault happens under load. Returns how many are.
    pub async fn wait_for_payments_after(&self, before: usize, timeout: Duration) -> usize {
        let started = Instant::now();
        while self.paid() <= before {
            assert!(started.elapsed() < timeout, "no buyer can pay any more: {before} paid");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.paid()
    }

    /// Stops the buyers. Returns what they have seen, and the users.
    pub async fn stop(mut self) -> (Observed, Vec<HttpUser>) {
        self.stop.store(true, Ordering::SeqCst);
        for buyer in self.buying.drain(..) {
            buyer.await.expect("a buyer task does not panic");
        }
        (std::mem::take(&mut *self.observed.lock().expect("no thread panics")), self.users)
    }
}

/// Fails unless every paid order is complete. An authorization may have arrived after the hold expired, because a fault held up
/// its events; it was voided then. Returns how often that happened.
pub async fn assert_paid_orders_completed(observed: &Observed, users: &[HttpUser]) -> usize {
    let mut late = 0;
    for (number, order) in &observed.paid {
        let order = users[*number].get(&format!("/api/orders/{order}")).await;
        let voided = order["state"] == "expired" && order["payment"]["state"] == "voided";
        assert!(voided || order["state"] == "complete", "it was paid: {order}");
        late += usize::from(voided);
    }
    late
}

struct Buyer {
    number: usize,
    user: HttpUser,
    observed: Arc<Mutex<Observed>>,
    rng: StdRng,
}

impl Buyer {
    async fn buy_all(mut self, tickets: Vec<String>, pause: Duration, stop: Arc<AtomicBool>) {
        for ticket in tickets {
            if stop.load(Ordering::SeqCst) {
                return;
            }
            self.observed.lock().expect("no thread panics").started += 1;
            self.buy(&ticket).await;
            tokio::time::sleep(pause).await;
        }
    }

    async fn buy(&mut self, ticket: &str) {
        let held = self.user.hold(ticket).await;
        let Some(held) = self.record(held) else { return };
        let Some(order) = held.json()["id"].as_str().map(str::to_owned) else { return };
        match self.rng.random_range(0..10) {
            // The hold expires.
            0 => {}
            1 => {
                let cancelled = self.user.send(Method::DELETE, &format!("/api/orders/{order}"), None).await;
                self.record(cancelled);
            }
            _ => {
                let card = if self.rng.random_bool(0.1) { "pm_card_chargeDeclined" } else { "pm_card_visa" };
                let paid = self.user.pay(&order, card).await;
                let Some(answer) = self.record(paid) else { return };
                let state = answer.json()["state"].clone();
                if answer.status.is_success() && (state == "authorized" || state == "captured") {
                    self.observed.lock().expect("no thread panics").paid.push((self.number, order));
                } else if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
                    // A hold whose payment was declined would last two minutes longer.
                    let cancelled = self.user.send(Method::DELETE, &format!("/api/orders/{order}"), None).await;
                    self.record(cancelled);
                }
            }
        }
    }

    /// Counts a response. Returns it unless the connection broke.
    fn record(&self, response: Result<HttpResponse, reqwest::Error>) -> Option<HttpResponse> {
        let mut observed = self.observed.lock().expect("no thread panics");
        match response {
            Ok(response) => {
                *observed.statuses.entry(response.status.as_u16()).or_default() += 1;
                if response.status.is_server_error() && observed.errors.len() < 5 {
                    observed.errors.push(format!("{}: {}", response.status, response.text));
                }
                Some(response)
            }
            Err(error) => {
                observed.broken += 1;
                if observed.errors.len() < 5 {
                    observed.errors.push(format!("{error:?}"));
                }
                None
            }
        }
    }
}
