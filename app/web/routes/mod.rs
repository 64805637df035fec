//! Handlers that are neither pages nor server functions.

pub mod account_csv;
pub mod feed;
pub mod forms;
pub mod health;
pub mod stripe_webhook;
