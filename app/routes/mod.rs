//! The address of every page, and the queries in them. Links and redirects use these functions; [`crate::site_map`] maps
//! the addresses back to pages.

mod account;
mod query;

pub use account::{AccountChange, AccountQuery, ForgotQuery, LinkQuery};

use crate::error::ApiError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use shared::Rejection;
use shared::tickets::ShowFilter;
use std::fmt::{self, Display};

/// What is escaped in a segment of a path. Ids contain hyphens.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// The home page, which lists every show.
pub fn home() -> String {
    "/".to_owned()
}

/// The home page with the shows that match a filter.
pub fn shows(filter: &ShowFilter) -> String {
    with_query("/", &HomeQuery(filter.clone()))
}

/// A show and its tickets.
pub fn show(id: impl Display) -> String {
    format!("/shows/{}", segment(id))
}

/// One ticket, for its buyer or its seller.
pub fn ticket(id: impl Display) -> String {
    format!("/tickets/{}", segment(id))
}

/// The tickets that the user has acquired.
pub fn passes() -> String {
    "/tickets".to_owned()
}

/// The code of one of them.
pub fn pass(id: impl Display) -> String {
    format!("/passes/{}", segment(id))
}

/// A ticket that is offered as a gift. Mails link here.
pub fn gift(id: impl Display) -> String {
    format!("/gifts/{}", segment(id))
}

/// The door of a show. The secret of a link for helpers follows after a `#`.
pub fn door(show: impl Display) -> String {
    format!("/door/{}", segment(show))
}

/// The first step of selling: the choice of a show.
pub fn sell() -> String {
    "/sell".to_owned()
}

/// The second step of selling: tickets for the chosen show.
pub fn sell_for(show: impl Display) -> String {
    with_query("/sell", &SellQuery { show: show.to_string() })
}

/// The user's sales and earnings.
pub fn selling() -> String {
    "/selling".to_owned()
}

/// The user's orders.
pub fn orders() -> String {
    "/orders".to_owned()
}

/// One order.
pub fn order(id: impl Display) -> String {
    format!("/orders/{}", segment(id))
}

/// Signing in.
pub fn sign_in(query: &SignInQuery) -> String {
    with_query("/sign-in", query)
}

/// Signing up.
pub fn sign_up(query: &SignInQuery) -> String {
    with_query("/sign-up", query)
}

/// The user's account.
pub fn account(query: &AccountQuery) -> String {
    with_query("/account", query)
}

/// Proving an address. Mails link here.
pub fn verify(query: &LinkQuery) -> String {
    with_query("/verify", query)
}

/// Requesting a link for a new password.
pub fn forgot(query: &ForgotQuery) -> String {
    with_query("/forgot", query)
}

/// Setting a new password. Mails link here.
pub fn reset(query: &LinkQuery) -> String {
    with_query("/reset", query)
}

/// The page that reports the failure of a plain form that was sent from `back`.
pub fn form_error(problem: ApiError, back: &str) -> String {
    with_query("/sorry", &FormErrorQuery::new(problem, back))
}

fn segment(id: impl Display) -> String {
    utf8_percent_encode(&id.to_string(), SEGMENT).to_string()
}

fn with_query(path: &str, query: &impl Display) -> String {
    let query = query.to_string();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Which shows the home page lists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HomeQuery(pub ShowFilter);

impl From<&str> for HomeQuery {
    fn from(query: &str) -> Self {
        let mut filter = ShowFilter::default();
        for (name, value) in query::pairs(query) {
            set_filter_field(&mut filter, &name, value);
        }
        HomeQuery(filter)
    }
}

impl Display for HomeQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let filter = &self.0;
        let fields = [
            ("search", &filter.search),
            ("city", &filter.city),
            ("category", &filter.category),
            ("from", &filter.from),
            ("to", &filter.to),
            ("together", &filter.together),
            ("sort", &filter.sort),
            ("cursor", &filter.cursor),
        ];
        formatter.write_str(&query::encode(fields.map(|(name, value)| (name, value.as_deref().unwrap_or_default()))))
    }
}

/// Sets the field of that name. An empty value removes the restriction; unknown names are ignored.
pub fn set_filter_field(filter: &mut ShowFilter, name: &str, value: String) {
    let field = match name {
        "search" => &mut filter.search,
        "city" => &mut filter.city,
        "category" => &mut filter.category,
        "from" => &mut filter.from,
        "to" => &mut filter.to,
        "together" => &mut filter.together,
        "sort" => &mut filter.sort,
        "cursor" => &mut filter.cursor,
        _ => return,
    };
    *field = Some(value).filter(|value| !value.trim().is_empty());
}

