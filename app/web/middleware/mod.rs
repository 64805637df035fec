//! What runs before and after the handlers.

pub mod body_limit;
pub mod csrf;
pub mod error_response;
pub mod locale;
pub mod metrics;
pub mod rate_limit;
pub mod security_headers;
pub mod session;
