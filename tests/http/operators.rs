//! What operators see, and the public does not.

use crate::harness::site::Site;
use reqwest::{Method, StatusCode};
use std::time::Duration;
use tokio::process::Command;

const TIMEOUT: Duration = Duration::from_secs(20);

#[tokio::test]
async fn metrics_are_served_on_their_own_listener_alone() {
    let site = Site::new().await;

    let public = site.anonymous().send(Method::GET, "/metrics", None).await.expect("the site responds");
    let metrics = site.operators_page("/metrics").await;

    assert_eq!(public.status, StatusCode::NOT_FOUND);
    assert!(!public.text.contains("http_requests_total"), "{}", public.text);
    assert!(metrics.contains("http_requests_total{") && metrics.contains("outbox_unpublished{"), "{metrics}");
}

#[tokio::test]
async fn nothing_that_a_client_invents_becomes_a_label() {
    let site = Site::new().await;
    let http = reqwest::Client::new();
    for number in 0..20 {
        let method = Method::from_bytes(format!("INVENTED{number}").as_bytes()).expect("a method");
        let request = http.request(method, format!("{}/invented/{number}?invented={number}", site.url()));
        request.header("host", format!("invented{number}")).send().await.expect("the site responds");
    }

    let metrics = site.operators_page("/metrics").await;

    assert!(metrics.contains("method=\"other\""), "{metrics}");
    assert!(!metrics.to_lowercase().contains("invented"), "{metrics}");
}

#[tokio::test]
async fn only_operators_are_told_why_a_process_is_not_ready() {
    let site = Site::with(&[("DRAIN_SECONDS", "30")]).await;
    assert_eq!(site.operators_page("/ready").await, "ready\n");
    let stopped = Command::new("kill").args(["-TERM", &site.process().to_string()]).status().await;
    assert!(stopped.is_ok_and(|status| status.success()));

    let public = async {
        loop {
            let answer = site.anonymous().send(Method::GET, "/health/ready", None).await.expect("the site responds");
            if answer.status == StatusCode::SERVICE_UNAVAILABLE {
                return answer.text;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let public = tokio::time::timeout(TIMEOUT, public).await.expect("the process becomes unready");

    assert_eq!(public, "not ready\n");
    assert_eq!(site.operators_page("/ready").await, "shutting down\n");
}
