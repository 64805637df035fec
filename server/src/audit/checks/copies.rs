//! What was committed is what was said, and what others know of it is what it is.

use super::Check;

pub const CHECKS: &[Check] = &[
    Check {
        invariant: "I11",
        says: "a person was said to be registered",
        things: "people",
        counted: "auth.people",
        only_at_rest: false,
        offenders: "
            select person.id, 'nothing was said' as detail
            from auth.people person left join main.said said
                on said.subject = 'auth.registered' and said.aggregate_id = person.id
            where said.id is null and 'auth' not in (select service from main.forgetful)",
    },
    Check {
        invariant: "I11",
        says: "a ticket is what was last said of it",
        things: "tickets",
        counted: "tickets.tickets",
        only_at_rest: false,
        offenders: "
            select ticket.id, 'version ' || ticket.version || ' ' || ticket.state || ', said: '
                || coalesce(past.version || ' ' || past.state, 'nothing') as detail
            from tickets.tickets ticket left join main.ticket_history past
                on past.id = ticket.id and past.version = (
                    select max(newest.version) from main.ticket_history newest where newest.id = ticket.id)
            where (past.id is null and 'tickets' not in (select service from main.forgetful))
                or (past.id is not null and (ticket.version, ticket.state, ticket.price, ticket.terms)
                    <> (past.version, past.state, past.price, past.terms))
                or (past.id is not null and ticket.order_id is not past.order_id)",
    },
    Check {
        invariant: "I11",
        says: "an order is what was last said of it",
        things: "orders",
        counted: "orders.orders",
        only_at_rest: false,
        offenders: "
            select placed.id, 'version ' || placed.version || ' ' || placed.state || ', said: '
                || coalesce(past.version || ' ' || past.state, 'nothing') as detail
            from orders.orders placed left join main.order_history past
                on past.id = placed.id and past.version = (
                    select max(newest.version) from main.order_history newest where newest.id = placed.id)
            where (past.id is null and 'orders' not in (select service from main.forgetful))
                or (past.id is not null and (placed.version, placed.state, placed.total, placed.expires_at)
                    <> (past.version, past.state, past.total, past.expires_at))
                or (past.id is not null and placed.payment_id is not past.payment_id)",
    },
    Check {
        invariant: "I11",
        says: "a payment is what was last said of it",
        things: "payments",
        counted: "payments.payments",
        only_at_rest: false,
        offenders: "
            select paid.id, 'version ' || paid.version || ' ' || paid.state || ', said: '
                || coalesce(past.version || ' ' || past.state, 'nothing') as detail
            from payments.payments paid left join main.payment_history past
                on past.id = paid.id and past.version = (
                    select max(newest.version) from main.payment_history newest where newest.id = paid.id)
            where (past.id is null and 'payments' not in (select service from main.forgetful))
                or (past.id is not null and (paid.version, paid.state, paid.amount, paid.order_id)
                    <> (past.version, past.state, past.amount, past.order_id))",
    },
    Check {
        invariant: "I11",
        says: "as many deadlines were said as counted",
        things: "deadlines",
        counted: "expiration.deadlines",
        only_at_rest: false,
        offenders: "
            select deadline.order_id as id, deadline.said || ' counted, said: ' || coalesce(max(said.version), 0)
                as detail
            from expiration.deadlines deadline left join main.said said
                on said.subject = 'expiration.due' and said.aggregate_id = deadline.order_id
            group by deadline.order_id, deadline.said
            having coalesce(max(said.version), 0) <> deadline.said
                and (max(said.version) is not null or 'expiration' not in (select service from main.forgetful))",
    },
    Check {
        invariant: "I12",
        says: "what orders knows of a ticket is so",
        things: "tickets",
        counted: "tickets.tickets",
        only_at_rest: true,
        offenders: "
            select ticket.id, 'version ' || ticket.version || ', known: ' || coalesce(known.version, 'nothing')
                as detail
            from tickets.tickets ticket left join orders.ticket_replicas known on known.ticket_id = ticket.id
            where known.ticket_id is null or (known.version, known.terms) <> (ticket.version, ticket.terms)
                or known.order_id is not ticket.order_id or known.body ->> '$.ticket.state' <> ticket.state
                or known.body ->> '$.ticket.price.minor' <> ticket.price
            union all
            select known.ticket_id, 'there is no such ticket' from orders.ticket_replicas known
            where known.ticket_id not in (select id from tickets.tickets)",
    },
    Check {
        invariant: "I12",
        says: "what orders knows of a payment is so",
        things: "payments",
        counted: "payments.payments",
        only_at_rest: true,
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
        says: "what payments knows of an order is so",
        things: "orders",
        counted: "orders.orders",
        only_at_rest: true,
        offenders: "
            select placed.id, 'version ' || placed.version || ' ' || placed.state || ', known: '
                || coalesce(known.version || ' ' || (known.body ->> '$.state'), 'nothing') as detail
            from orders.orders placed left join payments.order_replicas known on known.order_id = placed.id
            where known.order_id is null or known.version <> placed.version
                or known.body ->> '$.state' <> placed.state or known.body ->> '$.total.minor' <> placed.total
            union all
            select known.order_id, 'there is no such order' from payments.order_replicas known
            where known.order_id not in (select id from orders.orders)",
    },
    Check {
        invariant: "I12",
        says: "what expiration knows of an order is so",
        things: "orders",
        counted: "orders.orders",
        only_at_rest: true,
        offenders: "
            select placed.id, 'version ' || placed.version || ', known: ' || coalesce(known.order_version, 'nothing')
                as detail
            from orders.orders placed left join expiration.deadlines known on known.order_id = placed.id
            where known.order_id is null or known.waiting
                or (known.order_version, known.deadline_at) <> (placed.version, placed.expires_at)
            union all
            select known.order_id, 'there is no such order' from expiration.deadlines known
            where known.order_id not in (select id from orders.orders)",
    },
    Check {
        invariant: "I12",
        says: "what tickets has heard of an order is so",
        things: "orders",
        counted: "orders.orders",
        only_at_rest: true,
        offenders: "
            select placed.id, 'version ' || placed.version || ', heard: ' || coalesce(heard.version, 'nothing')
                as detail
            from orders.orders placed left join tickets.heard_orders heard on heard.order_id = placed.id
            where heard.version is not placed.version
            union all
            select heard.order_id, 'there is no such order' from tickets.heard_orders heard
            where heard.order_id not in (select id from orders.orders)",
    },
    Check {
        invariant: "I12",
        says: "what auth has heard of an order is so",
        things: "orders",
        counted: "orders.orders",
        only_at_rest: true,
        offenders: "
            select original.id, 'version ' || original.version || ', heard: ' || coalesce(heard.version, 'nothing')
                as detail
            from orders.orders original left join auth.heard heard
                on heard.subject = 'orders.changed' and heard.aggregate_id = original.id
            where heard.version is not original.version
            union all
            select heard.aggregate_id, 'there is no such order' from auth.heard heard
            where heard.subject = 'orders.changed' and heard.aggregate_id not in (select id from orders.orders)",
    },
    Check {
        invariant: "I12",
        says: "what auth has heard of a payment is so",
        things: "payments",
        counted: "payments.payments",
        only_at_rest: true,
        offenders: "
            select original.id, 'version ' || original.version || ', heard: ' || coalesce(heard.version, 'nothing')
                as detail
            from payments.payments original left join auth.heard heard
                on heard.subject = 'payments.changed' and heard.aggregate_id = original.id
            where heard.version is not original.version
            union all
            select heard.aggregate_id, 'there is no such payment' from auth.heard heard
            where heard.subject = 'payments.changed' and heard.aggregate_id not in (select id from payments.payments)",
    },
    Check {
        invariant: "I12",
        says: "a ticket is sold or held exactly when a live order has it",
        things: "tickets",
        counted: "tickets.tickets",
        only_at_rest: true,
        offenders: "
            select ticket.id, ticket.state || ', its live order: ' || coalesce(placed.state, 'none') as detail
            from tickets.tickets ticket
                left join orders.lines line on line.ticket_id = ticket.id and line.live
                left join orders.orders placed on placed.id = line.order_id
            where ticket.order_id is not placed.id or (case placed.state
                when 'complete' then ticket.state <> 'sold' or ticket.buyer_id is not placed.buyer_id
                when 'held' then ticket.state <> 'held'
                else ticket.state not in ('on_sale', 'withdrawn') or ticket.buyer_id is not null end)",
    },
    Check {
        invariant: "I12",
        says: "a show counts its tickets on sale, and their lowest price",
        things: "shows",
        counted: "tickets.shows",
        only_at_rest: false,
        offenders: "
            select show.id, 'it says ' || show.tickets_left || ' from ' || coalesce(show.lowest_price, 'none')
                || ', there are ' || count(ticket.id) || ' from ' || coalesce(min(ticket.price), 'none') as detail
            from tickets.shows show left join tickets.tickets ticket
                on ticket.show_id = show.id and ticket.state = 'on_sale'
            group by show.id, show.tickets_left, show.lowest_price
            having show.tickets_left <> count(ticket.id) or show.lowest_price is not min(ticket.price)",
    },
];
