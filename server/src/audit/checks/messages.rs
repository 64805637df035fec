//! What was said and heard: without gaps, by everybody who listens, once.

use super::Check;

pub const CHECKS: &[Check] = &[
    Check {
        invariant: "I9",
        says: "versions have no gaps, and are said in order",
        things: "events",
        counted: "main.said",
        only_at_rest: false,
        // Old events are forgotten, so an aggregate's first kept version may be a later one once some were.
        offenders: "
            select aggregate_id as id, subject || ' has ' || count(*) || ' of the versions ' || min(version)
                || ' to ' || max(version) as detail
            from main.said group by service, subject, aggregate_id
            having count(*) <> max(version) - min(version) + 1
                or (min(version) <> 1 and service not in (select service from main.forgetful))
            union all
            select aggregate_id, subject || ' says version ' || version || ' after ' || before
            from (
                select aggregate_id, subject, version,
                    lag(version) over (partition by service, subject, aggregate_id order by seq) as before
                from main.said)
            where before > version",
    },
    Check {
        invariant: "I10",
        says: "no event is dead",
        things: "heard events",
        counted: "main.heard",
        only_at_rest: false,
        offenders: "
            select id, service || ' cannot handle ' || subject || ': ' || coalesce(reason, 'nobody knows why') as detail
            from main.heard where state = 'dead'",
    },
    Check {
        invariant: "I10",
        says: "each event was handled by everybody who listens",
        things: "published events",
        counted: "main.said where published_at is not null",
        only_at_rest: true,
        offenders: "
            select said.id, listens.service || ' has ' || coalesce('the ' || heard.state, 'not heard this')
                || ' ' || said.subject || ', version ' || said.version as detail
            from main.said said join main.listens listens on listens.subject = said.subject
                left join main.heard heard on heard.service = listens.service and heard.id = said.id
            where said.published_at > (select since from main.remembered) and heard.state is not 'handled'",
    },
    Check {
        invariant: "I11",
        says: "each event that was heard was said",
        things: "heard events",
        counted: "main.heard",
        only_at_rest: true,
        offenders: "
            select heard.id, heard.service || ' heard ' || heard.subject || ', version ' || heard.version as detail
            from main.heard heard left join main.said said
                on said.id = heard.id and said.subject = heard.subject
                and said.aggregate_id = heard.aggregate_id and said.version = heard.version
            where said.id is null and heard.received_at > (select since from main.remembered)",
    },
    Check {
        invariant: "I16",
        says: "what was done under a key is there, and its owner's",
        things: "keys of orders and payments",
        counted: "main.keys",
        only_at_rest: false,
        offenders: "
            select keys.effect as id, keys.request || ' did this' as detail
            from main.keys keys left join orders.orders placed
                on placed.id = keys.effect and placed.buyer_id = keys.person
            where keys.request = 'orders.place' and placed.id is null
            union all
            select keys.effect, keys.request || ' did this'
            from main.keys keys left join payments.payments paid
                on paid.id = keys.effect and paid.payer_id = keys.person
            where keys.request = 'payments.pay' and paid.id is null
            union all
            select effect, count(*) || ' keys placed this order'
            from main.keys where request = 'orders.place' group by effect having count(*) > 1",
    },
    Check {
        invariant: "I18",
        says: "the files are whole",
        things: "files",
        counted: "main.files",
        only_at_rest: false,
        offenders: "
            select null as id, service || ': ' || damage as detail from main.files where damage <> 'ok'",
    },
];
