//! Props in, markup out.

mod alive;
mod card;
mod cover;
mod field;
mod frame;
mod left;
mod notice;
mod poster;
mod recent;
mod share;
mod show;
mod skeleton;
mod ticket;
mod typed;

pub use alive::use_alive;
pub use card::{Card, CardForm, Paying, ReadyCard, use_settings};
pub use cover::Cover;
pub use field::{Choice, Field, focus_first_error};
pub use frame::{CurrentUser, Frame, Unclear, focus_heading, use_person};
pub use left::Left;
pub use notice::{Empty, Notice, Pager, Problem, SignInFirst, Tone};
pub use poster::Poster;
pub use recent::{Recent, remember};
pub use share::SellerShare;
pub use show::{ShowCard, When};
pub use skeleton::Skeleton;
pub use ticket::{SeatWords, StateBadge};
pub use typed::{use_checked, use_typed};

use crate::i18n::t;
use dioxus::prelude::*;

/// A page's title, in the tab and as the first thing that is read.
#[component]
pub fn Heading(title: String) -> Element {
    rsx! {
        document::Title { {t!("page-title", title = title.as_str())} }
        h1 { "{title}" }
    }
}
