//! Who holds or owns which ticket, and until when: the only authority on holds.

mod events;
mod rules;
mod schema;

pub use schema::MIGRATIONS;

use crate::Caller;
use crate::Error;
use crate::messaging::Subscriptions;
use crate::rpc::Registry;
use crate::services::ServiceHandler;
use crate::store::{Store, Tx, from_word, word};
use async_trait::async_trait;
use rules::{NotPlaced, OrderLifecycle};
use schema::orders::Model as Row;
use shared::orders::{
    CancelOrder, EndReason, GetOrder, HeldTicket, ListOrders, Order, OrderChanged, OrderLine, OrderState,
    PaymentSummary, PlaceOrder, RefundSale,
};
use shared::tickets::TicketChanged;
use shared::{Instant, OrderId, Paginated, PaymentId, Rejection, TicketId, UserId};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// How long a request waits for news of a ticket that was not heard of yet.
const WAIT_FOR_NEWS: Duration = Duration::from_secs(2);

/// The service.
pub struct Orders {
    store: Store,
    hold: Duration,
}

impl Orders {
    /// The service on its database; an unpaid order holds its tickets for `hold`.
    pub fn new(store: Store, hold: Duration) -> Arc<Self> {
        Arc::new(Orders { store, hold })
    }

    async fn place(self: Arc<Self>, caller: Caller, request: PlaceOrder) -> Result<Order, Error> {
        caller.person()?;
        let patience = self.store.environment().now() + WAIT_FOR_NEWS;
        loop {
            let news = self.store.commit_signals().waiting_requests.notified();
            let rejection = match self.try_place(&caller, request.clone()).await? {
                Ok(id) => return self.show(schema::order(self.store.read(), id).await?).await,
                Err(NotPlaced::Refused(rejection)) => return Err(rejection.into()),
                Err(NotPlaced::NotReplicatedYet(rejection)) => rejection,
            };
            if !self.store.wait_for_commit(news, patience).await {
                return Err(rejection.into());
            }
        }
    }

    async fn try_place(&self, caller: &Caller, request: PlaceOrder) -> Result<Result<OrderId, NotPlaced>, Error> {
        let (placing, hold) = (caller.clone(), self.hold);
        let write = self.store.write(caller, move |tx| {
            Box::pin(async move {
                let (again, buyer) = (request.clone(), placing.person()?);
                let placed = tx.idempotent(&placing, &request, move |tx| Box::pin(place(tx, buyer, again, hold)));
                placed.await
            })
        });
        match write.await {
            Ok(id) => Ok(Ok(id)),
            // The write is undone either way, so these two can travel as a refusal.
            Err(Error::Rejected(rejection @ (Rejection::NotFound | Rejection::PriceChanged))) => {
                Ok(Err(NotPlaced::NotReplicatedYet(rejection)))
            }
            Err(error) => Err(error),
        }
    }

    async fn get(self: Arc<Self>, caller: Caller, request: GetOrder) -> Result<Order, Error> {
        let person = caller.person()?;
        self.show(own(schema::order(self.store.read(), request.id).await?, person)?).await
    }

    async fn list(self: Arc<Self>, caller: Caller, request: ListOrders) -> Result<Paginated<Order>, Error> {
        let offset = Paginated::<Order>::offset(request.cursor.as_deref());
        let rows = schema::orders_of_buyer(self.store.read(), caller.person()?, offset).await?;
        Ok(Paginated::cut(self.show_all(rows).await?, offset))
    }

    async fn cancel(self: Arc<Self>, caller: Caller, request: CancelOrder) -> Result<Order, Error> {
        let person = caller.person()?;
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let row = own(schema::order(tx.db(), request.id).await?, person)?;
                let after = rules::cancel(schema::lifecycle_of(&row)?)?;
                change(tx, row, after, Some(EndReason::CancelledByBuyer)).await
            })
        });
        self.show(write.await?).await
    }

    async fn refund_sale(self: Arc<Self>, caller: Caller, request: RefundSale) -> Result<(), Error> {
        let seller = caller.person()?;
        let write = self.store.write(&caller, move |tx| {
            Box::pin(async move {
                let ticket = schema::ticket_replicas(tx.db(), &[request.ticket_id]).await?.pop();
                if ticket.ok_or(Rejection::NotFound)?.ticket.seller_id != seller {
                    return Err(Rejection::NotYours.into());
                }
                let row = schema::live_order_of(tx.db(), request.ticket_id).await?.ok_or(Rejection::NotSold)?;
                let lines = schema::lines_of(tx.db(), &[row.id]).await?;
                let tickets = replicas_of(tx, &lines).await?;
                let after = rules::refund_sale(schema::lifecycle_of(&row)?, &tickets, seller, tx.now())?;
                change(tx, row, after, Some(EndReason::BySeller)).await.map(drop)
            })
        });
        write.await
    }

    /// The order as its buyer sees it.
    async fn show(&self, row: Row) -> Result<Order, Error> {
        self.show_all(vec![row]).await?.pop().ok_or(Rejection::NotFound.into())
    }

    /// The orders as their buyer sees them, with a question or two for all of them together.
    async fn show_all(&self, rows: Vec<Row>) -> Result<Vec<Order>, Error> {
        let (db, now) = (self.store.read(), self.store.environment().now());
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        let mut lines: BTreeMap<_, Vec<OrderLine>> = BTreeMap::new();
        for line in schema::lines_of(db, &ids).await? {
            lines.entry(line.order_id).or_default().push(serde_json::from_str(&line.shown)?);
        }
        let mut payments = BTreeMap::new();
        for copy in schema::payments_of(db, &ids).await? {
            let summary = PaymentSummary { id: copy.payment_id.into(), state: from_word(&copy.state)? };
            // The newest comes last, and stays.
            payments.insert(copy.order_id, summary);
        }
        let show = |row: Row| {
            Ok(Order {
                id: row.id.into(),
                buyer_id: row.buyer_id.into(),
                state: from_word(&row.state)?,
                reason: row.reason.as_deref().map(from_word).transpose()?,
                lines: lines.remove(&row.id).unwrap_or_default(),
                total: schema::total_of(&row)?,
                placed_at: Instant::from_millis(row.placed_at),
                expires_at: Instant::from_millis(row.expires_at),
                extended: row.extended,
                payment: payments.remove(&row.id),
                server_now: now,
                version: row.version.cast_unsigned(),
            })
        };
        rows.into_iter().map(show).collect()
    }
}

