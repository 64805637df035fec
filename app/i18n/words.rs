//! The words: read once a language, by Fluent. The server and the desktop have them all; a browser loads the one file it
//! needs beside the program, so that no word weighs on the program itself.

use super::Language;
use dioxus::prelude::*;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::OnceLock;

type Bundle = FluentBundle<FluentResource>;

const ENGLISH: Asset = asset!("/assets/locales/en.ftl");
const GERMAN: Asset = asset!("/assets/locales/de.ftl");
const SPANISH: Asset = asset!("/assets/locales/es.ftl");
const FRENCH: Asset = asset!("/assets/locales/fr.ftl");
const ARABIC: Asset = asset!("/assets/locales/ar.ftl");

/// The file that has a language's words.
pub fn file(language: Language) -> Asset {
    match language {
        Language::English => ENGLISH,
        Language::German => GERMAN,
        Language::Spanish => SPANISH,
        Language::French => FRENCH,
        Language::Arabic => ARABIC,
    }
}

/// The words of that name in the reader's language.
pub fn say(name: &str, arguments: &[(&'static str, FluentValue<'_>)]) -> String {
    let bundle = bundle(Language::current());
    let pattern = bundle.and_then(|bundle| bundle.get_message(name)?.value().map(|pattern| (bundle, pattern)));
    let Some((bundle, pattern)) = pattern else {
        // A test sees to it that this never happens.
        return name.to_owned();
    };
    let arguments: FluentArgs = arguments.iter().cloned().collect();
    bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
}

/// Reads a language's words. What is odd in them a test has found.
fn read(language: Language, text: String) -> Bundle {
    let resource = FluentResource::try_new(text).unwrap_or_else(|(readable, _)| readable);
    let mut bundle = Bundle::new_concurrent(vec![language.tag().parse().unwrap_or_default()]);
    // What is inserted into a line from right to left is kept together; elsewhere the marks would only be in the way.
    bundle.set_use_isolating(language.direction() == "rtl");
    bundle.add_resource_overriding(resource);
    bundle
}

/// The words of the page's language, as soon as they were fetched.
#[cfg(target_arch = "wasm32")]
static FETCHED: OnceLock<Bundle> = OnceLock::new();

#[cfg(target_arch = "wasm32")]
fn bundle(_: Language) -> Option<&'static Bundle> {
    FETCHED.get()
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    /// The platform's own `fetch`, which pages and workers both have.
    #[wasm_bindgen(js_name = fetch)]
    fn fetch_address(address: &str) -> js_sys::Promise;
}

/// Fetches the words that the page needs.
///
/// # Errors
/// If they cannot be had: then the page had better stay as the server made it.
#[cfg(target_arch = "wasm32")]
pub async fn fetch() -> Result<(), wasm_bindgen::JsValue> {
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;
    let language = Language::current();
    let answer = JsFuture::from(fetch_address(&file(language).to_string())).await?;
    let answer: web_sys::Response = answer.dyn_into()?;
    if !answer.ok() {
        return Err(answer.status_text().into());
    }
    let text = JsFuture::from(answer.text()?).await?.as_string().unwrap_or_default();
    let _ = FETCHED.set(read(language, text));
    Ok(())
}

#[cfg(not(target_arch = "wasm32"))]
fn bundle(language: Language) -> Option<&'static Bundle> {
    static READ: OnceLock<[Bundle; 5]> = OnceLock::new();
    let read = READ.get_or_init(|| Language::ALL.map(|language| read(language, text(language).to_owned())));
    Language::ALL.iter().position(|known| *known == language).and_then(|index| read.get(index))
}

/// What a language's file says.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn text(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../../assets/locales/en.ftl"),
        Language::German => include_str!("../../assets/locales/de.ftl"),
        Language::Spanish => include_str!("../../assets/locales/es.ftl"),
        Language::French => include_str!("../../assets/locales/fr.ftl"),
        Language::Arabic => include_str!("../../assets/locales/ar.ftl"),
    }
}
