//! Checks the configuration and everything outside the program that it needs, and says what to do.
//!
//! Each check goes on where another one fails, so that one run shows everything. Nothing is changed, except that a test mail is
//! sent if one is asked for.

mod checks;
#[cfg(test)]
mod tests;

use crate::{Config, Environment};
use std::fmt;

/// The result of all checks.
pub struct Report(Vec<Finding>);

/// The result of one check: what was found, or what is wrong and what to do.
struct Finding {
    subject: String,
    verdict: Verdict,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Good,
    /// The program works, but something should be changed.
    Warning,
    Failed,
}

impl Report {
    pub fn healthy(&self) -> bool {
        self.0.iter().all(|finding| finding.verdict != Verdict::Failed)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|finding| finding.subject.chars().count()).max().unwrap_or(0);
        for Finding { subject, verdict, text } in &self.0 {
            let verdict = match verdict {
                Verdict::Good => "ok",
                Verdict::Warning => "warn",
                Verdict::Failed => "FAIL",
            };
            writeln!(formatter, "{verdict:<4}  {subject:<width$}  {text}")?;
        }
        let failed = self.0.iter().filter(|finding| finding.verdict == Verdict::Failed).count();
        write!(formatter, "{failed} of {} checks failed", self.0.len())
    }
}

/// Runs all checks for the parts of the program that these settings run. A test mail is sent to `mail_to`.
pub async fn run(config: &Config, environment: &Environment, mail_to: Option<&str>) -> Report {
    let mut findings = Vec::new();
    let mut add = |subject: String, outcome: checks::Outcome| {
        let (verdict, text) = match outcome {
            Ok(found) => (Verdict::Good, found),
            Err(problem) => (Verdict::Failed, problem),
        };
        findings.push(Finding { subject, verdict, text });
    };
    add("configuration".to_owned(), checks::configuration(config));
    for &service in &config.parts.services {
        add(format!("database {service}"), checks::database(config, service, environment).await);
    }
    add("codes".to_owned(), checks::code_secret(config));
    add("disk".to_owned(), checks::disk(config));
    add("broker".to_owned(), checks::broker(config).await);
    add("mail".to_owned(), checks::mail(config, environment, mail_to).await);
    add("payments".to_owned(), checks::gateway(config).await);
    let unprotected = checks::unprotected_connections(config).into_iter();
    findings.extend(unprotected.map(|text| Finding {
        subject: "encryption".to_owned(),
        verdict: Verdict::Warning,
        text,
    }));
    Report(findings)
}
