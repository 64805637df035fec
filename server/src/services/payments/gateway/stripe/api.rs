//! The calls to Stripe's API that `payments` needs, each with the few fields of the response that it reads.
//!
//! The types of Stripe's own library reject responses of other API versions; these read what they know and ignore the rest.

use crate::Error;
use crate::config::StripeSettings as Settings;
use miniserde::Deserialize;
use serde::Serialize;
use std::time::Duration;
use stripe_client_core::{RequestBuilder, StripeMethod};
use stripe_rust::{ApiErrorsType, Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError};

/// Shorter than the timeout of a whole step, so that the log names the call that did not respond.
const CALL_TIMEOUT: Duration = Duration::from_secs(4);

/// Error codes about the card that come with a type other than `card_error`
/// (<https://docs.stripe.com/error-codes>).
const CARD_CODES: [&str; 18] = [
    "authentication_required",
    "card_decline_rate_limit_exceeded",
    "card_declined",
    "expired_card",
    "incorrect_address",
    "incorrect_cvc",
    "incorrect_number",
    "incorrect_zip",
    "insufficient_funds",
    "invalid_card_type",
    "invalid_cvc",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_number",
    "payment_intent_authentication_failure",
    "payment_method_customer_decline",
    "payment_method_provider_decline",
    "processing_error",
];

/// A payment intent: one attempt to pay.
#[derive(Deserialize, Debug)]
pub struct Intent {
    pub id: String,
    pub status: String,
    /// In Stripe's minor units.
    pub amount: i64,
    /// The ISO 4217 code in lower case.
    pub currency: String,
    pub next_action: Option<NextAction>,
    pub last_payment_error: Option<CardError>,
    /// Present only if the request expands it.
    pub latest_charge: Option<IntentCharge>,
}

#[derive(Deserialize, Debug)]
pub struct NextAction {
    pub redirect_to_url: Option<RedirectToUrl>,
}

#[derive(Deserialize, Debug)]
pub struct RedirectToUrl {
    pub url: Option<String>,
}

/// Why a card was declined.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct CardError {
    /// Stripe's error code.
    pub code: Option<String>,
    /// The bank's decline code.
    pub decline_code: Option<String>,
}

#[derive(Deserialize, Debug)]
pub struct IntentCharge {
    pub amount_refunded: i64,
}

/// Any object of which only the id matters.
#[derive(Deserialize, Debug)]
pub struct Object {
    pub id: String,
}

/// The first page of a list.
#[derive(Deserialize, Debug)]
pub struct List {
    pub data: Vec<Object>,
}

#[derive(Deserialize, Debug)]
pub struct AccountLink {
    pub url: String,
}

#[derive(Deserialize, Debug)]
pub struct ConnectedAccount {
    /// Whether money can be sent to it.
    pub payouts_enabled: Option<bool>,
}

/// Why a call failed. Only Stripe's codes and ids are displayed: its error objects contain client secrets.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The refusal concerns the card. Nothing was charged.
    #[error("Stripe declined the card: {}", .0.code.as_deref().unwrap_or("no code"))]
    CardDeclined(CardError),
    /// Stripe refused the request and would refuse it again: our mistake, or the object is in another state by now.
    #[error("Stripe refused the request: {code}, request {request_id}")]
    InvalidRequest { code: String, request_id: String },
    /// Credentials, permissions or a reused idempotency key: our mistake, which says nothing about the payment.
    #[error("Stripe rejected our access: {status} {code}, request {request_id}")]
    Misconfigured { status: u16, code: String, request_id: String },
    /// Another call with the same idempotency key is in progress.
    #[error("Stripe is processing the same request already")]
    InFlight,
    /// Stripe failed, or limits our rate. Whether the call took effect is unknown.
    #[error("Stripe failed: {status} {code}")]
    Failed { status: u16, code: String },
    /// There is no response, or an unreadable one. Whether the call took effect is unknown.
    #[error("Stripe did not respond: {0}")]
    NoResponse(#[source] StripeError),
}

impl CallError {
    /// The code of a refusal: the call took no effect, and a repetition would be refused as well.
    pub fn refusal(&self) -> Option<&str> {
        match self {
            CallError::CardDeclined(card) => Some(card.code.as_deref().unwrap_or("card_error")),
            CallError::InvalidRequest { code, .. } => Some(code),
            CallError::Misconfigured { .. }
            | CallError::InFlight
            | CallError::Failed { .. }
            | CallError::NoResponse(_) => None,
        }
    }

    /// Logs a refusal that is our mistake, with the id under which Stripe's dashboard shows the request.
    pub fn log(&self) {
        if let CallError::InvalidRequest { code, request_id } | CallError::Misconfigured { code, request_id, .. } = self
        {
            tracing::error!(request_id, code, "Stripe refused a request, check the request in Stripe's dashboard");
        }
    }
}

