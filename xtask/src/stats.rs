//! Figures about the project: lines of code and of tests, number of tests, size of the client.

use anyhow::Result;

use crate::bundle_size;
use crate::tidy::Source;

/// The figures in one line.
pub fn line(tests: u64) -> Result<String> {
    let (code, test_code) = lines()?;
    let client = match bundle_size::client() {
        Ok((_, brotli)) => format!("{} kB", brotli / 1000),
        Err(_) => "not built".to_string(),
    };
    Ok(format!("{code} lines of Rust, {test_code} lines of tests, {tests} tests run, client in brotli: {client}"))
}

/// Lines of Rust outside of tests, and lines of tests in Rust and JavaScript, without empty lines and comments.
fn lines() -> Result<(usize, usize)> {
    let (mut code, mut tests) = (0, 0);
    for source in Source::all()? {
        let all = code_lines(&source.text);
        if is_test(&source) {
            tests += all;
        } else if source.name.ends_with(".rs") {
            // Tests inside a module are at its end.
            let own = source.text.find("#[cfg(test)]\nmod tests {").map_or(all, |at| code_lines(&source.text[..at]));
            code += own;
            tests += all - own;
        }
    }
    Ok((code, tests))
}

fn is_test(source: &Source) -> bool {
    let is_code = source.has_extension(&["rs", "js", "mjs", "ts"]);
    let in_tests = source.name.starts_with("tests/") && !source.name.starts_with("tests/servers/");
    is_code && (in_tests || source.name.ends_with("/tests.rs") || source.name.contains("/tests/"))
}

fn code_lines(text: &str) -> usize {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
}
