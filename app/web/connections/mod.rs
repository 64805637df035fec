//! Accepts connections and serves HTTP on them: bounded in number, in total and for each client, and closed when the client
//! stalls. So the process needs no proxy in front of it.

mod activity;
mod stream;

use super::middleware::client_address;
use super::slots::{Full, Slot, Slots};
use activity::{Activity, InFlight, WatchedBody};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::header::{CACHE_CONTROL, CONNECTION, HeaderValue, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS};
use axum::http::{StatusCode, Version};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use server::tasks::{self, Tasks};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use stream::WatchedStream;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt;

/// Enough for every browser and proxy, which send about twenty; hyper's own limit.
const MAX_HEADERS: usize = 100;
/// All headers of a request together. Browsers send up to 8 kB with the cookies of other programs on the same host.
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// Requests that a client of HTTP/2 may have in flight on one connection; the least that RFC 9113 §6.5.2 recommends.
const MAX_STREAMS: u32 = 100;
/// Connections above the limit that are still answered, so that probes get through: others get 503. Beyond these, connections are
/// closed at once.
const RESERVED_CONNECTIONS: usize = 64;
/// How long such a connection may stall: they must soon be free again.
const RESERVED_TIMEOUT: Duration = Duration::from_secs(2);
/// Files that are no connections: databases, the client's files, connections to other servers.
const RESERVED_FILES: u64 = 256;
/// After an error that is not the client's, such as no memory.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_millis(500);

/// Answers a connection for which there is no slot, before any request was read.
const REFUSAL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\ncache-control: no-store\r\n\
    x-content-type-options: nosniff\r\ncontent-length: 0\r\n\r\n";

/// How many connections may be open, and how long a client may stall.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub connections: usize,
    pub connections_per_address: usize,
    pub timeout: Duration,
}

impl Limits {
    /// These, but no more connections than the process may have files open.
    pub fn within_open_files(self) -> Self {
        let max_files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(u64::MAX);
        let most = usize::try_from(max_files.saturating_sub(RESERVED_FILES)).unwrap_or(usize::MAX).max(1);
        if most < self.connections {
            tracing::warn!(
                max_files,
                connections = most,
                "CONNECTIONS is above what the limit of open files allows, lowered"
            );
        }
        Limits { connections: self.connections.min(most), ..self }
    }
}

/// What all connections of a listener share.
#[derive(Clone)]
struct Acceptor {
    app: Router,
    limits: Limits,
    open: Arc<Slots<IpAddr>>,
    /// Those above the limit.
    reserved: Arc<Slots<()>>,
    tasks: Tasks,
}

/// Serves until `stopped`, and then for as long as requests in flight take, but at most `shutdown_timeout`.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    limits: Limits,
    tasks: Tasks,
    mut stopped: watch::Receiver<()>,
    shutdown_timeout: Duration,
) {
    let open = Slots::new(limits.connections, limits.connections_per_address);
    let acceptor = Acceptor { app, limits, open, reserved: Slots::new(RESERVED_CONNECTIONS, usize::MAX), tasks };
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
        };
        match accepted {
            Ok((stream, peer)) => acceptor.admit(stream, peer, graceful.watcher()),
            // The client was gone before its connection was accepted.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::error!(%error, "connection not accepted, retrying");
                tasks::sleep(ACCEPT_RETRY_DELAY).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(shutdown_timeout, graceful.shutdown()).await.is_err() {
        tracing::warn!(timeout = ?shutdown_timeout, "requests still in flight at the end of the shutdown, aborted");
    }
}

impl Acceptor {
    /// Serves a connection if there is a slot for it. Nothing waits for a slot: a queue would only make everybody late.
    fn admit(&self, stream: TcpStream, peer: SocketAddr, watcher: Watcher) {
        // Pages are written in pieces; with Nagle's algorithm each would wait for the acknowledgement of the one before.
        let _ = stream.set_nodelay(true);
        match self.open.take(client_address::network(peer.ip())) {
            Ok(slot) => self.spawn(stream, peer, watcher, slot, false),
            Err(Full::Key) => refuse(&stream, "address"),
            Err(Full::Total) => match self.reserved.take(()) {
                Ok(slot) => self.spawn(stream, peer, watcher, slot, true),
                Err(_) => refuse(&stream, "total"),
            },
        }
    }

    fn spawn<K>(&self, stream: TcpStream, peer: SocketAddr, watcher: Watcher, slot: Slot<K>, reserved: bool)
    where
        K: Eq + std::hash::Hash + Clone + Send + 'static,
    {
        let (app, limits) = (self.app.clone(), self.limits);
        self.tasks.spawn(async move {
            let open = metrics::gauge!("connections_open");
            open.increment(1.0);
            serve_connection(stream, peer, watcher, app, limits.timeout, reserved).await;
            open.decrement(1.0);
            drop(slot);
        });
    }
}

fn refuse(stream: &TcpStream, limit: &'static str) {
    metrics::counter!("connections_refused_total", "limit" => limit).increment(1);
    // It fits the empty buffer of a new connection, so nobody waits for the client.
    let _ = stream.try_write(REFUSAL);
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    watcher: Watcher,
    app: Router,
    timeout: Duration,
    reserved: bool,
) {
    let activity = Activity::new();
    let io = TokioIo::new(WatchedStream::new(stream, activity.clone()));
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let in_flight = InFlight::new(&activity);
        let app = app.clone();
        async move {
            let version = request.version();
            let response = answer(app, request.map(Body::new), peer, reserved).await;
            Ok::<_, Infallible>(response.map(|body| WatchedBody::new(body, in_flight, version)))
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).max_headers(MAX_HEADERS).max_buf_size(MAX_HEADER_BYTES);
    let max_header_bytes = u32::try_from(MAX_HEADER_BYTES).unwrap_or(u32::MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(max_header_bytes)
        .enable_connect_protocol();
    let connection = watcher.watch(builder.serve_connection_with_upgrades(io, service).into_owned());
    let timeout = if reserved { timeout.min(RESERVED_TIMEOUT) } else { timeout };
    tokio::select! {
        result = connection => {
            if let Err(error) = result {
                tracing::debug!(%peer, error, "connection broken");
            }
        }
        () = activity.stalled(timeout) => {
            metrics::counter!("connections_stalled_total").increment(1);
            tracing::debug!(%peer, ?timeout, "connection stalled, closed");
        }
    }
}

async fn answer(app: Router, mut request: Request, peer: SocketAddr, reserved: bool) -> Response {
    request.extensions_mut().insert(ConnectInfo(peer));
    if !reserved {
        return call(app, request).await;
    }
    let is_http1 = request.version() < Version::HTTP_2;
    let mut response = if request.uri().path().starts_with("/health/") {
        call(app, request).await
    } else {
        metrics::counter!("connections_refused_total", "limit" => "total").increment(1);
        (
            StatusCode::SERVICE_UNAVAILABLE,
            [(RETRY_AFTER, "5"), (CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")],
        )
            .into_response()
    };
    if is_http1 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

async fn call(app: Router, request: Request) -> Response {
    app.oneshot(request).await.unwrap_or_else(|error| match error {})
}
