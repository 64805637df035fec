//! Which language somebody gets: the one they chose here, else the first of their browser's that the site speaks.

use crate::i18n::Language;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, COOKIE, HeaderValue, VARY};
use axum::middleware::Next;
use axum::response::Response;
use fluent_langneg::{NegotiationStrategy, negotiate_languages, parse_accepted_languages};
use unic_langid::LanguageIdentifier;

/// The cookie that remembers what was chosen.
const COOKIE_NAME: &str = "lang";
/// How long it is remembered, in seconds.
const YEAR: u32 = 365 * 24 * 3600;

/// Finds out the language before anything is written, and says which it is.
pub async fn layer(mut request: Request, next: Next) -> Response {
    let language = wanted(request.headers());
    request.extensions_mut().insert(language);
    let mut response = next.run(request).await;
    response.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    response.headers_mut().append(VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}

/// The language that a request asks for.
pub fn wanted(headers: &HeaderMap) -> Language {
    chosen(headers).or_else(|| accepted(headers)).unwrap_or_default()
}

fn chosen(headers: &HeaderMap) -> Option<Language> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE_NAME).and_then(|(_, tag)| Language::from_tag(tag))
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    let asked = parse_accepted_languages(headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?);
    let spoken: Vec<LanguageIdentifier> = Language::ALL.iter().filter_map(|l| l.tag().parse().ok()).collect();
    let found = negotiate_languages(&asked, &spoken, None, NegotiationStrategy::Filtering);
    found.first().and_then(|language| Language::from_tag(language.language.as_str()))
}

/// The header that remembers a language.
pub fn cookie(language: Language) -> HeaderValue {
    let text = format!("{COOKIE_NAME}={}; Path=/; SameSite=Lax; HttpOnly; Max-Age={YEAR}", language.tag());
    HeaderValue::from_str(&text).expect("a tag is made of letters")
}

/// Says in a page's first line which language it is in, and which way that is written.
pub fn marked(page: &str, language: Language) -> String {
    page.replacen(
        "<html lang=\"en\">",
        &format!("<html lang=\"{}\" dir=\"{}\">", language.tag(), language.direction()),
        1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cookie: &'static str, accept: &'static str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static(cookie));
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
        wanted(&headers)
    }

    #[test]
    fn everybody_gets_the_language_that_they_read() {
        assert_eq!(of("", "de-AT,de;q=0.9,en;q=0.8"), Language::German);
        assert_eq!(of("", "nl, fr-CA;q=0.7, en;q=0.3"), Language::French);
        assert_eq!(of("", "ar-EG"), Language::Arabic);
        assert_eq!(of("", "tlh, *"), Language::English);
        assert_eq!(of("", "nonsense;;q=x"), Language::English);
    }

    #[test]
    fn what_was_chosen_here_comes_first() {
        assert_eq!(of("sid=1; lang=es", "de"), Language::Spanish);
        assert_eq!(of("lang=xx", "de"), Language::German);
    }

    #[test]
    fn a_page_says_its_language() {
        let page = marked("<!DOCTYPE html><html lang=\"en\"><head>", Language::Arabic);

        assert_eq!(page, "<!DOCTYPE html><html lang=\"ar\" dir=\"rtl\"><head>");
    }
}
