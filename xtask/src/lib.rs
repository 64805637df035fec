//! The project's own commands, and the servers that the tests need.

pub mod balancer;
pub mod broker;
pub mod browser;
pub mod bundle;
pub mod check;
pub mod child;
pub mod cluster;
pub mod debian;
pub mod desktop;
pub mod figures;
pub mod manifests;
pub mod place;
pub mod postgres;
pub mod processes;
pub mod python;
pub mod start;
pub mod suite;
pub mod tidy;
pub mod toolchain;
