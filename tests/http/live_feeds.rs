//! Live feeds: how many one client may have, and when they end.

use crate::harness::http_user::HttpUser;
use crate::harness::site::Site;
use reqwest::header::{COOKIE, RETRY_AFTER};
use reqwest::{Client, Method, Response, StatusCode};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// More feeds than one address may have.
const TOO_MANY: usize = 140;
/// The session is checked at each heartbeat, every ten seconds.
const TIMEOUT: Duration = Duration::from_secs(40);

async fn open(http: &Client, url: &str, cookie: &str) -> Response {
    http.get(url).header(COOKIE, cookie).send().await.expect("the site responds")
}

#[tokio::test]
async fn one_address_cannot_take_the_feeds_of_another() {
    let site = Site::with(&[("RATE_LIMITS", "on")]).await;
    let seller = site.sign_up("seller").await;
    let show = seller.create_show("Crowded").await;
    let url = format!("{}/api/shows/{show}/live", site.url());
    let (mut feeds, mut refused) = (Vec::new(), None);
    for _ in 0..TOO_MANY {
        let feed = open(&Client::new(), &url, "").await;
        if feed.status() == StatusCode::OK {
            feeds.push(feed);
        } else {
            refused = Some(feed);
            break;
        }
    }

    let refused = refused.expect("one of so many feeds is refused");
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers().contains_key(RETRY_AFTER));
    let other = Client::builder().local_address(IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2))).build();
    let other = open(&other.expect("the options are valid"), &url, "").await;
    assert_eq!(other.status(), StatusCode::OK);
    // Who has no slot may still use the site.
    let shows = site.anonymous().send(Method::GET, "/api/shows", None).await.expect("the site responds");
    assert_eq!(shows.status, StatusCode::OK);
    drop(feeds);
}

#[tokio::test]
async fn the_feed_of_a_user_ends_when_the_session_is_gone() {
    let site = Site::new().await;
    let (leaver, stayer) = (site.sign_up("leaver").await, site.sign_up("stayer").await);
    let url = format!("{}/api/live", site.url());
    let (mut ending, mut staying) =
        (open(&Client::new(), &url, &leaver.cookie).await, open(&Client::new(), &url, &stayer.cookie).await);

    let signed_out = leaver.send(Method::POST, "/api/auth/sign-out", None).await.expect("the site responds");
    assert_eq!(signed_out.status, StatusCode::OK);

    let end = async { while let Ok(Some(_)) = ending.chunk().await {} };
    assert!(tokio::time::timeout(TIMEOUT, end).await.is_ok(), "the feed of an ended session goes on");
    let mut text = String::new();
    while !text.contains("event: beat") {
        let chunk = tokio::time::timeout(TIMEOUT, staying.chunk()).await.expect("there is a heartbeat");
        text.push_str(&String::from_utf8_lossy(&chunk.expect("the feed is open").expect("the feed does not end")));
    }
    assert!(text.contains("event: beat\ndata: "), "browsers drop events without data: {text}");
}

/// Reads a feed until it has sent this text, and returns all of it.
async fn read_until(feed: &mut Response, expected: &str) -> String {
    let mut text = String::new();
    while !text.contains(expected) {
        let chunk =
            tokio::time::timeout(TIMEOUT, feed.chunk()).await.unwrap_or_else(|_| panic!("no {expected}: {text}"));
        text.push_str(&String::from_utf8_lossy(&chunk.expect("the feed is open").expect("the feed does not end")));
    }
    text
}

#[tokio::test]
async fn one_feed_has_what_all_tabs_of_a_browser_follow_and_nothing_of_others() {
    let site = Site::new().await;
    let (seller, buyer) = (site.sign_up("seller").await, site.sign_up("buyer").await);
    let mut shows = Vec::new();
    for title in ["First", "Second", "Not followed"] {
        shows.push(seller.create_show(title).await);
    }
    let id = async |user: &HttpUser| user.get("/api/auth/me").await["id"].as_str().expect("it has an id").to_owned();
    let (buyer_id, seller_id) = (id(&buyer).await, id(&seller).await);
    let url = |users: &str| format!("{}/api/tabs/live?shows={},{}&users={users}", site.url(), shows[0], shows[1]);

    let mut feed = open(&Client::new(), &url(&buyer_id), &buyer.cookie).await;
    // The tabs of a browser in which somebody else has signed in since.
    let mut foreign = open(&Client::new(), &url(&seller_id), &buyer.cookie).await;
    read_until(&mut feed, "event: hello").await;
    read_until(&mut foreign, "event: hello").await;
    seller.list_tickets(&shows[2], 1).await;
    let first = seller.list_tickets(&shows[0], 1).await.remove(0);
    let second = seller.list_tickets(&shows[1], 1).await.remove(0);

    let text = read_until(&mut feed, &second).await;
    assert!(text.contains(&first) && !text.contains(&shows[2]), "{text}");
    buyer.hold_free(&first).await;
    let own = read_until(&mut feed, "event: own").await;
    assert!(!own.contains("event: order"), "{own}");
    assert!(own.contains("event: own\ndata: "), "browsers drop events without data: {own}");
    let last = seller.list_tickets(&shows[1], 1).await.remove(0);
    let text = read_until(&mut foreign, &last).await;
    assert!(text.contains(&first) && !text.contains("event: own"), "{text}");

    assert!(site.operators_page("/metrics").await.contains("live_feeds_open 2"), "each feed counts once");
    let nothing = open(&Client::new(), &format!("{}/api/tabs/live?users={buyer_id}", site.url()), "").await;
    assert_eq!(nothing.status(), StatusCode::UNAUTHORIZED);
}
