//! A seller's movements as a file for a spreadsheet (RFC 4180).

use crate::api::ApiError;
use crate::web::Session;
use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use futures::{StreamExt, stream};
use shared::payments::{GetAccount, Movement, MovementKind};
use shared::{Money, Paginated};

/// The columns.
const COLUMNS: [&str; 8] = ["date", "kind", "show and seat", "ticket", "currency", "price", "fee", "amount"];

/// With what a spreadsheet takes a text for a formula (OWASP, "CSV Injection").
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// What is left to be written: the page that is known, and the movements of the one before.
struct Rest {
    session: Session,
    page: Paginated<Movement>,
    known: Vec<Movement>,
}

/// All movements of whoever asks, page by page as they are read. Where a page cannot be had, the file breaks off
/// visibly: half a file must not pass for a whole one.
///
/// # Errors
/// What the service says, [`shared::Rejection::SignedOut`] above all.
pub async fn download(session: Session) -> Result<impl IntoResponse, ApiError> {
    let page = session.call(GetAccount { cursor: None }).await?.movements;
    let start = (COLUMNS.map(str::to_owned).to_vec(), Rest { session, page, known: Vec::new() });
    let body = stream::unfold(Some(start), |rest| async move {
        let (head, rest) = rest?;
        let rows = rest.page.items.iter().filter(|movement| !rest.known.contains(movement)).map(row);
        let lines = written((!head.is_empty()).then_some(head).into_iter().chain(rows));
        match next(rest).await {
            Ok(rest) => Some((lines, rest.map(|rest| (Vec::new(), rest)))),
            Err(error) => Some((Err(std::io::Error::other(error)), None)),
        }
    });
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"ticketing-account.csv\""),
    ];
    // Whoever compresses it asks once more after the end.
    Ok((headers, Body::from_stream(body.fuse())))
}

/// The page after this one. What is new meanwhile moves everything down, so a page can begin with what is written.
async fn next(rest: Rest) -> Result<Option<Rest>, ApiError> {
    let Rest { session, page: Paginated { items: known, next }, .. } = rest;
    let Some(cursor) = next else { return Ok(None) };
    let page = session.call(GetAccount { cursor: Some(cursor) }).await?.movements;
    Ok(Some(Rest { session, page, known }))
}

fn written(rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, std::io::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

fn row(movement: &Movement) -> Vec<String> {
    let amount = |money: Option<Money>| money.map(Money::amount).unwrap_or_default();
    vec![
        movement.at.to_string(),
        word(movement.kind).to_owned(),
        harmless(movement.about.as_ref().map(ToString::to_string).unwrap_or_default()),
        movement.ticket_id.map(|id| id.to_string()).unwrap_or_default(),
        movement.amount.currency.code().to_owned(),
        amount(movement.price),
        amount(movement.fee),
        amount(Some(movement.amount)),
    ]
}

fn word(kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::Sale => "sale",
        MovementKind::Refund => "refund",
        MovementKind::Payout => "payout",
        MovementKind::PayoutFailed => "payout failed",
    }
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: String) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::payments::SoldTicket;
    use shared::tickets::Seat;
    use shared::{Currency, Instant};

    fn line(about: &str) -> String {
        let movement = Movement {
            id: uuid::Uuid::nil(),
            at: Instant::from_millis(0),
            kind: MovementKind::Refund,
            about: Some(SoldTicket { show: about.to_owned(), seat: Seat::parse("", "", "1").expect("a seat") }),
            ticket_id: None,
            price: Some(Money::new(-1999, Currency::Eur)),
            fee: Some(Money::new(-99, Currency::Eur)),
            amount: Money::new(-1900, Currency::Eur),
        };
        let bytes = written([row(&movement)].into_iter()).expect("it is written to memory");
        String::from_utf8(bytes).expect("it is text")
    }

    #[test]
    fn a_movement_is_a_line_of_a_spreadsheet() {
        let expected = "1970-01-01T00:00:00.000Z,refund,\"A \"\"B\"\" · Seat 1\",,EUR,-19.99,-0.99,-19.00\r\n";
        assert_eq!(line("A \"B\""), expected);
    }

    #[test]
    fn what_people_wrote_is_never_a_formula() {
        for text in ["=HYPERLINK(0)", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert!(line(text).contains(&format!(",'{text} ·")), "{text}");
        }
        assert!(line("1 = 1").contains(",1 = 1 ·"));
    }
}
