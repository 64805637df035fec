//! Reads the logs of `cargo test` and Playwright: how many tests passed, which failed, and how far a run is.

use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub passed: u64,
    pub failed: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Counts the tests by the summaries of cargo ("test result: ok. 3 passed; 0 failed; …") and Playwright ("  3 passed
/// (2.1s)").
pub fn count(log: &str) -> Count {
    let mut count = Count::default();
    for line in log.lines().map(str::trim) {
        let words: Vec<&str> = line.split([' ', ';', '.']).filter(|word| !word.is_empty()).collect();
        let number = |label: &str| {
            let at = words.iter().position(|word| *word == label)?;
            words.get(at.checked_sub(1)?)?.parse::<u64>().ok()
        };
        let is_summary = words.len() >= 2 && words[0].parse::<u64>().is_ok() && words.len() <= 4;
        if line.starts_with("test result:") {
            count += Count { passed: number("passed").unwrap_or(0), failed: number("failed").unwrap_or(0) };
        } else if is_summary {
            // A "flaky" test passed only when it was retried, which does not count as passing.
            let failed = FAILURES.iter().filter_map(|label| number(label)).sum();
            count += Count { passed: number("passed").unwrap_or(0), failed };
        }
    }
    count
}

/// Playwright's words for tests that did not pass.
const FAILURES: [&str; 3] = ["failed", "flaky", "interrupted"];

/// The names of the failed tests.
pub fn failed(log: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut listed = false;
    for line in log.lines() {
        let is_name = line.starts_with("    ") && line.trim() != "";
        if listed && is_name {
            names.push(line.trim().trim_end_matches('─').trim_end().to_owned());
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let of_playwright =
            matches!(words[..], [number, word] if number.parse::<u64>().is_ok() && FAILURES.contains(&word));
        // Cargo writes "failures:" twice: before the output of each failed test, and before the list of their names.
        listed = line == "failures:" || of_playwright;
    }
    names
}

/// How far a run is, in one line: what runs, and how many tests have passed and failed.
pub fn progress(log: &str) -> String {
    let mut count = Count::default();
    let mut running = "starting";
    for line in log.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("Compiling ") {
            running = rest.split(' ').next().unwrap_or_default();
        } else if let Some((_, binary)) = line.strip_prefix("Running ").and_then(|line| line.rsplit_once('/')) {
            running = binary.split(['-', ')']).next().unwrap_or_default();
        } else if let Some(package) = line.strip_prefix("Doc-tests ") {
            running = package;
        } else if let Some(test) = line.strip_prefix('✓').or_else(|| line.strip_prefix('✘')) {
            running = test.split_whitespace().find(|word| word.contains(".spec.js")).unwrap_or(running);
            running = running.split(':').next().unwrap_or_default();
            count += Count { passed: u64::from(line.starts_with('✓')), failed: u64::from(line.starts_with('✘')) };
        } else if line == "ok" || (line.starts_with("test ") && line.ends_with("... ok")) {
            count.passed += 1;
        } else if line == "FAILED" || (line.starts_with("test ") && line.ends_with("... FAILED")) {
            count.failed += 1;
        }
    }
    let failed = if count.failed > 0 { format!(", {} failed", count.failed) } else { String::new() };
    format!("{running}: {} passed{failed}", count.passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARGO: &str = "   Compiling server v0.1.0\n     Running tests/main.rs (target/debug/deps/all-0123456789abcdef)\n\
        running 4 tests\ntest in_process::search::x ... ok\ntest http::pages::y ... FAILED\n\
        \nfailures:\n\n---- http::pages::y stdout ----\nthread panicked\n\nfailures:\n    http::pages::y\n\n\
        test result: FAILED. 3 passed; 1 failed; 0 ignored; finished in 0.1s\ntest result: ok. 20 passed; 0 failed; 0 ignored\n";
    const PLAYWRIGHT: &str = "  ✓  1 pages.spec.js:3:1 › 2 passed on (1.2s)\n  ✘  2 live.spec.js:9:1 › x (3.0s)\n\n  1 failed\n    \
        live.spec.js:9:1 › x ────────────\n  6 passed (12.3s)\n";

    #[test]
    fn tests_of_cargo_and_playwright_are_counted() {
        assert_eq!(count(CARGO), Count { passed: 23, failed: 1 });
        assert_eq!(count(PLAYWRIGHT), Count { passed: 6, failed: 1 });
    }

    #[test]
    fn failed_tests_are_named() {
        assert_eq!(failed(CARGO), ["http::pages::y"]);
        assert_eq!(failed(PLAYWRIGHT), ["live.spec.js:9:1 › x"]);
    }

    #[test]
    fn the_progress_names_what_runs_and_counts_tests() {
        assert_eq!(progress("   Compiling server v0.1.0"), "server: 0 passed");
        assert_eq!(progress(CARGO), "all: 1 passed, 1 failed");
        assert_eq!(progress(PLAYWRIGHT), "live.spec.js: 1 passed, 1 failed");
    }
}
