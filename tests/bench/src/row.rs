//! One row of the table: what was measured of one operation, and what it should show.

use serde::{Deserialize, Serialize};

use crate::stats::median;

/// One measurement of one operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Completed operations.
    pub operations: usize,
    /// Operations per second.
    pub rate: f64,
    /// Latencies in milliseconds.
    pub p50: f64,
    pub p99: f64,
    /// Processor time of the server per operation, its consequences included.
    pub cpu_milliseconds: f64,
    /// How many cores the load generator used.
    pub client_cores: f64,
    /// Requests that were not answered as expected.
    pub failed: u64,
    /// How long events were still in flight after the last response.
    pub drain_seconds: f64,
}

impl Sample {
    /// What another program reports.
    pub fn of(rate: f64) -> Sample {
        Sample { rate, ..Sample::default() }
    }
}

/// What a row should show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Target {
    /// Only for information.
    #[default]
    None,
    /// At least this part of the limit.
    Ratio(f64),
    /// At least so many operations per second.
    Rate(f64),
    /// A median latency of at most so many milliseconds.
    P50(f64),
    /// A 99th percentile of at most so many milliseconds, and at least this part of the limit.
    P99AndRatio(f64, f64),
    /// At most so many megabytes.
    Megabytes(f64),
}

/// What was measured of one operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What `--rows` selects it by, and what it is compared by.
    pub name: String,
    /// What people read.
    pub operation: String,
    pub ours: Vec<Sample>,
    /// What limits the operation.
    pub limit: String,
    /// The limit, measured beside the sample at the same index.
    pub limits: Vec<Sample>,
    pub target: Target,
    /// The site did less than what the row is about, so the target is missed whatever the figures are.
    #[serde(default)]
    pub incomplete: bool,
    /// For a row about memory.
    pub megabytes: Option<f64>,
    /// What a reader has to know to understand the figures.
    pub note: Option<String>,
}

impl Row {
    fn of(&self, value: impl Fn(&Sample) -> f64) -> f64 {
        median(self.ours.iter().map(value))
    }

    pub fn rate(&self) -> f64 {
        self.of(|sample| sample.rate)
    }

    /// The median of the ratios of neighbours in time; `None` without a limit.
    pub fn ratio(&self) -> Option<f64> {
        let ratios: Vec<f64> = self.ours.iter().zip(&self.limits).map(|(ours, limit)| ours.rate / limit.rate).collect();
        (!ratios.is_empty()).then(|| median(ratios))
    }

    /// Adds what a reader has to know, unless the row says why it was not measured.
    pub fn with_note(self, note: String) -> Row {
        if self.ours.is_empty() { self } else { Row { note: Some(note), ..self } }
    }

    /// The row in one line, while others are still measured.
    pub fn summary(&self) -> String {
        let ratio = self.ratio().map_or_else(String::new, |ratio| format!(", {ratio:.3} of the limit"));
        match &self.note {
            Some(note) if self.ours.is_empty() => format!("{}: not measured: {note}", self.name),
            _ => format!("{}: {:.1}/s{ratio}", self.name, self.rate()),
        }
    }

    /// Whether the row shows what it should, which it does not if the site could not do it; `None` if it has no target.
    pub fn reached(&self) -> Option<bool> {
        let measured = !self.ours.is_empty() || self.megabytes.is_some();
        match self.target {
            Target::None => None,
            _ if !measured || self.incomplete => Some(false),
            Target::Ratio(least) => self.ratio().map(|ratio| ratio >= least),
            Target::Rate(least) => Some(self.rate() >= least),
            Target::P50(most) => Some(self.of(|sample| sample.p50) <= most),
            Target::P99AndRatio(most, least) => {
                self.ratio().map(|ratio| ratio >= least && self.of(|sample| sample.p99) <= most)
            }
            Target::Megabytes(most) => self.megabytes.map(|megabytes| megabytes <= most),
        }
    }

