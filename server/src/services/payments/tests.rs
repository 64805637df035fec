//! A process that dies between two steps of a payment leaves a row from which the next one goes on.

use super::gateway::sandbox::Sandbox;
use super::gateway::{Authorization, Capture, Charge, Gateway, GatewayStatus, Void};
use super::ledger::rows;
use super::worker::step;
use super::{Error, FeeTerms, GatewayName, MIGRATIONS, begin, schema};
use crate::Environment;
use crate::fixtures::{self, PRICE};
use crate::store::{Databases, Store, open};
use crate::tasks::Tasks;
use sea_orm::EntityTrait;
use shared::orders::{OrderChanged, OrderState};
use shared::payments::{Pay, PaymentMethod, PaymentState};
use shared::{FeeShare, Id, Instant, PaymentId, Service};
use std::collections::BTreeMap;
use std::time::Duration;
use tempfile::TempDir;

/// A held order, a payment of it that has begun, and the gateway.
struct Begun {
    _folder: TempDir,
    store: Store,
    gateway: Sandbox,
    payment: PaymentId,
    order: OrderChanged,
}

async fn begun() -> Begun {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let environment = Environment::simulated(1, Instant::from_millis(0));
    let databases = Databases::Folder(folder.path().to_owned());
    let store = open(Service::Payments, &databases, MIGRATIONS, environment, &Tasks::default()).await;
    let store = store.expect("it opens");
    let order = fixtures::order();
    let (payment, copy) = (pay(&order), order.clone());
    let begin = store.write(store.root_cause(), move |tx| {
        Box::pin(async move {
            schema::apply_order(tx, &copy).await?;
            begin(tx, copy.buyer_id, payment, GatewayName::Sandbox).await
        })
    });
    let payment = begin.await.expect("it can be paid");
    Begun { _folder: folder, gateway: Sandbox::new(store.clone()), store, payment, order }
}

/// A tenth is kept, and sellers are paid an hour after the beginning.
fn terms() -> FeeTerms {
    FeeTerms { fee: FeeShare::parse("10").expect("a share"), payout_after: Duration::from_secs(3600) }
}

fn pay(order: &OrderChanged) -> Pay {
    Pay { order_id: order.id, method: PaymentMethod::try_from("pm_card_visa".to_owned()).expect("a token") }
}

impl Begun {
    fn charge(&self) -> Charge {
        Charge {
            payment_id: self.payment,
            order_id: self.order.id,
            amount: PRICE,
            method: pay(&self.order).method,
            tries: 0,
        }
    }

    async fn hears(&mut self, state: OrderState) {
        (self.order.state, self.order.version) = (state, self.order.version + 1);
        self.order.payment_id = (state == OrderState::Complete).then_some(self.payment);
        let news = self.order.clone();
        let write = self.store.write(self.store.root_cause(), move |tx| {
            Box::pin(async move { super::events::order_changed(tx, &news).await })
        });
        write.await.expect("it is news");
    }

    /// The sums of the ledger's accounts.
    async fn booked(&self) -> Vec<(String, i64)> {
        let mut sums = BTreeMap::new();
        for row in rows::Entity::find().all(self.store.read()).await.expect("it is there") {
            *sums.entry(row.account).or_default() += row.amount;
        }
        sums.into_iter().collect()
    }

    async fn state(&self) -> PaymentState {
        step(&self.store, &self.gateway, terms(), self.payment).await.expect("the database is there");
        let row = schema::payment(self.store.read(), self.payment).await.expect("it is there");
        schema::payment_of(&row).expect("a payment").state
    }
}

#[tokio::test]
async fn d4_a_crash_between_the_charge_and_its_record_charges_once_and_is_remembered() {
    let mut begun = begun().await;

    // The gateway did it, and the process died before it could write that down; so it is asked again.
    let charged = begun.gateway.authorize(&begun.charge()).await.expect("the gateway answers");
    assert_eq!(charged, Authorization::Authorized);
    assert_eq!(begun.state().await, PaymentState::Authorized);

    // The same between the capture and its record.
    begun.hears(OrderState::Complete).await;
    assert_eq!(begun.gateway.capture(&begun.charge()).await.expect("the gateway answers"), Capture::Captured);
    assert_eq!(begun.state().await, PaymentState::Captured);
    assert_eq!(begun.state().await, PaymentState::Captured, "there is nothing left to do");

    // And between the refund and its record.
    begun.hears(OrderState::Refunded).await;
    begun.gateway.refund(&begun.charge()).await.expect("the gateway answers");
    assert_eq!(begun.state().await, PaymentState::Refunded);
}

