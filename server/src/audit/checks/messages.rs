//! Events: published without gaps, and handled once by every subscriber.

use super::Check;

pub const CHECKS: &[Check] = &[
    Check {
        invariant: "I9",
        statement: "versions have no gaps and are published in order",
        noun: "events",
        population: "main.published",
        at_rest_only: false,
        // Old events are pruned, so the first version that is left of an aggregate may be a later one.
        offenders: "
            select aggregate_id as id, subject || ' has ' || count(*) || ' of the versions ' || min(version)
                || ' to ' || max(version) as detail
            from main.published group by service, subject, aggregate_id
            having count(*) <> max(version) - min(version) + 1
                or (min(version) <> 1 and service not in (select service from main.pruned))
            union all
            select aggregate_id, subject || ' has version ' || version || ' after ' || before
            from (
                select aggregate_id, subject, version,
                    lag(version) over (partition by service, subject, aggregate_id order by seq) as before
                from main.published)
            where before > version",
    },
    Check {
        invariant: "I10",
        statement: "no event is a dead letter",
        noun: "received events",
        population: "main.received",
        at_rest_only: false,
        offenders: "
            select id, service || ' cannot handle ' || subject || ': ' || coalesce(reason, 'unknown reason') as detail
            from main.received where state = 'dead_letter'",
    },
    Check {
        invariant: "I10",
        statement: "each event is handled by every subscriber",
        noun: "published events",
        population: "main.published where published_at is not null",
        at_rest_only: true,
        offenders: "
            select event.id, subscription.service || ' has ' || coalesce(received.state || ' the', 'not received')
                || ' ' || event.subject || ', version ' || event.version as detail
            from main.published event join main.subscriptions subscription on subscription.subject = event.subject
                left join main.received received on received.service = subscription.service and received.id = event.id
            where event.published_at > (select since from main.retained) and received.state is not 'handled'",
    },
    Check {
        invariant: "I11",
        statement: "each received event was published",
        noun: "received events",
        population: "main.received",
        at_rest_only: true,
        offenders: "
            select received.id, received.service || ' received ' || received.subject || ', version ' || received.version as detail
            from main.received received left join main.published event
                on event.id = received.id and event.subject = received.subject
                and event.aggregate_id = received.aggregate_id and event.version = received.version
            where event.id is null and received.received_at > (select since from main.retained)",
    },
    Check {
        invariant: "I16",
        statement: "the effect of an idempotency key exists and is its owner's",
        noun: "idempotency keys",
        population: "main.keys",
        at_rest_only: false,
        offenders: "
            select keys.effect as id, keys.request || ' had this effect' as detail
            from main.keys keys left join orders.orders placed
                on placed.id = keys.effect and placed.buyer_id = keys.person
            where keys.request = 'orders.place' and placed.id is null
            union all
            select keys.effect, keys.request || ' had this effect'
            from main.keys keys left join payments.payments paid
                on paid.id = keys.effect and paid.payer_id = keys.person
            where keys.request = 'payments.pay' and paid.id is null",
    },
    Check {
        invariant: "I18",
        statement: "the database files are intact",
        noun: "files",
        population: "main.files",
        at_rest_only: false,
        offenders: "
            select null as id, service || ': ' || damage as detail from main.files where damage <> 'ok'",
    },
];
