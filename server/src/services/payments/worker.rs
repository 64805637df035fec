//! Drives payments: asks the gateway for what each one wants next, and writes its answer down. A step is found in the
//! table whether it is new, failed, or was left by a process that died: there is one way for all of them.

use super::gateway::{Authorization, Capture, Charge, Gateway, GatewayStatus, Void};
use super::rules::{self, Step};
use super::schema::{self, payments::Model as Row};
use super::{FeeTerms, ledger};
use crate::Cause;
use crate::Error;
use crate::store::{Store, Tx, from_word, word};
use shared::orders::{OrderChanged, OrderState};
use shared::payments::{Decline, PaymentMethod, PaymentState};
use shared::{Instant, PaymentId};

/// What the gateway answered to a step.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Authorization(Authorization),
    Capture(Capture),
    Void(Void),
    Refunded,
    Stands(GatewayStatus),
}

/// What came of asking it.
enum Asked {
    Answered(Answer),
    /// It failed or did not answer: it may have done the step or not.
    NoResponse,
    /// Somebody else is asking it for the same.
    InFlight,
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
    let (state, known) = (from_word(&row.state)?, schema::known(order));
    if rules::wanted(row.id.into(), state, row.requires_action, known).is_some() {
        return Ok(Some(now.millis()));
    }
    let look = rules::poll_after(state, row.requires_action, known, row.tries);
    Ok(look.map(|pause| (now + pause).millis()))
}

/// Takes the next step of one payment: what it wants, or else a look at how it stands.
///
/// # Errors
/// If the database is away. A gateway that fails or stays silent is no error: it is asked again later.
pub async fn step(store: &Store, gateway: &dyn Gateway, terms: FeeTerms, id: PaymentId) -> Result<(), Error> {
    let row = schema::payment(store.read(), id).await?;
    let Some(order) = schema::order_replica(store.read(), row.order_id.into()).await? else { return Ok(()) };
    let state: PaymentState = from_word(&row.state)?;
    let step = rules::wanted(id, state, row.requires_action, schema::known(&order)).unwrap_or(Step::Query);
    let patience = store.environment().now() + rules::TIMEOUT;
    let answer = tokio::select! {
        answer = ask(gateway, step, &row) => answer,
        () = store.environment().sleep_until(patience) => Err(Error::failed("the gateway did not answer in time")),
    };
    let asked = match answer {
        Ok(answer) => Asked::Answered(answer),
        Err(Error::InFlight) => Asked::InFlight,
        Err(error) => {
            tracing::warn!(payment = %id, ?step, %error, "the gateway will be asked again");
            Asked::NoResponse
        }
    };
    let cause = Cause { correlation_id: row.correlation_id.unwrap_or(row.id), causation_id: row.id };
    store.write(cause, move |tx| Box::pin(write_down(tx, id, (state, step), asked, terms))).await
}

async fn ask(gateway: &dyn Gateway, step: Step, row: &Row) -> Result<Answer, Error> {
    let charge = Charge {
        payment_id: row.id.into(),
        order_id: row.order_id.into(),
        amount: schema::amount_of(row)?,
        method: PaymentMethod::try_from(row.method.clone())?,
        tries: row.tries,
    };
    match step {
        Step::Authorize => gateway.authorize(&charge).await.map(Answer::Authorization),
        Step::Capture => gateway.capture(&charge).await.map(Answer::Capture),
        Step::Void => gateway.void(&charge).await.map(Answer::Void),
        Step::Refund => gateway.refund(&charge).await.map(|()| Answer::Refunded),
        Step::Close => gateway.close(&charge).await.map(Answer::Authorization),
        Step::Query => query(gateway, &charge, from_word(&row.state)?).await.map(Answer::Stands),
    }
}

/// Sees how a payment stands. What is set aside or taken for one that is over, from outside or by a request that was
/// under way for very long, is given back at once.
async fn query(gateway: &dyn Gateway, charge: &Charge, state: PaymentState) -> Result<GatewayStatus, Error> {
    let status = gateway.query(charge).await?;
    if matches!(state, PaymentState::Declined | PaymentState::Voided) {
        match status {
            GatewayStatus::Authorized | GatewayStatus::RequiresAction(_) => drop(gateway.void(charge).await?),
            GatewayStatus::Captured => gateway.refund(charge).await?,
            _ => {}
        }
    }
    Ok(status)
}

