//! Traces: everything that follows from one request, in whatever process, is one trace, whose id is the request's. Nothing
//! is stored for that, since events carry the correlation id anyway.

use crate::Cause;
use tracing::Span;

/// The header that carries the trace context between processes.
pub const HEADER: &str = "traceparent";

/// The `traceparent` of what follows from `cause` (W3C Trace Context, <https://www.w3.org/TR/trace-context/>).
pub fn parent(cause: Cause) -> String {
    format!("00-{}-{:016x}-01", cause.correlation_id.simple(), span_id(cause))
}

/// The span id of a request or an event: the random part of its own id.
fn span_id(cause: Cause) -> u64 {
    cause.causation_id.as_u64_pair().1
}

/// Makes a span a child of its cause.
#[cfg(feature = "telemetry")]
pub fn follow(span: &Span, cause: Cause) {
    use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
    use tracing_opentelemetry::OpenTelemetrySpanExt;

    let trace = TraceId::from_bytes(cause.correlation_id.into_bytes());
    let parent = SpanId::from_bytes(span_id(cause).to_be_bytes());
    let context = SpanContext::new(trace, parent, TraceFlags::SAMPLED, true, TraceState::default());
    // Refused if no collector is configured.
    let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(context));
}

/// Without the feature `telemetry` there are no traces.
#[cfg(not(feature = "telemetry"))]
pub fn follow(_: &Span, _: Cause) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_has_the_id_of_the_request_that_began_it() {
        let id = |text: &str| text.parse().expect("an id");
        let correlation_id = id("01a20f43-b0d7-7000-b087-7a17488322a2");
        let causation_id = id("01a20f43-b0de-7000-84a9-6cf0109f2f1c");
        let parent = parent(Cause { correlation_id, causation_id });
        assert_eq!(parent, "00-01a20f43b0d77000b0877a17488322a2-84a96cf0109f2f1c-01");
    }
}
