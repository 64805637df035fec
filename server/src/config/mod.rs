//! The settings of a process: environment variables, read once at the start. [`VARIABLES`] lists them all; each may be
//! unset.

mod code_secret;
mod stripe;
#[cfg(test)]
mod tests;
mod urls;
mod variables;

pub use code_secret::{CODE_SECRET_FILE, CodeSecret, CodeSecrets, read_code_secret};
pub use variables::{DefaultValue, VARIABLES, Variable};

use crate::messaging::connection::Servers;
use crate::store::Databases;
use lettre::message::Mailbox;
use shared::value::Secret;
use shared::{FeeShare, Service};
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use variables::Reader;
use zeroize::Zeroizing;

/// The parsed settings. [`VARIABLES`] explains them.
#[derive(Clone, Debug)]
pub struct Config {
    pub parts: Parts,
    /// `None`: events and requests stay in this process.
    pub nats: Option<Servers>,
    pub nats_replicas: usize,
    pub databases: Databases,
    pub hold: Duration,
    pub host: IpAddr,
    pub port: u16,
    /// `None`: metrics are not served.
    pub metrics: Option<MetricsAddress>,
    pub connections: usize,
    pub connections_per_address: usize,
    pub connection_timeout: Duration,
    /// Without a trailing slash.
    pub public_url: String,
    /// `None`: the sandbox, where no money moves.
    pub stripe: Option<StripeSettings>,
    pub publishable_key: Option<String>,
    /// `None`: in a file beside SQLite's; see [`Config::code_secrets`].
    pub code_secret: Option<CodeSecret>,
    pub code_secret_previous: Option<CodeSecret>,
    pub fee: FeeShare,
    /// What the resale of an issued ticket may cost, in percent of its face value.
    pub price_cap_percent: Option<u32>,
    pub payout_after: Duration,
    pub mail: MailBackend,
    pub mail_from: Mailbox,
    pub drain: Duration,
    pub proxies: usize,
    pub rate_limits: bool,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`. The exporter reads the variable itself; this tells whether to export at all.
    pub trace_endpoint: Option<String>,
    /// `RUST_LOG`.
    pub log_filter: Option<String>,
    pub log_json: bool,
}

/// Where metrics are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MetricsAddress {
    pub address: SocketAddr,
    /// Whether the operator chose it. The default may be in use, by a second process on the same machine.
    pub required: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StripeSettings {
    pub secret_key: Secret,
    /// Verifies the signature of webhook requests.
    pub webhook_secret: Secret,
    /// `None`: Stripe's own address.
    pub api_base: Option<String>,
}

impl StripeSettings {
    /// Whether the key is one of test mode, in which no money moves.
    pub fn is_test(&self) -> bool {
        ["sk_test_", "rk_test_"].iter().any(|prefix| self.secret_key.reveal().starts_with(prefix))
    }
}

/// How mails are delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailBackend {
    /// Mails are only logged: with their text on a developer's machine, and without it where others reach the site, since a log must
    /// not let its readers into accounts.
    Console { with_text: bool },
    /// Each mail becomes a file in this folder.
    Folder(PathBuf),
    /// The URL of a mail server, secret because it may contain a password.
    Smtp(Secret),
}

/// What a process runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    pub services: Vec<Service>,
    pub web: bool,
}

impl Parts {
    const WEB: &str = "web";

    /// All services, and the web tier.
    pub fn all() -> Self {
        Parts { services: Service::ALL.to_vec(), web: true }
    }

    fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut parts = Parts { services: Vec::new(), web: false };
        for name in text.split(',').map(str::trim) {
            if name == Parts::WEB {
                parts.web = true;
                continue;
            }
            let Ok(service) = name.parse::<Service>() else {
                let services = Service::ALL.map(Service::name).join(", ");
                let expected = format!("one or several of {services} and web, separated by commas");
                return Err(ConfigError::unexpected("SERVICES", name, &expected));
            };
            if parts.services.contains(&service) {
                return Err(ConfigError::unexpected("SERVICES", text, "a list that names each service once"));
            }
            parts.services.push(service);
        }
        Ok(parts)
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let services = self.services.iter().map(|service| service.name());
        let names: Vec<&str> = services.chain(self.web.then_some(Parts::WEB)).collect();
        formatter.write_str(&names.join(", "))
    }
}

/// A variable that cannot be used. One line, without the value where that may contain a password.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigError {
    pub variable: &'static str,
    /// What is wrong with it and what would be right.
    pub problem: String,
}

impl ConfigError {
    fn new(variable: &'static str, problem: impl Into<String>) -> Self {
        ConfigError { variable, problem: problem.into() }
    }

    fn unexpected(variable: &'static str, value: &str, expected: &str) -> Self {
        // Escaped, so that a value with line breaks does not break the one line.
        ConfigError::new(variable, format!("it is {value:?}, but it must be {expected}"))
    }
}

impl Config {
    /// Whether browsers reach the site over HTTPS.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Reads the environment of the process.
    ///
    /// # Errors
    /// The first variable that cannot be used.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads environment variables")]
    pub fn from_environment() -> Result<Config, ConfigError> {
        Config::from_variables(|name| std::env::var(name).ok())
    }

    /// Reads variables from `lookup` instead of the environment.
    ///
    /// # Errors
    /// The first variable that cannot be used.
    pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
        let variables = Reader::new(&lookup);
        let parts = variables.get("SERVICES").map_or(Ok(Parts::all()), |text| Parts::parse(&text))?;
        let nats = nats(&variables, &parts)?;
        let port = variables.parse("PORT", "a number from 1 to 65535")?;
        let (stripe, publishable_key) = stripe::read(&variables, &parts)?;
        let databases =
            urls::databases(&variables.get_or_default("DATABASE_URL"), variables.get("DATABASE_PASSWORD").as_deref())?;
        let public_url = urls::public_url(variables.get("PUBLIC_URL"), port)?;
        let (code_secret, code_secret_previous) = code_secrets(&variables)?;
        Ok(Config {
            parts,
            stripe,
            publishable_key,
            code_secret,
            code_secret_previous,
            fee: fee(&variables)?,
            price_cap_percent: price_cap_percent(&variables)?,
            payout_after: variables.hours("PAYOUT_AFTER_HOURS", 0..=8760)?,
            mail: mail(&variables, &databases, &public_url)?,
            mail_from: mail_from(variables.get("MAIL_FROM"), &public_url)?,
            nats,
            nats_replicas: variables.number("NATS_REPLICAS", 1..=5, "")?,
            databases,
            hold: variables.seconds("HOLD_SECONDS", 1..=86_400)?,
            host: variables.parse("HOST", "an IP address")?,
            port,
            metrics: metrics(&variables)?,
            connections: variables.number("CONNECTIONS", 1..=1_000_000, "")?,
            connections_per_address: variables.number("CONNECTIONS_PER_ADDRESS", 1..=1_000_000, "")?,
            connection_timeout: variables.seconds("CONNECTION_TIMEOUT_SECONDS", 1..=3600)?,
            public_url,
            drain: variables.seconds("DRAIN_SECONDS", 0..=300)?,
            proxies: variables.number("PROXIES", 0..=10, "")?,
            rate_limits: variables.switch("RATE_LIMITS", "on", "off")?,
            trace_endpoint: variables.get("OTEL_EXPORTER_OTLP_ENDPOINT"),
            log_filter: variables.get("RUST_LOG"),
            log_json: variables.switch("LOG_FORMAT", "json", "text")?,
        })
    }
}

fn nats(variables: &Reader, parts: &Parts) -> Result<Option<Servers>, ConfigError> {
    let password = variables.get("NATS_PASSWORD");
    let servers = variables.get("NATS_URL").map(|url| Servers::parse(&url, password.as_deref())).transpose();
    let servers = servers.map_err(|problem| ConfigError::new("NATS_URL", problem))?;
    let authority = variables.get("NATS_CA").map(PathBuf::from);
    if authority.is_some() && servers.as_ref().is_some_and(|servers| !servers.is_encrypted()) {
        return Err(ConfigError::new("NATS_CA", "it is for encrypted connections: begin NATS_URL with tls://"));
    }
    if servers.is_none() && parts.services.len() < Service::ALL.len() {
        return Err(ConfigError::new("NATS_URL", "it must be set where SERVICES leaves some to other processes"));
    }
    Ok(servers.map(|servers| servers.trusting(authority)))
}

fn code_secrets(variables: &Reader) -> Result<(Option<CodeSecret>, Option<CodeSecret>), ConfigError> {
    let read = |name| {
        let text = variables.get(name).map(Zeroizing::new);
        let secret = text.map(|text| CodeSecret::parse(&text)).transpose();
        secret.map_err(|problem| ConfigError::new(name, problem))
    };
    let (current, previous) = (read("CODE_SECRET")?, read("CODE_SECRET_PREVIOUS")?);
    if previous.is_some() && previous == current {
        return Err(ConfigError::new("CODE_SECRET_PREVIOUS", "it must be another one than CODE_SECRET, or unset"));
    }
    Ok((current, previous))
}

fn metrics(variables: &Reader) -> Result<Option<MetricsAddress>, ConfigError> {
    let text = variables.get_or_default("METRICS");
    if text == "off" {
        return Ok(None);
    }
    let address = text.parse();
    let address = address.map_err(|_| {
        ConfigError::unexpected("METRICS", &text, "an IP address and a port, as in 127.0.0.1:9464, or off")
    })?;
    Ok(Some(MetricsAddress { address, required: variables.get("METRICS").is_some() }))
}

fn fee(variables: &Reader) -> Result<FeeShare, ConfigError> {
    let percent = variables.get_or_default("PLATFORM_FEE_PERCENT");
    let expected = format!("a number from 0 to {}, with at most two decimals", FeeShare::MAX_PERCENT);
    FeeShare::parse(&percent).ok_or_else(|| ConfigError::unexpected("PLATFORM_FEE_PERCENT", &percent, &expected))
}

fn price_cap_percent(variables: &Reader) -> Result<Option<u32>, ConfigError> {
    let is_set = variables.get("PRICE_CAP_PERCENT").is_some();
    is_set.then(|| variables.number("PRICE_CAP_PERCENT", 100..=1000, "")).transpose()
}

fn mail(variables: &Reader, databases: &Databases, public_url: &str) -> Result<MailBackend, ConfigError> {
    let console = MailBackend::Console { with_text: !public_url.starts_with("https://") };
    let password = variables.get("MAIL_PASSWORD");
    let Some(text) = variables.get("MAIL") else {
        return Ok(match databases {
            Databases::Folder(folder) => MailBackend::Folder(folder.join("mails")),
            Databases::Postgres { .. } => console,
        });
    };
    match text.split_once("://") {
        None if text == "console" => Ok(console),
        Some(("file", folder)) if !folder.is_empty() => Ok(MailBackend::Folder(PathBuf::from(folder))),
        Some((scheme @ ("smtp" | "smtps"), server)) if !server.is_empty() => {
            Ok(MailBackend::Smtp(urls::mail_server(scheme, server, password.as_deref()).into()))
        }
        // The value may contain a password, so the error does not repeat it.
        _ => {
            let problem = "it must be console, file:// and a folder, or smtp:// or smtps:// and a server";
            Err(ConfigError::new("MAIL", problem))
        }
    }
}

fn mail_from(value: Option<String>, public_url: &str) -> Result<Mailbox, ConfigError> {
    let host = public_url.split_once("://").map_or(public_url, |(_, host)| host);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    let text = value.unwrap_or_else(|| format!("Ticketing <tickets@{host}>"));
    let expected = "an address, as in Ticketing <tickets@example.org>";
    text.parse().map_err(|_| ConfigError::unexpected("MAIL_FROM", &text, expected))
}
