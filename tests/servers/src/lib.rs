//! Real servers for the tests and for `cargo xtask cluster`: PostgreSQL, NATS, and the processes of Ticketing behind one
//! address. Whatever is missing on the machine is installed first.
#![allow(clippy::disallowed_methods, reason = "this crate controls real processes, which run in real time")]

pub mod balancer;
pub mod certificates;
pub mod cluster;
pub mod nats;
pub mod packages;
pub mod paths;
pub mod postgres;
pub mod process;
pub mod server_process;
pub mod step;
