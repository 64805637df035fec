//! What every gateway must do. The same tests run against the sandbox, our strict fake of Stripe, and localstripe, a fake
//! that others wrote.

mod localstripe;

use super::sandbox::Sandbox;
use super::stripe::Stripe;
use super::{Authorization, Capture, Charge, Gateway, GatewayStatus, Void};
use crate::config;
use crate::services::payments::schema::stripe_intents;
use crate::services::payments::{MIGRATIONS, stripe_snapshot};
use crate::store::{Databases, Store, open};
use crate::tasks::Tasks;
use crate::{Environment, Error};
use fake_stripe::{FakeStripe, Fault, Settings};
use reqwest::Client;
use sea_orm::EntityTrait;
use serde_json::Value;
use shared::payments::{Decline, PaymentMethod};
use shared::{Currency, Money, OrderId, PaymentId, Service};
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::Child;
use uuid::Uuid;

/// A gateway, and the access to it that a test has from outside.
struct Bank {
    _folder: TempDir,
    store: Store,
    gateway: Box<dyn Gateway>,
    upstream: Upstream,
}

enum Upstream {
    Sandbox(Sandbox),
    Fake(FakeStripe),
    Localstripe { url: String, _server: Child },
}

/// A test card; the upstreams have different tokens for it.
#[derive(Clone, Copy)]
enum Card {
    Good,
    Declined,
    RequiresAction,
}

async fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let databases = Databases::Folder(folder.path().to_owned());
    let store = open(Service::Payments, &databases, MIGRATIONS, Environment::real(), &Tasks::default()).await;
    (folder, store.expect("the database opens"))
}

fn settings(url: &str) -> config::StripeSettings {
    let secret = |text: &str| text.to_owned().into();
    config::StripeSettings {
        secret_key: secret("sk_test_12345"),
        webhook_secret: secret("whsec_test"),
        api_base: Some(url.to_owned()),
    }
}

impl Bank {
    async fn sandbox() -> Bank {
        let (folder, store) = store().await;
        let (gateway, upstream) = (Sandbox::new(store.clone()), Sandbox::new(store.clone()));
        Bank { _folder: folder, store, gateway: Box::new(gateway), upstream: Upstream::Sandbox(upstream) }
    }

    async fn fake() -> Bank {
        let fake = FakeStripe::start(Settings::default()).await.expect("a port is free");
        let url = fake.url().to_owned();
        Bank::at(&url, Upstream::Fake(fake)).await
    }

    async fn localstripe() -> Bank {
        let (url, server) = localstripe::start().await;
        Bank::at(&url, Upstream::Localstripe { url: url.clone(), _server: server }).await
    }

    async fn at(url: &str, upstream: Upstream) -> Bank {
        let (folder, store) = store().await;
        let gateway =
            Stripe::new(store.clone(), &settings(url), "http://localhost:8080").expect("the settings are usable");
        Bank { _folder: folder, store, gateway: Box::new(gateway), upstream }
    }

    fn fake_stripe(&self) -> &FakeStripe {
        match &self.upstream {
            Upstream::Fake(fake) => fake,
            _ => panic!("the upstream is another one"),
        }
    }

    /// A new payment with this card.
    async fn payment(&self, card: Card) -> Charge {
        let method = match (card, &self.upstream) {
            (Card::Good, _) => "pm_card_visa".to_owned(),
            (Card::Declined, Upstream::Localstripe { .. }) => "pm_card_chargeCustomerFail".to_owned(),
            (Card::Declined, _) => "pm_card_chargeDeclined".to_owned(),
            (Card::RequiresAction, Upstream::Localstripe { .. }) => self.card_that_requires_action().await,
            (Card::RequiresAction, _) => "pm_card_authenticationRequired".to_owned(),
        };
        charge(&method, Money::new(1999, Currency::Eur))
    }

    /// localstripe has no token for this card, so one is created from its number.
    async fn card_that_requires_action(&self) -> String {
        let form = "type=card&card[number]=4000002500003155&card[exp_month]=12&card[exp_year]=2040&card[cvc]=123";
        self.localstripe_post("/v1/payment_methods", form).await["id"].as_str().expect("it has an id").to_owned()
    }

