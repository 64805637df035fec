//! Props in, markup out.

mod card;
mod cover;
mod field;
mod hold_countdown;
mod layout;
mod notice;
mod prehydration_input;
mod recently_viewed;
mod seller_proceeds;
mod show;
mod show_header;
mod skeleton;
mod ticket;

pub use crate::client::hydration::use_hydrated;
pub use card::{Card, CardForm, Paying, ReadyCard, use_settings};
pub use cover::Cover;
pub use field::{Choice, Field, focus_first_error};
pub use hold_countdown::Left;
pub use layout::{CurrentUser, Layout, SessionUnknown, focus_heading, use_person};
pub use notice::{Empty, Notice, Pager, Problem, SignInFirst, Tone};
pub use prehydration_input::{use_checked, use_typed};
pub use recently_viewed::{Recent, remember};
pub use seller_proceeds::SellerShare;
pub use show::{ShowCard, When};
pub use show_header::Poster;
pub use skeleton::Skeleton;
pub use ticket::{SeatWords, StateBadge};

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