fn own(row: Row, person: UserId) -> Result<Row, Rejection> {
    match row.buyer_id == person.uuid() {
        true => Ok(row),
        false => Err(Rejection::NotYours),
    }
}

async fn place(tx: &Tx, buyer: UserId, request: PlaceOrder, hold: Duration) -> Result<OrderId, Error> {
    let known = schema::ticket_replicas(tx.db(), &request.ticket_ids).await?;
    let (lines, total) = rules::place(&request, known, buyer, tx.now()).map_err(|refused| match refused {
        NotPlaced::Refused(rejection) | NotPlaced::NotReplicatedYet(rejection) => rejection,
    })?;
    let id: OrderId = tx.new_id();
    for line in &lines {
        schema::insert_line(tx, id, line).await?;
    }
    let mut per_show = BTreeMap::new();
    lines.iter().for_each(|line| *per_show.entry(line.ticket.show.id.uuid()).or_insert(0) += 1);
    for (show, tickets) in per_show {
        schema::take(tx, buyer, show, tickets).await?;
    }
    let row = Row {
        id: id.uuid(),
        buyer_id: buyer.uuid(),
        state: word(OrderState::Held),
        reason: None,
        total: total.minor,
        currency: word(total.currency),
        placed_at: tx.now().millis(),
        expires_at: (tx.now() + hold).millis(),
        extended: false,
        payment_id: None,
        version: 1,
    };
    schema::insert_order(tx, row.clone()).await?;
    publish(tx, &row).await?;
    Ok(id)
}

/// What was heard of the tickets of an order's lines, one for each: an order is only ever placed on tickets that were
/// heard of, and both are sorted by ticket.
async fn replicas_of(tx: &Tx, lines: &[schema::lines::Model]) -> Result<Vec<TicketChanged>, Error> {
    let ids: Vec<TicketId> = lines.iter().map(|line| line.ticket_id.into()).collect();
    schema::ticket_replicas(tx.db(), &ids).await
}

/// An order's next version, told to the others.
async fn change(tx: &Tx, mut row: Row, after: OrderLifecycle, reason: Option<EndReason>) -> Result<Row, Error> {
    let was: OrderState = from_word(&row.state)?;
    row.state = word(after.state);
    row.reason = reason.map(word);
    row.expires_at = after.expires_at.millis();
    row.extended = after.extended;
    row.payment_id = after.payment_id.map(|id| id.uuid());
    row.version += 1;
    schema::update_order(tx, &row, was).await?;
    publish(tx, &row).await?;
    Ok(row)
}

async fn publish(tx: &Tx, row: &Row) -> Result<(), Error> {
    let total = schema::total_of(row)?;
    let lines = schema::lines_of(tx.db(), &[row.id]).await?;
    let tickets = replicas_of(tx, &lines).await?;
    let show = tickets.first().ok_or_else(|| Error::failed("an order has no tickets"))?.ticket.show.clone();
    let held = |(line, copy): (schema::lines::Model, TicketChanged)| HeldTicket {
        ticket_id: TicketId::new(line.ticket_id),
        seller_id: copy.ticket.seller_id,
        seat: copy.ticket.seat,
        price: shared::Money::new(line.price, total.currency),
        price_version: line.terms.cast_unsigned(),
    };
    let changed = OrderChanged {
        id: row.id.into(),
        version: row.version.cast_unsigned(),
        buyer_id: row.buyer_id.into(),
        state: from_word(&row.state)?,
        reason: row.reason.as_deref().map(from_word).transpose()?,
        show,
        lines: lines.into_iter().zip(tickets).map(held).collect(),
        total,
        expires_at: Instant::from_millis(row.expires_at),
        payment_id: row.payment_id.map(PaymentId::new),
    };
    tx.publish(&changed).await
}

/// The events that this service handles.
pub fn subscriptions() -> Subscriptions {
    Subscriptions::default()
        .on(|tx, _, ticket| Box::pin(events::ticket_changed(tx, ticket)))
        .on(|tx, _, payment| Box::pin(events::payment_changed(tx, payment)))
        .on(|tx, _, due| Box::pin(events::deadline_due(tx, due)))
}

#[async_trait]
impl ServiceHandler for Orders {
    fn store(&self) -> &Store {
        &self.store
    }

    fn subscriptions(&self) -> Subscriptions {
        subscriptions()
    }

    fn counted_table(&self) -> Option<&'static str> {
        Some("orders")
    }

    fn register(self: Arc<Self>, registry: &mut Registry) {
        registry.register(&self, Orders::place);
        registry.register(&self, Orders::get);
        registry.register(&self, Orders::list);
        registry.register(&self, Orders::cancel);
        registry.register(&self, Orders::refund_sale);
    }
}
