//! Money: authorize, capture, void, refund, and what sellers are owed for it.

mod events;
mod gateway;
mod ledger;
mod rules;
mod schema;
#[cfg(test)]
mod tests;
mod webhooks;
mod worker;

pub use gateway::stripe::booked as booked_at_stripe;
pub use schema::MIGRATIONS;

use crate::Caller;
use crate::messaging::Subscriptions;
use crate::rpc::Registry;
use crate::services::ServiceHandler;
use crate::store::{Store, Tx, from_word, word};
use crate::tasks::Tasks;
use crate::{Config, Error};
use async_trait::async_trait;
use gateway::Gateway;
use gateway::sandbox::Sandbox;
use gateway::stripe::Stripe;
use ledger::payouts::{self, PayoutProvider};
use ledger::statement;
use schema::payments::Model as Row;
use serde::{Deserialize, Serialize};
use shared::orders::OrderChanged;
use shared::payments::{
    Authenticate, Decline, GetAccount, GetPayment, GetSettings, Pay, Payment, PaymentState, ReceiveWebhook,
    SellerAccount, SetUpPayouts, Settings,
};
use shared::value::Secret;
use shared::{FeeShare, Instant, OrderId, PaymentId, Rejection, UserId};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use webhooks::WebhookEvent;

/// How long a request waits for news: of an order not heard of yet, or of the gateway's answer.
const WAIT_FOR_ORDER: Duration = Duration::from_secs(2);
/// A little longer than the gateway may take, so that "unknown" is an answer, too.
const WAIT_FOR_GATEWAY: Duration = Duration::from_secs(7);
/// How often it is looked whether sellers are to be paid.
const PAY_OUT_EVERY: Duration = Duration::from_secs(60);
/// How many payments are driven at once.
const AT_ONCE: usize = 32;

/// Who moves the money of a payment: it stays the same when the settings change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayName {
    /// Nobody: no money moves.
    Sandbox,
    /// Stripe with the keys of its test mode: no money moves either, and neither mode knows what the other one does.
    StripeTest,
    /// Stripe.
    Stripe,
}

impl GatewayName {
    /// Who moves the money of new payments under these settings.
    pub fn of(config: &Config) -> Self {
        match &config.stripe {
            None => GatewayName::Sandbox,
            Some(stripe) if stripe.is_test() => GatewayName::StripeTest,
            Some(_) => GatewayName::Stripe,
        }
    }
}

/// On which terms sellers sell.
#[derive(Clone, Copy, Debug)]
pub struct FeeTerms {
    /// What the marketplace keeps.
    fee: FeeShare,
    /// How long after a show's beginning its sellers are paid.
    payout_after: Duration,
}

/// Stripe, and what proves to us that it is Stripe who tells something.
struct Live {
    gateway: Stripe,
    webhook_secret: Secret,
}

/// The service.
pub struct Payments {
    store: Store,
    tasks: Tasks,
    sandbox: Sandbox,
    stripe: Option<Live>,
    /// Who moves the money of new payments, and pays sellers.
    current: GatewayName,
    terms: FeeTerms,
    publishable_key: Option<String>,
    driven: Arc<Mutex<HashSet<PaymentId>>>,
    next_payouts: Mutex<Instant>,
}

impl Payments {
    /// The service on its database, with Stripe as its gateway where it is configured, or else the sandbox.
    ///
    /// # Errors
    /// If Stripe's key or address cannot be used.
    pub fn new(store: Store, tasks: Tasks, config: &Config) -> Result<Arc<Self>, Error> {
        let live = |settings: &crate::config::Stripe| {
            let gateway = Stripe::new(store.clone(), settings, &config.public_url)?;
            Ok::<_, Error>(Live { gateway, webhook_secret: settings.webhook_secret.clone() })
        };
        Ok(Arc::new(Payments {
            tasks,
            sandbox: Sandbox::new(store.clone()),
            stripe: config.stripe.as_ref().map(live).transpose()?,
            current: GatewayName::of(config),
            terms: FeeTerms { fee: config.fee, payout_after: config.payout_after },
            publishable_key: config.publishable_key.clone(),
            driven: Arc::default(),
            next_payouts: Mutex::new(Instant::from_millis(0)),
            store,
        }))
    }

