//! What one end may ask of a service.

use crate::Service;
use serde::{Serialize, de::DeserializeOwned};

/// A question or a command, who answers it, and with what.
pub trait Request: Serialize + DeserializeOwned + Send + 'static {
    /// The service that answers.
    const SERVICE: Service;
    /// The service's word and what is asked of it, as in `orders.place`.
    const NAME: &'static str;
    /// How long the answer may take, in seconds; after that whoever asked is told that there is none.
    const PATIENCE_SECONDS: u64 = 3;
    /// What the answer is.
    type Reply: Serialize + DeserializeOwned + Send + 'static;
}
