//! What the binary can be told to do: serve, fill in demo data, audit.

use super::middleware::rate_limit;
use super::middleware::session::Cookie;
use super::routes::feed;
use super::routes::health::{self, Health};
use super::{Site, router, telemetry};
use axum::Router;
use axum::serve::ListenerExt;
use metrics_exporter_prometheus::PrometheusBuilder;
use metrics_process::Collector;
use server::{Config, Environment, Host};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// How long requests under way may take to end when the process is asked to stop.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// The buckets of all histograms, in seconds: from a lookup in memory to the longest that anybody waits.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0];

const HELP: &str = "\
ticketing           serves the marketplace
ticketing demo      fills an empty marketplace with demo data, and says who can sign in
ticketing audit     checks the books of all services, and says what it checked
ticketing replay    says all events again that the outboxes keep: after the message broker lost its disk
ticketing replay --dead
                    gives dead events all their tries again: after what they died of was mended
ticketing help      says this

Every setting is an environment variable; unset, it runs on http://localhost:8080 with its data in ./data.
DATABASE_URL, DRAIN_SECONDS, HOLD_SECONDS, HOST, LOG_FORMAT, MAIL, MAIL_FROM, NATS_REPLICAS, NATS_URL,
PAYOUT_AFTER_HOURS, PLATFORM_FEE_PERCENT, PORT, PROXIES, PUBLIC_URL, RATE_LIMITS, RUST_LOG, SERVICES, STRIPE_API_BASE,
STRIPE_PUBLISHABLE_KEY, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET: see the README.";

/// Does what the command line says. What goes wrong is one clear line, and an exit code that is not 0.
pub fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be started");
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => runtime.block_on(serve()),
        ["demo"] => runtime.block_on(demo()),
        ["audit"] => runtime.block_on(audit()),
        ["replay"] => runtime.block_on(replay(Again::Everything)),
        ["replay", "--dead"] => runtime.block_on(replay(Again::Dead)),
        ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        _ => Err(format!("there is no command \"{}\", see: ticketing help", words.join(" "))),
    };
    done.unwrap_or_else(|reason| {
        eprintln!("ticketing: {reason}");
        ExitCode::FAILURE
    })
}

fn configure() -> Result<Config, String> {
    let config = Config::from_environment().map_err(|error| error.to_string())?;
    telemetry::begin(&config)?;
    Ok(config)
}

async fn start(config: &Config) -> Result<Host, String> {
    Host::start(config, Environment::real()).await.map_err(|error| error.to_string())
}

async fn serve() -> Result<ExitCode, String> {
    let mut config = configure()?;
    let address = match dioxus::cli_config::server_port() {
        // Started by dx, which has an address of its own.
        Some(_) => dioxus::cli_config::fullstack_address_or_localhost(),
        None => SocketAddr::new(config.host, config.port),
    };
    let unusable = |error| format!("PORT: {address} cannot be listened on: {error}");
    let listener = TcpListener::bind(address).await.map_err(unusable)?;
    if config.port == 0 {
        config.port = listener.local_addr().map_err(unusable)?.port();
    }
    let host = Arc::new(start(&config).await?);
    let metrics = PrometheusBuilder::new()
        .set_buckets(&SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| error.to_string())?;
    let health = Health { host: host.clone(), metrics, process: Collector::default(), leaving: Arc::default() };
    let (stop, stopped) = watch::channel(());
    tokio::spawn(until_asked_to_stop(health.leaving.clone(), config.drain, stop));
    let app = match config.parts.web {
        true => site(&config, health, stopped.clone()),
        // Whoever watches over the services needs no more.
        false => health::router(health),
    };
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    // A page is written in pieces; without this each would wait for the one before to be acknowledged.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    match config.parts.web {
        true => println!("Ticketing is open on {}", config.public_url),
        false => println!("Ticketing runs {}", config.parts),
    }

    let (mut ending, mut late) = (stopped.clone(), stopped);
    let serving = axum::serve(listener, app).with_graceful_shutdown(async move {
        let _ = ending.changed().await;
    });
    tokio::select! {
        result = serving.into_future() => result.map_err(|error| error.to_string())?,
        () = async {
            let _ = late.changed().await;
            tokio::time::sleep(STOP_TIMEOUT).await;
        } => tracing::warn!("some requests did not end in time"),
    }
    host.stop().await;
    telemetry::end().await;
    Ok(ExitCode::SUCCESS)
}

/// The whole site.
fn site(config: &Config, health: Health, mut stopped: watch::Receiver<()>) -> Router {
    let public = public_folder();
    if public.is_none() {
        tracing::warn!("there is no folder public/ beside the binary: pages come without style and script");
    }
    if !config.rate_limits {
        tracing::warn!("RATE_LIMITS IS OFF: ANYBODY MAY TRY PASSWORDS AS FAST AS THEY CAN");
    }
    let site = Site {
        backend: health.host.backend(),
        environment: health.host.environment().clone(),
        cookie: Arc::new(Cookie::new(config.public_url.starts_with("https://"))),
        feed: Arc::new(feed::Feed::default()),
        limits: Arc::new(rate_limit::Limits::default()),
        config: Arc::new(config.clone()),
        health,
        stopped: stopped.clone(),
    };
    let feed = site.feed.clone().run(site.health.host.watch(feed::WATCHED));
    tokio::spawn(async move {
        tokio::select! {
            () = feed => {}
            _ = stopped.changed() => {}
        }
    });
    router::router(&site, public.as_deref())
}

/// Waits for the signal, then for those who send work to hear of it.
async fn until_asked_to_stop(leaving: Arc<AtomicBool>, drain: Duration, stop: watch::Sender<()>) {
    asked_to_stop().await;
    leaving.store(true, Ordering::Relaxed);
    tokio::time::sleep(drain).await;
    drop(stop);
}

/// The folder with the client: beside the binary, wherever it is started from.
fn public_folder() -> Option<PathBuf> {
    let beside = std::env::current_exe().ok()?.parent()?.join("public");
    beside.is_dir().then_some(beside)
}

async fn asked_to_stop() {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        .expect("a process can listen to its signals");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

async fn demo() -> Result<ExitCode, String> {
    let config = configure()?;
    let host = start(&config).await?;
    let accounts = server::demo::fill(&host).await.map_err(|error| error.to_string())?;
    for account in accounts {
        println!("{}  password: {}", account.email, account.password);
    }
    host.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// What is to be done again.
#[derive(Clone, Copy)]
enum Again {
    Everything,
    Dead,
}

async fn replay(again: Again) -> Result<ExitCode, String> {
    let config = configure()?;
    for service in config.parts.services.iter().copied() {
        let (count, what) = match again {
            Again::Everything => (server::messaging::republish(&config, service).await, "events are said again"),
            Again::Dead => {
                (server::messaging::requeue_dead_letters(&config, service).await, "dead events are tried again")
            }
        };
        println!("{service:<12}{:>8} {what}", count.map_err(|error| format!("{service}: {error}"))?);
    }
    Ok(ExitCode::SUCCESS)
}

async fn audit() -> Result<ExitCode, String> {
    let config = configure()?;
    let report = server::audit::run(&config).await.map_err(|error| error.to_string())?;
    println!("{report}");
    match report.violations() {
        0 => Ok(ExitCode::SUCCESS),
        _ => Ok(ExitCode::from(2)),
    }
}
