//! The connection to NATS, which reconnects by itself.

use crate::credentials::Credentials;
use crate::{Error, tls};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr};
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// After a few unanswered pings the client reconnects.
const PING_INTERVAL: Duration = Duration::from_secs(2);
const MAX_RECONNECT_DELAY: Duration = Duration::from_secs(1);
/// How long the broker may take to answer.
pub const BROKER_TIMEOUT: Duration = Duration::from_secs(5);
/// The oldest server that keeps what it has acknowledged (`sync_interval: always`).
const MIN_VERSION: (i64, i64) = (2, 12);
/// The name of the broker in [`Error::Unavailable`].
pub const BROKER: &str = "the message broker";
/// Stands in the inbox prefix for a connection without a user.
const ANONYMOUS: &str = "anybody";

/// The addresses of a NATS cluster's servers.
#[derive(Clone)]
pub struct Servers {
    addresses: Vec<ServerAddr>,
    /// Those of the first address: they are the same for all servers of a cluster.
    credentials: Option<Credentials>,
    /// Whether an address begins with `tls://`. Then no server is spoken to without TLS, whatever it offers.
    encrypted: bool,
    /// A PEM file with the authorities to trust; `None` for the system's.
    authority: Option<PathBuf>,
}

/// An address may contain a password, so only hosts are shown.
impl fmt::Display for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> =
            self.addresses.iter().map(|server| format!("{}:{}", server.host(), server.port())).collect();
        formatter.write_str(&hosts.join(", "))
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Servers {
    /// Parses `nats://user:password@host:port`, or several of them separated by commas. `password` is that of users without one.
    ///
    /// # Errors
    /// The problem, without the text: it may contain a password.
    pub fn parse(text: &str, password: Option<&str>) -> Result<Self, String> {
        let wrong =
            || "it must be nats:// or tls:// and a server, as in nats://user:password@localhost:4222".to_owned();
        let (mut addresses, mut all_credentials, mut encrypted) = (Vec::new(), Vec::new(), false);
        for address in split_addresses(text) {
            let (scheme, rest) = address.split_once("://").ok_or_else(wrong)?;
            let (credentials, server) = Credentials::split(rest);
            if !["nats", "tls"].contains(&scheme) || server.is_empty() {
                return Err(wrong());
            }
            encrypted |= scheme == "tls";
            addresses.push(format!("{scheme}://{server}").parse::<ServerAddr>().map_err(|_| wrong())?);
            all_credentials.push(credentials.map(|credentials| credentials.or_password(password)));
        }
        let credentials = all_credentials.into_iter().next().flatten();
        if addresses.is_empty() {
            return Err(wrong());
        }
        Ok(Servers { addresses, credentials, encrypted, authority: None })
    }

    /// Trusts only the authorities in this PEM file.
    #[must_use]
    pub fn trusting(self, authority: Option<PathBuf>) -> Self {
        Servers { authority, ..self }
    }

    /// Whether connections are encrypted, and the server's certificate and name verified.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Whether all of them are on this machine.
    pub fn is_local(&self) -> bool {
        self.addresses.iter().all(|server| tls::is_local(server.host()))
    }

    fn user(&self) -> &str {
        self.credentials.as_ref().map_or(ANONYMOUS, |credentials| &credentials.user)
    }
}

/// Splits at the commas that separate addresses. Others belong to a password.
fn split_addresses(text: &str) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    for part in text.split(',') {
        match addresses.last_mut() {
            Some(last) if !part.contains("://") => last.extend([",", part]),
            _ => addresses.push(part.trim().to_owned()),
        }
    }
    addresses
}

/// A connection to NATS.
#[derive(Clone)]
pub struct Connection {
    client: Client,
    /// Counts the connects: an observer may have missed events between two of them.
    connects: watch::Receiver<u64>,
}

