//! A device in a list of sessions.

use crate::i18n::t;
use crate::model::user_agent::UserAgent;

/// The browser and the system of a `User-Agent`, such as "Firefox on Linux".
pub fn device_name(agent: &str) -> String {
    match UserAgent::parse(agent) {
        UserAgent { browser: Some(browser), system: Some(system) } => t!("device", browser = browser, system = system),
        UserAgent { browser: Some(name), system: None } | UserAgent { browser: None, system: Some(name) } => {
            name.to_owned()
        }
        UserAgent { browser: None, system: None } => t!("device-unknown"),
    }
}
