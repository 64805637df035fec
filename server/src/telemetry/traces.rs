//! What belongs together: all that follows from one request, in whatever process, is one trace, whose id is that of the
//! request. So nothing has to be remembered for a trace: events carry what correlates them anyway.

use crate::Cause;
use tracing::Span;

/// The place of what follows from `cause`, as another process is told it: a `traceparent` of W3C's Trace Context,
/// <https://www.w3.org/TR/trace-context/>.
pub fn parent(cause: Cause) -> String {
    format!("00-{}-{:016x}-01", cause.correlation_id.simple(), span_id(cause))
}

/// The header that carries it.
pub const HEADER: &str = "traceparent";

/// The span that stands for a request or an event: the part of its id that is random.
fn span_id(cause: Cause) -> u64 {
    cause.causation_id.as_u64_pair().1
}

/// Gives a span its place.
#[cfg(feature = "telemetry")]
pub fn follow(span: &Span, cause: Cause) {
    use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
    use tracing_opentelemetry::OpenTelemetrySpanExt;

    let trace = TraceId::from_bytes(cause.correlation_id.into_bytes());
    let span_of_cause = SpanId::from_bytes(span_id(cause).to_be_bytes());
    let context = SpanContext::new(trace, span_of_cause, TraceFlags::SAMPLED, true, TraceState::default());
    // It is refused where nobody collects traces.
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
