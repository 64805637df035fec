//! Encrypted connections to the broker and the databases, with real servers and certificates made for the test.

use server::messaging::connection::{Connection, Servers};
use server::{Config, Environment, doctor};
use servers::certificates::Authority;
use servers::nats::{Durability, NatsServer};
use servers::postgres::Postgres;
use std::env;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The name in the servers' certificates. They have another one, too: `127.0.0.1`.
const NAME: &str = "localhost";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be created")
}

fn authority(folder: &TempDir, name: &str) -> Authority {
    Authority::new(folder.path(), name).expect("openssl creates an authority")
}

fn nats_server() -> PathBuf {
    env::var_os("NATS_SERVER").expect("cargo xtask test sets NATS_SERVER to the path of nats-server").into()
}

/// What the doctor says of a process of all services with these variables.
async fn examine(variables: &[(&str, &str)]) -> String {
    let find = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
    let config = Config::from_variables(find).expect("these are valid");
    doctor::run(&config, &Environment::real(), None).await.to_string()
}

fn assert_line(report: &str, beginning: &str, contains: &str) {
    let found = report.lines().any(|line| line.starts_with(beginning) && line.contains(contains));
    assert!(found, "no line begins with {beginning} and contains {contains}:\n{report}");
}

/// Connects to the broker, trusting this authority.
async fn connect(url: &str, authority: Option<&Path>) -> Result<(), String> {
    let servers = Servers::parse(url, None).expect("the URL is valid").trusting(authority.map(Path::to_owned));
    Connection::open(&servers, "test").await.map(drop)
}

/// Fails unless the doctor says, in its line about the broker, why it cannot be used.
async fn assert_broker_refused(url: &str, authority: Option<&Path>, problem: &str) {
    let refused = connect(url, authority).await.expect_err("it is not the server that is wanted");
    assert!(refused.contains(problem), "{refused}");
    let authority = authority.map(|file| file.display().to_string()).unwrap_or_default();
    let report = examine(&[("NATS_URL", url), ("NATS_CA", &authority)]).await;
    assert_line(&report, "FAIL  broker", problem);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_is_spoken_to_only_encrypted_and_with_its_certificate_verified() {
    let folder = folder();
    let (own, foreign) = (authority(&folder, "own"), authority(&folder, "foreign"));
    let certificate = own.certify("nats", &[NAME]).expect("openssl certifies the server");
    let nats = NatsServer::start_encrypted(nats_server(), folder.path(), &certificate).expect("it starts");

    connect(&nats.url("orders", NAME), Some(&own.file())).await.expect("it is the right server");
    let report =
        examine(&[("NATS_URL", &nats.url("admin", NAME)), ("NATS_CA", &own.file().display().to_string())]).await;
    assert_line(&report, "ok    broker", "version 2.");

    let untrusted = "not from a trusted authority: name the file of its authority in NATS_CA";
    assert_broker_refused(&nats.url("admin", NAME), None, untrusted).await;
    assert_broker_refused(&nats.url("admin", NAME), Some(&foreign.file()), untrusted).await;
    assert_broker_refused(&nats.url("admin", "127.0.0.1"), Some(&own.file()), "for another name").await;
    let missing = folder.path().join("missing.crt");
    assert_broker_refused(&nats.url("admin", NAME), Some(&missing), "missing.crt cannot be read").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_does_not_encrypt_is_refused_where_encryption_is_asked_for() {
    let folder = folder();
    let own = authority(&folder, "own");
    let nats = NatsServer::start(nats_server(), folder.path(), Durability::Unsynced).expect("it starts");
    let url = nats.url("admin", NAME);
    connect(&url, None).await.expect("it is the right server");

    // Several addresses are one cluster: encryption that one of them asks for holds for all.
    for url in [url.replace("nats://", "tls://"), format!("{url},{}", url.replace("nats://", "tls://"))] {
        assert_broker_refused(&url, Some(&own.file()), "it does not speak TLS").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_databases_are_used_only_with_the_servers_certificate_verified() {
    let folder = folder();
    let (own, foreign) = (authority(&folder, "own"), authority(&folder, "foreign"));
    let certificate = own.certify("postgres", &[NAME]).expect("openssl certifies the server");
    let postgres = Postgres::encrypted(&certificate).expect("it starts");
    postgres.sql("postgres", "create database ticketing_orders").expect("the server takes SQL");
    let url = |host: &str, authority: &Path| {
        let port = postgres.port();
        let authority = authority.display();
        format!("postgres://postgres@{host}:{port}/ticketing_*?sslmode=verify-full&sslrootcert={authority}")
    };
    let services = [("SERVICES", "orders"), ("NATS_URL", "nats://127.0.0.1:9")];
    let examine = async |url: String| examine(&[&services[..], &[("DATABASE_URL", url.as_str())]].concat()).await;

    let report = examine(url(NAME, &own.file())).await;
    assert_line(&report, "ok    database orders", "migrations are applied at the next start");
    let encrypted = "select count(*) from pg_stat_ssl where ssl";
    let config = Config::from_variables(|name| (name == "DATABASE_URL").then(|| url(NAME, &own.file())));
    let config = config.expect("it is valid");
    let open = config.databases.connect(shared::Service::Orders, 1).await.expect("it is the right server");
    assert_eq!(postgres.sql("postgres", encrypted).expect("the server takes SQL"), "1");
    drop(open);

    let untrusted = "not from a trusted authority: name the file of its authority in sslrootcert";
    assert_line(&examine(url(NAME, &foreign.file())).await, "FAIL  database orders", untrusted);
    assert_line(&examine(url("127.0.0.1", &own.file())).await, "FAIL  database orders", "for another name");
    let missing = examine(url(NAME, &folder.path().join("missing.crt"))).await;
    assert_line(&missing, "FAIL  database orders", "no file of that name in sslrootcert");
}
