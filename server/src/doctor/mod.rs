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
    outcome: Result<String, String>,
}

impl Report {
    pub fn healthy(&self) -> bool {
        self.0.iter().all(|finding| finding.outcome.is_ok())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.0.iter().map(|finding| finding.subject.chars().count()).max().unwrap_or(0);
        for Finding { subject, outcome } in &self.0 {
            match outcome {
                Ok(found) => writeln!(formatter, "ok    {subject:<width$}  {found}")?,
                Err(problem) => writeln!(formatter, "FAIL  {subject:<width$}  {problem}")?,
            }
        }
        let failed = self.0.iter().filter(|finding| finding.outcome.is_err()).count();
        write!(formatter, "{failed} of {} checks failed", self.0.len())
    }
}

/// Runs all checks for the parts of the program that these settings run. A test mail is sent to `mail_to`.
pub async fn run(config: &Config, environment: &Environment, mail_to: Option<&str>) -> Report {
    let mut findings = Vec::new();
    let mut add = |subject: String, outcome| findings.push(Finding { subject, outcome });
    add("configuration".to_owned(), checks::configuration(config));
    for &service in &config.parts.services {
        add(format!("database {service}"), checks::database(config, service, environment).await);
    }
    add("disk".to_owned(), checks::disk(config));
    add("broker".to_owned(), checks::broker(config).await);
    add("mail".to_owned(), checks::mail(config, environment, mail_to).await);
    add("payments".to_owned(), checks::gateway(config).await);
    Report(findings)
}
