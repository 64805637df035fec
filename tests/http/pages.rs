//! Pages as they come from the server: readable before any script runs, and guarded.

use crate::site::Site;
use reqwest::redirect::Policy;
use reqwest::{Method, Response, StatusCode};
use std::time::Duration;

#[tokio::test]
async fn home_show_and_ticket_have_titles_and_prices_in_their_html() {
    let site = Site::new().await;
    let seller = site.person("seller").await;
    let show = seller.announces("The Long Note").await;
    let ticket = seller.lists(&show, 2).await.remove(0);

    for path in ["/".to_owned(), format!("/shows/{show}"), format!("/tickets/{ticket}")] {
        let page = site.stranger().send(Method::GET, &path, None).await.expect("the site is up");
        assert_eq!(page.status, StatusCode::OK, "{path}");
        // What hydration needs is there as well, but it is base64: this is the page itself.
        assert!(page.text.contains("The Long Note"), "{path}");
        assert!(page.text.contains("€10.00"), "{path}");
    }
    let found = site.stranger().send(Method::GET, "/?search=long%20note", None).await.expect("the site is up");
    assert!(found.text.contains("The Long Note"));
    let missed = site.stranger().send(Method::GET, "/?search=nowhere", None).await.expect("the site is up");
    assert!(!missed.text.contains("The Long Note"));
}

#[tokio::test]
async fn every_page_says_what_the_browser_may_do() {
    let site = Site::new().await;

    let page = site.stranger().send(Method::GET, "/", None).await.expect("the site is up");

    let header =
        |name: &str| page.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("'wasm-unsafe-eval'"), "{policy}");
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'") && !policy.contains("http"),
        "{policy}"
    );
    assert!(policy.contains("'sha256-"), "the framework's own inline scripts are named by their hashes: {policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cache-control"), "no-store");
    assert!(!page.text.contains("src=\"http") && !page.text.contains("href=\"http"), "nothing comes from elsewhere");
}

#[tokio::test]
async fn what_is_large_is_compressed_and_what_is_hashed_is_kept() {
    let site = Site::new().await;
    let http = reqwest::Client::builder().no_brotli().no_gzip().build().expect("a client can be built");
    let get = async |path: &str| {
        let request = http.get(format!("{}{path}", site.url())).header("accept-encoding", "br");
        request.send().await.expect("the site is up")
    };
    let page = site.stranger().send(Method::GET, "/", None).await.expect("the site is up").text;
    let script = page.split('"').find(|part| part.ends_with(".js")).expect("a page has its script");
    let script = script.trim_start_matches("/.");

    assert_eq!(get("/").await.headers()["content-encoding"], "br");
    let asset = get(script).await;
    assert_eq!(asset.status(), StatusCode::OK, "{script}");
    assert_eq!(asset.headers()["content-encoding"], "br", "{script}");
    assert!(asset.headers()["cache-control"].to_str().is_ok_and(|value| value.contains("immutable")), "{script}");
}

/// Reads a live feed until it has said all of that; what it said, if it does not.
async fn hears(feed: &mut Response, wanted: &[&str]) -> Result<(), String> {
    let mut read = String::new();
    let reading = async {
        while !wanted.iter().all(|text| read.contains(text)) {
            let chunk = feed.chunk().await.expect("it goes on").expect("it does not end");
            read.push_str(&String::from_utf8_lossy(&chunk));
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(10), reading).await;
    told.map_err(|_| read)
}

#[tokio::test]
async fn the_live_feed_greets_and_then_tells_every_change() {
    let site = Site::new().await;
    let (seller, buyer) = (site.person("seller").await, site.person("buyer").await);
    let show = seller.announces("Watched").await;
    let url = format!("{}/api/shows/{show}/live", site.url());
    let mut feed = reqwest::get(url).await.expect("the site is up");
    let ticket = seller.lists(&show, 1).await.remove(0);
    buyer.holds(&ticket).await.expect("the site is up");

    assert_eq!(hears(&mut feed, &["event: hello", "\"on_sale\"", "\"held\""]).await, Ok(()));
    let unknown = format!("{}/api/shows/018f0000-0000-7000-8000-000000000000/live", site.url());
    assert_eq!(reqwest::get(unknown).await.expect("the site is up").status(), 404);
}

#[tokio::test]
async fn everybody_hears_of_their_own_and_of_nothing_else() {
    let site = Site::new().await;
    let (seller, buyer, other) = (site.person("seller").await, site.person("buyer").await, site.person("other").await);
    let show = seller.announces("Watched").await;
    let mut feeds = Vec::new();
    for person in [&seller, &buyer, &other] {
        let ask = reqwest::Client::new().get(format!("{}/api/live", site.url())).header("cookie", &person.cookie);
        feeds.push(ask.send().await.expect("the site is up"));
    }
    let ticket = seller.lists(&show, 1).await.remove(0);
    buyer.holds(&ticket).await.expect("the site is up");
    let own = other.lists(&show, 1).await.remove(0);

    assert_eq!(hears(&mut feeds[0], &["event: hello", &ticket, "\"held\""]).await, Ok(()));
    assert_eq!(hears(&mut feeds[1], &["event: hello", "event: order"]).await, Ok(()));
    let mut read = String::new();
    while !read.contains(&own) {
        read.push_str(&String::from_utf8_lossy(&feeds[2].chunk().await.expect("it goes on").expect("it does not end")));
    }
    assert!(!read.contains(&ticket) && !read.contains("event: order"), "{read}");
    let stranger = reqwest::get(format!("{}/api/live", site.url())).await.expect("the site is up");
    assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_page_comes_in_the_language_that_its_reader_wants() {
    let site = Site::new().await;
    let http = reqwest::Client::builder().redirect(Policy::none()).build().expect("a client can be built");
    let ask = async |accept: &str, cookie: &str| {
        let ask = http.get(site.url()).header("accept-language", accept).header("cookie", cookie);
        ask.send().await.expect("the site is up").text().await.expect("it is text")
    };

    assert!(ask("de-CH,en;q=0.5", "").await.contains("<html lang=\"de\" dir=\"ltr\">"));
    let arabic = ask("ar", "").await;
    assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\">") && arabic.contains("تذاكر من المعجبين"));
    assert!(arabic.contains("/locales/ar") || arabic.contains("/assets/ar"), "its words are loaded with it");

    let chosen = http.post(format!("{}/forms/language", site.url())).header("origin", site.url());
    let chosen = chosen.body("language=fr&back=%2Fsell").send().await.expect("the site is up");
    assert_eq!(chosen.headers()["location"], "/sell");
    let cookie = chosen.headers()["set-cookie"].to_str().expect("it is text").split(';').next().unwrap_or_default();
    assert!(ask("de", cookie).await.contains("<html lang=\"fr\""), "what was chosen comes first");
}
