//! Every variable, its default and its meaning. Unset everything and it runs.

use crate::messaging::connection::Servers;
use crate::store::Databases;
use shared::value::Secret;
use shared::{FeeShare, Service};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

mod payment;

/// How this process was asked to run.
#[derive(Clone, Debug)]
pub struct Config {
    /// `SERVICES` (all five, and the web tier): what this process runs.
    pub parts: Parts,
    /// `NATS_URL` (in-process bus): the servers that carry events and requests between processes.
    pub nats: Option<Servers>,
    /// `NATS_REPLICAS` (1): how many servers keep a copy of each event.
    pub nats_replicas: usize,
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
    /// `STRIPE_SECRET_KEY`, `STRIPE_WEBHOOK_SECRET`, `STRIPE_API_BASE` (the sandbox, where no money moves): who moves money.
    pub stripe: Option<Stripe>,
    /// `STRIPE_PUBLISHABLE_KEY` (the sandbox): Stripe's key for the browser. The web tier and `payments` need it.
    pub publishable_key: Option<String>,
    /// `PLATFORM_FEE_PERCENT` (0): what the marketplace keeps of each sale; the price has it in it.
    pub fee: FeeShare,
    /// `PAYOUT_AFTER_HOURS` (24): how long after a show's beginning its sellers are paid.
    pub payout_after: Duration,
    /// `MAIL` (files in `mails/` beside SQLite's, the log with PostgreSQL): who delivers mails.
    pub mail: Mail,
    /// `MAIL_FROM` (`tickets@` and the host of `PUBLIC_URL`): who mails are from.
    pub mail_from: String,
    /// `DRAIN_SECONDS` (0): how long a process that was asked to stop still serves as one that is not ready, so that
    /// whoever sends it work hears of it first.
    pub drain: Duration,
    /// `PROXIES` (0): how many proxies stand before the web tier, each of which notes in `X-Forwarded-For` who asked it.
    pub proxies: usize,
    /// `RATE_LIMITS` (on): `off` is for tests and benchmarks.
    pub rate_limits: bool,
    /// `LOG_FORMAT` (readable lines): `json`.
    pub log_json: bool,
}

/// How Stripe is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stripe {
    /// Proves to Stripe who is asking.
    pub secret_key: Secret,
    /// Proves to us that Stripe is telling.
    pub webhook_secret: Secret,
    /// Where its API is, if not at Stripe's own address.
    pub api_base: Option<String>,
}

impl Stripe {
    /// Whether the key is one of test mode, in which no money moves.
    pub fn is_test(&self) -> bool {
        ["sk_test_", "rk_test_"].iter().any(|start| self.secret_key.reveal().starts_with(start))
    }
}

/// Who delivers mails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mail {
    /// Nobody: the log says what would have been sent.
    Console,
    /// Nobody: each mail is a file in this folder.
    Folder(PathBuf),
    /// A mail server, by its address, which may hold a password.
    Smtp(Secret),
}

/// What a process runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The services.
    pub services: Vec<Service>,
    /// Whether it serves the site.
    pub web: bool,
}

impl Parts {
    /// All services, and the web tier.
    pub fn all() -> Self {
        Parts { services: Service::ALL.to_vec(), web: true }
    }

    /// The word of the web tier.
    const WEB: &str = "web";

