//! The languages that the site speaks, and which one a reader wants.

#[cfg(not(target_arch = "wasm32"))]
use dioxus::prelude::*;

/// A language that the site speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// What everybody gets who asks for none of the others.
    #[default]
    English,
    /// German.
    German,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// Arabic, which is written from right to left.
    Arabic,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 5] =
        [Language::English, Language::German, Language::Spanish, Language::French, Language::Arabic];

    /// Its tag (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::Spanish => "es",
            Language::French => "fr",
            Language::Arabic => "ar",
        }
    }

    /// The language of a tag.
    pub fn from_tag(tag: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// What those who speak it call it.
    pub fn own_name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
            Language::Spanish => "Español",
            Language::French => "Français",
            Language::Arabic => "العربية",
        }
    }

    /// Which way it is written, as HTML says it.
    pub fn direction(self) -> &'static str {
        match self {
            Language::Arabic => "rtl",
            _ => "ltr",
        }
    }

    /// The reader's: in a browser the page's, and while a page is made on the server that of who asked for it.
    pub fn current() -> Language {
        #[cfg(target_arch = "wasm32")]
        return of_page();
        #[cfg(not(target_arch = "wasm32"))]
        {
            // Words may also be asked for where nothing is rendered, as in a test.
            let in_scope =
                dioxus::core::Runtime::try_current().is_some_and(|runtime| runtime.try_current_scope_id().is_some());
            in_scope.then(try_consume_context::<Language>).flatten().unwrap_or_else(own)
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn of_page() -> Language {
    use crate::client::prewarm::{Page, worker};
    use std::sync::OnceLock;
    static OF_PAGE: OnceLock<Language> = OnceLock::new();
    *OF_PAGE.get_or_init(|| {
        if let Some(worker) = worker() {
            return Page::of(&worker).and_then(|page| Language::from_tag(&page.language)).unwrap_or_default();
        }
        let page = web_sys::window().and_then(|window| window.document()).and_then(|page| page.document_element());
        page.and_then(|html| Language::from_tag(&html.get_attribute("lang")?)).unwrap_or_default()
    })
}

/// The language of the system, where the program is a person's own.
#[cfg(not(target_arch = "wasm32"))]
fn own() -> Language {
    #[cfg(feature = "desktop")]
    {
        let wanted = sys_locale::get_locale().unwrap_or_default();
        Language::from_tag(wanted.split(['-', '_']).next().unwrap_or_default()).unwrap_or_default()
    }
    #[cfg(not(feature = "desktop"))]
    Language::default()
}

/// Tells everything below which language the page is in.
pub fn use_language() {
    #[cfg(feature = "server")]
    use_hook(|| {
        let asked = dioxus::fullstack::FullstackContext::current().and_then(|context| context.extension::<Language>());
        provide_context(asked.unwrap_or_default())
    });
}
