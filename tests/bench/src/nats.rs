//! As much of the NATS protocol as a measurement needs: publishing with replies, and requests to JetStream.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::client::count;

const INBOX: &str = "_INBOX.bench";
const REPLY_TIMEOUT: Duration = Duration::from_secs(30);
/// The broker of a cluster pings every two seconds, and closes a connection that does not answer twice.
const MAX_IDLE: Duration = Duration::from_secs(1);
/// Messages of one atomic batch, whose end waits for the disk, and the bytes of each: about an event.
const BATCH: usize = 200;
const BODY_BYTES: usize = 800;
/// How many batches are under way at once.
const PIPELINED: usize = 4;
const STREAM: &str = "bench";

/// A connection to the broker.
pub struct Nats {
    url: String,
    used_at: Instant,
    reader: BufReader<TcpStream>,
    writer: TcpStream,
    batches: usize,
}

impl Nats {
    /// Connects with a URL `nats://user:password@host:port`.
    pub fn connect(url: &str) -> Result<Nats> {
        let rest = url.strip_prefix("nats://").context("the URL begins with nats://")?;
        let (credentials, address) = rest.split_once('@').context("the URL has a user")?;
        let (user, password) = credentials.split_once(':').context("the URL has a password")?;
        let writer = TcpStream::connect(address)?;
        writer.set_nodelay(true)?;
        writer.set_read_timeout(Some(REPLY_TIMEOUT))?;
        let reader = BufReader::new(writer.try_clone()?);
        let mut nats = Nats { url: url.to_owned(), used_at: Instant::now(), reader, writer, batches: 0 };
        let options = json!({
            "verbose": false, "pedantic": false, "user": user, "pass": password, "lang": "rust", "version": "1",
            "headers": true, "no_responders": true,
        });
        nats.writer.write_all(format!("CONNECT {options}\r\nSUB {INBOX} 1\r\n").as_bytes())?;
        Ok(nats)
    }

    /// Connects again after a while, in which nobody has answered the pings of the broker.
    fn reconnect_if_idle(&mut self) -> Result<()> {
        if self.used_at.elapsed() > MAX_IDLE {
            let batches = self.batches;
            *self = Nats { batches, ..Nats::connect(&self.url)? };
        }
        self.used_at = Instant::now();
        Ok(())
    }

    /// Sends a request and returns the reply.
    fn request(&mut self, subject: &str, body: &str) -> Result<Value> {
        self.reconnect_if_idle()?;
        write!(self.writer, "PUB {subject} {INBOX} {}\r\n{body}\r\n", body.len())?;
        let reply: Value = serde_json::from_slice(&self.reply()?)?;
        ensure!(reply["error"].is_null(), "{subject}: {}", reply["error"]);
        Ok(reply)
    }

    /// The body of the next message for this connection.
    fn reply(&mut self) -> Result<Vec<u8>> {
        loop {
            let mut line = String::new();
            ensure!(self.reader.read_line(&mut line)? > 0, "the broker closed the connection");
            let line = line.trim_end();
            ensure!(!line.starts_with("-ERR"), "the broker refuses: {line}");
            if line == "PING" {
                self.writer.write_all(b"PONG\r\n")?;
            } else if line.starts_with("MSG ") || line.starts_with("HMSG ") {
                let length: usize = line.rsplit(' ').next().context("a message has a length")?.parse()?;
                let mut body = vec![0; length + 2];
                self.reader.read_exact(&mut body)?;
                ensure!(line.starts_with("MSG "), "the broker has nobody for it: {}", String::from_utf8_lossy(&body));
                body.truncate(length);
                return Ok(body);
            }
        }
    }

    /// Whether a service has events of the stream to receive or to acknowledge.
    pub fn is_pending(&mut self) -> Result<bool> {
        let list = self.request("$JS.API.CONSUMER.LIST.ticketing", "")?;
        let consumers = list["consumers"].as_array().context("the broker lists its consumers")?;
        let is_pending = |consumer: &Value| ["num_pending", "num_ack_pending"].iter().any(|key| consumer[*key] != 0);
        Ok(consumers.iter().any(is_pending))
    }

    /// Creates the stream that [`Nats::publish`] uses.
    pub fn create_stream(&mut self) -> Result<()> {
        let config = json!({
            "name": STREAM, "subjects": ["bench.>"], "storage": "file", "retention": "limits", "num_replicas": 1,
            "max_msgs": 100_000, "allow_atomic": true,
        });
        self.request(&format!("$JS.API.STREAM.CREATE.{STREAM}"), &config.to_string()).map(drop)
    }

    /// Publishes events in atomic batches, several at once, each acknowledged after it has reached the disk. Returns events per
    /// second.
    pub fn publish(&mut self, duration: Duration) -> Result<f64> {
        self.reconnect_if_idle()?;
        let (started, mut sent, mut acknowledged) = (Instant::now(), 0, 0);
        while sent > acknowledged || started.elapsed() < duration {
            while sent < acknowledged + PIPELINED && started.elapsed() < duration {
                self.send_batch()?;
                sent += 1;
            }
            if sent > acknowledged {
                let reply: Value = serde_json::from_slice(&self.reply()?)?;
                ensure!(reply["error"].is_null(), "a batch is refused: {}", reply["error"]);
                acknowledged += 1;
            }
        }
        Ok(count(acknowledged * BATCH) / started.elapsed().as_secs_f64())
    }

    fn send_batch(&mut self) -> Result<()> {
        self.batches += 1;
        let (mut bytes, body) = (Vec::with_capacity(BATCH * (BODY_BYTES + 200)), "x".repeat(BODY_BYTES));
        for number in 1..=BATCH {
            let commit = if number == BATCH { "Nats-Batch-Commit: 1\r\n" } else { "" };
            let headers = format!(
                "NATS/1.0\r\nNats-Batch-Id: b{}\r\nNats-Batch-Sequence: {number}\r\n{commit}\r\n",
                self.batches
            );
            // Only the commit is answered.
            let reply = if number == BATCH { format!(" {INBOX}") } else { String::new() };
            let (head, all) = (headers.len(), headers.len() + body.len());
            write!(bytes, "HPUB bench.event{reply} {head} {all}\r\n{headers}{body}\r\n")?;
        }
        Ok(self.writer.write_all(&bytes)?)
    }
}