/// Writes the gateway's answer down, if the payment still waits for it.
async fn write_down(
    tx: &Tx,
    id: PaymentId,
    (asked_in, step): (PaymentState, Step),
    asked: Asked,
    terms: FeeTerms,
) -> Result<(), Error> {
    let mut row = schema::payment(tx.db(), id).await?;
    let state: PaymentState = from_word(&row.state)?;
    if state != asked_in {
        return Ok(());
    }
    let answer = match asked {
        Asked::Answered(answer) => answer,
        Asked::NoResponse | Asked::InFlight => {
            return write_silence(tx, row, state, step, matches!(asked, Asked::InFlight)).await;
        }
    };
    let (becomes, decline) = after(state, &answer);
    let page = match answer {
        Answer::Authorization(Authorization::RequiresAction(page))
        | Answer::Stands(GatewayStatus::RequiresAction(page)) => Some(page),
        _ => None,
    };
    row.tries = if step == Step::Query && becomes == state { row.tries + 1 } else { 0 };
    row.requires_action = page.is_some() && matches!(becomes, PaymentState::Started | PaymentState::Unknown);
    row.bank_url = page.flatten();
    row.state = word(becomes);
    row.decline = decline.map(word).or(row.decline);
    let order = schema::order_replica(tx.db(), row.order_id.into()).await?;
    if let Some(order) = &order {
        row.next_try_at = next_try(&row, order, tx.now())?;
    }
    if becomes == state {
        return schema::set_unversioned(tx, row).await;
    }
    match becomes {
        PaymentState::Captured => {
            ledger::charge(tx, &row).await?;
            let ours = |order: &&OrderChanged| order.state == OrderState::Complete && order.payment_id == Some(id);
            if let Some(order) = order.as_ref().filter(ours) {
                ledger::sale(tx, &row, order, terms).await?;
            }
        }
        PaymentState::Refunded => ledger::refund(tx, &row).await?,
        _ => {}
    }
    schema::update_payment(tx, row).await
}

/// Where an answer leads from a state.
fn after(state: PaymentState, answer: &Answer) -> (PaymentState, Option<Decline>) {
    use PaymentState::{Authorized, Captured, Declined, Refunded, Started, Unknown, Voided};
    match (answer, state) {
        (Answer::Authorization(Authorization::Authorized), _) => (Authorized, None),
        (Answer::Authorization(Authorization::Declined(decline)), _) => (Declined, Some(*decline)),
        (Answer::Authorization(Authorization::RequiresAction(_)), _) => (state, None),
        (Answer::Capture(Capture::Captured) | Answer::Void(Void::AlreadyCaptured), _) => (Captured, None),
        (Answer::Capture(Capture::Gone) | Answer::Void(Void::Voided), _) => (Voided, None),
        (Answer::Refunded, _) => (Refunded, None),
        (Answer::Stands(status), Started | Unknown) => match status {
            GatewayStatus::Undecided | GatewayStatus::RequiresAction(_) => (state, None),
            GatewayStatus::Declined(decline) => (Declined, Some(*decline)),
            GatewayStatus::Voided => (Declined, Some(Decline::Closed)),
            // It was authorized in any case, and what became of it since is found by the next step.
            GatewayStatus::Authorized | GatewayStatus::Captured | GatewayStatus::Refunded => (Authorized, None),
        },
        (Answer::Stands(GatewayStatus::Voided | GatewayStatus::Declined(_)), Authorized) => (Voided, None),
        (Answer::Stands(GatewayStatus::Refunded), Captured) => (Refunded, None),
        (Answer::Stands(_), Authorized | Captured | Declined | Voided | Refunded) => (state, None),
    }
}

/// The gateway did not answer: it is asked again under the same key.
async fn write_silence(tx: &Tx, mut row: Row, state: PaymentState, step: Step, busy: bool) -> Result<(), Error> {
    row.next_try_at = Some((tx.now() + rules::pause(row.tries)).millis());
    row.tries += 1;
    if state == PaymentState::Started && step != Step::Query && !busy {
        row.state = word(PaymentState::Unknown);
        return schema::update_payment(tx, row).await;
    }
    schema::set_unversioned(tx, row).await
}
