//! What every request passes before a handler sees it.

pub mod csrf;
pub mod error_response;
pub mod locale;
pub mod rate_limit;
pub mod security_headers;
pub mod session;
