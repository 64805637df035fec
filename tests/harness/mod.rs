//! What the tests share: systems that they start, and users who sell and buy in them.

pub mod cluster;
pub mod faulty_bus;
pub mod http_user;
pub mod mail;
pub mod nats;
pub mod site;
pub mod stripe_site;
pub mod system;
