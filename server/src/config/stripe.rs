//! Stripe's variables: all that a process needs, or none.

use super::variables::Reader;
use super::{ConfigError, Parts, StripeSettings};
use shared::Service;

/// Prefixes of secret keys, each with the prefix of the publishable key of the same mode.
const KEY_PREFIXES: [(&str, &str); 4] =
    [("sk_test_", "pk_test_"), ("rk_test_", "pk_test_"), ("sk_live_", "pk_live_"), ("rk_live_", "pk_live_")];

/// The settings of Stripe and its publishable key. A process that runs only `web` may have the latter alone.
///
/// # Errors
/// Which variable is missing or does not fit the others. No error repeats a value: it may be a secret.
pub fn read(variables: &Reader, parts: &Parts) -> Result<(Option<StripeSettings>, Option<String>), ConfigError> {
    let secret = variables.get("STRIPE_SECRET_KEY");
    let webhook = variables.get("STRIPE_WEBHOOK_SECRET");
    let publishable = publishable_key(variables)?;
    let base = api_base(variables)?;
    let error = |variable, problem| Err(ConfigError::new(variable, problem));
    let stripe = match (secret, webhook) {
        (Some(secret_key), Some(webhook_secret)) => {
            StripeSettings { secret_key: secret_key.into(), webhook_secret: webhook_secret.into(), api_base: base }
        }
        (None, None) if base.is_some() => return error("STRIPE_SECRET_KEY", "it must be set where STRIPE_API_BASE is"),
        (None, None) if publishable.is_some() && parts.services.contains(&Service::Payments) => {
            return error("STRIPE_SECRET_KEY", "it must be set where STRIPE_PUBLISHABLE_KEY is");
        }
        (None, None) => return Ok((None, publishable)),
        (Some(_), None) => return error("STRIPE_WEBHOOK_SECRET", "it must be set where STRIPE_SECRET_KEY is"),
        (None, Some(_)) => return error("STRIPE_SECRET_KEY", "it must be set where STRIPE_WEBHOOK_SECRET is"),
    };
    let prefixes = KEY_PREFIXES.iter().find(|(prefix, _)| stripe.secret_key.reveal().starts_with(prefix));
    let Some((_, publishable_prefix)) = prefixes else {
        return error("STRIPE_SECRET_KEY", "it must begin with sk_test_, sk_live_, rk_test_ or rk_live_");
    };
    match publishable {
        Some(key) if key.starts_with(publishable_prefix) => Ok((Some(stripe), Some(key))),
        Some(_) => error("STRIPE_PUBLISHABLE_KEY", "one of the two keys is for test mode, and the other is not"),
        None => error("STRIPE_PUBLISHABLE_KEY", "it must be set where STRIPE_SECRET_KEY is"),
    }
}

fn api_base(variables: &Reader) -> Result<Option<String>, ConfigError> {
    let base = variables.get("STRIPE_API_BASE");
    let names_host =
        |base: &str| ["http://", "https://"].iter().any(|scheme| base.len() > scheme.len() && base.starts_with(scheme));
    if base.as_deref().is_none_or(names_host) {
        Ok(base)
    } else {
        Err(ConfigError::new("STRIPE_API_BASE", "it must be http:// or https:// and a host"))
    }
}

fn publishable_key(variables: &Reader) -> Result<Option<String>, ConfigError> {
    let key = variables.get("STRIPE_PUBLISHABLE_KEY");
    if key.as_deref().is_none_or(|key| key.starts_with("pk_test_") || key.starts_with("pk_live_")) {
        Ok(key)
    } else {
        Err(ConfigError::new("STRIPE_PUBLISHABLE_KEY", "it must begin with pk_test_ or pk_live_"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    fn read(variables: &[(&str, &str)]) -> Result<Config, &'static str> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Config::from_variables(find).map_err(|error| {
            assert!(!error.to_string().contains("123"), "the value is not repeated: {error}");
            error.variable
        })
    }

    #[test]
    fn stripe_is_configured_as_a_whole_or_not_at_all() {
        let [secret, webhook, publishable, base] = [
            ("STRIPE_SECRET_KEY", "sk_test_123"),
            ("STRIPE_WEBHOOK_SECRET", "whsec_123"),
            ("STRIPE_PUBLISHABLE_KEY", "pk_test_123"),
            ("STRIPE_API_BASE", "http://localhost:8420"),
        ];
        assert!(read(&[secret, webhook, publishable, base]).is_ok_and(|config| config.stripe.is_some()));
        assert!(read(&[]).is_ok_and(|config| config.stripe.is_none()));
        let web = [("SERVICES", "web"), ("NATS_URL", "nats://localhost"), publishable];
        assert!(read(&web).is_ok_and(|config| config.publishable_key.is_some()));
        for (variables, missing) in [
            (vec![secret], "STRIPE_WEBHOOK_SECRET"),
            (vec![webhook], "STRIPE_SECRET_KEY"),
            (vec![publishable], "STRIPE_SECRET_KEY"),
            (vec![base], "STRIPE_SECRET_KEY"),
            (vec![secret, webhook], "STRIPE_PUBLISHABLE_KEY"),
            (vec![("STRIPE_SECRET_KEY", "123"), webhook, publishable], "STRIPE_SECRET_KEY"),
            (vec![secret, webhook, ("STRIPE_PUBLISHABLE_KEY", "pk_live_123")], "STRIPE_PUBLISHABLE_KEY"),
            (vec![("STRIPE_PUBLISHABLE_KEY", "123")], "STRIPE_PUBLISHABLE_KEY"),
            (vec![secret, webhook, publishable, ("STRIPE_API_BASE", "123")], "STRIPE_API_BASE"),
        ] {
            assert_eq!(read(&variables).map(drop), Err(missing), "{variables:?}");
        }
    }

    #[test]
    fn secrets_are_not_shown_by_debug_output() {
        let config = read(&[
            ("STRIPE_SECRET_KEY", "sk_test_123"),
            ("STRIPE_WEBHOOK_SECRET", "whsec_123"),
            ("STRIPE_PUBLISHABLE_KEY", "pk_test_1"),
            ("DATABASE_URL", "postgres://ann:123@localhost/*"),
            ("NATS_URL", "nats://ann:123@localhost"),
            ("MAIL", "smtp://ann:123@localhost"),
        ]);
        let shown = format!("{:?}", config.expect("these are valid"));
        assert!(!shown.contains("123"), "{shown}");
    }
}
