//! A seller's account as a file for a spreadsheet (RFC 4180).

use super::paging;
use crate::api::ApiError;
use crate::i18n::{Language, amount_in, decimal_separator};
use crate::web::Session;
use crate::web::middleware::locale;
use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderMap};
use axum::response::IntoResponse;
use futures::{StreamExt, future, stream};
use shared::Money;
use shared::payments::{GetAccount, Movement, MovementKind};
use std::io;

/// Makes spreadsheets read the file as UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A day needs the name of the clock by which it is one.
const COLUMNS: [&str; 9] =
    ["date (UTC)", "time (UTC)", "kind", "show and seat", "ticket", "currency", "price", "fee", "amount"];

/// A cell that begins with one of these is a formula to spreadsheets (OWASP, "CSV Injection").
const FORMULA_PREFIXES: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Streams the movements of the caller's account, page by page. If a page cannot be loaded, the response is aborted, so that half a
/// file is not taken for a whole one.
///
/// # Errors
/// The service's, above all [`shared::Rejection::SignedOut`].
pub async fn download(session: Session, headers: HeaderMap) -> Result<impl IntoResponse, ApiError> {
    let language = locale::of_request(&headers);
    let first = session.call(GetAccount { cursor: None }).await?.movements;
    let movements = paging::from_first(first, move |cursor| {
        let session = session.clone();
        async move { session.call(GetAccount { cursor: Some(cursor) }).await.map(|account| account.movements) }
    });
    let columns = write(language, [COLUMNS.map(str::to_owned).to_vec()].into_iter());
    let columns = columns.map(|columns| [BYTE_ORDER_MARK.as_bytes(), &columns].concat());
    let rows = movements.map(move |page| {
        let page = page.map_err(io::Error::other)?;
        write(language, page.iter().map(|movement| row(language, movement)))
    });
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8; header=present"),
        (CONTENT_DISPOSITION, "attachment; filename=\"ticketing-account.csv\""),
    ];
    // The compression layer polls once more after the end, which the streams do not allow.
    Ok((headers, Body::from_stream(stream::once(future::ready(columns)).chain(rows).fuse())))
}

/// Where decimals follow a comma, spreadsheets expect semicolons between the columns.
fn delimiter(language: Language) -> u8 {
    if decimal_separator(language) == "," { b';' } else { b',' }
}

fn write(language: Language, rows: impl Iterator<Item = Vec<String>>) -> io::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(delimiter(language))
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error())
}

/// Amounts are numbers as spreadsheets in that language write them; days are the ones of ISO 8601, which all of them read.
fn row(language: Language, movement: &Movement) -> Vec<String> {
    let amount = |money: Option<Money>| money.map(|money| amount_in(language, money)).unwrap_or_default();
    let at = movement.at.to_string();
    let (day, time) = at.split_once('T').unwrap_or((&at, ""));
    vec![
        day.to_owned(),
        time.split('.').next().unwrap_or_default().to_owned(),
        label(movement.kind).to_owned(),
        escape_formula(movement.about.as_ref().map(ToString::to_string).unwrap_or_default()),
        movement.ticket_id.map(|id| id.to_string()).unwrap_or_default(),
        movement.amount.currency.code().to_owned(),
        amount(movement.price),
        amount(movement.fee),
        amount(Some(movement.amount)),
    ]
}

fn label(kind: MovementKind) -> &'static str {
    match kind {
        MovementKind::Sale => "sale",
        MovementKind::Refund => "refund",
        MovementKind::Payout => "payout",
        MovementKind::PayoutFailed => "payout failed",
    }
}

fn escape_formula(text: String) -> String {
    if text.starts_with(FORMULA_PREFIXES) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::payments::SoldTicket;
    use shared::tickets::Seat;
    use shared::{Currency, Instant};

    fn line(show: &str) -> String {
        line_in(Language::English, show)
    }

    fn line_in(language: Language, show: &str) -> String {
        let movement = Movement {
            id: uuid::Uuid::nil(),
            at: Instant::from_millis(0),
            kind: MovementKind::Refund,
            about: Some(SoldTicket { show: show.to_owned(), seat: Seat::parse("", "", "1").expect("a seat") }),
            ticket_id: None,
            price: Some(Money::new(-1999, Currency::Eur)),
            fee: Some(Money::new(-99, Currency::Eur)),
            amount: Money::new(-1900, Currency::Eur),
        };
        let bytes = write(language, [row(language, &movement)].into_iter()).expect("it is written to memory");
        String::from_utf8(bytes).expect("it is UTF-8")
    }

    #[test]
    fn a_movement_is_a_line_of_a_spreadsheet() {
        let expected = "1970-01-01,00:00:00,refund,\"A \"\"B\"\" · Seat 1\",,EUR,-19.99,-0.99,-19.00\r\n";
        assert_eq!(line("A \"B\""), expected);
    }

    #[test]
    fn a_spreadsheet_in_another_language_reads_numbers_and_letters() {
        let expected = "1970-01-01;00:00:00;refund;Große Ärzte – Fête 🎉 · Seat 1;;EUR;-19,99;-0,99;-19,00\r\n";
        assert_eq!(line_in(Language::German, "Große Ärzte – Fête 🎉"), expected);
    }

    #[test]
    fn a_users_text_is_never_a_formula() {
        for text in ["=HYPERLINK(0)", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert!(line(text).contains(&format!(",'{text} ·")), "{text}");
        }
        assert!(line("1 = 1").contains(",1 = 1 ·"));
    }
}
