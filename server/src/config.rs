//! Every variable, its default and its meaning. Unset everything and it runs.

use crate::store::Databases;
use shared::Service;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

/// How this process was asked to run.
#[derive(Clone, Debug)]
pub struct Config {
    /// `DATABASE_URL` (`sqlite://data/`): where each service has a database of its own.
    pub databases: Databases,
    /// `HOLD_SECONDS` (60): how long an unpaid order holds its tickets.
    pub hold: Duration,
    /// `HOST` (`127.0.0.1`): the address to listen on.
    pub host: IpAddr,
    /// `PORT` (8080): the port to listen on.
    pub port: u16,
    /// `PUBLIC_URL` (`http://localhost:8080`): where people reach the site.
    pub public_url: String,
    /// `RATE_LIMITS` (on): `off` is for tests and benchmarks.
    pub rate_limits: bool,
    /// `LOG_FORMAT` (readable lines): `json`.
    pub log_json: bool,
}

/// Which variable is wrong, and why.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    /// The variable.
    pub variable: &'static str,
    /// What is wrong with it and what would be right.
    pub problem: String,
}

/// Variables of DESIGN that this version knows but cannot follow: set, they stop the start rather than be ignored.
const NOT_YET: [(&str, &str); 4] = [
    ("NATS_URL", "this version has only its in-process bus, leave it unset"),
    ("STRIPE_SECRET_KEY", "this version has only its sandbox gateway, leave it unset"),
    ("STRIPE_PUBLISHABLE_KEY", "this version has only its sandbox gateway, leave it unset"),
    ("STRIPE_WEBHOOK_SECRET", "this version has only its sandbox gateway, leave it unset"),
];

impl Config {
    /// Reads the environment's variables.
    ///
    /// # Errors
    /// The first variable that is wrong, and why.
    pub fn from_environment() -> Result<Config, ConfigError> {
        Config::from_variables(|name| std::env::var(name).ok())
    }

    /// Reads variables from `variable`. An empty one counts as unset.
    ///
    /// # Errors
    /// The first variable that is wrong, and why.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let get = |name| variable(name).filter(|text| !text.is_empty());
        for (variable, problem) in NOT_YET {
            if get(variable).is_some() {
                return Err(ConfigError { variable, problem: problem.to_owned() });
            }
        }
        if let Some(services) = get("SERVICES") {
            check_services(&services)?;
        }
        let port = parse("PORT", get("PORT"), 8080, "a number from 1 to 65535")?;
        let seconds: u64 = parse("HOLD_SECONDS", get("HOLD_SECONDS"), 60, "a number of seconds from 1 to 86400")?;
        if !(1..=86_400).contains(&seconds) {
            return Err(wrong("HOLD_SECONDS", &seconds.to_string(), "a number of seconds from 1 to 86400"));
        }
        Ok(Config {
            databases: databases(get("DATABASE_URL"))?,
            hold: Duration::from_secs(seconds),
            host: parse("HOST", get("HOST"), IpAddr::V4(Ipv4Addr::LOCALHOST), "an IP address")?,
            port,
            public_url: public_url(get("PUBLIC_URL"), port)?,
            rate_limits: switch("RATE_LIMITS", get("RATE_LIMITS"), [("on", true), ("off", false)])?,
            log_json: switch("LOG_FORMAT", get("LOG_FORMAT"), [("text", false), ("json", true)])?,
        })
    }
}

fn wrong(variable: &'static str, value: &str, wanted: &str) -> ConfigError {
    ConfigError { variable, problem: format!("it is \"{value}\", but it must be {wanted}") }
}

fn parse<T: std::str::FromStr>(
    variable: &'static str,
    value: Option<String>,
    default: T,
    wanted: &str,
) -> Result<T, ConfigError> {
    value.map_or(Ok(default), |text| text.parse().map_err(|_| wrong(variable, &text, wanted)))
}

