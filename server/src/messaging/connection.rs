//! The way to NATS: which servers, and a connection to them that comes back by itself.

use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr};
use std::fmt;
use std::time::Duration;
use tokio::sync::watch;

/// How long connecting may take, the first time and again.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// How often a connection shows that it lives; a few silent ones, and it is made anew.
const PING_EVERY: Duration = Duration::from_secs(2);
/// How long to wait before the next try to connect again, at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long the broker may take to say something.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// The oldest server that keeps what it acknowledged (`sync_interval`) and filters a consumer by several subjects.
const OLDEST: (i64, i64) = (2, 12);
/// Who connects without a name.
const NOBODY: &str = "anybody";

/// The addresses of a NATS cluster's servers.
#[derive(Clone)]
pub struct Servers(Vec<ServerAddr>);

/// An address may hold a password, so only hosts are shown.
impl fmt::Display for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: Vec<String> = self.0.iter().map(|server| format!("{}:{}", server.host(), server.port())).collect();
        formatter.write_str(&hosts.join(", "))
    }
}

impl fmt::Debug for Servers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Servers {
    /// Reads `nats://user:password@host:port`, or several of them with commas.
    ///
    /// # Errors
    /// What is wrong, without repeating what was written: it may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = "it must be nats:// or tls:// and a server, as in nats://user:password@localhost:4222".to_owned();
        let known = |address: &str| address.starts_with("nats://") || address.starts_with("tls://");
        let parse = |address: &str| known(address).then(|| address.parse::<ServerAddr>().ok()).flatten();
        text.split(',').map(|address| parse(address.trim())).collect::<Option<Vec<_>>>().map(Servers).ok_or(wrong)
    }

    /// Who connects, and with which password: the same for all servers of a cluster, so the first address tells.
    fn credentials(&self) -> Option<(&str, &str)> {
        let server = self.0.first()?;
        Some((server.username()?, server.password().unwrap_or_default()))
    }

    fn user(&self) -> &str {
        self.credentials().map_or(NOBODY, |(user, _)| user)
    }
}

/// A connection to NATS.
#[derive(Clone)]
pub struct Connection {
    client: Client,
    /// Counts how often it was made: whoever only listens has missed what was said between two times.
    times: watch::Receiver<u64>,
}

impl Connection {
    /// Connects, and makes sure that the servers can do what is promised here.
    ///
    /// # Errors
    /// Why not, in one line.
    pub async fn open(servers: &Servers, name: &str) -> Result<Self, String> {
        let (counter, times) = watch::channel(0);
        let options = ConnectOptions::new()
            .name(format!("ticketing {name}"))
            .connection_timeout(CONNECT_TIMEOUT)
            .request_timeout(Some(ANSWER_TIMEOUT))
            .ping_interval(PING_EVERY)
            // What is answered to one user cannot be read by another: the server's accounts tell them apart by this.
            .custom_inbox_prefix(format!("_INBOX.{}", servers.user()))
            .reconnect_delay_callback(|tries| (PING_EVERY / 20 * u32::try_from(tries).unwrap_or(20)).min(LONGEST_PAUSE))
            .event_callback(move |event| {
                match event {
                    Event::Connected => counter.send_modify(|times| *times += 1),
                    Event::Disconnected => tracing::warn!("the connection to NATS is lost, it will be made again"),
                    Event::Draining | Event::Closed | Event::LameDuckMode => {}
                    other => tracing::warn!("the connection to NATS: {other}"),
                }
                std::future::ready(())
            });
        let options = match servers.credentials() {
            Some((user, password)) => options.user_and_password(user.to_owned(), password.to_owned()),
            None => options,
        };
        let unreachable = |error: async_nats::ConnectError| match error.kind() {
            ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
                format!("{servers} refuses this user and password")
            }
            _ => format!("{servers} cannot be reached: {error}"),
        };
        let client = options.connect(servers.0.as_slice()).await.map_err(unreachable)?;
        let info = client.server_info();
        if !client.is_server_compatible(OLDEST.0, OLDEST.1, 0) {
            return Err(format!(
                "{servers} runs nats-server {}, but {}.{} or newer is needed",
                info.version, OLDEST.0, OLDEST.1
            ));
        }
        Ok(Connection { client, times })
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// How often the connection was made, and news of that.
    pub fn times(&self) -> watch::Receiver<u64> {
        self.times.clone()
    }

    /// Whether there is a connection right now.
    pub fn is_up(&self) -> bool {
        self.client.connection_state() == async_nats::connection::State::Connected
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let servers = Servers::parse("nats://orders:secret@a:4222, tls://orders:secret@b:4223").expect("it is right");
        assert_eq!((servers.to_string().as_str(), servers.user()), ("a:4222, b:4223", "orders"));
        assert!(!format!("{servers:?}").contains("secret"));
        assert!(Servers::parse("http://orders:secret@a").is_err_and(|problem| !problem.contains("secret")));
    }
}
