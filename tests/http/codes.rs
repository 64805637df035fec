//! The code of an issued ticket over HTTP.

use crate::harness::http_user::{HttpResponse, HttpUser, offer_body};
use crate::harness::site::Site;
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::time::Duration;

/// How long `tickets` may take to learn that a payment is captured.
const TIMEOUT: Duration = Duration::from_secs(20);

async fn get(user: &HttpUser, path: &str) -> HttpResponse {
    user.send(Method::GET, path, None).await.expect("the site responds")
}

/// Waits until the user has a pass, and returns its id.
async fn wait_for_pass(user: &HttpUser) -> String {
    let deadline = tokio::time::Instant::now() + TIMEOUT;
    loop {
        let passes = user.get("/api/passes").await;
        if let Some(id) = passes["items"][0]["id"].as_str() {
            return id.to_owned();
        }
        assert!(tokio::time::Instant::now() < deadline, "there is no pass: {passes}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_code_is_sent_to_its_owner_only_and_neither_cached_nor_logged() {
    let mut site = Site::with(&[("RUST_LOG", "trace")]).await;
    let (ann, ben, cem) = (site.sign_up("ann").await, site.sign_up("ben").await, site.sign_up("cem").await);
    let show = ann.create_show("Aida").await;
    let mut offer = offer_body(&show, 1);
    offer["issued"] = json!(true);
    let refused = cem.send(Method::POST, "/api/tickets", Some(&offer)).await.expect("the site responds");
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "the show is not hers");
    let ticket = ann.post("/api/tickets", offer).await[0]["id"].as_str().expect("it has an id").to_owned();
    let order = ben.hold_free(&ticket).await;
    ben.pay(&order, "pm_card_visa").await.expect("the site responds");
    ben.wait_for_order_state(&order, "complete").await;
    let pass = wait_for_pass(&ben).await;
    let path = format!("/api/passes/{pass}/code");

    let response = get(&ben, &path).await;

    assert_eq!(response.headers["cache-control"], "no-store");
    let code = response.json()["code"].as_str().expect("it is text").to_owned();
    assert!(code.parse::<shared::ticket_code::TicketCode>().is_ok(), "{code}");
    let anonymous = ben.with_cookie(String::new());
    for (user, status) in [(&anonymous, 401), (&ann, 404), (&cem, 404), (&ben, 200)] {
        let response = get(user, &path).await;
        assert_eq!((response.status.as_u16(), response.text.contains(&code)), (status, status == 200));
    }
    let of_others = ["/api/tickets/TICKET", "/tickets/TICKET", "/api/orders/ORDER", "/orders/ORDER", "/account.json"];
    for path in of_others.into_iter().chain(["/api/passes", "/api/passes/PASS", "/tickets"]) {
        let path = path.replace("TICKET", &ticket).replace("ORDER", &order).replace("PASS", &pass);
        let response = get(&ben, &path).await;
        assert!(response.status == StatusCode::OK && !response.text.contains(&code), "{path}");
    }
    site.kill().await;
    let log = site.log();
    assert!(log.contains("TRACE") && !log.contains(&code), "the code is in the log");
}
