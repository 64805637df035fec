//! The distributed form under load while everything in it fails: real processes, a real broker, a real database.

mod faults;
mod load;
mod outages;
mod rolling;
mod traces;
