//! The list of all settings, and their raw values.

use super::ConfigError;
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

/// A setting. An empty variable counts as unset.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    pub name: &'static str,
    pub default: DefaultValue,
    pub meaning: &'static str,
}

/// What an unset variable means.
#[derive(Clone, Copy, Debug)]
pub enum DefaultValue {
    /// The same as this value.
    Value(&'static str),
    /// Something that no single value expresses.
    Described(&'static str),
}

impl fmt::Display for DefaultValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (DefaultValue::Value(text) | DefaultValue::Described(text)) = self;
        formatter.pad(text)
    }
}

const fn value(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default: DefaultValue::Value(default), meaning }
}

const fn described(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable { name, default: DefaultValue::Described(default), meaning }
}

/// Every environment variable that a process reads.
pub const VARIABLES: &[Variable] = &[
    described("SERVICES", "all services and web", "what this process runs, separated by commas: services, and web"),
    value(
        "DATABASE_URL",
        "sqlite://data/",
        "the folder of the services' SQLite files, or postgres://user:password@host/ticketing_*, where * stands for the \
         service: each has a database of its own, which is created if it is missing. Add \
         ?sslmode=verify-full&sslrootcert= and a PEM file to encrypt and verify",
    ),
    described(
        "DATABASE_PASSWORD",
        "the one in DATABASE_URL",
        "the password for a DATABASE_URL that has a user only; taken as it is",
    ),
    described(
        "NATS_URL",
        "an in-process bus",
        "NATS servers, separated by commas, as in nats://user:password@host; they carry events and requests between \
         processes. With tls://, connections are encrypted and the server's certificate and name are verified",
    ),
    described(
        "NATS_CA",
        "the system's authorities",
        "a PEM file with the authorities that may certify the NATS servers; needs tls:// in NATS_URL",
    ),
    described(
        "NATS_PASSWORD",
        "the one in NATS_URL",
        "the password for a NATS_URL that has users only; taken as it is",
    ),
    value("NATS_REPLICAS", "1", "how many NATS servers keep a copy of each event"),
    value("HOLD_SECONDS", "60", "how long an unpaid order holds its tickets"),
    value("HOST", "127.0.0.1", "the IP address to listen on"),
    value("PORT", "8080", "the port to listen on"),
    value(
        "METRICS",
        "127.0.0.1:9464",
        "the address at which Prometheus' metrics are served, or off; they are never served at PORT. If the default is in use, \
         the process starts without them",
    ),
    value("CONNECTIONS", "4096", "how many connections may be open; further ones are answered with 503"),
    value(
        "CONNECTIONS_PER_ADDRESS",
        "256",
        "how many of them one client may have, by IPv4 address or IPv6 /64; only where PROXIES is 0 and RATE_LIMITS is on",
    ),
    value(
        "CONNECTION_TIMEOUT_SECONDS",
        "30",
        "how long a client may take to send a header or a body, stay idle between requests, or take nothing of a response",
    ),
    described(
        "PUBLIC_URL",
        "http://localhost and PORT",
        "the address of the site; with https://, cookies become __Host- and Secure",
    ),
    described(
        "MAIL",
        "files beside SQLite's, the log with PostgreSQL",
        "how mails are delivered: smtps://user:password@host, smtp://user:password@host?tls=required, file:// and a \
         folder, or console, which logs subjects, and at debug also the texts unless PUBLIC_URL begins with https://",
    ),
    described("MAIL_PASSWORD", "the one in MAIL", "the password for a MAIL that has a user only; taken as it is"),
    described("MAIL_FROM", "Ticketing <tickets@host>, with the host of PUBLIC_URL", "the sender of mails"),
    value("PLATFORM_FEE_PERCENT", "0", "the marketplace's share of each sale, at most 50; it is included in the price"),
    described(
        "PRICE_CAP_PERCENT",
        "none",
        "the highest price of a resale, in percent of the face value, from 100; only for tickets that were issued here",
    ),
    value("PAYOUT_AFTER_HOURS", "24", "how long after the start of a show its sellers are paid"),
    described(
        "CODE_SECRET",
        "a file beside SQLite's, created once",
        "the secret of the tickets' codes: 64 hexadecimal digits, as openssl rand -hex 32 prints them. The service tickets \
         needs it with PostgreSQL",
    ),
    described(
        "CODE_SECRET_PREVIOUS",
        "none",
        "the former CODE_SECRET: codes that it signed stay valid until this variable is unset",
    ),
    described(
        "STRIPE_SECRET_KEY",
        "the sandbox, with test cards",
        "Stripe's secret key; the service payments needs it",
    ),
    described(
        "STRIPE_WEBHOOK_SECRET",
        "the sandbox, with test cards",
        "the signing secret of Stripe's webhook endpoint; required with STRIPE_SECRET_KEY",
    ),
    described(
        "STRIPE_PUBLISHABLE_KEY",
        "the sandbox, with test cards",
        "Stripe's key for browsers; payments, tickets and web need it, with Stripe",
    ),
    described("STRIPE_API_BASE", "Stripe's own", "the address of Stripe's API, for tests"),
    value(
        "DRAIN_SECONDS",
        "0",
        "how long a process that is asked to stop still serves, as not ready, so that load balancers notice first",
    ),
    value("PROXIES", "0", "how many proxies in front of the web tier append the client's address to X-Forwarded-For"),
    value("RATE_LIMITS", "on", "on or off; off is for tests and benchmarks"),
    described(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "no traces",
        "the address of an OpenTelemetry collector; needs a build with the feature telemetry",
    ),
    described("RUST_LOG", "info", "which log lines are written, as in info,server=debug"),
    value("LOG_FORMAT", "text", "text or json"),
];

