//! Chooses the language of a response: the one in the cookie, else the best match for `Accept-Language`.

use crate::i18n::Language;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, HeaderValue, VARY};
use axum::middleware::Next;
use axum::response::Response;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use cookie::time::Duration;
use fluent_langneg::{NegotiationStrategy, negotiate_languages, parse_accepted_languages};
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// Remember the language that a visitor chose, over HTTP and over HTTPS: browsers bind a cookie with this prefix to the host and
/// its secure pages (RFC 6265bis).
const COOKIE_NAME: &str = "lang";
const SECURE_COOKIE_NAME: &str = "__Host-lang";
const COOKIE_MAX_AGE: Duration = Duration::days(365);

static AVAILABLE: LazyLock<Vec<LanguageIdentifier>> =
    LazyLock::new(|| Language::ALL.iter().filter_map(|language| language.tag().parse().ok()).collect());

/// Hands the page its language as a request extension, and names it in the response.
pub async fn negotiate(mut request: Request, next: Next) -> Response {
    let language = of_request(request.headers());
    request.extensions_mut().insert(language);
    let mut response = next.run(request).await;
    response.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    response.headers_mut().append(VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}

/// The language that a request is answered in.
pub fn of_request(headers: &HeaderMap) -> Language {
    from_cookie(headers).or_else(|| from_accept_language(headers)).unwrap_or_default()
}

fn from_cookie(headers: &HeaderMap) -> Option<Language> {
    let cookies = CookieJar::from_headers(headers);
    let cookie = cookies.get(SECURE_COOKIE_NAME).or_else(|| cookies.get(COOKIE_NAME))?;
    Language::from_tag(cookie.value())
}

fn from_accept_language(headers: &HeaderMap) -> Option<Language> {
    let accepted = parse_accepted_languages(headers.get(ACCEPT_LANGUAGE)?.to_str().ok()?);
    let matches = negotiate_languages(&accepted, AVAILABLE.as_slice(), None, NegotiationStrategy::Filtering);
    matches.first().and_then(|language| Language::from_tag(language.language.as_str()))
}

/// The cookie that remembers a choice; over HTTPS it is not sent in the clear.
pub fn cookie(language: Language, https: bool) -> Cookie<'static> {
    Cookie::build((if https { SECURE_COOKIE_NAME } else { COOKIE_NAME }, language.tag()))
        .path("/")
        .same_site(SameSite::Lax)
        .http_only(true)
        .secure(https)
        .max_age(COOKIE_MAX_AGE)
        .build()
}

/// Writes the language and its direction into the `html` tag of a page: the framework's template has English in it.
pub fn set_html_lang(page: &str, language: Language) -> String {
    page.replacen(
        "<html lang=\"en\">",
        &format!("<html lang=\"{}\" dir=\"{}\">", language.tag(), language.direction()),
        1,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::header::COOKIE;

    fn negotiated(cookie: &'static str, accept: &'static str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, HeaderValue::from_static(cookie));
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_static(accept));
        of_request(&headers)
    }

    #[test]
    fn the_best_match_for_accept_language_is_chosen() {
        assert_eq!(negotiated("", "de-AT,de;q=0.9,en;q=0.8"), Language::German);
        assert_eq!(negotiated("", "nl, fr-CA;q=0.7, en;q=0.3"), Language::French);
        assert_eq!(negotiated("", "ar-EG"), Language::Arabic);
        assert_eq!(negotiated("", "tlh, *"), Language::English);
        assert_eq!(negotiated("", "nonsense;;q=x"), Language::English);
    }

    #[test]
    fn the_cookie_takes_precedence_over_accept_language() {
        assert_eq!(negotiated("sid=1; lang=es", "de"), Language::Spanish);
        assert_eq!(negotiated("lang=de; __Host-lang=es", "fr"), Language::Spanish);
        assert_eq!(negotiated("lang=xx", "de"), Language::German);
    }

    #[test]
    fn the_cookie_lasts_a_year_and_is_not_for_scripts() {
        let [http, https] = [false, true].map(|https| cookie(Language::French, https).to_string());

        assert_eq!(http, "lang=fr; HttpOnly; SameSite=Lax; Path=/; Max-Age=31536000");
        assert_eq!(https, "__Host-lang=fr; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000");
    }

    #[test]
    fn a_page_names_its_language_and_direction() {
        let page = set_html_lang("<!DOCTYPE html><html lang=\"en\"><head>", Language::Arabic);

        assert_eq!(page, "<!DOCTYPE html><html lang=\"ar\" dir=\"rtl\"><head>");
    }
}
