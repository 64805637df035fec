//! A process that dies between two steps of a payment leaves a row from which the worker continues.

use super::gateway::sandbox::Sandbox;
use super::gateway::{Authorization, Capture, Charge, Gateway, GatewayStatus, Void};
use super::ledger::FeeTerms;
use super::schema::LedgerAccount;
use super::schema::postings;
use super::worker::step;
use super::{Error, GatewayName, MIGRATIONS, Payments, begin, begin_limited, events, schema};
use crate::fixtures::{self, PRICE};
use crate::messaging::Delivery;
use crate::store::{Databases, Store, Version, open};
use crate::tasks::{Tasks, sleep};
use crate::{Config, Environment};
use sea_orm::EntityTrait;
use shared::orders::{OrderChanged, OrderState};
use shared::payments::{Pay, PaymentMethod, PaymentState};
use shared::{FeeShare, Id, Instant, OrderId, PaymentId, Rejection, Service};
use std::collections::BTreeMap;
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// A held order with a payment that has begun, and its gateway.
struct Purchase {
    _folder: TempDir,
    store: Store,
    gateway: Sandbox,
    payment: PaymentId,
    order: OrderChanged,
}

async fn purchase() -> Purchase {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let environment = Environment::simulated(1, Instant::from_millis(0));
    let databases = Databases::Folder(folder.path().to_owned());
    let store = open(Service::Payments, &databases, MIGRATIONS, environment, &Tasks::default()).await;
    let store = store.expect("the database opens");
    let order = fixtures::order();
    let (pay, replica) = (pay(&order), order.clone());
    let begin = store.write(store.root_cause(), move |tx| {
        Box::pin(async move {
            schema::apply_orders(tx, [&replica]).await?;
            begin(tx, replica.buyer_id, pay, GatewayName::Sandbox).await
        })
    });
    let payment = begin.await.expect("the order can be paid");
    Purchase { _folder: folder, gateway: Sandbox::new(store.clone()), store, payment, order }
}

/// A fee of 10 %, and payouts one hour after a show starts.
fn terms() -> FeeTerms {
    FeeTerms { fee: FeeShare::parse("10").expect("a share"), payout_after: Duration::from_secs(3600) }
}

fn pay(order: &OrderChanged) -> Pay {
    Pay { order_id: order.id, method: PaymentMethod::try_from("pm_card_visa".to_owned()).expect("a token") }
}

impl Purchase {
    fn charge(&self) -> Charge {
        Charge {
            payment_id: self.payment,
            order_id: self.order.id,
            amount: PRICE,
            method: pay(&self.order).method,
            attempts: 0,
        }
    }

    /// Handles the event that the order has changed to this state.
    async fn change_order(&mut self, state: OrderState) {
        (self.order.state, self.order.version) = (state, self.order.version + 1);
        self.order.payment_id = (state == OrderState::Complete).then_some(self.payment);
        let (event, cause) = (self.order.clone(), self.store.root_cause());
        let order = Delivery { event, cause, occurred_at: self.store.environment().now() };
        let write = self.store.write(cause, move |tx| Box::pin(events::orders_changed(tx, vec![order])));
        write.await.expect("the event is handled");
    }

    async fn postings(&self) -> Vec<postings::Model> {
        postings::Entity::find().all(self.store.read()).await.expect("the database answers")
    }

    /// The sums of the ledger's accounts.
    async fn balances(&self) -> Vec<(&'static str, i64)> {
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for posting in self.postings().await {
            *sums.entry(<&str>::from(posting.account.0)).or_default() += posting.amount;
        }
        sums.into_iter().collect()
    }

    /// Takes the next step, and returns the state that it leads to.
    async fn step(&self) -> PaymentState {
        step(&self.store, &self.gateway, terms(), self.payment).await.expect("the database answers");
        schema::payment(self.store.read(), self.payment).await.expect("the database answers").state.0
    }
}

