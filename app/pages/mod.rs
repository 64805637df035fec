//! One file or folder per route. Pages call the server; components render.

mod design;
mod form_error;
mod home;
pub mod layout;
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
