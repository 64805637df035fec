//! State that all pages share. The site map and the layout around the pages provide it.

use crate::error::ApiError;
use crate::model::card::Card;
use dioxus::prelude::*;
use shared::UserId;
use shared::auth::User;
use shared::payments::Settings;

/// The hook behind [`use_address`]. Only the site map knows the routes that the router needs to tell the address.
#[derive(Clone, Copy)]
pub struct AddressHook(pub fn() -> String);

/// The address of the current page. Only the components that use it render again after a navigation.
pub fn use_address() -> String {
    use_context::<AddressHook>().0()
}

/// The signed-in user.
#[derive(Clone, Copy, PartialEq)]
pub struct CurrentUser(pub Signal<Option<User>>);

/// The error if the server could not tell who is signed in.
#[derive(Clone, PartialEq)]
pub struct SessionUnknown(pub Option<ApiError>);

/// How this site takes payments. Only the client fetches it.
#[derive(Clone, Copy, PartialEq)]
pub struct PaymentSettings(pub Resource<Result<Settings, ApiError>>);

/// The card that was entered before the tickets were held, kept in memory only.
#[derive(Clone, Copy, PartialEq)]
pub struct ReadyCard(pub Signal<Option<Card>>);

/// The id of the signed-in user.
pub fn use_user_id() -> Option<UserId> {
    let current = use_context::<CurrentUser>();
    current.0.read().as_ref().map(|user| user.id)
}

/// The payment settings, once they are fetched.
pub fn use_payment_settings() -> Option<Settings> {
    use_context::<PaymentSettings>().0.read().as_ref().and_then(|settings| settings.as_ref().ok()).cloned()
}
