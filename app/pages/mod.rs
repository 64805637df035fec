//! One file or folder per route. Pages call the server; components render.

mod account;
mod design;
mod forgot_password;
mod form_error;
mod home;
pub mod layout;
mod link_token;
mod not_found;
mod order;
mod orders;
mod passes;
mod reset_password;
mod sell;
mod selling;
mod show;
mod sign_in;
mod ticket;
mod unverified_notice;
mod verify_email;

pub use account::Account;
pub use design::Design;
pub use forgot_password::ForgotPassword;
pub use form_error::FormError;
pub use home::Home;
pub use not_found::NotFound;
pub use order::OrderPage;
pub use orders::Orders;
pub use passes::{PassPage, Passes};
pub use reset_password::ResetPassword;
pub use sell::Sell;
pub use selling::Selling;
pub use show::ShowPage;
pub use sign_in::{SignIn, SignUp};
pub use ticket::TicketPage;
pub use verify_email::VerifyEmail;
