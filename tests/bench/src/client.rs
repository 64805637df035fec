//! The load generator: one thread that sends prepared requests over many connections.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::{join_all, try_join_all};
use tokio::runtime::{Builder, Runtime};

use crate::connection::Connection;
use crate::stats::percentile;

/// How many requests of a run may fail before its figures mean nothing, as a share.
const MAX_FAILED: f64 = 0.01;

/// What one connection sends, one request after the other.
pub trait Work {
    /// The next request; `None` if there is nothing left to do.
    fn next(&mut self) -> Option<&[u8]>;

    /// Whether the run ends for all connections when this one has nothing left to do. Otherwise fewer and fewer would work.
    fn stops_others(&self) -> bool {
        true
    }

    /// Whether the response completes an operation. By default, each expected one does.
    fn completes(&mut self, _status: u16, _body: &[u8]) -> bool {
        true
    }
}

/// The same request again and again.
pub struct Repeat(pub Vec<u8>);

impl Work for Repeat {
    fn next(&mut self) -> Option<&[u8]> {
        Some(&self.0)
    }
}

/// Different requests, each of which is sent once, from the last to the first.
pub struct Queue<'a> {
    requests: &'a mut Vec<Vec<u8>>,
    current: Vec<u8>,
    stops_others: bool,
}

impl<'a> Queue<'a> {
    /// Takes what it sends out of `requests`. The run ends when they are used up.
    pub fn new(requests: &'a mut Vec<Vec<u8>>) -> Self {
        Queue { requests, current: Vec::new(), stops_others: true }
    }

    /// The same, but other connections go on until their requests are used up.
    pub fn until_all_are_empty(requests: &'a mut Vec<Vec<u8>>) -> Self {
        Queue { stops_others: false, ..Queue::new(requests) }
    }
}

impl Work for Queue<'_> {
    fn next(&mut self) -> Option<&[u8]> {
        self.current = self.requests.pop()?;
        Some(&self.current)
    }

    fn stops_others(&self) -> bool {
        self.stops_others
    }
}

/// What a run has seen.
#[derive(Debug, Default)]
pub struct Load {
    /// The duration of each completed operation in milliseconds, sorted.
    pub latencies: Vec<f64>,
    /// The duration of the run.
    pub seconds: f64,
    /// Responses with other statuses than the expected one; 0 stands for broken connections.
    pub failed: BTreeMap<u16, u64>,
}

impl Load {
    /// Completed operations per second.
    pub fn rate(&self) -> f64 {
        count(self.latencies.len()) / self.seconds
    }

    /// A latency that this part of the operations does not exceed, in milliseconds.
    pub fn percentile(&self, part: f64) -> f64 {
        percentile(&self.latencies, part)
    }

    pub fn failures(&self) -> u64 {
        self.failed.values().sum()
    }

    fn merge(loads: Vec<Load>, seconds: f64) -> Load {
        let mut merged = Load { seconds, ..Load::default() };
        for load in loads {
            merged.latencies.extend(load.latencies);
            load.failed.into_iter().for_each(|(status, count)| *merged.failed.entry(status).or_default() += count);
        }
        merged.latencies.sort_by(f64::total_cmp);
        merged
    }

    /// # Errors
    /// If too many requests failed.
    pub fn checked(self) -> Result<Load> {
        let failed = count(usize::try_from(self.failures())?);
        ensure!(!self.latencies.is_empty(), "no operation completed; statuses: {:?}", self.failed);
        ensure!(failed <= MAX_FAILED * count(self.latencies.len()), "too many failed; statuses: {:?}", self.failed);
        Ok(self)
    }
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "no run sends 2^53 requests")]
pub fn count(number: usize) -> f64 {
    number as f64
}

/// A runtime of the calling thread alone: the load generator takes at most one core.
pub fn runtime() -> Result<Runtime> {
    Builder::new_current_thread().enable_all().build().context("cannot start a runtime")
}

/// Runs each work on a connection of its own, which sends its next request when the response to the last one has arrived.
/// The connections are spread over the addresses.
pub fn closed_loop<W: Work>(
    addresses: &[SocketAddr],
    works: Vec<W>,
    duration: Duration,
    expected: u16,
) -> Result<Load> {
    runtime()?.block_on(async {
        let opening = (0..works.len()).map(|index| Connection::open(addresses[index % addresses.len()]));
        let connections = try_join_all(opening).await?;
        let started = Instant::now();
        let run = Run { deadline: started + duration, exhausted: Cell::new(false), expected };
        let pairs = connections.into_iter().zip(works);
        let loads = join_all(pairs.map(|(connection, work)| run.drive(connection, work))).await;
        Load::merge(loads, started.elapsed().as_secs_f64()).checked()
    })
}

/// What the connections of a closed loop share.
struct Run {
    deadline: Instant,
    /// A connection has nothing left to send.
    exhausted: Cell<bool>,
    expected: u16,
}

impl Run {
    async fn drive(&self, mut connection: Connection, mut work: impl Work) -> Load {
        let mut load = Load::default();
        let mut started = Instant::now();
        while !self.exhausted.get() && started < self.deadline {
            let Some(request) = work.next() else {
                self.exhausted.set(self.exhausted.get() || work.stops_others());
                break;
            };
            let status = connection.exchange(request).await.unwrap_or_default();
            let completes = work.completes(status, connection.body());
            if status != self.expected {
                *load.failed.entry(status).or_default() += 1;
                started = Instant::now();
            } else if completes {
                load.latencies.push(started.elapsed().as_secs_f64() * 1e3);
                started = Instant::now();
            }
        }
        load
    }
}

/// Sends requests at a fixed rate, whether or not earlier ones were answered, over at most `connections` connections. A latency
/// counts from the instant at which the request was due, so that waiting for a free connection is part of it.
pub fn open_loop(
    addresses: &[SocketAddr],
    rate: f64,
    duration: Duration,
    connections: usize,
    request: impl Fn(usize) -> Vec<u8>,
) -> Result<Load> {
    runtime()?.block_on(async {
        let opening = (0..connections).map(|index| Connection::open(addresses[index % addresses.len()]));
        let connections = try_join_all(opening).await?;
        let (started, next) = (Instant::now(), Cell::new(0));
        let loads = connections.into_iter().map(async |mut connection| {
            let mut load = Load::default();
            loop {
                let number = next.replace(next.get() + 1);
                let due = started + Duration::from_secs_f64(count(number) / rate);
                // A request that is still not sent when the run is over was never offered.
                if due >= started + duration || started.elapsed() >= duration {
                    return load;
                }
                tokio::time::sleep_until(due.into()).await;
                match connection.exchange(&request(number)).await.unwrap_or_default() {
                    200 => load.latencies.push(due.elapsed().as_secs_f64() * 1e3),
                    status => *load.failed.entry(status).or_default() += 1,
                }
            }
        });
        let loads = join_all(loads).await;
        Ok(Load::merge(loads, started.elapsed().as_secs_f64()))
    })
}
