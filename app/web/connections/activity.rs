//! Notices a connection whose client neither sends a request nor takes its responses.
//!
//! One rule for HTTP/1.1 and HTTP/2, from the first byte on: hyper's own timeout for headers covers neither a client that sends
//! nothing at all, whose protocol is not known yet, nor HTTP/2.

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Version;
use http_body::{Frame, SizeHint};
use server::tasks;
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

/// Checks per timeout: a connection is closed at most a quarter too late.
const CHECKS_PER_TIMEOUT: u32 = 4;

/// What happens on a connection.
pub struct Activity(Mutex<State>);

struct State {
    /// Requests whose response has not been handed over completely.
    in_flight: usize,
    /// When the last request ended, or the client took something after it had been slow.
    idle_since: Instant,
    /// Since when the client takes nothing of what was written.
    blocked_since: Option<Instant>,
    /// Since when the client lets a stream of HTTP/2 send nothing, by the stream's number.
    held_since: HashMap<u64, Instant>,
    next_stream: u64,
}

impl Activity {
    pub fn new() -> Arc<Self> {
        Arc::new(Activity(Mutex::new(State {
            in_flight: 0,
            idle_since: Instant::now(),
            blocked_since: None,
            held_since: HashMap::new(),
            next_stream: 0,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client does not take what is written.
    pub fn write_blocked(&self) {
        self.state().blocked_since.get_or_insert_with(Instant::now);
    }

    /// The client took something. Only after it had been slow does that keep the connection open: otherwise a client of HTTP/2 could
    /// stay for ever by asking for replies to pings.
    pub fn write_progressed(&self) {
        let mut state = self.state();
        if state.blocked_since.take().is_some() {
            state.idle_since = Instant::now();
        }
    }

    /// Waits until the client has done nothing for `timeout` that it should have done.
    pub async fn stalled(&self, timeout: Duration) {
        loop {
            tasks::sleep(timeout / CHECKS_PER_TIMEOUT).await;
            if self.state().is_stalled(timeout) {
                return;
            }
        }
    }
}

impl State {
    fn is_stalled(&self, timeout: Duration) -> bool {
        let is_over = |since: &Instant| since.elapsed() >= timeout;
        let idle = self.in_flight == 0 && self.blocked_since.is_none() && is_over(&self.idle_since);
        idle || self.blocked_since.iter().chain(self.held_since.values()).any(is_over)
    }
}

/// A request in flight, until it is dropped.
pub struct InFlight {
    activity: Arc<Activity>,
    stream: u64,
}

impl InFlight {
    pub fn new(activity: &Arc<Activity>) -> Self {
        let mut state = activity.state();
        state.in_flight += 1;
        state.next_stream += 1;
        InFlight { activity: activity.clone(), stream: state.next_stream }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.activity.state();
        state.held_since.remove(&self.stream);
        state.in_flight -= 1;
        state.idle_since = Instant::now();
    }
}

/// The body of a response. Its request is in flight until the body has been handed over.
pub struct WatchedBody {
    body: Body,
    in_flight: InFlight,
    /// A client of HTTP/2 can hold one stream back while the connection itself flows.
    is_stream: bool,
}

impl WatchedBody {
    pub fn new(body: Body, in_flight: InFlight, version: Version) -> Self {
        WatchedBody { body, in_flight, is_stream: version == Version::HTTP_2 }
    }
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let this = self.get_mut();
        let frame = Pin::new(&mut this.body).poll_frame(context);
        if this.is_stream {
            // A stream that has nothing to send, such as a feed between two updates, is not held back by its client.
            let InFlight { activity, stream } = &this.in_flight;
            if matches!(frame, Poll::Ready(Some(_))) {
                activity.state().held_since.insert(*stream, Instant::now());
            } else {
                activity.state().held_since.remove(stream);
            }
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