#[tokio::test]
async fn an_authorization_that_comes_after_the_end_is_voided() {
    let mut begun = begun().await;
    begun.gateway.authorize(&begun.charge()).await.expect("the gateway answers");

    begun.hears(OrderState::Expired).await;

    // Undecided and over: the gateway is asked to close it, and says that it was authorized after all.
    assert_eq!(begun.state().await, PaymentState::Authorized);
    assert_eq!(begun.state().await, PaymentState::Voided);
    assert_eq!(begun.gateway.capture(&begun.charge()).await.expect("it answers"), Capture::Gone);
}

#[tokio::test]
async fn a_payment_of_an_order_that_is_over_is_closed_before_the_gateway_ever_heard_of_it() {
    let mut begun = begun().await;

    begun.hears(OrderState::Cancelled).await;

    assert_eq!(begun.state().await, PaymentState::Declined);
    let late = begun.gateway.authorize(&begun.charge()).await.expect("it answers");
    assert!(matches!(late, Authorization::Declined(_)), "a request that was still under way changes nothing");
}

#[tokio::test]
async fn money_that_was_taken_for_tickets_that_are_gone_is_given_back() {
    let mut begun = begun().await;
    assert_eq!(begun.state().await, PaymentState::Authorized);
    begun.hears(OrderState::Expired).await;
    // A capture that nobody remembers.
    assert_eq!(begun.gateway.capture(&begun.charge()).await.expect("it answers"), Capture::Captured);

    assert_eq!(begun.state().await, PaymentState::Captured, "the void finds it");
    assert_eq!(begun.state().await, PaymentState::Refunded);

    assert_eq!(begun.booked().await, [("buyer", 0), ("gateway", 0)].map(|(account, sum)| (account.to_owned(), sum)));
}

#[tokio::test]
async fn what_is_paid_is_booked_to_the_cent_and_undone_as_a_whole() {
    let mut begun = begun().await;
    assert_eq!(begun.state().await, PaymentState::Authorized);
    assert_eq!(begun.booked().await, [], "nothing has moved");

    begun.hears(OrderState::Complete).await;
    assert_eq!(begun.state().await, PaymentState::Captured);
    let sold = [("buyer", 0), ("fee", -199), ("gateway", 1999), ("seller", -1800)];
    assert_eq!(begun.booked().await, sold.map(|(account, sum)| (account.to_owned(), sum)));

    begun.hears(OrderState::Refunded).await;
    assert_eq!(begun.state().await, PaymentState::Refunded);
    let undone = [("buyer", 0), ("fee", 0), ("gateway", 0), ("seller", 0)];
    assert_eq!(begun.booked().await, undone.map(|(account, sum)| (account.to_owned(), sum)));
}

/// A gateway that says nothing.
struct NoResponse;

#[async_trait::async_trait]
impl Gateway for NoResponse {
    async fn authorize(&self, _: &Charge) -> Result<Authorization, Error> {
        std::future::pending().await
    }
    async fn capture(&self, _: &Charge) -> Result<Capture, Error> {
        Err(Error::failed("cut off"))
    }
    async fn void(&self, _: &Charge) -> Result<Void, Error> {
        Err(Error::failed("cut off"))
    }
    async fn refund(&self, _: &Charge) -> Result<(), Error> {
        Err(Error::failed("cut off"))
    }
    async fn close(&self, _: &Charge) -> Result<Authorization, Error> {
        Err(Error::failed("cut off"))
    }
    async fn query(&self, _: &Charge) -> Result<GatewayStatus, Error> {
        Err(Error::failed("cut off"))
    }
}

#[tokio::test]
async fn silence_leaves_a_payment_unknown_until_the_truth_is_known() {
    let begun = begun().await;
    let (asking, time) = (begun.store.clone(), begun.store.environment().clone());
    let payment: Id<_> = begun.payment;

    let asked = tokio::spawn(async move { step(&asking, &NoResponse, terms(), payment).await });
    while !asked.is_finished() {
        tokio::time::sleep(Duration::from_millis(5)).await;
        time.advance(Duration::from_secs(1));
    }

    let row = schema::payment(begun.store.read(), payment).await.expect("it is there");
    assert_eq!(schema::payment_of(&row).expect("a payment").state, PaymentState::Unknown);
    assert!(row.next_try_at.is_some(), "it is asked again");
    assert_eq!(begun.state().await, PaymentState::Authorized, "by a gateway that answers");
}
