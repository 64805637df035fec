//! The project's own commands: `cargo xtask --help` lists them.
#![allow(
    clippy::disallowed_methods,
    reason = "these commands run real processes in real time and read the environment"
)]

mod bench;
mod browser;
mod bundle;
mod bundle_size;
mod check;
mod cluster;
mod desktop;
mod dev;
mod manifests;
mod scanner;
mod start;
mod stats;
mod test_all;
mod test_log;
mod tidy;
mod toolchain;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// The project's own commands.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    after_help = "The first run installs missing tools and compiles everything, which takes about half an hour; later \
                  runs take seconds. Tools are kept in ~/.cache/ticketing/tools. CARGO_TARGET_DIR is honoured."
)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Build what changed and open the marketplace on http://localhost:8080
    Run,
    /// Delete data/, then do the same as `run`: a new marketplace full of demo data
    Demo,
    /// Serve the marketplace with hot reload
    Dev {
        /// Arguments for `dx serve`, such as `--platform desktop`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run one process per service, on PostgreSQL and NATS, until Ctrl-C
    Cluster {
        /// Start without demo data
        #[arg(long)]
        empty: bool,
    },
    /// Build the release bundle in dist/
    Build,
    /// Build the desktop client in dist/desktop/
    Desktop {
        /// Run its lints and tests instead
        #[arg(long)]
        check: bool,
    },
    /// Check format, lints, the project's own rules, manifests and licences
    Check,
    /// Check the project's own rules alone, in a second
    Tidy,
    /// Run every check, build the bundle and run every test, like CI
    Test,
    /// Measure the release bundle against the limits of this machine (`bench --help` lists the options)
    #[command(disable_help_flag = true)]
    Bench {
        /// Options, such as `--quick --rows hold,home`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Take pictures of every page in every state, wide and narrow, light and dark
    Gallery,
    /// Print how many bytes each crate adds to the client
    Weigh,
    /// Measure how fast the pages load on a phone, the median of five runs
    Lighthouse,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Some(Command::Run) => start::run(),
        Some(Command::Demo) => start::demo(),
        Some(Command::Dev { arguments }) => dev::serve(&arguments),
        Some(Command::Cluster { empty }) => cluster::run(!empty),
        Some(Command::Build) => bundle::build(),
        Some(Command::Desktop { check: false }) => desktop::build(),
        Some(Command::Desktop { check: true }) => desktop::check(),
        Some(Command::Check) => check::run(),
        Some(Command::Tidy) => tidy::check(),
        Some(Command::Test) => test_all::run(),
        Some(Command::Bench { arguments }) => bench::run(&arguments),
        Some(Command::Gallery) => browser::gallery(),
        Some(Command::Weigh) => bundle_size::print_by_crate(),
        Some(Command::Lighthouse) => browser::lighthouse(),
        None => Cli::command().print_help().map_err(Into::into),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Command};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn bench_passes_options_to_the_benchmark() {
        let cli = Cli::parse_from(["cargo xtask", "bench", "--quick", "--help"]);

        let Some(Command::Bench { arguments }) = cli.command else { panic!("bench was parsed as another command") };
        assert_eq!(arguments, ["--quick", "--help"]);
    }

    #[test]
    fn dev_passes_options_to_dx() {
        let cli = Cli::parse_from(["cargo xtask", "dev", "--platform", "desktop"]);

        let Some(Command::Dev { arguments }) = cli.command else { panic!("dev was parsed as another command") };
        assert_eq!(arguments, ["--platform", "desktop"]);
    }
}
