//! Money: authorize, capture, void and refund payments, and pay sellers what they are owed.

mod answers;
mod events;
mod gateway;
mod ledger;
mod rules;
mod schema;
#[cfg(test)]
mod state_machine_tests;
#[cfg(test)]
mod tests;
mod webhooks;
mod worker;

pub use gateway::stripe::{check as check_stripe, snapshot as stripe_snapshot};
pub use schema::{GatewayName, MIGRATIONS, RETENTIONS};

use crate::messaging::Subscriptions;
use crate::rpc::Registry;
use crate::services::ServiceHandler;
use crate::store::{Millis, Retention, Store, Text, Tx, Version};
use crate::tasks::Tasks;
use crate::telemetry::metrics::StateGauge;
use crate::{Caller, Config, Error};
use async_trait::async_trait;
use gateway::Gateways;
use ledger::payouts::PayoutWorker;
use ledger::{FeeTerms, statement};
use schema::payments::Model as Row;
use shared::orders::OrderChanged;
use shared::payments::{
    Authenticate, GetAccount, GetPayment, GetSettings, Pay, Payment, PaymentState, ReceiveWebhook, SellerAccount,
    SetUpPayouts, Settings,
};
use shared::{Instant, OrderId, PaymentId, Rejection, UserId};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use worker::PaymentWorker;

/// How long `pay` waits for the event of an order that was just placed.
const ORDER_TIMEOUT: Duration = Duration::from_secs(2);
/// How long a request waits for the gateway. Longer than a step's timeout, so that it can answer with `unknown` as well.
const DECISION_TIMEOUT: Duration = Duration::from_secs(7);
/// How many requests may wait at once for either; more are answered with what is known.
const MAX_WAITING_REQUESTS: usize = 256;

pub struct Payments {
    store: Store,
    gateways: Arc<Gateways>,
    terms: FeeTerms,
    publishable_key: Option<String>,
    worker: Arc<PaymentWorker>,
    payouts: Arc<PayoutWorker>,
    rate_limits: bool,
    waiting_for_orders: Semaphore,
    waiting_for_gateway: Semaphore,
}

impl Payments {
    /// The service, with Stripe as its gateway if that is configured, otherwise the sandbox.
    ///
    /// # Errors
    /// If Stripe's key or address is unusable.
    pub fn new(store: Store, tasks: Tasks, config: &Config) -> Result<Arc<Self>, Error> {
        let gateways = Arc::new(Gateways::new(&store, config)?);
        let terms = FeeTerms { fee: config.fee, payout_after: config.payout_after };
        Ok(Arc::new(Payments {
            worker: PaymentWorker::new(store.clone(), tasks.clone(), gateways.clone(), terms),
            payouts: PayoutWorker::new(store.clone(), tasks, gateways.clone()),
            store,
            gateways,
            terms,
            publishable_key: config.publishable_key.clone(),
            rate_limits: config.rate_limits,
            waiting_for_orders: Semaphore::new(MAX_WAITING_REQUESTS),
            waiting_for_gateway: Semaphore::new(MAX_WAITING_REQUESTS),
        }))
    }

