//! The page of an address that does not exist.

use crate::components::Problem;
use crate::error::ApiError;
use dioxus::prelude::*;
use shared::Rejection;

/// The page of every unknown address.
#[component]
pub fn NotFound(path: Vec<String>) -> Element {
    rsx! {
        Problem { error: ApiError::Rejected(Rejection::NotFound) }
    }
}