    async fn localstripe_post(&self, path: &str, form: &str) -> Value {
        let Upstream::Localstripe { url, .. } = &self.upstream else { panic!("the upstream is another one") };
        let request = Client::new().post(format!("{url}{path}")).bearer_auth("sk_test_12345");
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
        let answer = request.send().await.expect("the gateway answers").text().await.expect("the gateway answers");
        serde_json::from_str(&answer).expect("it is JSON")
    }

    /// The buyer approves or rejects the authentication.
    async fn authenticate(&self, charge: &Charge, approve: bool) {
        match &self.upstream {
            Upstream::Sandbox(sandbox) => {
                sandbox.authenticate(charge.payment_id, approve).await.expect("the payment waits for it")
            }
            Upstream::Fake(fake) => drop(fake.answer_bank(&self.intent(charge).await, approve)),
            Upstream::Localstripe { url, .. } => {
                let intent = self.intent(charge).await;
                let read = Client::new().get(format!("{url}/v1/payment_intents/{intent}")).bearer_auth("sk_test_12345");
                let read = read.send().await.expect("the gateway answers").text().await.expect("the gateway answers");
                let read: Value = serde_json::from_str(&read).expect("it is JSON");
                let secret = read["client_secret"].as_str().expect("it has a client secret");
                let path = format!("/v1/payment_intents/{intent}/_authenticate");
                self.localstripe_post(&path, &format!("client_secret={secret}&success={approve}")).await;
            }
        }
    }

    /// The id of a payment's intent.
    async fn intent(&self, charge: &Charge) -> String {
        let row = stripe_intents::Entity::find_by_id(charge.payment_id.uuid()).one(self.store.read()).await;
        row.expect("the database answers").expect("the intent is stored").intent
    }

    async fn status(&self, charge: &Charge) -> GatewayStatus {
        self.gateway.query(charge).await.expect("the gateway answers")
    }
}

fn charge(method: &str, amount: Money) -> Charge {
    Charge {
        payment_id: PaymentId::new(Environment::real().new_id()),
        order_id: OrderId::new(Uuid::from_u128(1)),
        amount,
        method: PaymentMethod::try_from(method.to_owned()).expect("a token"),
        attempts: 0,
    }
}

async fn conforms(bank: &Bank) {
    captures_and_refunds_once(bank).await;
    voids_an_authorization(bank).await;
    declines_a_card_and_accepts_another(bank).await;
    waits_for_the_authentication(bank).await;
    closes_a_payment_for_good(bank).await;
}

async fn captures_and_refunds_once(bank: &Bank) {
    let (gateway, payment) = (&bank.gateway, bank.payment(Card::Good).await);
    assert_eq!(bank.status(&payment).await, GatewayStatus::Undecided);
    for _ in 0..2 {
        assert_eq!(gateway.authorize(&payment).await.expect("the gateway answers"), Authorization::Authorized);
    }
    assert_eq!(bank.status(&payment).await, GatewayStatus::Authorized);
    for _ in 0..2 {
        assert_eq!(gateway.capture(&payment).await.expect("the gateway answers"), Capture::Captured);
    }
    assert_eq!(bank.status(&payment).await, GatewayStatus::Captured);
    assert_eq!(gateway.void(&payment).await.expect("the gateway answers"), Void::AlreadyCaptured);
    for _ in 0..2 {
        gateway.refund(&payment).await.expect("the gateway answers");
        assert_eq!(bank.status(&payment).await, GatewayStatus::Refunded);
    }
    assert_eq!(
        gateway.authorize(&payment).await.expect("the gateway answers"),
        Authorization::Authorized,
        "the first answer"
    );
}

async fn voids_an_authorization(bank: &Bank) {
    let (gateway, payment) = (&bank.gateway, bank.payment(Card::Good).await);
    gateway.authorize(&payment).await.expect("the gateway answers");
    for _ in 0..2 {
        assert_eq!(gateway.void(&payment).await.expect("the gateway answers"), Void::Voided);
    }
    assert_eq!(gateway.capture(&payment).await.expect("the gateway answers"), Capture::Gone);
    assert_eq!(bank.status(&payment).await, GatewayStatus::Voided);
    assert!(gateway.refund(&payment).await.is_err(), "nothing was captured");
}

