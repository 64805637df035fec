//! Every path, for everybody: signed out, a stranger to it, and its owner.

use crate::site::{Person, Site, hold, offer, show};
use reqwest::Method;
use serde_json::{Value, json};
use ticketing::web::{ENDPOINTS, mounted};

/// A row of the table: what is asked, and the status for one who is signed out, a stranger, and the owner.
struct Row {
    method: Method,
    /// The path as it is mounted.
    endpoint: &'static str,
    path: String,
    body: Option<Value>,
    statuses: [u16; 3],
}

/// What the rows are about.
struct Things {
    show: String,
    ticket: String,
    spare: String,
    free: String,
    order: String,
    lapsing: String,
    payment: String,
    /// Paid by the owner of the orders, so its seller can give the money back.
    sold: String,
}

fn row(method: Method, endpoint: &'static str, id: &str, body: Option<Value>, statuses: [u16; 3]) -> Row {
    let path = endpoint.replace("{id}", id);
    Row { method, endpoint, path, body, statuses }
}

fn table(things: &Things) -> Vec<Row> {
    let get = |endpoint, id: &str, statuses| row(Method::GET, endpoint, id, None, statuses);
    let post = |endpoint, body: Value, statuses| row(Method::POST, endpoint, "", Some(body), statuses);
    let credentials = json!({ "email": "nobody@example.org", "password": "not the password" });
    let reprice = json!({ "price": { "minor": 1100, "currency": "EUR" }, "version": 1 });
    let pay = json!({ "order_id": things.order, "method": "pm_card_visa" });
    let authenticate = Some(json!({ "approve": true }));
    vec![
        post("/api/auth/sign-up", json!({ "email": "x", "password": "y" }), [400, 400, 400]),
        post("/api/auth/sign-in", credentials, [401, 401, 401]),
        get("/api/auth/me", "", [200, 200, 200]),
        get("/api/shows", "", [200, 200, 200]),
        post("/api/shows", show("Another"), [401, 200, 200]),
        get("/api/shows/{id}", &things.show, [200, 200, 200]),
        get("/api/shows/{id}/tickets", &things.show, [200, 200, 200]),
        post("/api/tickets", offer(&things.show, 1), [401, 200, 200]),
        get("/api/tickets/{id}", &things.ticket, [200, 200, 200]),
        row(Method::PUT, "/api/tickets/{id}", &things.spare, Some(reprice), [401, 403, 200]),
        row(Method::DELETE, "/api/tickets/{id}", &things.spare, None, [401, 403, 200]),
        get("/api/selling", "", [401, 200, 200]),
        get("/api/account", "", [401, 200, 200]),
        row(Method::POST, "/api/account/payouts", "", None, [401, 200, 200]),
        get("/account.csv", "", [401, 200, 200]),
        // The owner of the tickets cannot buy them; the stranger can.
        post("/api/orders", hold(&things.free), [401, 200, 409]),
        get("/api/orders", "", [401, 200, 200]),
        get("/api/orders/{id}", &things.order, [401, 403, 200]),
        row(Method::DELETE, "/api/orders/{id}", &things.lapsing, None, [401, 403, 200]),
        post("/api/payments", pay, [401, 403, 200]),
        get("/api/payments/{id}", &things.payment, [401, 403, 200]),
        get("/api/payments/settings", "", [200, 200, 200]),
        // Nothing of it is signed, whoever sends it.
        post("/webhooks/stripe", json!({}), [400, 400, 400]),
        row(Method::POST, "/api/payments/{id}/authenticate", &things.payment, authenticate, [401, 403, 200]),
        // These come last, since the ticket and the show are gone then.
        row(Method::POST, "/api/tickets/{id}/refund", &things.sold, None, [401, 403, 200]),
        row(Method::POST, "/api/shows/{id}/cancel", &things.show, None, [401, 403, 200]),
        // Forms lead to a page, whatever came of them; the services behind them are those that are asked above.
        post("/forms/authenticate", json!({}), [200, 200, 200]),
        post("/forms/cancel", json!({}), [200, 200, 200]),
        post("/forms/hold", json!({}), [200, 200, 200]),
        post("/forms/language", json!({}), [200, 200, 200]),
        post("/forms/pay", json!({}), [200, 200, 200]),
        post("/forms/sign-in", json!({}), [200, 200, 200]),
        post("/forms/sign-up", json!({}), [200, 200, 200]),
        get("/health/live", "", [200, 200, 200]),
        get("/health/ready", "", [200, 200, 200]),
        get("/metrics", "", [200, 200, 200]),
        row(Method::POST, "/api/auth/sign-out", "", None, [200, 200, 200]),
        row(Method::POST, "/forms/sign-out", "", None, [200, 200, 200]),
    ]
}

