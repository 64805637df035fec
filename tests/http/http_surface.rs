//! The status of every path for a user who is signed out, for another user, and for the owner.

use crate::harness::http_user::{HttpUser, hold_body, offer_body, show_body};
use crate::harness::site::Site;
use reqwest::Method;
use serde_json::{Value, json};
use ticketing::web::{missing_rows, mounted};

/// A row of the table: a request, and its status for a user who is signed out, another user, and the owner.
struct Row {
    method: Method,
    /// The path as the router knows it.
    endpoint: &'static str,
    path: String,
    body: Option<Value>,
    statuses: [u16; 3],
}

/// The resources that the rows name.
#[derive(Default)]
struct Resources {
    show: String,
    ticket: String,
    spare: String,
    free: String,
    order: String,
    lapsing: String,
    payment: String,
    /// Paid by the owner of the orders, so that its seller can refund it.
    sold: String,
}

fn row(method: Method, endpoint: &'static str, id: &str, body: Option<Value>, statuses: [u16; 3]) -> Row {
    let path = endpoint.replace("{id}", id);
    Row { method, endpoint, path, body, statuses }
}

/// The forms, except the one that signs out.
const FORMS: [&str; 16] = [
    "/forms/authenticate",
    "/forms/cancel",
    "/forms/change-email",
    "/forms/change-password",
    "/forms/close-account",
    "/forms/forgot",
    "/forms/hold",
    "/forms/language",
    "/forms/pay",
    "/forms/reset",
    "/forms/revoke-other-sessions",
    "/forms/revoke-session",
    "/forms/send-verification",
    "/forms/sign-in",
    "/forms/sign-up",
    "/forms/verify",
];

/// What is done with tickets after their sale, and at the door.
fn passes(show: &str) -> Vec<Row> {
    let unknown = "018f0000-0000-7000-8000-000000000000";
    let resale = json!({ "price": { "minor": 1100, "currency": "EUR" } });
    let gift = json!({ "recipient": "somebody@example.org" });
    let scans = json!({ "device": unknown, "gate": "West", "scans": [] });
    let undo = json!({ "pass_id": unknown });
    let get = |endpoint, id, statuses| row(Method::GET, endpoint, id, None, statuses);
    let post = |endpoint, id, body, statuses| row(Method::POST, endpoint, id, body, statuses);
    vec![
        get("/api/passes", "", [401, 200, 200]),
        // None is theirs.
        get("/api/passes/{id}", unknown, [401, 404, 404]),
        get("/api/passes/{id}/code", unknown, [401, 404, 404]),
        post("/api/passes/{id}/resale", unknown, Some(resale), [401, 404, 404]),
        // Their addresses are not proved.
        post("/api/passes/{id}/transfer", unknown, Some(gift), [401, 403, 403]),
        get("/api/transfers/{id}", unknown, [410, 410, 410]),
        row(Method::DELETE, "/api/transfers/{id}", unknown, None, [401, 410, 410]),
        post("/api/transfers/{id}/accept", unknown, None, [401, 410, 410]),
        post("/api/shows/{id}/door/link", show, None, [401, 403, 200]),
        post("/api/shows/{id}/door/list", show, Some(json!({})), [403, 403, 200]),
        post("/api/shows/{id}/door/scans", show, Some(scans), [403, 403, 200]),
        post("/api/shows/{id}/door/undo", show, Some(undo), [403, 403, 404]),
    ]
}

