//! Sellers are paid what they are owed, once, by every provider and whatever fails on the way.

use super::super::Source;
use super::{
    EntryKind, JournalEntry, LedgerAccount, MAX_RETRY_DELAY, Payout, PayoutOutcome, PayoutProvider, PayoutState,
    check_now, due, negated, payouts, postings, run,
};
use crate::services::payments::gateway::sandbox::Sandbox;
use crate::services::payments::gateway::stripe::Stripe;
use crate::services::payments::gateway::{Charge, Gateway};
use crate::services::payments::{GatewayName, MIGRATIONS};
use crate::store::{Databases, Millis, Store, open};
use crate::tasks::Tasks;
use crate::{Environment, Error};
use async_trait::async_trait;
use fake_stripe::{FakeStripe, Fault, Settings};
use sea_orm::{EntityTrait, QueryOrder};
use shared::payments::PaymentMethod;
use shared::{Currency, Instant, Money, OrderId, PaymentId, Service, UserId};
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// Any gateway will do, as long as the same one captures and pays out.
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
        Bank { _folder: folder, store: store.expect("the database opens") }
    }

    /// Books a sale that is payable from this instant on.
    async fn book_sale(&self, minor: i64, releases_at: i64) {
        self.book_sale_of(SELLER, minor, releases_at).await;
    }

    async fn book_sale_of(&self, seller: UserId, minor: i64, releases_at: i64) {
        let sale = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move {
                let amount = Money::new(minor, Currency::Eur);
                let source = Source::Payment { id: tx.new_id(), order_id: tx.new_id() };
                let mut entry = JournalEntry::new(tx, EntryKind::Sale, source, NAME);
                entry.post(LedgerAccount::Buyer, amount, None);
                let posting = entry.post(LedgerAccount::Seller, negated(amount), Some(seller));
                (posting.open, posting.releases_at) = (true, Some(Millis(Instant::from_millis(releases_at))));
                entry.book().await
            })
        });
        sale.await.expect("the sale is booked");
    }

    /// Runs payouts until none is instructed any more, as time passes.
    async fn run_payouts(&self, provider: &dyn PayoutProvider) {
        for _ in 0..40 {
            run(&self.store, provider, NAME).await.expect("the database answers");
            let instructed = due(self.store.read(), NAME, Instant::from_millis(i64::MAX)).await;
            if instructed.expect("the database answers").is_empty() {
                return;
            }
            self.store.environment().advance(MAX_RETRY_DELAY);
        }
        panic!("a payout is never made");
    }

    async fn payouts(&self) -> Vec<(PayoutState, i64)> {
        let rows = payouts::Entity::find().order_by_asc(payouts::Column::Id).all(self.store.read()).await;
        rows.expect("the database answers").into_iter().map(|row| (row.state.0, row.amount)).collect()
    }

    /// The ledger's balances: what is owed to the seller, and what is on its way.
    async fn balances(&self) -> [i64; 2] {
        let postings = postings::Entity::find().all(self.store.read()).await.expect("the database answers");
        let sum = |account: LedgerAccount| {
            -postings.iter().filter(|posting| posting.account.0 == account).map(|posting| posting.amount).sum::<i64>()
        };
        [sum(LedgerAccount::Seller), sum(LedgerAccount::Payout)]
    }
}

/// A fake Stripe that has captured this amount, and a client of it.
async fn stripe(bank: &Bank, minor: i64) -> (FakeStripe, Stripe) {
    let fake = FakeStripe::start(Settings::default()).await.expect("a port is free");
    let settings = crate::config::StripeSettings {
        secret_key: "sk_test_12345".to_owned().into(),
        webhook_secret: "whsec_test".to_owned().into(),
        api_base: Some(fake.url().to_owned()),
    };
    let stripe = Stripe::new(bank.store.clone(), &settings, "http://localhost:8080").expect("the settings are usable");
    let charge = Charge {
        payment_id: PaymentId::new(Uuid::from_u128(1)),
        order_id: OrderId::new(Uuid::from_u128(2)),
        amount: Money::new(minor, Currency::Eur),
        method: PaymentMethod::try_from("pm_card_visa".to_owned()).expect("a token"),
        attempts: 0,
    };
    stripe.authorize(&charge).await.expect("Stripe answers");
    stripe.capture(&charge).await.expect("Stripe answers");
    (fake, stripe)
}

/// The seller enters bank details at Stripe.
async fn onboard(fake: &FakeStripe, stripe: &Stripe) {
    let page = stripe.onboarding_url(SELLER).await.expect("Stripe answers").expect("Stripe has a page");
    let account = page.split('/').find_map(|part| part.split('?').next().filter(|part| part.starts_with("acct_")));
    assert!(fake.finish_onboarding(account.expect("the URL names the account")));
}

#[tokio::test]
async fn the_sandbox_pays_everything_that_is_payable_in_one_sum() {
    let bank = Bank::new().await;
    let sandbox = Sandbox::new(bank.store.clone());
    bank.book_sale(1000, 0).await;
    bank.book_sale(500, 1_000_000).await;
    bank.book_sale(70, 1_000_001).await;

    bank.run_payouts(&sandbox).await;
    assert_eq!((bank.payouts().await, bank.balances().await), (vec![(PayoutState::Paid, 1500)], [70, 0]));
    bank.store.environment().advance(Duration::from_secs(1));
    run(&bank.store, &sandbox, GatewayName::Stripe).await.expect("the database answers");
    assert_eq!(bank.balances().await, [70, 0], "no gateway pays out what another one captured");
    bank.run_payouts(&sandbox).await;

    assert_eq!(bank.payouts().await, [(PayoutState::Paid, 1500), (PayoutState::Paid, 70)]);
    assert_eq!(bank.balances().await, [0, 0]);
}