    /// How many times as good as before: the ratios to the limit where both have one, since they depend less on the machine, and
    /// otherwise the rates.
    pub fn progress(&self, before: &Row) -> Option<f64> {
        if let (Some(now), Some(then)) = (self.megabytes, before.megabytes) {
            return Some(then / now);
        }
        let (now, then) = match (self.ratio(), before.ratio()) {
            (Some(now), Some(then)) => (now, then),
            _ => (self.rate(), before.rate()),
        };
        (then > 0.0).then(|| now / then)
    }

    /// What the table shows, without a comparison.
    pub fn cells(&self) -> [String; 6] {
        let ratio = self.ratio().map_or_else(String::new, |ratio| format!("{ratio:.3}"));
        let limit = if self.limits.is_empty() {
            String::new()
        } else {
            format!("{}: {}", self.limit, round(median(self.limits.iter().map(|limit| limit.rate))))
        };
        let reached = match self.reached() {
            None => "",
            Some(true) => " reached",
            Some(false) => " **missed**",
        };
        let ours = match self.megabytes {
            Some(megabytes) => format!("{megabytes:.0} MB"),
            None if self.ours.is_empty() => "not measured".to_owned(),
            None => format!(
                "{} ({:.2}, {:.2})",
                round(self.rate()),
                self.of(|sample| sample.p50),
                self.of(|sample| sample.p99)
            ),
        };
        let cpu = if self.ours.is_empty() {
            String::new()
        } else {
            format!("{:.2}", self.of(|sample| sample.cpu_milliseconds))
        };
        [self.operation.clone(), ours, cpu, limit, ratio, format!("{}{reached}", self.target.text())]
    }
}

impl Target {
    fn text(self) -> String {
        match self {
            Target::None => String::new(),
            Target::Ratio(least) => format!("≥ {least:.2}:"),
            Target::Rate(least) => format!("≥ {least:.0}/s:"),
            Target::P50(most) => format!("p50 ≤ {most} ms:"),
            Target::P99AndRatio(most, least) => format!("p99 ≤ {most:.0} ms, ≥ {least:.2}:"),
            Target::Megabytes(most) => format!("≤ {most:.0} MB:"),
        }
    }
}

/// A rate with three significant digits or as a whole number.
fn round(rate: f64) -> String {
    if rate < 10.0 {
        format!("{rate:.2}")
    } else if rate < 100.0 {
        format!("{rate:.1}")
    } else {
        format!("{rate:.0}")
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn row(rates: &[f64], limits: &[f64], target: Target) -> Row {
        let ours = rates.iter().map(|&rate| Sample { rate, p50: 2.0, p99: 9.0, ..Sample::default() }).collect();
        Row {
            name: "hold".to_owned(),
            operation: "hold".to_owned(),
            ours,
            limits: limits.iter().map(|&rate| Sample::of(rate)).collect(),
            target,
            ..Row::default()
        }
    }

    #[test]
    fn the_ratio_compares_what_was_measured_at_the_same_time() {
        // The machine was four times as slow in the second pair.
        let row = row(&[400.0, 100.0, 420.0], &[800.0, 200.0, 800.0], Target::Ratio(0.5));

        assert_eq!((row.ratio(), row.reached()), (Some(0.5), Some(true)));
    }

    #[test]
    fn each_target_is_judged_by_its_own_figure() {
        let reached = |target| row(&[50.0], &[100.0], target).reached();

        assert_eq!(reached(Target::None), None);
        assert_eq!((reached(Target::Rate(50.0)), reached(Target::Rate(51.0))), (Some(true), Some(false)));
        assert_eq!((reached(Target::P50(2.0)), reached(Target::P50(1.5))), (Some(true), Some(false)));
        assert_eq!(reached(Target::P99AndRatio(9.0, 0.6)), Some(false));
        assert_eq!(row(&[], &[], Target::Rate(1.0)).reached(), Some(false));
        let incomplete = Row { incomplete: true, ..row(&[50.0], &[100.0], Target::Rate(1.0)) };
        assert_eq!(incomplete.reached(), Some(false));
    }
}
