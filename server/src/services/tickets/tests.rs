//! Versions of orders arrive late, twice and out of order. The inbox and the rules together still let a ticket have one
//! order at a time, and let no order keep a ticket after its end.

use super::{CodeSigner, MIGRATIONS, Tickets, schema};
use crate::fixtures::{self, PRICE, SELLER};
use crate::messaging::EventHandler;
use crate::messaging::inbox::{Inbox, count_pending};
use crate::services::ServiceHandler;
use crate::store::{Databases, open};
use crate::tasks::Tasks;
use crate::{Caller, Config, Environment};
use shared::orders::{OrderChanged, OrderState};
use shared::tickets::{CreateShow, OfferTickets, Seat, ShowListing, Ticket, TicketState};
use shared::{Envelope, Event, EventId, Instant, OrderId, Price, Service};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// The service with tickets on sale, and its inbox.
pub struct OnSale {
    _folder: TempDir,
    pub service: Arc<Tickets>,
    pub inbox: Inbox,
    pub show: ShowListing,
    pub tickets: Vec<Ticket>,
}

/// Tickets from elsewhere.
pub async fn on_sale(count: usize) -> OnSale {
    offered(count, false).await
}

pub async fn offered(count: usize, issued: bool) -> OnSale {
    let folder = tempfile::tempdir().expect("makes a folder");
    let environment = Environment::simulated(1, Instant::from_millis(1_790_000_000_000));
    let databases = Databases::Folder(folder.path().to_owned());
    let store = open(Service::Tickets, &databases, MIGRATIONS, environment, &Tasks::default()).await.expect("opens");
    let secret = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f".to_owned();
    let config = Config::from_variables(|name| (name == "CODE_SECRET").then(|| secret.clone())).expect("it is valid");
    let secrets = config.code_secrets(store.environment()).expect("it is set");
    let service = Tickets::new(store.clone(), false, CodeSigner::new(secrets), Some(110));
    let inbox = Inbox::new(store, service.subscriptions());
    let seller = Caller { user: Some(SELLER), ..Caller::anonymous(Uuid::nil()) };
    let sample = fixtures::show();
    let create = CreateShow {
        title: sample.title,
        venue: sample.venue,
        city: sample.city,
        country: sample.country,
        category: sample.category,
        starts_at: "2026-12-24T19:30".to_owned(),
        time_zone: sample.time_zone,
        currency: sample.currency,
    };
    let show = service.clone().create_show(seller.clone(), create).await.expect("creates the show");
    let price = Price::try_from(PRICE).expect("a valid price");
    let seats = vec![Seat::default(); count];
    let offer = OfferTickets { show_id: show.show.id, price, face_value: None, seats, issued };
    let tickets = service.clone().offer(seller, offer).await.expect("offers the tickets");
    OnSale { _folder: folder, service, inbox, show, tickets }
}

impl OnSale {
    /// Version 1 of an order of the first `count` tickets.
    pub fn hold(&self, id: u128, count: usize) -> OrderChanged {
        let lines = self.tickets[..count].iter().map(|ticket| fixtures::held_ticket(ticket.id.uuid().as_u128()));
        let (id, show) = (OrderId::new(Uuid::from_u128(id)), self.show.show.clone());
        OrderChanged { id, show, lines: lines.collect(), ..fixtures::order() }
    }

    pub async fn deliver(&self, order: &OrderChanged) {
        let id = EventId::new(Uuid::from_u128(order.id.uuid().as_u128() * 100 + u128::from(order.version)));
        let envelope = Envelope {
            id,
            subject: OrderChanged::SUBJECT,
            aggregate_id: order.aggregate(),
            version: order.version(),
            occurred_at: Instant::default(),
            correlation_id: id.uuid(),
            causation_id: id.uuid(),
            schema: OrderChanged::SCHEMA,
            body: serde_json::to_value(order).expect("serialises"),
        };
        self.inbox.deliver(&[Arc::new(envelope)]).await.expect("takes the event");
    }

