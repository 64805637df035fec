//! The row about events: how fast every service learns of new tickets.

use anyhow::Result;
use std::time::{Duration, Instant};

use crate::bench::{Bench, Measurement, Plan};
use crate::client::count;
use crate::machine::processor_milliseconds;
use crate::market::{Market, SEATS_PER_LISTING};
use crate::row::{Row, Sample, Target};
use crate::site::Site;

const TICKETS: usize = 20_000;
const QUICK_TICKETS: usize = 4_000;
/// Tickets of each show, so that no show is unusually large.
const TICKETS_PER_SHOW: usize = 1_000;

/// Measures the row. In a cluster, its limit is the broker; one process has none to compare with.
///
/// # Errors
/// If the site does not answer as expected.
pub fn measure(plan: &Plan, bench: &mut Bench, rows: &mut Vec<Row>) -> Result<()> {
    let tickets = if plan.quick { QUICK_TICKETS } else { TICKETS };
    let clustered = bench.site.as_cluster().is_some();
    let events = Measurement {
        name: "events".to_owned(),
        operation: format!("event of a listed ticket, until every service has handled it ({tickets} tickets)"),
        limit: if clustered { "JetStream in batches of 200" } else { "" },
        target: Target::Rate(5000.0),
    };
    if clustered && plan.includes(&events.name) {
        publish(&mut bench.site, |nats| nats.create_stream())?;
    }
    rows.extend(events.run(
        plan,
        bench,
        |bench| sample(bench, tickets),
        |bench| {
            if clustered {
                publish(&mut bench.site, |nats| nats.publish(plan.duration)).map(Sample::of)
            } else {
                Ok(Sample::default())
            }
        },
    )?);
    Ok(())
}

fn publish<T: Default>(site: &mut Site, call: impl FnOnce(&mut crate::nats::Nats) -> Result<T>) -> Result<T> {
    site.as_cluster().map_or_else(|| Ok(T::default()), |(_, nats)| call(nats))
}

/// Lists many tickets and waits until every service has handled their events.
fn sample(bench: &mut Bench, tickets: usize) -> Result<Sample> {
    let mut listings = Vec::new();
    for number in 0..tickets / TICKETS_PER_SHOW {
        let show = bench.market.create_show(&format!("Matinee {number}"))?;
        listings.extend(bench.market.listings(&show, TICKETS_PER_SHOW));
    }
    bench.site.settle()?;
    let own = std::process::id();
    let (cpu, own_cpu, started) = (bench.site.processor_milliseconds()?, processor_milliseconds(own)?, Instant::now());
    let load = Market::send_listings(&bench.site, listings)?;
    let drain = bench.site.settle()?;
    let elapsed = started.elapsed();
    let operations = load.latencies.len() * SEATS_PER_LISTING;
    Ok(Sample {
        operations,
        rate: count(operations) / elapsed.as_secs_f64(),
        p50: load.percentile(0.5),
        p99: load.percentile(0.99),
        cpu_milliseconds: (bench.site.processor_milliseconds()? - cpu) / count(operations),
        client_cores: (processor_milliseconds(own)? - own_cpu) / 1e3 / elapsed.as_secs_f64(),
        failed: load.failures(),
        // Part of the rate, and so of no interest by itself.
        drain_seconds: drain.min(Duration::ZERO).as_secs_f64(),
    })
}
