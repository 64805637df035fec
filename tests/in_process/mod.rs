//! The services in this process, on a simulated clock. These tests run on SQLite and the in-process bus, and once more on
//! PostgreSQL and NATS.

mod backup;
mod broker_permissions;
mod bus;
mod closing;
mod codes;
mod defects;
mod gauges;
mod gifts;
mod mails;
mod purchase;
mod repeated;
mod sales;
mod search;
mod seats;
mod upgrades;
