//! Demo data: two accounts, a dozen shows and their tickets, created through the services' requests.

mod shows;
#[cfg(test)]
mod tests;

use crate::{Backend, Caller, Error, Host};
use chrono::{DateTime, Duration, Utc};
use shared::auth::{SignIn, SignOut, SignUp, SignedIn};
use shared::tickets::{CreateShow, ListShows, OfferTickets, Seat, ShowFilter};
use shared::value::{Email, LanguageTag, Password, ShortText};
use shared::{Currency, Instant, Money, Price, Rejection};
use shows::{DemoShow, Offer, SHOWS, Seats};

/// Addresses and passwords. The shows are spread over both accounts, so that each can buy from the other.
const ACCOUNTS: [(&str, &str); 2] = [("ada@example.org", "lovely tickets"), ("ben@example.org", "second row seats")];

/// An account that anyone may sign in to: its password is printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    pub email: String,
    pub password: String,
}

/// Fills an empty marketplace and returns the accounts. A second call changes nothing and returns them again. In a
/// marketplace with other users' data it changes nothing and returns no account.
///
/// # Errors
/// If a service fails.
pub async fn fill(host: &Host) -> Result<Vec<DemoAccount>, Error> {
    let (backend, anonymous) = (host.backend(), Caller::anonymous(host.environment().new_id()));
    let accounts =
        ACCOUNTS.map(|(email, password)| DemoAccount { email: email.to_owned(), password: password.to_owned() });
    let mut existing = 0;
    for account in &accounts {
        existing += usize::from(exists(&backend, &anonymous, account).await?);
    }
    // An earlier run may have been interrupted: what it created is returned and not completed.
    if existing > 0 {
        return Ok(accounts.into_iter().take(existing).collect());
    }
    let all_shows = ListShows { filter: ShowFilter::default() };
    if !backend.call(&anonymous, all_shows).await?.items.is_empty() {
        return Ok(Vec::new());
    }
    let mut sellers = Vec::with_capacity(accounts.len());
    for account in &accounts {
        sellers.push(sign_up(host, &backend, account).await?);
    }
    for (show, seller) in SHOWS.iter().zip(sellers.iter().cycle()) {
        create_show(&backend, seller, show, host.environment().now()).await?;
    }
    Ok(accounts.into())
}

async fn exists(backend: &Backend, anonymous: &Caller, account: &DemoAccount) -> Result<bool, Error> {
    let (email, password) = credentials(account)?;
    match backend.call(anonymous, SignIn { email, password, language: english()?, device: None, replaced: None }).await
    {
        // The session served only to see whether the account exists.
        Ok(SignedIn { token, .. }) => backend.call(anonymous, SignOut { token }).await.map(|()| true),
        // The address may belong to another user's account, which may be throttled.
        Err(Error::Rejected(Rejection::WrongCredentials | Rejection::TooManyRequests { .. })) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The new user as a caller.
async fn sign_up(host: &Host, backend: &Backend, account: &DemoAccount) -> Result<Caller, Error> {
    let (email, password) = credentials(account)?;
    let anonymous = Caller::anonymous(host.environment().new_id());
    let sign_up = SignUp { email, password, language: english()?, replaced: None };
    let signed_in = backend.call(&anonymous, sign_up).await?;
    Ok(Caller { user: Some(signed_in.user.id), ..anonymous })
}

fn english() -> Result<LanguageTag, Error> {
    Ok(LanguageTag::try_from("en".to_owned())?)
}

fn credentials(account: &DemoAccount) -> Result<(Email, Password), Error> {
    Ok((Email::try_from(account.email.clone())?, Password::try_from(account.password.clone())?))
}

async fn create_show(backend: &Backend, seller: &Caller, show: &DemoShow, now: Instant) -> Result<(), Error> {
    let (title, venue) = (ShortText::parse("title", show.title)?, ShortText::parse("venue", show.venue)?);
    let (city, country) = (ShortText::parse("city", show.city)?, ShortText::parse("country", show.country)?);
    let (category, currency) = (show.category, show.currency);
    let (starts_at, time_zone) = (local_start(show, now)?, show.time_zone.to_owned());
    let create = CreateShow { title, venue, city, country, category, starts_at, time_zone, currency };
    let show_id = backend.call(seller, create).await?.show.id;
    for offer in show.offers {
        let price = parse_price(offer.price, currency)?;
        let face_value = offer.face_value.map(|text| parse_price(text, currency)).transpose()?;
        let seats = parse_seats(offer)?;
        backend.call(seller, OfferTickets { show_id, price, face_value, seats, issued: false }).await?;
    }
    Ok(())
}

/// The start in the venue's time zone, as in `2026-12-24T19:30`.
fn local_start(show: &DemoShow, now: Instant) -> Result<String, Error> {
    let now = DateTime::<Utc>::from_timestamp_millis(now.millis());
    let now = now.ok_or_else(|| Error::failed("the clock is outside of the calendar"))?;
    Ok(format!("{}T{}", (now + Duration::days(show.days_ahead)).format("%Y-%m-%d"), show.local_time))
}

fn parse_price(text: &str, currency: Currency) -> Result<Price, Error> {
    let money = Money::parse(text, currency).ok_or_else(|| Error::failed(format!("{text} is no amount")))?;
    Ok(Price::try_from(money)?)
}

fn parse_seats(offer: &Offer) -> Result<Vec<Seat>, Error> {
    let parse = |section, row, seat: &str| Seat::parse(section, row, seat).map_err(Error::from);
    match offer.seats {
        Seats::GeneralAdmission(count) => Ok(vec![Seat::default(); count]),
        Seats::Section(section, count) => (0..count).map(|_| parse(section, "", "")).collect(),
        Seats::Row(section, row, first, last) => {
            (first..=last).map(|seat| parse(section, row, &seat.to_string())).collect()
        }
    }
}
