//! Observability: gauges for operators, and the place of a span in its trace.

pub mod metrics;
pub mod query_plan;
pub mod traces;
