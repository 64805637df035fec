//! The forms for browsers without script: what each changes, and where it leads.

use crate::harness::http_user::HttpUser;
use crate::harness::site::Site;
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde_json::Value;

/// The page that explains why a form failed.
const ERROR_PAGE: &str = "/sorry?";

/// A browser that submits forms and does not follow redirects.
struct Browser {
    http: Client,
    site: String,
    user: HttpUser,
}

impl Browser {
    /// A browser without a session.
    fn new(site: &Site) -> Self {
        let http = Client::builder().redirect(Policy::none()).build().expect("the options are valid");
        Browser { http, site: site.url(), user: site.anonymous() }
    }

    /// Submits a form and returns where it leads. Keeps the cookies that the response sets.
    async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> String {
        let request = self.http.post(format!("{}{path}", self.site)).header("origin", &self.site);
        let response = request.header("cookie", &self.user.cookie).form(fields).send().await;
        let response = response.expect("the site responds");
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{path}");
        for cookie in response.headers().get_all("set-cookie") {
            let cookie = cookie.to_str().expect("cookies are ASCII").split(';').next().unwrap_or_default();
            self.keep(cookie);
        }
        let location = response.headers().get("location").expect("a redirect has a target");
        location.to_str().expect("addresses are ASCII").to_owned()
    }

    /// Replaces the cookie of the same name.
    fn keep(&mut self, cookie: &str) {
        let name = cookie.split_once('=').map_or(cookie, |(name, _)| name);
        let is_other = |known: &&str| known.split_once('=').is_some_and(|(known, _)| known != name);
        let others = self.user.cookie.split("; ").filter(is_other);
        self.user.cookie = others.chain([cookie]).collect::<Vec<_>>().join("; ");
    }

    async fn sign_up(&mut self, name: &str, back: &str) -> String {
        let email = format!("{name}@example.org");
        self.submit("/forms/sign-up", &[("email", &email), ("password", "a password of hers"), ("back", back)]).await
    }

    /// Holds a ticket for €10.00 and returns the order's id.
    async fn hold(&mut self, show: &str, ticket: &str) -> String {
        let location = self.submit("/forms/hold", &[("show", show), ("ticket", &format!("{ticket} 1000 EUR"))]).await;
        location.strip_prefix("/orders/").unwrap_or_else(|| panic!("it leads to {location}")).to_owned()
    }

    async fn pay(&mut self, order: &str, card: &str) -> String {
        self.submit("/forms/pay", &[("order", order), ("method", card)]).await
    }

    /// Answers the bank of the order's payment.
    async fn authenticate(&mut self, order: &str, approve: &str) -> String {
        let payment = self.order(order).await["payment"]["id"].clone();
        let payment = payment.as_str().expect("the order has a payment");
        self.submit("/forms/authenticate", &[("order", order), ("payment", payment), ("approve", approve)]).await
    }

    async fn order(&self, order: &str) -> Value {
        self.user.get(&format!("/api/orders/{order}")).await
    }
}

/// A site with a show and that many tickets.
async fn site_with_tickets(tickets: usize) -> (Site, String, Vec<String>) {
    let site = Site::new().await;
    let seller = site.sign_up("seller").await;
    let show = seller.create_show("Without Script").await;
    let tickets = seller.list_tickets(&show, tickets).await;
    (site, show, tickets)
}

#[tokio::test]
async fn a_ticket_is_bought_with_forms_alone() {
    let (site, show, tickets) = site_with_tickets(1).await;
    let mut ben = Browser::new(&site);

    assert_eq!(ben.sign_up("ben", &format!("/shows/{show}")).await, format!("/shows/{show}"));
    assert_eq!(ben.user.get("/api/auth/me").await["email"], "ben@example.org");
    let order = ben.hold(&show, &tickets[0]).await;
    assert_eq!(ben.order(&order).await["state"], "held");

    let declined = ben.pay(&order, "pm_card_chargeDeclined").await;
    assert!(declined.starts_with(ERROR_PAGE), "{declined}");
    assert_eq!(ben.order(&order).await["state"], "held");

    let page = format!("/orders/{order}");
    assert_eq!(ben.pay(&order, "pm_card_authenticationRequired").await, page);
    assert_eq!(ben.authenticate(&order, "no").await, page);
    let refused = ben.user.wait_for_payment_state(&order, "declined").await;
    assert_eq!(refused["state"], "held", "{refused}");

    assert_eq!(ben.pay(&order, "pm_card_authenticationRequired").await, page);
    assert_eq!(ben.authenticate(&order, "yes").await, page);
    ben.user.wait_for_order_state(&order, "complete").await;
    site.assert_consistent().await;
}

