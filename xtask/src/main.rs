//! The project's own commands: `cargo xtask help` names them.

use std::process::ExitCode;

use xtask::{browser, bundle, check, cluster, desktop, start, suite, tidy};

const HELP: &str = "\
cargo xtask run      builds what changed and opens the marketplace on http://localhost:8080
cargo xtask demo     removes data/, then does the same: a fresh marketplace full of demo data
cargo xtask cluster  the same marketplace as one process per service, on PostgreSQL and NATS, until Ctrl-C
                     (--empty: without demo data)
cargo xtask build    builds the release bundle in dist/
cargo xtask desktop  builds the client for a window of its own, in dist/desktop/ (--check: its lints and tests)
cargo xtask check    format, lints, the project's own rules, licences
cargo xtask tidy     the project's own rules alone, in a second
cargo xtask test     every check, the bundle, and every test: what CI runs
cargo xtask gallery  pictures of every page in every state, wide and narrow, light and dark
cargo xtask weigh    which crate makes the client how heavy
cargo xtask lighthouse  how fast the pages load on a phone, the median of five
cargo xtask help     says this

The first run installs what is missing and compiles everything, which takes about half an hour; later ones take
seconds. Tools are kept in ~/.cache/ticketing/tools; CARGO_TARGET_DIR is honoured.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["run"] => start::run(),
        ["demo"] => start::demo(),
        ["cluster"] => cluster::run(true),
        ["cluster", "--empty"] => cluster::run(false),
        ["build"] => bundle::build(),
        ["desktop"] => desktop::build(),
        ["desktop", "--check"] => desktop::check(),
        ["check"] => check::run(),
        ["tidy"] => tidy::check(),
        ["gallery"] => browser::gallery(),
        ["weigh"] => bundle::weigh(),
        ["lighthouse"] => browser::lighthouse(),
        ["test"] => suite::run(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => Err(anyhow::anyhow!("there is no command \"{}\": see cargo xtask help", words.join(" "))),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
