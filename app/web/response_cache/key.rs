//! Which requests read what is public, and what their responses depend on.

use super::generations::Tag;
use crate::i18n::Language;
use axum::http::Uri;
use std::borrow::Cow;
use std::str::FromStr;

/// A search is text, and an attacker may send it at any length: longer addresses are not cached.
const MAX_QUERY_BYTES: usize = 512;

/// The fields of a list of shows, in the order of [`crate::routes::HomeQuery`].
const LIST_FIELDS: [&str; 8] = ["search", "city", "category", "from", "to", "together", "sort", "cursor"];
/// The fields of a list of tickets.
const TICKET_LIST_FIELDS: [&str; 2] = ["sort", "cursor"];

/// A path whose response is the same for every anonymous visitor; a reply of the API is the same for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicPath {
    pub tag: Tag,
    pub is_page: bool,
    /// Which signed-in readers see what all others see, but for their address.
    pub shared: Shared,
    /// The fields of the query that it knows.
    fields: &'static [&'static str],
}

/// Which signed-in readers share a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    Nobody,
    /// Those whom its data does not name: sellers see their tickets and creators their shows in another way.
    Unnamed,
    Everybody,
}

/// All that the bytes of a response depend on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The canonical path and query.
    pub address: String,
    /// `None` for a reply of the API, which has no language.
    pub language: Option<Language>,
    /// Whether the reader's address is verified, if the page is for signed-in readers.
    pub verified: Option<bool>,
    pub tag: Tag,
}

impl PublicPath {
    pub fn parse(path: &str) -> Option<Self> {
        let page = |tag, shared, fields| Some(PublicPath { tag, is_page: true, shared, fields });
        let reply = |tag, fields| Some(PublicPath { tag, is_page: false, shared: Shared::Nobody, fields });
        match path {
            "/" => return page(Tag::Lists, Shared::Everybody, &LIST_FIELDS),
            "/sell" | "/sign-in" | "/sign-up" | "/forgot" => return page(Tag::Constant, Shared::Nobody, &[]),
            "/api/shows" => return reply(Tag::Lists, &LIST_FIELDS),
            "/api/payments/settings" => return reply(Tag::Constant, &[]),
            _ => {}
        }
        if let Some(rest) = path.strip_prefix("/api/shows/") {
            return match rest.strip_suffix("/tickets") {
                Some(id) => reply(Tag::Show(canonical(id)?), &TICKET_LIST_FIELDS),
                None => reply(Tag::Show(canonical(rest)?), &[]),
            };
        }
        if let Some(id) = path.strip_prefix("/api/tickets/") {
            return reply(Tag::Ticket(canonical(id)?), &[]);
        }
        if let Some(id) = path.strip_prefix("/shows/") {
            return page(Tag::Show(canonical(id)?), Shared::Unnamed, &[]);
        }
        page(Tag::Ticket(canonical(path.strip_prefix("/tickets/")?)?), Shared::Unnamed, &[])
    }

    /// The path with a query in which equal filters are equal texts; `None` if it is not certain that the service would read both
    /// alike. A page ignores the fields that it does not know, such as those of a newsletter's link.
    pub fn canonical_address(&self, uri: &Uri) -> Option<String> {
        let path = uri.path();
        let Some(query) = uri.query().filter(|query| !query.is_empty()) else { return Some(path.to_owned()) };
        if query.len() > MAX_QUERY_BYTES {
            return None;
        }
        let mut values: [Option<Cow<str>>; LIST_FIELDS.len()] = Default::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match self.fields.iter().position(|field| *field == name) {
                Some(field) if values[field].is_none() => values[field] = Some(value),
                None if self.is_page && !KNOWN_ELSEWHERE.contains(&name.as_ref()) => {}
                _ => return None,
            }
        }
        let values = self.fields.iter().zip(&values).filter_map(|(field, value)| Some((field, value.as_ref()?)));
        let filled = values.filter(|(_, value)| !value.is_empty());
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(filled).finish();
        Some(if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
    }
}

