//! Everything that the site keeps about a user, as a file.

use super::paging;
use crate::api::ApiError;
use crate::web::Session;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use futures::{Stream, StreamExt, future, stream};
use serde::Serialize;
use serde_json::Value;
use shared::auth::ExportAccount;
use shared::orders::{ListOrders, Order};
use shared::payments::{GetAccount, GetPayment, SellerAccount};
use shared::tickets::ListSelling;
use std::io;

/// Streams the caller's account, listings, orders with their payments, and statement. If a part cannot be loaded, the response
/// is aborted, so that half a file is not taken for a whole one.
///
/// # Errors
/// The services', above all [`shared::Rejection::SignedOut`].
pub async fn download(session: Session) -> Result<impl IntoResponse, ApiError> {
    let account = session.call(ExportAccount {}).await?;
    let listings = session.call(ListSelling { cursor: None }).await?;
    let orders = session.call(ListOrders { cursor: None }).await?;
    let SellerAccount { balances, movements, .. } = session.call(GetAccount { cursor: None }).await?;
    let head = [("account", serde_json::to_value(account)), ("balances", serde_json::to_value(balances))];

    let caller = session.clone();
    let listings = paging::from_first(listings, move |cursor| {
        let caller = caller.clone();
        async move { caller.call(ListSelling { cursor: Some(cursor) }).await }
    });
    let caller = session.clone();
    let orders = paging::from_first(orders, move |cursor| {
        let caller = caller.clone();
        async move { caller.call(ListOrders { cursor: Some(cursor) }).await }
    });
    let payer = session.clone();
    let orders = orders.then(move |orders| with_payments(payer.clone(), orders));
    let movements = paging::from_first(movements, move |cursor| {
        let caller = session.clone();
        async move { caller.call(GetAccount { cursor: Some(cursor) }).await.map(|account| account.movements) }
    });

    let body = stream::iter(head.map(|(name, value)| Ok(format!("\"{name}\":{},", value?))))
        .chain(array("listings", listings))
        .chain(text(","))
        .chain(array("orders", orders))
        .chain(text(","))
        .chain(array("movements", movements));
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"ticketing-account.json\""),
        (CACHE_CONTROL, "no-store"),
    ];
    // The compression layer polls once more after the end, which the streams do not allow.
    Ok((headers, Body::from_stream(text("{").chain(body).chain(text("}\n")).fuse())))
}

fn text(text: &str) -> impl Stream<Item = io::Result<String>> + use<> {
    stream::once(future::ready(Ok(text.to_owned())))
}

/// A member of the object: a list, of which each page is written when it is loaded.
fn array<T: Serialize>(
    name: &str,
    pages: impl Stream<Item = Result<Vec<T>, ApiError>>,
) -> impl Stream<Item = io::Result<String>> {
    let mut empty = true;
    let items = pages.map(move |page| {
        let mut written = String::new();
        for item in page.map_err(io::Error::other)? {
            if !empty {
                written.push(',');
            }
            empty = false;
            written.push_str(&serde_json::to_string(&item)?);
        }
        Ok(written)
    });
    text(&format!("\"{name}\":[")).chain(items).chain(text("]"))
}

/// The orders of a page, each with the whole of its payment instead of a summary.
async fn with_payments(session: Session, orders: Result<Vec<Order>, ApiError>) -> Result<Vec<Value>, ApiError> {
    let mut complete = Vec::new();
    for order in orders? {
        let payment = order.payment.as_ref().map(|payment| payment.id);
        let mut order = serde_json::to_value(order).map_err(|_| ApiError::Failed)?;
        if let Some(id) = payment {
            let payment = session.call(GetPayment { id }).await?;
            order["payment"] = serde_json::to_value(payment).map_err(|_| ApiError::Failed)?;
        }
        complete.push(order);
    }
    Ok(complete)
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;

    async fn written(pages: Vec<Result<Vec<u32>, ApiError>>) -> io::Result<String> {
        array("numbers", stream::iter(pages)).try_collect::<Vec<String>>().await.map(|parts| parts.concat())
    }

    #[tokio::test]
    async fn a_list_is_one_array_however_many_pages_it_has() {
        let pages = vec![Ok(vec![]), Ok(vec![1, 2]), Ok(vec![3])];

        assert_eq!(written(pages).await.expect("it is written"), "\"numbers\":[1,2,3]");
        assert_eq!(written(vec![]).await.expect("it is written"), "\"numbers\":[]");
    }

    #[tokio::test]
    async fn a_page_that_cannot_be_loaded_aborts_the_file() {
        assert!(written(vec![Ok(vec![1]), Err(ApiError::Unavailable)]).await.is_err());
    }
}
