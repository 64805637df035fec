//! Whether the ledger adds up, says what the payments say, and fits the gateway's books.

use super::Check;

pub const CHECKS: &[Check] = &[
    Check {
        invariant: "I6",
        statement: "every ledger transaction sums to zero",
        noun: "rows",
        population: "payments.ledger",
        at_rest_only: false,
        offenders: "
            select entry_id as id, kind || ': ' || sum(amount) || ' ' || currency as detail
            from payments.ledger group by entry_id, currency having sum(amount) <> 0",
    },
    Check {
        invariant: "I6",
        statement: "the ledger has each capture and each refund once",
        noun: "captured or refunded payments",
        population: "payments.payments where state in ('captured', 'refunded')",
        at_rest_only: false,
        offenders: "
            select paid.id, paid.state || ' ' || paid.amount || ', the ledger has charged ' || charged
                || ' and given back ' || refunded as detail
            from (
                select paid.id, paid.state, paid.amount,
                    coalesce(sum(case when booked.kind = 'charge' then booked.amount end), 0) as charged,
                    coalesce(-sum(case when booked.kind = 'refund' then booked.amount end), 0) as refunded
                from payments.payments paid left join payments.ledger booked
                    on booked.payment_id = paid.id and booked.account = 'gateway'
                group by paid.id, paid.state, paid.amount) paid
            where charged <> case when state in ('captured', 'refunded') then amount else 0 end
                or refunded <> case when state = 'refunded' then amount else 0 end",
    },
    Check {
        invariant: "I6",
        statement: "the ledger's gateway account equals the gateway's own books",
        noun: "currencies",
        population: "(select distinct currency from payments.ledger)",
        at_rest_only: true,
        offenders: "
            select null as id, currency || ': ledger ' || ledger || ', gateway ' || booked as detail
            from (
                select currency, sum(ledger) as ledger, sum(booked) as booked
                from (
                    select row.currency, row.amount as ledger, 0 as booked
                    from payments.ledger row join payments.payments paid on paid.id = row.payment_id
                    where row.account = 'gateway' and paid.gateway in (select gateway from main.compared)
                    union all
                    select currency, 0, amount from main.gateway_books where state = 'captured')
                group by currency)
            where ledger <> booked",
    },
    Check {
        invariant: "I6",
        statement: "all that buyers paid is sold to them or being refunded",
        noun: "payments",
        population: "payments.payments",
        at_rest_only: true,
        offenders: "
            select payment_id as id, 'the buyer is owed ' || -sum(amount) || ' ' || currency as detail
            from payments.ledger where account = 'buyer' group by payment_id, currency having sum(amount) <> 0",
    },
    Check {
        invariant: "I6",
        statement: "a complete order's payment is split among its sellers and the marketplace",
        noun: "complete orders",
        population: "orders.orders where state = 'complete'",
        at_rest_only: true,
        offenders: "
            select placed.id, 'it cost ' || placed.total || ', sellers and fee got '
                || coalesce(-sum(booked.amount), 0) as detail
            from orders.orders placed left join payments.ledger booked
                on booked.payment_id = placed.payment_id and booked.account in ('seller', 'fee')
            where placed.state = 'complete'
            group by placed.id, placed.total having coalesce(-sum(booked.amount), 0) <> placed.total
            union all
            select line.ticket_id, 'its seller got ' || coalesce(-sum(booked.amount), 0) || ' of ' || line.price
            from orders.lines line
                join orders.orders placed on placed.id = line.order_id and placed.state = 'complete'
                join tickets.tickets ticket on ticket.id = line.ticket_id
                left join payments.ledger booked on booked.payment_id = placed.payment_id
                    and booked.account = 'seller' and booked.ticket_id = line.ticket_id
                    and booked.person_id = ticket.seller_id
            group by line.order_id, line.ticket_id, line.price
            having coalesce(-sum(booked.amount), 0) not between line.price / 2 and line.price",
    },
    Check {
        invariant: "I6",
        statement: "sellers are paid what they are owed, once",
        noun: "payouts",
        population: "payments.payouts",
        at_rest_only: false,
        offenders: "
            select sent.id, 'it is ' || sent.amount || ' ' || sent.currency || ', of sales worth '
                || coalesce(-sum(owed.amount), 0) as detail
            from payments.payouts sent left join payments.ledger owed
                on owed.payout_id = sent.id and owed.account = 'seller' and owed.kind <> 'payout'
            group by sent.id, sent.amount, sent.currency having coalesce(-sum(owed.amount), 0) <> sent.amount
            union all
            select sent.id, 'it is ' || sent.state || ', the ledger says ' || coalesce(sum(booked.amount), 0)
            from payments.payouts sent left join payments.ledger booked
                on booked.payout_id = sent.id and booked.account = 'payout'
            group by sent.id, sent.state, sent.amount
            having coalesce(sum(booked.amount), 0) <> case sent.state when 'instructed' then -sent.amount else 0 end
            union all
            select book.payout_id, 'the gateway paid ' || book.amount || ', we say '
                || coalesce(sent.amount || ' ' || sent.state, 'nothing')
            from main.gateway_payouts book left join payments.payouts sent on sent.id = book.payout_id
            where sent.amount is not book.amount or sent.state is 'failed'",
    },
];
