//! A NATS server for one test, with the accounts that the deployments have.

use server::messaging::connection::{Connection, Servers};
use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server may take to come up.
const UP_TIMEOUT: Duration = Duration::from_secs(20);
/// Everybody's password here.
const PASSWORD: &str = "test";

/// A running nats-server on a folder and a port of its own.
pub struct Broker {
    folder: TempDir,
    port: u16,
    program: OsString,
    child: Option<Child>,
}

impl Broker {
    /// An empty server.
    pub fn start() -> Self {
        let program = std::env::var_os("NATS_SERVER");
        Broker::of(program.expect("NATS_SERVER names the server's binary, as cargo xtask test sets it"))
    }

    /// An empty server, by that program.
    pub fn of(program: OsString) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let mut broker = Broker { folder, port: free.expect("a port is free").port(), program, child: None };
        let accounts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../k8s/base/nats/accounts.conf");
        std::fs::copy(accounts, broker.folder.path().join("accounts.conf")).expect("the accounts are there");
        // What a test says need not survive a power cut.
        let config = format!(
            "listen: 127.0.0.1:{}\njetstream {{ store_dir: {:?} }}\ninclude accounts.conf\n",
            broker.port,
            broker.store()
        );
        std::fs::write(broker.config(), config).expect("a temporary file can be written");
        broker.restart();
        broker
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("nats.conf")
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    /// Starts the server again, on what it kept.
    pub fn restart(&mut self) {
        let mut command = Command::new(&self.program);
        for user in ["AUTH", "TICKETS", "ORDERS", "EXPIRATION", "PAYMENTS", "WEB", "ADMIN"] {
            command.env(format!("NATS_{user}_PASSWORD"), PASSWORD);
        }
        command.arg("-c").arg(self.config()).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("nats-server can be started"));
        #[expect(clippy::disallowed_methods, reason = "how long a server takes is real time")]
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(began.elapsed() < UP_TIMEOUT, "nats-server does not come up");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().and_then(|()| child.wait()).expect("it can be killed");
        }
    }

    /// Loses what a killed server kept.
    pub fn wipe(&self) {
        std::fs::remove_dir_all(self.store()).expect("it kept something");
    }

    /// The address for a user of `accounts.conf`.
    pub fn url(&self, user: &str) -> String {
        format!("nats://{user}:{PASSWORD}@127.0.0.1:{}", self.port)
    }

    /// A connection that may do everything.
    pub async fn connect(&self) -> Connection {
        self.connect_as("admin").await
    }

    /// A connection of a user of `accounts.conf`.
    pub async fn connect_as(&self, user: &str) -> Connection {
        let servers = Servers::parse(&self.url(user)).expect("the address is right");
        Connection::open(&servers, "test").await.expect("it is up")
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}