    fn read(text: &str) -> Result<Self, ConfigError> {
        let mut parts = Parts { services: Vec::new(), web: false };
        for word in text.split(',').map(str::trim) {
            let service = Service::ALL.into_iter().find(|service| service.name() == word);
            match service {
                Some(service) if !parts.services.contains(&service) => parts.services.push(service),
                None if word == Parts::WEB => parts.web = true,
                Some(_) => return Err(wrong("SERVICES", text, "a list that names each one once")),
                None => {
                    let wanted = "auth, tickets, orders, expiration, payments and web, with commas";
                    return Err(wrong("SERVICES", word, wanted));
                }
            }
        }
        Ok(parts)
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let services = self.services.iter().map(|service| service.name());
        let words: Vec<&str> = services.chain(self.web.then_some(Parts::WEB)).collect();
        formatter.write_str(&words.join(", "))
    }
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
        let parts = get("SERVICES").map_or(Ok(Parts::all()), |text| Parts::read(&text))?;
        let nats = get("NATS_URL").map(|url| Servers::parse(&url)).transpose();
        let nats = nats.map_err(|problem| ConfigError { variable: "NATS_URL", problem })?;
        if nats.is_none() && parts.services.len() < Service::ALL.len() {
            let problem = "it must be set where SERVICES leaves some to other processes".to_owned();
            return Err(ConfigError { variable: "NATS_URL", problem });
        }
        let port = parse("PORT", get("PORT"), 8080, "a number from 1 to 65535")?;
        let (stripe, publishable_key) = payment::read(&get, &parts)?;
        let databases = databases(get("DATABASE_URL"))?;
        let public_url = public_url(get("PUBLIC_URL"), port)?;
        let percent = get("PLATFORM_FEE_PERCENT").unwrap_or_else(|| "0".to_owned());
        let fee = FeeShare::parse(&percent);
        let wanted = format!("a number from 0 to {}, with at most two decimals", FeeShare::MAX_PERCENT);
        Ok(Config {
            parts,
            stripe,
            publishable_key,
            fee: fee.ok_or_else(|| wrong("PLATFORM_FEE_PERCENT", &percent, &wanted))?,
            payout_after: hours("PAYOUT_AFTER_HOURS", get("PAYOUT_AFTER_HOURS"), 24, 0..=8760)?,
            mail: mail(get("MAIL"), &databases)?,
            mail_from: mail_from(get("MAIL_FROM"), &public_url)?,
            nats,
            nats_replicas: within("NATS_REPLICAS", get("NATS_REPLICAS"), 1, 1..=5, "a number from 1 to 5")?,
            databases,
            hold: seconds("HOLD_SECONDS", get("HOLD_SECONDS"), 60, 1..=86_400)?,
            host: parse("HOST", get("HOST"), IpAddr::V4(Ipv4Addr::LOCALHOST), "an IP address")?,
            port,
            public_url,
            drain: seconds("DRAIN_SECONDS", get("DRAIN_SECONDS"), 0, 0..=300)?,
            proxies: within("PROXIES", get("PROXIES"), 0, 0..=10, "a number from 0 to 10")?,
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

fn within<T: std::str::FromStr + PartialOrd>(
    variable: &'static str,
    value: Option<String>,
    default: T,
    range: RangeInclusive<T>,
    wanted: &str,
) -> Result<T, ConfigError> {
    let text = value.clone().unwrap_or_default();
    let number = parse(variable, value, default, wanted)?;
    if range.contains(&number) { Ok(number) } else { Err(wrong(variable, &text, wanted)) }
}

fn seconds(
    variable: &'static str,
    value: Option<String>,
    default: u64,
    range: RangeInclusive<u64>,
) -> Result<Duration, ConfigError> {
    let wanted = format!("a number of seconds from {} to {}", range.start(), range.end());
    within(variable, value, default, range, &wanted).map(Duration::from_secs)
}

fn hours(
    variable: &'static str,
    value: Option<String>,
    default: u64,
    range: RangeInclusive<u64>,
) -> Result<Duration, ConfigError> {
    let wanted = format!("a number of hours from {} to {}", range.start(), range.end());
    within(variable, value, default, range, &wanted).map(|hours| Duration::from_secs(hours * 3600))
}

fn mail(value: Option<String>, databases: &Databases) -> Result<Mail, ConfigError> {
    let Some(text) = value else {
        return Ok(match databases {
            Databases::Folder(folder) => Mail::Folder(folder.join("mails")),
            Databases::Postgres { .. } => Mail::Console,
        });
    };
    match text.split_once("://") {
        None if text == "console" => Ok(Mail::Console),
        Some(("file", folder)) if !folder.is_empty() => Ok(Mail::Folder(PathBuf::from(folder))),
        Some(("smtp" | "smtps", server)) if !server.is_empty() => Ok(Mail::Smtp(text.into())),
        // What was written may hold a password, so it is not said again.
        _ => {
            let problem = "it must be console, file:// and a folder, or smtp:// or smtps:// and a server".to_owned();
            Err(ConfigError { variable: "MAIL", problem })
        }
    }
}

fn mail_from(value: Option<String>, public_url: &str) -> Result<String, ConfigError> {
    let host = public_url.split_once("://").map_or(public_url, |(_, host)| host);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let text = value.unwrap_or_else(|| format!("Ticketing <tickets@{host}>"));
    let wanted = "an address, as in Ticketing <tickets@example.org>";
    text.parse::<lettre::message::Mailbox>().map_err(|_| wrong("MAIL_FROM", &text, wanted))?;
    Ok(text)
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
    fn a_part_of_the_services_needs_a_way_to_the_others() {
        let error = read(&[("SERVICES", "orders")]).expect_err("the others are elsewhere");
        assert_eq!(error.variable, "NATS_URL");
        let config = read(&[("SERVICES", "orders, web"), ("NATS_URL", "nats://localhost")]).expect("it is right");
        assert_eq!(config.parts, Parts { services: vec![Service::Orders], web: true });
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
            ("SERVICES", "auth,auth"),
            ("NATS_URL", "http://localhost"),
            ("NATS_REPLICAS", "0"),
            ("DRAIN_SECONDS", "-1"),
            ("PROXIES", "one"),
            ("PLATFORM_FEE_PERCENT", "51"),
            ("PAYOUT_AFTER_HOURS", "soon"),
            ("MAIL", "pigeon"),
            ("MAIL_FROM", "nobody"),
        ];
        for (variable, value) in cases {
            let error = read(&[(variable, value)]).expect_err(variable);
            assert_eq!(error.variable, variable);
            assert!(!error.to_string().contains('\n'), "{error}");
        }
    }
}
