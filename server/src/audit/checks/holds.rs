//! Who holds or owns which ticket, since when, until when, and at what price.

use super::Check;

pub const CHECKS: &[Check] = &[
    Check {
        invariant: "I1",
        statement: "one live order per ticket",
        noun: "live lines",
        population: "orders.lines where live",
        at_rest_only: false,
        offenders: "
            select ticket_id as id, count(*) || ' live orders' as detail
            from orders.lines where live group by ticket_id having count(*) > 1",
    },
    Check {
        invariant: "I1",
        statement: "an order holds a ticket only after the previous order is over",
        noun: "orders",
        population: "orders.orders",
        at_rest_only: false,
        offenders: "
            select ticket_id as id, 'held by two orders at the same time' as detail
            from (
                select ticket_id, began, lag(ended) over (partition by ticket_id order by began) as ended_before
                from (
                    select line.ticket_id, min(past.seq) as began, coalesce(min(case
                        when past.state in ('expired', 'cancelled', 'refunded') then past.seq end), 9e18) as ended
                    from main.order_history past join orders.lines line on line.order_id = past.id
                    group by past.id, line.ticket_id))
            where ended_before > began",
    },
    Check {
        invariant: "I1",
        statement: "a line is live exactly as long as its order",
        noun: "lines",
        population: "orders.lines",
        at_rest_only: false,
        offenders: "
            select line.ticket_id as id, 'its order is ' || coalesce(placed.state, 'not there') as detail
            from orders.lines line left join orders.orders placed on placed.id = line.order_id
            where placed.id is null or line.live <> (placed.state in ('held', 'complete'))",
    },
    Check {
        invariant: "I2",
        statement: "a ticket is sold at most once",
        noun: "tickets",
        population: "tickets.tickets",
        at_rest_only: false,
        offenders: "
            select line.ticket_id as id, count(*) || ' complete orders' as detail
            from orders.lines line join orders.orders placed on placed.id = line.order_id
            where placed.state = 'complete' group by line.ticket_id having count(*) > 1
            union all
            select past.id, 'sold to ' || count(distinct past.order_id) || ' complete orders'
            from main.ticket_history past join orders.orders placed on placed.id = past.order_id
            where past.state = 'sold' and placed.state = 'complete'
            group by past.id having count(distinct past.order_id) > 1",
    },
    Check {
        invariant: "I7",
        statement: "an order changes as its life allows",
        noun: "versions of orders",
        population: "main.order_history",
        at_rest_only: false,
        offenders: "
            select id, coalesce(before, 'nothing') || ' became ' || state || ' in version ' || version as detail
            from (
                select id, version, state, captured, lag(state) over versions as before,
                    lag(captured) over versions as captured_before
                from main.order_history window versions as (partition by id order by version))
            where (before is null and version = 1 and state <> 'held')
                or (before is not null and not (
                    (before = 'held' and state in ('held', 'complete', 'expired', 'cancelled'))
                    or (before = 'complete' and state = 'refunded')
                    or (before = 'complete' and state = 'complete' and captured > captured_before)))",
    },
    Check {
        invariant: "I7",
        statement: "a payment makes only allowed transitions",
        noun: "versions of payments",
        population: "main.payment_history",
        at_rest_only: false,
        offenders: "
            select id, coalesce(before, 'nothing') || ' became ' || state || ' in version ' || version as detail
            from (
                select id, version, state, lag(state) over (partition by id order by version) as before
                from main.payment_history)
            where (before is null and version = 1 and state <> 'started')
                or (before is not null and not (
                    (before = 'started' and state in ('authorized', 'declined', 'unknown'))
                    or (before = 'unknown' and state in ('authorized', 'declined'))
                    or (before = 'authorized' and state in ('captured', 'voided'))
                    or (before = 'captured' and state = 'refunded')))",
    },
    Check {
        invariant: "I8",
        statement: "no unpaid hold ended before its deadline",
        noun: "expired orders",
        population: "main.order_history where state = 'expired'",
        at_rest_only: false,
        offenders: "
            select id, 'it ended ' || (expires_at - occurred_at) || ' ms too early' as detail
            from main.order_history where state = 'expired' and occurred_at < expires_at",
    },
    Check {
        invariant: "I8",
        statement: "a deadline moves at most once, by 120 seconds",
        noun: "orders",
        population: "orders.orders",
        at_rest_only: false,
        offenders: "
            select id, count(distinct expires_at) || ' deadlines, '
                || (max(expires_at) - min(expires_at)) || ' ms apart' as detail
            from main.order_history group by id
            having count(distinct expires_at) > 1
                and (count(distinct expires_at) > 2 or max(expires_at) - min(expires_at) <> 120000)",
    },
    Check {
        invariant: "I13",
        statement: "a line costs what its ticket cost at the line's price version",
        noun: "lines",
        population: "orders.lines",
        at_rest_only: false,
        offenders: "
            select distinct line.ticket_id as id,
                'it cost ' || past.price || ', the order says ' || line.price as detail
            from orders.lines line join main.ticket_history past
                on past.id = line.ticket_id and past.price_version = line.price_version
            where past.price <> line.price",
    },
    Check {
        invariant: "I13",
        statement: "an order's total is the sum of its lines and never changes",
        noun: "orders",
        population: "orders.orders",
        at_rest_only: false,
        offenders: "
            select placed.id, 'total ' || placed.total || ', lines ' || coalesce(sum(line.price), 'none') as detail
            from orders.orders placed left join orders.lines line on line.order_id = placed.id
            group by placed.id having sum(line.price) is not placed.total
            union all
            select id, 'its lines or its total changed' from main.order_history
            group by id having count(distinct lines) > 1 or count(distinct total || currency) > 1",
    },
    Check {
        invariant: "I14",
        statement: "a held or sold ticket is not edited",
        noun: "versions of tickets",
        population: "main.ticket_history",
        at_rest_only: false,
        offenders: "
            select id, 'it was edited while ' || state_before || ', in version ' || version as detail
            from main.ticket_steps
            where state_before in ('held', 'sold') and state <> 'withdrawn'
                and (price <> price_before or price_version <> price_version_before)",
    },
    Check {
        invariant: "I14",
        statement: "a price change raises the price version",
        noun: "versions of tickets",
        population: "main.ticket_history",
        at_rest_only: false,
        offenders: "
            select id, 'price version ' || price_version_before || ' and then ' || price_version || ', in version '
                || version as detail
            from main.ticket_steps
            where (price <> price_before and price_version <= price_version_before)
                or price_version < price_version_before",
    },
    Check {
        invariant: "I14",
        statement: "a ticket makes only allowed transitions",
        noun: "versions of tickets",
        population: "main.ticket_history",
        at_rest_only: false,
        // A held ticket is withdrawn if its show is cancelled, if its seller has left, or if `tickets` learned of the sale and its
        // refund together.
        offenders: "
            select id, state_before || ' became ' || state || ' in version ' || version as detail
            from main.ticket_steps step
            where state_before = 'withdrawn' or (state_before = 'on_sale' and state = 'sold')
                or (state_before = 'held' and state = 'withdrawn' and not show_cancelled
                    and not exists (
                        select 1 from tickets.tickets ticket join tickets.closed_sellers seller
                            on seller.user_id = ticket.seller_id
                        where ticket.id = step.id)
                    and not exists (
                        select 1 from orders.orders placed where placed.id = step.order_before and placed.state = 'refunded'))
                or (state_before = 'sold' and state = 'held')
                or (order_before is not null and order_id is not null and order_before <> order_id)",
    },
    Check {
        invariant: "I14",
        statement: "only an order that is over loses a ticket that was held for it",
        noun: "versions of tickets",
        population: "main.ticket_history",
        at_rest_only: false,
        offenders: "
            select step.id, 'taken from an order that is ' || placed.state || ', in version ' || step.version as detail
            from main.ticket_steps step join orders.orders placed on placed.id = step.order_before
            where step.order_id is not step.order_before and placed.state in ('held', 'complete')",
    },
    Check {
        invariant: "I14",
        statement: "nobody holds more tickets of a show than allowed, and all are counted",
        noun: "allowances",
        population: "orders.allowances",
        at_rest_only: false,
        offenders: "
            select buyer_id as id, sum(taken) || ' counted, ' || sum(live) || ' live, 8 allowed' as detail
            from (
                select buyer_id, show_id, taken, 0 as live from orders.allowances
                union all
                select placed.buyer_id, line.show_id, 0, 1
                from orders.lines line join orders.orders placed on placed.id = line.order_id where line.live)
            group by buyer_id, show_id having sum(taken) <> sum(live) or sum(taken) > 8",
    },
    Check {
        invariant: "I14",
        statement: "nobody buys their own ticket",
        noun: "lines",
        population: "orders.lines",
        at_rest_only: false,
        offenders: "
            select line.ticket_id as id, 'its seller ordered it' as detail
            from orders.lines line join orders.orders placed on placed.id = line.order_id
                join tickets.tickets ticket on ticket.id = line.ticket_id
            where ticket.seller_id = placed.buyer_id",
    },
    Check {
        invariant: "I21",
        statement: "a numbered seat has one ticket from elsewhere on sale, held or sold",
        noun: "tickets of numbered seats",
        population: "tickets.tickets where seat_number is not null and state <> 'withdrawn' and pass_id is null",
        at_rest_only: false,
        // A ticket that an earlier version has written has the key '' until it gets its own. Of two tickets for one seat, the second gets
        // none.
        offenders: "
            select min(id) as id, count(*) || ' tickets of seat ' || seat_number as detail
            from tickets.tickets where seat_number is not null and state <> 'withdrawn' and pass_id is null
            group by show_id, lower(trim(coalesce(seat_section, ''))), lower(trim(coalesce(seat_row, ''))),
                lower(trim(seat_number)) having count(*) > 1
            union all
            select min(id), count(*) || ' tickets with the key of one seat'
            from tickets.tickets where seat_key <> '' and state <> 'withdrawn' and pass_id is null
            group by show_id, seat_key having count(*) > 1
            union all
            select id, 'without the key of seat ' || seat_number
            from tickets.tickets where seat_key is null and seat_number is not null and state <> 'withdrawn'
                and pass_id is null",
    },
];