fn table(resources: &Resources) -> Vec<Row> {
    let get = |endpoint, id: &str, statuses| row(Method::GET, endpoint, id, None, statuses);
    let post = |endpoint, body: Value, statuses| row(Method::POST, endpoint, "", Some(body), statuses);
    let credentials = json!({ "email": "nobody@example.org", "password": "not the password" });
    let new_password = json!({ "current": "not the password", "password": "lantern foxes at noon" });
    let new_email = json!({ "password": "not the password", "email": "somebody@example.org" });
    let unknown = "018f0000-0000-7000-8000-000000000000";
    let reprice = json!({ "price": { "minor": 1100, "currency": "EUR" }, "version": 1 });
    let pay = json!({ "order_id": resources.order, "method": "pm_card_visa" });
    let authenticate = Some(json!({ "approve": true }));
    let mut table = vec![
        post("/api/auth/sign-up", json!({ "email": "x", "password": "y" }), [400, 400, 400]),
        post("/api/auth/sign-in", credentials, [401, 401, 401]),
        get("/api/auth/me", "", [200, 200, 200]),
        row(Method::POST, "/api/auth/send-verification", "", None, [401, 200, 200]),
        // A link proves who uses it, so nobody has to be signed in for it.
        post("/api/auth/verify", json!({ "token": "not a token" }), [410, 410, 410]),
        post("/api/auth/forgot", json!({ "email": "nobody@example.org" }), [200, 200, 200]),
        post(
            "/api/auth/reset",
            json!({ "token": "not a token", "password": "lantern foxes at noon" }),
            [410, 410, 410],
        ),
        post("/api/auth/password", new_password, [401, 401, 401]),
        post("/api/auth/email", new_email, [401, 401, 401]),
        get("/api/auth/sessions", "", [401, 200, 200]),
        // A session of nobody has ended already.
        row(Method::DELETE, "/api/auth/sessions/{id}", unknown, None, [401, 200, 200]),
        row(Method::DELETE, "/api/auth/sessions", "", None, [401, 200, 200]),
        get("/api/auth/security-events", "", [401, 200, 200]),
        post("/api/auth/close", json!({ "password": "not the password" }), [401, 401, 401]),
        get("/api/shows", "", [200, 200, 200]),
        post("/api/shows", show_body("Another"), [401, 200, 200]),
        get("/api/shows/{id}", &resources.show, [200, 200, 200]),
        get("/api/shows/{id}/tickets", &resources.show, [200, 200, 200]),
        // A seat has one ticket.
        post("/api/tickets", offer_body(&resources.show, 1), [401, 200, 409]),
        get("/api/tickets/{id}", &resources.ticket, [200, 200, 200]),
        row(Method::PUT, "/api/tickets/{id}", &resources.spare, Some(reprice), [401, 403, 200]),
        row(Method::DELETE, "/api/tickets/{id}", &resources.spare, None, [401, 403, 200]),
        get("/api/selling", "", [401, 200, 200]),
        get("/api/account", "", [401, 200, 200]),
        row(Method::POST, "/api/account/payouts", "", None, [401, 200, 200]),
        get("/account.csv", "", [401, 200, 200]),
        get("/account.json", "", [401, 200, 200]),
        // The seller cannot buy her own ticket; another user can.
        post("/api/orders", hold_body(&resources.free), [401, 200, 409]),
        get("/api/orders", "", [401, 200, 200]),
        get("/api/orders/{id}", &resources.order, [401, 403, 200]),
        row(Method::DELETE, "/api/orders/{id}", &resources.lapsing, None, [401, 403, 200]),
        post("/api/payments", pay, [401, 403, 200]),
        get("/api/payments/{id}", &resources.payment, [401, 403, 200]),
        get("/api/payments/settings", "", [200, 200, 200]),
        // The signature is missing for every sender.
        post("/webhooks/stripe", json!({}), [400, 400, 400]),
        row(Method::POST, "/api/payments/{id}/authenticate", &resources.payment, authenticate, [401, 403, 200]),
        // These come late, since they end the sale and the show.
        row(Method::POST, "/api/tickets/{id}/refund", &resources.sold, None, [401, 403, 200]),
        row(Method::POST, "/api/shows/{id}/cancel", &resources.show, None, [401, 403, 200]),
        get("/offline.js", "", [200, 200, 200]),
        get("/preview.png", "", [200, 200, 200]),
        get("/robots.txt", "", [200, 200, 200]),
        get("/shows/{id}/preview.png", &resources.show, [200, 200, 200]),
        get("/sitemap.xml", "", [200, 200, 200]),
        get("/health/live", "", [200, 200, 200]),
        get("/health/ready", "", [200, 200, 200]),
        row(Method::POST, "/api/auth/sign-out", "", None, [200, 200, 200]),
        row(Method::POST, "/forms/sign-out", "", None, [200, 200, 200]),
    ];
    table.splice(..0, passes(&resources.show));
    // A form always leads to a page, here to one that explains the error. The module `forms` tests what they do. They come
    // before the session ends.
    let before_the_end = table.len() - 2;
    table.splice(before_the_end..before_the_end, FORMS.map(|form| post(form, json!({}), [200, 200, 200])));
    table
}

async fn resources(seller: &HttpUser, owner: &HttpUser) -> Resources {
    let show = seller.create_show("A show of hers").await;
    let mut tickets = seller.list_tickets(&show, 4).await;
    let order = owner.hold(&tickets[0]).await.expect("the site responds").json();
    let lapsing = owner.hold(&tickets[1]).await.expect("the site responds").json();
    let id = |value: &Value| value["id"].as_str().expect("it has an id").to_owned();
    let payment = owner.pay(&id(&order), "pm_card_visa").await.expect("the site responds").json();
    let paid = tickets[0].clone();
    owner.wait_for_order_state(&id(&order), "complete").await;
    let (free, spare) = (tickets.remove(3), tickets.remove(2));
    Resources {
        show,
        ticket: tickets.remove(0),
        spare,
        free,
        order: id(&order),
        lapsing: id(&lapsing),
        payment: id(&payment),
        sold: paid,
    }
}

