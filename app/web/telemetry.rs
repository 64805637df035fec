//! What the process tells of itself while it runs: a log, and traces where somebody collects them.

use server::Config;
use std::io::IsTerminal;
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// What is logged where `RUST_LOG` says nothing.
const FILTER: &str = "info,async_nats=off,sqlx=warn,sea_orm=warn,sea_orm_migration=warn,stripe=off,dioxus_server=warn";

/// Begins the log, and the traces.
///
/// # Errors
/// What cannot be begun, in one line.
pub fn begin(config: &Config) -> Result<(), String> {
    let filter = config.log_filter.as_ref().and_then(|filter| EnvFilter::try_new(filter).ok());
    let filter = filter.unwrap_or_else(|| EnvFilter::new(FILTER));
    // What becomes of a connection is said where it is known what that means.
    let filter = filter.add_directive("async_nats::connector=off".parse().expect("it is a directive"));
    tracing_subscriber::registry().with(log(config.log_json)).with(traces(config)?).with(filter).init();
    Ok(())
}

fn log<S>(json: bool) -> Box<dyn Layer<S> + Send + Sync>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
{
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    match json {
        true => Box::new(log.json()),
        false => Box::new(log),
    }
}

type Traces =
    Box<dyn Layer<tracing_subscriber::layer::Layered<Box<dyn Layer<Registry> + Send + Sync>, Registry>> + Send + Sync>;

#[cfg(feature = "telemetry")]
pub use otlp::end;
#[cfg(feature = "telemetry")]
use otlp::traces;

/// Without the feature `telemetry` there are none.
#[cfg(not(feature = "telemetry"))]
fn traces(config: &Config) -> Result<Option<Traces>, String> {
    match config.trace_endpoint {
        Some(_) => Err(format!("{ENDPOINT}: this program was built without the feature telemetry")),
        None => Ok(None),
    }
}

/// Sends what was not sent yet.
#[cfg(not(feature = "telemetry"))]
pub async fn end() {}

/// Where traces are sent, as OpenTelemetry names it.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

#[cfg(feature = "telemetry")]
mod otlp {
    use super::{ENDPOINT, Traces};
    use opentelemetry::trace::TracerProvider;
    use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
    use opentelemetry_sdk::Resource;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use server::Config;
    use std::sync::OnceLock;

    static PROVIDER: OnceLock<SdkTracerProvider> = OnceLock::new();

    /// Traces for the collector that OpenTelemetry's own variables name; none if they name none.
    pub fn traces(config: &Config) -> Result<Option<Traces>, String> {
        if config.trace_endpoint.is_none() {
            return Ok(None);
        }
        let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpJson).build();
        let exporter = exporter.map_err(|error| format!("{ENDPOINT}: {error}"))?;
        let name = match config.parts == server::config::Parts::all() {
            true => "ticketing".to_owned(),
            false => config.parts.to_string(),
        };
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(Resource::builder().with_service_name(name).build())
            .build();
        let tracer = provider.tracer("ticketing");
        PROVIDER.set(provider).map_err(|_| "the log was begun twice".to_owned())?;
        Ok(Some(Box::new(tracing_opentelemetry::layer().with_tracer(tracer))))
    }

    /// Sends what was not sent yet.
    pub async fn end() {
        let Some(provider) = PROVIDER.get() else { return };
        let sent = tokio::task::spawn_blocking(|| provider.shutdown()).await;
        if !matches!(sent, Ok(Ok(()))) {
            tracing::warn!("the last traces could not be sent");
        }
    }
}
