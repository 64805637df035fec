//! Measures rows of the table on one site: our side and its limit in turn.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::client::{Repeat, Work, closed_loop, count};
use crate::limits::Sqlite;
use crate::machine::processor_milliseconds;
use crate::market::{CONCURRENCY, Market};
use crate::row::{Row, Sample, Target};
use crate::site::{INTERRUPTED, Site};
use crate::stats::interleave;
use crate::user::User;

/// How much is measured.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How often both sides of a row are measured.
    pub pairs: usize,
    /// How long each side is measured.
    pub duration: Duration,
    /// Smaller data sets.
    pub quick: bool,
    /// Rows to measure, by the beginning of their names; empty for all.
    pub rows: Vec<String>,
}

impl Plan {
    /// Whether a row is to be measured.
    pub fn includes(&self, name: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|prefix| name.starts_with(prefix.as_str()))
    }
}

/// A site with its people, and the limits on the same machine.
pub struct Bench {
    pub site: Site,
    pub market: Market,
    pub sqlite: Sqlite,
    /// A file that the site serves, as the limit of pages.
    static_file: Vec<u8>,
}

impl Bench {
    /// Fills the site with people.
    ///
    /// # Errors
    /// If the site does not answer as expected.
    pub fn open(site: Site) -> Result<Bench> {
        let mut market = Market::open(&site)?;
        let page = market.api.send(&User::default().request("GET", "/", None))?;
        let page = String::from_utf8_lossy(page);
        let path = page.split(['"', '\'']).find(|text| text.starts_with("/assets/style") && text.ends_with(".css"));
        let static_file = User::default().browse(path.context("the home page has no style sheet")?);
        let sqlite = Sqlite::create(&site.folder)?;
        Ok(Bench { site, market, sqlite, static_file })
    }

    /// Runs these works, waits for their consequences, and counts what both have cost.
    pub fn sample<W: Work>(site: &mut Site, works: Vec<W>, duration: Duration, expected: u16) -> Result<Sample> {
        ensure!(!INTERRUPTED.load(Ordering::SeqCst), "interrupted");
        let own = std::process::id();
        let (cpu, own_cpu) = (site.processor_milliseconds()?, processor_milliseconds(own)?);
        let load = closed_loop(&site.addresses, works, duration, expected)?;
        let client_cores = (processor_milliseconds(own)? - own_cpu) / 1e3 / load.seconds;
        let drain_seconds = site.settle()?.as_secs_f64();
        let cpu = site.processor_milliseconds()? - cpu;
        Ok(Sample {
            operations: load.latencies.len(),
            rate: load.rate(),
            p50: load.percentile(0.5),
            p99: load.percentile(0.99),
            cpu_milliseconds: cpu / count(load.latencies.len()),
            client_cores,
            failed: load.failures(),
            drain_seconds,
        })
    }

    /// The same request over many connections.
    pub fn repeat(&mut self, request: &[u8], connections: usize, duration: Duration, expected: u16) -> Result<Sample> {
        let works = (0..connections).map(|_| Repeat(request.to_vec())).collect();
        Bench::sample(&mut self.site, works, duration, expected)
    }

    /// How often the site answers that it lives.
    pub fn trivial(&mut self, connections: usize, duration: Duration) -> Result<Sample> {
        self.repeat(&User::default().get("/health/live"), connections, duration, 200)
    }

    /// How often the site sends a file.
    pub fn static_file(&mut self, duration: Duration) -> Result<Sample> {
        let request = self.static_file.clone();
        self.repeat(&request, CONCURRENCY, duration, 200)
    }
}

/// A row to measure.
pub struct Measurement {
    pub name: String,
    pub operation: String,
    pub limit: &'static str,
    pub target: Target,
}

impl Measurement {
    /// Measures both sides in turn, after our side has warmed up. Returns nothing if the row is not selected, and a row without
    /// figures if the site cannot do it.
    ///
    /// # Errors
    /// If the benchmark was interrupted.
    pub fn run<S>(
        self,
        plan: &Plan,
        state: &mut S,
        mut ours: impl FnMut(&mut S) -> Result<Sample>,
        limit: impl FnMut(&mut S) -> Result<Sample>,
    ) -> Result<Option<Row>> {
        if !plan.includes(&self.name) {
            return Ok(None);
        }
        let started = Instant::now();
        let measured = ours(state).and_then(|_| interleave(plan.pairs, state, ours, limit));
        ensure!(!INTERRUPTED.load(Ordering::SeqCst), "interrupted");
        let (measured, failure) = match measured {
            Ok(measured) => (measured, None),
            Err(error) => (Vec::new(), Some(format!("{error:#}"))),
        };
        let (ours, limits): (Vec<Sample>, Vec<Sample>) = measured.into_iter().unzip();
        let row = Row {
            name: self.name,
            operation: self.operation,
            limit: self.limit.to_owned(),
            limits: if self.limit.is_empty() { Vec::new() } else { limits },
            note: failure.or_else(|| drain_note(&ours)),
            ours,
            target: self.target,
            incomplete: false,
            megabytes: None,
        };
        eprintln!("{} ({:.0} s)", row.summary(), started.elapsed().as_secs_f64());
        Ok(Some(row))
    }
}

/// A rate that leaves work behind is not one that lasts.
fn drain_note(samples: &[Sample]) -> Option<String> {
    let drain = crate::stats::median(samples.iter().map(|sample| sample.drain_seconds));
    (drain > 0.5).then(|| format!("events were in flight for {drain:.1} s after the last response"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_selected_by_the_beginning_of_their_names() {
        let plan = |rows: &[&str]| Plan {
            pairs: 1,
            duration: Duration::from_secs(1),
            quick: true,
            rows: rows.iter().map(|&row| row.to_owned()).collect(),
        };

        assert!(plan(&[]).includes("hold") && plan(&["ho"]).includes("home"));
        assert!(!plan(&["hold"]).includes("home"));
    }
}
