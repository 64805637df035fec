//! Who may enter, and by which code.

use super::Check;

pub const CHECKS: &[Check] = &[
    Check {
        invariant: "I19",
        statement: "a pass has at most one live claim",
        noun: "claims",
        population: "tickets.claims where live",
        at_rest_only: false,
        offenders: "
            select pass_id as id, count(*) || ' live claims' as detail
            from tickets.claims where live group by pass_id having count(*) > 1",
    },
    Check {
        invariant: "I19",
        statement: "a pass belongs to the buyer of its title, to who accepted it as a gift, or to the creator of the show",
        noun: "passes",
        population: "tickets.passes",
        at_rest_only: false,
        offenders: "
            select pass.id, 'the owner is ' || hex(pass.owner_id) as detail
            from tickets.passes pass
            left join tickets.tickets title on title.id = pass.title_id
            left join tickets.shows show on show.id = pass.show_id
            where pass.title_id is not null and title.buyer_id is null or pass.owner_id <> coalesce(title.buyer_id, show.creator_id)
                and not exists (
                    select 1 from tickets.claims gift
                    where gift.pass_id = pass.id and gift.kind = 'transfer' and gift.accepted_by = pass.owner_id)",
    },
    Check {
        invariant: "I19",
        statement: "a listing is claimed exactly while its ticket is for sale",
        noun: "tickets",
        population: "tickets.tickets where pass_id is not null",
        at_rest_only: false,
        offenders: "
            select ticket.id, ticket.state || ' and ' || count(claim.id) || ' live listings' as detail
            from tickets.tickets ticket
            left join tickets.claims claim on claim.ticket_id = ticket.id and claim.live and claim.kind = 'listing'
            where ticket.pass_id is not null and ticket.state <> 'sold'
            group by ticket.id, ticket.state
            having count(claim.id) <> (case when ticket.state = 'withdrawn' then 0 else 1 end)",
    },
    Check {
        invariant: "I19",
        statement: "a captured order has moved its passes",
        noun: "orders",
        population: "orders.orders where captured and state = 'complete'",
        at_rest_only: true,
        offenders: "
            select placed.id, 'the pass of ' || hex(ticket.id) || ' is still its seller''s' as detail
            from orders.orders placed
            join tickets.tickets ticket on ticket.order_id = placed.id
            join tickets.claims claim on claim.ticket_id = ticket.id and claim.live and claim.kind = 'listing'
            where placed.captured and placed.state = 'complete'",
    },
    Check {
        invariant: "I19",
        statement: "who was refunded has no pass of that sale",
        noun: "passes",
        population: "tickets.passes where title_id is not null",
        at_rest_only: true,
        offenders: "
            select pass.id, 'its owner has the money back' as detail
            from tickets.passes pass join tickets.tickets title on title.id = pass.title_id
            where title.sale_refunded and pass.owner_id = title.buyer_id
                and not exists (
                    select 1 from tickets.claims claim join tickets.tickets listed on listed.id = claim.ticket_id
                    where claim.pass_id = pass.id and claim.live and listed.state in ('held', 'sold'))",
    },
    Check {
        invariant: "I20",
        statement: "a pass that somebody has entered with is not for sale",
        noun: "admissions",
        population: "tickets.claims where kind = 'admission' and live",
        at_rest_only: false,
        offenders: "
            select admission.pass_id as id, 'its ticket is ' || ticket.state as detail
            from tickets.claims admission join tickets.tickets ticket on ticket.pass_id = admission.pass_id
            where admission.kind = 'admission' and admission.live and ticket.state in ('on_sale', 'held')",
    },
    Check {
        invariant: "I20",
        statement: "each scan that admitted somebody has its own admission",
        noun: "scans",
        population: "tickets.scans where answer = 'admitted'",
        at_rest_only: false,
        offenders: "
            select pass_id as id, count(*) || ' scans admitted somebody' as detail
            from tickets.scans scan where answer = 'admitted' group by pass_id
            having count(*) > (
                select count(*) from tickets.claims admission
                where admission.pass_id = scan.pass_id and admission.kind = 'admission')",
    },
    Check {
        invariant: "I21",
        statement: "a numbered seat has one pass, or one ticket from elsewhere",
        noun: "passes",
        population: "tickets.passes where seat_key is not null",
        at_rest_only: false,
        offenders: "
            select pass.id, count(*) || ' others have the seat' as detail
            from tickets.passes pass
            join tickets.tickets ticket on ticket.show_id = pass.show_id and ticket.seat_key = pass.seat_key
                and ticket.state <> 'withdrawn'
            where pass.seat_key is not null group by pass.id",
    },
];
