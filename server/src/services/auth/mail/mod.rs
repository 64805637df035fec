//! Mail to people: what it says, the queue that it waits in, and how it leaves.

pub mod queue;
pub mod templates;
pub mod transport;
