//! What every gateway must do: one suite, held against the sandbox, a strict fake of Stripe, and one that others wrote.

use super::sandbox::Sandbox;
use super::stripe::Stripe;
use super::{Authorization, Capture, Charge, Gateway, GatewayStatus, Void};
use crate::Environment;
use crate::config;
use crate::services::payments::MIGRATIONS;
use crate::store::{Databases, Store, open};
use crate::tasks::Tasks;
use fake_stripe::{FakeStripe, Fault, Settings};
use reqwest::Client;
use serde_json::Value;
use shared::payments::{Decline, PaymentMethod};
use shared::{Currency, Money, OrderId, PaymentId, Service};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use uuid::Uuid;

/// Starts the fake that others wrote. It takes no address to come back to, and has no page to come back from.
const LOCALSTRIPE: &str = "
import sys
from localstripe import resources, server
confirm = resources.PaymentIntent._api_confirm
for place, (method, path, action) in enumerate(resources.extra_apis):
    if path.endswith('/confirm') and action == confirm:
        resources.extra_apis[place] = (method, path, lambda id, return_url=None, **rest: confirm(id, **rest))
import importlib
importlib.reload(server).start()
";

/// A gateway, and what stands around it.
struct Bank {
    _folder: TempDir,
    store: Store,
    gateway: Box<dyn Gateway>,
    outside: Outside,
}

enum Outside {
    /// The sandbox plays it itself.
    Nothing(Sandbox),
    Fake(FakeStripe),
    Local {
        url: String,
        _server: Child,
    },
}

/// A card, under the names that the gateways have for it.
#[derive(Clone, Copy)]
enum Card {
    Good,
    Declined,
    Asks,
}

async fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let databases = Databases::Folder(folder.path().to_owned());
    let store = open(Service::Payments, &databases, MIGRATIONS, Environment::real(), &Tasks::default()).await;
    (folder, store.expect("it opens"))
}

fn settings(url: &str) -> config::Stripe {
    let secret = |text: &str| text.to_owned().into();
    config::Stripe {
        secret_key: secret("sk_test_12345"),
        webhook_secret: secret("whsec_test"),
        api_base: Some(url.to_owned()),
    }
}

impl Bank {
    async fn sandbox() -> Bank {
        let (folder, store) = store().await;
        let (gateway, outside) = (Sandbox::new(store.clone()), Sandbox::new(store.clone()));
        Bank { _folder: folder, store, gateway: Box::new(gateway), outside: Outside::Nothing(outside) }
    }

    async fn fake() -> Bank {
        let fake = FakeStripe::start(Settings::default()).await.expect("a port is free");
        let url = fake.url().to_owned();
        Bank::at(&url, Outside::Fake(fake)).await
    }

    async fn local() -> Bank {
        let packages = std::env::var_os("LOCALSTRIPE").expect("it names a folder, as cargo xtask test sets it");
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port is free").port();
        let mut server = Command::new("python3");
        server.args(["-c", LOCALSTRIPE, "--port", &port.to_string(), "--from-scratch"]).env("PYTHONPATH", packages);
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let server = server.spawn().expect("Python is there");
        let url = format!("http://127.0.0.1:{port}");
        let up = async {
            while reqwest::get(&url).await.is_err() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), up).await.expect("it comes up");
        Bank::at(&url, Outside::Local { url: url.clone(), _server: server }).await
    }

    async fn at(url: &str, outside: Outside) -> Bank {
        let (folder, store) = store().await;
        let gateway = Stripe::new(store.clone(), &settings(url), "http://localhost:8080").expect("it can be reached");
        Bank { _folder: folder, store, gateway: Box::new(gateway), outside }
    }

    fn fake_one(&self) -> &FakeStripe {
        match &self.outside {
            Outside::Fake(fake) => fake,
            _ => panic!("it is another gateway"),
        }
    }

    /// A payment that nobody has heard of, with that card.
    async fn payment(&self, card: Card) -> Charge {
        let method = match (card, &self.outside) {
            (Card::Good, _) => "pm_card_visa".to_owned(),
            (Card::Declined, Outside::Local { .. }) => "pm_card_chargeCustomerFail".to_owned(),
            (Card::Declined, _) => "pm_card_chargeDeclined".to_owned(),
            (Card::Asks, Outside::Local { .. }) => self.asking_card().await,
            (Card::Asks, _) => "pm_card_authenticationRequired".to_owned(),
        };
        charge(&method, Money::new(1999, Currency::Eur))
    }

    /// Where there is no token for such a card, one is made of its number.
    async fn asking_card(&self) -> String {
        let form = "type=card&card[number]=4000002500003155&card[exp_month]=12&card[exp_year]=2040&card[cvc]=123";
        self.local_call("/v1/payment_methods", form).await["id"].as_str().expect("it has an id").to_owned()
    }

    async fn local_call(&self, path: &str, form: &str) -> Value {
        let Outside::Local { url, .. } = &self.outside else { panic!("it is another gateway") };
        let request = Client::new().post(format!("{url}{path}")).bearer_auth("sk_test_12345");
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
        let answer = request.send().await.expect("it answers").text().await.expect("it answers");
        serde_json::from_str(&answer).expect("it is JSON")
    }

    /// The person answers the bank.
    async fn answers(&self, charge: &Charge, approve: bool) {
        match &self.outside {
            Outside::Nothing(sandbox) => sandbox.authenticate(charge.payment_id, approve).await.expect("it waits"),
            Outside::Fake(fake) => drop(fake.answer_bank(&self.intent(charge).await, approve)),
            Outside::Local { url, .. } => {
                let intent = self.intent(charge).await;
                let read = Client::new().get(format!("{url}/v1/payment_intents/{intent}")).bearer_auth("sk_test_12345");
                let read = read.send().await.expect("it answers").text().await.expect("it answers");
                let read: Value = serde_json::from_str(&read).expect("it is JSON");
                let secret = read["client_secret"].as_str().expect("there is one");
                let path = format!("/v1/payment_intents/{intent}/_authenticate");
                self.local_call(&path, &format!("client_secret={secret}&success={approve}")).await;
            }
        }
    }

    /// Stripe's name for a payment.
    async fn intent(&self, charge: &Charge) -> String {
        use crate::services::payments::gateway::stripe::intents;
        use sea_orm::EntityTrait;
        let row = intents::Entity::find_by_id(charge.payment_id.uuid()).one(self.store.read()).await;
        row.expect("the database is there").expect("it was told of it").intent
    }

    async fn stands(&self, charge: &Charge) -> GatewayStatus {
        self.gateway.query(charge).await.expect("it answers")
    }
}

