//! A user of a running site, over HTTP.

use rand::Rng;
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

/// How long a response may take.
const TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub struct HttpUser {
    http: Client,
    site: String,
    /// The cookies of the session as a browser would send them; empty while signed out.
    pub cookie: String,
}

#[derive(Debug)]
pub struct HttpResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl HttpResponse {
    /// The body as JSON; null if it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    /// The cookies that the response sets, as a browser would send them.
    pub fn cookie(&self) -> Option<String> {
        let cookies =
            self.headers.get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
        Some(cookies.collect::<Vec<_>>().join("; ")).filter(|cookies| !cookies.is_empty())
    }
}

impl HttpUser {
    /// A user who is signed out, on the site at that URL.
    pub fn anonymous(site: String) -> Self {
        let http = Client::builder().timeout(TIMEOUT).build().expect("the options are valid");
        HttpUser { http, site, cookie: String::new() }
    }

    /// A user who is signed out, on the site at that URL, from that address of this machine.
    pub fn at(address: Ipv4Addr, site: String) -> Self {
        let options = Client::builder().timeout(TIMEOUT).local_address(IpAddr::V4(address));
        HttpUser { http: options.build().expect("the options are valid"), site, cookie: String::new() }
    }

    /// The same client with these cookies.
    pub fn with_cookie(&self, cookie: String) -> HttpUser {
        HttpUser { cookie, ..self.clone() }
    }

    /// A new account on the same site.
    pub async fn sign_up(&self, name: &str) -> HttpUser {
        let number: u64 = rand::rng().random();
        let body = json!({ "email": format!("{name}-{number}@example.org"), "password": "a password of hers" });
        let response = self.send(Method::POST, "/api/auth/sign-up", Some(&body)).await.expect("the site responds");
        assert_eq!(response.status, StatusCode::OK, "{}", response.text);
        HttpUser { cookie: response.cookie().expect("a session begins"), ..self.clone() }
    }

    /// # Errors
    /// If the site does not respond.
    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<HttpResponse, reqwest::Error> {
        let text = body.map(Value::to_string);
        self.send_text(method, path, text.as_deref(), &[]).await
    }

    /// Sends any text as a JSON body, and more headers.
    ///
    /// # Errors
    /// If the site does not respond.
    pub async fn send_text(
        &self,
        method: Method,
        path: &str,
        body: Option<&str>,
        headers: &[(&'static str, &str)],
    ) -> Result<HttpResponse, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.site)).header("x-request-client", "test");
        if !self.cookie.is_empty() {
            request = request.header(COOKIE, &self.cookie);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_owned());
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(HttpResponse { status, headers, text: response.text().await? })
    }

    /// Gets a resource that exists.
    pub async fn get(&self, path: &str) -> Value {
        let response = self.send(Method::GET, path, None).await.expect("the site responds");
        assert_eq!(response.status, StatusCode::OK, "{path}: {}", response.text);
        response.json()
    }

    /// Sends a command that succeeds.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let response = self.send(Method::POST, path, Some(&body)).await.expect("the site responds");
        assert_eq!(response.status, StatusCode::OK, "{path}: {}", response.text);
        response.json()
    }

    /// Announces a show and returns its id.
    pub async fn create_show(&self, title: &str) -> String {
        let show = self.post("/api/shows", show_body(title)).await;
        show["id"].as_str().expect("it has an id").to_owned()
    }

    /// Lists tickets for €10.00 each and returns their ids.
    pub async fn list_tickets(&self, show: &str, tickets: usize) -> Vec<String> {
        self.offer(offer_body(show, tickets)).await
    }

    /// Issues tickets of the user's own show for €10.00 each and returns their ids.
    pub async fn issue_tickets(&self, show: &str, tickets: usize) -> Vec<String> {
        let mut offer = offer_body(show, tickets);
        offer["issued"] = json!(true);
        self.offer(offer).await
    }

    async fn offer(&self, offer: Value) -> Vec<String> {
        let listed = self.post("/api/tickets", offer).await;
        let tickets = listed.as_array().expect("a list").iter();
        tickets.map(|ticket| ticket["id"].as_str().expect("it has an id").to_owned()).collect()
    }

    /// Tries to hold one ticket for €10.00.
    ///
    /// # Errors
    /// If the site does not respond.
    pub async fn hold(&self, ticket: &str) -> Result<HttpResponse, reqwest::Error> {
        self.send(Method::POST, "/api/orders", Some(&hold_body(ticket))).await
    }

    /// Holds a ticket that is free, and returns the order's id.
    pub async fn hold_free(&self, ticket: &str) -> String {
        let order = self.hold(ticket).await.expect("the site responds");
        order.json()["id"].as_str().unwrap_or_else(|| panic!("the ticket is not free: {}", order.text)).to_owned()
    }

    /// Tries to pay an order.
    ///
    /// # Errors
    /// If the site does not respond.
    pub async fn pay(&self, order: &str, card: &str) -> Result<HttpResponse, reqwest::Error> {
        self.send(Method::POST, "/api/payments", Some(&json!({ "order_id": order, "method": card }))).await
    }

    /// Waits until an order is in that state, and returns it.
    pub async fn wait_for_order_state(&self, order: &str, state: &str) -> Value {
        self.wait_for_order(order, state, |order| &order["state"]).await
    }

    /// Waits until the payment of the order has the state, and returns the order.
    pub async fn wait_for_payment_state(&self, order: &str, state: &str) -> Value {
        self.wait_for_order(order, state, |order| &order["payment"]["state"]).await
    }

    async fn wait_for_order(&self, order: &str, state: &str, state_of: fn(&Value) -> &Value) -> Value {
        let path = format!("/api/orders/{order}");
        let deadline = tokio::time::Instant::now() + TIMEOUT;
        loop {
            let order = self.get(&path).await;
            if *state_of(&order) == state {
                return order;
            }
            assert!(tokio::time::Instant::now() < deadline, "it does not become {state}: {order}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// The body that announces a show.
pub fn show_body(title: &str) -> Value {
    json!({
        "title": title, "venue": "Tempodrom", "city": "Berlin", "country": "Germany", "category": "concert",
        "starts_at": "2027-06-01T20:00", "time_zone": "Europe/Berlin", "currency": "EUR",
    })
}

/// The body that lists tickets for €10.00 each, for seats of a row that has no tickets yet.
pub fn offer_body(show: &str, tickets: usize) -> Value {
    let row = rand::rng().random::<u64>().to_string();
    let seats: Vec<Value> = (1..=tickets).map(|number| json!({ "row": row, "seat": number.to_string() })).collect();
    json!({ "show_id": show, "price": { "minor": 1000, "currency": "EUR" }, "face_value": null, "seats": seats })
}

/// The body that holds one ticket for €10.00.
pub fn hold_body(ticket: &str) -> Value {
    json!({ "ticket_ids": [ticket], "expected_total": { "minor": 1000, "currency": "EUR" } })
}
