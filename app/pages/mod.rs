//! One file per route. Pages fetch; components show.

mod cancelling;
mod design;
mod earnings;
mod hold;
mod home;
mod not_found;
mod order;
mod order_end;
mod orders;
mod payment;
mod sell;
mod sell_seats;
mod selling;
mod show;
mod sign_in;
mod sorry;
mod ticket;

pub use design::Design;
pub use home::{Home, HomeQuery};
pub use not_found::NotFound;
pub use order::OrderPage;
pub use orders::Orders;
pub use sell::{Sell, SellQuery};
pub use selling::Selling;
pub use show::ShowPage;
pub use sign_in::{SignIn, SignInQuery, SignUp};
pub use sorry::{Sorry, SorryQuery};
pub use ticket::TicketPage;

/// The items, each where it comes first.
fn each_once<T, Id: PartialEq>(items: impl Iterator<Item = T>, id: impl Fn(&T) -> Id) -> Vec<T> {
    let mut known = Vec::new();
    for item in items {
        if !known.iter().any(|before| id(before) == id(&item)) {
            known.push(item);
        }
    }
    known
}

/// The pairs of a query string.
fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned()))
}

/// A query string of the pairs that have a value.
fn query_of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let filled = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(filled).finish()
}
