//! Texts in the user's language. They are Fluent messages in `assets/locales`; the code only names them.

mod amount;
mod api_error;
#[cfg(test)]
mod completeness_tests;
mod format;
mod language;
mod messages;

pub use amount::parse_amount;
pub use format::{amount, date, day, moment, money, month, percent, seat};
#[cfg(feature = "server")]
pub use format::{amount_in, decimal_separator, isolated};
pub use language::{Language, use_language};
#[cfg(target_arch = "wasm32")]
pub use messages::load;
pub use messages::message;

/// Formats the Fluent message of that name in the user's language, with named arguments: `t!("tickets-left", count = 3)`.
macro_rules! t {
    ($name:literal) => {
        $crate::i18n::message($name, &[])
    };
    ($name:literal, $($argument:ident = $value:expr),+ $(,)?) => {
        $crate::i18n::message($name, &[$((stringify!($argument), fluent_bundle::FluentValue::from($value))),+])
    };
}
pub(crate) use t;