/// The fields of pages that are cached only without them.
const KNOWN_ELSEWHERE: [&str; 3] = ["show", "back", "done"];

/// An id, if it is written as this site writes it: other spellings would be other keys for the same thing.
fn canonical<T: FromStr + ToString>(text: &str) -> Option<T> {
    text.parse().ok().filter(|id: &T| id.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "018f0000-0000-7000-8000-00000000000a";

    fn address(uri: &str) -> Option<String> {
        let uri: Uri = uri.parse().expect("a URI");
        PublicPath::parse(uri.path())?.canonical_address(&uri)
    }

    #[test]
    fn what_everybody_sees_is_public_and_what_belongs_to_somebody_is_not() {
        let public = ["/", "/sell", "/sign-in", "/api/shows", "/api/payments/settings"].map(str::to_owned);
        let with_id = ["/shows/ID", "/tickets/ID", "/api/shows/ID", "/api/shows/ID/tickets", "/api/tickets/ID"];
        for path in public.into_iter().chain(with_id.map(|path| path.replace("ID", ID))) {
            assert_eq!(address(&path).as_deref(), Some(path.as_str()));
        }

        let personal =
            ["/orders", "/selling", "/account", "/api/orders", "/api/selling", "/api/auth/me", "/api/tickets"];
        let with_id = [
            "/orders/ID",
            "/api/orders/ID",
            "/api/payments/ID",
            "/api/shows/ID/live",
            "/api/shows/ID/cancel",
            "/api/tickets/ID/code",
        ];
        let with_token = ["/verify", "/reset", "/api/live", "/account.csv", "/health/ready", "/sorry"];
        let rest = personal.iter().chain(&with_id).chain(&with_token).map(|path| path.replace("ID", ID));
        for path in rest {
            assert_eq!(address(&path), None, "{path}");
        }
    }

    #[test]
    fn an_id_has_one_spelling() {
        for odd in ["X", "018F0000-0000-7000-8000-00000000000A", "018f000000007000800000000000000a", "%30", ""] {
            assert_eq!(address(&format!("/shows/{odd}")), None, "{odd}");
        }
        assert_eq!(address(&format!("/shows/{ID}/")), None);
    }

    #[test]
    fn equal_filters_are_one_address_and_different_ones_are_not() {
        for same in ["/?city=Bern&search=a+b", "/?search=a%20b&city=Bern&from=", "/?utm=x&search=a+b&city=Bern"] {
            assert_eq!(address(same).as_deref(), Some("/?search=a+b&city=Bern"), "{same}");
        }
        for plain in ["/?", "/?search=", "/?utm=x"] {
            assert_eq!(address(plain).as_deref(), Some("/"), "{plain}");
        }
        assert_ne!(address("/?search=a"), address("/?search=A"));
        assert_ne!(address("/?search=a"), address("/?city=a"));
    }

    #[test]
    fn a_query_that_could_be_read_in_two_ways_is_not_cached() {
        let long = format!("/?search={}", "x".repeat(MAX_QUERY_BYTES));
        for odd in ["/?search=a&search=b", "/api/shows?unknown=1", "/sign-in?back=/orders", "/sell?show=1", &long] {
            assert_eq!(address(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_path_is_tagged_with_what_it_shows() {
        let tag = |path: &str| PublicPath::parse(&path.replace("ID", ID)).map(|path| path.tag);
        let (show, ticket) = (Tag::Show(ID.parse().expect("an id")), Tag::Ticket(ID.parse().expect("an id")));

        for (paths, expected) in [
            (["/", "/api/shows", "/"], Tag::Lists),
            (["/shows/ID", "/api/shows/ID", "/api/shows/ID/tickets"], show),
            (["/tickets/ID", "/api/tickets/ID", "/tickets/ID"], ticket),
            (["/sell", "/sign-in", "/api/payments/settings"], Tag::Constant),
        ] {
            assert_eq!(paths.map(tag), [Some(expected); 3]);
        }
    }
}