#[tokio::test]
async fn a_hold_is_cancelled_once() {
    let (site, show, tickets) = site_with_tickets(1).await;
    let mut ben = Browser::new(&site);
    ben.sign_up("ben", "/").await;
    let order = ben.hold(&show, &tickets[0]).await;

    let first = ben.submit("/forms/cancel", &[("order", &order)]).await;
    let second = ben.submit("/forms/cancel", &[("order", &order)]).await;

    assert_eq!(first, format!("/orders/{order}"));
    assert!(second.starts_with(ERROR_PAGE), "{second}");
    assert_eq!(ben.order(&order).await["state"], "cancelled");
}

#[tokio::test]
async fn a_form_that_needs_a_session_leads_to_sign_in_and_changes_nothing() {
    let (site, show, tickets) = site_with_tickets(1).await;
    let mut visitor = Browser::new(&site);

    let hold = [("show", show.as_str()), ("ticket", &format!("{} 1000 EUR", tickets[0]))];
    let location = visitor.submit("/forms/hold", &hold).await;

    assert!(location.starts_with("/sign-in?") && location.contains(&show), "{location}");
    assert_eq!(visitor.user.get(&format!("/api/tickets/{}", tickets[0])).await["state"], "on_sale");
}

#[tokio::test]
async fn a_hold_without_a_valid_ticket_is_refused() {
    let (site, show, tickets) = site_with_tickets(1).await;
    let mut ben = Browser::new(&site);
    ben.sign_up("ben", "/").await;

    for ticket in ["", "not a ticket", &format!("{} 1 EUR", tickets[0])] {
        let location = ben.submit("/forms/hold", &[("show", &show), ("ticket", ticket)]).await;
        assert!(location.starts_with(ERROR_PAGE) && location.contains(&show), "{ticket}: {location}");
    }
    assert_eq!(ben.user.get("/api/orders").await["items"], Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_session_begins_with_the_right_password_and_ends_with_sign_out() {
    let site = Site::new().await;
    Browser::new(&site).sign_up("ben", "/").await;
    let mut ben = Browser::new(&site);
    let credentials = |password| [("email", "ben@example.org"), ("password", password), ("back", "/orders")];

    let wrong = ben.submit("/forms/sign-in", &credentials("another password")).await;
    assert!(wrong.starts_with(ERROR_PAGE), "{wrong}");
    assert!(ben.user.get("/api/auth/me").await.is_null());

    assert_eq!(ben.submit("/forms/sign-in", &credentials("a password of hers")).await, "/orders");
    assert_eq!(ben.user.get("/api/auth/me").await["email"], "ben@example.org");
    let session = ben.user.clone();

    assert_eq!(ben.submit("/forms/sign-out", &[]).await, "/");
    assert!(ben.user.get("/api/auth/me").await.is_null());
    assert!(session.get("/api/auth/me").await.is_null(), "the old cookie is no longer valid");
}

#[tokio::test]
async fn a_form_leads_only_to_pages_of_this_site() {
    let site = Site::new().await;
    let mut ben = Browser::new(&site);

    assert_eq!(ben.sign_up("ben", "//evil.example/").await, "/");
    for (language, back) in [("de", "https://evil.example/"), ("klingon", "//evil.example/")] {
        assert_eq!(ben.submit("/forms/language", &[("language", language), ("back", back)]).await, "/");
    }
}

#[tokio::test]
async fn an_address_is_proved_and_a_password_is_reset_with_forms_alone() {
    let site = Site::new().await;
    let mut ben = Browser::new(&site);
    ben.sign_up("ben", "/").await;
    let email = "ben@example.org";

    let token = site.mailed_token(email, "verify").await;
    assert_eq!(ben.submit("/forms/verify", &[("token", &token)]).await, "/verify?done=yes");
    assert_eq!(ben.user.get("/api/auth/me").await["verified"], true);
    let again = ben.submit("/forms/verify", &[("token", &token)]).await;
    assert!(again.starts_with(ERROR_PAGE) && again.contains("link_invalid"), "a link works once: {again}");

    let mut visitor = Browser::new(&site);
    for address in [email, "nobody@example.org"] {
        assert_eq!(visitor.submit("/forms/forgot", &[("email", address)]).await, "/forgot?done=yes");
    }
    let token = site.mailed_token(email, "reset").await;
    let short = visitor.submit("/forms/reset", &[("token", &token), ("password", "short")]).await;
    assert!(short.starts_with(ERROR_PAGE) && short.contains("short_password"), "{short}");
    assert!(!short.contains(&token), "the token stays out of addresses: {short}");
    let done = visitor.submit("/forms/reset", &[("token", &token), ("password", "lantern foxes at noon")]).await;
    assert_eq!(done, "/reset?done=yes");

    assert!(ben.user.get("/api/auth/me").await.is_null(), "a reset ends every session");
    let credentials = [("email", email), ("password", "lantern foxes at noon"), ("back", "/orders")];
    assert_eq!(visitor.submit("/forms/sign-in", &credentials).await, "/orders");
}

#[tokio::test]
async fn an_account_is_changed_and_closed_with_forms_alone() {
    let site = Site::new().await;
    let (mut ben, mut phone) = (Browser::new(&site), Browser::new(&site));
    ben.sign_up("ben", "/").await;
    let sign_in = |password| [("email", "ben@example.org"), ("password", password), ("back", "/")];
    phone.submit("/forms/sign-in", &sign_in("a password of hers")).await;

    let sessions = ben.user.get("/api/auth/sessions").await;
    let other = sessions.as_array().expect("a list").iter().find(|session| session["current"] == false);
    let other = other.expect("the phone is listed")["id"].as_str().expect("an id").to_owned();
    assert_eq!(ben.submit("/forms/revoke-session", &[("id", &other)]).await, "/account?done=session-revoked");
    assert!(phone.user.get("/api/auth/me").await.is_null());

    phone.submit("/forms/sign-in", &sign_in("a password of hers")).await;
    let done = ben.submit("/forms/revoke-other-sessions", &[]).await;
    assert_eq!(done, "/account?done=other-sessions-revoked");
    assert!(phone.user.get("/api/auth/me").await.is_null());

    phone.submit("/forms/sign-in", &sign_in("a password of hers")).await;
    let wrong = [("current", "not the password"), ("password", "lantern foxes at noon")];
    assert!(ben.submit("/forms/change-password", &wrong).await.starts_with(ERROR_PAGE));
    let right = [("current", "a password of hers"), ("password", "lantern foxes at noon")];
    assert_eq!(ben.submit("/forms/change-password", &right).await, "/account?done=password-changed");
    assert!(phone.user.get("/api/auth/me").await.is_null());

    let change = [("password", "lantern foxes at noon"), ("email", "benjamin@example.org")];
    assert_eq!(ben.submit("/forms/change-email", &change).await, "/account?done=email-change-sent");
    assert_eq!(ben.user.get("/api/auth/me").await["email"], "ben@example.org", "it is not proved yet");
    let token = site.mailed_token("benjamin@example.org", "verify").await;
    ben.submit("/forms/verify", &[("token", &token)]).await;
    assert_eq!(ben.user.get("/api/auth/me").await["email"], "benjamin@example.org");

    assert_eq!(ben.submit("/forms/send-verification", &[]).await, "/account?done=verification-sent");
    assert!(ben.submit("/forms/close-account", &[("password", "not the password")]).await.starts_with(ERROR_PAGE));
    let session = ben.user.clone();
    let closed = ben.submit("/forms/close-account", &[("password", "lantern foxes at noon")]).await;
    assert_eq!(closed, "/account?done=closed");
    assert!(session.get("/api/auth/me").await.is_null(), "the session has ended");
    let again = [("email", "benjamin@example.org"), ("password", "lantern foxes at noon"), ("back", "/")];
    assert!(ben.submit("/forms/sign-in", &again).await.starts_with(ERROR_PAGE));
}

#[tokio::test]
async fn an_account_form_that_needs_a_session_leads_to_sign_in() {
    let site = Site::new().await;
    let mut visitor = Browser::new(&site);
    let password = ("password", "lantern foxes at noon");

    for (path, fields) in [
        ("/forms/change-password", vec![("current", "a password of hers"), password]),
        ("/forms/change-email", vec![password, ("email", "ben@example.org")]),
        ("/forms/close-account", vec![password]),
        ("/forms/revoke-session", vec![("id", "018f0000-0000-7000-8000-000000000000")]),
        ("/forms/revoke-other-sessions", vec![]),
        ("/forms/send-verification", vec![]),
    ] {
        assert_eq!(visitor.submit(path, &fields).await, "/sign-in?back=%2Faccount", "{path}");
    }
}