    async fn pay(self: Arc<Self>, caller: Caller, request: Pay) -> Result<Payment, Error> {
        let payer = caller.person()?;
        let order = self.known_order(request.order_id).await?;
        if order.buyer_id != payer {
            return Err(Rejection::NotYours.into());
        }
        let (paying, gateway, limited) = (caller.clone(), self.gateways.current, self.rate_limits);
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let again = request.clone();
                let begin = tx.idempotent(&paying, &request, move |tx| {
                    Box::pin(async move { Ok((begin_limited(tx, payer, again, gateway, limited).await?, ())) })
                });
                begin.await.map(|(id, _)| id)
            })
        });
        let row = self.decided(write.await?).await?;
        match row.decline {
            Some(Text(decline)) => Err(Rejection::CardDeclined(decline).into()),
            None => Ok(schema::payment_of(&row)),
        }
    }

    /// The replica of an order. Its event may arrive a moment after the buyer placed it.
    async fn known_order(&self, id: OrderId) -> Result<OrderChanged, Error> {
        let (ids, look) = ([id.uuid()], || schema::order_replica(self.store.read(), id));
        let order = if self.store.may_arrive(id.uuid()) {
            let deadline = self.store.environment().now() + ORDER_TIMEOUT;
            self.store.wait_for((&ids, &self.waiting_for_orders), deadline, look).await?
        } else {
            look().await?
        };
        order.ok_or(Rejection::NotFound.into())
    }

    /// The payment once the gateway has answered, or as it is after [`DECISION_TIMEOUT`].
    async fn decided(&self, id: PaymentId) -> Result<Row, Error> {
        let deadline = self.store.environment().now() + DECISION_TIMEOUT;
        let ids = [id.uuid()];
        let decided = self.store.wait_for((&ids, &self.waiting_for_gateway), deadline, || async {
            let row = schema::payment(self.store.read(), id).await?;
            let decided = row.state.0 != PaymentState::Started || row.requires_action;
            Ok(decided.then_some(row))
        });
        match decided.await? {
            Some(row) => Ok(row),
            None => schema::payment(self.store.read(), id).await,
        }
    }

    async fn get(self: Arc<Self>, caller: Caller, request: GetPayment) -> Result<Payment, Error> {
        let row = schema::payment(self.store.read(), request.id).await?;
        Ok(schema::payment_of(&own(row, caller.person()?)?))
    }

    async fn authenticate(self: Arc<Self>, caller: Caller, request: Authenticate) -> Result<Payment, Error> {
        let person = caller.person()?;
        let row = own(schema::payment(self.store.read(), request.id).await?, person)?;
        if row.requires_action {
            if row.gateway.0 == GatewayName::Sandbox {
                self.gateways.sandbox.authenticate(request.id, request.approve).await?;
            }
            let schedule = self.store.write(&caller, move |tx| {
                Box::pin(async move {
                    let mut row = schema::payment(tx.db(), request.id).await?;
                    (row.requires_action, row.next_try_at) = (false, Some(Millis(tx.now())));
                    schema::update_unpublished(tx, row).await
                })
            });
            schedule.await?;
        }
        Ok(schema::payment_of(&self.decided(request.id).await?))
    }

    async fn settings(self: Arc<Self>, _: Caller, _: GetSettings) -> Result<Settings, Error> {
        let publishable_key = self.publishable_key.clone();
        let test_mode = publishable_key.as_ref().is_none_or(|key| key.starts_with("pk_test_"));
        Ok(Settings { publishable_key, test_mode, fee: self.terms.fee })
    }

    async fn account(self: Arc<Self>, caller: Caller, request: GetAccount) -> Result<SellerAccount, Error> {
        let (seller, now) = (caller.person()?, self.store.environment().now());
        let of = (seller, self.gateways.current);
        let mut account = statement::of(self.store.read(), of, request.cursor.as_deref(), now).await?;
        // Without balances there is nothing to pay out, and no reason to call the provider.
        if !account.balances.is_empty() {
            account.can_be_paid = self.gateways.payout_provider().is_ready(seller).await.unwrap_or(false);
            if account.can_be_paid && ledger::payouts::is_waiting(self.store.read(), of).await? {
                let check_now = self.store.write(&caller, move |tx| Box::pin(ledger::payouts::check_now(tx, of)));
                check_now.await?;
            }
        }
        Ok(account)
    }

    async fn set_up_payouts(self: Arc<Self>, caller: Caller, _: SetUpPayouts) -> Result<Option<String>, Error> {
        let seller = caller.person()?;
        let url = self.gateways.payout_provider().onboarding_url(seller).await;
        url.map_err(|error| {
            tracing::warn!(%seller, %error, "payout onboarding failed");
            Error::Unavailable("the payment gateway")
        })
    }

    async fn receive_webhook(self: Arc<Self>, _: Caller, request: ReceiveWebhook) -> Result<(), Error> {
        let stripe = self.gateways.stripe.as_ref().ok_or(Rejection::NotFound)?;
        let now = self.store.environment().now();
        let event = webhooks::Event::verify(request.body, &request.signature, &stripe.webhook_secret, now)?;
        let payment = if event.concerns_payments() { self.payment_of(&event).await? } else { None };
        metrics::counter!("webhook_events_total", "ours" => if payment.is_some() { "yes" } else { "no" }).increment(1);
        match payment {
            Some(payment) => event.store(&self.store, payment).await,
            // Stripe disables an endpoint that refuses events, and an account may be shared with other programs.
            None => Ok(()),
        }
    }

    /// Our payment that a webhook event is about.
    async fn payment_of(&self, event: &webhooks::Event) -> Result<Option<PaymentId>, Error> {
        if let Some(payment) = event.payment()
            && schema::payment_exists(self.store.read(), payment).await?
        {
            return Ok(Some(payment));
        }
        match (event.intent(), &self.gateways.stripe) {
            (Some(intent), Some(stripe)) => stripe.api.payment_of(intent).await,
            _ => Ok(None),
        }
    }
}