#[tokio::test]
async fn stripe_pays_a_seller_who_has_entered_bank_details() {
    let bank = Bank::new().await;
    let (fake, stripe) = stripe(&bank, 5000).await;
    bank.book_sale(4500, 0).await;

    let next_run = run(&bank.store, &stripe, NAME).await.expect("the database answers");
    assert_eq!((bank.payouts().await, next_run.is_some()), (vec![], true), "there are no bank details yet");
    onboard(&fake, &stripe).await;
    // The page to which Stripe sends the seller back shows the account, which does this.
    let check = bank.store.write(bank.store.root_cause(), |tx| Box::pin(check_now(tx, (SELLER, NAME))));
    check.await.expect("the database answers");
    assert!(stripe.onboarding_url(SELLER).await.expect("Stripe answers").is_some(), "the details can be changed");
    bank.run_payouts(&stripe).await;

    assert_eq!((bank.payouts().await, bank.balances().await), (vec![(PayoutState::Paid, 4500)], [0, 0]));
    assert_eq!(fake.books().totals["eur"].transferred, 4500);
}

#[tokio::test]
async fn a_payout_is_made_once_whatever_fails() {
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
        onboard(&fake, &stripe).await;
        bank.book_sale(2000, 0).await;
        fake.script().next("transfers", fault);

        run(&bank.store, &stripe, NAME).await.expect("the database answers");
        // Stripe forgets idempotency keys after a day.
        fake.forget_keys();
        bank.store.environment().advance(MAX_RETRY_DELAY);
        bank.run_payouts(&stripe).await;

        assert_eq!((fake.transfers().len(), fake.books().totals["eur"].transferred), (1, 2000), "{fault:?}");
        assert_eq!(
            (bank.payouts().await, bank.balances().await),
            (vec![(PayoutState::Paid, 2000)], [0, 0]),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn the_money_of_a_refused_payout_is_owed_again() {
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
    bank.book_sale(1000, 0).await;

    bank.run_payouts(&Refusing).await;
    assert_eq!((bank.payouts().await, bank.balances().await), (vec![(PayoutState::Failed, 1000)], [1000, 0]));
    bank.run_payouts(&Sandbox::new(bank.store.clone())).await;
    assert_eq!(bank.payouts().await.len(), 1, "not paid again at once");
    bank.store.environment().advance(MAX_RETRY_DELAY);
    bank.run_payouts(&Sandbox::new(bank.store.clone())).await;

    assert_eq!(bank.payouts().await, [(PayoutState::Failed, 1000), (PayoutState::Paid, 1000)]);
    assert_eq!(bank.balances().await, [0, 0]);
}

#[tokio::test]
async fn a_payout_waits_for_money_that_stripe_has_not_received_yet() {
    let bank = Bank::new().await;
    let (fake, stripe) = stripe(&bank, 1000).await;
    onboard(&fake, &stripe).await;
    bank.book_sale(1500, 0).await;

    run(&bank.store, &stripe, NAME).await.expect("the database answers");
    assert_eq!((bank.payouts().await, bank.balances().await), (vec![(PayoutState::Instructed, 1500)], [0, 1500]));
    let charge = Charge {
        payment_id: PaymentId::new(Uuid::from_u128(7)),
        order_id: OrderId::new(Uuid::from_u128(2)),
        amount: Money::new(500, Currency::Eur),
        method: PaymentMethod::try_from("pm_card_visa".to_owned()).expect("a token"),
        attempts: 0,
    };
    stripe.authorize(&charge).await.expect("Stripe answers");
    stripe.capture(&charge).await.expect("Stripe answers");
    bank.run_payouts(&stripe).await;

    assert_eq!((bank.payouts().await, bank.balances().await), (vec![(PayoutState::Paid, 1500)], [0, 0]));
}

/// The sandbox, for a provider that knows the bank of one seller only.
struct OneOnboarded(Sandbox, UserId);

#[async_trait]
impl PayoutProvider for OneOnboarded {
    async fn is_ready(&self, seller: UserId) -> Result<bool, Error> {
        Ok(seller == self.1)
    }

    async fn onboarding_url(&self, seller: UserId) -> Result<Option<String>, Error> {
        self.0.onboarding_url(seller).await
    }

    async fn send(&self, payout: &Payout) -> Result<PayoutOutcome, Error> {
        self.0.send(payout).await
    }
}

#[tokio::test]
async fn sellers_without_a_bank_account_do_not_block_those_behind_them() {
    let bank = Bank::new().await;
    let seller = |number: u128| UserId::new(Uuid::from_u128(1_000 + number));
    for number in 0..=120 {
        bank.book_sale_of(seller(number), 1000, 0).await;
    }
    let provider = OneOnboarded(Sandbox::new(bank.store.clone()), seller(120));

    for _ in 0..3 {
        run(&bank.store, &provider, NAME).await.expect("the database answers");
    }

    assert_eq!(bank.payouts().await, [(PayoutState::Paid, 1000)]);
    let next =
        run(&bank.store, &provider, NAME).await.expect("the database answers").expect("the others are checked again");
    assert!(next > bank.store.environment().now(), "nothing is due");
}
