//! Money: authorize, capture, void, refund.

mod driver;
mod events;
mod gateway;
mod rules;
mod sandbox;
mod schema;
#[cfg(test)]
mod tests;

pub use schema::MIGRATIONS;

use crate::Error;
use crate::backend::{Answers, Caller};
use crate::service::Behaviour;
use crate::store::{Store, Tx, word};
use crate::tasks::Tasks;
use async_trait::async_trait;
use gateway::Gateway;
use sandbox::Sandbox;
use schema::payments::Model as Row;
use shared::orders::OrderChanged;
use shared::payments::{Authenticate, Decline, GetPayment, Pay, Payment, PaymentState};
use shared::{Envelope, Instant, OrderId, PaymentId, Rejection, Subject, UserId};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a request waits for news: of an order not heard of yet, or of the gateway's answer.
const WAIT_FOR_ORDER: Duration = Duration::from_secs(2);
/// A little longer than the gateway may take, so that "unknown" is an answer, too.
const WAIT_FOR_GATEWAY: Duration = Duration::from_secs(7);
/// How many payments are driven at once.
const AT_ONCE: usize = 32;

/// The service.
pub struct Payments {
    store: Store,
    tasks: Tasks,
    sandbox: Arc<Sandbox>,
    gateway: Arc<dyn Gateway>,
    driven: Arc<Mutex<HashSet<PaymentId>>>,
}

impl Payments {
    /// The service on its database, with the sandbox as its gateway.
    pub fn new(store: Store, tasks: Tasks) -> Arc<Self> {
        let sandbox = Arc::new(Sandbox::new(store.clone()));
        let gateway = sandbox.clone();
        Arc::new(Payments { store, tasks, sandbox, gateway, driven: Arc::default() })
    }

    async fn pay(self: Arc<Self>, caller: Caller, request: Pay) -> Result<Payment, Error> {
        let payer = caller.person()?;
        let order = self.known_order(request.order_id).await?;
        if order.buyer_id != payer {
            return Err(Rejection::NotYours.into());
        }
        let paying = caller.clone();
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let again = request.clone();
                tx.once(&paying, &request, move |tx| Box::pin(begin(tx, payer, again))).await
            })
        });
        let row = self.decided(write.await?).await?;
        match row.decline.as_deref().map(crate::store::from_word::<Decline>).transpose()? {
            Some(decline) => Err(Rejection::CardDeclined(decline).into()),
            None => schema::payment_of(&row),
        }
    }

    /// The order as it was last heard of; it may be a moment behind the person who just placed it.
    async fn known_order(&self, id: OrderId) -> Result<OrderChanged, Error> {
        let patience = self.store.environment().now() + WAIT_FOR_ORDER;
        loop {
            let news = self.store.committed().news.notified();
            if let Some(order) = schema::order_copy(self.store.read(), id).await? {
                return Ok(order);
            }
            if !self.store.news(news, patience).await {
                return Err(Rejection::NotFound.into());
            }
        }
    }

    /// The payment once the gateway has answered, or as it is when patience ends.
    async fn decided(&self, id: PaymentId) -> Result<Row, Error> {
        let patience = self.store.environment().now() + WAIT_FOR_GATEWAY;
        loop {
            let news = self.store.committed().news.notified();
            let row = schema::payment(self.store.read(), id).await?;
            let decided = row.state != word(PaymentState::Started) || row.needs_person;
            if decided || !self.store.news(news, patience).await {
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
        if row.needs_person {
            self.sandbox.authenticate(request.id, request.approve).await?;
            let ask_again = self.store.write(&caller, move |tx| {
                Box::pin(async move {
                    let mut row = schema::payment(tx.db(), request.id).await?;
                    (row.needs_person, row.next_try_at) = (false, Some(tx.now().millis()));
                    schema::set_unversioned(tx, row).await
                })
            });
            ask_again.await?;
        }
        schema::payment_of(&self.decided(request.id).await?)
    }

    fn drive(self: &Arc<Self>, id: PaymentId) {
        {
            let mut driven = self.driven.lock().unwrap_or_else(PoisonError::into_inner);
            if driven.len() >= AT_ONCE || !driven.insert(id) {
                return;
            }
        }
        let payments = self.clone();
        self.tasks.spawn(async move {
            if let Err(error) = driver::step(&payments.store, payments.gateway.as_ref(), id).await {
                tracing::warn!(payment = %id, %error, "a payment's step could not be taken");
            }
            payments.driven.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
            // What it wants next may have become due while it was being driven.
            payments.store.committed().tick.notify_one();
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
async fn begin(tx: &Tx, payer: UserId, request: Pay) -> Result<PaymentId, Error> {
    if let Some(row) = schema::open_payment(tx.db(), request.order_id).await? {
        return Ok(row.id.into());
    }
    let order = schema::order_copy(tx.db(), request.order_id).await?.ok_or(Rejection::NotFound)?;
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
        needs_person: false,
        version: 1,
        tries: 0,
        next_try_at: Some(tx.now().millis()),
        created_at: tx.now().millis(),
        correlation_id: Some(tx.cause().correlation_id),
    };
    schema::insert_payment(tx, row).await?;
    Ok(id)
}

#[async_trait]
impl Behaviour for Payments {
    fn store(&self) -> &Store {
        &self.store
    }

    fn listens(&self) -> &'static [Subject] {
        &[Subject::OrdersChanged]
    }

    fn counted(&self) -> Option<&'static str> {
        Some("payments")
    }

    fn answers(self: Arc<Self>, answers: &mut Answers) {
        answers.on(&self, Payments::pay);
        answers.on(&self, Payments::get);
        answers.on(&self, Payments::authenticate);
    }

    async fn hear(&self, tx: &Tx, envelope: &Envelope) -> Result<(), Error> {
        events::order_changed(tx, &envelope.open().map_err(Error::failed)?).await
    }

    async fn tick(self: Arc<Self>) -> Result<Option<Instant>, Error> {
        let now = self.store.environment().now();
        for row in schema::due(self.store.read(), now).await? {
            self.drive(row.id.into());
        }
        schema::next_due(self.store.read(), now).await
    }
}
