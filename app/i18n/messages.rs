//! Fluent messages. The server and the desktop client contain the texts of all languages; a browser loads those of the page.

use super::Language;
use super::format::isolated_in;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::OnceLock;

type Bundle = FluentBundle<FluentResource>;

/// Formats a message in the user's language.
pub fn message(name: &str, arguments: &[(&'static str, FluentValue<'_>)]) -> String {
    let bundle = bundle(Language::current());
    let pattern = bundle.and_then(|bundle| bundle.get_message(name)?.value().map(|pattern| (bundle, pattern)));
    let Some((bundle, pattern)) = pattern else {
        // The completeness tests ensure that every message exists in every language.
        return name.to_owned();
    };
    let arguments: FluentArgs = arguments.iter().map(|(name, value)| (*name, isolated(value))).collect();
    bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new()).into_owned()
}

/// An argument that is set apart from the text around it. Where the language is written from right to left, the bundle does it.
fn isolated<'a>(value: &'a FluentValue<'a>) -> FluentValue<'a> {
    match value {
        FluentValue::String(text) if Language::current().direction() == "ltr" && !text.contains('\u{2068}') => {
            FluentValue::String(isolated_in(Language::current(), text))
        }
        _ => value.clone(),
    }
}

/// Entries that cannot be parsed are skipped; the completeness tests find them.
fn parse(language: Language, texts: String) -> Bundle {
    let resource = FluentResource::try_new(texts).unwrap_or_else(|(parsed, _)| parsed);
    let mut bundle = Bundle::new_concurrent(vec![language.tag().parse().unwrap_or_default()]);
    // Isolation marks keep arguments together in text that runs from right to left; in other languages they are noise.
    bundle.set_use_isolating(language.direction() == "rtl");
    bundle.add_resource_overriding(resource);
    bundle
}

/// The texts of the page's language, once they are loaded.
#[cfg(target_arch = "wasm32")]
static LOADED: OnceLock<Bundle> = OnceLock::new();

#[cfg(target_arch = "wasm32")]
fn bundle(_: Language) -> Option<&'static Bundle> {
    LOADED.get()
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
extern "C" {
    /// The global `fetch`, which exists in pages and in workers.
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(address: &str) -> js_sys::Promise;
}

/// Loads the texts of the page's language. Must succeed before anything is rendered.
///
/// # Errors
/// If the texts cannot be fetched.
#[cfg(target_arch = "wasm32")]
pub async fn load(language: Language) -> Result<(), wasm_bindgen::JsValue> {
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::JsFuture;
    let response = JsFuture::from(fetch(&language.asset().to_string())).await?;
    let response: web_sys::Response = response.dyn_into()?;
    if !response.ok() {
        return Err(response.status_text().into());
    }
    let texts = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    super::language::set_page_language(language);
    let _ = LOADED.set(parse(language, texts));
    Ok(())
}

#[cfg(not(target_arch = "wasm32"))]
fn bundle(language: Language) -> Option<&'static Bundle> {
    static BUNDLES: OnceLock<[Bundle; Language::ALL.len()]> = OnceLock::new();
    let bundles = BUNDLES.get_or_init(|| Language::ALL.map(|language| parse(language, language.texts().to_owned())));
    Language::ALL.iter().position(|known| *known == language).and_then(|index| bundles.get(index))
}
