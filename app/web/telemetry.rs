//! The log, and traces where OpenTelemetry's variables name a collector.

use server::Config;
use std::io::IsTerminal;
use tracing::Subscriber;
use tracing_subscriber::filter::Directive;
use tracing_subscriber::layer::{Layered, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// What is logged unless `RUST_LOG` is set.
const DEFAULT_FILTER: &str =
    "info,async_nats=off,sqlx=warn,sea_orm=warn,sea_orm_migration=warn,stripe=off,dioxus_server=warn";

/// Our own messaging logs connects and disconnects, with what they mean.
const ALWAYS_OFF: &str = "async_nats::connector=off";

/// The setting that names the collector.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

/// Why telemetry could not start, in one line.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[cfg(not(feature = "telemetry"))]
    #[error("{ENDPOINT}: this program was built without the feature telemetry")]
    NotBuiltIn,
    #[cfg(feature = "telemetry")]
    #[error("{ENDPOINT}: {0}")]
    Exporter(#[from] opentelemetry_otlp::ExporterBuildError),
    #[cfg(feature = "telemetry")]
    #[error("telemetry was started twice")]
    StartedTwice,
}

/// Starts the log and the traces.
///
/// # Errors
/// If the traces cannot be exported.
pub fn init(config: &Config) -> Result<(), TelemetryError> {
    let filter = config.log_filter.as_ref().and_then(|filter| EnvFilter::try_new(filter).ok());
    let filter = filter.unwrap_or_else(|| EnvFilter::new(DEFAULT_FILTER));
    let always_off: Directive = ALWAYS_OFF.parse().expect("a directive");
    let filter = filter.add_directive(always_off);
    tracing_subscriber::registry().with(log(config.log_json)).with(traces(config)?).with(filter).init();
    Ok(())
}

type BoxedLayer<S> = Box<dyn Layer<S> + Send + Sync>;

/// A layer on top of the log's.
type Traces = BoxedLayer<Layered<BoxedLayer<Registry>, Registry>>;

fn log<S>(json: bool) -> BoxedLayer<S>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    if json { Box::new(log.json()) } else { Box::new(log) }
}

#[cfg(feature = "telemetry")]
pub use otlp::shut_down;
#[cfg(feature = "telemetry")]
use otlp::traces;

#[cfg(not(feature = "telemetry"))]
fn traces(config: &Config) -> Result<Option<Traces>, TelemetryError> {
    if config.trace_endpoint.is_some() { Err(TelemetryError::NotBuiltIn) } else { Ok(None) }
}

/// Exports the traces that are still buffered.
#[cfg(not(feature = "telemetry"))]
pub async fn shut_down() {}

#[cfg(feature = "telemetry")]
mod otlp {
    use super::{TelemetryError, Traces};
    use opentelemetry::trace::TracerProvider;
    use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use server::Config;
    use server::config::Parts;
    use std::sync::OnceLock;

    static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

    /// The layer that exports spans; the exporter itself reads OpenTelemetry's variables.
    pub fn traces(config: &Config) -> Result<Option<Traces>, TelemetryError> {
        if config.trace_endpoint.is_none() {
            return Ok(None);
        }
        let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpJson).build()?;
        let name = if config.parts == Parts::all() { "ticketing".to_owned() } else { config.parts.to_string() };
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(Resource::builder().with_service_name(name).build())
            .build();
        let tracer = provider.tracer("ticketing");
        PROVIDER.set(provider).map_err(|_| TelemetryError::StartedTwice)?;
        Ok(Some(Box::new(tracing_opentelemetry::layer().with_tracer(tracer))))
    }

    /// Exports the traces that are still buffered.
    pub async fn shut_down() {
        let Some(provider) = PROVIDER.get() else { return };
        // The exporter blocks.
        match tokio::task::spawn_blocking(|| provider.shutdown()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "last traces not exported, dropped"),
            Err(error) => tracing::warn!(%error, "last traces not exported, dropped"),
        }
    }
}
