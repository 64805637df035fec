//! The tests of Ticketing as a whole: its services in this process on a simulated clock (`in_process`), the release bundle
//! over HTTP (`http`), one process per service (`cluster`), and
//! connections between machines (`encryption`).
#![allow(clippy::disallowed_methods, reason = "tests control real processes, which run in real time")]

mod cluster;
mod encryption;
mod harness;
mod http;
mod in_process;