impl From<CallError> for Error {
    fn from(error: CallError) -> Self {
        error.log();
        match error {
            CallError::InFlight => Error::InFlight,
            other => Error::caused_by(other),
        }
    }
}

impl From<StripeError> for CallError {
    fn from(error: StripeError) -> Self {
        let (error, status) = match error {
            StripeError::Stripe(error, status) => (error, status),
            other => return CallError::NoResponse(other),
        };
        let code = error.code.as_ref().map(|code| code.as_str().to_owned());
        let is_card_error = error.type_ == ApiErrorsType::CardError
            || error.decline_code.is_some()
            || code.as_deref().is_some_and(|code| CARD_CODES.contains(&code))
            // The card's token comes from the buyer's browser, so a wrong one is no mistake of ours.
            || error.param.as_deref() == Some("payment_method");
        let is_key_reused = error.type_ == ApiErrorsType::IdempotencyError;
        let request_id = request_id(error.request_log_url.as_deref());
        let code_or_type = code.clone().unwrap_or_else(|| error.type_.as_str().to_owned());
        match status {
            409 => CallError::InFlight,
            429 | 500.. => CallError::Failed { status, code: code_or_type },
            401 | 403 => CallError::Misconfigured { status, code: code_or_type, request_id },
            _ if is_key_reused => CallError::Misconfigured { status, code: code_or_type, request_id },
            _ if is_card_error => CallError::CardDeclined(CardError { code, decline_code: error.decline_code }),
            _ => CallError::InvalidRequest { code: code_or_type, request_id },
        }
    }
}

/// The id of a request (`req_…`). The library drops the header `Request-Id`; the URL of the dashboard's log ends with it.
fn request_id(log_url: Option<&str>) -> String {
    let path = log_url.and_then(|url| url.split(['?', '#']).next());
    let id = path.and_then(|path| path.rsplit('/').find(|part| part.starts_with("req_")));
    id.unwrap_or("unknown").to_owned()
}

/// The scheme and the host of an address, with its port. Browsers read a backslash as a slash.
fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")? + "://".len();
    let end = url[host..].find(['/', '\\', '?', '#']).map_or(url.len(), |end| host + end);
    Some(&url[..end])
}

pub struct Api {
    client: Client,
    base: Option<String>,
}

