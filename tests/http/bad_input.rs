//! Bad input gets a clear message each time, never a 500, and does no harm.

use crate::harness::http_user::{offer_body, show_body};
use crate::harness::site::Site;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn malformed_bodies_are_refused() {
    let site = Site::new().await;
    let person = site.sign_up("person").await;
    let nested = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let huge = format!("{{\"title\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
    let bodies = [
        ("{", 400),
        ("", 400),
        ("[]", 400),
        ("null", 400),
        ("\"text\"", 400),
        ("{\"title\":1}", 400),
        ("{\"title\":\"only a title\"}", 400),
        ("{\"title\":\"\u{0}\"}", 400),
        (nested.as_str(), 400),
        (huge.as_str(), 413),
    ];

    for path in ["/api/shows", "/api/tickets", "/api/orders", "/api/payments", "/api/auth/sign-up", "/api/auth/sign-in"]
    {
        for (body, status) in bodies {
            let response = person.send_text(Method::POST, path, Some(body), &[]).await;
            let response = response.unwrap_or_else(|error| panic!("{path} {}: {error}", &body[..body.len().min(40)]));
            let start = &body[..body.len().min(40)];
            assert_eq!(response.status.as_u16(), status, "{path} {start}: {}", response.text);
            assert!(
                !response.json()["message"].as_str().unwrap_or_default().is_empty(),
                "{path} {start}: {}",
                response.text
            );
        }
    }
    let form = person.send_text(Method::POST, "/api/shows", Some("title=x"), &[("content-type", "text/plain")]).await;
    assert_eq!(form.expect("the site responds").status, 400);
    assert!(person.get("/api/auth/me").await.is_object(), "the site still works");
}

#[tokio::test]
async fn an_invalid_field_is_named() {
    let site = Site::new().await;
    let person = site.sign_up("person").await;
    let with = |field: &str, value: Value| {
        let mut show = show_body("Fine");
        show[field] = value;
        show
    };
    let long = "x".repeat(121);

    for (field, value) in [
        ("title", json!("")),
        ("title", json!("   ")),
        ("title", json!(long)),
        ("title", json!("reversed \u{202e}text")),
        ("venue", json!("")),
        ("category", json!("circus")),
        ("currency", json!("DOGE")),
        ("starts_at", json!("soon")),
        ("starts_at", json!("2020-01-01T20:00")),
        ("starts_at", json!("9999-01-01T20:00")),
        ("time_zone", json!("Mars/Olympus")),
    ] {
        let response = person.send(Method::POST, "/api/shows", Some(&with(field, value.clone()))).await;
        let response = response.expect("the site responds");
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{field} {value}: {}", response.text);
        assert_eq!(response.json()["data"]["rejected"]["invalid"]["field"], field, "{}", response.text);
    }
}

#[tokio::test]
async fn prices_outside_the_limits_are_refused() {
    let site = Site::new().await;
    let person = site.sign_up("person").await;
    let show = person.create_show("Priceless").await;

    for minor in [json!(-1), json!(0), json!(100_000_001), json!(i64::MAX), json!(19.99), json!("1000"), json!(null)] {
        let mut offer = offer_body(&show, 1);
        offer["price"]["minor"] = minor.clone();
        let response = person.send(Method::POST, "/api/tickets", Some(&offer)).await.expect("the site responds");
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{minor}: {}", response.text);
    }
    let mut other = offer_body(&show, 1);
    other["price"]["currency"] = json!("USD");
    let response = person.send(Method::POST, "/api/tickets", Some(&other)).await.expect("the site responds");
    assert_eq!(response.status, StatusCode::BAD_REQUEST, "{}", response.text);
    for seats in [0, 101] {
        let response = person
            .send(Method::POST, "/api/tickets", Some(&offer_body(&show, seats)))
            .await
            .expect("the site responds");
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{seats} seats: {}", response.text);
    }
    assert_eq!(person.get(&format!("/api/shows/{show}")).await["tickets_left"], 0, "no ticket was listed");
}

#[tokio::test]
async fn titles_in_any_script_are_returned_unchanged() {
    let site = Site::new().await;
    let person = site.sign_up("person").await;

    for title in ["🎸🔥 Rock im Park", "مهرجان الموسيقى", "חגיגה", "日本の夏", "Ö & <b>bold</b> \"quoted\" 'n' roll"]
    {
        let id = person.create_show(title).await;
        assert_eq!(person.get(&format!("/api/shows/{id}")).await["title"], title);
        let page = person.send(Method::GET, &format!("/shows/{id}"), None).await.expect("the site responds");
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text.contains("<b>bold</b>"), "markup in a title is shown as text");
    }
}

