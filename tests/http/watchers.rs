//! What it costs that many watch a show, and that each of them hears everything.

use crate::site::{Person, Site};
use reqwest::{Method, Response};
use serde_json::json;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How many watch.
const WATCHERS: usize = 500;
/// How many changes they hear, and how much time is between two of them.
const CHANGES: usize = 50;
const BETWEEN: Duration = Duration::from_millis(100);
/// How long it is looked what they cost while nothing changes.
const AT_REST: Duration = Duration::from_secs(20);
/// What Linux counts processor time in (`USER_HZ`), and memory (pages, on every machine that we know).
const TICKS_PER_SECOND: f64 = 100.0;
const PAGE: f64 = 4096.0;

/// The memory that a process has, in megabytes, and the processor time that it took, in seconds (`proc_pid_stat(5)`).
fn usage(process: u32) -> (f64, f64) {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("the process is there");
    // The name in parentheses may have spaces in it; the third field follows.
    let fields: Vec<&str> = stat.rsplit_once(')').expect("it has a name").1.split_whitespace().collect();
    let field = |number: usize| fields[number - 3].parse::<f64>().expect("it is a number");
    (field(24) * PAGE / 1e6, (field(14) + field(15)) / TICKS_PER_SECOND)
}

/// Counts what one watcher hears, until it was everything; answers when each change was heard.
async fn hears(mut feed: Response) -> Vec<Instant> {
    let (mut heard, mut rest) = (Vec::new(), String::new());
    while heard.len() < CHANGES {
        let chunk = feed.chunk().await.expect("it goes on").expect("it does not end");
        rest.push_str(&String::from_utf8_lossy(&chunk));
        while let Some(end) = rest.find("\n\n") {
            if rest[..end].contains("event: ticket") {
                heard.push(Instant::now());
            }
            rest.drain(..end + 2);
        }
    }
    heard
}

async fn watch(site: &Site, show: &str) -> Vec<Response> {
    let http = reqwest::Client::new();
    let mut feeds = Vec::new();
    for _ in 0..WATCHERS {
        let mut feed = http.get(format!("{}/api/shows/{show}/live", site.url())).send().await.expect("the site is up");
        let hello = feed.chunk().await.expect("it goes on").expect("it does not end");
        assert!(hello.starts_with(b"event: hello"), "{hello:?}");
        feeds.push(feed);
    }
    feeds
}

/// Changes the price again and again; answers when each change was asked for.
async fn change(seller: &Person, ticket: &str) -> Vec<Instant> {
    let mut asked = Vec::new();
    for change in 0..CHANGES {
        let price = json!({ "price": { "minor": 1000 + change, "currency": "EUR" }, "version": change + 1 });
        asked.push(Instant::now());
        let answer = seller.send(Method::PUT, &format!("/api/tickets/{ticket}"), Some(&price)).await;
        let answer = answer.expect("the site is up");
        assert!(answer.status.is_success(), "{}", answer.text);
        tokio::time::sleep(BETWEEN).await;
    }
    asked
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_watchers_hear_everything_and_cost_little() {
    let site = Site::new().await;
    let seller = site.person("seller").await;
    let show = seller.announces("Watched").await;
    let ticket = seller.lists(&show, 1).await.remove(0);
    let process = site.process();
    let (memory_before, _) = usage(process);

    let feeds = watch(&site, &show).await;
    let (memory, cpu) = usage(process);
    tokio::time::sleep(AT_REST).await;
    let at_rest = (usage(process).1 - cpu) / AT_REST.as_secs_f64();
    let mut watching: JoinSet<Vec<Instant>> = feeds.into_iter().map(hears).collect();
    let cpu = usage(process).1;
    let asked = change(&seller, &ticket).await;
    let mut delays = Vec::new();
    while let Some(heard) = watching.join_next().await {
        let heard = heard.expect("no watcher panics");
        delays.extend(heard.iter().zip(&asked).map(|(heard, asked)| heard.duration_since(*asked)));
    }
    let each = (usage(process).1 - cpu) / CHANGES as f64;

    delays.sort();
    let percentile = |part: usize| delays[(delays.len() - 1) * part / 100];
    assert_eq!(delays.len(), WATCHERS * CHANGES, "nobody missed anything");
    assert!(percentile(99) < Duration::from_millis(500), "{:?}", percentile(99));
    println!(
        "figure: {WATCHERS} watchers of one show: {:.1} MB more memory ({:.0} kB each), {:.1} % of a core at rest, \
         {:.1} ms of processor time for a change that all hear; heard after {:.0} ms (median), {:.0} ms (99 %)",
        memory - memory_before,
        (memory - memory_before) * 1e3 / WATCHERS as f64,
        at_rest * 100.0,
        each * 1e3,
        percentile(50).as_secs_f64() * 1e3,
        percentile(99).as_secs_f64() * 1e3,
    );
}
