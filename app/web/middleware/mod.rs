//! What runs before and after the handlers.

pub mod body_limit;
pub mod body_timeout;
pub mod client_address;
pub mod cookies;
pub mod csrf;
pub mod error_response;
pub mod load_shed;
pub mod locale;
pub mod metrics;
pub mod rate_limit;
pub mod security_headers;
pub mod security_log;
pub mod session;
pub mod session_cookie;
