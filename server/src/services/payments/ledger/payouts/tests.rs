//! Sellers get what they are unpaid_balances, once, whoever sends it and whatever goes wrong on the way.

use super::*;
use crate::Environment;
use crate::services::payments::MIGRATIONS;
use crate::services::payments::gateway::sandbox::Sandbox;
use crate::services::payments::gateway::stripe::Stripe;
use crate::services::payments::gateway::{Charge, Gateway};
use crate::store::{Databases, open};
use crate::tasks::Tasks;
use fake_stripe::{FakeStripe, Fault, Settings};
use shared::payments::PaymentMethod;
use shared::{Currency, OrderId, PaymentId, Service};
use tempfile::TempDir;

/// Under which name the money was taken: it does not matter which, as long as it is the same that pays.
const NAME: GatewayName = GatewayName::StripeTest;

const SELLER: UserId = UserId::new(Uuid::from_u128(4));

struct Bank {
    _folder: TempDir,
    store: Store,
}

impl Bank {
    async fn new() -> Bank {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let databases = Databases::Folder(folder.path().to_owned());
        let environment = Environment::simulated(1, Instant::from_millis(1_000_000));
        let store = open(Service::Payments, &databases, MIGRATIONS, environment, &Tasks::default()).await;
        Bank { _folder: folder, store: store.expect("it opens") }
    }

    /// A sale whose money is unpaid_balances from that moment on.
    async fn sells(&self, minor: i64, releases_at: i64) {
        let sale = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let amount = Money::new(minor, Currency::Eur);
                let mut movement = Movement::new(tx, Kind::Sale, tx.new_id(), &word(NAME));
                movement.row(Account::Buyer, amount, None);
                let row = movement.row(Account::Seller, less(amount), Some(SELLER));
                (row.open, row.releases_at) = (true, Some(releases_at));
                movement.book().await
            })
        });
        sale.await.expect("it is booked");
    }

    /// Steps until nothing is left to be tried, as time passes.
    async fn pays(&self, sender: &dyn PayoutProvider) {
        for _ in 0..40 {
            step(&self.store, sender, NAME).await.expect("the database is there");
            if due(self.store.read(), &word(NAME), Instant::from_millis(i64::MAX))
                .await
                .expect("it is there")
                .is_empty()
            {
                return;
            }
            self.store.environment().advance(LONGEST_PAUSE);
        }
        panic!("it is never paid");
    }

    /// The payouts, by their states.
    async fn payouts(&self) -> Vec<(PayoutState, i64)> {
        let rows = instructions::Entity::find().order_by_asc(instructions::Column::Id).all(self.store.read()).await;
        let rows = rows.expect("the database is there").into_iter();
        rows.map(|row| (from_word(&row.state).expect("a state"), row.amount)).collect()
    }

    /// What the ledger's account of the seller has, and what is on its way.
    async fn unpaid_balances(&self) -> [i64; 2] {
        let rows = rows::Entity::find().all(self.store.read()).await.expect("the database is there");
        let sum = |account: Account| {
            -rows.iter().filter(|row| row.account == word(account)).map(|row| row.amount).sum::<i64>()
        };
        [sum(Account::Seller), sum(Account::Payout)]
    }
}

/// A fake of Stripe that has taken so much, and our way to it.
async fn stripe(bank: &Bank, minor: i64) -> (FakeStripe, Stripe) {
    let fake = FakeStripe::start(Settings::default()).await.expect("a port is free");
    let settings = crate::config::Stripe {
        secret_key: "sk_test_12345".to_owned().into(),
        webhook_secret: "whsec_test".to_owned().into(),
        api_base: Some(fake.url().to_owned()),
    };
    let stripe = Stripe::new(bank.store.clone(), &settings, "http://localhost:8080").expect("it can be reached");
    let charge = Charge {
        payment_id: PaymentId::new(Uuid::from_u128(1)),
        order_id: OrderId::new(Uuid::from_u128(2)),
        amount: Money::new(minor, Currency::Eur),
        method: PaymentMethod::try_from("pm_card_visa".to_owned()).expect("a token"),
        tries: 0,
    };
    stripe.authorize(&charge).await.expect("it answers");
    stripe.capture(&charge).await.expect("it answers");
    (fake, stripe)
}

/// The seller says at Stripe how to be paid.
async fn introduced(fake: &FakeStripe, stripe: &Stripe) {
    let page = stripe.onboarding_url(SELLER).await.expect("it answers").expect("Stripe has a page");
    let account = page.split('/').find_map(|part| part.split('?').next().filter(|part| part.starts_with("acct_")));
    assert!(fake.finish_onboarding(account.expect("it names the account")));
}

