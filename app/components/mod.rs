//! Components that several pages use: props in, markup out. They call neither the server nor pages.

mod card_form;
pub mod cover;
mod device_name;
mod empty_state;
mod field;
mod heading;
mod moment;
mod notice;
mod password_field;
mod problem;
mod seller_proceeds;
mod show_card;
mod show_header;
mod show_place;
mod show_time;
mod sign_in_prompt;
mod skeleton;
mod ticket_labels;

pub use card_form::CardForm;
pub use cover::Cover;
pub use device_name::device_name;
pub use empty_state::EmptyState;
pub use field::{Field, Select};
pub use heading::Heading;
pub use moment::Moment;
pub use notice::{Notice, Tone};
pub use password_field::{PasswordField, PasswordOwner};
pub use problem::Problem;
pub use seller_proceeds::SellerProceeds;
pub use show_card::ShowCard;
pub use show_header::ShowHeader;
pub use show_place::ShowPlace;
pub use show_time::ShowTime;
pub use sign_in_prompt::SignInPrompt;
pub use skeleton::Skeleton;
pub use ticket_labels::{SeatLabel, StateBadge};
