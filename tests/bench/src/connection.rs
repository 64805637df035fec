//! One HTTP/1.1 connection that is kept alive. It sends prepared bytes and finds the end of each response, and does nothing
//! else, because it shares the processors with the server that it measures.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a response may take. Longer than any bounded wait of the server.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(30);
const MAX_HEADERS: usize = 64;

/// A connection and the response that it received last.
pub struct Connection {
    address: SocketAddr,
    stream: TcpStream,
    received: Vec<u8>,
    head: usize,
    body: Vec<u8>,
}

/// What the head of a response says.
struct Head {
    status: u16,
    /// The bytes of the head.
    bytes: usize,
    length: Length,
    closes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Bytes(usize),
    Chunked,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Connection { address, stream, received: Vec::with_capacity(64 * 1024), head: 0, body: Vec::new() })
    }

    /// Sends a request and returns the status of the response.
    ///
    /// # Errors
    /// If the connection breaks or the response does not arrive in time. The next request uses a new connection.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<u16> {
        let result = timeout(RESPONSE_TIMEOUT, self.try_exchange(request)).await;
        let result = result.unwrap_or_else(|_| bail!("no response within {RESPONSE_TIMEOUT:?}"));
        if !matches!(result, Ok((_, false))) {
            self.stream = TcpStream::connect(self.address).await?;
            self.stream.set_nodelay(true)?;
        }
        result.map(|(status, _)| status)
    }

    /// The status, and whether the server closes the connection.
    async fn try_exchange(&mut self, request: &[u8]) -> Result<(u16, bool)> {
        self.received.clear();
        self.body.clear();
        self.stream.write_all(request).await?;
        let head = loop {
            self.receive().await?;
            if let Some(head) = parse_head(&self.received)? {
                break head;
            }
        };
        self.head = head.bytes;
        match head.length {
            Length::Bytes(length) => {
                while self.received.len() < head.bytes + length {
                    self.receive().await?;
                }
                self.body.extend_from_slice(&self.received[head.bytes..head.bytes + length]);
            }
            Length::Chunked => self.receive_chunks().await?,
        }
        Ok((head.status, head.closes))
    }

    async fn receive_chunks(&mut self) -> Result<()> {
        let mut at = self.head;
        loop {
            let size = httparse::parse_chunk_size(&self.received[at..]).ok().context("a chunk has no size")?;
            if let httparse::Status::Complete((line, size)) = size {
                let (begin, size) = (at + line, usize::try_from(size)?);
                // Each chunk ends with a line break.
                while self.received.len() < begin + size + 2 {
                    self.receive().await?;
                }
                self.body.extend_from_slice(&self.received[begin..begin + size]);
                at = begin + size + 2;
                if size == 0 {
                    return Ok(());
                }
            } else {
                self.receive().await?;
            }
        }
    }

    async fn receive(&mut self) -> Result<()> {
        let count = self.stream.read_buf(&mut self.received).await?;
        ensure!(count > 0, "the server closed the connection");
        Ok(())
    }

    /// The body of the last response.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The cookies that the last response set, as a browser would send them.
    pub fn cookies(&self) -> String {
        let head = String::from_utf8_lossy(&self.received[..self.head]);
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        // A browser that reads for longer than a moment has forgotten the cookies that live for seconds.
        let lives = |cookie: &str| {
            let age = cookie.split("; ").find_map(|attribute| attribute.strip_prefix("Max-Age=")?.parse::<u64>().ok());
            age.is_none_or(|seconds| seconds >= 60)
        };
        let set = lines.filter(|(name, cookie)| name.eq_ignore_ascii_case("set-cookie") && lives(cookie));
        set.filter_map(|(_, value)| value.split(';').next()).collect::<Vec<_>>().join("; ")
    }

    /// Reads and drops whatever arrives, until the server closes the connection. For feeds, which do not end.
    pub async fn drain(&mut self) {
        while self.receive().await.is_ok() {
            self.received.clear();
        }
    }

    /// Sends a request whose response does not end. Returns the status.
    pub async fn subscribe(&mut self, request: &[u8]) -> Result<u16> {
        self.received.clear();
        self.stream.write_all(request).await?;
        loop {
            self.receive().await?;
            if let Some(head) = parse_head(&self.received)? {
                return Ok(head.status);
            }
        }
    }
}

/// `None` if more bytes are needed.
fn parse_head(received: &[u8]) -> Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(bytes) = response.parse(received)? else { return Ok(None) };
    let mut head = Head { status: response.code.unwrap_or_default(), bytes, length: Length::Bytes(0), closes: false };
    for header in response.headers.iter() {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("content-length") {
            head.length = Length::Bytes(std::str::from_utf8(header.value)?.trim().parse()?);
        } else if is("transfer-encoding") {
            head.length = Length::Chunked;
        } else if is("connection") {
            head.closes = header.value.eq_ignore_ascii_case(b"close");
        }
    }
    Ok(Some(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_parsed_once_it_is_complete() {
        let text = b"HTTP/1.1 409 Conflict\r\nContent-Length: 12\r\nConnection: close\r\n\r\n";

        assert!(parse_head(&text[..text.len() - 1]).expect("it is the beginning of a head").is_none());
        let head = parse_head(text).expect("it is a head").expect("it is complete");
        assert_eq!((head.status, head.bytes, head.length, head.closes), (409, text.len(), Length::Bytes(12), true));
    }

    #[test]
    fn a_rendered_page_is_chunked() {
        let head = parse_head(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\npage\r\n0\r\n\r\n");

        assert_eq!(head.expect("it is a head").expect("it is complete").length, Length::Chunked);
    }
}
