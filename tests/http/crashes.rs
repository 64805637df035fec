//! `kill -9` at random moments of purchases under load: all that was promised still holds.

use crate::money::rests;
use crate::site::{Person, Site};
use futures::future::join_all;
use rand::{Rng, SeedableRng, rngs::StdRng};
use reqwest::Method;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often the process is killed.
const KILLS: usize = 50;
/// How many people buy at the same time.
const BUYERS: usize = 6;
/// How many shows there are, and tickets for each: more than can be bought meanwhile.
const SHOWS: usize = 30;
const TICKETS_PER_SHOW: usize = 50;
/// How long everything may take to come to rest after the last kill.
const REST_TIMEOUT: Duration = Duration::from_secs(150);

/// What a buyer was told.
#[derive(Default)]
struct Told {
    /// Orders whose payment was answered with a yes.
    paid: Vec<(usize, String)>,
    /// Purchases that were begun.
    begun: usize,
}

/// Buys until told to stop. The process dies all the time; a buyer simply goes on.
async fn buys(
    number: usize,
    person: Person,
    tickets: Vec<String>,
    stop: Arc<AtomicBool>,
    told: Arc<Mutex<Told>>,
    seed: u64,
) {
    let mut dice = StdRng::seed_from_u64(seed);
    for ticket in tickets {
        if stop.load(Ordering::SeqCst) {
            return;
        }
        told.lock().expect("nobody panics with it").begun += 1;
        let Ok(held) = person.holds(&ticket).await else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let Some(order) = held.json()["id"].as_str().map(str::to_owned) else { continue };
        let card = if dice.random_bool(0.2) { "pm_card_chargeDeclined" } else { "pm_card_visa" };
        match dice.random_range(0..10) {
            0 => continue,
            1 => drop(person.send(Method::DELETE, &format!("/api/orders/{order}"), None).await),
            _ => {
                let Ok(answer) = person.pays(&order, card).await else { continue };
                if answer.status.is_success()
                    && ["authorized", "captured"].iter().any(|state| answer.json()["state"] == *state)
                {
                    told.lock().expect("nobody panics with it").paid.push((number, order));
                } else if answer.status == 422 {
                    let _ = person.send(Method::DELETE, &format!("/api/orders/{order}"), None).await;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_was_promised_is_lost_when_the_process_is_killed_50_times() {
    let seed: u64 = rand::rng().random();
    println!("seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let mut site = Site::with(&[("HOLD_SECONDS", "4")]).await;
    let seller = site.person("seller").await;
    let people = join_all((0..BUYERS).map(|_| site.person("buyer"))).await;
    let mut tickets = vec![Vec::new(); BUYERS];
    for number in 0..SHOWS {
        let show = seller.announces(&format!("Night {number}")).await;
        for (number, ticket) in seller.lists(&show, TICKETS_PER_SHOW).await.into_iter().enumerate() {
            // Each ticket is wanted by two.
            tickets[number % BUYERS].push(ticket.clone());
            tickets[(number + 1) % BUYERS].push(ticket);
        }
    }
    let (stop, told) = (Arc::new(AtomicBool::default()), Arc::new(Mutex::new(Told::default())));
    let buying: Vec<_> = people
        .iter()
        .cloned()
        .zip(tickets)
        .enumerate()
        .map(|(number, (person, tickets))| {
            tokio::spawn(buys(number, person, tickets, stop.clone(), told.clone(), dice.random()))
        })
        .collect();

    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(dice.random_range(20..400))).await;
        site.kill().await;
        site.start().await;
    }
    stop.store(true, Ordering::SeqCst);
    join_all(buying).await;

    // A hold whose payment was declined lasts two minutes more; there is no need to wait for those.
    for person in &people {
        let held = person.get("/api/orders").await;
        let held = held["items"].as_array().expect("a list").iter().filter(|order| order["state"] == "held");
        for order in held.filter(|order| order["payment"]["state"] == "declined") {
            let path = format!("/api/orders/{}", order["id"].as_str().expect("an id"));
            let _ = person.send(Method::DELETE, &path, None).await;
        }
    }

    let report = rests(&site, REST_TIMEOUT).await;
    let told = std::mem::take(&mut *told.lock().expect("nobody panics with it"));
    for (number, order) in &told.paid {
        let order = people[*number].get(&format!("/api/orders/{order}")).await;
        assert_eq!(order["state"], json!("complete"), "seed {seed}: it was paid: {order}");
    }
    println!("{} purchases begun, {} paid, {KILLS} kills\n{report}", told.begun, told.paid.len());
    assert!(told.paid.len() > KILLS / 2, "seed {seed}: there was no load to speak of: {}", told.paid.len());
}
