//! Rows about growth: the same operations on a marketplace with few and with many tickets, shows or watchers.

use anyhow::{Context, Result};
use serde_json::json;
use std::time::Duration;

use crate::bench::{Bench, Measurement, Plan};
use crate::client::{Repeat, Work};
use crate::market::{CONCURRENCY, Market};
use crate::row::{Row, Sample, Target};
use crate::site::Site;
use crate::user::User;
use crate::watchers::Watchers;
use crate::{fill, holds};

/// The tickets of the smallest data set, which the others are compared with.
const SMALL: usize = 1_000;
const SIZES: [usize; 2] = [100_000, 1_000_000];
const QUICK_SIZES: [usize; 1] = [100_000];
const WATCHERS: [usize; 2] = [1_000, 10_000];
const QUICK_WATCHERS: [usize; 1] = [1_000];
/// The tickets of a small and of a large show.
const SMALL_SHOW: usize = 50;
const LARGE_SHOW: usize = 50_000;
const QUICK_LARGE_SHOW: usize = 5_000;
/// How many pages of the list of shows come before the deep one, if there are so many.
const DEEP: usize = 200;
/// At most 1.2 times the cost.
const TARGET: Target = Target::Ratio(1.0 / 1.2);

/// A site with something to read and to change.
struct Ground {
    site: Site,
    market: Market,
    show: String,
    deep: String,
    listing: Listing,
    /// How many holds a second are prepared for.
    hold_rate: f64,
}

/// A ticket whose price changes.
#[derive(Clone)]
pub struct Listing {
    pub seller: User,
    pub ticket: String,
    pub version: u64,
}

