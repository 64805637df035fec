//! The release bundle as its users run it, over HTTP.

mod accounts;
mod attacks;
mod audit_memory;
mod bad_input;
mod codes;
mod crashes;
mod directions;
mod forms;
mod http_surface;
mod limits;
mod link_previews;
mod live_feeds;
mod operators;
mod pages;
mod races;
mod response_cache;
mod start_up;
mod stripe;
mod under_attack;
mod watchers;
