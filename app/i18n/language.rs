//! The languages of the site, and which one the user reads.

use dioxus::prelude::*;
#[cfg(target_arch = "wasm32")]
use std::sync::OnceLock;

macro_rules! languages {
    ($($name:ident = ($tag:literal, $locale:literal, $own_name:literal, $direction:literal, $decimal:literal, $group:literal,
       $minimum_grouping_digits:literal, $money_pattern:literal, $texts:tt),)+) => {
        /// A language of the site.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Language { $($name),+ }

        impl Language {
            /// All languages, in the order of the choice on the page.
            pub const ALL: [Language; [$($tag),+].len()] = [$(Language::$name),+];

            /// The language's BCP 47 tag.
            pub fn tag(self) -> &'static str {
                match self { $(Language::$name => $tag),+ }
            }

            /// The language with a territory, as link previews name it.
            #[cfg(feature = "server")]
            pub fn locale(self) -> &'static str {
                match self { $(Language::$name => $locale),+ }
            }

            /// The language's name in the language itself.
            pub fn own_name(self) -> &'static str {
                match self { $(Language::$name => $own_name),+ }
            }

            /// The writing direction, as the `dir` attribute of HTML.
            pub fn direction(self) -> &'static str {
                match self { $(Language::$name => $direction),+ }
            }

            pub(super) fn number_format(self) -> NumberFormat {
                match self {
                    $(Language::$name => NumberFormat {
                        decimal: $decimal,
                        group: $group,
                        minimum_grouping_digits: $minimum_grouping_digits,
                        money_pattern: $money_pattern,
                    }),+
                }
            }

            /// The file with the language's texts, which a browser loads beside the program.
            pub fn asset(self) -> Asset {
                match self {
                    $(Language::$name => {
                        const TEXTS: Asset = asset!($texts);
                        TEXTS
                    }),+
                }
            }

            /// The language's texts. Browsers load them as an asset, so they are not part of the WebAssembly program.
            #[cfg(not(target_arch = "wasm32"))]
            pub(super) fn texts(self) -> &'static str {
                match self { $(Language::$name => include_str!(concat!(env!("CARGO_MANIFEST_DIR"), $texts))),+ }
            }
        }
    };
}

// A language is one line here and its texts. The number formats are CLDR's (version 46), with Latin digits; in the money
// pattern, `#` is the amount and `¤` the currency.
languages! {
    //        tag   locale   own name    dir    decimal group    minimum grouping digits, money pattern, texts
    English = ("en", "en_GB", "English",  "ltr", ".", ",",        1, "¤#",                 "/assets/locales/en.ftl"),
    German  = ("de", "de_DE", "Deutsch",  "ltr", ",", ".",        1, "#\u{a0}¤",           "/assets/locales/de.ftl"),
    Spanish = ("es", "es_ES", "Español",  "ltr", ",", ".",        2, "#\u{a0}¤",           "/assets/locales/es.ftl"),
    French  = ("fr", "fr_FR", "Français", "ltr", ",", "\u{202f}", 1, "#\u{a0}¤",           "/assets/locales/fr.ftl"),
    // The right-to-left mark keeps the currency in its place in the line (UAX #9).
    Arabic  = ("ar", "ar_AR", "العربية",   "rtl", ".", ",",        1, "\u{200f}#\u{a0}¤",   "/assets/locales/ar.ftl"),
}

/// How a language writes numbers. The terms are CLDR's.
pub(super) struct NumberFormat {
    /// Between the whole part and the fraction.
    pub decimal: &'static str,
    /// Between groups of three digits.
    pub group: &'static str,
    /// How many digits must precede the last group: with 2, four digits are not grouped.
    pub minimum_grouping_digits: usize,
    /// `#` is the amount and `¤` the currency.
    pub money_pattern: &'static str,
}

impl Default for Language {
    /// The first language of the table, for users who read none of them.
    fn default() -> Self {
        Language::ALL[0]
    }
}

impl Language {
    /// The language of that tag.
    pub fn from_tag(tag: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The language of the page in a browser, of the request on the server, and of the system on the desktop.
    pub fn current() -> Language {
        #[cfg(target_arch = "wasm32")]
        return PAGE_LANGUAGE.get().copied().unwrap_or_default();
        #[cfg(not(target_arch = "wasm32"))]
        {
            // Texts are also used outside a rendered page, as in the window's menu or a test.
            let in_scope =
                dioxus::core::Runtime::try_current().is_some_and(|runtime| runtime.try_current_scope_id().is_some());
            in_scope.then(try_consume_context::<Language>).flatten().unwrap_or_else(system_language)
        }
    }
}

#[cfg(target_arch = "wasm32")]
static PAGE_LANGUAGE: OnceLock<Language> = OnceLock::new();

/// Sets the current language of a browser, which cannot change before the next page is loaded.
#[cfg(target_arch = "wasm32")]
pub(super) fn set_page_language(language: Language) {
    let _ = PAGE_LANGUAGE.set(language);
}

/// The desktop client uses the language of the system. The server has no language of its own.
#[cfg(not(target_arch = "wasm32"))]
fn system_language() -> Language {
    #[cfg(feature = "desktop")]
    {
        let locale = sys_locale::get_locale().unwrap_or_default();
        Language::from_tag(locale.split(['-', '_']).next().unwrap_or_default()).unwrap_or_default()
    }
    #[cfg(not(feature = "desktop"))]
    Language::default()
}

/// Provides the language of the request to the components of the page.
pub fn use_language() {
    #[cfg(feature = "server")]
    use_hook(|| {
        let requested =
            dioxus::fullstack::FullstackContext::current().and_then(|context| context.extension::<Language>());
        provide_context(requested.unwrap_or_default())
    });
}
