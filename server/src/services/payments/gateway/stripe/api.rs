//! The calls to Stripe that are needed here, each with the few fields of its answer that are read.
//!
//! Stripe's own types refuse answers of other versions of its API; these take what they know and leave the rest.

use crate::Error;
use crate::config::StripeSettings as Settings;
use miniserde::Deserialize;
use serde::Serialize;
use std::fmt;
use std::time::Duration;
use stripe_client_core::{RequestBuilder, StripeMethod};
use stripe_rust::{ApiErrorsCode, ApiErrorsType, Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError};

/// How long one call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(4);

/// A payment intent: Stripe's word for one attempt to pay.
#[derive(Deserialize, Debug)]
pub struct Intent {
    /// `pi_…`.
    pub id: String,
    /// One of Stripe's words for where it is in its life.
    pub status: String,
    /// In Stripe's minor units.
    pub amount: i64,
    /// The three letters in lower case.
    pub currency: String,
    /// What the person has to do next.
    pub next_action: Option<NextAction>,
    /// Why the last try was refused.
    pub last_payment_error: Option<Refusal>,
    /// The charge, if there is one and it was asked for.
    pub latest_charge: Option<Charged>,
}

/// What the person has to do next.
#[derive(Deserialize, Debug)]
pub struct NextAction {
    /// Go to a page of the bank.
    pub redirect_to_url: Option<RedirectToUrl>,
}

/// Where the bank's page is.
#[derive(Deserialize, Debug)]
pub struct RedirectToUrl {
    /// Its address.
    pub url: Option<String>,
}

/// Why a card was refused.
#[derive(Deserialize, Debug)]
pub struct Refusal {
    /// Stripe's word for it.
    pub code: Option<String>,
    /// The bank's.
    pub decline_code: Option<String>,
}

/// A charge: what an intent did to a card.
#[derive(Deserialize, Debug)]
pub struct Charged {
    /// How much was given back.
    pub amount_refunded: i64,
}

/// Something with a name of Stripe's.
#[derive(Deserialize, Debug)]
pub struct Named {
    /// The name.
    pub id: String,
}

/// Some of them.
#[derive(Deserialize, Debug)]
pub struct Listed {
    /// The first page.
    pub data: Vec<Named>,
}

/// A page of Stripe's for somebody to go to.
#[derive(Deserialize, Debug)]
pub struct Page {
    /// Its address.
    pub url: String,
}

/// An account of a seller.
#[derive(Deserialize, Debug)]
pub struct ConnectedAccount {
    /// Whether money can be sent to it.
    pub payouts_enabled: Option<bool>,
}

/// Why a call did not do what it was to do.
#[derive(Debug)]
pub enum Refused {
    /// Stripe said no, and nothing happened.
    No {
        /// Its word for it.
        code: String,
        /// The bank's word, for a card.
        decline_code: Option<String>,
        /// Whether it was the card's fault.
        card: bool,
    },
    /// The same key is being used by somebody else right now.
    InUse,
    /// Whether it happened is not known.
    Unclear(String),
}

/// Says nothing but Stripe's own words: its answers may hold secrets.
impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::No { code, .. } => write!(formatter, "Stripe said {code}"),
            Refused::InUse => formatter.write_str("Stripe is being asked already"),
            Refused::Unclear(what) => write!(formatter, "Stripe did not answer: {what}"),
        }
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::InUse => Error::InFlight,
            other => Error::failed(other),
        }
    }
}

impl From<StripeError> for Refused {
    fn from(error: StripeError) -> Self {
        match error {
            StripeError::Stripe(error, status) => {
                let word = |code: &ApiErrorsCode| code.as_str().to_owned();
                let code = error.code.as_ref().map_or_else(|| error.type_.as_str().to_owned(), word);
                match status {
                    // Also a key that was used with other parameters, which would be a fault of ours.
                    409 => Refused::InUse,
                    401 | 403 | 429 | 500.. => Refused::Unclear(format!("{status} {code}")),
                    _ if error.type_ == ApiErrorsType::IdempotencyError => Refused::Unclear(code),
                    _ => {
                        let card = error.type_ == ApiErrorsType::CardError;
                        Refused::No { code, decline_code: error.decline_code, card }
                    }
                }
            }
            StripeError::Timeout => Refused::Unclear("it took too long".to_owned()),
            StripeError::ClientError(reason) => Refused::Unclear(reason),
            StripeError::JSONDeserialize(_) => Refused::Unclear("its answer could not be read".to_owned()),
            StripeError::ConfigError(reason) => Refused::Unclear(reason),
        }
    }
}

/// Stripe's API.
pub struct Api {
    client: Client,
}

impl Api {
    /// The API, with a key and an address.
    ///
    /// # Errors
    /// If the key or the address cannot be used.
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        let mut builder = ClientBuilder::new(settings.secret_key.reveal()).timeout(CALL_TIMEOUT);
        if let Some(base) = &settings.api_base {
            builder = builder.url(format!("{}/", base.trim_end_matches('/')));
        }
        let client = builder.build().map_err(|_| Error::failed("the key or the address cannot be used"))?;
        Ok(Api { client })
    }

    /// Reads something.
    ///
    /// # Errors
    /// If it is not there, or Stripe does not answer.
    pub async fn get<T: Deserialize>(&self, path: &str, query: Option<&str>) -> Result<T, Refused> {
        let mut request = RequestBuilder::new(StripeMethod::Get, path);
        request.query = query.map(str::to_owned);
        Ok(request.customize::<T>().request_strategy(RequestStrategy::Once).send(&self.client).await?)
    }

    /// Does something, once however often it is asked for under that key.
    ///
    /// # Errors
    /// If Stripe says no, or does not answer.
    pub async fn post<T: Deserialize>(&self, path: &str, form: &impl Serialize, key: &str) -> Result<T, Refused> {
        let key = IdempotencyKey::new(key).expect("a key is short and not empty");
        let request = RequestBuilder::new(StripeMethod::Post, path).form(form).customize::<T>();
        Ok(request.request_strategy(RequestStrategy::Idempotent(key)).send(&self.client).await?)
    }
}
