//! Whose money is where: what we say, and what the gateway's own books say.

use super::Check;

pub const CHECKS: &[Check] = &[
    Check {
        invariant: "I3",
        says: "at most one payment of an order is captured",
        things: "payments",
        counted: "payments.payments",
        only_at_rest: false,
        offenders: "
            select order_id as id, count(*) || ' captured payments' as detail
            from payments.payments where state = 'captured' group by order_id having count(*) > 1",
    },
    Check {
        invariant: "I3",
        says: "captured money has a complete order, or was given back",
        things: "captured or refunded payments",
        counted: "payments.payments where state in ('captured', 'refunded')",
        only_at_rest: true,
        offenders: "
            select paid.id, paid.state || ', but its order is ' || coalesce(placed.state, 'not there') as detail
            from payments.payments paid left join orders.orders placed on placed.id = paid.order_id
            where (paid.state = 'captured' and (placed.state is not 'complete' or placed.payment_id is not paid.id))
                or (paid.state = 'refunded' and (coalesce(placed.state, 'held') = 'held'
                    or (placed.state = 'complete' and placed.payment_id = paid.id)))",
    },
    Check {
        invariant: "I4",
        says: "an order completes only on an authorization",
        things: "complete or refunded orders",
        counted: "orders.orders where state in ('complete', 'refunded')",
        only_at_rest: false,
        offenders: "
            select placed.id, 'its payment is ' || coalesce(heard.state, 'not there') as detail
            from orders.orders placed left join orders.payment_replicas heard
                on heard.payment_id = placed.payment_id and heard.order_id = placed.id
            where placed.state in ('complete', 'refunded')
                and coalesce(heard.state, '') not in ('authorized', 'captured', 'voided', 'refunded')
            union all
            select id, 'it is ' || state || ' and names a payment' from orders.orders
            where state not in ('complete', 'refunded') and payment_id is not null",
    },
    Check {
        invariant: "I4",
        says: "a complete order has exactly one captured payment, which it names",
        things: "complete orders",
        counted: "orders.orders where state = 'complete'",
        only_at_rest: true,
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
        says: "no money stays set aside",
        things: "entries in the gateway's books",
        counted: "main.gateway_books",
        only_at_rest: true,
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
        says: "money held: gateway = payments = complete orders",
        things: "currencies",
        counted: "(select distinct currency from payments.payments)",
        only_at_rest: true,
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
                    where state = 'captured' and gateway in (select gateway from main.asked)
                    union all
                    select placed.currency, 0, 0, placed.total
                    from orders.orders placed join payments.payments paid on paid.id = placed.payment_id
                    where placed.state = 'complete' and paid.gateway in (select gateway from main.asked))
                group by currency)
            where booked <> paid or paid <> placed",
    },
    Check {
        invariant: "I6",
        says: "money given back: gateway = payments",
        things: "currencies",
        counted: "(select distinct currency from payments.payments)",
        only_at_rest: true,
        offenders: "
            select null as id, currency || ': gateway ' || booked || ', payments ' || paid as detail
            from (
                select currency, sum(booked) as booked, sum(paid) as paid
                from (
                    select currency, amount as booked, 0 as paid from main.gateway_books where state = 'refunded'
                    union all
                    select currency, 0, amount from payments.payments
                    where state = 'refunded' and gateway in (select gateway from main.asked))
                group by currency)
            where booked <> paid",
    },
    Check {
        invariant: "I6",
        says: "a refunded order's money was given back, or never taken",
        things: "refunded orders",
        counted: "orders.orders where state = 'refunded'",
        only_at_rest: true,
        offenders: "
            select placed.id, 'its payment is ' || coalesce(paid.state, 'not there') as detail
            from orders.orders placed left join payments.payments paid on paid.id = placed.payment_id
            where placed.state = 'refunded' and coalesce(paid.state, '') not in ('refunded', 'voided')",
    },
    Check {
        invariant: "I6",
        says: "the gateway's books say of each payment what we say",
        things: "payments",
        counted: "payments.payments",
        only_at_rest: true,
        offenders: "
            select paid.id, 'we say ' || paid.state || ', the gateway says ' || coalesce(book.state, 'nothing')
                as detail
            from payments.payments paid left join main.gateway_books book on book.payment_id = paid.id
            where paid.state is not book.state and paid.gateway in (select gateway from main.asked)
                -- Closed is declined to us, and so is what was never decided.
                and not (paid.state = 'declined' and coalesce(book.state, 'nothing') in ('voided', 'nothing'))
            union all
            select book.payment_id, 'the gateway says ' || book.state || ', we know nothing of it'
            from main.gateway_books book left join payments.payments paid on paid.id = book.payment_id
            where paid.id is null",
    },
    Check {
        invariant: "I6",
        says: "a payment is as high as its order, and as what the gateway takes",
        things: "payments",
        counted: "payments.payments",
        only_at_rest: false,
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
        says: "who pays an order, and who gets its tickets, is its buyer",
        things: "orders",
        counted: "orders.orders",
        only_at_rest: false,
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
