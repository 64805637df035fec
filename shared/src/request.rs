//! The trait of requests, and the table that declares them.

use crate::Service;
use serde::{Serialize, de::DeserializeOwned};

/// A query or command, the service that answers it, and the type of the reply.
///
/// Implemented by the `requests!` table at the end of each service's module, which also lists the names: the host refuses
/// to start a service that lacks a handler for one of them.
pub trait Request: Serialize + DeserializeOwned + Send + 'static {
    /// The service whose handler answers, wherever it runs.
    const SERVICE: Service;
    /// `<service>.<request>`, such as `orders.place`: the name in NATS subjects, logs and metrics.
    const NAME: &'static str;
    /// Seconds after which the caller stops waiting for another process and gets an error. Three cover the two seconds that
    /// `orders` may wait for a ticket to be replicated.
    const TIMEOUT_SECONDS: u64 = 3;
    /// What the service answers unless it refuses or fails.
    type Reply: Serialize + DeserializeOwned + Send + 'static;
}

/// Implements [`Request`] for every row and lists the names as `REQUESTS`, so that no request can be missing there.
macro_rules! requests {
    ($service:expr; $($request:ident = $name:literal -> $reply:ty $(, timeout $seconds:literal s)?;)*) => {
        $(impl crate::request::Request for $request {
            const SERVICE: crate::Service = $service;
            const NAME: &'static str = $name;
            $(const TIMEOUT_SECONDS: u64 = $seconds;)?
            type Reply = $reply;
        })*

        /// The name of every request that the service answers.
        pub const REQUESTS: &[&str] = &[$($name),*];
    };
}
pub(crate) use requests;