async fn things(seller: &Person, owner: &Person) -> Things {
    let show = seller.announces("A show of hers").await;
    let mut tickets = seller.lists(&show, 4).await;
    let order = owner.holds(&tickets[0]).await.expect("the site is up").json();
    let lapsing = owner.holds(&tickets[1]).await.expect("the site is up").json();
    let id = |value: &Value| value["id"].as_str().expect("it has an id").to_owned();
    let payment = owner.pays(&id(&order), "pm_card_visa").await.expect("the site is up").json();
    let paid = tickets[0].clone();
    until_complete(owner, &id(&order)).await;
    let (free, spare) = (tickets.remove(3), tickets.remove(2));
    Things {
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

/// Waits until an order is complete: only then is there a sale that can be undone.
async fn until_complete(buyer: &Person, order: &str) {
    for _ in 0..100 {
        if buyer.get(&format!("/api/orders/{order}")).await["state"] == "complete" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the order was paid, and is not complete");
}

#[tokio::test]
async fn every_path_answers_everybody_with_the_right_status() {
    let site = Site::new().await;
    let (seller, buyer, third) = (site.person("seller").await, site.person("buyer").await, site.person("third").await);
    let things = things(&seller, &buyer).await;
    let table = table(&things);
    let mut wrong = Vec::new();

    for row in &table {
        // Whose it is depends on what it is about: tickets are their seller's, orders and payments their buyer's.
        let owner = if row.endpoint.contains("order") || row.endpoint.contains("payment") { &buyer } else { &seller };
        let owner = if row.path == "/api/orders" && row.method == Method::POST { &seller } else { owner };
        for (who, person, status) in [
            ("signed out", &site.stranger(), row.statuses[0]),
            ("stranger", &third, row.statuses[1]),
            ("owner", owner, row.statuses[2]),
        ] {
            let answer = person.send(row.method.clone(), &row.path, row.body.as_ref()).await.expect("the site is up");
            if answer.status.as_u16() != status {
                wrong.push(format!("{} {} {who}: {} {}", row.method, row.path, answer.status, answer.text));
            }
            let answers_json = row.path.starts_with("/api/") && !answer.status.is_success();
            if answers_json && answer.json()["message"].as_str().is_none_or(str::is_empty) {
                wrong.push(format!("{} {} {who}: no message in {}", row.method, row.path, answer.text));
            }
        }
    }

    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The live feeds do not end, so they are tested on their own.
    let tested = table
        .iter()
        .map(|row| (row.method.as_str(), row.endpoint))
        .chain([("GET", "/api/live"), ("GET", "/api/shows/{id}/live")]);
    let mut tested: Vec<_> = tested.collect();
    tested.sort_unstable();
    assert_eq!(tested, ENDPOINTS, "every endpoint has its row");
}

#[test]
fn the_list_of_endpoints_is_what_is_mounted() {
    let mounted: Vec<_> = mounted().into_iter().map(|(method, path)| (method.to_string(), path)).collect();
    let listed: Vec<_> = ENDPOINTS.iter().map(|(method, path)| ((*method).to_owned(), *path)).collect();

    assert_eq!(mounted, listed);
}

#[tokio::test]
async fn d14_orders_are_shown_to_nobody_who_is_signed_out() {
    let site = Site::new().await;
    let (seller, buyer) = (site.person("seller").await, site.person("buyer").await);
    let things = things(&seller, &buyer).await;

    let answer = site.stranger().send(Method::GET, &format!("/api/orders/{}", things.order), None).await;

    assert_eq!(answer.expect("the site is up").status, 401);
}

#[tokio::test]
async fn nothing_is_changed_for_a_page_of_another_site() {
    let site = Site::new().await;
    let person = site.person("person").await;
    let http = reqwest::Client::new();
    let send = async |name: &str, value: &str| {
        let request =
            http.post(format!("{}/api/shows", site.url())).header("cookie", &person.cookie).header(name, value);
        request.json(&show("Forged")).send().await.expect("the site is up").status().as_u16()
    };

    assert_eq!(send("sec-fetch-site", "cross-site").await, 403);
    assert_eq!(send("sec-fetch-site", "same-site").await, 403);
    assert_eq!(send("origin", "https://evil.example").await, 403);
    assert_eq!(send("accept", "*/*").await, 403, "no proof at all");
    assert_eq!(send("sec-fetch-site", "same-origin").await, 200);
    assert_eq!(send("origin", &site.url()).await, 200);
}

#[tokio::test]
async fn a_session_ends_on_the_server() {
    let site = Site::new().await;
    let person = site.person("person").await;
    assert!(person.get("/api/auth/me").await.is_object());

    person.send(Method::POST, "/api/auth/sign-out", None).await.expect("the site is up");

    assert!(person.get("/api/auth/me").await.is_null(), "the cookie is worth nothing now");
}

#[tokio::test]
async fn guessing_passwords_is_slowed_down() {
    let site = Site::with(&[("RATE_LIMITS", "on")]).await;
    let stranger = site.stranger();
    let body = json!({ "email": "ann@example.org", "password": "a wild guess" });
    let mut limited = None;

    for _ in 0..40 {
        let answer = stranger.send(Method::POST, "/api/auth/sign-in", Some(&body)).await.expect("the site is up");
        if answer.status == 429 {
            limited = Some(answer);
            break;
        }
    }

    let limited = limited.expect("forty guesses are too many");
    assert!(limited.headers.contains_key("retry-after"), "{:?}", limited.headers);
}