fn charge(method: &str, amount: Money) -> Charge {
    Charge {
        payment_id: PaymentId::new(Environment::real().new_id()),
        order_id: OrderId::new(Uuid::from_u128(1)),
        amount,
        method: PaymentMethod::try_from(method.to_owned()).expect("a token"),
        tries: 0,
    }
}

/// What must hold of every gateway.
async fn holds(bank: &Bank) {
    takes_and_gives_back_once(bank).await;
    frees_what_it_set_aside(bank).await;
    says_no_and_takes_another_card(bank).await;
    asks_the_person(bank).await;
    closes_for_good(bank).await;
}

async fn takes_and_gives_back_once(bank: &Bank) {
    let (gateway, payment) = (&bank.gateway, bank.payment(Card::Good).await);
    assert_eq!(bank.stands(&payment).await, GatewayStatus::Undecided);
    for _ in 0..2 {
        assert_eq!(gateway.authorize(&payment).await.expect("it answers"), Authorization::Authorized);
    }
    assert_eq!(bank.stands(&payment).await, GatewayStatus::Authorized);
    for _ in 0..2 {
        assert_eq!(gateway.capture(&payment).await.expect("it answers"), Capture::Captured);
    }
    assert_eq!(bank.stands(&payment).await, GatewayStatus::Captured);
    assert_eq!(gateway.void(&payment).await.expect("it answers"), Void::AlreadyCaptured);
    for _ in 0..2 {
        gateway.refund(&payment).await.expect("it answers");
        assert_eq!(bank.stands(&payment).await, GatewayStatus::Refunded);
    }
    assert_eq!(gateway.authorize(&payment).await.expect("it answers"), Authorization::Authorized, "the same answer");
}

async fn frees_what_it_set_aside(bank: &Bank) {
    let (gateway, payment) = (&bank.gateway, bank.payment(Card::Good).await);
    gateway.authorize(&payment).await.expect("it answers");
    for _ in 0..2 {
        assert_eq!(gateway.void(&payment).await.expect("it answers"), Void::Voided);
    }
    assert_eq!(gateway.capture(&payment).await.expect("it answers"), Capture::Gone);
    assert_eq!(bank.stands(&payment).await, GatewayStatus::Voided);
    assert!(gateway.refund(&payment).await.is_err(), "nothing was taken");
}

async fn says_no_and_takes_another_card(bank: &Bank) {
    let (gateway, payment) = (&bank.gateway, bank.payment(Card::Declined).await);
    for _ in 0..2 {
        let answer = gateway.authorize(&payment).await.expect("it answers");
        assert_eq!(answer, Authorization::Declined(Decline::Generic));
    }
    assert_eq!(bank.stands(&payment).await, GatewayStatus::Declined(Decline::Generic));
    assert_eq!(gateway.capture(&payment).await.expect("it answers"), Capture::Gone);
    let another = bank.payment(Card::Good).await;
    assert_eq!(gateway.authorize(&another).await.expect("it answers"), Authorization::Authorized);
    gateway.void(&another).await.expect("it answers");
}

async fn asks_the_person(bank: &Bank) {
    let gateway = &bank.gateway;
    for approve in [true, false] {
        let payment = bank.payment(Card::Asks).await;
        for _ in 0..2 {
            let answer = gateway.authorize(&payment).await.expect("it answers");
            assert!(matches!(answer, Authorization::RequiresAction(_)), "{answer:?}");
        }
        bank.answers(&payment, approve).await;
        let stands = bank.stands(&payment).await;
        match approve {
            true => assert_eq!(stands, GatewayStatus::Authorized),
            false => assert_eq!(stands, GatewayStatus::Declined(Decline::AuthenticationFailed)),
        }
        let closed = gateway.close(&payment).await.expect("it answers");
        assert_eq!(closed == Authorization::Authorized, approve, "what is decided stays so");
        gateway.void(&payment).await.expect("it answers");
    }
}

