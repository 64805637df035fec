//! What the binary can be told to do: serve, fill in demo data, audit.

use super::{Site, limits, live, router, session::Cookie};
use axum::serve::ListenerExt;
use metrics_exporter_prometheus::PrometheusBuilder;
use server::{Config, Environment, Host};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

/// How long requests under way may take to end when the process is asked to stop.
const STOP_WITHIN: Duration = Duration::from_secs(10);

const HELP: &str = "\
ticketing           serves the marketplace
ticketing demo      fills an empty marketplace with demo data, and says who can sign in
ticketing audit     checks the books of all services, and says what it checked
ticketing help      says this

Every setting is an environment variable; unset, it runs on http://localhost:8080 with its data in ./data.
DATABASE_URL, HOLD_SECONDS, HOST, PORT, PUBLIC_URL, RATE_LIMITS, RUST_LOG, LOG_FORMAT: see the README.";

/// Does what the command line says. What goes wrong is one clear line, and an exit code that is not 0.
pub fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be started");
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => runtime.block_on(serve()),
        ["demo"] => runtime.block_on(demo()),
        ["audit"] => runtime.block_on(audit()),
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
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,sea_orm=warn,sea_orm_migration=warn,dioxus_server=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.log_json {
        true => log.json().init(),
        false => log.init(),
    }
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
    let public = public_folder();
    if public.is_none() {
        tracing::warn!("there is no folder public/ beside the binary: pages come without style and script");
    }
    if !config.rate_limits {
        tracing::warn!("RATE_LIMITS IS OFF: ANYBODY MAY TRY PASSWORDS AS FAST AS THEY CAN");
    }
    let site = site(config, host.clone())?;
    let feed = tokio::spawn(site.feed.clone().run(host.feed()));
    let app = router::router(&site, public.as_deref()).into_make_service_with_connect_info::<SocketAddr>();
    // A page is written in pieces; without this each would wait for the one before to be acknowledged.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    println!("Ticketing is open on {}", site.config.public_url);

    let (stop, mut stopped) = watch::channel(());
    tokio::spawn(async move {
        asked_to_stop().await;
        // Watchers are sent away, so that their connections do not hold up the end.
        feed.abort();
        drop(stop);
    });
    let mut ending = stopped.clone();
    let serving = axum::serve(listener, app).with_graceful_shutdown(async move {
        let _ = ending.changed().await;
    });
    tokio::select! {
        result = serving.into_future() => result.map_err(|error| error.to_string())?,
        () = async {
            let _ = stopped.changed().await;
            tokio::time::sleep(STOP_WITHIN).await;
        } => tracing::warn!("some requests did not end in time"),
    }
    host.stop().await;
    Ok(ExitCode::SUCCESS)
}

fn site(config: Config, host: Arc<Host>) -> Result<Site, String> {
    let metrics = PrometheusBuilder::new().install_recorder().map_err(|error| error.to_string())?;
    Ok(Site {
        backend: host.backend(),
        environment: host.environment().clone(),
        cookie: Arc::new(Cookie::new(config.public_url.starts_with("https://"))),
        feed: Arc::new(live::Feed::default()),
        limits: Arc::new(limits::Limits::default()),
        config: Arc::new(config),
        host,
        metrics,
    })
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
    let people = server::demo::fill(&host).await.map_err(|error| error.to_string())?;
    for person in people {
        println!("{}  password: {}", person.email, person.password);
    }
    host.stop().await;
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