fn switch(
    variable: &'static str,
    value: Option<String>,
    words: [(&'static str, bool); 2],
) -> Result<bool, ConfigError> {
    let [(default, _), (other, _)] = words;
    let text = value.unwrap_or_else(|| default.to_owned());
    let found = words.into_iter().find(|(word, _)| *word == text).map(|(_, value)| value);
    found.ok_or_else(|| wrong(variable, &text, &format!("{default} or {other}")))
}

fn databases(url: Option<String>) -> Result<Databases, ConfigError> {
    let url = url.unwrap_or_else(|| "sqlite://data/".to_owned());
    if let Some(path) = url.strip_prefix("sqlite://").filter(|path| !path.is_empty()) {
        return Ok(Databases::Folder(PathBuf::from(path)));
    }
    // What was written may hold a password, so it is not said again.
    let wrong = |problem: &str| ConfigError { variable: "DATABASE_URL", problem: problem.to_owned() };
    let Some((scheme @ ("postgres" | "postgresql"), rest)) = url.split_once("://") else {
        return Err(wrong("it must be sqlite:// and a folder, or postgres:// and a server"));
    };
    let (before, parameters) = rest.split_once('?').map_or((rest, String::new()), |(a, b)| (a, format!("?{b}")));
    let (server, name) = before.split_once('/').unwrap_or((before, ""));
    let name = if name.is_empty() { "*" } else { name };
    match (server.is_empty(), name.contains('*')) {
        (true, _) => Err(wrong("it names no server, as in postgres://localhost/*")),
        (_, false) => Err(wrong("the database's name must have a * where each service's word goes")),
        _ => Ok(Databases::Postgres { server: format!("{scheme}://{server}"), name: name.to_owned(), parameters }),
    }
}

fn public_url(url: Option<String>, port: u16) -> Result<String, ConfigError> {
    let Some(text) = url else { return Ok(format!("http://localhost:{port}")) };
    let url = text.trim_end_matches('/');
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match host {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) => Ok(url.to_owned()),
        _ => Err(wrong("PUBLIC_URL", &text, "http:// or https:// and a host, without a path")),
    }
}

fn check_services(services: &str) -> Result<(), ConfigError> {
    let known = |word: &str| word == "web" || Service::ALL.iter().any(|service| service.name() == word);
    let words: Vec<&str> = services.split(',').map(str::trim).collect();
    if let Some(word) = words.iter().find(|word| !known(word)) {
        return Err(wrong("SERVICES", word, "auth, tickets, orders, expiration, payments and web, with commas"));
    }
    match words.len() == Service::ALL.len() + 1 {
        true => Ok(()),
        false => {
            let problem = "this version runs all services in one process, leave it unset".to_owned();
            Err(ConfigError { variable: "SERVICES", problem })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Config::from_variables(find)
    }

    #[test]
    fn unset_everything_and_it_runs() {
        let config = read(&[]).expect("the defaults are right");
        assert_eq!((config.port, config.hold.as_secs(), config.rate_limits), (8080, 60, true));
        assert_eq!(config.public_url, "http://localhost:8080");
    }

    #[test]
    fn a_wrong_variable_is_named_with_its_reason() {
        let cases = [
            ("HOLD_SECONDS", "abc"),
            ("HOLD_SECONDS", "0"),
            ("PORT", "70000"),
            ("HOST", "nowhere"),
            ("PUBLIC_URL", "ftp://x"),
            ("PUBLIC_URL", "https://x/y"),
            ("DATABASE_URL", "mysql://x"),
            ("DATABASE_URL", "postgres:///orders"),
            ("DATABASE_URL", "postgres://localhost/orders"),
            ("RATE_LIMITS", "maybe"),
            ("LOG_FORMAT", "xml"),
            ("SERVICES", "orders,nonsense"),
            ("NATS_URL", "nats://localhost"),
        ];
        for (variable, value) in cases {
            let error = read(&[(variable, value)]).expect_err(variable);
            assert_eq!(error.variable, variable);
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }
}
