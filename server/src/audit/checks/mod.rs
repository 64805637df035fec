//! The checks, by invariant: each is an SQL query that returns the rows that violate it.
//!
//! Tables are prefixed with their service (`orders.lines`); `main` has the history, see [`super::history`].

mod holds;
mod ledger;
mod messages;
mod money;
mod passes;
mod replicas;

pub struct Check {
    /// As in `docs/invariants.md`.
    pub invariant: &'static str,
    /// What must hold; also the name of the check.
    pub statement: &'static str,
    /// The rows that are checked, as a plural noun.
    pub noun: &'static str,
    /// A table, and a condition if not all of its rows are checked.
    pub population: &'static str,
    /// Whether it holds only when no event is in flight.
    pub at_rest_only: bool,
    /// Selects the violations: an `id`, if one row is the cause, and a `detail`.
    pub offenders: &'static str,
}

pub fn all() -> Vec<&'static Check> {
    let groups = [holds::CHECKS, passes::CHECKS, money::CHECKS, ledger::CHECKS, messages::CHECKS, replicas::CHECKS];
    let mut all: Vec<&Check> = groups.into_iter().flatten().collect();
    // "I9" sorts before "I10".
    all.sort_by_key(|check| (check.invariant.len(), check.invariant));
    all
}
