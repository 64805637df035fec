//! Carries out the step that `rules` says is next, and stores the gateway's answer.
//!
//! A step is found in the table, whether it is new, has failed, or was left behind by a process that died: one code path
//! serves all three.

use super::gateway::{Charge, Gateway, GatewayStatus, Gateways};
use super::ledger::{self, FeeTerms};
use super::rules::{self, Answer, LedgerEffect, Step};
use super::schema::{self, GatewayName, payments::Model as Row};
use crate::store::{Millis, Store, Text, Tx};
use crate::tasks::{self, Tasks};
use crate::{Cause, Error};
use shared::orders::OrderChanged;
use shared::payments::{PaymentMethod, PaymentState};
use shared::{Instant, PaymentId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many payments take a step at the same time.
const CONCURRENCY: usize = 32;
/// The pause after a step that could not even be postponed.
const DATABASE_RETRY_DELAY: Duration = Duration::from_secs(1);
/// How many of them were tried before: payments that a gateway does not answer leave room for new ones.
const MAX_RETRIES_AT_ONCE: usize = CONCURRENCY / 2;

/// Takes the due steps of all payments in the background, at most one step per payment at a time.
pub struct PaymentWorker {
    store: Store,
    tasks: Tasks,
    gateways: Arc<Gateways>,
    terms: FeeTerms,
    in_flight: Mutex<HashMap<PaymentId, Attempt>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    First,
    Retry,
}

impl PaymentWorker {
    pub fn new(store: Store, tasks: Tasks, gateways: Arc<Gateways>, terms: FeeTerms) -> Arc<Self> {
        Arc::new(PaymentWorker { store, tasks, gateways, terms, in_flight: Mutex::default() })
    }

    /// Starts every due step that fits into [`CONCURRENCY`], and returns when the next one is due. A payment whose gateway has
    /// no key any more waits until it has one.
    ///
    /// # Errors
    /// If the database is unavailable.
    pub async fn start_due(self: &Arc<Self>, now: Instant) -> Result<Option<Instant>, Error> {
        let gateways = self.gateways.available();
        let [untried, tried] = schema::due(self.store.read(), &gateways, now).await?;
        for (rows, attempt) in [(untried, Attempt::First), (tried, Attempt::Retry)] {
            for row in rows {
                self.start(row.id.into(), row.gateway.0, attempt);
            }
        }
        schema::next_due(self.store.read(), &gateways, now).await
    }

    fn start(self: &Arc<Self>, id: PaymentId, gateway: GatewayName, attempt: Attempt) {
        let Some(slot) = Slot::take(self.clone(), id, attempt) else { return };
        let worker = self.clone();
        self.tasks.spawn(async move {
            let step = async { step(&worker.store, worker.gateways.get(gateway)?, worker.terms, id).await };
            if let Err(error) = tasks::catch_panic(step).await {
                tracing::warn!(payment = %id, %error, "payment step not taken, it will be retried");
                let store = &worker.store;
                // If this fails too, the database is away, and the step is tried again in the next tick.
                let postpone = store.write(store.root_cause(), move |tx| Box::pin(schema::postpone(tx, id)));
                if postpone.await.is_err() {
                    tasks::sleep(DATABASE_RETRY_DELAY).await;
                }
            }
            drop(slot);
        });
    }

    fn in_flight(&self) -> MutexGuard<'_, HashMap<PaymentId, Attempt>> {
        self.in_flight.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to take a step of a payment. Given back when dropped, whatever has become of the step.
struct Slot {
    worker: Arc<PaymentWorker>,
    id: PaymentId,
}

impl Slot {
    fn take(worker: Arc<PaymentWorker>, id: PaymentId, attempt: Attempt) -> Option<Self> {
        {
            let mut in_flight = worker.in_flight();
            let retries = in_flight.values().filter(|attempt| **attempt == Attempt::Retry).count();
            let is_full = in_flight.len() >= CONCURRENCY
                || (attempt == Attempt::Retry && retries >= MAX_RETRIES_AT_ONCE)
                || in_flight.contains_key(&id);
            if is_full {
                return None;
            }
            in_flight.insert(id, attempt);
        }
        Some(Slot { worker, id })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.worker.in_flight().remove(&self.id);
        // The next step may have become due during this one.
        self.worker.store.commit_signals().tick.notify_one();
    }
}

/// Stores when a payment's next step or poll is due, given the newest version of its order.
pub async fn schedule(tx: &Tx, mut row: Row, order: &OrderChanged) -> Result<(), Error> {
    let next = next_try_at(&row, order, tx.now());
    if row.next_try_at != next {
        (row.next_try_at, row.attempts) = (next, 0);
        schema::update_unpublished(tx, row).await?;
    }
    Ok(())
}

fn next_try_at(row: &Row, order: &OrderChanged, now: Instant) -> Option<Millis> {
    let (state, known) = (row.state.0, rules::KnownOrder::from(order));
    if rules::next_step(row.id.into(), state, row.requires_action, known).is_some() {
        return Some(Millis(now));
    }
    rules::poll_after(state, row.requires_action, known, row.attempts).map(|delay| Millis(now + delay))
}

/// Takes the next step of a payment, or queries the gateway if there is none.
///
/// # Errors
/// If the database is unavailable. A gateway that fails or does not answer is no error: the step is retried.
pub async fn step(store: &Store, gateway: &dyn Gateway, terms: FeeTerms, id: PaymentId) -> Result<(), Error> {
    let row = schema::payment(store.read(), id).await?;
    let order = schema::order_replica(store.read(), row.order_id.into()).await?;
    let order = order.ok_or_else(|| Error::failed("its order is not in the database"))?;
    let state = row.state.0;
    let step = rules::next_step(id, state, row.requires_action, rules::KnownOrder::from(&order)).unwrap_or(Step::Query);
    let deadline = store.environment().now() + rules::GATEWAY_TIMEOUT;
    let result = tokio::select! {
        result = perform(gateway, step, &row) => result,
        () = store.environment().sleep_until(deadline) => Err(Error::failed("the gateway did not answer in time")),
    };
    let answer = match result {
        Ok(answer) => answer,
        Err(Error::InFlight) => Answer::InFlight,
        Err(error) => {
            tracing::warn!(payment = %id, ?step, %error, "payment step failed, the gateway will be asked again");
            Answer::failed(step)
        }
    };
    let cause = Cause { correlation_id: row.correlation_id, causation_id: row.id };
    store.write(cause, move |tx| Box::pin(record(tx, id, (state, step), answer, terms))).await?;
    store.wake(id.uuid());
    Ok(())
}

async fn perform(gateway: &dyn Gateway, step: Step, row: &Row) -> Result<Answer, Error> {
    let charge = Charge {
        payment_id: row.id.into(),
        order_id: row.order_id.into(),
        amount: schema::amount_of(row),
        method: PaymentMethod::try_from(row.method.clone())?,
        attempts: row.attempts,
    };
    match step {
        Step::Authorize => gateway.authorize(&charge).await.map(Answer::Authorization),
        Step::Capture => gateway.capture(&charge).await.map(Answer::Capture),
        Step::Void => gateway.void(&charge).await.map(Answer::Void),
        Step::Refund => gateway.refund(&charge).await.map(|()| Answer::Refunded),
        Step::Close => gateway.close(&charge).await.map(Answer::Authorization),
        Step::Query => query(gateway, &charge, row.state.0).await.map(Answer::Status),
    }
}

/// Queries the gateway, and undoes at once what it must not have done for a payment that is over.
async fn query(gateway: &dyn Gateway, charge: &Charge, state: PaymentState) -> Result<GatewayStatus, Error> {
    let status = gateway.query(charge).await?;
    match rules::undo(state, &status) {
        Some(Step::Void) => drop(gateway.void(charge).await?),
        Some(Step::Refund) => gateway.refund(charge).await?,
        _ => {}
    }
    Ok(status)
}

/// Stores the effect of an answer, unless the payment has left the state in which the step was taken.
async fn record(
    tx: &Tx,
    id: PaymentId,
    (taken_in, step): (PaymentState, Step),
    answer: Answer,
    terms: FeeTerms,
) -> Result<(), Error> {
    let mut row = schema::payment(tx.db(), id).await?;
    let state = row.state.0;
    if state != taken_in {
        return Ok(());
    }
    let next = rules::apply(state, &answer);
    let order = schema::order_replica(tx.db(), row.order_id.into()).await?;
    row.state = Text(next.state);
    if answer.is_response() {
        row.attempts = if step == Step::Query && next.state == state { row.attempts + 1 } else { 0 };
        (row.requires_action, row.bank_url) = (next.requires_action, next.bank_url);
        row.decline = next.decline.map(Text).or(row.decline);
        if let Some(order) = &order {
            row.next_try_at = next_try_at(&row, order, tx.now());
        }
    } else {
        row.next_try_at = Some(Millis(tx.now() + rules::retry_delay(row.attempts)));
        row.attempts += 1;
    }
    match next.ledger {
        Some(LedgerEffect::Charge) => {
            ledger::charge(tx, &row).await?;
            if let Some(order) = order.as_ref().filter(|order| rules::KnownOrder::from(*order).is_completed_by(id)) {
                ledger::sale(tx, &row, order, terms).await?;
            }
        }
        Some(LedgerEffect::Refund) => ledger::refund(tx, &row).await?,
        None => {}
    }
    if next.state == state { schema::update_unpublished(tx, row).await } else { schema::update_payment(tx, row).await }
}
