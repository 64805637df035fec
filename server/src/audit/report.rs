//! What an audit found, as a table that people read.

use super::checks::Check;
use std::fmt;

/// What an audit found.
pub struct Report {
    pub(super) waiting: Vec<String>,
    pub(super) checked: Vec<Checked>,
    /// Whose books could not be looked at, and why.
    pub(super) unasked: Option<String>,
}

/// What came of a check.
pub struct Checked {
    pub check: &'static Check,
    pub how_many: i64,
    pub outcome: Outcome,
}

/// Whether it was looked, and what was found.
pub enum Outcome {
    NotChecked,
    Looked {
        offenders: usize,
        /// The first of them.
        named: Vec<String>,
    },
}

impl Report {
    /// How many things break an invariant.
    pub fn violations(&self) -> usize {
        self.checked.iter().map(Checked::offenders).sum()
    }

    /// Whether all news had arrived and nothing was under way, so that everything could be checked.
    pub fn at_rest(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The invariants that are broken, by their numbers.
    pub fn broken(&self) -> Vec<&'static str> {
        let mut broken: Vec<&str> =
            self.checked.iter().filter(|one| one.offenders() > 0).map(|one| one.check.invariant).collect();
        broken.dedup();
        broken
    }
}

impl Checked {
    pub fn offenders(&self) -> usize {
        match &self.outcome {
            Outcome::NotChecked => 0,
            Outcome::Looked { offenders, .. } => *offenders,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = |width: fn(&Checked) -> usize| self.checked.iter().map(width).max().unwrap_or(0);
        let says = widest(|one| one.check.says.chars().count());
        let things = widest(|one| looked_at(one).chars().count());
        for one in &self.checked {
            let outcome = match one.offenders() {
                _ if matches!(one.outcome, Outcome::NotChecked) => "not checked: not at rest".to_owned(),
                0 => "ok".to_owned(),
                offenders => format!("VIOLATED {} times", grouped(offenders)),
            };
            let Check { invariant, says: what, .. } = one.check;
            writeln!(formatter, "{invariant:<4} {what:<says$}  {:>things$}  {outcome}", looked_at(one))?;
            let Outcome::Looked { offenders, named } = &one.outcome else { continue };
            for name in named {
                writeln!(formatter, "       {name}")?;
            }
            if *offenders > named.len() {
                writeln!(formatter, "       and {} more", grouped(offenders - named.len()))?;
            }
        }
        match self.at_rest() {
            true => writeln!(formatter, "\nThe marketplace is at rest: everything was checked.")?,
            false => writeln!(formatter, "\nThe marketplace is not at rest: {}.", self.waiting.join(", "))?,
        }
        if let Some(why) = &self.unasked {
            writeln!(formatter, "{why}.")?;
        }
        let made = self.checked.iter().filter(|one| !matches!(one.outcome, Outcome::NotChecked)).count();
        write!(formatter, "{} violations in {made} checks", grouped(self.violations()))
    }
}

fn looked_at(one: &Checked) -> String {
    format!("{} {}", grouped(usize::try_from(one.how_many).unwrap_or(0)), one.check.things)
}

/// A number as people read it: `1,204`.
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
