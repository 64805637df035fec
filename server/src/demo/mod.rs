//! A marketplace to look at: two people, a dozen shows and their tickets, made through the services like any other.

mod shows;
#[cfg(test)]
mod tests;

use crate::{Backend, Caller, Error, Host};
use chrono::{DateTime, Duration, Utc};
use shared::auth::{SignIn, SignOut, SignUp, SignedIn};
use shared::tickets::{CreateShow, ListShows, OfferTickets, Seat, ShowFilter};
use shared::value::{Email, Password, ShortText};
use shared::{Currency, Instant, Money, Price, Rejection};
use shows::{Offer, SHOWS, Seats, Show};

/// The people of the demo, who sell alternately, so that each can buy what the other sells.
const PEOPLE: [(&str, &str); 2] = [("ada@example.org", "lovely tickets"), ("ben@example.org", "second row seats")];

/// Somebody who can sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The address.
    pub email: String,
    /// The password, which is no secret here.
    pub password: String,
}

/// Fills an empty marketplace, and says who can sign in. One that is filled already stays as it is; on one that is
/// used by others nothing is done, and nobody is named.
///
/// # Errors
/// If a service fails.
pub async fn fill(host: &Host) -> Result<Vec<Person>, Error> {
    let (backend, nobody) = (host.backend(), Caller::anonymous(host.environment().new_id()));
    let people = PEOPLE.map(|(email, password)| Person { email: email.to_owned(), password: password.to_owned() });
    let mut known = 0;
    for person in &people {
        known += usize::from(sign_in(&backend, &nobody, person).await?);
    }
    // A run that was cut short left some of it: that is a demo all the same.
    if known > 0 {
        return Ok(people.into_iter().take(known).collect());
    }
    let any = ListShows { filter: ShowFilter::default() };
    if !backend.call(&nobody, any).await?.items.is_empty() {
        return Ok(Vec::new());
    }
    let mut sellers = Vec::with_capacity(people.len());
    for person in &people {
        let Some(seller) = sign_up(host, &backend, person).await? else { return Ok(Vec::new()) };
        sellers.push(seller);
    }
    for (show, seller) in SHOWS.iter().zip(sellers.iter().cycle()) {
        add(&backend, seller, show, host.environment().now()).await?;
    }
    Ok(people.into())
}

async fn sign_in(backend: &Backend, nobody: &Caller, person: &Person) -> Result<bool, Error> {
    let (email, password) = credentials(person)?;
    match backend.call(nobody, SignIn { email, password }).await {
        // The session was only to see whether the person is there.
        Ok(SignedIn { token, .. }) => backend.call(nobody, SignOut { token }).await.map(|()| true),
        // Also somebody else's account that was tried too often.
        Err(Error::Rejected(Rejection::WrongCredentials | Rejection::TooManyRequests { .. })) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The new person; nobody, if somebody else has the address.
async fn sign_up(host: &Host, backend: &Backend, person: &Person) -> Result<Option<Caller>, Error> {
    let (email, password) = credentials(person)?;
    let nobody = Caller::anonymous(host.environment().new_id());
    match backend.call(&nobody, SignUp { email, password }).await {
        Ok(signed_in) => Ok(Some(Caller { user: Some(signed_in.user.id), ..nobody })),
        Err(Error::Rejected(Rejection::EmailTaken)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn credentials(person: &Person) -> Result<(Email, Password), Error> {
    Ok((Email::try_from(person.email.clone())?, Password::try_from(person.password.clone())?))
}

async fn add(backend: &Backend, seller: &Caller, show: &Show, now: Instant) -> Result<(), Error> {
    let (title, venue) = (ShortText::parse("title", show.title)?, ShortText::parse("venue", show.venue)?);
    let (city, country) = (ShortText::parse("city", show.city)?, ShortText::parse("country", show.country)?);
    let (category, currency) = (show.category, show.currency);
    let (starts_at, time_zone) = (starts_at(show, now)?, show.time_zone.to_owned());
    let create = CreateShow { title, venue, city, country, category, starts_at, time_zone, currency };
    let show_id = backend.call(seller, create).await?.show.id;
    for offer in show.offers {
        let price = price(offer.price, currency)?;
        let face_value = offer.face_value.map(|text| self::price(text, currency)).transpose()?;
        let seats = seats(offer)?;
        backend.call(seller, OfferTickets { show_id, price, face_value, seats }).await?;
    }
    Ok(())
}

/// The time on the venue's wall, so many days from now.
fn starts_at(show: &Show, now: Instant) -> Result<String, Error> {
    let now =
        DateTime::<Utc>::from_timestamp_millis(now.millis()).ok_or_else(|| Error::failed("the clock is wrong"))?;
    Ok(format!("{}T{}", (now + Duration::days(show.days_ahead)).format("%Y-%m-%d"), show.at))
}

fn price(text: &str, currency: Currency) -> Result<Price, Error> {
    let money = Money::parse(text, currency).ok_or_else(|| Error::failed(format!("{text} is no amount")))?;
    Ok(Price::try_from(money)?)
}

fn seats(offer: &Offer) -> Result<Vec<Seat>, Error> {
    let parse = |section, row, seat: &str| Seat::parse(section, row, seat).map_err(Error::from);
    match offer.seats {
        Seats::Standing(how_many) => Ok(vec![Seat::default(); how_many]),
        Seats::Area(section, how_many) => (0..how_many).map(|_| parse(section, "", "")).collect(),
        Seats::Row(section, row, first, last) => {
            (first..=last).map(|seat| parse(section, row, &seat.to_string())).collect()
        }
    }
}
