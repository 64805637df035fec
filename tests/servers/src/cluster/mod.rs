//! The distributed form on this machine: PostgreSQL, nats-server, one or more processes per service, and web processes
//! behind one address.

mod member;
mod network;

pub use member::Member;
pub use network::Network;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use shared::Service;

use crate::balancer::Balancer;
use crate::nats::{self, Durability, NatsServer};
use crate::postgres::Postgres;
use crate::{paths, process, server_process};

/// The `SERVICES` value of the web tier.
pub const WEB: &str = "web";
/// All processes of `tickets` have the same.
const CODE_SECRET: &str = "6465e3b10c9f4a7785d2016bfa18c4937e5a2db86f90c1e4a35b7d28164f9c0e";

/// What a cluster consists of.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Processes per service.
    pub replicas: usize,
    pub web_processes: usize,
    /// The port of the one address; 0 for a free one.
    pub port: u16,
    /// Prints every log line under the name of its process; otherwise the logs are files.
    pub print_logs: bool,
    /// Environment variables of all processes.
    pub settings: Vec<(String, String)>,
    /// Puts the first process of `orders` into a network namespace of its own, which can be disconnected.
    pub isolate_orders: bool,
    /// The binary; the release bundle's if it is `None`.
    pub program: Option<PathBuf>,
}

/// A running cluster. Everything is stopped and deleted when this value is dropped.
pub struct Cluster {
    balancer: Balancer,
    members: Vec<Member>,
    pub nats: NatsServer,
    pub postgres: Postgres,
    /// The network of the first process of `orders`, if [`Layout::isolate_orders`] is set.
    pub network: Option<Network>,
    folder: PathBuf,
}

impl Cluster {
    /// Starts everything and waits until it is ready.
    pub fn start(layout: &Layout) -> Result<Cluster> {
        let unique = format!("ticketing-cluster-{}-{}", std::process::id(), server_process::free_port()?);
        let folder = env::temp_dir().join(unique);
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let postgres = Postgres::durable()?;
        let nats = NatsServer::start(nats::program(&nats::CURRENT)?, &folder, Durability::Synced)?;
        let network = if layout.isolate_orders { Some(Network::new()?) } else { None };
        let program = layout.program.clone().unwrap_or_else(paths::binary);
        let roles = Service::ALL.iter().map(|service| (service.name(), layout.replicas));
        let roles = roles.chain([(WEB, layout.web_processes)]);
        let mut members = Vec::new();
        for (role, number) in roles.flat_map(|(role, count)| (1..=count).map(move |number| (role, number))) {
            let network = network.as_ref().filter(|_| role == Service::Orders.name() && number == 1);
            let nats_host = network.map_or("127.0.0.1", Network::host);
            let mut member = Member::new(&program, role, number, &folder)?;
            member.set("SERVICES", role);
            member.set("NATS_URL", &nats.url(role, nats_host));
            member.set("DRAIN_SECONDS", "1");
            if role != WEB {
                member.set("DATABASE_URL", &postgres.database_url());
                member.set("CODE_SECRET", CODE_SECRET);
            }
            layout.settings.iter().for_each(|(name, value)| member.set(name, value));
            member.namespace = network.map(|network| network.name().to_owned());
            member.print_log = layout.print_logs;
            members.push(member);
        }
        let ports = members.iter().filter(|member| member.role() == WEB).map(Member::port).collect();
        let balancer = Balancer::start(layout.port, ports)?;
        let public = format!("http://localhost:{}", balancer.port());
        let mut cluster = Cluster { balancer, members, nats, postgres, network, folder };
        for member in &mut cluster.members {
            member.set("PUBLIC_URL", &public);
            member.start()?;
        }
        for member in &cluster.members {
            member.wait_until_ready()?;
        }
        server_process::wait_until("the cluster is ready", || server_process::is_ready(cluster.balancer.port()))?;
        Ok(cluster)
    }

    /// The address of the site.
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.balancer.port())
    }

    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The process of that name, such as `orders-1`.
    ///
    /// # Panics
    /// If there is none.
    pub fn member(&mut self, name: &str) -> &mut Member {
        let found = self.members.iter_mut().find(|member| member.name() == name);
        found.unwrap_or_else(|| panic!("no process is named {name}"))
    }

    /// A subcommand of the program, with access to the databases and events of all services.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = process::command(paths::binary());
        command.args(arguments).env("DATABASE_URL", self.postgres.database_url()).env("RUST_LOG", "warn");
        command.env("NATS_URL", self.nats.url("admin", "127.0.0.1"));
        command
    }

    /// Stops the web processes before the services that they call.
    fn stop(&mut self) {
        for web in [true, false] {
            let of_this_kind = || self.members.iter().filter(move |member| (member.role() == WEB) == web);
            of_this_kind().for_each(Member::send_sigterm);
            self.members.iter_mut().filter(|member| (member.role() == WEB) == web).for_each(|member| {
                member.stop();
            });
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
