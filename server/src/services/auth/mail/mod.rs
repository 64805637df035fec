//! Mail to users: its content, the queue that it waits in, and its transport.

pub mod account_mails;
pub mod link_mails;
pub mod queue;
pub mod templates;
mod texts;
pub mod transport;

pub use texts::Texts;
