//! One file or folder per route. Pages fetch; components show.

mod design;
mod form_error;
mod home;
mod not_found;
mod order;
mod orders;
mod sell;
mod selling;
mod show;
mod sign_in;
mod ticket;

pub use design::Design;
pub use form_error::FormError;
pub use home::Home;
pub use not_found::NotFound;
pub use order::OrderPage;
pub use orders::Orders;
pub use sell::Sell;
pub use selling::Selling;
pub use show::ShowPage;
pub use sign_in::{SignIn, SignUp};
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
