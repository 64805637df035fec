//! A service that is down or hangs, and an event that cannot be handled: what still works, and what users see.

use crate::harness::cluster::{anonymous, layout, start, wait_until_consistent};
use crate::harness::http_user::{HttpUser, hold_body, offer_body};
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// How long a response may take while a service is down.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Fails unless the response is 503 in time, with a message and with when to retry.
async fn assert_unavailable(user: &HttpUser, method: Method, path: &str, body: Option<serde_json::Value>) {
    let started = Instant::now();
    let answer = user.send(method, path, body.as_ref()).await.expect("the web tier responds");
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {}", answer.text);
    assert!(started.elapsed() < RESPONSE_TIMEOUT, "{path} took {:?}", started.elapsed());
    assert!(answer.headers.contains_key("retry-after"), "{path}: {:?}", answer.headers);
    assert!(answer.text.contains("try again in a few seconds"), "{path}: {}", answer.text);
}

async fn assert_available(user: &HttpUser, path: &str) {
    let started = Instant::now();
    let answer = user.send(Method::GET, path, None).await.expect("the web tier responds");
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    assert!(started.elapsed() < RESPONSE_TIMEOUT, "{path} took {:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_service_is_down_its_pages_say_so_and_the_others_work() {
    let mut cluster = start(&layout(60));
    let seller = anonymous(&cluster).sign_up("seller").await;
    let buyer = anonymous(&cluster).sign_up("buyer").await;
    let show = seller.create_show("The Tempest").await;
    let tickets = seller.list_tickets(&show, 2).await;
    let order = buyer.hold_free(&tickets[0]).await;

    // A process that is down does not receive requests; one that hangs receives them and does not respond.
    for hangs in [false, true] {
        if hangs {
            cluster.member("orders-1").signal("STOP");
        } else {
            cluster.member("orders-1").kill().expect("it runs");
        }
        assert_unavailable(&buyer, Method::POST, "/api/orders", Some(hold_body(&tickets[1]))).await;
        assert_unavailable(&buyer, Method::GET, "/api/orders", None).await;
        assert_unavailable(&buyer, Method::GET, "/orders", None).await;
        assert_unavailable(&buyer, Method::GET, &format!("/orders/{order}"), None).await;
        for path in ["/", "/api/shows", &format!("/shows/{show}"), &format!("/tickets/{}", tickets[1]), "/selling"] {
            assert_available(&buyer, path).await;
        }
        if hangs {
            cluster.member("orders-1").signal("CONT");
        } else {
            cluster.member("orders-1").start().expect("it starts again");
        }
        cluster.member("orders-1").wait_until_ready().expect("it becomes ready");
        assert_available(&buyer, &format!("/orders/{order}")).await;
    }

    cluster.member("auth-1").kill().expect("it runs");
    assert_available(&buyer, "/").await;
    // A session that cannot be checked is not treated as signed out.
    assert_unavailable(&buyer, Method::GET, "/api/orders", None).await;
    assert_unavailable(&buyer, Method::GET, "/orders", None).await;
    let signing_in = json!({ "email": "somebody@example.org", "password": "a password of hers" });
    assert_unavailable(&buyer, Method::POST, "/api/auth/sign-in", Some(signing_in)).await;
    cluster.member("auth-1").start().expect("it starts again");
    cluster.member("auth-1").wait_until_ready().expect("it becomes ready");

    let paid = buyer.pay(&order, "pm_card_visa").await.expect("the site responds");
    assert_eq!(paid.status, StatusCode::OK, "{}", paid.text);
    wait_until_consistent(&cluster, Duration::from_secs(150)).await;
}

/// Makes the database refuse a row that payments must write, like a missing migration.
const REFUSE_ROW: &str = r#"
    create function refuse() returns trigger language plpgsql as $$ begin
        if new.body like '%"minor":6660%' then raise exception 'broken on purpose'; end if;
        return new;
    end $$;
    create trigger broken before insert on order_replicas for each row execute function refuse();"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_cannot_be_handled_blocks_no_other_and_can_be_requeued() {
    let cluster = start(&layout(120));
    let seller = anonymous(&cluster).sign_up("seller").await;
    let buyer = anonymous(&cluster).sign_up("buyer").await;
    let show = seller.create_show("The Tempest").await;
    let fine = seller.list_tickets(&show, 1).await;
    let mut offer = offer_body(&show, 1);
    offer["price"]["minor"] = json!(6660);
    let dear = seller.post("/api/tickets", offer).await[0]["id"].clone();
    cluster.postgres.sql("ticketing_payments", REFUSE_ROW).expect("the trigger is valid");

    let total = json!({ "minor": 6660, "currency": "EUR" });
    let order = buyer.post("/api/orders", json!({ "ticket_ids": [dear], "expected_total": total })).await;
    let dead = || cluster.postgres.sql("ticketing_payments", "select count(*) from inbox where state = 'dead_letter'");
    let deadline = Instant::now() + Duration::from_secs(60);
    while dead().expect("the database answers") != "1" {
        assert!(Instant::now() < deadline, "the event does not become a dead letter");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let other = buyer.hold(&fine[0]).await.expect("the site responds").json()["id"].clone();
    let paid = buyer.pay(other.as_str().expect("it is held"), "pm_card_visa").await.expect("the site responds");
    assert_eq!(paid.status, StatusCode::OK, "the event blocks other orders: {}", paid.text);

    cluster.postgres.sql("ticketing_payments", "drop trigger broken on order_replicas").expect("the trigger exists");
    let replayed = cluster.command(&["replay", "--dead"]).output().expect("the command can be started");
    let output = String::from_utf8_lossy(&replayed.stdout).into_owned();
    assert!(replayed.status.success() && output.contains("1 dead-lettered events"), "{output}");
    let order = order["id"].as_str().expect("it is held").to_owned();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let paid = buyer.pay(&order, "pm_card_visa").await.expect("the site responds");
    assert_eq!(paid.status, StatusCode::OK, "{}", paid.text);
    wait_until_consistent(&cluster, Duration::from_secs(150)).await;
}
