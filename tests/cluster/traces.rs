//! One purchase is one trace through all processes. Needs the program with the feature `telemetry`.

use crate::harness::cluster::{anonymous, layout, start, wait_until_consistent};
use serde_json::Value;
use servers::cluster::Layout;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;
use tokio::time::Instant;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// Every span that the collector received: its trace, its process, its name and subject.
async fn spans(collector: &MockServer) -> Vec<(String, String, String)> {
    let requests = collector.received_requests().await.expect("requests are recorded");
    let mut found = Vec::new();
    for request in requests {
        let body: Value = serde_json::from_slice(&request.body).expect("the exporter sends JSON");
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
    let program = program.expect("cargo xtask test sets TICKETING_TELEMETRY_BIN");
    let collector = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(200)).mount(&collector).await;
    let mut settings = layout(60).settings;
    settings.push(("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), collector.uri()));
    settings.push(("OTEL_BSP_SCHEDULE_DELAY".to_owned(), "200".to_owned()));
    settings.push(("RUST_LOG".to_owned(), "info".to_owned()));
    let cluster = start(&Layout { web_processes: 1, settings, program: Some(program), ..layout(60) });
    let seller = anonymous(&cluster).sign_up("seller").await;
    let buyer = anonymous(&cluster).sign_up("buyer").await;
    let show = seller.create_show("The Tempest").await;
    let tickets = seller.list_tickets(&show, 1).await;
    let order = buyer.hold_free(&tickets[0]).await;
    let paid = buyer.pay(&order, "pm_card_visa").await.expect("the site responds");
    assert!(paid.status.is_success(), "{}", paid.text);
    wait_until_consistent(&cluster, Duration::from_secs(30)).await;

    let every_process = ["web", "auth", "orders", "tickets", "expiration", "payments"].map(str::to_owned);
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let mut traces: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (trace, process, about) in spans(&collector).await {
            traces.entry(trace).or_default().push((process, about));
        }
        let of = |what: &str| {
            let found = traces.values().find(|spans| spans.iter().any(|(_, about)| about == what));
            found.map_or(&[][..], Vec::as_slice)
        };
        let (hold, payment) = (of("handle_request orders.place"), of("handle_request payments.pay"));
        let seen: BTreeSet<String> = hold.iter().map(|(process, _)| process.clone()).collect();
        // Orders handles an event for each state of the payment: started, authorized, captured.
        let handled =
            payment.iter().filter(|(process, about)| process == "orders" && about == "handle_event payments.changed");
        if seen == BTreeSet::from(every_process.clone()) && handled.count() >= 3 {
            println!("figure: holding a ticket is one trace of {} spans in {} processes", hold.len(), seen.len());
            println!("figure: paying for it is one trace of {} spans", payment.len());
            for about in
                ["http /api/orders", "call orders.place", "handle_event orders.changed", "handle_event tickets.changed"]
            {
                assert!(hold.iter().any(|(_, span)| span == about), "{about} is not in {hold:?}");
            }
            return;
        }
        assert!(Instant::now() < deadline, "a hold was seen in {seen:?} only, or a payment in part: {traces:#?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
