//! The site map: every page with its address and its query.

use crate::api::ApiError;
use crate::components::Layout;
use crate::pages::{
    Design, FormError, Home, NotFound, OrderPage, Orders, Sell, Selling, ShowPage, SignIn, SignUp, TicketPage,
};
use dioxus::prelude::*;
use shared::Rejection;
use shared::tickets::ShowFilter;
use std::fmt;

/// The site map.
#[derive(Clone, Debug, PartialEq, Routable)]
#[rustfmt::skip]
#[expect(missing_docs, reason = "the paths say it")]
pub enum Route {
    #[layout(Layout)]
        #[route("/?:..query")]
        Home { query: HomeQuery },
        #[route("/shows/:id")]
        ShowPage { id: String },
        #[route("/tickets/:id")]
        TicketPage { id: String },
        #[route("/sell?:..query")]
        Sell { query: SellQuery },
        #[route("/selling")]
        Selling {},
        #[route("/orders")]
        Orders {},
        #[route("/orders/:id")]
        OrderPage { id: String },
        #[route("/sign-in?:..query")]
        SignIn { query: SignInQuery },
        #[route("/sign-up?:..query")]
        SignUp { query: SignInQuery },
        #[route("/sorry?:..query")]
        FormError { query: FormErrorQuery },
        #[route("/design")]
        Design {},
        #[route("/:..path")]
        NotFound { path: Vec<String> },
}

impl Route {
    /// The page's address, without the question mark that the framework writes before an empty query, too.
    pub fn address(&self) -> String {
        self.to_string().trim_end_matches('?').to_owned()
    }
}

/// Which shows are listed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HomeQuery(pub ShowFilter);

impl From<&str> for HomeQuery {
    fn from(query: &str) -> Self {
        let mut filter = ShowFilter::default();
        for (name, value) in pairs(query) {
            set(&mut filter, &name, value);
        }
        HomeQuery(filter)
    }
}

impl fmt::Display for HomeQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let filter = &self.0;
        let all = [
            ("search", &filter.search),
            ("city", &filter.city),
            ("category", &filter.category),
            ("from", &filter.from),
            ("to", &filter.to),
            ("together", &filter.together),
            ("sort", &filter.sort),
            ("cursor", &filter.cursor),
        ];
        formatter.write_str(&query_of(all.map(|(name, value)| (name, value.as_deref().unwrap_or_default()))))
    }
}

/// The show that is chosen, if one is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SellQuery {
    /// Its id; empty, if none is.
    pub show: String,
}

impl SellQuery {
    /// Tickets for that show.
    pub fn for_show(id: &str) -> Self {
        SellQuery { show: id.to_owned() }
    }
}

impl From<&str> for SellQuery {
    fn from(query: &str) -> Self {
        let show = pairs(query).find(|(name, _)| name == "show");
        SellQuery { show: show.map(|(_, id)| id).unwrap_or_default() }
    }
}

impl fmt::Display for SellQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&query_of([("show", self.show.as_str())]))
    }
}

/// Where to go afterwards: a path of this site, or home.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignInQuery {
    back: String,
}

impl SignInQuery {
    /// Leads back to that path.
    pub fn back_to(path: &str) -> Self {
        // Two slashes would lead to another site.
        let local = path.starts_with('/') && !path.starts_with("//") && !path.contains('\\');
        SignInQuery { back: if local { path.to_owned() } else { String::new() } }
    }

    /// The path that it leads to.
    pub fn path(&self) -> &str {
        if self.back.is_empty() { "/" } else { &self.back }
    }
}

impl From<&str> for SignInQuery {
    fn from(query: &str) -> Self {
        let back = pairs(query).find(|(name, _)| name == "back");
        back.map(|(_, path)| SignInQuery::back_to(&path)).unwrap_or_default()
    }
}

impl fmt::Display for SignInQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&query_of([("back", self.back.as_str())]))
    }
}

/// What did not work, and from where.
#[derive(Clone, Debug, PartialEq)]
pub struct FormErrorQuery {
    /// What did not work.
    pub problem: ApiError,
    /// The way back.
    pub back: SignInQuery,
}

impl FormErrorQuery {
    /// That this did not work, with the way back to that path.
    pub fn new(problem: ApiError, back: &str) -> Self {
        FormErrorQuery { problem, back: SignInQuery::back_to(back) }
    }
}

impl From<&str> for FormErrorQuery {
    fn from(query: &str) -> Self {
        let value = |wanted| pairs(query).find(|(name, _)| name == wanted).map(|(_, value)| value);
        let problem = value("problem").and_then(|text| serde_json::from_str(&text).ok()).map(in_our_words);
        FormErrorQuery::new(problem.unwrap_or(ApiError::Failed), &value("back").unwrap_or_default())
    }
}

/// Anybody can write an address, so nothing is shown of it but what we say ourselves.
fn in_our_words(problem: ApiError) -> ApiError {
    match problem {
        ApiError::Rejected(Rejection::Malformed(_)) => ApiError::Failed,
        other => other,
    }
}

impl fmt::Display for FormErrorQuery {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let problem = serde_json::to_string(&self.problem).map_err(|_| fmt::Error)?;
        formatter.write_str(&query_of([("problem", problem.as_str()), ("back", self.back.path())]))
    }
}

/// Gives the filter of that name a value; an empty one does not narrow the list.
pub fn set(filter: &mut ShowFilter, name: &str, value: String) {
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

/// The pairs of a query string.
fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into_owned(), value.into_owned()))
}

/// A query string of the pairs that have a value.
fn query_of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let filled = pairs.into_iter().filter(|(_, value)| !value.is_empty());
    form_urlencoded::Serializer::new(String::new()).extend_pairs(filled).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_did_not_work() {
        let query = FormErrorQuery::new(Rejection::TicketHeld.into(), "/shows/1");

        assert_eq!(FormErrorQuery::from(query.to_string().as_str()), query);
        assert_eq!(
            FormErrorQuery::from("problem=nonsense&back=//evil.example"),
            FormErrorQuery::new(ApiError::Failed, "")
        );
    }

    #[test]
    fn nobody_can_put_words_into_our_mouth() {
        let text = "call this number";
        let problem = Rejection::Malformed(text.to_owned());

        let read = FormErrorQuery::from(FormErrorQuery::new(problem.into(), "/").to_string().as_str());

        assert!(!read.problem.to_string().contains(text));
    }
}
