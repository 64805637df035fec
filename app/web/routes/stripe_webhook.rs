//! What Stripe tells us about payments, passed on as it came: the service that moves money checks who is telling.

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

/// The longest body, in bytes: Stripe's own are a few thousand.
const LONGEST_BODY: usize = 256 * 1024;

/// Takes one message. Whatever is not answered with 200 Stripe sends again, for three days.
///
/// # Errors
/// What the service says of it; [`Rejection::Malformed`] and [`Rejection::TooLarge`] before anybody is asked.
pub async fn stripe(State(site): State<Site>, request: Request) -> Result<StatusCode, ApiError> {
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
    if announced(&parts.headers).is_some_and(|length| length > LONGEST_BODY) {
        return Err(Rejection::TooLarge.into());
    }
    let signature = parts.headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    let signature = signature.ok_or_else(|| malformed("the header Stripe-Signature is missing"))?.to_owned();
    let bytes = to_bytes(body, LONGEST_BODY).await.map_err(|_| Rejection::TooLarge)?;
    let body = String::from_utf8(bytes.into()).map_err(|_| malformed("the body is not UTF-8"))?;
    Ok(ReceiveWebhook { body, signature })
}

/// How long the body is going to be, where that is said.
fn announced(headers: &HeaderMap) -> Option<usize> {
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
        match read(request.body(body.into()).expect("it is a request")).await {
            Ok(_) => 200,
            Err(error) => error.status().as_u16(),
        }
    }

    #[tokio::test]
    async fn only_what_can_be_checked_is_passed_on() {
        assert_eq!(status(Some("t=1,v1=0"), "{}").await, 200);
        assert_eq!(status(None, "{}").await, 400, "it is not signed");
        assert_eq!(status(Some("t=1,v1=0"), vec![0xff, 0xfe]).await, 400, "it is no text");
        assert_eq!(status(Some("t=1,v1=0"), vec![b' '; LONGEST_BODY]).await, 200);
        assert_eq!(status(Some("t=1,v1=0"), vec![b' '; LONGEST_BODY + 1]).await, 413);
    }
}
