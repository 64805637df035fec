//! Requests: what the client and the services can ask of a service.

use crate::Service;
use serde::{Serialize, de::DeserializeOwned};

/// A query or command, the service that answers it, and the type of the reply.
///
/// Declared by the `requests!` table of the service's module, which also lists the names: the host refuses to start a
/// service that has no handler for one of them.
pub trait Request: Serialize + DeserializeOwned + Send + 'static {
    /// The service that answers.
    const SERVICE: Service;
    /// The service and what it is asked for, as in `orders.place`: the name on the bus, in logs and in metrics.
    const NAME: &'static str;
    /// How long the answer may take, in seconds; after that the caller gets an error.
    const TIMEOUT_SECONDS: u64 = 3;
    /// What the service answers.
    type Reply: Serialize + DeserializeOwned + Send + 'static;
}

/// Implements [`Request`] for every row, and lists the rows' names as `REQUESTS`, so that the list is complete.
macro_rules! requests {
    ($service:expr; $($request:ident = $name:literal -> $reply:ty $(, timeout $seconds:literal s)?;)*) => {
        $(impl crate::Request for $request {
            const SERVICE: crate::Service = $service;
            const NAME: &'static str = $name;
            $(const TIMEOUT_SECONDS: u64 = $seconds;)?
            type Reply = $reply;
        })*

        /// The names of all requests that the service answers.
        pub const REQUESTS: &[&str] = &[$($name),*];
    };
}
pub(crate) use requests;
