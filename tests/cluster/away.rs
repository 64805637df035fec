//! A service that is down or hangs, and a message that cannot be handled: what still works, and what people are told.

use super::{audited, cluster, stranger};
use crate::site::{Person, hold};
use reqwest::{Method, StatusCode};
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

/// Whoever asks what is away hears so within this.
const SAID_TIMEOUT: Duration = Duration::from_secs(5);

/// Fails unless this is refused in time, with words and with when to try again.
async fn is_away(person: &Person, method: Method, path: &str, body: Option<serde_json::Value>) {
    let began = Instant::now();
    let answer = person.send(method, path, body.as_ref()).await.expect("the web tier is up");
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}: {}", answer.text);
    assert!(began.elapsed() < SAID_TIMEOUT, "{path} took {:?}", began.elapsed());
    assert!(answer.headers.contains_key("retry-after"), "{path}: {:?}", answer.headers);
    assert!(answer.text.contains("try again in a few seconds"), "{path}: {}", answer.text);
}

async fn is_there(person: &Person, path: &str) {
    let began = Instant::now();
    let answer = person.send(Method::GET, path, None).await.expect("the web tier is up");
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    assert!(began.elapsed() < SAID_TIMEOUT, "{path} took {:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_away_is_said_in_words_and_the_rest_goes_on() {
    let mut cluster = cluster(1, 60, false);
    let seller = stranger(&cluster).signs_up("seller").await;
    let buyer = stranger(&cluster).signs_up("buyer").await;
    let show = seller.announces("The Tempest").await;
    let tickets = seller.lists(&show, 2).await;
    let order = buyer.holds(&tickets[0]).await.expect("it is up").json()["id"].clone();
    let order = order.as_str().expect("it is held").to_owned();

    // Down: nobody hears the question. Stopped: somebody does, and does not answer.
    for hangs in [false, true] {
        match hangs {
            true => cluster.member("orders-1").signal("STOP"),
            false => cluster.member("orders-1").kill().expect("it can be killed"),
        }
        is_away(&buyer, Method::POST, "/api/orders", Some(hold(&tickets[1]))).await;
        is_away(&buyer, Method::GET, "/api/orders", None).await;
        is_away(&buyer, Method::GET, "/orders", None).await;
        is_away(&buyer, Method::GET, &format!("/orders/{order}"), None).await;
        for path in ["/", "/api/shows", &format!("/shows/{show}"), &format!("/tickets/{}", tickets[1]), "/selling"] {
            is_there(&buyer, path).await;
        }
        match hangs {
            true => cluster.member("orders-1").signal("CONT"),
            false => cluster.member("orders-1").start().expect("it starts again"),
        }
        cluster.member("orders-1").gets_ready().expect("it gets ready again");
        is_there(&buyer, &format!("/orders/{order}")).await;
    }

    cluster.member("auth-1").kill().expect("it can be killed");
    is_there(&buyer, "/").await;
    // Nobody is told that they are signed out only because nobody can say who they are.
    is_away(&buyer, Method::GET, "/api/orders", None).await;
    is_away(&buyer, Method::GET, "/orders", None).await;
    let signing_in = json!({ "email": "somebody@example.org", "password": "a password of hers" });
    is_away(&buyer, Method::POST, "/api/auth/sign-in", Some(signing_in)).await;
    cluster.member("auth-1").start().expect("it starts again");
    cluster.member("auth-1").gets_ready().expect("it gets ready again");

    let paid = buyer.pays(&order, "pm_card_visa").await.expect("it is up");
    assert_eq!(paid.status, StatusCode::OK, "{}", paid.text);
    audited(&cluster, Duration::from_secs(150)).await;
}

/// The database refuses what a service must write: as a migration that was forgotten would.
const BREAK: &str = r#"
    create function refuse() returns trigger language plpgsql as $$ begin
        if new.body like '%"minor":6660%' then raise exception 'broken on purpose'; end if;
        return new;
    end $$;
    create trigger broken before insert on order_copies for each row execute function refuse();"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_cannot_be_handled_blocks_nothing_and_is_handled_once_it_can_be() {
    let cluster = cluster(1, 120, false);
    let seller = stranger(&cluster).signs_up("seller").await;
    let buyer = stranger(&cluster).signs_up("buyer").await;
    let show = seller.announces("The Tempest").await;
    let fine = seller.lists(&show, 1).await;
    let mut offer = crate::site::offer(&show, 1);
    offer["price"]["minor"] = json!(6660);
    let dear = seller.post("/api/tickets", offer).await[0]["id"].clone();
    cluster.postgres.sql("ticketing_payments", BREAK).expect("it can be broken");

    let total = json!({ "minor": 6660, "currency": "EUR" });
    let order = buyer.post("/api/orders", json!({ "ticket_ids": [dear], "expected_total": total })).await;
    let dead = || cluster.postgres.sql("ticketing_payments", "select count(*) from inbox where state = 'dead'");
    let patience = Instant::now() + Duration::from_secs(60);
    while dead().expect("it can be asked") != "1" {
        assert!(Instant::now() < patience, "it does not end as a dead letter");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let other = buyer.holds(&fine[0]).await.expect("it is up").json()["id"].clone();
    let paid = buyer.pays(other.as_str().expect("it is held"), "pm_card_visa").await.expect("it is up");
    assert_eq!(paid.status, StatusCode::OK, "what follows is not blocked: {}", paid.text);

    cluster.postgres.sql("ticketing_payments", "drop trigger broken on order_copies").expect("it can be mended");
    let replayed = cluster.command(&["replay", "--dead"]).output().expect("it can be run");
    let said = String::from_utf8_lossy(&replayed.stdout).into_owned();
    assert!(replayed.status.success() && said.contains("1 dead events"), "{said}");
    let order = order["id"].as_str().expect("it is held").to_owned();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let paid = buyer.pays(&order, "pm_card_visa").await.expect("it is up");
    assert_eq!(paid.status, StatusCode::OK, "{}", paid.text);
    audited(&cluster, Duration::from_secs(150)).await;
}
