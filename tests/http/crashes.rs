//! `kill -9` at random moments under load: every acknowledged purchase survives.

use crate::harness::http_user::HttpUser;
use crate::harness::site::Site;
use futures::future::join_all;
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often the process is killed.
const KILLS: usize = 50;
/// How many users buy at the same time.
const BUYERS: usize = 6;
/// More tickets than can be bought during the test.
const SHOWS: usize = 30;
const TICKETS_PER_SHOW: usize = 50;
/// How long the site may take to become idle after the last kill.
const IDLE_TIMEOUT: Duration = Duration::from_secs(150);

/// What the buyers have seen.
#[derive(Default)]
struct Observed {
    /// The buyers and orders whose payment was acknowledged.
    paid: Vec<(usize, String)>,
    /// How many purchases were started.
    started: usize,
}

/// Buys until the test stops it. A request that fails because the process was killed is not retried.
async fn buy_all(
    number: usize,
    user: HttpUser,
    tickets: Vec<String>,
    stop: Arc<AtomicBool>,
    observed: Arc<Mutex<Observed>>,
    seed: u64,
) {
    let mut rng = StdRng::seed_from_u64(seed);
    for ticket in tickets {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        observed.lock().expect("no thread panics").started += 1;
        let Ok(held) = user.hold(&ticket).await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let Some(order) = held.json()["id"].as_str().map(str::to_owned) else { continue };
        let card = if rng.random_bool(0.2) { "pm_card_chargeDeclined" } else { "pm_card_visa" };
        match rng.random_range(0..10) {
            0 => continue,
            1 => drop(user.send(Method::DELETE, &format!("/api/orders/{order}"), None).await),
            _ => {
                let Ok(answer) = user.pay(&order, card).await else { continue };
                if answer.status.is_success()
                    && ["authorized", "captured"].iter().any(|state| answer.json()["state"] == *state)
                {
                    observed.lock().expect("no thread panics").paid.push((number, order));
                } else if answer.status == 422 {
                    let _ = user.send(Method::DELETE, &format!("/api/orders/{order}"), None).await;
                }
            }
        }
    }
}

/// All items of a list.
async fn all(person: &HttpUser, path: &str) -> Vec<Value> {
    let (mut items, mut page) = (Vec::new(), person.get(path).await);
    loop {
        items.extend(page["items"].as_array().expect("a list").iter().cloned());
        let Some(next) = page["next"].as_str() else { return items };
        page = person.get(&format!("{path}?cursor={next}")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_purchase_survives_50_kills() {
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut site = Site::with(&[("HOLD_SECONDS", "4")]).await;
    let seller = site.sign_up("seller").await;
    let people = join_all((0..BUYERS).map(|_| site.sign_up("buyer"))).await;
    let mut tickets = vec![Vec::new(); BUYERS];
    for number in 0..SHOWS {
        let show = seller.create_show(&format!("Night {number}")).await;
        for (number, ticket) in seller.issue_tickets(&show, TICKETS_PER_SHOW).await.into_iter().enumerate() {
            // Two buyers compete for each ticket.
            tickets[number % BUYERS].push(ticket.clone());
            tickets[(number + 1) % BUYERS].push(ticket);
        }
    }
    let (stop, observed) = (Arc::new(AtomicBool::default()), Arc::new(Mutex::new(Observed::default())));
    let buying: Vec<_> = people
        .iter()
        .cloned()
        .zip(tickets)
        .enumerate()
        .map(|(number, (user, tickets))| {
            tokio::spawn(buy_all(number, user, tickets, stop.clone(), observed.clone(), rng.random()))
        })
        .collect();

    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(rng.random_range(20..400))).await;
        site.kill().await;
        site.start().await;
    }
    stop.store(true, Ordering::SeqCst);
    join_all(buying).await;

    // A hold whose payment was declined would last two minutes longer, so it is cancelled.
    for person in &people {
        let held = person.get("/api/orders").await;
        let held = held["items"].as_array().expect("a list").iter().filter(|order| order["state"] == "held");
        for order in held.filter(|order| order["payment"]["state"] == "declined") {
            let path = format!("/api/orders/{}", order["id"].as_str().expect("an id"));
            let _ = person.send(Method::DELETE, &path, None).await;
        }
    }

    let report = site.wait_until_consistent(IDLE_TIMEOUT).await;
    let observed = std::mem::take(&mut *observed.lock().expect("no thread panics"));
    for (number, order) in &observed.paid {
        let order = people[*number].get(&format!("/api/orders/{order}")).await;
        assert_eq!(order["state"], json!("complete"), "seed {seed}: it was paid: {order}");
    }
    for person in &people {
        let complete =
            all(person, "/api/orders").await.into_iter().filter(|order| order["state"] == "complete").count();
        let passes = all(person, "/api/passes").await;
        assert_eq!(passes.len(), complete, "seed {seed}: who has paid has the code, and nobody else");
        for pass in passes {
            let code = person.get(&format!("/api/passes/{}/code", pass["id"].as_str().expect("an id"))).await;
            assert!(code["code"].is_string(), "seed {seed}: {code}");
        }
    }
    println!("{} purchases started, {} paid, {KILLS} kills\n{report}", observed.started, observed.paid.len());
    assert!(observed.paid.len() > KILLS / 2, "seed {seed}: only {} purchases were paid", observed.paid.len());
}
