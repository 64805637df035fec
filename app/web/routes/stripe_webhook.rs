//! Receives Stripe's webhook events, and passes them on as they came: `payments` has the secret that verifies the signature.

use crate::api::ApiError;
use crate::web::Site;
use crate::web::middleware::session;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, HeaderMap};
use server::Caller;
use shared::Rejection;
use shared::payments::ReceiveWebhook;
use tracing::Instrument;

/// Stripe's own events have a few thousand bytes.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// Passes an event to `payments`. Stripe redelivers whatever is not answered with 200, for three days.
///
/// # Errors
/// The service's; before that, [`Rejection::Malformed`] and [`Rejection::TooLarge`].
pub async fn receive(State(site): State<Site>, request: Request) -> Result<StatusCode, ApiError> {
    let caller = Caller::anonymous(site.environment.new_id());
    let span = session::span(&caller, &request);
    let receive = async {
        let webhook = read(request).await?;
        site.backend.call(&caller, webhook).await?;
        Ok(StatusCode::OK)
    };
    receive.instrument(span).await
}

async fn read(request: Request) -> Result<ReceiveWebhook, ApiError> {
    let (parts, body) = request.into_parts();
    if content_length(&parts.headers).is_some_and(|length| length > MAX_BODY_BYTES) {
        return Err(Rejection::TooLarge.into());
    }
    let signature = parts.headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    let signature = signature.ok_or_else(|| malformed("the header Stripe-Signature is missing"))?.to_owned();
    let bytes = to_bytes(body, MAX_BODY_BYTES).await.map_err(|_| Rejection::TooLarge)?;
    let body = String::from_utf8(bytes.into()).map_err(|_| malformed("the body is not UTF-8"))?;
    Ok(ReceiveWebhook { body, signature })
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn malformed(reason: &str) -> ApiError {
    Rejection::Malformed(reason.to_owned()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    async fn status(signature: Option<&str>, body: impl Into<Body>) -> u16 {
        let mut request = Request::post("/webhooks/stripe");
        if let Some(signature) = signature {
            request = request.header("stripe-signature", signature);
        }
        match read(request.body(body.into()).expect("a request")).await {
            Ok(_) => 200,
            Err(error) => error.status().as_u16(),
        }
    }

    #[tokio::test]
    async fn only_signed_bounded_text_is_passed_on() {
        assert_eq!(status(Some("t=1,v1=0"), "{}").await, 200);
        assert_eq!(status(None, "{}").await, 400, "it is not signed");
        assert_eq!(status(Some("t=1,v1=0"), vec![0xff, 0xfe]).await, 400, "it is not UTF-8");
        assert_eq!(status(Some("t=1,v1=0"), vec![b' '; MAX_BODY_BYTES]).await, 200);
        assert_eq!(status(Some("t=1,v1=0"), vec![b' '; MAX_BODY_BYTES + 1]).await, 413);
    }
}
