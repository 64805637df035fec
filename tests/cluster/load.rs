//! People who buy all the time, whatever breaks.

use crate::site::Person;
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::{Method, StatusCode};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// How many tickets a show has; each person wants at most eight of one show.
const TICKETS_PER_SHOW: usize = 48;
/// How many people buy at the same time.
pub const BUYERS: usize = 6;

/// What the buyers were told.
#[derive(Default)]
pub struct Told {
    /// Orders whose payment was answered with a yes, and whose they are.
    pub paid: Vec<(usize, String)>,
    /// Purchases that were begun.
    pub begun: usize,
    /// How often each status was answered.
    pub statuses: BTreeMap<u16, usize>,
    /// Requests without any answer: the connection broke.
    pub broken: usize,
    /// The first answers that nobody should see.
    pub odd: Vec<String>,
}

/// A market with people in it.
pub struct Load {
    people: Vec<Person>,
    stop: Arc<AtomicBool>,
    told: Arc<Mutex<Told>>,
    buying: Vec<JoinHandle<()>>,
}

impl Load {
    /// Opens the market: shows with tickets, and people who begin to buy with that much rest between two purchases.
    pub async fn begin(stranger: &Person, shows: usize, rest: Duration) -> Load {
        let seller = stranger.signs_up("seller").await;
        let mut people = Vec::new();
        for _ in 0..BUYERS {
            people.push(stranger.signs_up("buyer").await);
        }
        let mut wanted = vec![Vec::new(); BUYERS];
        for number in 0..shows {
            let show = seller.announces(&format!("Night {number}")).await;
            for (number, ticket) in seller.lists(&show, TICKETS_PER_SHOW).await.into_iter().enumerate() {
                wanted[number % BUYERS].push(ticket);
            }
        }
        let (stop, told) = (Arc::new(AtomicBool::default()), Arc::new(Mutex::new(Told::default())));
        let buyers = people.iter().cloned().zip(wanted).enumerate();
        let buying = buyers.map(|(number, (person, tickets))| {
            let buyer = Buyer { number, person, told: told.clone(), dice: StdRng::seed_from_u64(number as u64) };
            tokio::spawn(buyer.buys(tickets, rest, stop.clone()))
        });
        let buying = buying.collect();
        Load { people, stop, told, buying }
    }

    /// How many were paid so far.
    pub fn paid(&self) -> usize {
        self.told.lock().expect("nobody panics with it").paid.len()
    }

    /// Waits until more were paid than that, and says how many: what breaks is to break while people buy.
    pub async fn pays_more_than(&self, before: usize, within: Duration) -> usize {
        let began = Instant::now();
        while self.paid() <= before {
            assert!(began.elapsed() < within, "nobody but the prober can buy any more: {before} paid");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.paid()
    }

    /// Ends it, and makes sure that whoever was told yes has the tickets once everything has come to rest.
    pub async fn end(mut self) -> (Told, Vec<Person>) {
        self.stop.store(true, Ordering::SeqCst);
        for buyer in self.buying.drain(..) {
            buyer.await.expect("no buyer panics");
        }
        (std::mem::take(&mut *self.told.lock().expect("nobody panics with it")), self.people)
    }
}

/// Fails unless everybody has what they paid for. Money that was only set aside may have come too late for a hold whose
/// news was held up by a fault: then it was let go again, and this says how often that was.
pub async fn everybody_has_what_they_paid(told: &Told, people: &[Person]) -> usize {
    let mut late = 0;
    for (number, order) in &told.paid {
        let order = people[*number].get(&format!("/api/orders/{order}")).await;
        let let_go = order["state"] == "expired" && order["payment"]["state"] == "voided";
        assert!(let_go || order["state"] == "complete", "it was paid: {order}");
        late += usize::from(let_go);
    }
    late
}

struct Buyer {
    number: usize,
    person: Person,
    told: Arc<Mutex<Told>>,
    dice: StdRng,
}

impl Buyer {
    async fn buys(mut self, tickets: Vec<String>, rest: Duration, stop: Arc<AtomicBool>) {
        for ticket in tickets {
            if stop.load(Ordering::SeqCst) {
                return;
            }
            self.told.lock().expect("nobody panics with it").begun += 1;
            self.buy(&ticket).await;
            tokio::time::sleep(rest).await;
        }
    }

    async fn buy(&mut self, ticket: &str) {
        let held = self.person.holds(ticket).await;
        let Some(held) = self.note(held) else { return };
        let Some(order) = held.json()["id"].as_str().map(str::to_owned) else { return };
        match self.dice.random_range(0..10) {
            // Let it lapse.
            0 => {}
            1 => {
                let given_back = self.person.send(Method::DELETE, &format!("/api/orders/{order}"), None).await;
                self.note(given_back);
            }
            _ => {
                let card = if self.dice.random_bool(0.1) { "pm_card_chargeDeclined" } else { "pm_card_visa" };
                let paid = self.person.pays(&order, card).await;
                let Some(answer) = self.note(paid) else { return };
                let state = answer.json()["state"].clone();
                if answer.status.is_success() && (state == "authorized" || state == "captured") {
                    self.told.lock().expect("nobody panics with it").paid.push((self.number, order));
                } else if answer.status == StatusCode::UNPROCESSABLE_ENTITY {
                    // A hold whose payment was declined would last two minutes more.
                    let given_back = self.person.send(Method::DELETE, &format!("/api/orders/{order}"), None).await;
                    self.note(given_back);
                }
            }
        }
    }

    /// Counts an answer. An order that had no time left, or was over, is a refusal; a failure is not.
    fn note(&self, answer: Result<crate::site::Answer, reqwest::Error>) -> Option<crate::site::Answer> {
        let mut told = self.told.lock().expect("nobody panics with it");
        match answer {
            Ok(answer) => {
                *told.statuses.entry(answer.status.as_u16()).or_default() += 1;
                if answer.status.is_server_error() && told.odd.len() < 5 {
                    told.odd.push(format!("{}: {}", answer.status, answer.text));
                }
                Some(answer)
            }
            Err(error) => {
                told.broken += 1;
                if told.odd.len() < 5 {
                    told.odd.push(format!("{error:?}"));
                }
                None
            }
        }
    }
}
