//! The forms of browsers without script: each does what a call does, and then redirects to a page.

use crate::api::ApiError;
use crate::i18n::Language;
use crate::routes::{self, SignInQuery};
use crate::web::middleware::locale;
use crate::web::{Session, Site};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use axum_extra::extract::cookie::{Cookie, CookieJar};
use serde::Deserialize;
use server::tasks;
use shared::auth::SignOut;
use shared::orders::{CancelOrder, GetOrder, OrderState, PlaceOrder};
use shared::payments::{Authenticate, Decline, Pay, PaymentMethod};
use shared::{Flaw, Invalid, Money, OrderId, Rejection, TicketId};
use std::time::Duration;

/// The longest form has eight tickets of less than a hundred bytes.
pub const MAX_FORM_BYTES: usize = 16 * 1024;

/// How often an order is polled after a payment, before its page is shown anyway. Together three seconds: most payments are
/// decided by then, and a page without script cannot change by itself.
const MAX_POLLS: usize = 15;
const POLL_INTERVAL: Duration = Duration::from_millis(200);

/// Fields that are missing are empty, and are then refused like empty ones.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CredentialsForm {
    email: String,
    password: String,
    back: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct HoldForm {
    show: String,
    ticket: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct PayForm {
    order: String,
    method: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct AuthenticateForm {
    order: String,
    payment: String,
    approve: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CancelForm {
    order: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct LanguageForm {
    language: String,
    back: String,
}

/// Signs in, and redirects to where the visitor came from.
pub async fn sign_in(session: Session, Form(form): Form<CredentialsForm>) -> Response {
    let query = SignInQuery::back_to(&form.back);
    let outcome = session.sign_in(form.email, form.password).await;
    redirect_or_error(outcome.map(|_| query.path().to_owned()), &routes::sign_in(&query))
}

/// Signs up, and redirects to where the visitor came from.
pub async fn sign_up(session: Session, Form(form): Form<CredentialsForm>) -> Response {
    let query = SignInQuery::back_to(&form.back);
    let outcome = session.sign_up(form.email, form.password).await;
    redirect_or_error(outcome.map(|_| query.path().to_owned()), &routes::sign_up(&query))
}

/// Signs out, and redirects to the home page.
pub async fn sign_out(session: Session) -> Response {
    if let Some(token) = session.token()
        && let Err(error) = session.call(SignOut { token: token.clone() }).await
    {
        return redirect_to_error(error, "/");
    }
    session.end();
    redirect("/")
}

/// Holds the chosen tickets, and redirects to the order.
pub async fn hold(session: Session, Form(form): Form<HoldForm>) -> Response {
    let outcome = async {
        let tickets: Vec<(TicketId, Money)> = form.ticket.iter().filter_map(|text| parse_ticket(text)).collect();
        let prices = tickets.iter().map(|(_, price)| *price);
        let total = prices.reduce(|sum, price| sum.checked_add(price).unwrap_or(sum));
        let expected_total = total.ok_or_else(|| Invalid::new("ticket_ids", Flaw::NothingChosen))?;
        let ticket_ids = tickets.into_iter().map(|(id, _)| id).collect();
        Ok(routes::order(session.call(PlaceOrder { ticket_ids, expected_total }).await?.id))
    };
    let outcome = outcome.await;
    let back = match &outcome {
        Err(ApiError::Rejected(Rejection::HeldByYou { order_id })) => routes::order(*order_id),
        _ => routes::show(form.show),
    };
    redirect_or_error(outcome, &back)
}

/// Pays an order, and redirects to it once it is decided.
pub async fn pay(session: Session, Form(form): Form<PayForm>) -> Response {
    let outcome = async {
        let order_id = parse_order(&form.order)?;
        let payment = session.call(Pay { order_id, method: PaymentMethod::try_from(form.method)? }).await?;
        if !payment.needs_authentication {
            wait_until_decided(&session, order_id).await?;
        }
        Ok(routes::order(order_id))
    };
    let outcome = outcome.await;
    redirect_or_error(outcome, &routes::order(form.order))
}

/// Answers the bank, and redirects to the order once it is decided.
pub async fn authenticate(session: Session, Form(form): Form<AuthenticateForm>) -> Response {
    let outcome = async {
        let (order, approve) = (parse_order(&form.order)?, form.approve == "yes");
        let id = form.payment.parse().map_err(|_| Rejection::NotFound)?;
        match session.call(Authenticate { id, approve }).await {
            // The visitor's own answer is no error; the order's page shows the decline.
            Err(ApiError::Rejected(Rejection::CardDeclined(Decline::AuthenticationFailed))) => {}
            Err(error) => return Err(error),
            Ok(_) => wait_until_decided(&session, order).await?,
        }
        Ok(routes::order(order))
    };
    let outcome = outcome.await;
    redirect_or_error(outcome, &routes::order(form.order))
}

/// Cancels a held order, and redirects to it.
pub async fn cancel(session: Session, Form(form): Form<CancelForm>) -> Response {
    let outcome = async {
        let id = parse_order(&form.order)?;
        session.call(CancelOrder { id }).await.map(|order| routes::order(order.id))
    };
    let outcome = outcome.await;
    redirect_or_error(outcome, &routes::order(form.order))
}

/// Remembers a language, and redirects to where the visitor came from.
pub async fn choose_language(State(site): State<Site>, Form(form): Form<LanguageForm>) -> Response {
    let query = SignInQuery::back_to(&form.back);
    match Language::from_tag(&form.language) {
        Some(language) => redirect_with_cookie(query.path(), locale::cookie(language, site.config.is_https())),
        None => redirect(query.path()),
    }
}

fn redirect(address: &str) -> Response {
    Redirect::to(address).into_response()
}

fn redirect_with_cookie(address: &str, cookie: Cookie<'static>) -> Response {
    (CookieJar::new().add(cookie), Redirect::to(address)).into_response()
}

pub(super) fn redirect_or_error(outcome: Result<String, ApiError>, back: &str) -> Response {
    match outcome {
        Ok(address) => redirect(&address),
        Err(error) => redirect_to_error(error, back),
    }
}

/// Redirects to the page that explains the error and links back. A visitor who is signed out signs in first, and is then
/// redirected back.
fn redirect_to_error(error: ApiError, back: &str) -> Response {
    let address = match error {
        ApiError::Rejected(Rejection::SignedOut) => routes::sign_in(&SignInQuery::back_to(back)),
        error => routes::form_error(error, back),
    };
    redirect(&address)
}

fn parse_order(text: &str) -> Result<OrderId, ApiError> {
    text.parse().map_err(|_| Rejection::NotFound.into())
}

/// A ticket and the price that the buyer was shown, as the form sends it: `id minor currency`.
fn parse_ticket(text: &str) -> Option<(TicketId, Money)> {
    let mut words = text.split(' ');
    let id = words.next()?.parse().ok()?;
    let minor = words.next()?.parse().ok()?;
    Some((id, Money::new(minor, words.next()?.parse().ok()?)))
}

async fn wait_until_decided(session: &Session, order: OrderId) -> Result<(), ApiError> {
    for _ in 0..MAX_POLLS {
        if session.call(GetOrder { id: order }).await?.state != OrderState::Held {
            break;
        }
        tasks::sleep(POLL_INTERVAL).await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::extract::{FromRequest, Request};
    use axum::http::header::CONTENT_TYPE;
    use serde::de::DeserializeOwned;
    use shared::Currency;

    #[test]
    fn a_ticket_is_sent_with_the_price_that_was_shown() {
        let id = "018f0000-0000-7000-8000-000000000000";

        let (ticket, price) = parse_ticket(&format!("{id} 1999 EUR")).expect("it can be parsed");

        assert_eq!((ticket.to_string().as_str(), price), (id, Money::new(1999, Currency::Eur)));
        for odd in ["", id, &format!("{id} EUR"), &format!("{id} 1999 EURO"), "x 1999 EUR"] {
            assert_eq!(parse_ticket(odd), None, "{odd}");
        }
    }

    async fn read<T: DeserializeOwned>(body: &'static str) -> T {
        let request = Request::post("/").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(Body::from(body)).expect("a request");
        Form::from_request(request, &()).await.unwrap_or_else(|error| panic!("{body}: {error}")).0
    }

    #[tokio::test]
    async fn a_field_that_is_missing_is_empty_and_one_that_is_unknown_is_ignored() {
        let none: HoldForm = read("{}").await;
        let two: HoldForm = read("show=1&ticket=a+1+EUR&other=x&ticket=b%201%20EUR").await;

        assert_eq!((none.show.as_str(), none.ticket.len()), ("", 0));
        assert_eq!(
            (two.show.as_str(), two.ticket.as_slice()),
            ("1", &["a 1 EUR".to_owned(), "b 1 EUR".to_owned()][..])
        );
    }
}
