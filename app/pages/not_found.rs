//! An address that leads nowhere.

use crate::api::ApiError;
use crate::components::Problem;
use dioxus::prelude::*;
use shared::Rejection;

/// An address that leads nowhere.
#[component]
pub fn NotFound(path: Vec<String>) -> Element {
    rsx! {
        Problem { error: ApiError::Rejected(Rejection::NotFound) }
    }
}
