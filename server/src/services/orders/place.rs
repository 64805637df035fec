//! Placing an order: it holds its tickets, or shows what the buyer holds already.

use super::schema::OrderRow;
use super::{Orders, event_of, rules, schema};
use crate::store::{Millis, Text, Tx, Version};
use crate::{Caller, Error};
use shared::orders::{Order, OrderState, PlaceOrder};
use shared::tickets::TicketState;
use shared::{Money, OrderId, Rejection, TicketId, UserId};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How long placing an order waits for the replica of a ticket that the buyer has seen already.
const REPLICATION_TIMEOUT: Duration = Duration::from_secs(2);
/// How many requests may wait for that at once; more are answered with what is known.
pub(super) const MAX_WAITING_REQUESTS: usize = 256;

/// Why an order cannot be placed.
struct Refused {
    rejection: Rejection,
    /// Whether news of its tickets may arrive that allow it.
    may_change: bool,
}

impl Orders {
    pub(super) async fn place(self: Arc<Self>, caller: Caller, request: PlaceOrder) -> Result<Order, Error> {
        let buyer = caller.person()?;
        if let Err(refused) = self.placeable(buyer, &request).await? {
            // A repetition is answered with the order that it placed, whatever its tickets have become since.
            let may_be_placed = self.store.has_effect(&caller, &request).await?
                || refused.may_change && self.wait_for_replicas(buyer, &request).await?;
            if !may_be_placed {
                return self.repeated(&caller, request, refused.rejection).await;
            }
        }
        match self.try_place(&caller, buyer, request.clone()).await {
            Ok((_, Some((order, lines)))) => self.view(order, &lines, None),
            Ok((id, None)) => self.order_view(schema::order(self.store.read(), id).await?).await,
            // The replicas did not tell yet that another order has a ticket. It may be the buyer's.
            Err(Error::Rejected(Rejection::TicketHeld)) => {
                let orders = schema::live_orders(self.store.read(), &request.ticket_ids).await?;
                let refused = held_by(buyer, &orders).unwrap_or(Rejection::TicketHeld);
                self.repeated(&caller, request, refused).await
            }
            Err(error) => Err(error),
        }
    }

    /// The order that the buyer holds already, if it has exactly these tickets: the request was sent twice, whether its answer was lost,
    /// or the buyer went back or has another tab. Otherwise the refusal.
    async fn repeated(&self, caller: &Caller, request: PlaceOrder, refused: Rejection) -> Result<Order, Error> {
        let Rejection::HeldByYou { order_id } = refused else { return Err(refused.into()) };
        let key_owner = caller.clone();
        let write = self.store.write(caller, move |tx| {
            Box::pin(async move {
                let again = request.clone();
                // The key of the repetition belongs to the order, too.
                let repeating = tx.idempotent(&key_owner, &request, move |tx| {
                    Box::pin(async move { Ok((held_order(tx, order_id, &again).await?, ())) })
                });
                repeating.await.map(|(id, _)| id)
            })
        });
        let id = write.await?;
        self.order_view(schema::order(self.store.read(), id).await?).await
    }

    /// Whether the tickets allow an order. This only reads: most of those who want a ticket do not get it.
    async fn placeable(&self, buyer: UserId, request: &PlaceOrder) -> Result<Result<(), Refused>, Error> {
        let replicas = schema::ticket_replicas(self.store.read(), &request.ticket_ids).await?;
        let placed = rules::place(request, &replicas, buyer, self.store.environment().now());
        let placed = match placed {
            Ok(_) => self.not_taken(buyer, &replicas).await?,
            // Who has begun to buy in time can go on.
            Err(Rejection::ShowBegun) => match self.not_taken(buyer, &replicas).await? {
                Err(held @ Rejection::HeldByYou { .. }) => Err(held),
                _ => Err(Rejection::ShowBegun),
            },
            Err(rejection) => Err(rejection),
        };
        let Err(rejection) = placed else { return Ok(Ok(())) };
        let known: BTreeSet<_> = replicas.iter().map(|replica| replica.ticket.id).collect();
        let mut missing = request.ticket_ids.iter().filter(|id| !known.contains(*id));
        let may_change = rules::may_be_outdated(&rejection) && missing.all(|id| self.store.may_arrive(id.uuid()));
        Ok(Err(Refused { rejection, may_change }))
    }

