//! The command line: serves the site, or runs one of the commands of operators.

use super::serve::{ServeError, serve};
use super::telemetry::{self, TelemetryError};
use clap::error::ErrorKind;
use clap::{Parser, Subcommand};
use server::config::{VARIABLES, Variable};
use server::host::StartError;
use server::services::auth;
use server::{Config, ConfigError, Environment, Host, audit, backup, demo, doctor, messaging};
use shared::Service;
use shared::value::Email;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The exit code of `audit` and `doctor` when they find something: monitoring tells it from a command that could not run (1).
const VIOLATIONS_FOUND: u8 = 2;

/// A ticket marketplace. Without a command, serves the site
#[derive(Parser)]
#[command(name = "ticketing", version, after_help = settings())]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Subcommand)]
enum Command {
    /// Fill an empty marketplace with demo data, and print who can sign in
    Demo,
    /// Check the data of all services against each other, and print what was checked
    Audit,
    /// Check the configuration and everything that the program needs, and print what to do
    Doctor {
        /// Send a test mail to this address
        #[arg(long, value_name = "ADDRESS")]
        mail_to: Option<String>,
    },
    /// Write the data of all services, as of one moment, into an empty folder. The program may run meanwhile
    Backup {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Restore a backup into databases that are empty or missing. No process of the program may run
    Restore {
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// End sessions, and make the browsers that had them unknown again: after somebody else may have had them
    #[command(group(clap::ArgGroup::new("whose").required(true)))]
    EndSessions {
        /// Those of the accounts of this address
        #[arg(long, value_name = "ADDRESS", group = "whose", value_parser = address)]
        email: Option<Email>,
        /// Those of everybody
        #[arg(long, group = "whose")]
        all: bool,
    },
    /// Republish every event still in the outboxes, behind new ones: after the message broker lost its disk
    Replay {
        /// Retry dead-lettered events instead: after the cause of their failure was fixed
        #[arg(long, conflicts_with = "restored")]
        dead: bool,
        /// Delete the broker's stream first: after databases were restored by other means than `restore`
        #[arg(long)]
        restored: bool,
    },
}

fn address(text: &str) -> Result<Email, &'static str> {
    Email::try_from(text.to_owned()).map_err(|_| "it is not an address")
}

/// The settings, for the end of the help.
fn settings() -> String {
    let intro = "Settings are environment variables. With none set, the site runs on http://localhost:8080 with its data in ./data.";
    let settings = VARIABLES.iter();
    let settings =
        settings.map(|Variable { name, default, meaning }| format!("\n  {name} [{default}]\n      {meaning}"));
    intro.to_owned() + &settings.collect::<String>()
}

/// Why a command could not run, in one line.
#[derive(Debug, thiserror::Error)]
enum CommandError {
    #[error("{reason}, see: ticketing help")]
    Usage { reason: String },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Server(#[from] server::Error),
    #[error("{service}: {source}")]
    Replay { service: Service, source: server::Error },
}

/// Runs the command of the command line. An error is one line on standard error, and an exit code other than 0.
pub fn main() -> ExitCode {
    let outcome = match Cli::try_parse() {
        Ok(cli) => run(cli.command),
        Err(error) => help_or_usage_error(&error),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("ticketing: {error}");
        ExitCode::FAILURE
    })
}

/// Help and the version are errors to `clap`, but a success for the user who asks for them.
fn help_or_usage_error(error: &clap::Error) -> Result<ExitCode, CommandError> {
    let text = error.to_string();
    if let ErrorKind::DisplayHelp | ErrorKind::DisplayVersion = error.kind() {
        print!("{text}");
        return Ok(ExitCode::SUCCESS);
    }
    let reason = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
    Err(CommandError::Usage { reason })
}

#[tokio::main]
async fn run(command: Option<Command>) -> Result<ExitCode, CommandError> {
    let config = Config::from_environment()?;
    telemetry::init(&config)?;
    match command {
        None => serve(config).await?,
        Some(Command::Demo) => fill_with_demo_data(&config).await?,
        Some(Command::Audit) => return audit(&config).await,
        Some(Command::Doctor { mail_to }) => return doctor(&config, mail_to.as_deref()).await,
        Some(Command::Backup { folder }) => back_up(&config, &folder).await?,
        Some(Command::Restore { folder }) => restore(&config, &folder).await?,
        Some(Command::EndSessions { email, .. }) => {
            let ended = auth::end_sessions(&config.databases, email, &Environment::real()).await?;
            println!("{ended} sessions ended");
        }
        Some(Command::Replay { dead: true, .. }) => requeue_dead_letters(&config).await?,
        Some(Command::Replay { restored, .. }) => {
            if restored {
                backup::reset_broker(&config).await?;
            }
            republish_events(&config).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn fill_with_demo_data(config: &Config) -> Result<(), CommandError> {
    let host = Host::start(config, Environment::real()).await?;
    for account in demo::fill(&host).await? {
        println!("{}  password: {}", account.email, account.password);
    }
    host.stop().await;
    Ok(())
}

async fn audit(config: &Config) -> Result<ExitCode, CommandError> {
    let report = audit::run(config, Environment::real().now()).await?;
    println!("{report}");
    Ok(if report.violations() == 0 { ExitCode::SUCCESS } else { ExitCode::from(VIOLATIONS_FOUND) })
}

/// Prints a line for each check. The exit code tells monitoring whether something has to be done.
async fn doctor(config: &Config, mail_to: Option<&str>) -> Result<ExitCode, CommandError> {
    let report = doctor::run(config, &Environment::real(), mail_to).await;
    println!("{report}");
    Ok(if report.healthy() { ExitCode::SUCCESS } else { ExitCode::from(VIOLATIONS_FOUND) })
}

async fn back_up(config: &Config, folder: &Path) -> Result<(), CommandError> {
    let manifest = backup::create(config, folder, &Environment::real()).await?;
    println!("{manifest}, in {}", folder.display());
    Ok(())
}

async fn restore(config: &Config, folder: &Path) -> Result<(), CommandError> {
    let manifest = backup::restore(config, folder, &Environment::real()).await?;
    println!("{manifest}, is restored");
    if config.nats.is_none() {
        println!(
            "If the program runs with NATS_URL, run `ticketing replay --restored` with it before the program starts."
        );
    }
    Ok(())
}

async fn republish_events(config: &Config) -> Result<(), CommandError> {
    for &service in &config.parts.services {
        let count = messaging::republish(&config.databases, service).await;
        let count = count.map_err(|source| CommandError::Replay { service, source })?;
        println!("{service:<12}{count:>8} events to be republished");
    }
    Ok(())
}

async fn requeue_dead_letters(config: &Config) -> Result<(), CommandError> {
    for &service in &config.parts.services {
        let count = messaging::requeue_dead_letters(&config.databases, service).await;
        let count = count.map_err(|source| CommandError::Replay { service, source })?;
        println!("{service:<12}{count:>8} dead-lettered events to be retried");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Option<Command>, clap::Error> {
        Cli::try_parse_from(["ticketing"].iter().chain(arguments)).map(|cli| cli.command)
    }

    #[test]
    fn without_a_command_the_site_is_served() {
        assert!(matches!(parse(&[]), Ok(None)));
        assert!(matches!(parse(&["end-sessions", "--all"]), Ok(Some(Command::EndSessions { email: None, all: true }))));
        let of_ann = parse(&["end-sessions", "--email", "ann@example.org"]);
        assert!(matches!(of_ann, Ok(Some(Command::EndSessions { email: Some(_), all: false }))));
        assert!(matches!(parse(&["replay"]), Ok(Some(Command::Replay { dead: false, restored: false }))));
        assert!(matches!(parse(&["replay", "--dead"]), Ok(Some(Command::Replay { dead: true, restored: false }))));
        assert!(matches!(parse(&["replay", "--restored"]), Ok(Some(Command::Replay { dead: false, restored: true }))));
        assert!(
            matches!(parse(&["backup", "there"]), Ok(Some(Command::Backup { folder })) if folder == Path::new("there"))
        );
    }

    #[test]
    fn an_unknown_command_is_refused_in_one_line_that_names_the_help() {
        for arguments in [
            &["end-sessions"][..],
            &["end-sessions", "--all", "--email", "ann@example.org"],
            &["end-sessions", "--email", "ann"],
            &["dance"],
            &["audit", "--dead"],
            &["--replay"],
            &["backup"],
            &["replay", "--dead", "--restored"],
        ] {
            let error = parse(arguments).err().expect("it is no command");

            let refusal = help_or_usage_error(&error).expect_err("it is an error").to_string();

            assert!(refusal.ends_with(", see: ticketing help") && !refusal.contains('\n'), "{refusal}");
        }
    }

    #[test]
    fn the_help_names_every_command_and_setting() {
        for arguments in [["help"], ["--help"], ["-h"]] {
            let help = parse(&arguments).err().expect("help is not a command to run");

            assert!(help_or_usage_error(&help).is_ok(), "{arguments:?}");
            let settings = VARIABLES.iter().map(|variable| variable.name);
            for text in ["demo", "audit", "doctor", "backup", "restore", "end-sessions", "replay", "--version"]
                .into_iter()
                .chain(settings)
            {
                assert!(help.to_string().contains(text), "{text}: {help}");
            }
        }
    }
}
