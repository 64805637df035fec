//! Pages as the server renders them: readable without script, with security headers; and the live feeds.

use crate::harness::site::Site;
use reqwest::redirect::Policy;
use reqwest::{Method, Response, StatusCode};
use std::time::Duration;

const FEED_TIMEOUT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn home_show_and_ticket_have_titles_and_prices_in_their_html() {
    let site = Site::new().await;
    let seller = site.sign_up("seller").await;
    let show = seller.create_show("The Long Note").await;
    let ticket = seller.list_tickets(&show, 2).await.remove(0);

    for path in ["/".to_owned(), format!("/shows/{show}"), format!("/tickets/{ticket}")] {
        let page = site.anonymous().send(Method::GET, &path, None).await.expect("the site responds");
        assert_eq!(page.status, StatusCode::OK, "{path}");
        // The data for hydration is base64, so these matches are in the markup.
        assert!(page.text.contains("The Long Note"), "{path}");
        assert!(page.text.contains("€10.00"), "{path}");
    }
    let found = site.anonymous().send(Method::GET, "/?search=long%20note", None).await.expect("the site responds");
    assert!(found.text.contains("The Long Note"));
    let missed = site.anonymous().send(Method::GET, "/?search=nowhere", None).await.expect("the site responds");
    assert!(!missed.text.contains("The Long Note"));
}

#[tokio::test]
async fn every_page_has_security_headers() {
    let site = Site::new().await;

    let page = site.anonymous().send(Method::GET, "/", None).await.expect("the site responds");

    let header =
        |name: &str| page.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("'wasm-unsafe-eval'"), "{policy}");
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains("http"),
        "{policy}"
    );
    assert!(policy.contains("'sha256-"), "the framework's inline scripts are allowed by their hashes: {policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cache-control"), "no-store");
    assert!(
        !page.text.contains("src=\"http") && !page.text.contains("href=\"http"),
        "everything is loaded from the site itself"
    );
}

#[tokio::test]
async fn large_responses_are_compressed_and_hashed_assets_are_cached() {
    let site = Site::new().await;
    let http = reqwest::Client::builder().no_brotli().no_gzip().build().expect("a client can be built");
    let get = async |path: &str| {
        let request = http.get(format!("{}{path}", site.url())).header("accept-encoding", "br");
        request.send().await.expect("the site responds")
    };
    let page = site.anonymous().send(Method::GET, "/", None).await.expect("the site responds").text;
    let script = page.split('"').find(|part| part.ends_with(".js")).expect("a page has its script");
    let script = script.trim_start_matches("/.");

    assert_eq!(get("/").await.headers()["content-encoding"], "br");
    let asset = get(script).await;
    assert_eq!(asset.status(), StatusCode::OK, "{script}");
    assert_eq!(asset.headers()["content-encoding"], "br", "{script}");
    assert!(asset.headers()["cache-control"].to_str().is_ok_and(|value| value.contains("immutable")), "{script}");
}

/// Reads a live feed until it contains all of these texts. Returns what it contains if that takes too long.
async fn read_until(feed: &mut Response, expected: &[&str]) -> Result<(), String> {
    let mut read = String::new();
    let reading = async {
        while !expected.iter().all(|text| read.contains(text)) {
            let chunk = feed.chunk().await.expect("the feed is open").expect("the feed does not end");
            read.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    let result = tokio::time::timeout(FEED_TIMEOUT, reading).await;
    result.map_err(|_| read)
}

#[tokio::test]
async fn the_feed_of_a_show_sends_a_greeting_and_every_change() {
    let site = Site::new().await;
    let (seller, buyer) = (site.sign_up("seller").await, site.sign_up("buyer").await);
    let show = seller.create_show("Watched").await;
    let url = format!("{}/api/shows/{show}/live", site.url());
    let mut feed = reqwest::get(url).await.expect("the site responds");
    let ticket = seller.list_tickets(&show, 1).await.remove(0);
    buyer.hold(&ticket).await.expect("the site responds");

    assert_eq!(read_until(&mut feed, &["event: hello", "\"on_sale\"", "\"held\""]).await, Ok(()));
    let unknown = format!("{}/api/shows/018f0000-0000-7000-8000-000000000000/live", site.url());
    assert_eq!(reqwest::get(unknown).await.expect("the site responds").status(), 404);
}

#[tokio::test]
async fn the_feed_of_a_user_contains_only_their_own_tickets_and_orders() {
    let site = Site::new().await;
    let (seller, buyer, other) =
        (site.sign_up("seller").await, site.sign_up("buyer").await, site.sign_up("other").await);
    let show = seller.create_show("Watched").await;
    let mut feeds = Vec::new();
    for user in [&seller, &buyer, &other] {
        let request = reqwest::Client::new().get(format!("{}/api/live", site.url())).header("cookie", &user.cookie);
        feeds.push(request.send().await.expect("the site responds"));
    }
    let ticket = seller.list_tickets(&show, 1).await.remove(0);
    buyer.hold(&ticket).await.expect("the site responds");
    let own = other.list_tickets(&show, 1).await.remove(0);

    assert_eq!(read_until(&mut feeds[0], &["event: hello", &ticket, "\"held\""]).await, Ok(()));
    assert_eq!(read_until(&mut feeds[1], &["event: hello", "event: order"]).await, Ok(()));
    let mut read = String::new();
    while !read.contains(&own) {
        read.push_str(&String::from_utf8_lossy(
            &feeds[2].chunk().await.expect("the feed is open").expect("the feed does not end"),
        ));
    }
    assert!(!read.contains(&ticket) && !read.contains("event: order"), "{read}");
    let signed_out = reqwest::get(format!("{}/api/live", site.url())).await.expect("the site responds");
    assert_eq!(signed_out.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_page_is_rendered_in_the_chosen_or_preferred_language() {
    let site = Site::new().await;
    let http = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client can be built");
    let load = async |accept: &str, cookie: &str| {
        let request = http.get(site.url()).header("accept-language", accept).header("cookie", cookie);
        request.send().await.expect("the site responds").text().await.expect("it is text")
    };

    assert!(load("de-CH,en;q=0.5", "").await.contains("<html lang=\"de\" dir=\"ltr\">"));
    let arabic = load("ar", "").await;
    assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\">") && arabic.contains("تذاكر من المعجبين"));
    assert!(arabic.contains("/locales/ar") || arabic.contains("/assets/ar"), "the page loads its locale");

    let chosen = http.post(format!("{}/forms/language", site.url())).header("origin", site.url());
    let chosen = chosen.body("language=fr&back=%2Fsell").send().await.expect("the site responds");
    assert_eq!(chosen.headers()["location"], "/sell");
    let cookie = chosen.headers()["set-cookie"].to_str().expect("it is text").split(';').next().unwrap_or_default();
    assert!(load("de", cookie).await.contains("<html lang=\"fr\""), "the chosen language overrides the preferred one");
}
