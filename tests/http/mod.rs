//! The release bundle as its users run it, over HTTP.

mod audit_memory;
mod bad_input;
mod crashes;
mod forms;
mod http_surface;
mod pages;
mod races;
mod start_up;
mod stripe;
mod watchers;
