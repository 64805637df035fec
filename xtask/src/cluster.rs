//! The distributed form on this machine: a real PostgreSQL, a real nats-server, processes for every service, and web
//! processes behind one address.

mod member;
mod network;

pub use member::Member;
pub use network::Network;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::balancer::Balancer;
use crate::broker::Broker;
use crate::postgres::Postgres;
use crate::{bundle, child, place, processes, tidy};

/// The word of the web tier.
const WEB: &str = "web";
/// What is passed on to every process where it is set.
const PASSED_ON: [&str; 12] = [
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
/// Set by Ctrl-C.
static STOPPED: AtomicBool = AtomicBool::new(false);

/// What a cluster is made of.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Processes per service.
    pub replicas: usize,
    /// Web processes.
    pub webs: usize,
    /// The port of the one address; 0 is a free one.
    pub port: u16,
    /// Whether everybody's log appears here, with their names.
    pub follow: bool,
    /// Settings of all processes.
    pub settings: Vec<(String, String)>,
    /// Whether the first process of `orders` is in a network of its own, which can be cut off.
    pub network: bool,
    /// The program, if it is not the bundle's.
    pub program: Option<PathBuf>,
}

/// A running cluster, which ends with this value.
pub struct Cluster {
    balancer: Balancer,
    members: Vec<Member>,
    /// The message broker.
    pub broker: Broker,
    /// The database server.
    pub postgres: Postgres,
    /// The way of the first process of `orders` to the broker.
    pub network: Option<Network>,
    folder: PathBuf,
}

impl Cluster {
    /// Starts everything, and waits until it is ready.
    pub fn start(shape: &Shape) -> Result<Cluster> {
        let folder =
            env::temp_dir().join(format!("ticketing-cluster-{}-{}", std::process::id(), processes::free_port()?));
        fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
        let postgres = Postgres::durable()?;
        let broker = Broker::start(&folder)?;
        let network = if shape.network { Some(Network::new()?) } else { None };
        let parts = tidy::SERVICES.iter().map(|part| (*part, shape.replicas)).chain([(WEB, shape.webs)]);
        let program = shape.program.clone().unwrap_or_else(place::binary);
        let mut members = Vec::new();
        for (part, number) in parts.flat_map(|(part, count)| (1..=count).map(move |number| (part, number))) {
            let apart = network.as_ref().filter(|_| part == "orders" && number == 1);
            let host = apart.map_or("127.0.0.1", Network::host);
            let mut member = Member::new(&program, part, number, &folder)?;
            member.set("SERVICES", part);
            member.set("NATS_URL", &broker.url(part, host));
            member.set("DRAIN_SECONDS", "1");
            if part != WEB {
                member.set("DATABASE_URL", &postgres.databases());
            }
            shape.settings.iter().for_each(|(name, value)| member.set(name, value));
            (member.namespace, member.follow) = (apart.map(|network| network.name().to_owned()), shape.follow);
            members.push(member);
        }
        let ports = members.iter().filter(|member| member.part() == WEB).map(Member::port).collect();
        let balancer = Balancer::start(shape.port, ports)?;
        let public = format!("http://localhost:{}", balancer.port());
        let mut cluster = Cluster { balancer, members, broker, postgres, network, folder };
        for member in &mut cluster.members {
            member.set("PUBLIC_URL", &public);
            member.start()?;
        }
        for member in &cluster.members {
            member.gets_ready()?;
        }
        processes::eventually("the one address is ready", || processes::is_ready(cluster.balancer.port()))?;
        Ok(cluster)
    }

    /// The one address.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.balancer.port())
    }

    /// Every process.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The process of that name, as in `orders-1`.
    ///
    /// # Panics
    /// If there is none.
    pub fn member(&mut self, name: &str) -> &mut Member {
        let found = self.members.iter_mut().find(|member| member.name() == name);
        found.unwrap_or_else(|| panic!("there is no {name}"))
    }

    /// A command of the program, on the data and the events of all services.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = child::command(place::binary());
        command.args(words).env("DATABASE_URL", self.postgres.databases()).env("RUST_LOG", "warn");
        command.env("NATS_URL", self.broker.url("admin", "127.0.0.1"));
        command
    }

    fn print(&self) {
        println!("\n{:<14}{:>8}  {:<34}data", "process", "pid", "health and metrics");
        for member in &self.members {
            let data = match member.part() {
                WEB => String::new(),
                part => format!("ticketing_{part}"),
            };
            let health = format!("http://127.0.0.1:{}/metrics", member.port());
            println!("{:<14}{:>8}  {health:<34}{data}", member.name(), member.pid());
        }
        println!("{:<14}{:>8}  {}", "nats-server", "", self.broker.url("admin", "127.0.0.1"));
        println!("{:<14}{:>8}  {}", "postgresql", "", self.postgres.url());
        println!("\nOpen {} (Ctrl-C stops it all)\n", self.url());
    }

    fn end(&mut self) {
        // Whoever asks goes before those who answer.
        for web in [true, false] {
            let of_this_kind = || self.members.iter().filter(move |member| (member.part() == WEB) == web);
            of_this_kind().for_each(Member::ask_to_end);
            self.members.iter_mut().filter(|member| (member.part() == WEB) == web).for_each(|member| {
                member.stop();
            });
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.end();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Runs a cluster until Ctrl-C, with demo data or empty.
pub fn run(demo: bool) -> Result<()> {
    bundle::build_if_stale()?;
    ctrlc::set_handler(|| STOPPED.store(true, Ordering::SeqCst))?;
    let settings = PASSED_ON.iter().filter_map(|name| env::var(name).ok().map(|value| ((*name).to_owned(), value)));
    let port = env::var("PORT").ok().map_or(Ok(8080), |port| port.parse()).context("PORT must be a number")?;
    let shape =
        Shape { replicas: 1, webs: 2, port, follow: true, settings: settings.collect(), network: false, program: None };
    let cluster = Cluster::start(&shape)?;
    if demo {
        let people = cluster.command(&["demo"]).output()?;
        println!("\nThese people can sign in:\n{}", String::from_utf8_lossy(&people.stdout).trim());
    }
    cluster.print();
    while !STOPPED.load(Ordering::SeqCst) {
        thread::sleep(Duration::from_millis(100));
    }
    println!("\nstopping");
    Ok(())
}
