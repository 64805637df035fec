//! How often a client may do what: the classes of requests, and what each request costs.

use axum::http::{Method, Uri};
use std::num::NonZeroU32;

/// Requests that share a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Takes a password or a secret sent by mail: a guesser needs many.
    Credentials,
    /// Changes something: orders, payments, listings, shows, payouts.
    Change,
    /// Pages and reads.
    Read,
}

/// What a network or a user may spend: so much in a row, and so much per minute after that.
#[derive(Clone, Copy)]
pub struct Budget {
    pub burst: NonZeroU32,
    pub per_minute: NonZeroU32,
}

const fn budget(burst: u32, per_minute: u32) -> Budget {
    Budget {
        burst: NonZeroU32::new(burst).expect("not zero"),
        per_minute: NonZeroU32::new(per_minute).expect("not zero"),
    }
}

impl Class {
    pub const ALL: [Class; 3] = [Class::Credentials, Class::Change, Class::Read];

    /// A household or an office shares an address. Somebody who buys changes a few things a minute; a page costs a handful of reads.
    pub const fn of_network(self) -> Budget {
        match self {
            Class::Credentials => budget(20, 10),
            Class::Change => budget(200, 120),
            Class::Read => budget(1_200, 1_200),
        }
    }

    /// One person, in a few tabs, wherever they are.
    pub const fn of_user(self) -> Budget {
        match self {
            Class::Credentials => budget(20, 10),
            Class::Change => budget(60, 40),
            Class::Read => budget(600, 600),
        }
    }
}

/// The calls that take a password or a secret, under `/api/auth/` and `/forms/`.
const CREDENTIALS: [&str; 15] = [
    "sign-in",
    "sign-up",
    "forgot",
    "reset",
    "verify",
    "password",
    "email",
    "close",
    "sessions",
    "send-verification",
    "change-email",
    "change-password",
    "close-account",
    "revoke-session",
    "revoke-other-sessions",
];

/// What a device at a door sends all evening: a scan every few seconds. All devices of a venue may share an address.
const DOOR_CALLS: [&str; 3] = ["/door/list", "/door/scans", "/door/undo"];

/// A page renders on the server and makes several reads.
const PAGE_COST: u32 = 4;
/// Searching and sorting read more rows than they return, and so does whatever comes after a cursor.
const EXPENSIVE_COST: u32 = 4;
const EXPENSIVE_FIELDS: [&str; 4] = ["search", "sort", "together", "cursor"];

/// The class of a request, and its cost; `None` for what is not limited: probes, the client's files, webhooks, which are signed,
/// and feeds, which have slots.
pub fn classify(method: &Method, uri: &Uri) -> Option<(Class, u32)> {
    let path = uri.path();
    let exempt = ["/health/", "/assets/", "/scanner/", "/wasm/", "/webhooks/"];
    if exempt.iter().any(|prefix| path.starts_with(prefix)) || path.ends_with("/live") {
        return None;
    }
    let credential = path.strip_prefix("/api/auth/").or_else(|| path.strip_prefix("/forms/"));
    if DOOR_CALLS.iter().any(|call| path.ends_with(call)) {
        return Some((Class::Read, EXPENSIVE_COST));
    }
    if !method.is_safe() {
        let takes_secret = credential.is_some_and(|call| CREDENTIALS.contains(&call));
        return Some((if takes_secret { Class::Credentials } else { Class::Change }, 1));
    }
    let fields = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
    let expensive = fields.filter(|(name, value)| !value.is_empty() && EXPENSIVE_FIELDS.contains(name)).count() > 0;
    let base = if path.starts_with("/api/") { 1 } else { PAGE_COST };
    Some((Class::Read, if expensive { base + EXPENSIVE_COST } else { base }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(method: Method, uri: &str) -> Option<(Class, u32)> {
        classify(&method, &uri.parse().expect("a URI"))
    }

    #[test]
    fn whatever_takes_a_secret_has_the_smallest_budget() {
        for call in CREDENTIALS {
            for folder in ["/api/auth", "/forms"] {
                let class = class(Method::POST, &format!("{folder}/{call}"));
                assert_eq!(class, Some((Class::Credentials, 1)), "{folder}/{call}");
            }
        }
    }

    #[test]
    fn every_change_is_limited() {
        for path in ["/api/orders", "/api/payments", "/api/tickets", "/api/shows", "/api/account/payouts", "/forms/pay"]
        {
            assert_eq!(class(Method::POST, path), Some((Class::Change, 1)), "{path}");
        }
    }

    #[test]
    fn a_door_scans_faster_than_people_change_things() {
        for call in DOOR_CALLS {
            assert_eq!(class(Method::POST, &format!("/api/shows/1{call}")), Some((Class::Read, EXPENSIVE_COST)));
        }
        assert_eq!(class(Method::POST, "/api/shows/1/door/link"), Some((Class::Change, 1)));
    }

    #[test]
    fn searches_and_deep_pages_cost_more() {
        let cost = |uri| class(Method::GET, uri).map(|(_, cost)| cost);
        assert!(cost("/api/shows") < cost("/api/shows?cursor=abc"));
        assert!(cost("/api/shows/1/tickets") < cost("/api/shows/1/tickets?sort=price"));
        assert!(cost("/api/shows") < cost("/") && cost("/") < cost("/?search=jazz"));
        assert_eq!(cost("/api/shows?cursor="), cost("/api/shows"));
    }

    #[test]
    fn probes_files_webhooks_and_feeds_are_not_limited() {
        for uri in
            ["/health/ready", "/assets/a.css", "/wasm/a.wasm", "/webhooks/stripe", "/api/live", "/api/shows/1/live"]
        {
            assert_eq!(class(Method::GET, uri), None, "{uri}");
        }
    }
}
