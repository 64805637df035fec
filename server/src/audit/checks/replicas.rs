//! Published events equal what is committed, and replicas equal their originals.

use super::Check;

pub const CHECKS: &[Check] = &[
    Check {
        invariant: "I11",
        statement: "each person's registration is published",
        noun: "users",
        population: "auth.users",
        at_rest_only: false,
        offenders: "
            select person.id, 'nothing published' as detail
            from auth.users person left join main.published event
                on event.subject = 'auth.registered' and event.aggregate_id = person.id
            where event.id is null and 'auth' not in (select service from main.pruned)",
    },
    Check {
        invariant: "I11",
        statement: "the last published event of a ticket equals the ticket",
        noun: "tickets",
        population: "tickets.tickets",
        at_rest_only: false,
        offenders: "
            select ticket.id, 'version ' || ticket.version || ' ' || ticket.state || ', published: '
                || coalesce(past.version || ' ' || past.state, 'nothing') as detail
            from tickets.tickets ticket left join main.ticket_history past
                on past.id = ticket.id and past.version = (
                    select max(newest.version) from main.ticket_history newest where newest.id = ticket.id)
            where (past.id is null and 'tickets' not in (select service from main.pruned))
                or (past.id is not null and (ticket.version, ticket.state, ticket.price, ticket.price_version)
                    <> (past.version, past.state, past.price, past.price_version))
                or (past.id is not null and ticket.order_id is not past.order_id)",
    },
    Check {
        invariant: "I11",
        statement: "the last published event of an order equals the order",
        noun: "orders",
        population: "orders.orders",
        at_rest_only: false,
        offenders: "
            select placed.id, 'version ' || placed.version || ' ' || placed.state || ', published: '
                || coalesce(past.version || ' ' || past.state, 'nothing') as detail
            from orders.orders placed left join main.order_history past
                on past.id = placed.id and past.version = (
                    select max(newest.version) from main.order_history newest where newest.id = placed.id)
            where (past.id is null and 'orders' not in (select service from main.pruned))
                or (past.id is not null and (placed.version, placed.state, placed.total, placed.expires_at)
                    <> (past.version, past.state, past.total, past.expires_at))
                or (past.id is not null and placed.payment_id is not past.payment_id)",
    },
    Check {
        invariant: "I11",
        statement: "the last published event of a payment equals the payment",
        noun: "payments",
        population: "payments.payments",
        at_rest_only: false,
        offenders: "
            select paid.id, 'version ' || paid.version || ' ' || paid.state || ', published: '
                || coalesce(past.version || ' ' || past.state, 'nothing') as detail
            from payments.payments paid left join main.payment_history past
                on past.id = paid.id and past.version = (
                    select max(newest.version) from main.payment_history newest where newest.id = paid.id)
            where (past.id is null and 'payments' not in (select service from main.pruned))
                or (past.id is not null and (paid.version, paid.state, paid.amount, paid.order_id)
                    <> (past.version, past.state, past.amount, past.order_id))",
    },
    Check {
        invariant: "I11",
        statement: "as many deadlines are published as counted",
        noun: "deadlines",
        population: "expiration.deadlines",
        at_rest_only: false,
        offenders: "
            select deadline.order_id as id, deadline.published || ' counted, said: ' || coalesce(max(event.version), 0)
                as detail
            from expiration.deadlines deadline left join main.published event
                on event.subject = 'expiration.due' and event.aggregate_id = deadline.order_id
            group by deadline.order_id, deadline.published
            having coalesce(max(event.version), 0) <> deadline.published
                and (max(event.version) is not null or 'expiration' not in (select service from main.pruned))",
    },
    Check {
        invariant: "I12",
        statement: "the replica of a ticket in orders equals the ticket",
        noun: "tickets",
        population: "tickets.tickets",
        at_rest_only: true,
        offenders: "
            select ticket.id, 'version ' || ticket.version || ', known: ' || coalesce(known.version, 'nothing')
                as detail
            from tickets.tickets ticket left join orders.ticket_replicas known on known.ticket_id = ticket.id
            where known.ticket_id is null or (known.version, known.price_version)
                    <> (ticket.version, ticket.price_version)
                or known.order_id is not ticket.order_id or known.body ->> '$.ticket.state' <> ticket.state
                or known.body ->> '$.ticket.price.minor' <> ticket.price
            union all
            select known.ticket_id, 'there is no such ticket' from orders.ticket_replicas known
            where known.ticket_id not in (select id from tickets.tickets)",
    },
    Check {
        invariant: "I12",
        statement: "the replica of a payment in orders equals the payment",
        noun: "payments",
        population: "payments.payments",
        at_rest_only: true,
        offenders: "
            select paid.id, 'version ' || paid.version || ' ' || paid.state || ', known: '
                || coalesce(known.version || ' ' || known.state, 'nothing') as detail
            from payments.payments paid left join orders.payment_replicas known on known.payment_id = paid.id
            where known.payment_id is null
                or (known.version, known.state, known.order_id) <> (paid.version, paid.state, paid.order_id)
            union all
            select known.payment_id, 'there is no such payment' from orders.payment_replicas known
            where known.payment_id not in (select id from payments.payments)",
    },
    Check {
        invariant: "I12",
        statement: "the replica of an order in payments equals the order",
        noun: "orders",
        population: "orders.orders",
        at_rest_only: true,
        offenders: "
            select placed.id, 'version ' || placed.version || ' ' || placed.state || ', known: '
                || coalesce(known.version || ' ' || (known.body ->> '$.state'), 'nothing') as detail
            from orders.orders placed left join payments.order_replicas known on known.order_id = placed.id
            where (known.order_id is null and not (placed.state in ('expired', 'cancelled', 'refunded')
                    and placed.expires_at < (select since from main.retained)))
                or known.version <> placed.version or known.body ->> '$.state' <> placed.state or known.body ->> '$.total.minor' <> placed.total
            union all
            select known.order_id, 'there is no such order' from payments.order_replicas known
            where known.order_id not in (select id from orders.orders)",
    },
    Check {
        invariant: "I12",
        statement: "the deadline in expiration equals the order's",
        noun: "orders",
        population: "orders.orders",
        at_rest_only: true,
        offenders: "
            select placed.id, 'deadline ' || placed.expires_at || ', known: ' || coalesce(known.deadline_at, 'nothing')
                as detail
            from orders.orders placed left join expiration.deadlines known on known.order_id = placed.id
            where (known.order_id is null and placed.expires_at >= (select since from main.retained)) or known.waiting
                or known.deadline_at <> placed.expires_at
            union all
            select known.order_id, 'there is no such order' from expiration.deadlines known
            where known.order_id not in (select id from orders.orders)",
    },
    Check {
        invariant: "I12",
        statement: "each subscriber has handled the newest version of each aggregate",
        noun: "aggregates",
        population: "main.newest_published",
        at_rest_only: true,
        offenders: "
            select newest.aggregate_id as id, subscription.service || ' has handled version '
                || coalesce(handled.version, 'none') || ' of ' || newest.subject || ', published: ' || newest.version
                as detail
            from main.newest_published newest
                join main.subscriptions subscription on subscription.subject = newest.subject
                left join main.handled_versions handled on handled.service = subscription.service
                    and handled.subject = newest.subject and handled.aggregate_id = newest.aggregate_id
            where handled.version is not newest.version
            union all
            select handled.aggregate_id, handled.service || ' has handled ' || handled.subject || ', never published'
            from main.handled_versions handled
                join main.subscriptions subscription
                    on subscription.service = handled.service and subscription.subject = handled.subject
                join main.publishers publisher on publisher.subject = handled.subject
                left join main.newest_published newest
                    on newest.subject = handled.subject and newest.aggregate_id = handled.aggregate_id
            where newest.aggregate_id is null and publisher.service not in (select service from main.pruned)",
    },
    Check {
        invariant: "I12",
        statement: "a ticket is sold or held exactly when a live order has it",
        noun: "tickets",
        population: "tickets.tickets",
        at_rest_only: true,
        offenders: "
            select ticket.id, ticket.state || ', its live order: ' || coalesce(placed.state, 'none') as detail
            from tickets.tickets ticket
                left join orders.lines line on line.ticket_id = ticket.id and line.live
                left join orders.orders placed on placed.id = line.order_id
            where ticket.order_id is not placed.id or (case placed.state
                when 'complete' then ticket.state <> 'sold' or ticket.buyer_id is not placed.buyer_id
                when 'held' then ticket.state <> 'held'
                else ticket.state not in ('on_sale', 'withdrawn') or (ticket.buyer_id is not null) <> ticket.sale_refunded end)",
    },
    Check {
        invariant: "I12",
        statement: "a show's count and lowest price equal its tickets on sale",
        noun: "shows",
        population: "tickets.shows",
        at_rest_only: false,
        offenders: "
            select show.id, 'counted ' || show.tickets_left || ' from ' || coalesce(show.lowest_price, 'none')
                || ', actual ' || count(ticket.id) || ' from ' || coalesce(min(ticket.price), 'none') as detail
            from tickets.shows show left join tickets.tickets ticket
                on ticket.show_id = show.id and ticket.state = 'on_sale'
            group by show.id, show.tickets_left, show.lowest_price
            having show.tickets_left <> count(ticket.id) or show.lowest_price is not min(ticket.price)",
    },
];