#[tokio::test]
async fn d4_a_crash_between_a_step_and_its_record_charges_and_refunds_once() {
    let mut purchase = purchase().await;

    // The gateway authorized the payment, but the process died before it could store that.
    let authorized = purchase.gateway.authorize(&purchase.charge()).await.expect("the gateway answers");
    assert_eq!(authorized, Authorization::Authorized);
    assert_eq!(purchase.step().await, PaymentState::Authorized);

    // The same between the capture and its record.
    purchase.change_order(OrderState::Complete).await;
    assert_eq!(purchase.gateway.capture(&purchase.charge()).await.expect("the gateway answers"), Capture::Captured);
    assert_eq!(purchase.step().await, PaymentState::Captured);
    assert_eq!(purchase.step().await, PaymentState::Captured, "there is nothing left to do");

    // And between the refund and its record.
    purchase.change_order(OrderState::Refunded).await;
    purchase.gateway.refund(&purchase.charge()).await.expect("the gateway answers");
    assert_eq!(purchase.step().await, PaymentState::Refunded);
}

#[tokio::test]
async fn an_authorization_that_arrives_after_the_order_is_over_is_voided() {
    let mut purchase = purchase().await;
    purchase.gateway.authorize(&purchase.charge()).await.expect("the gateway answers");

    purchase.change_order(OrderState::Expired).await;

    // The worker asks the gateway to close the undecided payment, and learns that it was authorized.
    assert_eq!(purchase.step().await, PaymentState::Authorized);
    assert_eq!(purchase.step().await, PaymentState::Voided);
    assert_eq!(purchase.gateway.capture(&purchase.charge()).await.expect("the gateway answers"), Capture::Gone);
}

#[tokio::test]
async fn a_payment_of_an_order_that_is_over_is_closed_before_its_authorization_reaches_the_gateway() {
    let mut purchase = purchase().await;

    purchase.change_order(OrderState::Cancelled).await;

    assert_eq!(purchase.step().await, PaymentState::Declined);
    let late = purchase.gateway.authorize(&purchase.charge()).await.expect("the gateway answers");
    assert!(matches!(late, Authorization::Declined(_)), "a late authorization changes nothing");
}

#[tokio::test]
async fn money_captured_for_an_order_that_is_over_is_refunded() {
    let mut purchase = purchase().await;
    assert_eq!(purchase.step().await, PaymentState::Authorized);
    purchase.change_order(OrderState::Expired).await;
    // A capture without a record.
    assert_eq!(purchase.gateway.capture(&purchase.charge()).await.expect("the gateway answers"), Capture::Captured);

    assert_eq!(purchase.step().await, PaymentState::Captured, "the void finds it");
    assert_eq!(purchase.step().await, PaymentState::Refunded);

    assert_eq!(purchase.balances().await, [("buyer", 0), ("gateway", 0)]);
}

#[tokio::test]
async fn a_payment_is_booked_to_the_cent_and_reversed_as_a_whole() {
    let mut purchase = purchase().await;
    assert_eq!(purchase.step().await, PaymentState::Authorized);
    assert_eq!(purchase.balances().await, [], "an authorization moves no money");

    purchase.change_order(OrderState::Complete).await;
    assert_eq!(purchase.step().await, PaymentState::Captured);
    let sold = [("buyer", 0), ("fee", -199), ("gateway", 1999), ("seller", -1800)];
    assert_eq!(purchase.balances().await, sold);

    purchase.change_order(OrderState::Refunded).await;
    assert_eq!(purchase.step().await, PaymentState::Refunded);
    assert_eq!(purchase.balances().await, [("buyer", 0), ("fee", 0), ("gateway", 0), ("seller", 0)]);
}