#[tokio::test]
async fn unknown_and_malformed_paths_are_not_found() {
    let site = Site::new().await;
    let person = site.sign_up("person").await;
    let unknown = "018f0000-0000-7000-8000-000000000000";

    for path in ["/api/shows/", "/api/tickets/", "/api/orders/", "/api/payments/", "/shows/", "/tickets/", "/orders/"] {
        for id in [unknown, "42", "not-an-id", "%F0%9F%8E%B8", "..%2F..%2Fetc%2Fpasswd", "'%20or%201=1--"] {
            let response = person.send(Method::GET, &format!("{path}{id}"), None).await.expect("the site responds");
            assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}{id}: {}", response.text);
        }
    }
    for (path, status) in [
        ("/api/nothing", 404),
        ("/nothing", 404),
        ("/api/shows?sort=sideways", 400),
        ("/api/shows?from=yesterday", 400),
        ("/api/shows?category=circus", 400),
        ("/api/shows?together=0", 400),
        ("/api/shows?together=many", 400),
        ("/api/shows?search=%25%5F'%22%3B--", 200),
        ("/api/shows?cursor=garbage", 400),
        ("/api/shows?cursor=-1", 400),
        ("/api/shows?cursor=50", 400),
        ("/api/shows?from=%2B10000-01-01", 400),
        ("/api/shows?from=10000-01-01", 400),
        ("/api/shows?from=2026-1-5", 400),
        ("/api/shows?to=-0001-01-01", 400),
        ("/api/shows?from=2026-12-06&to=2026-12-05", 400),
        ("/api/shows?from=2026-12-05&to=2026-12-05", 200),
        ("/api/shows?unknown=1", 200),
    ] {
        let response = person.send(Method::GET, path, None).await.expect("the site responds");
        assert_eq!(response.status.as_u16(), status, "{path}: {}", response.text);
    }
    let wrong_method = person.send(Method::DELETE, "/api/shows", None).await.expect("the site responds");
    assert_eq!(wrong_method.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_malformed_cookie_is_ignored() {
    let site = Site::new().await;
    for cookie in ["sid=", "sid=42", "sid=%00%00", "sid", "=;;=", &format!("sid={}", "f".repeat(64))] {
        let mut user = site.anonymous();
        user.cookie = cookie.to_owned();
        assert!(user.get("/api/auth/me").await.is_null(), "{cookie}");
    }
}

#[tokio::test]
async fn a_buyer_who_disconnects_while_paying_gets_the_tickets() {
    let site = Site::new().await;
    let (seller, buyer) = (site.sign_up("seller").await, site.sign_up("buyer").await);
    let show = seller.create_show("Interrupted").await;
    let ticket = seller.list_tickets(&show, 1).await.remove(0);
    let order = buyer.hold_free(&ticket).await;

    // The request is aborted just after it was sent, as by a browser that is closed.
    let cut_off = tokio::time::timeout(std::time::Duration::from_millis(3), buyer.pay(&order, "pm_card_visa")).await;
    let again = buyer.pay(&order, "pm_card_visa").await.expect("the site responds");

    assert!(again.status.is_success(), "{cut_off:?} {}", again.text);
    buyer.wait_for_order_state(&order, "complete").await;
    site.assert_consistent().await;
}

#[tokio::test]
async fn a_request_that_is_not_a_webhook_of_stripe_is_refused() {
    let site = Site::new().await;
    let http = reqwest::Client::new();
    let send = async |signature: Option<&str>, body: Vec<u8>| {
        let request = http.post(format!("{}/webhooks/stripe", site.url())).body(body);
        let request = signature.iter().fold(request, |request, value| request.header("stripe-signature", *value));
        request.send().await.expect("the site responds").status().as_u16()
    };

    assert_eq!(send(None, b"{}".to_vec()).await, 400, "there is no signature");
    assert_eq!(send(Some("t=1,v1=0"), vec![0xff, 0xfe]).await, 400, "the body is not UTF-8");
    // The response is sent before the whole body is read. It is sometimes lost with the connection that is closed after it.
    let mut responses = Vec::new();
    for _ in 0..20 {
        let request = http.post(format!("{}/webhooks/stripe", site.url())).header("stripe-signature", "t=1,v1=0");
        let sent = request.body(vec![b' '; 256 * 1024 + 1]).send().await;
        responses.extend(sent.map(|response| response.status().as_u16()));
    }
    assert!(
        !responses.is_empty() && responses.iter().all(|status| *status == 413),
        "the body is too large: {responses:?}"
    );
    let forged = send(Some("t=1,v1=0"), b"{\"type\":\"payment_intent.succeeded\"}".to_vec()).await;
    assert!((400..500).contains(&forged), "the signature is wrong, and Stripe must not retry: {forged}");
}