impl Connection {
    /// Connects, and checks that the servers are new enough.
    ///
    /// # Errors
    /// The reason in one line.
    pub async fn open(servers: &Servers, name: &str) -> Result<Self, String> {
        let (counter, connects) = watch::channel(0);
        let options = ConnectOptions::new()
            .name(format!("ticketing {name}"))
            .connection_timeout(CONNECT_TIMEOUT)
            .request_timeout(Some(BROKER_TIMEOUT))
            .ping_interval(PING_INTERVAL)
            .require_tls(servers.encrypted)
            // The accounts allow each user only its own prefix, so that no user can read the replies to another.
            .custom_inbox_prefix(format!("_INBOX.{}", servers.user()))
            .reconnect_delay_callback(|tries| {
                (PING_INTERVAL / 20 * u32::try_from(tries).unwrap_or(20)).min(MAX_RECONNECT_DELAY)
            })
            .event_callback(move |event| {
                match event {
                    Event::Connected => counter.send_modify(|connects| *connects += 1),
                    Event::Disconnected => tracing::warn!("connection to NATS lost, reconnecting"),
                    Event::Draining | Event::Closed | Event::LameDuckMode => {}
                    other => tracing::warn!("connection to NATS: {other}"),
                }
                std::future::ready(())
            });
        let options = match servers.credentials.clone() {
            Some(Credentials { user, password }) => options.user_and_password(user, password.unwrap_or_default()),
            None => options,
        };
        let options = match &servers.authority {
            Some(file) => {
                // The client would only say that a file was not found, and reads it again for each connection.
                fs::read(file).map_err(|error| format!("NATS_CA: {} cannot be read: {error}", file.display()))?;
                options.add_root_certificates(file.clone())
            }
            None => options,
        };
        let unreachable = |error: async_nats::ConnectError| match error.kind() {
            ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
                format!("{servers} refuses this user and password")
            }
            _ => match tls::explain(&error, "NATS_CA") {
                Some(problem) => format!("{servers} cannot be used: {problem}"),
                None => format!("{servers} cannot be reached: {error}"),
            },
        };
        let client = options.connect(servers.addresses.as_slice()).await.map_err(unreachable)?;
        let info = client.server_info();
        if !client.is_server_compatible(MIN_VERSION.0, MIN_VERSION.1, 0) {
            return Err(format!(
                "{servers} runs nats-server {}, but {}.{} or newer is needed",
                info.version, MIN_VERSION.0, MIN_VERSION.1
            ));
        }
        Ok(Connection { client, connects })
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The number of connects so far, and its changes.
    pub fn connects(&self) -> watch::Receiver<u64> {
        self.connects.clone()
    }

    /// Whether there is a connection right now.
    pub fn is_up(&self) -> bool {
        self.client.connection_state() == async_nats::connection::State::Connected
    }
}

/// An error of the broker: the caller tries again.
pub fn unavailable(error: impl fmt::Display) -> Error {
    tracing::debug!(%error, "broker did not answer as expected");
    Error::Unavailable(BROKER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let servers =
            Servers::parse("nats://orders:secret@a:4222, tls://orders:secret@b:4223", None).expect("it is valid");
        assert_eq!((servers.to_string().as_str(), servers.user()), ("a:4222, b:4223", "orders"));
        assert!(!format!("{servers:?}").contains("secret"));
        assert!(Servers::parse("http://orders:secret@a", None).is_err_and(|problem| !problem.contains("secret")));
    }

    #[test]
    fn a_password_of_any_characters_is_understood_in_the_url_and_beside_it() {
        let odd = "a/b#c@d%e+f,g";
        for servers in [
            Servers::parse(&format!("nats://orders:{odd}@a:4222,nats://orders:{odd}@b"), None),
            Servers::parse("nats://orders:a%2Fb%23c%40d%25e%2Bf%2Cg@a:4222,nats://orders@b", None),
            Servers::parse("nats://orders@a:4222, nats://orders@b", Some(odd)),
        ] {
            let servers = servers.expect("it is valid");
            let password = servers.credentials.as_ref().and_then(|credentials| credentials.password.as_deref());
            assert_eq!((servers.to_string().as_str(), password), ("a:4222, b:4222", Some(odd)));
        }
    }
}
