//! The parameters of a request, checked as strictly as Stripe does, and refusals.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Key-value pairs that a caller stores on an object.
pub type Metadata = BTreeMap<String, String>;

/// The limits of metadata (docs.stripe.com/api/metadata).
const MAX_METADATA_KEYS: usize = 50;
const MAX_METADATA_KEY_CHARS: usize = 40;
const MAX_METADATA_VALUE_CHARS: usize = 500;
/// Stripe's largest amount has eight digits.
const MAX_AMOUNT: i64 = 99_999_999;

/// Why a request was refused.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The status of the response.
    pub status: u16,
    /// The object `error` of the response.
    pub error: Value,
    /// Whether the response is stored under the idempotency key. Stripe stores none for a request that it did not begin.
    pub stored: bool,
}

impl Refusal {
    /// Refuses a request that was begun.
    pub fn new(status: u16, kind: &str, code: Option<&str>, message: impl Into<String>) -> Refusal {
        let mut error = json!({ "type": kind, "message": message.into() });
        if let Some(code) = code {
            error["code"] = code.into();
        }
        Refusal { status, error, stored: true }
    }

    /// Refuses a request that the state of an object does not allow.
    pub fn state(code: &str, message: impl Into<String>) -> Refusal {
        Refusal::new(400, "invalid_request_error", Some(code), message)
    }

    /// Refuses a parameter before the request is begun.
    pub fn parameter(name: &str, code: Option<&str>, message: impl Into<String>) -> Refusal {
        let refusal = Refusal::new(400, "invalid_request_error", code, message).with("param", name.into());
        Refusal { stored: false, ..refusal }
    }

    /// Refuses an unknown id: with 404 if it is in the path, with 400 if it is a parameter.
    pub fn missing(status: u16, what: &str, id: &str, parameter: &str) -> Refusal {
        let message = format!("No such {what}: '{id}'");
        Refusal::new(status, "invalid_request_error", Some("resource_missing"), message).with("param", parameter.into())
    }

    /// Adds a field to the error.
    pub fn with(mut self, field: &str, value: Value) -> Refusal {
        self.error[field] = value;
        self
    }
}