    fn gateway(&self, name: &str) -> Result<&dyn Gateway, Error> {
        match (from_word(name)?, &self.stripe) {
            (GatewayName::Sandbox, _) => Ok(&self.sandbox),
            (name, Some(live)) if name == self.current => Ok(&live.gateway),
            (name, _) => Err(Error::failed(format!("its gateway is {name:?}, for which no key is set"))),
        }
    }

    fn sender(&self) -> &dyn PayoutProvider {
        match &self.stripe {
            Some(live) => &live.gateway,
            None => &self.sandbox,
        }
    }

    async fn pay(self: Arc<Self>, caller: Caller, request: Pay) -> Result<Payment, Error> {
        let payer = caller.person()?;
        let order = self.known_order(request.order_id).await?;
        if order.buyer_id != payer {
            return Err(Rejection::NotYours.into());
        }
        let (paying, gateway) = (caller.clone(), self.current);
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let again = request.clone();
                tx.idempotent(&paying, &request, move |tx| Box::pin(begin(tx, payer, again, gateway))).await
            })
        });
        let row = self.decided(write.await?).await?;
        match row.decline.as_deref().map(from_word::<Decline>).transpose()? {
            Some(decline) => Err(Rejection::CardDeclined(decline).into()),
            None => schema::payment_of(&row),
        }
    }

    /// The order as it was last heard of; it may be a moment behind the person who just placed it.
    async fn known_order(&self, id: OrderId) -> Result<OrderChanged, Error> {
        let patience = self.store.environment().now() + WAIT_FOR_ORDER;
        loop {
            let news = self.store.commit_signals().waiting_requests.notified();
            if let Some(order) = schema::order_replica(self.store.read(), id).await? {
                return Ok(order);
            }
            if !self.store.wait_for_commit(news, patience).await {
                return Err(Rejection::NotFound.into());
            }
        }
    }

    /// The payment once the gateway has answered, or as it is when patience ends.
    async fn decided(&self, id: PaymentId) -> Result<Row, Error> {
        let patience = self.store.environment().now() + WAIT_FOR_GATEWAY;
        loop {
            let news = self.store.commit_signals().waiting_requests.notified();
            let row = schema::payment(self.store.read(), id).await?;
            let decided = row.state != word(PaymentState::Started) || row.requires_action;
            if decided || !self.store.wait_for_commit(news, patience).await {
                return Ok(row);
            }
        }
    }

    async fn get(self: Arc<Self>, caller: Caller, request: GetPayment) -> Result<Payment, Error> {
        let row = schema::payment(self.store.read(), request.id).await?;
        schema::payment_of(&own(row, caller.person()?)?)
    }

    async fn authenticate(self: Arc<Self>, caller: Caller, request: Authenticate) -> Result<Payment, Error> {
        let person = caller.person()?;
        let row = own(schema::payment(self.store.read(), request.id).await?, person)?;
        if row.requires_action {
            if row.gateway == word(GatewayName::Sandbox) {
                self.sandbox.authenticate(request.id, request.approve).await?;
            }
            let ask_again = self.store.write(&caller, move |tx| {
                Box::pin(async move {
                    let mut row = schema::payment(tx.db(), request.id).await?;
                    (row.requires_action, row.next_try_at) = (false, Some(tx.now().millis()));
                    schema::set_unversioned(tx, row).await
                })
            });
            ask_again.await?;
        }
        schema::payment_of(&self.decided(request.id).await?)
    }

    async fn settings(self: Arc<Self>, _: Caller, _: GetSettings) -> Result<Settings, Error> {
        let publishable_key = self.publishable_key.clone();
        let test_mode = publishable_key.as_ref().is_none_or(|key| key.starts_with("pk_test_"));
        Ok(Settings { publishable_key, test_mode, fee: self.terms.fee })
    }

    async fn account(self: Arc<Self>, caller: Caller, request: GetAccount) -> Result<SellerAccount, Error> {
        let now = self.store.environment().now();
        let mut account =
            statement::of(self.store.read(), (caller.person()?, self.current), request.cursor.as_deref(), now).await?;
        // Whom there is nothing to pay need not be asked how.
        if !account.balances.is_empty() {
            account.can_be_paid = self.sender().is_ready(caller.person()?).await.unwrap_or(false);
        }
        Ok(account)
    }

    async fn set_up_payouts(self: Arc<Self>, caller: Caller, _: SetUpPayouts) -> Result<Option<String>, Error> {
        let page = self.sender().onboarding_url(caller.person()?).await;
        page.map_err(|error| {
            tracing::warn!(%error, "payouts could not be set up");
            Error::Unavailable("the payment gateway")
        })
    }

    async fn receive_webhook(self: Arc<Self>, _: Caller, request: ReceiveWebhook) -> Result<(), Error> {
        let live = self.stripe.as_ref().ok_or(Rejection::NotFound)?;
        let now = self.store.environment().now();
        let news = WebhookEvent::read(request.body, &request.signature, &live.webhook_secret, now)?;
        let payment = match (news.payment(), news.intent()) {
            (Some(payment), _) => Some(payment),
            (None, Some(intent)) => live.gateway.payment_of(intent).await?,
            (None, None) => None,
        };
        news.store(&self.store, payment).await
    }

    /// Pays sellers what they are owed, if it is time, and holds up nothing else.
    fn pay_out(self: &Arc<Self>, now: Instant) {
        {
            let mut next = self.next_payouts.lock().unwrap_or_else(PoisonError::into_inner);
            if now < *next {
                return;
            }
            *next = now + PAY_OUT_EVERY;
        }
        let payments = self.clone();
        self.tasks.spawn(async move {
            let step = payouts::step(&payments.store, payments.sender(), payments.current).await;
            match step {
                Ok(Some(sooner)) => {
                    let mut next = payments.next_payouts.lock().unwrap_or_else(PoisonError::into_inner);
                    *next = (*next).min(sooner);
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "sellers could not be paid, it will be tried again"),
            }
        });
    }

    fn drive(self: &Arc<Self>, id: PaymentId, gateway: String) {
        {
            let mut driven = self.driven.lock().unwrap_or_else(PoisonError::into_inner);
            if driven.len() >= AT_ONCE || !driven.insert(id) {
                return;
            }
        }
        let payments = self.clone();
        self.tasks.spawn(async move {
            let step = async { worker::step(&payments.store, payments.gateway(&gateway)?, payments.terms, id).await };
            if let Err(error) = step.await {
                tracing::warn!(payment = %id, %error, "a payment's step could not be taken");
            }
            payments.driven.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            // What it wants next may have become due while it was being driven.
            payments.store.commit_signals().tick.notify_one();
        });
    }
}

