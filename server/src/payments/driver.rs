//! Drives payments: asks the gateway for what each one wants next, and writes its answer down. A step is found in the
//! table whether it is new, failed, or was left by a process that died: there is one way for all of them.

use super::gateway::{Authorization, Capture, Charge, Gateway, Void};
use super::rules::{self, Step};
use super::schema::{self, payments::Model as Row};
use crate::Error;
use crate::store::{Cause, Store, Tx, from_word, word};
use shared::orders::OrderChanged;
use shared::payments::{Decline, Method, PaymentState};
use shared::{Instant, PaymentId};

/// What the gateway answered to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Authorization(Authorization),
    Capture(Capture),
    Void(Void),
    Refunded,
}

/// Notes when the gateway is to be asked about a payment: now, if its order's news makes it want something.
pub async fn schedule(tx: &Tx, mut row: Row, order: &OrderChanged) -> Result<(), Error> {
    let next = next_try(&row, order, tx.now())?;
    if row.next_try_at != next {
        (row.next_try_at, row.tries) = (next, 0);
        schema::set_unversioned(tx, row).await?;
    }
    Ok(())
}

fn next_try(row: &Row, order: &OrderChanged, now: Instant) -> Result<Option<i64>, Error> {
    let state = from_word(&row.state)?;
    let wanted = rules::wanted(row.id.into(), state, row.needs_person, schema::known(order));
    Ok(wanted.map(|_| now.millis()))
}

/// Takes the next step of one payment, if it wants one.
///
/// # Errors
/// If the database is away. A gateway that fails or stays silent is no error: it is asked again later.
pub async fn step(store: &Store, gateway: &dyn Gateway, id: PaymentId) -> Result<(), Error> {
    let row = schema::payment(store.read(), id).await?;
    let Some(order) = schema::order_copy(store.read(), row.order_id.into()).await? else { return Ok(()) };
    let state: PaymentState = from_word(&row.state)?;
    let Some(step) = rules::wanted(id, state, row.needs_person, schema::known(&order)) else {
        return Ok(());
    };
    let patience = store.environment().now() + rules::PATIENCE;
    let answer = tokio::select! {
        answer = ask(gateway, step, &row) => answer,
        () = store.environment().sleep_until(patience) => Err(Error::failed("the gateway did not answer in time")),
    };
    if let Err(error) = &answer {
        tracing::warn!(payment = %id, ?step, %error, "the gateway will be asked again");
    }
    let answer = answer.ok();
    let cause = Cause { correlation_id: row.correlation_id.unwrap_or(row.id), causation_id: row.id };
    store.write(cause, move |tx| Box::pin(write_down(tx, id, state, answer))).await
}

async fn ask(gateway: &dyn Gateway, step: Step, row: &Row) -> Result<Answer, Error> {
    let id = PaymentId::new(row.id);
    match step {
        Step::Authorize => {
            let method = Method::try_from(row.method.clone())?;
            let charge = Charge { payment_id: id, amount: schema::amount_of(row)?, method };
            gateway.authorize(&charge).await.map(Answer::Authorization)
        }
        Step::Capture => gateway.capture(id).await.map(Answer::Capture),
        Step::Void => gateway.void(id).await.map(Answer::Void),
        Step::Refund => gateway.refund(id).await.map(|()| Answer::Refunded),
        Step::Close => gateway.close(id).await.map(Answer::Authorization),
    }
}

/// Writes the gateway's answer down, if the payment still waits for it.
async fn write_down(tx: &Tx, id: PaymentId, asked_in: PaymentState, answer: Option<Answer>) -> Result<(), Error> {
    let mut row = schema::payment(tx.db(), id).await?;
    let state: PaymentState = from_word(&row.state)?;
    if state != asked_in {
        return Ok(());
    }
    let Some(answer) = answer else { return write_silence(tx, row, state).await };
    let (becomes, decline) = after(state, answer);
    row.needs_person = answer == Answer::Authorization(Authorization::NeedsPerson);
    row.tries = 0;
    row.state = word(becomes);
    row.decline = decline.map(word);
    if let Some(order) = schema::order_copy(tx.db(), row.order_id.into()).await? {
        row.next_try_at = next_try(&row, &order, tx.now())?;
    }
    match becomes == state {
        true => schema::set_unversioned(tx, row).await,
        false => schema::update_payment(tx, row).await,
    }
}

/// Where an answer leads from a state.
fn after(state: PaymentState, answer: Answer) -> (PaymentState, Option<Decline>) {
    match answer {
        Answer::Authorization(Authorization::Authorized) => (PaymentState::Authorized, None),
        Answer::Authorization(Authorization::Declined(decline)) => (PaymentState::Declined, Some(decline)),
        Answer::Authorization(Authorization::NeedsPerson) => (state, None),
        Answer::Capture(Capture::Captured) | Answer::Void(Void::AlreadyCaptured) => (PaymentState::Captured, None),
        Answer::Capture(Capture::Gone) | Answer::Void(Void::Voided) => (PaymentState::Voided, None),
        Answer::Refunded => (PaymentState::Refunded, None),
    }
}

/// The gateway did not answer: it may have done the step or not, so it is asked again under the same key.
async fn write_silence(tx: &Tx, mut row: Row, state: PaymentState) -> Result<(), Error> {
    row.next_try_at = Some((tx.now() + rules::pause(row.tries)).millis());
    row.tries += 1;
    match state {
        PaymentState::Started => {
            row.state = word(PaymentState::Unknown);
            schema::update_payment(tx, row).await
        }
        _ => schema::set_unversioned(tx, row).await,
    }
}