/// Parameters under the names that were sent, such as `metadata[payment_id]`. Sorted, so that two requests can be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads a form-encoded body or query.
    pub fn parse(encoded: &[u8]) -> Form {
        let mut pairs: Vec<_> = form_urlencoded::parse(encoded).into_owned().collect();
        pairs.sort();
        Form(pairs)
    }

    /// Refuses all parameters but these. `metadata[]` allows that name with anything in brackets.
    pub fn allows(&self, allowed: &[&str]) -> Result<(), Refusal> {
        for (index, (name, _)) in self.0.iter().enumerate() {
            let base = name.split('[').next().unwrap_or(name);
            let fits = |known: &str| match known.strip_suffix("[]") {
                Some(list) => list == base && name.len() > base.len() && name.ends_with(']'),
                None => known == name,
            };
            if !allowed.iter().any(|known| fits(known)) {
                return Err(Refusal::parameter(
                    name,
                    Some("parameter_unknown"),
                    format!("Received unknown parameter: {name}"),
                ));
            }
            if index > 0 && self.0[index - 1].0 == *name && !name.ends_with("[]") {
                return Err(Refusal::parameter(name, None, format!("Received {name} twice")));
            }
        }
        Ok(())
    }

    /// An optional parameter, which must not be empty.
    pub fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        match self.0.iter().find(|(key, _)| key == name) {
            Some((_, value)) if value.is_empty() => Err(Refusal::parameter(
                name,
                Some("parameter_invalid_empty"),
                format!("You passed an empty string for '{name}'"),
            )),
            found => Ok(found.map(|(_, value)| value.as_str())),
        }
    }

    /// A required parameter.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        let missing =
            || Refusal::parameter(name, Some("parameter_missing"), format!("Missing required param: {name}."));
        self.text(name)?.ok_or_else(missing)
    }

    /// An optional parameter, which must be one of these.
    pub fn choice(&self, name: &str, choices: &[&str]) -> Result<Option<&str>, Refusal> {
        match self.text(name)? {
            Some(value) if !choices.contains(&value) => {
                Err(Refusal::parameter(name, None, format!("Invalid {name}: must be one of {}", choices.join(", "))))
            }
            value => Ok(value),
        }
    }

    /// An optional amount in the smallest unit, which must be positive.
    pub fn amount(&self, name: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<i64>() {
            Ok(amount) if digits && amount > MAX_AMOUNT => {
                Err(Refusal::parameter(name, Some("amount_too_large"), "Amount must be no more than 8 digits"))
            }
            Ok(amount) if digits && amount > 0 => Ok(Some(amount)),
            Ok(_) => {
                let message = "This value must be greater than or equal to 1.";
                Err(Refusal::parameter(name, Some("parameter_invalid_integer"), message))
            }
            Err(_) => {
                let message = format!("Invalid integer: {text}");
                Err(Refusal::parameter(name, Some("parameter_invalid_integer"), message))
            }
        }
    }

    /// The required amount and currency. With three decimals, the last one must be 0
    /// (docs.stripe.com/currencies#three-decimal).
    pub fn money(&self) -> Result<(i64, String), Refusal> {
        let currency = self.required("currency")?.to_owned();
        self.required("amount")?;
        let amount = self.amount("amount")?.unwrap_or_default();
        if smallest_charge(&currency).is_none() {
            return Err(Refusal::parameter("currency", None, format!("Invalid currency: {currency}.")));
        }
        whole(amount, &currency)?;
        Ok((amount, currency))
    }

    /// The metadata for the object.
    pub fn metadata(&self) -> Result<Metadata, Refusal> {
        let key = |name: &str| name.strip_prefix("metadata[")?.strip_suffix(']').map(str::to_owned);
        let metadata: Metadata = self.0.iter().filter_map(|(name, value)| Some((key(name)?, value.clone()))).collect();
        let long = metadata.iter().any(|(key, value)| {
            key.is_empty()
                || key.chars().count() > MAX_METADATA_KEY_CHARS
                || value.chars().count() > MAX_METADATA_VALUE_CHARS
        });
        if long || metadata.len() > MAX_METADATA_KEYS {
            return Err(Refusal::parameter("metadata", None, "Metadata has too many keys, or one that is too long"));
        }
        Ok(metadata)
    }

    /// Whether the response contains the charge instead of its id. Nothing else can be expanded here.
    pub fn expands_charge(&self) -> Result<bool, Refusal> {
        let mut expanded = self.0.iter().filter(|(name, _)| name.starts_with("expand["));
        match expanded.find(|(_, value)| value != "latest_charge") {
            Some((_, other)) => {
                Err(Refusal::parameter("expand", None, format!("This property cannot be expanded ({other}).")))
            }
            None => Ok(self.0.iter().any(|(name, _)| name.starts_with("expand["))),
        }
    }
}

/// Refuses an amount with three decimals whose last one is not 0.
pub fn whole(amount: i64, currency: &str) -> Result<(), Refusal> {
    let three_decimals = ["bhd", "jod", "kwd", "omr", "tnd"].contains(&currency);
    if three_decimals && amount % 10 != 0 {
        let message = format!("Invalid amount: {amount} {currency} must be divisible by ten.");
        return Err(Refusal::parameter("amount", None, message));
    }
    Ok(())
}

/// The minimum charge in a currency; `None` if the currency is unknown
/// (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
pub fn smallest_charge(currency: &str) -> Option<i64> {
    match currency {
        "eur" | "usd" | "gbp" | "chf" | "jpy" | "cad" | "aud" => Some(50),
        "pln" => Some(200),
        "sek" | "nok" => Some(300),
        "dkk" => Some(250),
        "bhd" | "jod" | "kwd" | "omr" | "tnd" => Some(50),
        _ => None,
    }
}