fn own(row: Row, person: UserId) -> Result<Row, Rejection> {
    match row.payer_id == person.uuid() {
        true => Ok(row),
        false => Err(Rejection::NotYours),
    }
}

/// Begins to pay an order, or finds the payment that was begun before.
async fn begin(tx: &Tx, payer: UserId, request: Pay, gateway: GatewayName) -> Result<PaymentId, Error> {
    if let Some(row) = schema::open_payment(tx.db(), request.order_id).await? {
        return Ok(row.id.into());
    }
    let order = schema::order_replica(tx.db(), request.order_id).await?.ok_or(Rejection::NotFound)?;
    rules::may_pay(schema::known(&order), tx.now())?;
    let id: PaymentId = tx.new_id();
    let row = Row {
        id: id.uuid(),
        order_id: request.order_id.uuid(),
        payer_id: payer.uuid(),
        state: word(PaymentState::Started),
        amount: order.total.minor,
        currency: word(order.total.currency),
        method: String::from(request.method),
        decline: None,
        requires_action: false,
        version: 1,
        tries: 0,
        next_try_at: Some(tx.now().millis()),
        created_at: tx.now().millis(),
        correlation_id: Some(tx.cause().correlation_id),
        gateway: word(gateway),
        bank_url: None,
    };
    schema::insert_payment(tx, row).await?;
    Ok(id)
}

/// The events that this service handles.
pub fn subscriptions() -> Subscriptions {
    Subscriptions::default().on(|tx, _, order| Box::pin(events::order_changed(tx, order)))
}

#[async_trait]
impl ServiceHandler for Payments {
    fn store(&self) -> &Store {
        &self.store
    }

    fn subscriptions(&self) -> Subscriptions {
        subscriptions()
    }

    fn counted_table(&self) -> Option<&'static str> {
        Some("payments")
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
        webhooks::handle(&self.store).await?;
        let now = self.store.environment().now();
        for row in schema::due(self.store.read(), now).await? {
            self.drive(row.id.into(), row.gateway);
        }
        self.pay_out(now);
        schema::next_due(self.store.read(), now).await
    }
}
