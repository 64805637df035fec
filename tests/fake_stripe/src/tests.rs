//! Tests of the fake itself.

use crate::{Clock, Delivery, Endpoint, FakeStripe, Fault, Moment, Settings, sign};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const CARD: [(&str, &str); 1] = [("payment_method", "pm_card_visa")];
const INTENT: [(&str, &str); 5] = [
    ("amount", "5000"),
    ("currency", "eur"),
    ("capture_method", "manual"),
    ("payment_method_types[0]", "card"),
    ("metadata[payment_id]", "p1"),
];

/// The status, whether the response was replayed, and the body.
type Reply = Result<(u16, bool, Value), reqwest::Error>;

async fn send(request: reqwest::RequestBuilder) -> Reply {
    let answer = request.bearer_auth("sk_test_123").send().await?;
    let (status, replayed) = (answer.status().as_u16(), answer.headers().contains_key("idempotent-replayed"));
    Ok((status, replayed, serde_json::from_str(&answer.text().await?).expect("every answer of the API is JSON")))
}

async fn get(fake: &FakeStripe, path: &str) -> (u16, Value) {
    let (status, _, body) = send(client().get(format!("{}/v1/{path}", fake.url()))).await.expect("the fake responds");
    (status, body)
}

async fn keyed(fake: &FakeStripe, key: &str, path: &str, form: &[(&str, &str)]) -> Reply {
    let request = client().post(format!("{}/v1/{path}", fake.url())).header("Idempotency-Key", key);
    send(request.form(form)).await
}

async fn post(fake: &FakeStripe, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
    let request = client().post(format!("{}/v1/{path}", fake.url())).form(form);
    let (status, _, body) = send(request).await.expect("the fake responds");
    (status, body)
}

fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
    builder.build().expect("the options fit")
}

async fn fake() -> FakeStripe {
    FakeStripe::start(Settings::default()).await.expect("some port is free")
}

/// An intent with its path; confirmed and captured as far as asked for.
async fn intent(fake: &FakeStripe, confirmed: bool, captured: bool) -> (String, String) {
    let (status, body) = post(fake, "payment_intents", &INTENT).await;
    assert_eq!((status, body["status"].as_str()), (200, Some("requires_payment_method")), "{body}");
    let id = body["id"].as_str().expect("it has an id").to_owned();
    let path = format!("payment_intents/{id}");
    if confirmed {
        assert_eq!(post(fake, &format!("{path}/confirm"), &CARD).await.0, 200);
    }
    if captured {
        assert_eq!(post(fake, &format!("{path}/capture"), &[]).await.0, 200);
    }
    (id, path)
}

fn code(answer: &(u16, Value)) -> (u16, &str) {
    (answer.0, answer.1["error"]["code"].as_str().unwrap_or_default())
}

