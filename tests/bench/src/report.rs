//! The figures: as a table for people, and as JSON with every sample for later comparison.

use std::fmt::Write;
use std::fs::File;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::machine::Machine;
use crate::row::Row;

/// A whole run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub machine: Machine,
    /// Pairs of a row, and seconds of each side.
    pub pairs: usize,
    pub seconds: f64,
    pub rows: Vec<Row>,
}

impl Report {
    /// # Errors
    /// If the file is not a report.
    pub fn read(file: &Path) -> Result<Report> {
        let file = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
        Ok(serde_json::from_reader(file)?)
    }

    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let file = File::create(file).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(serde_json::to_writer_pretty(file, self)?)
    }

    /// The table as Markdown, with a column that compares it with an earlier run.
    pub fn table(&self, before: Option<&Report>) -> String {
        let machine = &self.machine;
        let versions: Vec<String> =
            machine.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        let mut table = format!(
            "{} cores ({}), {} GB, Linux {}; {}. Median of {} pairs of {} s.\n\n",
            machine.cores,
            machine.processor,
            machine.memory_gigabytes,
            machine.kernel,
            versions.join(", "),
            self.pairs,
            self.seconds,
        );
        let mut columns = "| operation | ours/s (p50, p99 in ms) | CPU ms | limit/s | ratio | target |".to_owned();
        let mut line = "|---|---|---|---|---|---|".to_owned();
        if before.is_some() {
            columns.push_str(" × before |");
            line.push_str("---|");
        }
        let _ = writeln!(table, "{columns}\n{line}");
        for row in &self.rows {
            let _ = write!(table, "| {} |", row.cells().join(" | "));
            if let Some(before) = before {
                let earlier = before.rows.iter().find(|earlier| earlier.name == row.name);
                let progress = earlier.and_then(|earlier| row.progress(earlier));
                let _ = write!(table, " {} |", progress.map_or_else(String::new, |times| format!("{times:.2}")));
            }
            table.push('\n');
        }
        table.push('\n');
        for row in self.rows.iter().filter(|row| row.note.is_some()) {
            let _ = writeln!(table, "- {}: {}", row.operation, row.note.as_deref().unwrap_or_default());
        }
        let client = self
            .rows
            .iter()
            .flat_map(|row| row.ours.iter().chain(&row.limits))
            .map(|sample| sample.client_cores)
            .fold(0.0, f64::max);
        let _ = writeln!(table, "- The load generator used {client:.2} cores at most.");
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::row::Target;
    use crate::row::tests::row;

    #[test]
    fn an_earlier_run_is_compared_by_the_ratio_to_the_limit() {
        let (now, before) = (row(&[50.0], &[100.0], Target::None), row(&[50.0], &[200.0], Target::None));
        let report = |row: &Row| Report { rows: vec![row.clone()], ..Report::default() };

        assert_eq!(now.progress(&before), Some(2.0));
        assert!(report(&now).table(Some(&report(&before))).contains("| 0.500 |  | 2.00 |"));
    }

    #[test]
    fn a_report_survives_json() {
        let report = Report { rows: vec![row(&[1.0], &[2.0], Target::Ratio(0.5))], ..Report::default() };

        let text = serde_json::to_string(&report).expect("it is JSON");

        assert_eq!(serde_json::from_str::<Report>(&text).expect("it is a report"), report);
    }
}
