//! The behaviour of Ticketing: five services, each with its own database, that speak through events.
//!
//! *Invariant:* nothing here knows HTTP or Dioxus, and no service imports another one.

pub mod audit;
pub mod backend;
pub mod config;
pub mod demo;
pub mod environment;
pub mod error;
pub mod host;
pub mod messaging;
pub mod nats;
pub mod service;
pub mod store;
pub mod tasks;
pub mod trace;

mod auth;
#[cfg(test)]
mod examples;
mod expiration;
mod measures;
mod orders;
mod payments;
mod tickets;

pub use backend::{Backend, Caller};
pub use config::{Config, ConfigError};
pub use environment::Environment;
pub use error::Error;
pub use host::Host;
