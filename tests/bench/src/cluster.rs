//! The rows of a cluster on PostgreSQL and NATS.

use anyhow::{Context, Result};

use crate::bench::{Bench, Measurement, Plan};
use crate::limits::{WRITES_PER_HOLD, postgres_writes, prepare_postgres};
use crate::market::CONCURRENCY;
use crate::report::Report;
use crate::row::{Row, Sample, Target};
use crate::site::Site;
use crate::{events, holds, pages};

/// Measures all rows of this group.
///
/// # Errors
/// If the cluster does not answer as expected.
pub fn measure(plan: &Plan, report: &mut Report) -> Result<()> {
    let mut bench = Bench::open(Site::cluster()?)?;
    let (cluster, _) = bench.site.as_cluster().context("the site is a cluster")?;
    report.machine.add_cluster(cluster.postgres.version()?);
    prepare_postgres(&cluster.postgres)?;
    let mut rows = Vec::new();
    let measured = all(plan, &mut bench, &mut rows);
    for row in &mut rows {
        row.name = format!("cluster-{}", row.name);
        row.operation = format!("cluster: {}", row.operation);
    }
    report.rows.extend(rows);
    measured
}

fn all(plan: &Plan, bench: &mut Bench, rows: &mut Vec<Row>) -> Result<()> {
    let hold = Measurement {
        name: "hold".to_owned(),
        operation: format!("hold, {CONCURRENCY} at once"),
        limit: "a fifth of PostgreSQL, one per commit",
        target: Target::Ratio(0.5),
    };
    let mut rate = holds::FIRST_RATE;
    rows.extend(hold.run(
        plan,
        bench,
        |bench| holds::sample(bench, plan.duration, &mut rate),
        |bench| {
            let (cluster, _) = bench.site.as_cluster().context("the site is a cluster")?;
            Ok(Sample::of(postgres_writes(&cluster.postgres, CONCURRENCY, plan.duration)? / WRITES_PER_HOLD))
        },
    )?);
    holds::losing(plan, bench, rows)?;
    let show = bench.market.create_show("On sale")?;
    let ticket = bench.market.list(&show, CONCURRENCY)?.remove(0);
    bench.site.settle()?;
    pages::json(plan, bench, rows, &show, &ticket)?;
    events::measure(plan, bench, rows)
}
