//! The result of an audit, as a table for operators.

use super::checks::Check;
use std::fmt;

pub struct Report {
    /// Work in flight; empty if the marketplace is at rest.
    pub(super) in_flight: Vec<String>,
    pub(super) checked: Vec<Checked>,
    /// Payments that could not be compared with the gateway's books, and why.
    pub(super) not_compared: Option<String>,
}

pub struct Checked {
    pub check: &'static Check,
    /// How many rows were checked.
    pub population: i64,
    pub outcome: Outcome,
}

pub enum Outcome {
    NotChecked,
    Checked {
        violations: usize,
        /// The first of them.
        listed: Vec<String>,
    },
}

impl Report {
    pub fn violations(&self) -> usize {
        self.checked.iter().map(Checked::violations).sum()
    }

    /// Whether nothing was in flight, so that every check could run.
    pub fn at_rest(&self) -> bool {
        self.in_flight.is_empty()
    }

    pub fn violated(&self) -> Vec<&'static str> {
        let mut violated: Vec<&str> =
            self.checked.iter().filter(|one| one.violations() > 0).map(|one| one.check.invariant).collect();
        violated.dedup();
        violated
    }
}

impl Checked {
    pub fn violations(&self) -> usize {
        match &self.outcome {
            Outcome::NotChecked => 0,
            Outcome::Checked { violations, .. } => *violations,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = |width: fn(&Checked) -> usize| self.checked.iter().map(width).max().unwrap_or(0);
        let statements = widest(|one| one.check.statement.chars().count());
        let populations = widest(|one| population_of(one).chars().count());
        for one in &self.checked {
            let outcome = match one.violations() {
                _ if matches!(one.outcome, Outcome::NotChecked) => "not checked: events still in flight".to_owned(),
                0 => "ok".to_owned(),
                violations => format!("VIOLATED {} times", grouped(violations)),
            };
            let Check { invariant, statement, .. } = one.check;
            writeln!(
                formatter,
                "{invariant:<4} {statement:<statements$}  {:>populations$}  {outcome}",
                population_of(one)
            )?;
            let Outcome::Checked { violations, listed } = &one.outcome else { continue };
            for violation in listed {
                writeln!(formatter, "       {violation}")?;
            }
            if *violations > listed.len() {
                writeln!(formatter, "       and {} more", grouped(violations - listed.len()))?;
            }
        }
        if self.at_rest() {
            writeln!(formatter, "\nThe marketplace is at rest: every check ran.")?;
        } else {
            writeln!(formatter, "\nThe marketplace is not at rest: {}.", self.in_flight.join(", "))?;
        }
        if let Some(reason) = &self.not_compared {
            writeln!(formatter, "{reason}.")?;
        }
        let ran = self.checked.iter().filter(|one| !matches!(one.outcome, Outcome::NotChecked)).count();
        write!(formatter, "{} violations in {ran} checks", grouped(self.violations()))
    }
}

fn population_of(one: &Checked) -> String {
    format!("{} {}", grouped(usize::try_from(one.population).unwrap_or(0)), one.check.noun)
}

/// A number with separators, as in `1,204`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