#[test]
fn a_signature_is_hmac_sha256_of_time_and_body() {
    let signature = sign("whsec_test", 1_700_000_000, r#"{"id":"evt_1"}"#);

    let expected = "t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";
    assert_eq!(signature, expected);
}

#[tokio::test]
async fn parameters_are_checked_as_strictly_as_by_stripe() {
    let fake = fake().await;

    for (changes, expected) in [
        (vec![("colour", "red")], "parameter_unknown"),
        (vec![("amount[x]", "1")], "parameter_unknown"),
        (vec![("amount", "49")], "amount_too_small"),
        (vec![("amount", "0")], "parameter_invalid_integer"),
        (vec![("amount", "+50")], "parameter_invalid_integer"),
        (vec![("amount", "100000000")], "amount_too_large"),
        (vec![("description", "")], "parameter_invalid_empty"),
        (vec![("currency", "EUR")], ""),
        (vec![("currency", "kwd"), ("amount", "5001")], ""),
        (vec![("expand[]", "customer")], ""),
    ] {
        let kept = INTENT.into_iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
        let form: Vec<_> = kept.chain(changes.iter().copied()).collect();
        assert_eq!(code(&post(&fake, "payment_intents", &form).await), (400, expected), "{changes:?}");
    }

    assert_eq!(fake.books().payments.len(), 0);
    let stranger = client().get(format!("{}/v1/refunds", fake.url())).bearer_auth("pk_test_1").send().await;
    assert_eq!(stranger.expect("the fake responds").status(), 401);
}

#[tokio::test]
async fn a_payment_is_captured_once_and_refunded_once() {
    let fake = fake().await;
    let (id, path) = intent(&fake, true, false).await;
    let of_intent = [("payment_intent", id.as_str())];

    assert_eq!(code(&post(&fake, "refunds", &of_intent).await), (400, "payment_intent_unexpected_state"));
    assert_eq!(code(&post(&fake, &format!("{path}/confirm"), &CARD).await), (400, "payment_intent_unexpected_state"));
    assert_eq!(post(&fake, &format!("{path}/capture"), &[]).await.0, 200);
    for verb in ["capture", "cancel"] {
        let answer = post(&fake, &format!("{path}/{verb}"), &[]).await;
        assert_eq!(code(&answer), (400, "payment_intent_unexpected_state"));
        assert_eq!(answer.1["error"]["payment_intent"]["status"], "succeeded");
    }
    assert_eq!(post(&fake, "refunds", &[of_intent[0], ("amount", "2000")]).await.0, 200);
    assert_eq!(post(&fake, "refunds", &[of_intent[0], ("amount", "3001")]).await.0, 400);
    assert_eq!(post(&fake, "refunds", &of_intent).await.1["amount"], 3000);
    assert_eq!(code(&post(&fake, "refunds", &of_intent).await), (400, "charge_already_refunded"));

    let payment = fake.books().payments["p1"].clone();
    assert_eq!((payment.authorizations, payment.captured, payment.refunded, payment.held), (1, 5000, 5000, 0));
    let refunds = get(&fake, &format!("refunds?payment_intent={id}")).await.1;
    assert_eq!(refunds["data"].as_array().map(Vec::len), Some(2));
    let charge = get(&fake, &format!("{path}?expand[]=latest_charge")).await.1["latest_charge"].clone();
    assert_eq!((charge["amount_refunded"].as_i64(), charge["refunded"].as_bool()), (Some(5000), Some(true)));
}

#[tokio::test]
async fn after_a_declined_card_another_card_can_be_used() {
    let fake = fake().await;
    let (_, path) = intent(&fake, false, false).await;
    let confirm = format!("{path}/confirm");

    let declined = post(&fake, &confirm, &[("payment_method", "pm_card_chargeDeclinedInsufficientFunds")]).await;
    let unknown = post(&fake, &confirm, &[("payment_method", "pm_card_of_gold")]).await;

    assert_eq!(code(&declined), (402, "card_declined"));
    assert_eq!(declined.1["error"]["decline_code"], "insufficient_funds");
    assert_eq!(code(&unknown), (400, "resource_missing"));
    let intent = get(&fake, &path).await.1;
    assert_eq!(intent["status"], "requires_payment_method");
    assert_eq!(intent["last_payment_error"]["decline_code"], "insufficient_funds");
    assert_eq!(post(&fake, &confirm, &CARD).await.1["amount_capturable"], 5000);
    assert_eq!(fake.books().payments["p1"].authorizations, 1);
}

#[tokio::test]
async fn the_bank_authenticates_the_buyer_and_redirects_back() {
    let fake = fake().await;
    let asks = ("payment_method", "pm_card_authenticationRequired");
    for (button, status, ending) in
        [("approve", "requires_capture", "succeeded"), ("refuse", "requires_payment_method", "failed")]
    {
        let (_, path) = intent(&fake, false, false).await;
        let confirm = format!("{path}/confirm");
        assert_eq!(code(&post(&fake, &confirm, &[asks]).await), (400, "parameter_missing"));
        let asked = post(&fake, &confirm, &[asks, ("return_url", "http://shop/back?a=b")]).await.1;
        let page = asked["next_action"]["redirect_to_url"]["url"].as_str().expect("it asks").to_owned();
        assert!(client().get(&page).send().await.expect("the fake responds").status().is_success());

        let answer = client().post(format!("{page}/{button}")).send().await.expect("the fake responds");

        let back = answer.headers()["location"].to_str().expect("it is an address").to_owned();
        assert_eq!(answer.status(), 303);
        assert!(back.starts_with("http://shop/back?a=b&payment_intent=pi_"), "{back}");
        assert!(back.ends_with(&format!("redirect_status={ending}")), "{back}");
        assert_eq!(get(&fake, &path).await.1["status"], status);
        assert_eq!(client().get(&page).send().await.expect("the fake responds").status(), 303);
    }
}

#[tokio::test]
async fn an_idempotency_key_is_valid_for_one_request_and_one_day() {
    let time = Arc::new(AtomicI64::new(1_700_000_000));
    let clock: Clock = {
        let time = time.clone();
        Arc::new(move || time.load(Ordering::SeqCst))
    };
    let fake = FakeStripe::start(Settings { clock, ..Settings::default() }).await.expect("some port is free");

    let first = keyed(&fake, "k", "payment_intents", &INTENT).await.expect("the fake responds");
    let again = keyed(&fake, "k", "payment_intents", &INTENT).await.expect("the fake responds");
    let other_form = keyed(&fake, "k", "payment_intents", &INTENT[..4]).await.expect("the fake responds");
    let other_path = keyed(&fake, "k", "refunds", &INTENT).await.expect("the fake responds");
    let refused = keyed(&fake, "l", "payment_intents", &INTENT[1..]).await.expect("the fake responds");
    let corrected = keyed(&fake, "l", "payment_intents", &INTENT).await.expect("the fake responds");
    time.fetch_add(24 * 60 * 60, Ordering::SeqCst);
    let forgotten = keyed(&fake, "k", "payment_intents", &INTENT).await.expect("the fake responds");

    assert_eq!((again.1, &again.2), (true, &first.2));
    for (status, _, body) in [other_form, other_path] {
        assert_eq!((status, body["error"]["type"].as_str()), (400, Some("idempotency_error")));
    }
    assert_eq!((refused.0, corrected.0), (400, 200), "a request that never began keeps no answer");
    assert!(!forgotten.1 && forgotten.2["id"] != first.2["id"]);
}

#[tokio::test]
async fn a_decline_is_stored_under_its_idempotency_key() {
    let fake = fake().await;
    let (_, path) = intent(&fake, false, false).await;
    let declined = [("payment_method", "pm_card_chargeDeclined")];

    let first = keyed(&fake, "k", &format!("{path}/confirm"), &declined).await.expect("the fake responds");
    let again = keyed(&fake, "k", &format!("{path}/confirm"), &declined).await.expect("the fake responds");

    assert_eq!((first.0, again.0, again.1), (402, 402, true));
    assert_eq!(fake.events().iter().filter(|event| event["type"] == "payment_intent.payment_failed").count(), 1);
}

#[tokio::test]
async fn faults_happen_before_or_after_the_effect() {
    let kept = |fault| matches!(fault, Fault::ErrorBefore { kept: true, .. } | Fault::ErrorAfter { kept: true, .. });
    let silence = Fault::SilentAfter(Duration::from_millis(50));
    for (fault, status, has_effect) in [
        (Fault::None, Some(200), true),
        (Fault::ERROR_BEFORE, Some(500), false),
        (Fault::ErrorBefore { status: 503, kept: true }, Some(503), false),
        (Fault::ERROR_AFTER, Some(500), true),
        (Fault::ErrorAfter { status: 500, kept: true }, Some(500), true),
        (Fault::TooManyRequests, Some(429), false),
        (Fault::CutBefore, None, false),
        (Fault::CutAfter, None, true),
        (Fault::SlowBefore(Duration::from_millis(50)), Some(200), true),
        (silence, None, true),
    ] {
        let fake = fake().await;
        let (_, path) = intent(&fake, false, false).await;
        fake.script().next("confirm", fault);

        let first = keyed(&fake, "k", &format!("{path}/confirm"), &CARD).await;
        let authorizations = fake.books().payments["p1"].authorizations;
        let again = keyed(&fake, "k", &format!("{path}/confirm"), &CARD).await.expect("the fault is over");

        assert_eq!(first.ok().map(|(status, ..)| status), status, "{fault:?}");
        assert_eq!(authorizations, usize::from(has_effect), "{fault:?}");
        assert_eq!(again.0 == 200, !kept(fault), "{fault:?}");
        assert_eq!(again.1, has_effect || kept(fault), "{fault:?}");
    }
}

#[tokio::test]
async fn a_test_can_step_through_a_request_whose_caller_has_disconnected() {
    let fake = fake().await;
    let (_, path) = intent(&fake, false, false).await;
    let mut steps = fake.script().observe("confirm");
    let confirm = format!("{path}/confirm");

    let mut caller = Box::pin(keyed(&fake, "k", &confirm, &CARD));
    let before = tokio::select! { _ = &mut caller => None, step = steps.recv() => step }.expect("it is held");
    drop(caller);
    let meanwhile = keyed(&fake, "k", &confirm, &CARD).await.expect("the fake responds");
    let authorizations = fake.books().payments["p1"].authorizations;
    before.resume();
    let after = steps.recv().await.expect("it goes on");

    assert_eq!((meanwhile.0, meanwhile.2["error"]["code"].as_str()), (409, Some("idempotency_key_in_use")));
    assert_eq!((authorizations, fake.books().payments["p1"].authorizations, after.moment), (0, 1, Moment::After));
    assert!(keyed(&fake, "k", &confirm, &CARD).await.expect("the fake responds").1);
}

#[tokio::test]
async fn transfers_need_a_finished_onboarding_and_enough_balance() {
    let fake = fake().await;
    let (id, _) = intent(&fake, true, true).await;
    assert_eq!(post(&fake, "refunds", &[("payment_intent", &id), ("amount", "1000")]).await.0, 200);
    let account = post(&fake, "accounts", &[("type", "express"), ("email", "ann@example.com")]).await.1;
    let account = account["id"].as_str().expect("it has an id").to_owned();
    let transfer = |amount| [("amount", amount), ("currency", "eur"), ("destination", account.as_str())];

    let too_early = post(&fake, "transfers", &transfer("100")).await;
    let (back, kind) = (("return_url", "http://shop/a?b=c"), ("type", "account_onboarding"));
    let link = post(&fake, "account_links", &[("account", &account), back, ("refresh_url", "http://shop"), kind]).await;
    let page = link.1["url"].as_str().expect("it has an address").to_owned();
    let returns = client().post(page).send().await.expect("the fake responds");
    let too_much = post(&fake, "transfers", &transfer("4001")).await;
    let fits = post(&fake, "transfers", &transfer("4000")).await;
    let nobody = [("amount", "1"), ("currency", "eur"), ("destination", "ann")];

    assert_eq!(code(&too_early), (400, "insufficient_capabilities_for_transfer"));
    assert_eq!(returns.headers()["location"], "http://shop/a?b=c");
    assert_eq!(get(&fake, &format!("accounts/{account}")).await.1["payouts_enabled"], true);
    assert_eq!(code(&too_much), (400, "balance_insufficient"));
    assert_eq!(get(&fake, &format!("transfers/{}", fits.1["id"].as_str().unwrap_or_default())).await.1, fits.1);
    assert_eq!(code(&post(&fake, "transfers", &nobody).await), (400, "resource_missing"));
    assert_eq!(fake.books().totals["eur"].balance(), 0);
}

#[tokio::test]
async fn events_are_signed() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("some port is free");
    let url = format!("http://{}/hook", listener.local_addr().expect("it listens"));
    let endpoint = Some(Endpoint { url, secret: "whsec_1".to_owned() });
    let settings = Settings { endpoint, delivery: Delivery::Chaos, clock: Arc::new(|| 42), ..Settings::default() };
    let fake = FakeStripe::start(settings).await.expect("some port is free");

    intent(&fake, false, false).await;
    let (mut socket, _) = listener.accept().await.expect("it calls");
    let mut received = String::new();
    let body = fake.events()[0].to_string();
    while !received.ends_with(&body) {
        let mut part = [0; 4096];
        let length = socket.read(&mut part).await.expect("it sends");
        assert!(length > 0, "it hung up after {received}");
        received.push_str(std::str::from_utf8(&part[..length]).expect("it is text"));
    }
    socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.expect("it listens");

    assert!(received.contains(&sign("whsec_1", 42, &body)), "{received}");
}
