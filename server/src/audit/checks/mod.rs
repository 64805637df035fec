//! What is checked, by the invariants' numbers: each check is a question in SQL that has no answer if all is well.
//!
//! The databases go by their services' words (`orders.lines`); what was said over time stands in `main`, see
//! [`super::history`].

mod copies;
mod holds;
mod ledger;
mod messages;
mod money;

/// One check.
pub struct Check {
    /// The number of the invariant.
    pub invariant: &'static str,
    /// What has to be so.
    pub says: &'static str,
    /// What is looked at, as a plural.
    pub things: &'static str,
    /// The rows that are looked at: a table and maybe a condition.
    pub counted: &'static str,
    /// Whether it holds only once all news has arrived.
    pub only_at_rest: bool,
    /// Finds what breaks it: an `id`, if one thing is to blame, and a `detail`.
    pub offenders: &'static str,
}

/// Every check, in the order of the invariants.
pub fn all() -> Vec<&'static Check> {
    let groups = [holds::CHECKS, money::CHECKS, ledger::CHECKS, messages::CHECKS, copies::CHECKS];
    let mut all: Vec<&Check> = groups.into_iter().flatten().collect();
    // "I9" stands before "I10".
    all.sort_by_key(|check| (check.invariant.len(), check.invariant));
    all
}
