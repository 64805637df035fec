//! Handlers that are neither pages nor server functions.

pub mod account_csv;
pub mod account_forms;
pub mod account_json;
pub mod feed;
pub mod forms;
pub mod health;
pub mod offline_worker;
mod paging;
pub mod preview_image;
pub mod robots;
pub mod sitemap;
pub mod stripe_webhook;