impl Api {
    /// # Errors
    /// If the key or the address is unusable.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        let mut builder = ClientBuilder::new(settings.secret_key.reveal()).timeout(CALL_TIMEOUT);
        if let Some(base) = &settings.api_base {
            builder = builder.url(format!("{}/", base.trim_end_matches('/')));
        }
        // The library's error may contain the key.
        let client = builder.build().map_err(|_| Error::failed("Stripe's key or address is unusable"))?;
        Ok(Api { client, base: settings.api_base.clone() })
    }

    /// Checks an address that people are to be sent to: it is Stripe's own, or the one that stands in for it (OWASP ASVS 5.0, 3.7.2).
    ///
    /// # Errors
    /// If it is of another host.
    pub fn check_page(&self, url: &str) -> Result<(), Error> {
        let host = origin(url).and_then(|origin| origin.strip_prefix("https://")).unwrap_or_default();
        let is_plain = host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
        let stands_in = || self.base.as_deref().is_some_and(|base| origin(base) == origin(url));
        if (is_plain && host.ends_with(".stripe.com")) || stands_in() {
            Ok(())
        } else {
            Err(Error::failed("Stripe's API names a page that is not Stripe's, so nobody is sent there"))
        }
    }

    /// Reads an object.
    pub async fn get<T: Deserialize>(&self, path: &str, query: Option<&str>) -> Result<T, CallError> {
        let mut request = RequestBuilder::new(StripeMethod::Get, path);
        request.query = query.map(str::to_owned);
        Ok(request.customize::<T>().request_strategy(RequestStrategy::Once).send(&self.client).await?)
    }

    /// Creates or changes an object; repeated under the same key, once.
    pub async fn post<T: Deserialize>(&self, path: &str, form: &impl Serialize, key: &str) -> Result<T, CallError> {
        let key = IdempotencyKey::new(key).expect("our keys are short and not empty");
        let request = RequestBuilder::new(StripeMethod::Post, path).form(form).customize::<T>();
        Ok(request.request_strategy(RequestStrategy::Idempotent(key)).send(&self.client).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG_URL: &str = "https://dashboard.stripe.com/test/logs/req_abc123?t=1795521600";

    fn call_error(status: u16, error: &str) -> CallError {
        let error = format!(r#"{{"request_log_url": "{LOG_URL}", {error}}}"#);
        StripeError::Stripe(miniserde::json::from_str(&error).expect("an error object"), status).into()
    }

    #[test]
    fn people_are_sent_to_pages_of_stripe_only() {
        let api = |api_base: Option<&str>| {
            let settings = Settings {
                secret_key: "sk_test_1".to_owned().into(),
                webhook_secret: "whsec_1".to_owned().into(),
                api_base: api_base.map(str::to_owned),
            };
            Api::new(&settings).expect("the settings are usable")
        };
        for page in ["https://hooks.stripe.com/3d_secure_2/x?y", "https://connect.stripe.com/setup/s/x#y"] {
            assert!(api(None).check_page(page).is_ok(), "{page}");
        }
        for page in [
            "http://hooks.stripe.com/x",
            "https://stripe.com.evil.example/x",
            "https://evil.example/.stripe.com",
            "https://evil.example\\.stripe.com/x",
            "https://evil.example#.stripe.com",
            "https://user@hooks.stripe.com/x",
            "https://evilstripe.com/x",
            "javascript:alert(1)//.stripe.com",
            "http://127.0.0.1:8420/bank",
            "",
        ] {
            assert!(api(None).check_page(page).is_err(), "{page}");
        }
        assert!(api(Some("http://127.0.0.1:8420/")).check_page("http://127.0.0.1:8420/bank").is_ok());
        assert!(api(Some("http://127.0.0.1:8420")).check_page("http://127.0.0.1:84201/bank").is_err());
    }

    #[test]
    fn only_a_refusal_that_concerns_the_card_is_a_decline() {
        for (status, error) in [
            (402, r#""type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds""#),
            (402, r#""type": "card_error", "code": "expired_card""#),
            (402, r#""type": "card_error""#),
            (400, r#""type": "invalid_request_error", "code": "payment_intent_authentication_failure""#),
            (400, r#""type": "invalid_request_error", "code": "card_declined""#),
            (402, r#""type": "invalid_request_error", "decline_code": "do_not_honor""#),
            (400, r#""type": "invalid_request_error", "code": "resource_missing", "param": "payment_method""#),
        ] {
            let mapped = call_error(status, error);
            assert!(matches!(mapped, CallError::CardDeclined(_)), "{error}: {mapped:?}");
        }
        let declined = call_error(402, r#""type": "card_error", "code": "card_declined", "decline_code": "lost_card""#);
        let CallError::CardDeclined(card) = declined else { panic!("it concerns the card: {declined:?}") };
        assert_eq!((card.code.as_deref(), card.decline_code.as_deref()), (Some("card_declined"), Some("lost_card")));
    }

    #[test]
    fn any_other_refusal_is_a_failure_of_ours_with_the_id_of_the_request() {
        for (status, error, code) in [
            (
                400,
                r#""type": "invalid_request_error", "code": "amount_too_small", "param": "amount""#,
                "amount_too_small",
            ),
            (400, r#""type": "invalid_request_error", "code": "parameter_unknown""#, "parameter_unknown"),
            (
                404,
                r#""type": "invalid_request_error", "code": "resource_missing", "param": "intent""#,
                "resource_missing",
            ),
            (400, r#""type": "invalid_request_error""#, "invalid_request_error"),
        ] {
            let mapped = call_error(status, error);
            let CallError::InvalidRequest { code: found, request_id } = &mapped else { panic!("{error}: {mapped:?}") };
            assert_eq!((found.as_str(), request_id.as_str()), (code, "req_abc123"));
            assert!(matches!(Error::from(mapped), Error::Failed(_)), "{error}");
        }
        for (status, error) in [
            (401, r#""type": "invalid_request_error""#),
            (403, r#""type": "invalid_request_error", "code": "account_invalid""#),
            (400, r#""type": "idempotency_error""#),
        ] {
            let mapped = call_error(status, error);
            let CallError::Misconfigured { request_id, .. } = &mapped else { panic!("{error}: {mapped:?}") };
            assert_eq!(request_id, "req_abc123");
            assert!(matches!(Error::from(mapped), Error::Failed(_)), "{error}");
        }
    }

    #[test]
    fn an_outage_and_a_concurrent_call_are_no_refusals() {
        for status in [429, 500, 502, 503] {
            assert!(matches!(call_error(status, r#""type": "api_error""#), CallError::Failed { .. }), "{status}");
        }
        let in_use = r#""type": "idempotency_error", "code": "idempotency_key_in_use""#;
        assert!(matches!(Error::from(call_error(409, in_use)), Error::InFlight));
        assert!(matches!(CallError::from(StripeError::Timeout), CallError::NoResponse(_)));
    }

    #[test]
    fn the_id_of_a_request_is_found_in_the_url_of_its_log() {
        assert_eq!(request_id(Some(LOG_URL)), "req_abc123");
        assert_eq!(request_id(Some("https://dashboard.stripe.com/acct_1/logs/req_1")), "req_1");
        assert_eq!(request_id(Some("https://dashboard.stripe.com/")), "unknown");
        assert_eq!(request_id(None), "unknown");
    }
}
