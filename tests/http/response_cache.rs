//! Public reads come from memory: never older than what their reader knows, and never with anything of another reader.

use crate::harness::http_user::HttpUser;
use crate::harness::site::Site;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// How long a stranger may see what was there before: longer than an event takes.
const MOMENT: Duration = Duration::from_secs(5);

async fn page(user: &HttpUser, path: &str) -> String {
    let page = user.send(Method::GET, path, None).await.expect("the site responds");
    assert_eq!(page.status, StatusCode::OK, "{path}");
    page.text
}

/// Reads again and again until the page has the text.
async fn wait_for(user: &HttpUser, path: &str, text: &str) {
    let deadline = tokio::time::Instant::now() + MOMENT;
    while !page(user, path).await.contains(text) {
        assert!(tokio::time::Instant::now() < deadline, "{path} does not show {text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Without the cookie that reads past the cache.
fn keeps_session_only(user: &HttpUser) -> HttpUser {
    let session = user.cookie.split("; ").filter(|cookie| !cookie.starts_with("fresh="));
    user.with_cookie(session.collect::<Vec<_>>().join("; "))
}

fn reprice(minor: i64, version: u64) -> Value {
    json!({ "price": { "minor": minor, "currency": "EUR" }, "version": version })
}

#[tokio::test]
async fn a_new_price_is_seen_at_once_by_its_seller_and_in_a_moment_by_a_stranger() {
    let site = Site::new().await;
    let (seller, stranger) = (site.sign_up("seller").await, site.anonymous());
    let show = seller.create_show("The Long Note").await;
    let ticket = seller.list_tickets(&show, 1).await.remove(0);
    let pages = ["/".to_owned(), format!("/shows/{show}"), format!("/tickets/{ticket}")];
    for path in &pages {
        wait_for(&stranger, path, "€10.00").await;
    }

    let replies = [format!("/api/tickets/{ticket}"), format!("/api/shows/{show}/tickets")];
    for (version, minor) in [(1, 1_100), (2, 1_200), (3, 1_300)] {
        for path in &replies {
            stranger.get(path).await;
        }
        let changed = seller.send(Method::PUT, &replies[0], Some(&reprice(minor, version))).await;
        let changed = changed.expect("the site responds");
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
        let cookie = changed.cookie().expect("the browser reads past the cache");
        let browser = seller.with_cookie(format!("{}; {cookie}", keeps_session_only(&seller).cookie));
        for path in &replies {
            assert!(browser.get(path).await.to_string().contains(&minor.to_string()), "{path}");
        }
    }

    for path in &pages {
        wait_for(&stranger, path, "€13.00").await;
    }
    wait_for(&keeps_session_only(&seller), &replies[1], "1300").await;
}

#[tokio::test]
async fn a_browser_that_fetches_after_an_event_gets_nothing_older() {
    let site = Site::new().await;
    let (seller, stranger) = (site.sign_up("seller").await, site.anonymous());
    let show = seller.create_show("Watched").await;
    let ticket = seller.list_tickets(&show, 1).await.remove(0);
    let replies = [format!("/api/tickets/{ticket}"), format!("/api/shows/{show}/tickets")];
    let mut feed = reqwest::get(format!("{}/api/shows/{show}/live", site.url())).await.expect("the site responds");
    for version in 1..=20 {
        let minor = 2_000 + i64::try_from(version).expect("a small number");
        for path in &replies {
            stranger.get(path).await;
        }

        let changed = seller.send(Method::PUT, &replies[0], Some(&reprice(minor, version))).await;
        assert_eq!(changed.expect("the site responds").status, StatusCode::OK);
        let mut read = String::new();
        while !read.contains(&format!("\"minor\":{minor}")) {
            let chunk = tokio::time::timeout(MOMENT, feed.chunk()).await.expect("the event comes in time");
            read.push_str(&String::from_utf8_lossy(&chunk.expect("the feed is open").expect("it does not end")));
        }

        for path in &replies {
            assert!(stranger.get(path).await.to_string().contains(&minor.to_string()), "{path}: {minor}");
        }
    }
}

#[tokio::test]
async fn a_new_show_is_seen_by_its_creator_and_by_others() {
    let site = Site::new().await;
    let (creator, stranger) = (site.sign_up("creator").await, site.anonymous());
    assert!(!page(&stranger, "/").await.contains("Brand New"));

    creator.create_show("Brand New").await;

    assert!(page(&creator, "/").await.contains("Brand New"));
    assert!(page(&stranger, "/").await.contains("Brand New"));
}

#[tokio::test]
async fn nothing_personal_is_cached() {
    let site = Site::new().await;
    let (user, stranger) = (site.sign_up("personal").await, site.anonymous());
    let user = keeps_session_only(&user);
    let show = user.create_show("Shared").await;
    let ticket = user.list_tickets(&show, 1).await.remove(0);
    let pages = ["/", "/sell", &format!("/shows/{show}"), &format!("/tickets/{ticket}")].map(str::to_owned);

    for path in &pages {
        for reader in [&user, &stranger, &user, &stranger] {
            let response = reader.send(Method::GET, path, None).await.expect("the site responds");
            let signed_in = !reader.cookie.is_empty();
            assert_eq!(response.text.contains("personal-"), signed_in, "{path}");
            assert_eq!(response.text.contains("/forms/sign-out"), signed_in, "{path}");
            assert_eq!(response.cookie().is_some_and(|cookie| cookie.contains("sid=")), signed_in, "{path}");
        }
    }
    let own = |text: &str| text.contains("This is your ticket");
    assert!(own(&page(&user, &pages[3]).await) && !own(&page(&stranger, &pages[3]).await));
}

/// The data that the client hydrates from. Debug builds write it in another form.
fn hydration_data(page: &str) -> String {
    let blocks = page.split("<script type=\"application/cbor\">").skip(1);
    let blocks = blocks.filter_map(|rest| STANDARD.decode(rest.split_once("</script>")?.0).ok());
    String::from_utf8_lossy(&blocks.flatten().collect::<Vec<_>>()).into_owned()
}

#[tokio::test]
async fn signed_in_readers_share_a_page_but_for_what_it_says_of_them() {
    let site = Site::new().await;
    let (seller, ada, ben) =
        (site.sign_up("reader-a").await, site.sign_up("o'reader-b").await, site.sign_up("reader-c").await);
    let show = seller.create_show("Shared by all").await;
    let ticket = seller.list_tickets(&show, 1).await.remove(0);
    let readers = [keeps_session_only(&seller), keeps_session_only(&ada), keeps_session_only(&ben)];
    for path in ["/".to_owned(), format!("/shows/{show}"), format!("/tickets/{ticket}")] {
        wait_for(&site.anonymous(), &path, "€10.00").await;
        for _ in 0..2 {
            for (index, reader) in readers.iter().enumerate() {
                let response = reader.send(Method::GET, &path, None).await.expect("the site responds");

                let (html, data) = (response.text.replace("&#39;", "'"), hydration_data(&response.text));
                assert!(response.text.contains("€10.00") && response.text.trim_end().ends_with("</html>"), "{path}");
                assert!(!html.contains("placeholder.invalid") && !data.contains("placeholder.invalid"), "{path}");
                for (other, name) in ["reader-a-", "o'reader-b-", "reader-c-"].into_iter().enumerate() {
                    assert_eq!(html.matches(name).count(), usize::from(other == index), "{path}: {name}");
                    let debug = data.is_empty() && html.contains("initial_dioxus_hydration_debug");
                    assert!(debug || data.matches(name).count() == usize::from(other == index), "{path}: {name}");
                }
                let policy = response.headers["content-security-policy"].to_str().expect("text").to_owned();
                assert_allows_scripts_of(&policy, &response.text);
            }
        }
    }
    let own =
        async |reader: &HttpUser| page(reader, &format!("/tickets/{ticket}")).await.contains("This is your ticket");
    assert!(own(&readers[0]).await && !own(&readers[1]).await && !own(&readers[2]).await);
}

#[tokio::test]
async fn who_signs_out_is_not_shown_as_signed_in_any_more() {
    let site = Site::new().await;
    let reader = keeps_session_only(&site.sign_up("leaving").await);
    assert!(page(&reader, "/").await.contains("leaving-"));

    reader.post("/api/auth/sign-out", json!({})).await;

    assert!(!page(&reader, "/").await.contains("leaving-"));
}

/// A policy names each inline script of its page by its hash. Debug builds allow all of them.
fn assert_allows_scripts_of(policy: &str, page: &str) {
    assert!(policy.contains("default-src 'none'"), "{policy}");
    let scripts = page.split("<script>").skip(1).filter_map(|rest| rest.split_once("</script>"));
    let hashes: Vec<_> = scripts.map(|(script, _)| STANDARD.encode(Sha256::digest(script))).collect();
    assert!(!hashes.is_empty());
    for hash in hashes {
        assert!(policy.contains("'unsafe-inline'") || policy.contains(&format!("'sha256-{hash}'")), "{policy}");
    }
}

#[tokio::test]
async fn each_language_has_its_own_page_and_every_policy_fits_its_page() {
    let site = Site::new().await;
    let stranger = site.anonymous();
    for _ in 0..2 {
        for (language, title) in
            [("en", "Tickets"), ("de", "von Fans"), ("ar", "تذاكر من المعجبين"), ("fr", "lang=\"fr\"")]
        {
            let headers = [("accept-language", language)];
            let response = stranger.send_text(Method::GET, "/", None, &headers).await.expect("the site responds");
            let header = |name: &str| response.headers[name].to_str().expect("text").to_owned();
            assert!(response.text.contains(&format!("<html lang=\"{language}\"")), "{language}");
            assert!(response.text.contains(title), "{language}: {title}");
            assert_eq!(header("content-language"), language);
            assert_allows_scripts_of(&header("content-security-policy"), &response.text);
            assert_eq!(header("cache-control"), "no-store");
            assert_eq!(header("x-content-type-options"), "nosniff");
        }
    }
}

#[tokio::test]
async fn every_client_can_read_what_it_gets() {
    let site = Site::new().await;
    let http = reqwest::Client::builder().no_brotli().no_gzip().build().expect("a client can be built");
    let get = async |accepted: Option<&str>| {
        let request = http.get(site.url());
        let request =
            accepted.map_or(request.try_clone().expect("no body"), |name| request.header("accept-encoding", name));
        let response = request.send().await.expect("the site responds");
        let encoding = response.headers().get("content-encoding").map(|name| name.to_str().expect("text").to_owned());
        let vary: Vec<_> = response.headers().get_all("vary").iter().filter_map(|v| v.to_str().ok()).collect();
        let vary = vary.join(", ");
        assert!(vary.contains("accept-encoding") && vary.contains("cookie"), "{vary}");
        (encoding, response.bytes().await.expect("a body"))
    };

    for _ in 0..2 {
        let (br, compressed) = get(Some("br")).await;
        let (none, plain) = get(None).await;
        let (refused, also_plain) = get(Some("br;q=0")).await;
        assert_eq!((br.as_deref(), none, refused), (Some("br"), None, None));
        assert!(plain.starts_with(b"<!DOCTYPE html>") && also_plain.starts_with(b"<!DOCTYPE html>"));
        assert!(compressed.len() < plain.len() / 2);
    }
    let decoded = site.anonymous().send(Method::GET, "/", None).await.expect("the site responds");
    assert!(decoded.text.starts_with("<!DOCTYPE html>"), "a client with compression reads the same page");
}

#[tokio::test]
async fn failures_are_not_cached() {
    let site = Site::new().await;
    let (creator, stranger) = (site.sign_up("creator").await, site.anonymous());
    let unknown = "018f0000-0000-7000-8000-000000000000";
    for path in [format!("/shows/{unknown}"), format!("/api/shows/{unknown}"), format!("/tickets/{unknown}")] {
        for _ in 0..2 {
            let response = stranger.send(Method::GET, &path, None).await.expect("the site responds");
            assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    let show = creator.create_show("Known").await;
    assert!(page(&stranger, &format!("/shows/{show}")).await.contains("Known"));
}

#[tokio::test]
async fn a_session_that_is_revoked_ends_at_once() {
    let site = Site::new().await;
    let owner = site.sign_up("owner").await;
    let me = async |user: &HttpUser| user.get("/api/auth/me").await;
    for round in 0..3 {
        let other = {
            let email = me(&owner).await["email"].as_str().expect("signed in").to_owned();
            let body = json!({ "email": email, "password": "a password of hers" });
            let response = site.anonymous().send(Method::POST, "/api/auth/sign-in", Some(&body)).await;
            site.anonymous().with_cookie(response.expect("the site responds").cookie().expect("a session"))
        };
        assert_ne!(me(&other).await, Value::Null, "round {round}");

        let ended = match round {
            0 => owner.send(Method::DELETE, "/api/auth/sessions", None).await,
            1 => {
                let sessions = owner.get("/api/auth/sessions").await;
                let session = sessions.as_array().expect("a list").iter().find(|session| session["current"] == false);
                let id = session.expect("the other one")["id"].as_str().expect("an id").to_owned();
                owner.send(Method::DELETE, &format!("/api/auth/sessions/{id}"), None).await
            }
            _ => other.send(Method::POST, "/api/auth/sign-out", None).await,
        };

        assert_eq!(ended.expect("the site responds").status, StatusCode::OK, "round {round}");
        assert_eq!(me(&other).await, Value::Null, "round {round}");
        assert_ne!(me(&owner).await, Value::Null, "round {round}");
    }
}

#[tokio::test]
async fn operators_see_how_many_reads_come_from_the_cache() {
    let site = Site::new().await;
    for _ in 0..20 {
        page(&site.anonymous(), "/").await;
    }

    let metrics = site.operators_page("/metrics").await;

    let count = |name: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or_default()
    };
    let (hits, misses) = (count("response_cache_hits_total "), count("response_cache_misses_total "));
    assert!(hits >= 1 && misses >= 1 && hits + misses == 20, "{hits} hits, {misses} misses");
}
