//! A purchase while others attack the site with all they have.

use crate::harness::http_user::HttpUser;
use crate::harness::site::Site;
use futures::future::join_all;
use reqwest::{Client, Method, StatusCode};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

const SILENT_CONNECTIONS: usize = 1_100;
const FEEDS: usize = 2_000;
/// Clients that ask without a pause, each from an address of its own: many times what the site can answer.
const FLOODERS: u8 = 64;
const FLOOD_DURATION: Duration = Duration::from_secs(30);
/// The longest that a buyer waits for one step.
const LONGEST_STEP: Duration = Duration::from_secs(2);
const ATTACKER: Ipv4Addr = Ipv4Addr::LOCALHOST;
const SELLER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);

fn client(address: Ipv4Addr) -> Client {
    let options = Client::builder().local_address(IpAddr::V4(address)).timeout(FLOOD_DURATION);
    options.build().expect("the options are valid")
}

/// Connections of one address that never send anything.
async fn connect_silently(site: &Site) -> Vec<TcpStream> {
    let address = (Ipv4Addr::LOCALHOST, site.port());
    join_all((0..SILENT_CONNECTIONS).map(|_| TcpStream::connect(address))).await.into_iter().flatten().collect()
}

/// Asks for feeds of one address, and keeps those that it gets.
fn open_feeds(site: &Site, show: &str) -> Vec<JoinHandle<()>> {
    let url = format!("{}/api/shows/{show}/live", site.url());
    let feeds = (0..FEEDS).map(|_| {
        let url = url.clone();
        tokio::spawn(async move {
            if let Ok(mut feed) = client(ATTACKER).get(url).send().await {
                while let Ok(Some(_)) = feed.chunk().await {}
            }
        })
    });
    feeds.collect()
}

/// Asks for pages that are costly to make, from many addresses, until `over`.
fn flood(site: &Site, over: &Arc<AtomicBool>, answered: &Arc<AtomicUsize>) -> Vec<JoinHandle<()>> {
    let flooders = (1..=FLOODERS).map(|last| {
        let (http, url) = (client(Ipv4Addr::new(127, 0, 1, last)), format!("{}/?q=nothing+{last}", site.url()));
        let (over, answered) = (over.clone(), answered.clone());
        tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                if http.get(&url).send().await.is_ok_and(|response| response.status() == StatusCode::OK) {
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            }
        })
    });
    flooders.collect()
}

/// Buys the ticket from a new address, and returns how long each step took.
async fn buy(site: &Site, address: Ipv4Addr, show: &str, ticket: &str) -> Vec<(&'static str, Duration)> {
    let mut steps = Vec::new();
    let mut started = Instant::now();
    let mut step = |name| {
        steps.push((name, started.elapsed()));
        started = Instant::now();
    };
    let visitor = HttpUser::at(address, site.url());
    for (name, path) in [("home", "/".to_owned()), ("show", format!("/shows/{show}"))] {
        let page = visitor.send(Method::GET, &path, None).await.expect("the site responds");
        assert_eq!(page.status, StatusCode::OK, "{name}: {}", page.text);
        step(name);
    }
    let buyer = visitor.sign_up("buyer").await;
    step("sign-up");
    let order = buyer.hold(ticket).await.expect("the site responds");
    assert_eq!(order.status, StatusCode::OK, "{}", order.text);
    let order = order.json()["id"].as_str().expect("it has an id").to_owned();
    step("hold");
    let payment = buyer.pay(&order, "pm_card_visa").await.expect("the site responds");
    assert_eq!(payment.status, StatusCode::OK, "{}", payment.text);
    step("pay");
    buyer.wait_for_order_state(&order, "complete").await;
    step("complete");
    steps
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_is_bought_while_others_attack() {
    let site = Site::with(&[("RATE_LIMITS", "on")]).await;
    let seller = HttpUser::at(SELLER, site.url()).sign_up("seller").await;
    let show = seller.create_show("Besieged").await;
    let tickets = seller.list_tickets(&show, 10).await;
    let (over, answered) = (Arc::new(AtomicBool::default()), Arc::new(AtomicUsize::default()));

    let silent = connect_silently(&site).await;
    let feeds = open_feeds(&site, &show);
    let flooders = flood(&site, &over, &answered);
    let began = Instant::now();
    let mut slowest = ("", Duration::ZERO);
    let mut purchases = 0;
    for (number, ticket) in (10..).zip(&tickets) {
        for step in buy(&site, Ipv4Addr::new(127, 0, 0, number), &show, ticket).await {
            slowest = if step.1 > slowest.1 { step } else { slowest };
        }
        purchases += 1;
        let next = FLOOD_DURATION * purchases / 10;
        tokio::time::sleep(next.saturating_sub(began.elapsed())).await;
    }
    over.store(true, Ordering::Relaxed);
    feeds.iter().for_each(JoinHandle::abort);
    join_all(flooders).await;
    drop(silent);

    let per_second = answered.load(Ordering::Relaxed) as u64 / began.elapsed().as_secs().max(1);
    println!(
        "figure: {purchases} purchases under attack, slowest step {slowest:?}, {per_second} floods answered a second"
    );
    assert!(slowest.1 < LONGEST_STEP, "{slowest:?}");
    site.assert_consistent().await;
}
