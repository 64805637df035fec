//! What a browser without script can do: plain forms, each of which does what a call does and then leads to a page.

use crate::api::ApiError;
use crate::i18n::Language;
use crate::routes::{self, SignInQuery};
use crate::web::Session;
use crate::web::middleware::locale;
use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use shared::auth::{SignIn, SignOut, SignUp, SignedIn};
use shared::orders::{CancelOrder, GetOrder, OrderState, PlaceOrder};
use shared::payments::{Authenticate, Decline, Pay, PaymentMethod};
use shared::value::{Email, Password};
use shared::{Flaw, Invalid, Money, OrderId, Rejection, TicketId};
use std::time::Duration;

/// The longest form, in bytes.
const LONGEST: usize = 16 * 1024;
/// How often it is looked what became of a payment before the order's page is shown.
const LOOKS: usize = 15;
/// How long it is until it is looked again.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// The forms.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/forms/sign-in", post(sign_in))
        .route("/forms/sign-up", post(sign_up))
        .route("/forms/sign-out", post(sign_out))
        .route("/forms/hold", post(hold))
        .route("/forms/pay", post(pay))
        .route("/forms/authenticate", post(authenticate))
        .route("/forms/cancel", post(cancel))
        .route("/forms/language", post(choose_language))
        .layer(DefaultBodyLimit::max(LONGEST))
}

/// What was filled in.
struct Filled(Vec<(String, String)>);

impl Filled {
    fn read(body: &Bytes) -> Self {
        Filled(form_urlencoded::parse(body).map(|(name, value)| (name.into_owned(), value.into_owned())).collect())
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn text(&self, name: &str) -> String {
        self.all(name).next().unwrap_or_default().to_owned()
    }

    fn order(&self) -> Result<OrderId, ApiError> {
        self.text("order").parse().map_err(|_| Rejection::NotFound.into())
    }
}

fn to(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// Leads on, or says why not and leads back. Who has to sign in first comes back afterwards.
fn lead(done: Result<String, ApiError>, back: &str) -> Response {
    match done {
        Ok(address) => to(&address),
        Err(ApiError::Rejected(Rejection::SignedOut)) => to(&routes::sign_in(&SignInQuery::back_to(back))),
        Err(error) => to(&routes::form_error(error, back)),
    }
}

/// Begins a session with what `ask` answers, and leads to where the person came from.
fn begin(session: &Session, done: Result<SignedIn, ApiError>, back: &SignInQuery, page: &str) -> Response {
    match done {
        Ok(signed_in) => {
            let mut response = to(back.path());
            response.headers_mut().append(SET_COOKIE, session.cookie_of(&signed_in));
            response
        }
        Err(error) => lead(Err(error), page),
    }
}

async fn sign_in(session: Session, body: Bytes) -> Response {
    let filled = Filled::read(&body);
    let done = async {
        let (email, password) = (Email::try_from(filled.text("email"))?, Password::try_from(filled.text("password"))?);
        session.call(SignIn { email, password }).await
    };
    let query = SignInQuery::back_to(&filled.text("back"));
    begin(&session, done.await, &query, &routes::sign_in(&query))
}

async fn sign_up(session: Session, body: Bytes) -> Response {
    let filled = Filled::read(&body);
    let done = async {
        let (email, password) = (Email::try_from(filled.text("email"))?, Password::try_from(filled.text("password"))?);
        session.call(SignUp { email, password }).await
    };
    let query = SignInQuery::back_to(&filled.text("back"));
    begin(&session, done.await, &query, &routes::sign_up(&query))
}

async fn sign_out(session: Session) -> Response {
    if let Some(token) = session.token()
        && let Err(error) = session.call(SignOut { token: token.clone() }).await
    {
        return lead(Err(error), "/");
    }
    let mut response = to("/");
    response.headers_mut().append(SET_COOKIE, session.no_cookie());
    response
}

/// A ticket with the price that the buyer was shown, as a form names it: `id minor currency`.
fn ticket(text: &str) -> Option<(TicketId, Money)> {
    let mut words = text.split(' ');
    let id = words.next()?.parse().ok()?;
    let minor = words.next()?.parse().ok()?;
    Some((id, Money::new(minor, words.next()?.parse().ok()?)))
}

async fn hold(session: Session, body: Bytes) -> Response {
    let filled = Filled::read(&body);
    let back = routes::show(filled.text("show"));
    let done = async {
        let chosen: Vec<(TicketId, Money)> = filled.all("ticket").filter_map(ticket).collect();
        let prices = chosen.iter().map(|(_, price)| *price);
        let total = prices.reduce(|sum, price| sum.checked_add(price).unwrap_or(sum));
        let expected_total = total.ok_or_else(|| Invalid::new("ticket_ids", Flaw::NothingChosen))?;
        let ticket_ids = chosen.into_iter().map(|(id, _)| id).collect();
        Ok(routes::order(session.call(PlaceOrder { ticket_ids, expected_total }).await?.id))
    };
    lead(done.await, &back)
}

/// Waits, for a while, until an order is decided: its page cannot change by itself.
async fn settled(session: &Session, order: OrderId) -> Result<String, ApiError> {
    for _ in 0..LOOKS {
        if session.call(GetOrder { id: order }).await?.state != OrderState::Held {
            break;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(routes::order(order))
}

async fn pay(session: Session, body: Bytes) -> Response {
    let filled = Filled::read(&body);
    let done = async {
        let order_id = filled.order()?;
        let payment = session.call(Pay { order_id, method: PaymentMethod::try_from(filled.text("method"))? }).await?;
        match payment.needs_authentication {
            true => Ok(routes::order(order_id)),
            false => settled(&session, order_id).await,
        }
    };
    lead(done.await, &routes::order(filled.text("order")))
}

async fn authenticate(session: Session, body: Bytes) -> Response {
    let filled = Filled::read(&body);
    let done = async {
        let (order, approve) = (filled.order()?, filled.text("approve") == "yes");
        let id = filled.text("payment").parse().map_err(|_| Rejection::NotFound)?;
        match session.call(Authenticate { id, approve }).await {
            // That is what the person said, and the order's page knows it.
            Err(ApiError::Rejected(Rejection::CardDeclined(Decline::AuthenticationFailed))) => Ok(routes::order(order)),
            Err(error) => Err(error),
            Ok(_) => settled(&session, order).await,
        }
    };
    lead(done.await, &routes::order(filled.text("order")))
}

async fn cancel(session: Session, body: Bytes) -> Response {
    let filled = Filled::read(&body);
    let done = async {
        let id = filled.order()?;
        session.call(CancelOrder { id }).await.map(|order| routes::order(order.id))
    };
    lead(done.await, &routes::order(filled.text("order")))
}

/// Remembers the language that somebody chose, and leads back to where they were.
async fn choose_language(body: Bytes) -> Response {
    let filled = Filled::read(&body);
    let mut response = to(SignInQuery::back_to(&filled.text("back")).path());
    if let Some(language) = Language::from_tag(&filled.text("language")) {
        response.headers_mut().append(SET_COOKIE, locale::cookie(language));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::Currency;

    #[test]
    fn a_ticket_is_named_with_the_price_that_was_shown() {
        let id = "018f0000-0000-7000-8000-000000000000";

        let read = ticket(&format!("{id} 1999 EUR")).expect("it can be read");

        assert_eq!((read.0.to_string().as_str(), read.1), (id, Money::new(1999, Currency::Eur)));
        for odd in ["", id, &format!("{id} EUR"), &format!("{id} 1999 EURO"), "x 1999 EUR"] {
            assert_eq!(ticket(odd), None, "{odd}");
        }
    }
}
