//! The memory of an audit does not grow with the number of tickets.

use crate::harness::http_user::HttpUser;
use crate::harness::site::{Site, binary};
use servers::paths;
use std::time::Duration;
use tokio::process::Command;

/// Enough that holding the events in memory would show: that took 92 MB.
const TICKETS: usize = 100_000;
const MAX_MEGABYTES: u64 = 64;
/// Prints the most memory that the audit had, in kB, and fails if the audit does.
const MEASURE: &str = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=sys.stderr, check=True);
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";

#[tokio::test]
async fn an_audit_of_many_tickets_needs_little_memory() {
    let mut site = Site::new().await;
    let seller = HttpUser::anonymous(site.url()).sign_up("seller").await;
    let show = seller.create_show("The Tempest").await;
    seller.list_tickets(&show, 1).await;
    site.wait_until_consistent(Duration::from_secs(20)).await;
    site.kill().await;
    let fill = paths::root().join("tests/fixtures/fill.py");
    let filled = Command::new("python3").arg(fill).arg(site.folder()).arg(TICKETS.to_string()).status().await;
    assert!(filled.expect("Python can be started").success());

    let mut audit = Command::new("python3");
    audit.args(["-c", MEASURE]).arg(binary()).arg("audit");
    audit.env("DATABASE_URL", format!("sqlite://{}", site.folder().display()));
    let output = audit.output().await.expect("Python can be started");

    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && report.contains("every check ran"), "{report}");
    let kilobytes: u64 = String::from_utf8_lossy(&output.stdout).trim().parse().expect("it is a number");
    println!("figure: audit of {TICKETS} tickets: {} MB", kilobytes / 1_000);
    assert!(kilobytes / 1_000 <= MAX_MEGABYTES, "{kilobytes} kB");
}
