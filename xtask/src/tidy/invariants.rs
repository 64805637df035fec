//! `docs/invariants.md`, the tests and the audit name the same invariants, and each other.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::Source;

const DOCUMENT: &str = "docs/invariants.md";
const CHECKS: &str = "server/src/audit/checks";

/// An invariant in the document.
#[derive(Default)]
struct Invariant {
    tests: Vec<String>,
    checks: Vec<String>,
}

pub fn breaches(sources: &[Source]) -> Vec<String> {
    let audited = checks(sources);
    let Some(document) = sources.iter().find(|source| source.name == DOCUMENT) else {
        // Nothing to compare with only where there is no audit, as in a test of another rule.
        return if audited.is_empty() {
            Vec::new()
        } else {
            vec![format!("{DOCUMENT}: write it: it lists every invariant")]
        };
    };
    let documented = invariants(&document.text);
    let tests = tests(sources);
    let mut breaches = Vec::new();
    for (id, invariant) in &documented {
        if invariant.tests.is_empty() {
            breaches
                .push(format!("{DOCUMENT}: {id} has no line \"Tests: `…`\": name a test that would fail without it"));
        }
        let name = |test: &str| test.rsplit("::").next().unwrap_or_default().to_owned();
        for test in invariant.tests.iter().filter(|test| !tests.contains(name(test).as_str())) {
            breaches.push(format!("{DOCUMENT}: {id} names the test {test}, which does not exist: name one that does"));
        }
        for check in &invariant.checks {
            match audited.get(check) {
                None => breaches.push(format!(
                    "{DOCUMENT}: {id} names the check {check}, which {CHECKS} does not have: add or rename it"
                )),
                Some(of) if of != id => {
                    breaches.push(format!("{DOCUMENT}: {id} names the check {check}, which is of {of}: move it there"))
                }
                Some(_) => {}
            }
        }
    }
    for (check, id) in &audited {
        match documented.get(id) {
            None => breaches
                .push(format!("{CHECKS}: the check {check} is of {id}, which {DOCUMENT} does not list: add it there")),
            Some(invariant) if !invariant.checks.contains(check) => {
                breaches.push(format!("{DOCUMENT}: list the check `{check}` in the line \"Audit:\" of {id}"));
            }
            Some(_) => {}
        }
    }
    breaches
}

/// The invariants of the document: a heading `## I1 …` each, with the lines `Tests:` and `Audit:`.
fn invariants(document: &str) -> BTreeMap<String, Invariant> {
    let heading = Regex::new(r"^#+ (I\d+)\b").expect("the pattern is valid");
    let quoted = Regex::new("`([^`]+)`").expect("the pattern is valid");
    let mut invariants: BTreeMap<String, Invariant> = BTreeMap::new();
    let mut current = None;
    for line in document.lines() {
        if let Some(found) = heading.captures(line) {
            current = Some(found[1].to_owned());
            invariants.entry(found[1].to_owned()).or_default();
        }
        let Some(invariant) = current.as_ref().and_then(|id| invariants.get_mut(id)) else { continue };
        let line = line.trim_start_matches(['-', '*', ' ']);
        let names = || quoted.captures_iter(line).map(|found| found[1].to_owned());
        if line.starts_with("Tests:") {
            invariant.tests.extend(names());
        } else if line.starts_with("Audit:") {
            invariant.checks.extend(names());
        }
    }
    invariants
}

/// The names of all test functions, with and without their module, and the titles of the browser tests.
fn tests(sources: &[Source]) -> BTreeSet<&str> {
    let function = Regex::new(r"(?m)^\s*(?:async )?fn (\w+)\(").expect("the pattern is valid");
    let title = Regex::new(r"(?m)^\s*test\(['`](.+?)['`],").expect("the pattern is valid");
    let mut tests = BTreeSet::new();
    for source in sources {
        let pattern = if source.has_extension(&["rs"]) { &function } else { &title };
        if source.has_extension(&["rs", "js"]) {
            tests
                .extend(pattern.captures_iter(&source.text).filter_map(|found| found.get(1)).map(|name| name.as_str()));
        }
    }
    tests
}

/// The audit's checks by their statement, with the invariant of each.
fn checks(sources: &[Source]) -> BTreeMap<String, String> {
    let field = Regex::new(r#"\b(statement|invariant): "([^"]+)""#).expect("the pattern is valid");
    let mut checks = BTreeMap::new();
    for source in sources.iter().filter(|source| source.is_in(&[CHECKS])) {
        for check in source.text.split("Check {").skip(1) {
            let fields: BTreeMap<String, String> =
                field.captures_iter(check).map(|found| (found[1].to_owned(), found[2].to_owned())).collect();
            if let (Some(statement), Some(invariant)) = (fields.get("statement"), fields.get("invariant")) {
                checks.insert(statement.clone(), invariant.clone());
            }
        }
    }
    checks
}