#[tokio::test]
async fn every_posting_of_a_payment_names_its_order() {
    let mut purchase = purchase().await;
    purchase.step().await;
    purchase.change_order(OrderState::Complete).await;
    purchase.step().await;
    purchase.change_order(OrderState::Refunded).await;
    purchase.step().await;

    let postings = purchase.postings().await;

    let accounts = |account| postings.iter().filter(|posting| posting.account.0 == account).count();
    assert_eq!((postings.len(), accounts(LedgerAccount::Seller)), (10, 2), "charge, sale and refund");
    for posting in &postings {
        assert_eq!(posting.order_id, Some(purchase.order.id.uuid()), "{posting:?}");
        assert_eq!(posting.payment_id, Some(purchase.payment.uuid()), "{posting:?}");
    }
}

/// A gateway that does not respond.
struct NoResponse;

#[async_trait::async_trait]
impl Gateway for NoResponse {
    async fn authorize(&self, _: &Charge) -> Result<Authorization, Error> {
        std::future::pending().await
    }
    async fn capture(&self, _: &Charge) -> Result<Capture, Error> {
        Err(Error::failed("connection reset"))
    }
    async fn void(&self, _: &Charge) -> Result<Void, Error> {
        Err(Error::failed("connection reset"))
    }
    async fn refund(&self, _: &Charge) -> Result<(), Error> {
        Err(Error::failed("connection reset"))
    }
    async fn close(&self, _: &Charge) -> Result<Authorization, Error> {
        Err(Error::failed("connection reset"))
    }
    async fn query(&self, _: &Charge) -> Result<GatewayStatus, Error> {
        Err(Error::failed("connection reset"))
    }
}

#[tokio::test]
async fn a_payment_without_a_response_is_unknown_until_the_gateway_responds() {
    let purchase = purchase().await;
    let (store, clock) = (purchase.store.clone(), purchase.store.environment().clone());
    let payment: Id<_> = purchase.payment;

    let mut unanswered = std::pin::pin!(step(&store, &NoResponse, terms(), payment));
    let timed_out = loop {
        tokio::select! {
            result = &mut unanswered => break result,
            () = crate::tasks::sleep(Duration::from_millis(5)) => clock.advance(Duration::from_secs(1)),
        }
    };
    timed_out.expect("the payment is left for a retry");

    let row = schema::payment(purchase.store.read(), payment).await.expect("the database answers");
    assert_eq!(row.state.0, PaymentState::Unknown);
    assert!(row.next_try_at.is_some(), "the step is retried");
    assert_eq!(purchase.step().await, PaymentState::Authorized, "by a gateway that responds");
}

#[tokio::test]
async fn a_sale_whose_refund_is_not_answered_yet_is_not_paid_out() {
    let mut purchase = purchase().await;
    purchase.step().await;
    purchase.change_order(OrderState::Complete).await;
    assert_eq!(purchase.step().await, PaymentState::Captured);

    // The order is refunded, and the gateway does not answer until the show is long over.
    purchase.change_order(OrderState::Refunded).await;
    purchase.store.environment().advance(Duration::from_secs(365 * 24 * 3600));
    let payouts = super::ledger::payouts::run(&purchase.store, &purchase.gateway, GatewayName::Sandbox).await;

    payouts.expect("the database answers");
    let made = schema::payouts::Entity::find().all(purchase.store.read()).await.expect("the database answers");
    assert!(made.is_empty(), "{made:?}");
    assert_eq!(purchase.step().await, PaymentState::Refunded);
    assert!(purchase.postings().await.iter().all(|posting| !posting.open), "nobody is owed anything");
}

/// Begins a payment of an order of its own.
async fn begin_payment(store: &Store, number: u128, gateway: GatewayName, limited: bool) -> Result<PaymentId, Error> {
    let mut order = fixtures::order();
    (order.id, order.expires_at) = (OrderId::new(Uuid::from_u128(number)), Instant::from_millis(4_102_444_800_000));
    let pay = pay(&order);
    let begin = store.write(store.root_cause(), move |tx| {
        Box::pin(async move {
            schema::apply_orders(tx, [&order]).await?;
            begin_limited(tx, order.buyer_id, pay, gateway, limited).await
        })
    });
    begin.await
}

