//! Figures about the project: how much code, how much of it tests, how many tests, how much a browser loads.

use anyhow::Result;

use crate::suite::Count;
use crate::tidy::Source;
use crate::{bundle, tidy};

/// The figures in one line.
pub fn line(tests: u64) -> Result<String> {
    let (code, test_code) = lines()?;
    let client = match bundle::client_size() {
        Ok((_, brotli)) => format!("{} kB", brotli / 1000),
        Err(_) => "not built".to_string(),
    };
    Ok(format!("{code} lines of Rust, {test_code} lines of tests, {tests} tests run, client in brotli: {client}"))
}

/// Lines of Rust that are not tests, and lines of tests in Rust and JavaScript; without empty lines and comments.
fn lines() -> Result<(usize, usize)> {
    let (mut code, mut tests) = (0, 0);
    for source in tidy::sources()? {
        let all = solid(&source.text);
        if is_test(&source) {
            tests += all;
        } else if source.name.ends_with(".rs") {
            // Tests inside a module are at its end.
            let own = source.text.find("#[cfg(test)]\nmod tests {").map_or(all, |at| solid(&source.text[..at]));
            code += own;
            tests += all - own;
        }
    }
    Ok((code, tests))
}

fn is_test(source: &Source) -> bool {
    source.name.starts_with("tests/") || source.name.ends_with("/tests.rs") || source.name.contains("/tests/")
}

fn solid(text: &str) -> usize {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}

/// Counts the tests in what cargo ("test result: ok. 3 passed; 0 failed; …") or Playwright ("  3 passed (2.1s)") wrote.
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
            // "flaky" passed only when tried again, which is not passing; the configuration allows no second try.
            let failed = ["failed", "flaky", "interrupted"].iter().filter_map(|label| number(label)).sum();
            count += Count { passed: number("passed").unwrap_or(0), failed };
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn tests_of_cargo_and_of_playwright_are_counted() {
        let cargo = "running 4 tests\ntest result: FAILED. 3 passed; 1 failed; 0 ignored; finished in 0.1s\n\
                     test result: ok. 20 passed; 0 failed; 0 ignored\n";
        let playwright =
            "  ✓  1 pages.spec.js:3:1 › 2 passed on (1.2s)\n\n  1 failed\n    [page] › x\n  6 passed (12.3s)\n";

        let (cargo, playwright) = (count(cargo), count(playwright));

        assert_eq!((cargo.passed, cargo.failed), (23, 1));
        assert_eq!((playwright.passed, playwright.failed), (6, 1));
    }
}
