//! The people and tickets of a measured site, made through its API.

use anyhow::{Context, Result};
use chrono::DateTime;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::client::{Load, Queue, closed_loop};
use crate::site::Site;
use crate::user::{Api, User};
use std::time::Duration;

/// How many requests are under way at once, and how many people buy.
pub const CONCURRENCY: usize = 64;
/// At most so many tickets for a show go to one buyer, and so many seats into one listing.
const TICKETS_PER_BUYER: usize = 8;
pub const SEATS_PER_LISTING: usize = 100;
/// Listings that are under way at once.
const LISTING_CONCURRENCY: usize = 4;
const SHOW_TICKETS: usize = CONCURRENCY * TICKETS_PER_BUYER;
/// Half a year: shows in the benchmark are in the future for as long as it runs.
const UNTIL_SHOW: Duration = Duration::from_secs(180 * 86_400);
const LISTING_TIMEOUT: Duration = Duration::from_secs(600);

/// A seller, buyers, and tickets that nobody holds yet.
pub struct Market {
    pub api: Api,
    pub seller: User,
    pub buyers: Vec<User>,
    /// For each buyer, requests that hold tickets which nobody else wants.
    pub stock: Vec<Vec<Vec<u8>>>,
    shows: usize,
    /// The rows whose seats have tickets.
    rows: usize,
}

impl Market {
    /// Signs everybody up.
    pub fn open(site: &Site) -> Result<Market> {
        let mut api = Api::open(site.addresses[0])?;
        let seller = api.sign_up("seller")?;
        let mut market = Market::with(api, seller);
        let buyers = (0..CONCURRENCY).map(|number| market.api.sign_up(&format!("buyer-{number}")));
        market.buyers = buyers.collect::<Result<_>>()?;
        Ok(market)
    }

    /// Without buyers.
    pub fn with(api: Api, seller: User) -> Market {
        Market { api, seller, buyers: Vec::new(), stock: vec![Vec::new(); CONCURRENCY], shows: 0, rows: 0 }
    }

    /// Announces a show and returns its id.
    pub fn create_show(&mut self, title: &str) -> Result<String> {
        let starts_at = SystemTime::now().duration_since(UNIX_EPOCH)? + UNTIL_SHOW;
        let starts_at = DateTime::from_timestamp(i64::try_from(starts_at.as_secs())?, 0).context("a date")?;
        let body = json!({
            "title": title, "venue": "Tempodrom", "city": "Berlin", "country": "Germany", "category": "concert",
            "starts_at": starts_at.format("%Y-%m-%dT20:00:00Z").to_string(), "time_zone": "Europe/Berlin", "currency": "EUR",
        });
        let show = self.api.call(&self.seller.post("/api/shows", &body))?;
        id(&show)
    }

    /// Requests that list so many tickets of a show for €10.00 each.
    pub fn listings(&mut self, show: &str, tickets: usize) -> Vec<Vec<u8>> {
        let first = self.rows;
        self.rows += tickets.div_ceil(SEATS_PER_LISTING);
        let rows = (first..self.rows).map(|row| {
            let seats = SEATS_PER_LISTING.min(tickets - (row - first) * SEATS_PER_LISTING);
            let seats: Vec<Value> =
                (1..=seats).map(|seat| json!({ "row": row.to_string(), "seat": seat.to_string() })).collect();
            let price = json!({ "minor": 1000, "currency": "EUR" });
            self.seller
                .post("/api/tickets", &json!({ "show_id": show, "price": price, "face_value": null, "seats": seats }))
        });
        rows.collect()
    }

    /// Lists tickets and returns their ids.
    pub fn list(&mut self, show: &str, tickets: usize) -> Result<Vec<String>> {
        let mut ids = Vec::new();
        for listing in self.listings(show, tickets) {
            let listed = self.api.call(&listing)?;
            ids.extend(listed.as_array().context("a list")?.iter().map(id).collect::<Result<Vec<_>>>()?);
        }
        Ok(ids)
    }

    /// Lists more tickets until there are enough for so many holds, and waits until every service has them.
    pub fn stock_up(&mut self, site: &mut Site, holds: usize) -> Result<()> {
        while self.stock.iter().map(Vec::len).min().unwrap_or_default() * CONCURRENCY < holds {
            let show = self.create_show(&format!("Night {}", self.shows))?;
            self.shows += 1;
            for (number, ticket) in self.list(&show, SHOW_TICKETS)?.into_iter().enumerate() {
                let buyer = number % CONCURRENCY;
                self.stock[buyer].push(self.buyers[buyer].hold(&ticket));
            }
        }
        site.settle().map(drop)
    }

    /// Sends prepared listings, several at once.
    pub fn send_listings(site: &Site, mut listings: Vec<Vec<u8>>) -> Result<Load> {
        let share = listings.len().div_ceil(LISTING_CONCURRENCY).max(1);
        let mut shares: Vec<Vec<Vec<u8>>> = Vec::new();
        while !listings.is_empty() {
            shares.push(listings.split_off(listings.len().saturating_sub(share)));
        }
        let works = shares.iter_mut().map(Queue::until_all_are_empty).collect();
        closed_loop(&site.addresses, works, LISTING_TIMEOUT, 200)
    }
}

/// The id in an object of the API.
pub fn id(object: &Value) -> Result<String> {
    object["id"].as_str().map(str::to_owned).with_context(|| format!("no id: {object}"))
}