async fn closes_for_good(bank: &Bank) {
    let gateway = &bank.gateway;
    let closed = Authorization::Declined(Decline::Closed);
    let (unheard, asked) = (bank.payment(Card::Good).await, bank.payment(Card::Asks).await);

    assert_eq!(gateway.close(&unheard).await.expect("it answers"), closed);
    assert_eq!(gateway.authorize(&unheard).await.expect("it answers"), closed, "a late request changes nothing");
    gateway.authorize(&asked).await.expect("it answers");
    assert_eq!(gateway.close(&asked).await.expect("it answers"), closed);
    if !matches!(bank.outside, Outside::Nothing(_)) {
        bank.answers(&asked, true).await;
    }
    assert_eq!(gateway.capture(&asked).await.expect("it answers"), Capture::Gone, "the person was too late");
}

#[tokio::test]
async fn the_sandbox_is_a_gateway() {
    holds(&Bank::sandbox().await).await;
}

#[tokio::test]
async fn stripe_is_a_gateway() {
    let bank = Bank::fake().await;
    holds(&bank).await;
    let books = bank.fake_one().books();
    assert!(books.payments.values().all(|payment| payment.intents == 1 && payment.authorizations <= 1), "{books:?}");
}

#[tokio::test]
async fn stripe_as_others_see_it_is_a_gateway() {
    holds(&Bank::local().await).await;
}

#[tokio::test]
async fn minor_units_are_stripes_also_where_there_are_none_or_three() {
    let bank = Bank::fake().await;
    for (minor, currency) in [(1999, Currency::Gbp), (5000, Currency::Jpy), (12_340, Currency::Kwd)] {
        let payment = charge("pm_card_visa", Money::new(minor, currency));
        assert_eq!(bank.gateway.authorize(&payment).await.expect("it answers"), Authorization::Authorized);
        assert_eq!(bank.gateway.capture(&payment).await.expect("it answers"), Capture::Captured);
        let books = bank.fake_one().books().payments.remove(&payment.payment_id.to_string()).expect("it is there");
        assert_eq!((books.captured, books.currency), (minor, currency.code().to_lowercase()));
    }
    let too_little = charge("pm_card_visa", Money::new(1, Currency::Eur));
    let answer = bank.gateway.authorize(&too_little).await.expect("it answers");
    assert_eq!(answer, Authorization::Declined(Decline::Generic), "it would be refused however often it is asked");
}

/// Asks until there is an answer, as the driver does.
async fn until_it_answers<T>(step: impl AsyncFn(i64) -> Result<T, crate::Error>) -> T {
    for tries in 0..40 {
        if let Ok(answer) = step(tries).await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never answers");
}

#[tokio::test]
async fn whatever_goes_wrong_on_the_way_each_step_happens_once() {
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
            bank.fake_one().script().next(step, fault);
            let at = |tries| Charge { tries, ..payment.clone() };
            let authorized = until_it_answers(async |tries| gateway.authorize(&at(tries)).await).await;
            assert_eq!(authorized, Authorization::Authorized, "{fault:?} in {step}");
            if step == "cancel" {
                let voided = until_it_answers(async |tries| gateway.void(&at(tries)).await).await;
                assert_eq!(voided, Void::Voided, "{fault:?} in {step}");
            } else {
                let captured = until_it_answers(async |tries| gateway.capture(&at(tries)).await).await;
                assert_eq!(captured, Capture::Captured, "{fault:?} in {step}");
                until_it_answers(async |tries| gateway.refund(&at(tries)).await).await;
            }
            let books = bank.fake_one().books().payments.remove(&payment.payment_id.to_string()).expect("it is there");
            assert_eq!((books.authorizations, books.held), (1, 0), "{fault:?} in {step}: {books:?}");
            let taken = if step == "cancel" { 0 } else { 1999 };
            assert_eq!((books.captured, books.refunded), (taken, taken), "{fault:?} in {step}");
        }
    }
}

#[tokio::test]
async fn a_payment_is_in_our_words_what_it_is_in_stripes() {
    let bank = Bank::fake().await;
    let (taken, open) = (bank.payment(Card::Good).await, bank.payment(Card::Good).await);
    bank.gateway.authorize(&taken).await.expect("it answers");
    bank.gateway.capture(&taken).await.expect("it answers");
    bank.gateway.authorize(&open).await.expect("it answers");

    for (payment, state) in [(taken, "captured"), (open, "authorized")] {
        let intent = bank.intent(&payment).await;
        let booked =
            crate::services::payments::booked_at_stripe(&settings(bank.fake_one().url()), payment.payment_id, intent)
                .await;
        let booked = booked.expect("it answers");
        assert_eq!((booked.state, booked.amount), (state, payment.amount));
    }
}