    /// Refuses tickets that another order has. A replica may be outdated, so the lines decide.
    async fn not_taken(
        &self,
        buyer: UserId,
        replicas: &[rules::TicketReplica],
    ) -> Result<Result<(), Rejection>, Error> {
        if replicas.iter().all(|replica| replica.ticket.state == TicketState::OnSale) {
            return Ok(Ok(()));
        }
        let ids: Vec<_> = replicas.iter().map(|replica| replica.ticket.id).collect();
        let orders = schema::live_orders(self.store.read(), &ids).await?;
        Ok(match held_by(buyer, &orders) {
            _ if orders.is_empty() => Ok(()),
            Some(held) => Err(held),
            None => Err(rules::taken(replicas)),
        })
    }

    /// Waits until the replicas of its tickets allow an order. This only reads, since an order for a ticket that does not
    /// exist must not cost a commit.
    async fn wait_for_replicas(&self, buyer: UserId, request: &PlaceOrder) -> Result<bool, Error> {
        let ids: Vec<_> = request.ticket_ids.iter().map(|id| id.uuid()).collect();
        let timeout_at = self.store.environment().now() + REPLICATION_TIMEOUT;
        let arrived = self.store.wait_for((&ids, &self.waiting_requests), timeout_at, || async {
            Ok(self.placeable(buyer, request).await?.ok())
        });
        Ok(arrived.await?.is_some())
    }

    /// Places the order in one transaction, or writes nothing. Returns the order with its lines if it is new.
    async fn try_place(
        &self,
        caller: &Caller,
        buyer: UserId,
        request: PlaceOrder,
    ) -> Result<(OrderId, Option<(OrderRow, Vec<schema::LineRow>)>), Error> {
        let (key_owner, hold) = (caller.clone(), self.hold);
        let write = self.store.write(caller, move |tx| {
            Box::pin(async move {
                let order = request.clone();
                let placing =
                    tx.idempotent(&key_owner, &request, move |tx| Box::pin(create_order(tx, buyer, order, hold)));
                placing.await
            })
        });
        write.await
    }
}

/// Places an order on the replicas of its tickets. They are read in this write: an event that changed them later finds the order,
/// and an earlier one is seen here.
async fn create_order(
    tx: &Tx,
    buyer: UserId,
    request: PlaceOrder,
    hold: Duration,
) -> Result<(OrderId, (OrderRow, Vec<schema::LineRow>)), Error> {
    let tickets = schema::ticket_replicas(tx.db(), &request.ticket_ids).await?;
    let total = rules::place(&request, &tickets, buyer, tx.now())?;
    let id: OrderId = tx.new_id();
    let lines = schema::insert_lines(tx, id, &tickets).await?;
    // All tickets are for one show: `rules::place` accepts nothing else.
    schema::take_allowance(tx, buyer, tickets[0].ticket.show.id, tickets.len()).await?;
    let order = OrderRow {
        id: id.uuid(),
        buyer_id: buyer.uuid(),
        state: Text(OrderState::Held),
        reason: None,
        total: total.minor,
        currency: Text(total.currency),
        placed_at: Millis(tx.now()),
        expires_at: Millis(tx.now() + hold),
        extended: false,
        payment_id: None,
        captured: false,
        version: Version::FIRST,
    };
    schema::insert_order(tx, order.clone()).await?;
    tx.publish(&event_of(&order, lines.iter().cloned().zip(tickets).collect())?).await?;
    Ok((id, (order, lines)))
}

/// Why the buyer cannot order tickets that one of these orders has, if they hold some themselves.
fn held_by(buyer: UserId, orders: &[OrderRow]) -> Option<Rejection> {
    let is_held = |order: &&OrderRow| order.buyer_id == buyer.uuid() && order.state.0 == OrderState::Held;
    let order = orders.iter().find(is_held)?;
    Some(Rejection::HeldByYou { order_id: order.id.into() })
}

/// The held order, if it is what the request asks for.
async fn held_order(tx: &Tx, id: OrderId, request: &PlaceOrder) -> Result<OrderId, Error> {
    let order = schema::order(tx.db(), id).await?;
    let lines = schema::lines_of_orders(tx.db(), &[order.id]).await?;
    let held: BTreeSet<_> = lines.iter().map(|line| TicketId::new(line.ticket_id)).collect();
    if order.state.0 != OrderState::Held {
        // It has ended meanwhile, or was paid.
        Err(Rejection::OrderClosed(order.state.0).into())
    } else if held != request.ticket_ids.iter().copied().collect() {
        Err(Rejection::HeldByYou { order_id: id }.into())
    } else if Money::new(order.total, order.currency.0) != request.expected_total {
        Err(Rejection::PriceChanged.into())
    } else {
        Ok(id)
    }
}