#[tokio::test]
async fn payments_whose_gateway_has_no_key_neither_spin_nor_block_others() {
    let purchase = purchase().await;
    let store = &purchase.store;
    for number in 100..350 {
        begin_payment(store, number, GatewayName::Stripe, false).await.expect("the order can be paid");
    }
    store.environment().advance(Duration::from_secs(1));
    let id = begin_payment(store, 400, GatewayName::Sandbox, false).await.expect("the order can be paid");
    let config = Config::from_variables(|_| None).expect("the defaults are valid");
    let payments = Payments::new(store.clone(), Tasks::default(), &config).expect("there is no key to refuse");

    let now = store.environment().now();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while schema::payment(store.read(), id).await.expect("it is stored").state.0 != PaymentState::Authorized {
        assert!(tokio::time::Instant::now() < deadline, "the payment is blocked");
        payments.worker.start_due(now).await.expect("the database answers");
        sleep(Duration::from_millis(10)).await;
    }

    let stuck = payments_of_stripe(store).await;
    assert_eq!(stuck.len(), 250);
    assert!(stuck.iter().all(|row| row.attempts == 0 && row.version == Version::FIRST), "nobody has tried them");
}

async fn payments_of_stripe(store: &Store) -> Vec<schema::payments::Model> {
    let rows = schema::payments::Entity::find().all(store.read()).await.expect("the database answers");
    rows.into_iter().filter(|row| row.gateway.0 == GatewayName::Stripe).collect()
}

#[tokio::test]
async fn a_payment_whose_step_cannot_be_taken_is_postponed() {
    let purchase = purchase().await;
    let store = &purchase.store;
    // A row that this program cannot read: its order is not there.
    let lost = schema::order_replicas::Entity::delete_many();
    store
        .write(store.root_cause(), |tx| Box::pin(async move { Ok(lost.exec(tx.db()).await.map(drop)?) }))
        .await
        .expect("it is deleted");
    let config = Config::from_variables(|_| None).expect("the defaults are valid");
    let payments = Payments::new(store.clone(), Tasks::default(), &config).expect("there is no key to refuse");

    let now = store.environment().now();
    payments.worker.start_due(now).await.expect("the database answers");

    let deadline = tokio::time::Instant::now() + Duration::from_secs(30);
    while schema::payment(store.read(), purchase.payment).await.expect("it is stored").attempts == 0 {
        assert!(tokio::time::Instant::now() < deadline, "the payment is due at once again");
        sleep(Duration::from_millis(10)).await;
    }
    let row = schema::payment(store.read(), purchase.payment).await.expect("it is stored");
    assert!(row.next_try_at.is_some_and(|at| at.0 > now));
}

#[tokio::test]
async fn somebody_whose_cards_are_declined_again_and_again_has_to_wait() {
    let purchase = purchase().await;
    let store = &purchase.store;
    // Nine more: the payment of the purchase counts as long as it is undecided.
    for number in 100..109 {
        begin_payment(store, number, GatewayName::Sandbox, true).await.expect("nine cards may be tried");
        store.environment().advance(Duration::from_secs(3600));
    }

    let refused = begin_payment(store, 200, GatewayName::Sandbox, true).await;
    assert!(
        matches!(refused, Err(Error::Rejected(Rejection::TooManyRequests { wait_seconds: 54_001 }))),
        "{refused:?}"
    );
    begin_payment(store, 201, GatewayName::Sandbox, false).await.expect("limits are off");
    // The extra payment counts too, so two have to leave the window.
    store.environment().advance(Duration::from_secs(54_001 + 3600));
    begin_payment(store, 202, GatewayName::Sandbox, true).await.expect("a day has passed");
}
