//! The pages outside of our site: the bank's, and the onboarding of sellers.

use crate::api::{Shared, lock};
use crate::objects::Status;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use std::sync::Arc;

/// The bank's question, or a redirect if it is answered already.
pub async fn bank(State(shared): State<Arc<Shared>>, Path(id): Path<String>) -> Response {
    let books = lock(&shared.books);
    match books.intents.get(&id) {
        Some(intent) if intent.status == Status::RequiresAction => Html(page(
            "Your bank asks: is it you?",
            &format!(
                "<p>{} {} for {id}</p>\
                <form method=\"post\" action=\"/bank/{id}/approve\"><button>Yes, it is me</button></form>\
                <form method=\"post\" action=\"/bank/{id}/refuse\"><button>No</button></form>",
                intent.amount, intent.currency
            ),
        ))
        .into_response(),
        _ => redirect(books.return_address(&id)),
    }
}

/// The buyer's answer to the bank.
pub async fn bank_answer(State(shared): State<Arc<Shared>>, Path((id, answer)): Path<(String, String)>) -> Response {
    match answer.as_str() {
        "approve" | "refuse" => redirect(shared.change(|books| books.answer_bank(&id, answer == "approve"))),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The form for sellers.
pub async fn onboarding(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    if !lock(&shared.books).accounts.contains_key(&id) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("return_url", &return_url(query.as_deref()))
        .finish();
    let form = format!("<form method=\"post\" action=\"/onboarding/{id}?{query}\"><button>Agree</button></form>");
    Html(page("Get paid by Stripe", &form)).into_response()
}

/// The seller submits the form.
pub async fn onboarding_answer(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    redirect(shared.change(|books| books.finish_onboarding(&id)).then(|| return_url(query.as_deref())))
}

fn return_url(query: Option<&str>) -> String {
    let mut pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.find(|(name, _)| name == "return_url").map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn redirect(address: Option<String>) -> Response {
    address.map_or(StatusCode::NOT_FOUND.into_response(), |address| Redirect::to(&address).into_response())
}

fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
        <link rel=\"icon\" href=\"data:,\"><main><h1>{title}</h1>{body}</main></html>"
    )
}