#[derive(Clone, Copy)]
enum Operation {
    Hold,
    Get(&'static str),
    List,
    Browse(&'static str),
    ShowPage,
    DeepPage,
    Reprice,
}

const OPERATIONS: [(&str, &str, Operation); 8] = [
    ("hold", "hold", Operation::Hold),
    ("list", "list of 50 tickets", Operation::List),
    ("home", "home page", Operation::Browse("/")),
    ("show", "show page", Operation::ShowPage),
    ("search", "search without hits", Operation::Get("/api/shows?search=zyxwvut")),
    ("sort-price", "shows by price", Operation::Get("/api/shows?sort=price")),
    ("deep-page", "deep page of shows", Operation::DeepPage),
    ("reprice", "price change", Operation::Reprice),
];
/// What watchers of another show could slow down.
const BESIDE_WATCHERS: [&str; 4] = ["hold", "list", "show", "reprice"];

/// Data sets of different sizes.
///
/// # Errors
/// If a site does not answer as expected.
pub fn measure(plan: &Plan, rows: &mut Vec<Row>) -> Result<()> {
    let sizes: &[usize] = if plan.quick { &QUICK_SIZES } else { &SIZES };
    for &tickets in sizes {
        let name = |operation: &str| format!("growth-{tickets}-{operation}");
        if !OPERATIONS.iter().any(|(operation, ..)| plan.includes(&name(operation))) {
            continue;
        }
        let mut grounds = (Ground::open(tickets)?, Ground::open(SMALL)?);
        for (operation, text, kind) in OPERATIONS {
            let row = Measurement {
                name: name(operation),
                operation: format!("{text}, with {tickets} tickets in {} shows", tickets / fill::TICKETS_PER_SHOW),
                limit: "with 1000 in 100",
                target: TARGET,
            };
            rows.extend(row.run(
                plan,
                &mut grounds,
                |(large, _)| large.sample(kind, plan.duration),
                |(_, small)| small.sample(kind, plan.duration),
            )?);
        }
    }
    Ok(())
}

/// Watchers of another show.
///
/// # Errors
/// If a site does not answer as expected.
pub fn measure_watchers(plan: &Plan, rows: &mut Vec<Row>) -> Result<()> {
    let numbers: &[usize] = if plan.quick { &QUICK_WATCHERS } else { &WATCHERS };
    for &wanted in numbers {
        let name = |operation: &str| format!("watchers-{wanted}-{operation}");
        let operations = OPERATIONS.iter().filter(|(operation, ..)| BESIDE_WATCHERS.contains(operation));
        let selected: Vec<_> = operations.filter(|(operation, ..)| plan.includes(&name(operation))).collect();
        if selected.is_empty() {
            continue;
        }
        let mut grounds = (Ground::open(SMALL)?, Ground::open(SMALL)?);
        let watched = grounds.0.market.create_show("Watched")?;
        let before = grounds.0.site.resident_megabytes()?;
        let watchers = Watchers::open(&grounds.0.site, &format!("/api/shows/{watched}/live"), wanted)?;
        let each =
            (grounds.0.site.resident_megabytes()? - before) * 1e3 / crate::client::count(watchers.accepted.max(1));
        let note = format!("{} of {wanted} feeds were accepted, {each:.0} kB each", watchers.accepted);
        for (operation, text, kind) in selected {
            let row = Measurement {
                name: name(operation),
                operation: format!("{text}, with {wanted} watchers of another show"),
                limit: "without",
                target: TARGET,
            };
            let row = row.run(
                plan,
                &mut grounds,
                |(watched, _)| watched.sample(*kind, plan.duration),
                |(_, without)| without.sample(*kind, plan.duration),
            )?;
            rows.extend(row.map(|row| Row { incomplete: watchers.accepted < wanted, ..row.with_note(note.clone()) }));
        }
        watchers.close();
    }
    Ok(())
}

/// A change of a ticket's price, in a small and in a large show.
///
/// # Errors
/// If the site does not answer as expected.
pub fn measure_large_show(plan: &Plan, bench: &mut Bench, rows: &mut Vec<Row>) -> Result<()> {
    let tickets = if plan.quick { QUICK_LARGE_SHOW } else { LARGE_SHOW };
    let row = Measurement {
        name: "reprice".to_owned(),
        operation: format!("price change in a show of {tickets}, one at a time"),
        limit: "in a show of 50",
        target: TARGET,
    };
    if !plan.includes(&row.name) {
        return Ok(());
    }
    let large = bench.market.create_show("Stadium")?;
    let last = bench.market.list(&large, 1)?.remove(0);
    Market::send_listings(&bench.site, bench.market.listings(&large, tickets))?;
    let small = bench.market.create_show("Cellar")?;
    let first = bench.market.list(&small, SMALL_SHOW)?.remove(0);
    bench.site.settle()?;
    let listing = |ticket| Listing { seller: bench.market.seller.clone(), ticket, version: 1 };
    let mut sides = (&mut bench.site, listing(last), listing(first));
    rows.extend(row.run(
        plan,
        &mut sides,
        |(site, large, _)| Bench::sample(site, vec![Reprice::new(large)], plan.duration, 200),
        |(site, _, small)| Bench::sample(site, vec![Reprice::new(small)], plan.duration, 200),
    )?);
    Ok(())
}

impl Ground {
    fn open(tickets: usize) -> Result<Ground> {
        let mut site = Site::embedded(fill::copy(&fill::data_set(tickets)?)?, &[])?;
        let mut market = Market::open(&site)?;
        let show = market.create_show("On sale")?;
        let ticket = market.list(&show, SMALL_SHOW)?.remove(0);
        site.settle()?;
        let deep = deep_page(&mut market)?;
        let listing = Listing { seller: market.seller.clone(), ticket, version: 1 };
        Ok(Ground { site, market, show, deep, listing, hold_rate: holds::FIRST_RATE })
    }

    fn sample(&mut self, operation: Operation, duration: Duration) -> Result<Sample> {
        let nobody = User::default();
        let request = match operation {
            Operation::Hold => return holds::hold(&mut self.market, &mut self.site, duration, &mut self.hold_rate),
            Operation::Reprice => {
                return Bench::sample(&mut self.site, vec![Reprice::new(&mut self.listing)], duration, 200);
            }
            Operation::Get(path) => nobody.get(path),
            Operation::List => nobody.get(&format!("/api/shows/{}/tickets", self.show)),
            Operation::Browse(path) => nobody.browse(path),
            Operation::ShowPage => nobody.browse(&format!("/shows/{}", self.show)),
            Operation::DeepPage => nobody.get(&self.deep),
        };
        let works = (0..CONCURRENCY).map(|_| Repeat(request.clone())).collect();
        Bench::sample(&mut self.site, works, duration, 200)
    }
}

/// The address of a full page deep in the list of shows, or of the last full page.
fn deep_page(market: &mut Market) -> Result<String> {
    let (mut address, mut next) = (String::new(), "/api/shows".to_owned());
    for _ in 0..DEEP {
        let page = market.api.call(&User::default().get(&next)).context("the list of shows")?;
        let Some(cursor) = page["next"].as_str() else { break };
        address = std::mem::replace(&mut next, format!("/api/shows?cursor={cursor}"));
    }
    Ok(address)
}

/// Changes the price of one ticket again and again.
struct Reprice<'a> {
    listing: &'a mut Listing,
    current: Vec<u8>,
}

impl<'a> Reprice<'a> {
    fn new(listing: &'a mut Listing) -> Self {
        Reprice { listing, current: Vec::new() }
    }
}

impl Work for Reprice<'_> {
    fn next(&mut self) -> Option<&[u8]> {
        let Listing { seller, ticket, version } = &*self.listing;
        let body = json!({ "price": { "minor": 1000 + version % 100, "currency": "EUR" }, "version": version });
        self.current = seller.request("PUT", &format!("/api/tickets/{ticket}"), Some(&body));
        Some(&self.current)
    }

    fn completes(&mut self, status: u16, _body: &[u8]) -> bool {
        self.listing.version += u64::from(status == 200);
        true
    }
}
