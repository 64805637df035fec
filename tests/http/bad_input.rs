//! Bad input gets a clear message each time, never a 500, and nothing is lost.

use crate::site::{Site, offer, show};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn bodies_that_are_no_bodies_are_refused() {
    let site = Site::new().await;
    let person = site.person("person").await;
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
            let answer = person.send_text(Method::POST, path, Some(body), &[]).await;
            let answer = answer.unwrap_or_else(|error| panic!("{path} {}: {error}", &body[..body.len().min(40)]));
            let start = &body[..body.len().min(40)];
            assert_eq!(answer.status.as_u16(), status, "{path} {start}: {}", answer.text);
            assert!(
                !answer.json()["message"].as_str().unwrap_or_default().is_empty(),
                "{path} {start}: {}",
                answer.text
            );
        }
    }
    let form = person.send_text(Method::POST, "/api/shows", Some("title=x"), &[("content-type", "text/plain")]).await;
    assert_eq!(form.expect("the site is up").status, 400);
    assert!(person.get("/api/auth/me").await.is_object(), "the site goes on");
}

#[tokio::test]
async fn a_field_that_is_wrong_is_named() {
    let site = Site::new().await;
    let person = site.person("person").await;
    let with = |field: &str, value: Value| {
        let mut show = show("Fine");
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
        let answer = person.send(Method::POST, "/api/shows", Some(&with(field, value.clone()))).await;
        let answer = answer.expect("the site is up");
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{field} {value}: {}", answer.text);
        assert_eq!(answer.json()["data"]["rejected"]["invalid"]["field"], field, "{}", answer.text);
    }
}

#[tokio::test]
async fn prices_are_more_than_nothing_and_not_absurd() {
    let site = Site::new().await;
    let person = site.person("person").await;
    let show = person.announces("Priceless").await;

    for minor in [json!(-1), json!(0), json!(100_000_001), json!(i64::MAX), json!(19.99), json!("1000"), json!(null)] {
        let mut offer = offer(&show, 1);
        offer["price"]["minor"] = minor.clone();
        let answer = person.send(Method::POST, "/api/tickets", Some(&offer)).await.expect("the site is up");
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{minor}: {}", answer.text);
    }
    let mut other = offer(&show, 1);
    other["price"]["currency"] = json!("USD");
    let answer = person.send(Method::POST, "/api/tickets", Some(&other)).await.expect("the site is up");
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    for seats in [0, 101] {
        let answer =
            person.send(Method::POST, "/api/tickets", Some(&offer(&show, seats))).await.expect("the site is up");
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{seats} seats: {}", answer.text);
    }
    assert_eq!(person.get(&format!("/api/shows/{show}")).await["tickets_left"], 0, "nothing was listed by mistake");
}

#[tokio::test]
async fn titles_in_any_writing_come_back_as_they_were() {
    let site = Site::new().await;
    let person = site.person("person").await;

    for title in ["🎸🔥 Rock im Park", "مهرجان الموسيقى", "חגיגה", "日本の夏", "Ö & <b>bold</b> \"quoted\" 'n' roll"]
    {
        let id = person.announces(title).await;
        assert_eq!(person.get(&format!("/api/shows/{id}")).await["title"], title);
        let page = person.send(Method::GET, &format!("/shows/{id}"), None).await.expect("the site is up");
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text.contains("<b>bold</b>"), "markup that a person wrote is text");
    }
}

#[tokio::test]
async fn unknown_and_garbled_addresses_are_not_found() {
    let site = Site::new().await;
    let person = site.person("person").await;
    let unknown = "018f0000-0000-7000-8000-000000000000";

    for path in ["/api/shows/", "/api/tickets/", "/api/orders/", "/api/payments/", "/shows/", "/tickets/", "/orders/"] {
        for id in [unknown, "42", "not-an-id", "%F0%9F%8E%B8", "..%2F..%2Fetc%2Fpasswd", "'%20or%201=1--"] {
            let answer = person.send(Method::GET, &format!("{path}{id}"), None).await.expect("the site is up");
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}{id}: {}", answer.text);
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
        ("/api/shows?cursor=garbage", 200),
        ("/api/shows?unknown=1", 200),
    ] {
        let answer = person.send(Method::GET, path, None).await.expect("the site is up");
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
    }
    let wrong_method = person.send(Method::DELETE, "/api/shows", None).await.expect("the site is up");
    assert_eq!(wrong_method.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_garbled_cookie_is_nobody() {
    let site = Site::new().await;
    for cookie in ["sid=", "sid=42", "sid=%00%00", "sid", "=;;=", &format!("sid={}", "f".repeat(64))] {
        let mut stranger = site.stranger();
        stranger.cookie = cookie.to_owned();
        assert!(stranger.get("/api/auth/me").await.is_null(), "{cookie}");
    }
}

#[tokio::test]
async fn a_buyer_who_goes_away_in_the_middle_of_paying_loses_nothing() {
    let site = Site::new().await;
    let (seller, buyer) = (site.person("seller").await, site.person("buyer").await);
    let show = seller.announces("Interrupted").await;
    let ticket = seller.lists(&show, 1).await.remove(0);
    let order = buyer.holds(&ticket).await.expect("the site is up").json()["id"].as_str().expect("an id").to_owned();

    // The request is cut off the moment it is sent, as by a browser that is closed.
    let cut_off = tokio::time::timeout(std::time::Duration::from_millis(3), buyer.pays(&order, "pm_card_visa")).await;
    let again = buyer.pays(&order, "pm_card_visa").await.expect("the site is up");

    assert!(again.status.is_success(), "{cut_off:?} {}", again.text);
    let path = format!("/api/orders/{order}");
    for _ in 0..100 {
        if buyer.get(&path).await["state"] == "complete" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(buyer.get(&path).await["state"], "complete");
    let (clean, report) = site.audit().await;
    assert!(clean, "{report}");
}

#[tokio::test]
async fn what_is_no_webhook_of_stripe_is_refused() {
    let site = Site::new().await;
    let http = reqwest::Client::new();
    let send = async |signature: Option<&str>, body: Vec<u8>| {
        let request = http.post(format!("{}/webhooks/stripe", site.url())).body(body);
        let request = signature.iter().fold(request, |request, value| request.header("stripe-signature", *value));
        request.send().await.expect("the site is up").status().as_u16()
    };

    assert_eq!(send(None, b"{}".to_vec()).await, 400, "it is not signed");
    assert_eq!(send(Some("t=1,v1=0"), vec![0xff, 0xfe]).await, 400, "it is no text");
    // The answer comes before all of it is sent, and is lost now and then with the connection that is closed after it.
    let mut answers = Vec::new();
    for _ in 0..20 {
        let request = http.post(format!("{}/webhooks/stripe", site.url())).header("stripe-signature", "t=1,v1=0");
        let sent = request.body(vec![b' '; 256 * 1024 + 1]).send().await;
        answers.extend(sent.map(|answer| answer.status().as_u16()));
    }
    assert!(!answers.is_empty() && answers.iter().all(|status| *status == 413), "it is too large: {answers:?}");
    let forged = send(Some("t=1,v1=0"), b"{\"type\":\"payment_intent.succeeded\"}".to_vec()).await;
    assert!((400..500).contains(&forged), "nobody signed it, and it is not tried again: {forged}");
}
