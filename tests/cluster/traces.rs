//! One purchase, followed through all processes by its traces. Needs the program with the feature `telemetry`.

use super::{audited, settings, stranger};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};
use xtask::cluster::{Cluster, Shape};

/// Every span that the collector was sent: its trace, its process, and what it is.
async fn spans(collector: &MockServer) -> Vec<(String, String, String)> {
    let requests = collector.received_requests().await.expect("they are kept");
    let mut found = Vec::new();
    for request in requests {
        let body: Value = serde_json::from_slice(&request.body).expect("it is JSON");
        for of_process in list(&body["resourceSpans"]) {
            let attributes = list(&of_process["resource"]["attributes"]);
            let name = attributes.into_iter().find(|attribute| attribute["key"] == "service.name");
            let process = text(&name.expect("a process has a name")["value"]["stringValue"]);
            for span in list(&of_process["scopeSpans"]).iter().flat_map(|scope| list(&scope["spans"])) {
                let about = list(&span["attributes"])
                    .into_iter()
                    .find(|attribute| ["path", "request", "subject"].iter().any(|key| attribute["key"] == *key));
                let about = about.map(|attribute| text(&attribute["value"]["stringValue"])).unwrap_or_default();
                found.push((text(&span["traceId"]), process.clone(), format!("{} {about}", text(&span["name"]))));
            }
        }
    }
    found
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_purchase_is_one_trace_through_web_services_and_events() {
    let program = std::env::var_os("TICKETING_TELEMETRY_BIN").map(PathBuf::from);
    let program = program.expect("it names the program with telemetry, as cargo xtask test sets it");
    let collector = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&collector).await;
    let mut settings = settings(60);
    settings.push(("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), collector.uri()));
    settings.push(("OTEL_BSP_SCHEDULE_DELAY".to_owned(), "200".to_owned()));
    settings.push(("RUST_LOG".to_owned(), "info".to_owned()));
    let shape =
        Shape { replicas: 1, webs: 1, port: 0, follow: false, settings, network: false, program: Some(program) };
    let cluster = Cluster::start(&shape).expect("a cluster can be started");
    let seller = stranger(&cluster).signs_up("seller").await;
    let buyer = stranger(&cluster).signs_up("buyer").await;
    let show = seller.announces("The Tempest").await;
    let tickets = seller.lists(&show, 1).await;
    let order = buyer.holds(&tickets[0]).await.expect("it is up").json()["id"].clone();
    let paid = buyer.pays(order.as_str().expect("it is held"), "pm_card_visa").await.expect("it is up");
    assert!(paid.status.is_success(), "{}", paid.text);
    audited(&cluster, Duration::from_secs(30)).await;

    let everybody = ["web", "auth", "orders", "tickets", "expiration", "payments"].map(str::to_owned);
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        let mut traces: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (trace, process, about) in spans(&collector).await {
            traces.entry(trace).or_default().push((process, about));
        }
        let of = |what: &str| {
            let found = traces.values().find(|spans| spans.iter().any(|(_, about)| about == what));
            found.map_or(&[][..], Vec::as_slice)
        };
        let (hold, payment) = (of("answer orders.place"), of("answer payments.pay"));
        let seen: BTreeSet<String> = hold.iter().map(|(process, _)| process.clone()).collect();
        // A payment begins, is authorized and captured: orders hears of each.
        let heard = payment.iter().filter(|(process, about)| process == "orders" && about == "hear payments.changed");
        if seen == BTreeSet::from(everybody.clone()) && heard.count() >= 3 {
            println!("figure: holding a ticket is one trace of {} spans in {} processes", hold.len(), seen.len());
            println!("figure: paying for it is one trace of {} spans", payment.len());
            for about in ["http /api/orders", "ask orders.place", "hear orders.changed", "hear tickets.changed"] {
                assert!(hold.iter().any(|(_, span)| span == about), "{about} is not in {hold:?}");
            }
            return;
        }
        assert!(Instant::now() < patience, "a hold was seen in {seen:?} only, or a payment in part: {traces:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
