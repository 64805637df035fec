//! What the gauges for operators cost, and what they say.

use crate::harness::system::TestSystem;
use server::messaging::{inbox, outbox};
use server::services::ServiceHandler;
use server::telemetry::query_plan;
use shared::Service;
use shared::orders::OrderState;
use shared::payments::PaymentState;
use std::sync::Arc;

/// A table that has only rows of what waits.
const ALL_WAITING: &str = "outbox_deferred";

/// The queries of all gauges of a service.
fn queries(service: &Arc<dyn ServiceHandler>) -> Vec<String> {
    let mut queries = vec![outbox::COUNT_UNPUBLISHED.to_owned(), inbox::COUNT_PENDING.to_owned()];
    queries.extend(Service::ALL.map(outbox::count_deferred_sql));
    queries.extend(service.state_gauge().map(|gauge| gauge.sql.to_owned()));
    queries
}

#[tokio::test]
async fn no_gauge_costs_more_when_a_table_has_grown() {
    let system = TestSystem::new().await;
    for service in system.services() {
        let db = service.store().read();
        let partial = query_plan::partial_indexes(db).await.expect("the database answers");
        for query in queries(service) {
            let reads = query_plan::reads(db, &query).await.expect("the query is valid");
            assert!(!reads.is_empty(), "{query}");
            for step in reads {
                let mut words = step.split(' ');
                let bounded = words.any(|word| word.contains(ALL_WAITING) || partial.iter().any(|index| index == word));
                assert!(bounded, "{query}: {step}: give it an index of what it counts");
            }
        }
    }
}

#[tokio::test]
async fn a_state_that_nothing_is_in_any_more_counts_zero() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (_, tickets) = system.list_tickets(&ann, 3, 1000).await;
    let counts = async |service: Service| {
        let handler = system.services().find(|handler| handler.store().service() == service).expect("it runs");
        let gauge = handler.state_gauge().expect("it has states");
        gauge.count(handler.store().read()).await.expect("the database answers")
    };

    let held = system.hold(&ben, &tickets[..1]).await.expect("the ticket is free");
    let unknown = system.hold(&ben, &tickets[1..2]).await.expect("the ticket is free");
    let paid = system.hold(&ben, &tickets[2..]).await.expect("the ticket is free");
    system.pay(&ben, unknown.id, "pm_card_neverAnswers").await.expect("it is not known");
    system.pay(&ben, paid.id, "pm_card_visa").await.expect("the card is accepted");
    system.wait_until_idle().await;
    assert_eq!(counts(Service::Orders).await, [("held", 2)]);
    let open: u64 = counts(Service::Payments).await.iter().map(|(_, count)| count).sum();
    assert_eq!(open, 1);

    system.advance(200).await;
    system.assert_order_state(&ben, held.id, OrderState::Expired).await;
    system.assert_order_state(&ben, unknown.id, OrderState::Expired).await;
    // The gateway is asked ever more rarely what became of the payment.
    let none = [("started", 0), ("unknown", 0), ("authorized", 0)];
    for _ in 0..60 {
        if counts(Service::Payments).await == none {
            break;
        }
        system.advance(60).await;
    }
    assert_eq!(counts(Service::Orders).await, [("held", 0)]);
    assert_eq!(counts(Service::Payments).await, none);
    assert_eq!(counts(Service::Auth).await, [("waiting", 0)]);
}

#[tokio::test]
async fn the_states_of_gauges_are_those_of_their_rows() {
    let system = TestSystem::new().await;
    for handler in system.services() {
        let states = handler.state_gauge().map_or(&[][..], |gauge| gauge.states);
        let known = |state: &&str| match handler.store().service() {
            Service::Orders => state.parse::<OrderState>().is_ok(),
            Service::Payments => state.parse::<PaymentState>().is_ok(),
            _ => true,
        };
        assert!(states.iter().all(known), "{states:?}");
    }
}
