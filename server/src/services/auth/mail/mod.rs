//! Mail to users: its content, the queue that it waits in, and its transport.

pub mod queue;
pub mod templates;
pub mod transport;
