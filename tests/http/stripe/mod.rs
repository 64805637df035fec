//! Payments through Stripe, against a fake that is as strict as the real API.

mod faults;
mod purchases;
mod secrets;
mod webhooks;
