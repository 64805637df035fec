//! Accounts over HTTP: the cookies of a session, the secrets of mailed links, and the export.

use crate::harness::http_user::{HttpResponse, HttpUser};
use crate::harness::site::Site;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const EMAIL: &str = "ann@example.org";
const PASSWORD: &str = "a password of hers";

/// The attributes of the cookies that a response sets.
fn cookies(response: &HttpResponse) -> Vec<String> {
    let cookies = response.headers.get_all("set-cookie").iter();
    cookies.map(|cookie| cookie.to_str().expect("cookies are ASCII").to_owned()).collect()
}

/// The part of a cookie header with that name.
fn cookie<'a>(header: &'a str, name: &str) -> &'a str {
    header
        .split("; ")
        .find(|cookie| cookie.starts_with(&format!("{name}=")))
        .unwrap_or_else(|| panic!("{name}: {header}"))
}

async fn send_credentials(user: &HttpUser, path: &str) -> HttpResponse {
    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let response = user.send(Method::POST, path, Some(&body)).await.expect("the site responds");
    assert_eq!(response.status, StatusCode::OK, "{}", response.text);
    response
}

/// Creates the account, and returns its user.
async fn sign_up(site: &Site) -> HttpUser {
    let mut user = site.anonymous();
    user.cookie = send_credentials(&user, "/api/auth/sign-up").await.cookie().expect("a session begins");
    user
}

#[tokio::test]
async fn signing_in_sets_a_session_and_a_device_and_ends_the_session_before_it() {
    let site = Site::new().await;
    let user = sign_up(&site).await;

    let response = send_credentials(&user, "/api/auth/sign-in").await;

    let set = cookies(&response);
    assert_eq!(set.len(), 3, "{set:?}");
    assert!(
        set[0].starts_with("sid=") && set[0].contains("HttpOnly") && set[0].ends_with("Max-Age=2592000"),
        "{set:?}"
    );
    assert!(
        set[1].starts_with("device=") && set[1].contains("HttpOnly") && set[1].ends_with("Max-Age=31536000"),
        "{set:?}"
    );
    // As after every change.
    assert_eq!(set[2], "fresh=1; HttpOnly; SameSite=Lax; Path=/; Max-Age=5");
    assert!(user.get("/api/auth/me").await.is_null(), "the session of this browser before has ended");
    let mut again = site.anonymous();
    again.cookie = response.cookie().expect("a session begins");
    assert_eq!(again.get("/api/auth/me").await["email"], EMAIL);
    assert_eq!(again.get("/api/auth/sessions").await.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn loading_a_page_prolongs_the_cookies_of_a_session_that_is_in_use() {
    let site = Site::new().await;
    let user = sign_up(&site).await;
    let load =
        async |user: &HttpUser| cookies(&user.send(Method::GET, "/orders", None).await.expect("the site responds"));

    let prolonged = load(&user).await;
    let [session, device] = prolonged.as_slice() else { panic!("{prolonged:?}") };
    assert!(session.starts_with(cookie(&user.cookie, "sid")) && session.ends_with("Max-Age=2592000"), "{session}");
    assert!(device.starts_with(cookie(&user.cookie, "device")) && device.ends_with("Max-Age=31536000"), "{device}");

    assert_eq!(load(&site.anonymous()).await, Vec::<String>::new());
    user.send(Method::POST, "/api/auth/sign-out", None).await.expect("the site responds");
    assert_eq!(load(&user).await, Vec::<String>::new(), "an ended session is not prolonged");
}

#[tokio::test]
async fn a_mailed_link_has_no_effect_before_its_button_and_its_secret_does_not_leak() {
    let site = Site::new().await;
    let user = sign_up(&site).await;
    let token = site.mailed_token(EMAIL, "verify").await;

    // The token is in the fragment, which browsers do not send.
    for _ in 0..2 {
        let response = site.anonymous().send(Method::GET, "/verify", None).await.expect("the site responds");
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(response.headers["cache-control"], "no-store");
    }
    assert_eq!(user.get("/api/auth/me").await["verified"], false);

    let verify = json!({ "token": token });
    let response = site.anonymous().send(Method::POST, "/api/auth/verify", Some(&verify)).await;
    assert_eq!(response.expect("the site responds").status, StatusCode::OK);
    assert_eq!(user.get("/api/auth/me").await["verified"], true);
    assert!(!site.log().contains(&token), "{}", site.log());
}

#[tokio::test]
async fn a_session_is_listed_with_its_browser_and_network() {
    let site = Site::new().await;
    let body = json!({ "email": EMAIL, "password": PASSWORD }).to_string();
    let headers = [("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0")];
    let mut user = site.anonymous();
    let response = user.send_text(Method::POST, "/api/auth/sign-up", Some(&body), &headers).await;
    user.cookie = response.expect("the site responds").cookie().expect("a session begins");

    let sessions = user.get("/api/auth/sessions").await;
    let events = user.get("/api/auth/security-events").await;

    assert_eq!(sessions[0]["agent"], headers[0].1, "{sessions}");
    assert_eq!(sessions[0]["network"], "127.0.0.1", "{sessions}");
    assert_eq!(sessions[0]["current"], true, "{sessions}");
    let kinds: Vec<&Value> = events.as_array().expect("a list").iter().map(|event| &event["kind"]).collect();
    assert!(kinds.contains(&&json!("signed_up")), "{events}");
}

#[tokio::test]
async fn the_export_contains_everything_of_the_user_and_nothing_of_others() {
    let site = Site::new().await;
    let (user, other) = (sign_up(&site).await, site.sign_up("other").await);
    let show = user.create_show("Exported").await;
    // More than one page.
    let listed = user.list_tickets(&show, 60).await;
    let foreign = other.list_tickets(&other.create_show("Bought").await, 1).await.remove(0);
    let order = user.hold_free(&foreign).await;
    user.pay(&order, "pm_card_visa").await.expect("the site responds");
    user.wait_for_order_state(&order, "complete").await;

    let response = user.send(Method::GET, "/account.json", None).await.expect("the site responds");

    assert_eq!(response.status, StatusCode::OK, "{}", response.text);
    assert_eq!(response.headers["content-disposition"], "attachment; filename=\"ticketing-account.json\"");
    assert_eq!(response.headers["cache-control"], "no-store");
    let export = response.json();
    assert_eq!(export["account"]["user"]["email"], EMAIL, "{export}");
    let exported: Vec<_> = export["listings"].as_array().expect("a list").iter().map(|ticket| &ticket["id"]).collect();
    assert_eq!(exported.len(), listed.len());
    assert!(listed.iter().all(|id| exported.contains(&&json!(id))), "{export}");
    assert_eq!(export["orders"].as_array().map(Vec::len), Some(1), "{export}");
    assert_eq!(export["orders"][0]["payment"]["amount"]["minor"], 1000, "{export}");
    assert!(export["balances"].is_array() && export["movements"].is_array(), "{export}");
    assert!(!response.text.contains("other-"), "the address of another user");
}
