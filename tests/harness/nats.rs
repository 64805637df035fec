//! A NATS server for one test.

use server::messaging::connection::{Connection, Servers};
use servers::nats::{Durability, NatsServer};
use std::path::PathBuf;
use tempfile::TempDir;

/// A running nats-server with an empty store.
pub struct TestNats {
    // Dropped before the folder in which it stores its events.
    server: NatsServer,
    _folder: TempDir,
}

impl TestNats {
    pub fn start() -> Self {
        TestNats::start_program("NATS_SERVER")
    }

    /// Starts a version that is too old for Ticketing.
    pub fn start_old() -> Self {
        TestNats::start_program("NATS_SERVER_OLD")
    }

    fn start_program(variable: &str) -> Self {
        let program = std::env::var_os(variable).map(PathBuf::from);
        let program = program.unwrap_or_else(|| panic!("cargo xtask test sets {variable} to the path of nats-server"));
        let folder = tempfile::tempdir().expect("a temporary folder can be created");
        let server = NatsServer::start(program, folder.path(), Durability::Unsynced).expect("nats-server starts");
        TestNats { server, _folder: folder }
    }

    pub fn kill(&mut self) {
        self.server.kill().expect("it runs");
    }

    pub fn restart(&mut self) {
        self.server.restart().expect("it starts again");
    }

    /// Deletes the events of a killed server.
    pub fn delete_store(&self) {
        self.server.delete_store().expect("it has stored events");
    }

    /// The URL for an account of `accounts.conf`.
    pub fn url(&self, account: &str) -> String {
        self.server.url(account, "127.0.0.1")
    }

    /// Connects with an account of `accounts.conf`; `admin` has all permissions.
    pub async fn connect(&self, account: &str) -> Connection {
        let servers = Servers::parse(&self.url(account), None).expect("the URL is valid");
        Connection::open(&servers, "test").await.expect("the server accepts connections")
    }
}
