//! Whose money is where: what we say, and what the gateway's own books say.

use super::Check;

pub const CHECKS: &[Check] = &[
    Check {
        invariant: "I3",
        statement: "at most one payment of an order is captured",
        noun: "payments",
        population: "payments.payments",
        at_rest_only: false,
        offenders: "
            select order_id as id, count(*) || ' captured payments' as detail
            from payments.payments where state = 'captured' group by order_id having count(*) > 1",
    },
    Check {
        invariant: "I3",
        statement: "a captured payment has a complete order or is refunded",
        noun: "captured or refunded payments",
        population: "payments.payments where state in ('captured', 'refunded')",
        at_rest_only: true,
        offenders: "
            select paid.id, paid.state || ', but its order is ' || coalesce(placed.state, 'not there') as detail
            from payments.payments paid left join orders.orders placed on placed.id = paid.order_id
            where (paid.state = 'captured' and (placed.state is not 'complete' or placed.payment_id is not paid.id))
                or (paid.state = 'refunded' and (coalesce(placed.state, 'held') = 'held'
                    or (placed.state = 'complete' and placed.payment_id = paid.id)))",
    },
    Check {
        invariant: "I4",
        statement: "an order completes only on an authorization",
        noun: "complete or refunded orders",
        population: "orders.orders where state in ('complete', 'refunded')",
        at_rest_only: false,
        offenders: "
            select placed.id, 'its payment is ' || coalesce(replica.state, 'not there') as detail
            from orders.orders placed left join orders.payment_replicas replica
                on replica.payment_id = placed.payment_id and replica.order_id = placed.id
            where placed.state in ('complete', 'refunded')
                and coalesce(replica.state, '') not in ('authorized', 'captured', 'voided', 'refunded')
            union all
            select id, 'it is ' || state || ' and names a payment' from orders.orders
            where state not in ('complete', 'refunded') and payment_id is not null",
    },
    Check {
        invariant: "I4",
        statement: "a complete order has exactly one captured payment, which it names",
        noun: "complete orders",
        population: "orders.orders where state = 'complete'",
        at_rest_only: true,
        offenders: "
            select placed.id, count(paid.id) || ' captured payments, named: '
                || count(case when paid.id = placed.payment_id then 1 end) as detail
            from orders.orders placed left join payments.payments paid
                on paid.order_id = placed.id and paid.state = 'captured'
            where placed.state = 'complete'
            group by placed.id, placed.payment_id
            having count(paid.id) <> 1 or count(case when paid.id = placed.payment_id then 1 end) <> 1",
    },
    Check {
        invariant: "I5",
        statement: "no authorization stays open",
        noun: "entries in the gateway's books",
        population: "main.gateway_books",
        at_rest_only: true,
        offenders: "
            select book.payment_id as id, 'the gateway says ' || book.state || ', the order is '
                || coalesce(placed.state, 'not there') as detail
            from main.gateway_books book
                left join payments.payments paid on paid.id = book.payment_id
                left join orders.orders placed on placed.id = paid.order_id
            where book.state in ('authorized', 'requires_action')
            union all
            select id, 'the payment is ' || state from payments.payments
            where state in ('started', 'unknown', 'authorized')",
    },
    Check {
        invariant: "I6",
        statement: "money held: gateway = payments = complete orders",
        noun: "currencies",
        population: "(select distinct currency from payments.payments)",
        at_rest_only: true,
        offenders: "
            select null as id, currency || ': gateway ' || booked || ', payments ' || paid || ', orders ' || placed
                as detail
            from (
                select currency, sum(booked) as booked, sum(paid) as paid, sum(placed) as placed
                from (
                    select currency, amount as booked, 0 as paid, 0 as placed
                    from main.gateway_books where state = 'captured'
                    union all
                    select currency, 0, amount, 0 from payments.payments
                    where state = 'captured' and gateway in (select gateway from main.compared)
                    union all
                    select placed.currency, 0, 0, placed.total
                    from orders.orders placed join payments.payments paid on paid.id = placed.payment_id
                    where placed.state = 'complete' and paid.gateway in (select gateway from main.compared))
                group by currency)
            where booked <> paid or paid <> placed",
    },
    Check {
        invariant: "I6",
        statement: "money refunded: gateway = payments",
        noun: "currencies",
        population: "(select distinct currency from payments.payments)",
        at_rest_only: true,
        offenders: "
            select null as id, currency || ': gateway ' || booked || ', payments ' || paid as detail
            from (
                select currency, sum(booked) as booked, sum(paid) as paid
                from (
                    select currency, amount as booked, 0 as paid from main.gateway_books where state = 'refunded'
                    union all
                    select currency, 0, amount from payments.payments
                    where state = 'refunded' and gateway in (select gateway from main.compared))
                group by currency)
            where booked <> paid",
    },
    Check {
        invariant: "I6",
        statement: "a refunded order's payment is refunded or was never captured",
        noun: "refunded orders",
        population: "orders.orders where state = 'refunded'",
        at_rest_only: true,
        offenders: "
            select placed.id, 'its payment is ' || coalesce(paid.state, 'not there') as detail
            from orders.orders placed left join payments.payments paid on paid.id = placed.payment_id
            where placed.state = 'refunded' and coalesce(paid.state, '') not in ('refunded', 'voided')",
    },
    Check {
        invariant: "I6",
        statement: "each payment's state equals the gateway's",
        noun: "payments",
        population: "payments.payments",
        at_rest_only: true,
        offenders: "
            select paid.id, 'we say ' || paid.state || ', the gateway says ' || coalesce(book.state, 'nothing')
                as detail
            from payments.payments paid left join main.gateway_books book on book.payment_id = paid.id
            where paid.state is not book.state and paid.gateway in (select gateway from main.compared)
                -- Closed is declined to us, and so is what was never decided.
                and not (paid.state = 'declined' and coalesce(book.state, 'nothing') in ('voided', 'nothing'))
            union all
            select book.payment_id, 'the gateway says ' || book.state || ', we know nothing of it'
            from main.gateway_books book left join payments.payments paid on paid.id = book.payment_id
            where paid.id is null",
    },
    Check {
        invariant: "I6",
        statement: "a payment's amount equals its order's and the gateway's",
        noun: "payments",
        population: "payments.payments",
        at_rest_only: false,
        offenders: "
            select paid.id, 'the payment is ' || paid.amount || ' ' || paid.currency || ', the order '
                || placed.total || ' ' || placed.currency as detail
            from payments.payments paid join orders.orders placed on placed.id = paid.order_id
            where paid.amount <> placed.total or paid.currency <> placed.currency
            union all
            select paid.id, 'the payment is ' || paid.amount || ' ' || paid.currency || ', the gateway takes '
                || book.amount || ' ' || book.currency
            from payments.payments paid join main.gateway_books book on book.payment_id = paid.id
            where book.currency is not null and (paid.amount <> book.amount or paid.currency <> book.currency)",
    },
    Check {
        invariant: "I15",
        statement: "the payer and the ticket owner of an order are its buyer",
        noun: "orders",
        population: "orders.orders",
        at_rest_only: false,
        offenders: "
            select paid.id, 'somebody else pays' as detail
            from payments.payments paid join orders.orders placed on placed.id = paid.order_id
            where paid.payer_id <> placed.buyer_id
            union all
            select ticket.id, 'somebody else has it'
            from tickets.tickets ticket join orders.orders placed on placed.id = ticket.order_id
            where ticket.buyer_id is not null and ticket.buyer_id <> placed.buyer_id",
    },
];
