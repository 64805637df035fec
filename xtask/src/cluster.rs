//! Runs the distributed form on this machine until Ctrl-C.

use std::env;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use servers::cluster::{Cluster, Layout, WEB};

use crate::bundle;

/// Variables that are passed on to every process if they are set.
const PASSED_ON: [&str; 14] = [
    "CODE_SECRET",
    "CODE_SECRET_PREVIOUS",
    "HOLD_SECONDS",
    "LOG_FORMAT",
    "MAIL",
    "MAIL_FROM",
    "PAYOUT_AFTER_HOURS",
    "PLATFORM_FEE_PERCENT",
    "RATE_LIMITS",
    "RUST_LOG",
    "STRIPE_API_BASE",
    "STRIPE_PUBLISHABLE_KEY",
    "STRIPE_SECRET_KEY",
    "STRIPE_WEBHOOK_SECRET",
];

const POLL_INTERVAL: Duration = Duration::from_millis(100);

/// Set by Ctrl-C.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// Runs a cluster until Ctrl-C, with demo data or empty.
pub fn run(with_demo_data: bool) -> Result<()> {
    bundle::build_if_stale()?;
    ctrlc::set_handler(|| STOPPED.store(true, Ordering::SeqCst))?;
    let settings = PASSED_ON.iter().filter_map(|name| env::var(name).ok().map(|value| ((*name).to_owned(), value)));
    let port = env::var("PORT").ok().map_or(Ok(8080), |port| port.parse()).context("PORT must be a number")?;
    let layout = Layout {
        replicas: 1,
        web_processes: 2,
        port,
        print_logs: true,
        settings: settings.collect(),
        isolate_orders: false,
        program: None,
    };
    let cluster = Cluster::start(&layout)?;
    if with_demo_data {
        let accounts = cluster.command(&["demo"]).output()?;
        println!("\nSign in with one of these accounts:\n{}", String::from_utf8_lossy(&accounts.stdout).trim());
    }
    print(&cluster);
    while !STOPPED.load(Ordering::SeqCst) {
        thread::sleep(POLL_INTERVAL);
    }
    println!("\nstopping");
    Ok(())
}

fn print(cluster: &Cluster) {
    println!("\n{:<14}{:>8}  {:<34}database", "process", "pid", "metrics");
    for member in cluster.members() {
        let database = match member.role() {
            WEB => String::new(),
            service => format!("ticketing_{service}"),
        };
        let metrics = format!("http://127.0.0.1:{}/metrics", member.metrics_port());
        println!("{:<14}{:>8}  {metrics:<34}{database}", member.name(), member.pid());
    }
    println!("{:<14}{:>8}  {}", "nats-server", "", cluster.nats.url("admin", "127.0.0.1"));
    println!("{:<14}{:>8}  {}", "postgresql", "", cluster.postgres.url());
    println!("\nOpen {} (Ctrl-C stops everything)\n", cluster.url());
}
