//! The tests of Ticketing as a whole: its services in this process on a simulated clock (`in_process`), the release bundle
//! over HTTP (`http`), and one process per service (`cluster`).
#![allow(clippy::disallowed_methods, reason = "tests control real processes, which run in real time")]

mod cluster;
mod harness;
mod http;
mod in_process;
