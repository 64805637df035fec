//! Everything breaks, under load: afterwards all that was promised holds, and nobody had to lend a hand.

use super::load::{Load, everybody_has_what_they_paid};
use super::{audited, cluster, stranger};
use crate::site::Person;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;
use xtask::cluster::{Cluster, Network};
use xtask::tidy::SERVICES;

/// How often each process is killed.
const KILLS: usize = 5;
/// How often the broker, and the database server, is killed.
const CRASHES: usize = 3;
/// How long the broker cannot be reached.
const CUT_FOR: Duration = Duration::from_secs(10);
/// How long it may take until one can buy again.
const BACK_TIMEOUT: Duration = Duration::from_secs(60);
/// How long everything may take to come to rest.
const REST_TIMEOUT: Duration = Duration::from_secs(200);

/// How many faults of each kind there were, and how long it took until somebody could buy again.
#[derive(Default)]
struct Faults(BTreeMap<&'static str, Vec<Duration>>);

impl Faults {
    fn note(&mut self, kind: &'static str, back: Duration) {
        self.0.entry(kind).or_default().push(back);
    }
}

/// Buys one ticket after the other, to see when that is possible again.
struct Prober {
    person: Person,
    tickets: Vec<String>,
}

impl Prober {
    /// How long it takes from now until a whole purchase succeeds.
    async fn buys_again(&mut self) -> Duration {
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < BACK_TIMEOUT, "nobody can buy any more");
            let ticket = self.tickets.pop().expect("there are enough");
            if self.buys(&ticket).await {
                return began.elapsed();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn buys(&self, ticket: &str) -> bool {
        let Ok(held) = self.person.holds(ticket).await else { return false };
        let Some(order) = held.json()["id"].as_str().map(str::to_owned) else { return false };
        let Ok(paid) = self.person.pays(&order, "pm_card_visa").await else { return false };
        paid.status.is_success()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_promised_is_lost_whatever_breaks() {
    let apart = Network::is_possible();
    let mut cluster = cluster(1, 8, apart);
    let stranger = stranger(&cluster);
    let mut prober = prober(&stranger).await;
    let load = Load::begin(&stranger, 90, Duration::from_millis(100)).await;
    prober.buys_again().await;
    let mut faults = Faults::default();

    let mut paid = load.paid();
    kill_everybody(&mut cluster, &mut prober, &mut faults).await;
    paid = load.pays_more_than(paid, BACK_TIMEOUT).await;
    break_the_broker(&mut cluster, &mut prober, &mut faults).await;
    paid = load.pays_more_than(paid, BACK_TIMEOUT).await;
    for _ in 0..CRASHES {
        cluster.postgres.crash().expect("it can be stopped");
        cluster.postgres.start_again().expect("it starts again");
        faults.note("PostgreSQL stopped at once and restarted", prober.buys_again().await);
    }
    paid = load.pays_more_than(paid, BACK_TIMEOUT).await;
    match &cluster.network {
        Some(network) => {
            network.cut().expect("it can be cut");
            tokio::time::sleep(CUT_FOR).await;
            network.mend().expect("it can be mended");
            faults.note("orders cut off from NATS for 10 s", prober.buys_again().await);
        }
        None => println!("figure: no network was cut: that needs ip and the administrator"),
    }

    load.pays_more_than(paid, BACK_TIMEOUT).await;
    let (told, people) = load.end().await;
    let report = audited(&cluster, REST_TIMEOUT).await;
    let late = everybody_has_what_they_paid(&told, &people).await;
    let count: usize = faults.0.values().map(Vec::len).sum();
    println!("figure: {} purchases begun, {} paid, {count} faults, 0 violations", told.begun, told.paid.len());
    println!("figure: {late} payments came too late for their hold and were let go");
    for (kind, back) in &faults.0 {
        let seconds = |duration: &Duration| duration.as_secs_f64();
        let (mean, longest) = (back.iter().map(seconds).sum::<f64>() / back.len() as f64, back.iter().max());
        let longest = longest.map_or(0.0, seconds);
        println!("figure: {kind}: {} times, one could buy again after {mean:.2} s, at most {longest:.2} s", back.len());
    }
    println!("statuses {:?}, {} without answer, {:?}\n{report}", told.statuses, told.broken, told.odd);
}

async fn prober(stranger: &Person) -> Prober {
    let seller = stranger.signs_up("seller").await;
    let mut tickets = Vec::new();
    // One person has at most eight tickets of a show, so there are many shows.
    for number in 0..60 {
        let show = seller.announces(&format!("Probe {number}")).await;
        tickets.extend(seller.lists(&show, 8).await);
    }
    Prober { person: stranger.signs_up("prober").await, tickets }
}

async fn kill_everybody(cluster: &mut Cluster, prober: &mut Prober, faults: &mut Faults) {
    let services: Vec<String> = SERVICES.iter().map(|service| format!("{service}-1")).collect();
    for name in services.iter().map(String::as_str).chain(["web-1", "web-2"]) {
        for _ in 0..KILLS {
            let member = cluster.member(name);
            member.kill().expect("it can be killed");
            member.start().expect("it starts again");
            let back = prober.buys_again().await;
            cluster.member(name).gets_ready().expect("it gets ready again");
            faults.note(if name.starts_with("web") { "web process killed" } else { "service killed" }, back);
        }
    }
}

async fn break_the_broker(cluster: &mut Cluster, prober: &mut Prober, faults: &mut Faults) {
    for _ in 0..CRASHES {
        cluster.broker.kill().expect("it can be killed");
        cluster.broker.start_again().expect("it starts again");
        faults.note("nats-server killed and restarted", prober.buys_again().await);
    }
    cluster.broker.kill().expect("it can be killed");
    cluster.broker.wipe().expect("it kept something");
    cluster.broker.start_again().expect("it starts again");
    let back = prober.buys_again().await;
    let replayed = cluster.command(&["replay"]).output().expect("it can be run");
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
    println!("figure: replayed:\n{}", String::from_utf8_lossy(&replayed.stdout));
    faults.note("nats-server's store wiped and replayed", back);
}