fn own(row: Row, person: UserId) -> Result<Row, Rejection> {
    if row.payer_id == person.uuid() { Ok(row) } else { Err(Rejection::NotYours) }
}

/// Begins a payment unless too many of this person's cards were declined: people who steal card numbers test them with small
/// purchases. Undecided payments count as well, or many tests at the same time would pass.
async fn begin_limited(
    tx: &Tx,
    payer: UserId,
    request: Pay,
    gateway: GatewayName,
    limited: bool,
) -> Result<PaymentId, Error> {
    if limited && schema::open_payment(tx.db(), request.order_id).await?.is_none() {
        let since = tx.now() - rules::DECLINE_WINDOW;
        rules::check_declines(&schema::not_accepted_since(tx.db(), payer, since).await?, tx.now())?;
    }
    begin(tx, payer, request, gateway).await
}

/// Begins a payment, or returns the order's payment that is under way or done.
async fn begin(tx: &Tx, payer: UserId, request: Pay, gateway: GatewayName) -> Result<PaymentId, Error> {
    if let Some(row) = schema::open_payment(tx.db(), request.order_id).await? {
        return Ok(row.id.into());
    }
    let order = schema::order_replica(tx.db(), request.order_id).await?.ok_or(Rejection::NotFound)?;
    rules::may_pay(rules::KnownOrder::from(&order), tx.now())?;
    let id: PaymentId = tx.new_id();
    let row = Row {
        id: id.uuid(),
        order_id: request.order_id.uuid(),
        payer_id: payer.uuid(),
        state: Text(PaymentState::Started),
        amount: order.total.minor,
        currency: Text(order.total.currency),
        method: String::from(request.method),
        decline: None,
        requires_action: false,
        version: Version::FIRST,
        attempts: 0,
        next_try_at: Some(Millis(tx.now())),
        created_at: Millis(tx.now()),
        correlation_id: tx.cause().correlation_id,
        gateway: Text(gateway),
        bank_url: None,
    };
    schema::insert_payment(tx, row).await?;
    Ok(id)
}

/// The events that this service handles.
pub fn subscriptions() -> Subscriptions {
    Subscriptions::default().on(|tx, orders| Box::pin(events::orders_changed(tx, orders)))
}

#[async_trait]
impl ServiceHandler for Payments {
    fn store(&self) -> &Store {
        &self.store
    }

    fn subscriptions(&self) -> Subscriptions {
        subscriptions()
    }

    fn state_gauge(&self) -> Option<StateGauge> {
        Some(schema::STATE_GAUGE)
    }

    fn retentions(&self) -> &'static [Retention] {
        schema::RETENTIONS
    }

    fn register(self: Arc<Self>, registry: &mut Registry) {
        registry.register(&self, Payments::pay);
        registry.register(&self, Payments::get);
        registry.register(&self, Payments::authenticate);
        registry.register(&self, Payments::settings);
        registry.register(&self, Payments::account);
        registry.register(&self, Payments::set_up_payouts);
        registry.register(&self, Payments::receive_webhook);
    }

    async fn tick(self: Arc<Self>) -> Result<Option<Instant>, Error> {
        let now = self.store.environment().now();
        self.payouts.start_due(now);
        // One of them failing must not keep the other from its work.
        let webhooks = webhooks::handle(&self.store).await;
        let next = self.worker.start_due(now).await;
        webhooks.and(next)
    }
}
