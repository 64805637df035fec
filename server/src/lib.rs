//! The behaviour of Ticketing: five services, each with its own database, that speak through events.
//!
//! *Invariant:* nothing here knows HTTP or Dioxus, and no service imports another one.

pub mod audit;
pub mod backup;
pub mod cause;
pub mod config;
mod credentials;
pub mod demo;
pub mod doctor;
pub mod environment;
pub mod error;
pub mod host;
pub mod messaging;
mod private_files;
pub mod rpc;
pub mod services;
pub mod store;
pub mod tasks;
pub mod telemetry;
mod tls;

#[cfg(test)]
mod fixtures;

pub use cause::{Caller, Cause};
pub use config::{Config, ConfigError};
pub use environment::Environment;
pub use error::Error;
pub use host::Host;
pub use rpc::Backend;