async fn declines_a_card_and_accepts_another(bank: &Bank) {
    let (gateway, payment) = (&bank.gateway, bank.payment(Card::Declined).await);
    for _ in 0..2 {
        let answer = gateway.authorize(&payment).await.expect("the gateway answers");
        assert_eq!(answer, Authorization::Declined(Decline::Generic));
    }
    assert_eq!(bank.status(&payment).await, GatewayStatus::Declined(Decline::Generic));
    assert_eq!(gateway.capture(&payment).await.expect("the gateway answers"), Capture::Gone);
    let another = bank.payment(Card::Good).await;
    assert_eq!(gateway.authorize(&another).await.expect("the gateway answers"), Authorization::Authorized);
    gateway.void(&another).await.expect("the gateway answers");
}

async fn waits_for_the_authentication(bank: &Bank) {
    let gateway = &bank.gateway;
    for approve in [true, false] {
        let payment = bank.payment(Card::RequiresAction).await;
        for _ in 0..2 {
            let answer = gateway.authorize(&payment).await.expect("the gateway answers");
            assert!(matches!(answer, Authorization::RequiresAction(_)), "{answer:?}");
        }
        bank.authenticate(&payment, approve).await;
        let status = bank.status(&payment).await;
        if approve {
            assert_eq!(status, GatewayStatus::Authorized);
        } else {
            assert_eq!(status, GatewayStatus::Declined(Decline::AuthenticationFailed));
        }
        let closed = gateway.close(&payment).await.expect("the gateway answers");
        assert_eq!(closed == Authorization::Authorized, approve, "a decision stays");
        gateway.void(&payment).await.expect("the gateway answers");
    }
}

async fn closes_a_payment_for_good(bank: &Bank) {
    let gateway = &bank.gateway;
    let closed = Authorization::Declined(Decline::Closed);
    let (new, waiting) = (bank.payment(Card::Good).await, bank.payment(Card::RequiresAction).await);

    assert_eq!(gateway.close(&new).await.expect("the gateway answers"), closed);
    assert_eq!(
        gateway.authorize(&new).await.expect("the gateway answers"),
        closed,
        "a late authorization changes nothing"
    );
    gateway.authorize(&waiting).await.expect("the gateway answers");
    assert_eq!(gateway.close(&waiting).await.expect("the gateway answers"), closed);
    if !matches!(bank.upstream, Upstream::Sandbox(_)) {
        bank.authenticate(&waiting, true).await;
    }
    assert_eq!(
        gateway.capture(&waiting).await.expect("the gateway answers"),
        Capture::Gone,
        "the authentication came too late"
    );
}

#[tokio::test]
async fn the_sandbox_conforms() {
    conforms(&Bank::sandbox().await).await;
}

#[tokio::test]
async fn stripe_conforms_against_our_fake() {
    let bank = Bank::fake().await;
    conforms(&bank).await;
    let books = bank.fake_stripe().books();
    assert!(books.payments.values().all(|payment| payment.intents == 1 && payment.authorizations <= 1), "{books:?}");
}

#[tokio::test]
async fn stripe_conforms_against_localstripe() {
    conforms(&Bank::localstripe().await).await;
}

#[tokio::test]
async fn minor_units_are_stripes_for_currencies_with_zero_and_three_decimals() {
    let bank = Bank::fake().await;
    for (minor, currency) in [(1999, Currency::Gbp), (5000, Currency::Jpy), (12_340, Currency::Kwd)] {
        let payment = charge("pm_card_visa", Money::new(minor, currency));
        assert_eq!(bank.gateway.authorize(&payment).await.expect("the gateway answers"), Authorization::Authorized);
        assert_eq!(bank.gateway.capture(&payment).await.expect("the gateway answers"), Capture::Captured);
        let books = bank.fake_stripe().books().payments.remove(&payment.payment_id.to_string()).expect("it is there");
        assert_eq!((books.captured, books.currency), (minor, currency.code().to_lowercase()));
    }
}

#[tokio::test]
async fn a_request_that_stripe_refuses_is_a_failure_and_no_decline() {
    let bank = Bank::fake().await;
    let too_small = charge("pm_card_visa", Money::new(1, Currency::Eur));

    let refused = bank.gateway.authorize(&too_small).await;

    assert!(matches!(refused, Err(Error::Failed(_))), "{refused:?}");
    assert_eq!(bank.status(&too_small).await, GatewayStatus::Undecided);
    let closed = bank.gateway.close(&too_small).await.expect("the gateway answers");
    assert_eq!(closed, Authorization::Declined(Decline::Closed), "without an intent there is nothing to authorize");
}