    /// Retries the pending events.
    async fn retry(&self) {
        self.service.store().environment().advance(Duration::from_secs(10));
        self.inbox.step().await.expect("retries");
    }

    async fn pending(&self) -> u64 {
        count_pending(self.service.store().read()).await.expect("counts").0
    }

    /// The state of the ticket with this index, and the order that has it.
    pub async fn ticket(&self, index: usize) -> (TicketState, Option<u128>) {
        let row = schema::ticket(self.service.store().read(), self.tickets[index].id).await.expect("finds the ticket");
        (row.state.0, row.order_id.map(|id| id.as_u128()))
    }
}

pub fn expired(hold: &OrderChanged) -> OrderChanged {
    OrderChanged { version: hold.version + 1, state: OrderState::Expired, ..hold.clone() }
}

#[tokio::test]
async fn a_hold_waits_until_the_order_that_has_the_ticket_is_over() {
    let market = on_sale(1).await;
    let (first, second) = (market.hold(1, 1), market.hold(2, 1));
    market.deliver(&first).await;

    market.deliver(&second).await;
    market.retry().await;
    assert_eq!((market.ticket(0).await, market.pending().await), ((TicketState::Held, Some(1)), 1));

    market.deliver(&expired(&first)).await;
    market.retry().await;
    assert_eq!((market.ticket(0).await, market.pending().await), ((TicketState::Held, Some(2)), 0));
}

#[tokio::test]
async fn a_hold_that_waits_is_dropped_when_its_own_order_ends() {
    let market = on_sale(1).await;
    let (first, second) = (market.hold(1, 1), market.hold(2, 1));
    market.deliver(&first).await;
    market.deliver(&second).await;
    assert_eq!(market.pending().await, 1);

    market.deliver(&expired(&second)).await;
    assert_eq!((market.ticket(0).await, market.pending().await), ((TicketState::Held, Some(1)), 0));

    market.deliver(&expired(&first)).await;
    market.retry().await;
    assert_eq!(market.ticket(0).await, (TicketState::OnSale, None));
}

#[tokio::test]
async fn a_hold_that_arrives_after_the_end_of_its_order_has_no_effect() {
    let market = on_sale(1).await;
    let hold = market.hold(1, 1);

    market.deliver(&expired(&hold)).await;
    market.deliver(&hold).await;
    market.deliver(&expired(&hold)).await;
    market.retry().await;

    assert_eq!((market.ticket(0).await, market.pending().await), ((TicketState::OnSale, None), 0));
}

#[tokio::test]
async fn an_order_that_has_to_wait_for_one_ticket_holds_none() {
    let market = on_sale(2).await;
    let (first, both) = (market.hold(1, 1), market.hold(2, 2));
    market.deliver(&first).await;

    market.deliver(&both).await;
    assert_eq!([market.ticket(0).await.1, market.ticket(1).await.1], [Some(1), None]);

    market.deliver(&expired(&first)).await;
    market.retry().await;
    assert_eq!([market.ticket(0).await.1, market.ticket(1).await.1], [Some(2), Some(2)]);
}

#[tokio::test]
async fn a_newer_version_replaces_a_hold_that_waits() {
    let market = on_sale(1).await;
    let (first, second) = (market.hold(1, 1), market.hold(2, 1));
    let expires_at = Instant::from_millis(180_000);
    let extended = OrderChanged { version: 2, expires_at, ..second.clone() };
    market.deliver(&first).await;
    market.deliver(&second).await;
    market.deliver(&extended).await;
    assert_eq!(market.pending().await, 2);

    market.deliver(&expired(&first)).await;
    market.retry().await;

    let row = schema::ticket(market.service.store().read(), market.tickets[0].id).await.expect("finds the ticket");
    assert_eq!((market.ticket(0).await, market.pending().await), ((TicketState::Held, Some(2)), 0));
    assert_eq!(row.held_until.map(|until| until.0), Some(expires_at));
}
