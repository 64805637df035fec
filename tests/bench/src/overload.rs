//! Rows about load that does not wait for responses: people who arrive at a fixed rate.

use anyhow::Result;
use std::cell::Cell;
use std::time::{Duration, Instant};

use crate::bench::{Bench, Measurement, Plan};
use crate::client::{Work, count, open_loop};
use crate::holds;
use crate::machine::processor_milliseconds;
use crate::market::CONCURRENCY;
use crate::row::{Row, Sample, Target};
use crate::site::{Site, new_folder};
use crate::user::User;

/// Name, share of the capacity at which people arrive, and what the row should show.
const LOADS: [(&str, &str, f64, Target); 3] = [
    ("overload-0.5", "home page at 50 % of the capacity, open loop", 0.5, Target::None),
    ("overload-0.8", "home page at 80 % of the capacity, open loop", 0.8, Target::None),
    ("overload-10", "home page at 10 times the capacity, open loop", 10.0, Target::P99AndRatio(1000.0, 0.8)),
];
const HOLD_LOADS: [(&str, &str, f64); 2] = [
    ("open-hold-0.5", "hold at 50 % of the capacity, open loop", 0.5),
    ("open-hold-0.8", "hold at 80 % of the capacity, open loop", 0.8),
];
/// More than the site answers at once, so that it has to refuse.
const CONNECTIONS: usize = 1_000;

/// Measures all rows of this group: pages for many addresses, on a site that refuses what is too much.
///
/// # Errors
/// If the site does not answer as expected.
pub fn measure(plan: &Plan, rows: &mut Vec<Row>) -> Result<()> {
    if !LOADS.iter().any(|(name, ..)| plan.includes(name)) {
        return Ok(());
    }
    let mut crowd = Crowd {
        site: Site::embedded(new_folder()?, &[("RATE_LIMITS", "on"), ("PROXIES", "1")])?,
        arrived: 0,
        capacity: 0.0,
    };
    for (name, operation, share, target) in LOADS {
        let row = Measurement { name: name.to_owned(), operation: operation.to_owned(), limit: "peak", target };
        crowd.peak(plan.duration)?;
        let row =
            row.run(plan, &mut crowd, |crowd| crowd.arrive(share, plan.duration), |crowd| crowd.peak(plan.duration))?;
        rows.extend(row.map(with_refused));
    }
    Ok(())
}

/// Says how many were refused.
fn with_refused(row: Row) -> Row {
    let (answered, refused) = row
        .ours
        .iter()
        .fold((0, 0), |(answered, refused), sample| (answered + sample.operations, refused + sample.failed));
    row.with_note(format!("{answered} answered, {refused} refused"))
}

/// People who visit the home page once, each from another address.
struct Crowd {
    site: Site,
    arrived: usize,
    /// Pages per second at the last look.
    capacity: f64,
}

/// Visitors, one after the other.
struct Visitors {
    next: usize,
    step: usize,
    current: Vec<u8>,
}

impl Work for Visitors {
    fn next(&mut self) -> Option<&[u8]> {
        self.current = visit(self.next);
        self.next += self.step;
        Some(&self.current)
    }
}

impl Crowd {
    /// What the site can do.
    fn peak(&mut self, duration: Duration) -> Result<Sample> {
        let first = self.arrived;
        let visitors =
            (0..CONCURRENCY).map(|number| Visitors { next: first + number, step: CONCURRENCY, current: Vec::new() });
        let sample = Bench::sample(&mut self.site, visitors.collect(), duration, 200)?;
        self.arrived += (sample.operations / CONCURRENCY + 2) * CONCURRENCY * 2;
        self.capacity = sample.rate;
        Ok(sample)
    }

    fn arrive(&mut self, share: f64, duration: Duration) -> Result<Sample> {
        let first = self.arrived;
        let sample = sample(&mut self.site, self.capacity * share, duration, |number| visit(first + number))?;
        self.arrived += sample.operations + usize::try_from(sample.failed)?;
        Ok(sample)
    }
}

/// Holds that arrive at a part of the capacity. Without limits, since they count by person, and here few people buy much.
///
/// # Errors
/// If the site does not answer as expected.
pub fn measure_holds(plan: &Plan, bench: &mut Bench, rows: &mut Vec<Row>) -> Result<()> {
    for (name, operation, share) in HOLD_LOADS {
        let row =
            Measurement { name: name.to_owned(), operation: operation.to_owned(), limit: "peak", target: Target::None };
        if !plan.includes(name) {
            continue;
        }
        let mut rate = holds::FIRST_RATE;
        let capacity = Cell::new(holds::sample(bench, plan.duration, &mut rate)?.rate);
        rows.extend(row.run(
            plan,
            bench,
            |bench| {
                let rate = capacity.get() * share;
                bench.market.stock_up(&mut bench.site, holds::prepared(plan.duration, rate))?;
                let requests: Vec<Vec<u8>> = bench.market.stock.iter_mut().flat_map(std::mem::take).collect();
                sample(&mut bench.site, rate, plan.duration, |number| requests[number % requests.len()].clone())
            },
            |bench| {
                let peak = holds::sample(bench, plan.duration, &mut rate)?;
                capacity.set(peak.rate);
                Ok(peak)
            },
        )?);
    }
    Ok(())
}

/// Sends requests at a fixed rate, and counts what they cost with their consequences.
fn sample(site: &mut Site, rate: f64, duration: Duration, request: impl Fn(usize) -> Vec<u8>) -> Result<Sample> {
    let (own, started) = (std::process::id(), Instant::now());
    let (cpu, own_cpu) = (site.processor_milliseconds()?, processor_milliseconds(own)?);
    let load = open_loop(&site.addresses, rate, duration, CONNECTIONS, request)?;
    let client_cores = (processor_milliseconds(own)? - own_cpu) / 1e3 / started.elapsed().as_secs_f64();
    let drain_seconds = site.settle()?.as_secs_f64();
    Ok(Sample {
        operations: load.latencies.len(),
        rate: load.rate(),
        p50: load.percentile(0.5),
        p99: load.percentile(0.99),
        cpu_milliseconds: (site.processor_milliseconds()? - cpu) / count(load.latencies.len().max(1)),
        client_cores,
        failed: load.failures(),
        drain_seconds,
    })
}

/// A visit from an address of its own.
fn visit(number: usize) -> Vec<u8> {
    let [.., a, b, c] = number.to_be_bytes();
    User::default().browse_from("/", &format!("10.{a}.{b}.{c}"))
}