/// Reads variables and parses those of common forms.
pub struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Reader<'a> {
    pub fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Reader { lookup }
    }

    /// The value of a variable that is set.
    ///
    /// # Panics
    /// If the variable is not in [`VARIABLES`].
    pub fn get(&self, name: &'static str) -> Option<String> {
        assert!(VARIABLES.iter().any(|variable| variable.name == name), "add {name} to VARIABLES");
        (self.lookup)(name).filter(|text| !text.is_empty())
    }

    /// The value of a variable, or its default.
    ///
    /// # Panics
    /// If [`VARIABLES`] gives the variable no default value.
    pub fn get_or_default(&self, name: &'static str) -> String {
        self.get(name).unwrap_or_else(|| {
            let default = VARIABLES.iter().find(|variable| variable.name == name).map(|variable| variable.default);
            let Some(DefaultValue::Value(text)) = default else { panic!("give {name} a default value in VARIABLES") };
            text.to_owned()
        })
    }

    pub fn parse<T: FromStr>(&self, name: &'static str, expected: &str) -> Result<T, ConfigError> {
        let text = self.get_or_default(name);
        text.parse().map_err(|_| ConfigError::unexpected(name, &text, expected))
    }

    pub fn number<T: FromStr + PartialOrd + fmt::Display>(
        &self,
        name: &'static str,
        range: RangeInclusive<T>,
        unit: &str,
    ) -> Result<T, ConfigError> {
        let expected = format!("a number{unit} from {} to {}", range.start(), range.end());
        let number = self.parse(name, &expected)?;
        if range.contains(&number) {
            Ok(number)
        } else {
            Err(ConfigError::unexpected(name, &self.get_or_default(name), &expected))
        }
    }

    pub fn seconds(&self, name: &'static str, range: RangeInclusive<u64>) -> Result<Duration, ConfigError> {
        self.number(name, range, " of seconds").map(Duration::from_secs)
    }

    pub fn hours(&self, name: &'static str, range: RangeInclusive<u64>) -> Result<Duration, ConfigError> {
        self.number(name, range, " of hours").map(|hours| Duration::from_secs(hours * 3600))
    }

    /// A variable that has one of two values.
    pub fn switch(&self, name: &'static str, if_true: &str, if_false: &str) -> Result<bool, ConfigError> {
        let text = self.get_or_default(name);
        if text == if_true {
            Ok(true)
        } else if text == if_false {
            Ok(false)
        } else {
            Err(ConfigError::unexpected(name, &text, &format!("{if_true} or {if_false}")))
        }
    }
}
