//! What people read, in their language: the words are Fluent's, in `assets/locales`, and the code only names them.

#[cfg(test)]
mod complete;
mod format;
mod language;
mod rejection;
mod words;

pub use format::{amount, date, day, money, month, percent, seat};
pub use language::{Language, use_language};
#[cfg(target_arch = "wasm32")]
pub use words::fetch;
pub use words::{file, say};

/// The words of that name, in the reader's language. What they have to be told is named: `t!("tickets-left", count = 3)`.
macro_rules! t {
    ($name:literal) => {
        $crate::i18n::say($name, &[])
    };
    ($name:literal, $($argument:ident = $value:expr),+ $(,)?) => {
        $crate::i18n::say($name, &[$((stringify!($argument), fluent_bundle::FluentValue::from($value))),+])
    };
}
pub(crate) use t;