#[tokio::test]
async fn a_card_that_stripe_does_not_know_is_a_decline() {
    let bank = Bank::fake().await;
    let unknown = charge("pm_card_of_nobody", Money::new(1999, Currency::Eur));

    let answer = bank.gateway.authorize(&unknown).await.expect("the gateway answers");

    assert_eq!(answer, Authorization::Declined(Decline::Generic));
}

#[tokio::test]
async fn a_rejected_key_is_a_failure_that_decides_nothing() {
    let bank = Bank::fake().await;
    let url = bank.fake_stripe().url().to_owned();
    // The fake rejects keys of live mode.
    let live_key = config::StripeSettings { secret_key: "sk_live_12345".to_owned().into(), ..settings(&url) };
    let misconfigured = Stripe::new(bank.store.clone(), &live_key, "http://localhost:8080").expect("a usable address");
    let payment = bank.payment(Card::Good).await;

    for answer in [misconfigured.authorize(&payment).await, misconfigured.close(&payment).await] {
        assert!(matches!(answer, Err(Error::Failed(_))), "{answer:?}");
    }

    assert_eq!(bank.gateway.authorize(&payment).await.expect("the gateway answers"), Authorization::Authorized);
}

/// Repeats a step until it succeeds, as the worker does.
async fn retry_until_answered<T>(step: impl AsyncFn(i64) -> Result<T, Error>) -> T {
    for attempts in 0..40 {
        if let Ok(answer) = step(attempts).await {
            return answer;
        }
        crate::tasks::sleep(Duration::from_millis(50)).await;
    }
    panic!("the step never succeeds");
}

#[tokio::test]
async fn each_step_takes_effect_once_whatever_fails() {
    let kept = Fault::ErrorBefore { status: 500, kept: true };
    let kept_after = Fault::ErrorAfter { status: 500, kept: true };
    let late = Fault::SilentAfter(Duration::from_secs(6));
    let faults = [
        Fault::ERROR_BEFORE,
        Fault::ERROR_AFTER,
        kept,
        kept_after,
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::TooManyRequests,
        late,
    ];
    for fault in faults {
        for step in ["payment_intents", "confirm", "capture", "refunds", "cancel"] {
            let bank = Bank::fake().await;
            let (gateway, payment) = (&bank.gateway, bank.payment(Card::Good).await);
            bank.fake_stripe().script().next(step, fault);
            let at = |attempts| Charge { attempts, ..payment.clone() };
            let authorized = retry_until_answered(async |attempts| gateway.authorize(&at(attempts)).await).await;
            assert_eq!(authorized, Authorization::Authorized, "{fault:?} in {step}");
            if step == "cancel" {
                let voided = retry_until_answered(async |attempts| gateway.void(&at(attempts)).await).await;
                assert_eq!(voided, Void::Voided, "{fault:?} in {step}");
            } else {
                let captured = retry_until_answered(async |attempts| gateway.capture(&at(attempts)).await).await;
                assert_eq!(captured, Capture::Captured, "{fault:?} in {step}");
                retry_until_answered(async |attempts| gateway.refund(&at(attempts)).await).await;
            }
            let books =
                bank.fake_stripe().books().payments.remove(&payment.payment_id.to_string()).expect("it is there");
            assert_eq!((books.authorizations, books.held), (1, 0), "{fault:?} in {step}: {books:?}");
            let taken = if step == "cancel" { 0 } else { 1999 };
            assert_eq!((books.captured, books.refunded), (taken, taken), "{fault:?} in {step}");
        }
    }
}

#[tokio::test]
async fn the_snapshot_of_a_payment_is_its_state_at_stripe() {
    let bank = Bank::fake().await;
    let (taken, open) = (bank.payment(Card::Good).await, bank.payment(Card::Good).await);
    bank.gateway.authorize(&taken).await.expect("the gateway answers");
    bank.gateway.capture(&taken).await.expect("the gateway answers");
    bank.gateway.authorize(&open).await.expect("the gateway answers");

    for (payment, state) in [(taken, "captured"), (open, "authorized")] {
        let intent = bank.intent(&payment).await;
        let snapshot = stripe_snapshot(&settings(bank.fake_stripe().url()), payment.payment_id, intent).await;
        let snapshot = snapshot.expect("the gateway answers");
        assert_eq!((snapshot.state, snapshot.amount), (state, payment.amount));
    }
}