#[tokio::test]
async fn every_path_has_the_right_status_for_every_user() {
    let site = Site::new().await;
    let (seller, buyer, third) =
        (site.sign_up("seller").await, site.sign_up("buyer").await, site.sign_up("third").await);
    let resources = resources(&seller, &buyer).await;
    let table = table(&resources);
    let mut wrong = Vec::new();

    for row in &table {
        // Tickets belong to the seller; orders and payments belong to the buyer.
        let owner = if row.endpoint.contains("order") || row.endpoint.contains("payment") { &buyer } else { &seller };
        let owner = if row.path == "/api/orders" && row.method == Method::POST { &seller } else { owner };
        for (who, person, status) in [
            ("signed out", &site.anonymous(), row.statuses[0]),
            ("another user", &third, row.statuses[1]),
            ("owner", owner, row.statuses[2]),
        ] {
            let response =
                person.send(row.method.clone(), &row.path, row.body.as_ref()).await.expect("the site responds");
            if response.status.as_u16() != status {
                wrong.push(format!("{} {} {who}: {} {}", row.method, row.path, response.status, response.text));
            }
            let is_error = row.path.starts_with("/api/") && !response.status.is_success();
            if is_error && response.json()["message"].as_str().is_none_or(str::is_empty) {
                wrong.push(format!("{} {} {who}: no message in {}", row.method, row.path, response.text));
            }
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_mounted_endpoint_has_exactly_one_row() {
    // Responses of the live feeds do not end, so they have tests of their own.
    let feeds = [(Method::GET, "/api/live"), (Method::GET, "/api/shows/{id}/live"), (Method::GET, "/api/tabs/live")];
    let rows = table(&Resources::default()).into_iter().map(|row| (row.method, row.endpoint));
    let mut rows: Vec<_> = rows.chain(feeds).collect();
    rows.sort_unstable_by(|a, b| (a.0.as_str(), a.1).cmp(&(b.0.as_str(), b.1)));

    let missing = missing_rows(&mounted(), &rows);

    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert_eq!(rows, mounted(), "a row is there twice, or names no endpoint");
}

#[tokio::test]
async fn d14_orders_are_not_shown_to_users_who_are_signed_out() {
    let site = Site::new().await;
    let (seller, buyer) = (site.sign_up("seller").await, site.sign_up("buyer").await);
    let resources = resources(&seller, &buyer).await;

    let response = site.anonymous().send(Method::GET, &format!("/api/orders/{}", resources.order), None).await;

    assert_eq!(response.expect("the site responds").status, 401);
}

#[tokio::test]
async fn requests_from_pages_of_other_sites_are_refused() {
    let site = Site::new().await;
    let person = site.sign_up("person").await;
    let http = reqwest::Client::new();
    let send = async |name: &str, value: &str| {
        let request =
            http.post(format!("{}/api/shows", site.url())).header("cookie", &person.cookie).header(name, value);
        request.json(&show_body("Forged")).send().await.expect("the site responds").status().as_u16()
    };

    assert_eq!(send("sec-fetch-site", "cross-site").await, 403);
    assert_eq!(send("sec-fetch-site", "same-site").await, 403);
    assert_eq!(send("origin", "https://evil.example").await, 403);
    assert_eq!(send("accept", "*/*").await, 403, "no proof of the same origin");
    assert_eq!(send("sec-fetch-site", "same-origin").await, 200);
    assert_eq!(send("origin", &site.url()).await, 200);
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let site = Site::new().await;
    let person = site.sign_up("person").await;
    assert!(person.get("/api/auth/me").await.is_object());

    person.send(Method::POST, "/api/auth/sign-out", None).await.expect("the site responds");

    assert!(person.get("/api/auth/me").await.is_null(), "the cookie is no longer valid");
}

#[tokio::test]
async fn password_guesses_are_rate_limited() {
    let site = Site::with(&[("RATE_LIMITS", "on")]).await;
    let user = site.anonymous();
    let body = json!({ "email": "ann@example.org", "password": "a wrong password" });
    let mut limited = None;

    for _ in 0..40 {
        let response = user.send(Method::POST, "/api/auth/sign-in", Some(&body)).await.expect("the site responds");
        if response.status == 429 {
            limited = Some(response);
            break;
        }
    }

    let limited = limited.expect("forty guesses exceed the limit");
    assert!(limited.headers.contains_key("retry-after"), "{:?}", limited.headers);
}
