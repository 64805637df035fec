//! The settings that say who moves money: all of Stripe's, or none.

use super::{ConfigError, Parts, Stripe};
use shared::Service;

/// How the names of Stripe's keys begin, and those of the same mode in the browser.
const MODES: [(&str, &str); 4] =
    [("sk_test_", "pk_test_"), ("rk_test_", "pk_test_"), ("sk_live_", "pk_live_"), ("rk_live_", "pk_live_")];

/// Reads them: what a process does not need it may leave out, but never half of what it needs.
///
/// # Errors
/// Which is missing or does not fit the others. What was written is not said again.
pub fn read(
    get: &impl Fn(&'static str) -> Option<String>,
    parts: &Parts,
) -> Result<(Option<Stripe>, Option<String>), ConfigError> {
    let [secret, webhook, base, publishable] =
        ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE", "STRIPE_PUBLISHABLE_KEY"].map(get);
    let wrong = |variable, problem: &str| Err(ConfigError { variable, problem: problem.to_owned() });
    if let Some(key) = &publishable
        && !key.starts_with("pk_test_")
        && !key.starts_with("pk_live_")
    {
        return wrong("STRIPE_PUBLISHABLE_KEY", "it must begin with pk_test_ or pk_live_");
    }
    if let Some(base) = &base
        && !["http://", "https://"].iter().any(|scheme| base.len() > scheme.len() && base.starts_with(scheme))
    {
        return wrong("STRIPE_API_BASE", "it must be http:// or https:// and a host");
    }
    let stripe = match (secret, webhook) {
        (Some(secret_key), Some(webhook_secret)) => {
            Stripe { secret_key: secret_key.into(), webhook_secret: webhook_secret.into(), api_base: base }
        }
        (None, None) if base.is_some() => return wrong("STRIPE_SECRET_KEY", "it must be set where STRIPE_API_BASE is"),
        (None, None) if publishable.is_some() && parts.services.contains(&Service::Payments) => {
            return wrong("STRIPE_SECRET_KEY", "it must be set where STRIPE_PUBLISHABLE_KEY is");
        }
        (None, None) => return Ok((None, publishable)),
        (Some(_), None) => return wrong("STRIPE_WEBHOOK_SECRET", "it must be set where STRIPE_SECRET_KEY is"),
        (None, Some(_)) => return wrong("STRIPE_SECRET_KEY", "it must be set where STRIPE_WEBHOOK_SECRET is"),
    };
    let mode = MODES.iter().find(|(secret, _)| stripe.secret_key.reveal().starts_with(secret));
    let Some((_, of_same_mode)) = mode else {
        return wrong("STRIPE_SECRET_KEY", "it must begin with sk_test_, sk_live_, rk_test_ or rk_live_");
    };
    match publishable {
        Some(key) if key.starts_with(of_same_mode) => Ok((Some(stripe), Some(key))),
        Some(_) => wrong("STRIPE_PUBLISHABLE_KEY", "one of the two keys is for test mode, and the other is not"),
        None => wrong("STRIPE_PUBLISHABLE_KEY", "it must be set where STRIPE_SECRET_KEY is"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;

    fn read(variables: &[(&str, &str)]) -> Result<Config, &'static str> {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Config::from_variables(find).map_err(|error| {
            assert!(!error.to_string().contains("123"), "what was written is not said again: {error}");
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
    fn a_secret_of_the_configuration_does_not_show() {
        let config = read(&[
            ("STRIPE_SECRET_KEY", "sk_test_123"),
            ("STRIPE_WEBHOOK_SECRET", "whsec_123"),
            ("STRIPE_PUBLISHABLE_KEY", "pk_test_1"),
            ("DATABASE_URL", "postgres://ann:123@localhost/*"),
            ("NATS_URL", "nats://ann:123@localhost"),
            ("MAIL", "smtp://ann:123@localhost"),
        ]);
        let shown = format!("{:?}", config.expect("it is right"));
        assert!(!shown.contains("123"), "{shown}");
    }
}
