//! Tests of the configuration.

use super::*;
use std::cell::RefCell;
use std::collections::BTreeSet;

const README: &str = include_str!("../../../README.md");

fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Config::from_variables(find)
}

#[test]
fn mails_are_logged_with_their_text_only_on_the_machine_of_a_developer() {
    for (address, with_text) in [("http://localhost:8080", true), ("https://tickets.example.org", false)] {
        for mail in [Some("console"), None] {
            let lookup = |name: &str| match name {
                "MAIL" => mail.map(str::to_owned),
                "DATABASE_URL" => Some("postgres://localhost/ticketing_*".to_owned()),
                "PUBLIC_URL" => Some(address.to_owned()),
                _ => None,
            };
            let config = Config::from_variables(lookup).expect("the configuration is valid");
            assert_eq!(config.mail, MailBackend::Console { with_text }, "{address}");
        }
    }
}

#[test]
fn every_variable_may_be_unset() {
    let config = read(&[]).expect("the defaults are valid");
    assert_eq!((config.port, config.hold.as_secs(), config.rate_limits), (8080, 60, true));
    assert_eq!(config.public_url, "http://localhost:8080");
    assert_eq!(config.parts, Parts::all());
    assert_eq!(config.mail, MailBackend::Folder("data/mails".into()));
    assert_eq!(config.mail_from.to_string(), "Ticketing <tickets@localhost>");
    assert!((config.log_json, config.proxies, config.drain) == (false, 0, Duration::ZERO));
}

#[test]
fn a_process_with_some_of_the_services_needs_a_broker() {
    let error = read(&[("SERVICES", "orders")]).expect_err("the others run elsewhere");
    assert_eq!(error.variable, "NATS_URL");
    let plain = ("NATS_URL", "nats://localhost");
    let error = read(&[plain, ("NATS_CA", "ca.crt")]).expect_err("the file would not be used");
    assert_eq!(error.variable, "NATS_CA");
    read(&[("NATS_URL", "tls://localhost"), ("NATS_CA", "ca.crt")]).expect("these are valid");
    let config = read(&[("SERVICES", "orders, web"), plain]).expect("these are valid");
    assert_eq!(config.parts, Parts { services: vec![Service::Orders], web: true });
}

#[test]
fn an_unusable_variable_is_named_in_one_line() {
    let cases = [
        ("HOLD_SECONDS", "abc"),
        ("HOLD_SECONDS", "0"),
        ("PORT", "70000"),
        ("HOST", "nowhere"),
        ("METRICS", "on"),
        ("CONNECTIONS", "0"),
        ("CONNECTIONS_PER_ADDRESS", "many"),
        ("CONNECTION_TIMEOUT_SECONDS", "0"),
        ("PUBLIC_URL", "ftp://x"),
        ("PUBLIC_URL", "https://x/y"),
        ("DATABASE_URL", "mysql://x"),
        ("DATABASE_URL", "postgres:///orders"),
        ("DATABASE_URL", "postgres://localhost/orders"),
        ("RATE_LIMITS", "maybe"),
        ("LOG_FORMAT", "xml"),
        ("SERVICES", "orders,nonsense"),
        ("SERVICES", "auth,auth"),
        ("NATS_URL", "http://localhost"),
        ("NATS_REPLICAS", "0"),
        ("DRAIN_SECONDS", "-1"),
        ("PROXIES", "one"),
        ("PLATFORM_FEE_PERCENT", "51"),
        ("PAYOUT_AFTER_HOURS", "soon"),
        ("MAIL", "pigeon"),
        ("MAIL_FROM", "nobody"),
        ("CODE_SECRET", "secret"),
        ("CODE_SECRET_PREVIOUS", "secret"),
        ("HOST", "two\nlines"),
    ];
    for (variable, value) in cases {
        let error = read(&[(variable, value)]).expect_err(variable);
        assert_eq!(error.variable, variable);
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

fn listed() -> BTreeSet<String> {
    VARIABLES.iter().map(|variable| variable.name.to_owned()).collect()
}

#[test]
fn every_variable_that_is_read_is_listed_and_every_listed_one_is_read() {
    let read = RefCell::new(BTreeSet::new());

    Config::from_variables(|name| {
        read.borrow_mut().insert(name.to_owned());
        None
    })
    .expect("the defaults are valid");

    assert_eq!(read.into_inner(), listed());
    assert_eq!(listed().len(), VARIABLES.len(), "no variable is listed twice");
}

#[test]
fn the_readme_explains_the_listed_variables() {
    let settings = README.split_once("\n## Settings\n").expect("the README has this section").1;
    let settings = settings.split("\n## ").next().unwrap_or_default();
    let names = settings.lines().filter(|line| line.starts_with("| `")).flat_map(|row| {
        let name_cell = row.split('|').nth(1).unwrap_or_default();
        name_cell.split('`').skip(1).step_by(2).map(str::to_owned)
    });

    assert_eq!(names.collect::<BTreeSet<_>>(), listed());
}

#[test]
fn passwords_of_any_characters_reach_their_servers_from_the_url_and_beside_it() {
    const PASSWORD: &str = "a/b#c@d%e+f";
    const ENCODED: &str = "ann:a%2Fb%23c%40d%25e%2Bf@host";
    let in_urls = [
        ("MAIL", format!("smtps://ann:{PASSWORD}@host")),
        ("DATABASE_URL", format!("postgres://ann:{PASSWORD}@host/ticketing_*?sslmode=require")),
    ];
    let beside = [
        ("MAIL", "smtps://ann@host".to_owned()),
        ("MAIL_PASSWORD", PASSWORD.to_owned()),
        ("DATABASE_URL", "postgres://ann@host/ticketing_*?sslmode=require".to_owned()),
        ("DATABASE_PASSWORD", PASSWORD.to_owned()),
    ];
    for variables in [&in_urls[..], &beside[..]] {
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();

        let config = read(&variables).expect("they are valid");

        assert_eq!(config.mail, MailBackend::Smtp(format!("smtps://{ENCODED}").into()));
        let Databases::Postgres { server, name, parameters } = config.databases else { panic!("it is PostgreSQL") };
        assert_eq!((server, name), (format!("postgres://{ENCODED}"), "ticketing_*".to_owned()));
        assert_eq!(parameters, "?sslmode=require");
    }
}