#[tokio::test]
async fn the_sandbox_pays_what_is_owed_by_now_in_one_sum() {
    let bank = Bank::new().await;
    let sandbox = Sandbox::new(bank.store.clone());
    bank.sells(1000, 0).await;
    bank.sells(500, 1_000_000).await;
    bank.sells(70, 1_000_001).await;

    bank.pays(&sandbox).await;
    assert_eq!((bank.payouts().await, bank.unpaid_balances().await), (vec![(PayoutState::Paid, 1500)], [70, 0]));
    bank.store.environment().advance(Duration::from_secs(1));
    step(&bank.store, &sandbox, GatewayName::Stripe).await.expect("the database is there");
    assert_eq!(bank.unpaid_balances().await, [70, 0], "no gateway pays what another one took");
    bank.pays(&sandbox).await;

    assert_eq!(bank.payouts().await, [(PayoutState::Paid, 1500), (PayoutState::Paid, 70)]);
    assert_eq!(bank.unpaid_balances().await, [0, 0]);
}

#[tokio::test]
async fn stripe_pays_a_seller_who_has_said_how() {
    let bank = Bank::new().await;
    let (fake, stripe) = stripe(&bank, 5000).await;
    bank.sells(4500, 0).await;

    let again = step(&bank.store, &stripe, NAME).await.expect("the database is there");
    assert_eq!((bank.payouts().await, again.is_some()), (vec![], true), "nobody knows where to");
    introduced(&fake, &stripe).await;
    assert!(stripe.onboarding_url(SELLER).await.expect("it answers").is_some(), "it can be changed");
    bank.pays(&stripe).await;

    assert_eq!((bank.payouts().await, bank.unpaid_balances().await), (vec![(PayoutState::Paid, 4500)], [0, 0]));
    assert_eq!(fake.books().totals["eur"].transferred, 4500);
}

#[tokio::test]
async fn whatever_goes_wrong_a_payout_is_made_once() {
    for fault in [
        Fault::ERROR_BEFORE,
        Fault::ERROR_AFTER,
        Fault::ErrorBefore { status: 500, kept: true },
        Fault::ErrorAfter { status: 500, kept: true },
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::TooManyRequests,
    ] {
        let bank = Bank::new().await;
        let (fake, stripe) = stripe(&bank, 5000).await;
        introduced(&fake, &stripe).await;
        bank.sells(2000, 0).await;
        fake.script().next("transfers", fault);

        step(&bank.store, &stripe, NAME).await.expect("the database is there");
        // A day later Stripe knows no key any more.
        fake.forget_keys();
        bank.store.environment().advance(LONGEST_PAUSE);
        bank.pays(&stripe).await;

        assert_eq!((fake.transfers().len(), fake.books().totals["eur"].transferred), (1, 2000), "{fault:?}");
        assert_eq!(
            (bank.payouts().await, bank.unpaid_balances().await),
            (vec![(PayoutState::Paid, 2000)], [0, 0]),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_payout_that_cannot_be_made_is_owed_again() {
    struct Refusing;
    #[async_trait]
    impl PayoutProvider for Refusing {
        async fn is_ready(&self, _: UserId) -> Result<bool, Error> {
            Ok(true)
        }
        async fn onboarding_url(&self, _: UserId) -> Result<Option<String>, Error> {
            Ok(None)
        }
        async fn send(&self, _: &Payout) -> Result<PayoutOutcome, Error> {
            Ok(PayoutOutcome::Refused("account_closed".to_owned()))
        }
    }
    let bank = Bank::new().await;
    bank.sells(1000, 0).await;

    bank.pays(&Refusing).await;
    assert_eq!((bank.payouts().await, bank.unpaid_balances().await), (vec![(PayoutState::Failed, 1000)], [1000, 0]));
    bank.pays(&Sandbox::new(bank.store.clone())).await;
    assert_eq!(bank.payouts().await.len(), 1, "not at once");
    bank.store.environment().advance(LONGEST_PAUSE);
    bank.pays(&Sandbox::new(bank.store.clone())).await;

    assert_eq!(bank.payouts().await, [(PayoutState::Failed, 1000), (PayoutState::Paid, 1000)]);
    assert_eq!(bank.unpaid_balances().await, [0, 0]);
}

#[tokio::test]
async fn money_that_stripe_has_not_received_yet_is_waited_for() {
    let bank = Bank::new().await;
    let (fake, stripe) = stripe(&bank, 1000).await;
    introduced(&fake, &stripe).await;
    bank.sells(1500, 0).await;

    step(&bank.store, &stripe, NAME).await.expect("the database is there");
    assert_eq!(
        (bank.payouts().await, bank.unpaid_balances().await),
        (vec![(PayoutState::Instructed, 1500)], [0, 1500])
    );
    let charge = Charge {
        payment_id: PaymentId::new(Uuid::from_u128(7)),
        order_id: OrderId::new(Uuid::from_u128(2)),
        amount: Money::new(500, Currency::Eur),
        method: PaymentMethod::try_from("pm_card_visa".to_owned()).expect("a token"),
        tries: 0,
    };
    stripe.authorize(&charge).await.expect("it answers");
    stripe.capture(&charge).await.expect("it answers");
    bank.pays(&stripe).await;

    assert_eq!((bank.payouts().await, bank.unpaid_balances().await), (vec![(PayoutState::Paid, 1500)], [0, 0]));
}
