//! How often one client may ask for something, and what operators learn of those who are refused.

use crate::harness::site::Site;
use reqwest::header::{COOKIE, RETRY_AFTER};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};

/// A client with its own address.
fn client(last: u8) -> Client {
    let address = IpAddr::V4(Ipv4Addr::new(127, 0, 0, last));
    Client::builder().local_address(address).build().expect("the options are valid")
}

async fn post(http: &Client, url: &str, cookie: &str, body: &Value) -> (StatusCode, bool) {
    let request = http.post(url).header("x-request-client", "test").header(COOKIE, cookie).json(body);
    let response = request.send().await.expect("the site responds");
    (response.status(), response.headers().contains_key(RETRY_AFTER))
}

#[tokio::test]
async fn an_address_that_guesses_passwords_is_refused_and_logged_and_another_is_not() {
    let site = Site::with(&[("RATE_LIMITS", "on"), ("RUST_LOG", "info")]).await;
    let url = format!("{}/api/auth/sign-in", site.url());
    let guess = json!({ "email": "nobody@example.org", "password": "a guess of his" });
    let mut last = (StatusCode::OK, false);
    for _ in 0..25 {
        last = post(&client(1), &url, "", &guess).await;
    }

    assert_eq!(last, (StatusCode::TOO_MANY_REQUESTS, true));
    // For another account, since that of the guesser is throttled by itself.
    let other = json!({ "email": "somebody@example.org", "password": "a guess of hers" });
    assert_eq!(post(&client(2), &url, "", &other).await.0, StatusCode::UNAUTHORIZED);
    let log = site.log();
    let security: Vec<&str> = log.lines().filter(|line| line.contains(" security: ")).collect();
    for text in ["wrong credentials", "too many requests", "127.0.0.1"] {
        assert!(security.iter().any(|line| line.contains(text)), "{text}: {log}");
    }
    assert!(!log.contains("a guess of his"), "{log}");
}

#[tokio::test]
async fn a_user_cannot_avoid_the_limit_with_many_addresses() {
    let site = Site::with(&[("RATE_LIMITS", "on")]).await;
    let (flooder, other) = (site.sign_up("flooder").await, site.sign_up("other").await);
    let url = format!("{}/api/orders", site.url());
    let order = json!({ "ticket_ids": [], "expected_total": { "minor": 1000, "currency": "EUR" } });
    let mut statuses = Vec::new();
    for number in 0..80 {
        statuses.push(post(&client(1 + number % 8), &url, &flooder.cookie, &order).await);
    }

    assert_eq!(statuses.last(), Some(&(StatusCode::TOO_MANY_REQUESTS, true)));
    let others = post(&client(1), &url, &other.cookie, &order).await.0;
    assert_ne!(others, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn whoever_searches_without_end_is_refused_before_whoever_reads() {
    let site = Site::with(&[("RATE_LIMITS", "on")]).await;
    let get = async |http: &Client, path: &str| {
        http.get(format!("{}{path}", site.url())).send().await.expect("the site responds").status()
    };
    let (searcher, reader) = (client(1), client(2));
    let (mut searches, mut reads) = (Vec::new(), Vec::new());
    for _ in 0..400 {
        searches.push(get(&searcher, "/api/shows?search=jazz").await);
        reads.push(get(&reader, "/api/shows").await);
    }

    assert!(searches.contains(&StatusCode::TOO_MANY_REQUESTS));
    assert!(reads.iter().all(|status| *status == StatusCode::OK));
}