/// The show to sell tickets for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SellQuery {
    /// The show's id; empty until one is chosen.
    pub show: String,
}

impl From<&str> for SellQuery {
    fn from(query: &str) -> Self {
        SellQuery { show: query::value(query, "show").unwrap_or_default() }
    }
}

impl Display for SellQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&query::encode([("show", self.show.as_str())]))
    }
}

/// Where to go after signing in: a path of this site, or home.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignInQuery {
    back: String,
}

impl SignInQuery {
    /// Returns to `path`, or to the home page if the path could lead to another site.
    pub fn back_to(path: &str) -> Self {
        // Browsers read `//host` and `/\host` as addresses of another site, and they drop tabs and line breaks first (URL
        // Standard, 4.4).
        let ambiguous = |c: char| c == '\\' || c.is_control();
        let local = path.starts_with('/') && !path.starts_with("//") && !path.contains(ambiguous);
        SignInQuery { back: if local { path.to_owned() } else { String::new() } }
    }

    /// The path to go to.
    pub fn path(&self) -> &str {
        if self.back.is_empty() { "/" } else { &self.back }
    }
}

impl From<&str> for SignInQuery {
    fn from(query: &str) -> Self {
        query::value(query, "back").map(|path| SignInQuery::back_to(&path)).unwrap_or_default()
    }
}

impl Display for SignInQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&query::encode([("back", self.back.as_str())]))
    }
}

/// Why a plain form failed, and the page to return to.
#[derive(Clone, Debug, PartialEq)]
pub struct FormErrorQuery {
    /// Why the form failed.
    pub problem: ApiError,
    /// The page to return to.
    pub back: SignInQuery,
}

impl FormErrorQuery {
    /// The failure of a form on the page `back`.
    pub fn new(problem: ApiError, back: &str) -> Self {
        FormErrorQuery { problem, back: SignInQuery::back_to(back) }
    }
}

impl From<&str> for FormErrorQuery {
    fn from(query: &str) -> Self {
        let problem = query::value(query, "problem").and_then(|text| serde_json::from_str(&text).ok());
        let problem = problem.map_or(ApiError::Failed, without_free_text);
        FormErrorQuery::new(problem, &query::value(query, "back").unwrap_or_default())
    }
}

/// Anybody can link to this page, so it shows only our own texts and no text from the address.
fn without_free_text(problem: ApiError) -> ApiError {
    match problem {
        ApiError::Rejected(Rejection::Malformed(_) | Rejection::SeatTaken { .. }) => ApiError::Failed,
        other => other,
    }
}

impl Display for FormErrorQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = serde_json::to_string(&self.problem).map_err(|_| fmt::Error)?;
        formatter.write_str(&query::encode([("problem", problem.as_str()), ("back", self.back.path())]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::tickets::Seat;

    #[test]
    fn only_a_path_of_this_site_is_returned_to() {
        for path in ["/", "/orders", "/shows/1?together=2", "/?search=a%09b", "/a//b"] {
            assert_eq!(SignInQuery::back_to(path).path(), path);
        }
        for odd in [
            "",
            "orders",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            "\t//evil.example",
            "/\u{85}/evil.example",
            "javascript:alert(1)",
        ] {
            assert_eq!(SignInQuery::back_to(odd).path(), "/", "{odd:?}");
        }
    }

    #[test]
    fn a_form_error_survives_the_address() {
        let query = FormErrorQuery::new(Rejection::TicketHeld.into(), "/shows/1");

        assert_eq!(FormErrorQuery::from(query.to_string().as_str()), query);
        assert_eq!(
            FormErrorQuery::from("problem=nonsense&back=//evil.example"),
            FormErrorQuery::new(ApiError::Failed, "")
        );
    }

    #[test]
    fn a_form_error_shows_no_text_from_the_address() {
        let text = "call this number";
        let seat = Seat::parse(text, "", "1").expect("a seat");
        for problem in [Rejection::Malformed(text.to_owned()), Rejection::SeatTaken { seat, yours: false }] {
            let read = FormErrorQuery::from(FormErrorQuery::new(problem.into(), "/").to_string().as_str());

            assert!(!read.problem.to_string().contains(text));
        }
    }
}
