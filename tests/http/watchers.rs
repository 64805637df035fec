//! Many users watch one show: each receives every change, and the cost per watcher is measured.

use crate::harness::http_user::HttpUser;
use crate::harness::site::Site;
use reqwest::{Method, Response};
use serde_json::json;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How many feeds are open.
const WATCHERS: usize = 500;
/// How many changes there are, and the time between two of them.
const CHANGES: usize = 50;
const CHANGE_INTERVAL: Duration = Duration::from_millis(100);
/// How long the cost is measured while nothing changes.
const IDLE_DURATION: Duration = Duration::from_secs(20);
/// The units of `proc_pid_stat(5)`: Linux counts processor time in ticks (`USER_HZ`), and memory in pages.
const TICKS_PER_SECOND: f64 = 100.0;
const PAGE_BYTES: f64 = 4096.0;

/// The memory of a process in megabytes, and its processor time in seconds.
fn usage(process: u32) -> (f64, f64) {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("the process runs");
    // The second field, the name in parentheses, may contain spaces; the third one follows.
    let fields: Vec<&str> = stat.rsplit_once(')').expect("it has a name").1.split_whitespace().collect();
    let field = |number: usize| fields[number - 3].parse::<f64>().expect("it is a number");
    (field(24) * PAGE_BYTES / 1e6, (field(14) + field(15)) / TICKS_PER_SECOND)
}

/// Reads a feed until it has sent every change. Returns when each one arrived.
async fn receive_changes(mut feed: Response) -> Vec<Instant> {
    let (mut received, mut rest) = (Vec::new(), String::new());
    while received.len() < CHANGES {
        let chunk = feed.chunk().await.expect("the feed is open").expect("the feed does not end");
        rest.push_str(&String::from_utf8_lossy(&chunk));
        while let Some(end) = rest.find("\n\n") {
            if rest[..end].contains("event: ticket") {
                received.push(Instant::now());
            }
            rest.drain(..end + 2);
        }
    }
    received
}

async fn open_feeds(site: &Site, show: &str) -> Vec<Response> {
    let http = reqwest::Client::new();
    let mut feeds = Vec::new();
    for _ in 0..WATCHERS {
        let mut feed =
            http.get(format!("{}/api/shows/{show}/live", site.url())).send().await.expect("the site responds");
        let hello = feed.chunk().await.expect("the feed is open").expect("the feed does not end");
        assert!(hello.starts_with(b"event: hello"), "{hello:?}");
        feeds.push(feed);
    }
    feeds
}

/// Changes the price again and again. Returns when each change was sent.
async fn change_prices(seller: &HttpUser, ticket: &str) -> Vec<Instant> {
    let mut sent = Vec::new();
    for change in 0..CHANGES {
        let price = json!({ "price": { "minor": 1000 + change, "currency": "EUR" }, "version": change + 1 });
        sent.push(Instant::now());
        let answer = seller.send(Method::PUT, &format!("/api/tickets/{ticket}"), Some(&price)).await;
        let answer = answer.expect("the site responds");
        assert!(answer.status.is_success(), "{}", answer.text);
        tokio::time::sleep(CHANGE_INTERVAL).await;
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_watchers_receive_every_change_within_half_a_second() {
    let site = Site::new().await;
    let seller = site.sign_up("seller").await;
    let show = seller.create_show("Watched").await;
    let ticket = seller.list_tickets(&show, 1).await.remove(0);
    let process = site.process();
    let (memory_before, _) = usage(process);

    let feeds = open_feeds(&site, &show).await;
    let (memory, cpu) = usage(process);
    tokio::time::sleep(IDLE_DURATION).await;
    let at_rest = (usage(process).1 - cpu) / IDLE_DURATION.as_secs_f64();
    let mut watching: JoinSet<Vec<Instant>> = feeds.into_iter().map(receive_changes).collect();
    let cpu = usage(process).1;
    let sent = change_prices(&seller, &ticket).await;
    let mut delays = Vec::new();
    while let Some(received) = watching.join_next().await {
        let received = received.expect("no watcher panics");
        delays.extend(received.iter().zip(&sent).map(|(received, sent)| received.duration_since(*sent)));
    }
    let each = (usage(process).1 - cpu) / CHANGES as f64;

    delays.sort();
    let percentile = |part: usize| delays[(delays.len() - 1) * part / 100];
    assert_eq!(delays.len(), WATCHERS * CHANGES, "every watcher received every change");
    assert!(percentile(99) < Duration::from_millis(500), "{:?}", percentile(99));
    println!(
        "figure: {WATCHERS} watchers of one show: {:.1} MB more memory ({:.0} kB each), {:.1} % of a core while idle, \
         {:.1} ms of processor time for a change that all receive; received after {:.0} ms (median), {:.0} ms (99 %)",
        memory - memory_before,
        (memory - memory_before) * 1e3 / WATCHERS as f64,
        at_rest * 100.0,
        each * 1e3,
        percentile(50).as_secs_f64() * 1e3,
        percentile(99).as_secs_f64() * 1e3,
    );
}
