//! Rows about holds and purchases.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

use crate::bench::{Bench, Measurement, Plan};
use crate::client::{Queue, Repeat, Work, count};
use crate::limits::{WRITES_PER_COMMIT, WRITES_PER_HOLD};
use crate::market::{CONCURRENCY, Market};
use crate::row::{Row, Sample, Target};
use crate::site::Site;
use crate::user::User;

/// How many holds a second are prepared for before the first measurement, and how many more than measured before the others.
pub const FIRST_RATE: f64 = 800.0;
const RESERVE: f64 = 1.3;
/// The longest run of purchases; they end earlier when the stock is used up.
const CAPTURE_TIMEOUT: Duration = Duration::from_secs(60);

/// Measures all rows of this group.
///
/// # Errors
/// If the site does not answer as expected.
pub fn measure(plan: &Plan, bench: &mut Bench, rows: &mut Vec<Row>) -> Result<()> {
    let hold = Measurement {
        name: "hold".to_owned(),
        operation: format!("hold, {CONCURRENCY} at once"),
        limit: "a fifth of SQLite, 50 per commit",
        target: Target::Ratio(0.5),
    };
    let mut rate = FIRST_RATE;
    rows.extend(hold.run(
        plan,
        bench,
        |bench| sample(bench, plan.duration, &mut rate),
        |bench| Ok(Sample::of(bench.sqlite.writes(WRITES_PER_COMMIT, plan.duration)? / WRITES_PER_HOLD)),
    )?);
    let single = Measurement {
        name: "single-hold".to_owned(),
        operation: "hold, one at a time".to_owned(),
        limit: "SQLite, one per commit",
        target: Target::P50(1.5),
    };
    rows.extend(single.run(
        plan,
        bench,
        |bench| single_sample(bench, plan.duration),
        |bench| bench.sqlite.writes(1, plan.duration).map(Sample::of),
    )?);
    losing(plan, bench, rows)?;
    let purchase = Measurement {
        name: "purchase".to_owned(),
        operation: format!("purchase, {CONCURRENCY} at once: held, paid, complete, captured"),
        limit: "",
        target: Target::Rate(1000.0),
    };
    let mut rate = FIRST_RATE;
    let ours = |bench: &mut Bench| purchases(bench, plan.duration, &mut rate);
    rows.extend(purchase.run(plan, bench, ours, |_| Ok(Sample::default()))?);
    Ok(())
}

/// Losing holds, whose limit is the same for a cluster.
///
/// # Errors
/// If the site does not answer as expected.
pub fn losing(plan: &Plan, bench: &mut Bench, rows: &mut Vec<Row>) -> Result<()> {
    let losing = Measurement {
        name: "losing-hold".to_owned(),
        operation: format!("losing hold (409), {CONCURRENCY} at once"),
        limit: "trivial response",
        target: Target::Ratio(0.25),
    };
    if plan.includes(&losing.name) {
        let ticket = held_ticket(bench)?;
        rows.extend(losing.run(
            plan,
            bench,
            |bench| {
                let works = bench.market.buyers.iter().map(|buyer| Repeat(buyer.hold(&ticket))).collect();
                Bench::sample(&mut bench.site, works, plan.duration, 409)
            },
            |bench| bench.trivial(CONCURRENCY, plan.duration),
        )?);
    }
    Ok(())
}

/// Holds tickets with all buyers at once.
///
/// # Errors
/// If the site does not answer as expected.
pub fn sample(bench: &mut Bench, duration: Duration, rate: &mut f64) -> Result<Sample> {
    hold(&mut bench.market, &mut bench.site, duration, rate)
}

/// The same on a site without limits to compare with. Tickets are prepared for `rate` holds a second, which is then what was
/// measured, and some more.
///
/// # Errors
/// If the site does not answer as expected.
pub fn hold(market: &mut Market, site: &mut Site, duration: Duration, rate: &mut f64) -> Result<Sample> {
    market.stock_up(site, prepared(duration, *rate))?;
    let works = market.stock.iter_mut().map(Queue::new).collect();
    let sample = Bench::sample(site, works, duration, 200)?;
    *rate = sample.rate * RESERVE;
    Ok(sample)
}

/// How many holds a run of that duration needs.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
pub fn prepared(duration: Duration, rate: f64) -> usize {
    (duration.as_secs_f64() * rate) as usize
}

fn single_sample(bench: &mut Bench, duration: Duration) -> Result<Sample> {
    bench.market.stock_up(&mut bench.site, prepared(duration, FIRST_RATE))?;
    // One connection sends the requests of all buyers.
    let mut requests: Vec<Vec<u8>> = bench.market.stock.iter_mut().flat_map(std::mem::take).collect();
    Bench::sample(&mut bench.site, vec![Queue::new(&mut requests)], duration, 200)
}

/// A ticket that the seller's friend holds.
fn held_ticket(bench: &mut Bench) -> Result<String> {
    let show = bench.market.create_show("Sold out")?;
    let ticket = bench.market.list(&show, 1)?.remove(0);
    bench.site.settle()?;
    let winner = bench.market.api.sign_up("winner")?;
    bench.market.api.send(&winner.hold(&ticket))?;
    bench.site.settle()?;
    Ok(ticket)
}

/// One buyer who holds a ticket and pays, again and again.
struct Buyer<'a> {
    user: &'a User,
    holds: &'a mut Vec<Vec<u8>>,
    /// The next request, if it is a payment.
    payment: Option<Vec<u8>>,
    current: Vec<u8>,
    /// The order that was paid last.
    order: String,
}

impl Work for &mut Buyer<'_> {
    fn next(&mut self) -> Option<&[u8]> {
        self.current = self.payment.take().or_else(|| self.holds.pop())?;
        Some(&self.current)
    }

    fn completes(&mut self, status: u16, body: &[u8]) -> bool {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        // A payment names its order, an order does not.
        if status == 200 && answer["order_id"].is_null() {
            answer["id"].as_str().unwrap_or_default().clone_into(&mut self.order);
            let body = json!({ "order_id": self.order, "method": "pm_card_visa" });
            self.payment = Some(self.user.post("/api/payments", &body));
            return false;
        }
        true
    }
}

/// Purchases by all buyers at once. The time until the last one is captured and every service knows it counts.
fn purchases(bench: &mut Bench, duration: Duration, rate: &mut f64) -> Result<Sample> {
    bench.market.stock_up(&mut bench.site, prepared(duration, *rate))?;
    let market = &mut bench.market;
    let buyers = market.buyers.iter().zip(&mut market.stock);
    let mut buyers: Vec<Buyer> = buyers
        .map(|(user, holds)| Buyer { user, holds, payment: None, current: Vec::new(), order: String::new() })
        .collect();
    let started = Instant::now();
    let mut sample = Bench::sample(&mut bench.site, buyers.iter_mut().collect(), duration, 200)?;
    for buyer in &buyers {
        loop {
            let order = market.api.call(&buyer.user.get(&format!("/api/orders/{}", buyer.order)))?;
            if order["state"] == "complete" && order["payment"]["state"] == "captured" {
                break;
            }
            ensure!(started.elapsed() < duration + CAPTURE_TIMEOUT, "it is not captured: {order}");
        }
    }
    *rate = sample.rate * RESERVE;
    sample.rate = count(sample.operations) / started.elapsed().as_secs_f64();
    Ok(sample)
}
