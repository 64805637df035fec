//! Tables in `main` that the checks read: events of all services, and the states of aggregates over time, extracted from the
//! bodies of the events.

use crate::services::subscribed_subjects;
use shared::{Instant, Service, Subject};
use strum::VariantArray;

const BODIES: &str = "
    create table main.order_history as
    select aggregate_id as id, seq, version, occurred_at, body ->> '$.state' as state,
        coalesce(body ->> '$.captured', 0) as captured, body ->> '$.total.minor' as total, body ->> '$.total.currency' as currency, body ->> '$.lines' as lines,
        cast(round(unixepoch(body ->> '$.expires_at', 'subsec') * 1000) as integer) as expires_at,
        unhex(replace(body ->> '$.payment_id', '-', '')) as payment_id
    from orders.outbox where subject = 'orders.changed';
    create index main.order_history_by_id on order_history (id, version);

    create table main.payment_history as
    select aggregate_id as id, version, body ->> '$.state' as state, body ->> '$.amount.minor' as amount,
        unhex(replace(body ->> '$.order_id', '-', '')) as order_id
    from payments.outbox where subject = 'payments.changed';
    create index main.payment_history_by_id on payment_history (id, version);

    create table main.ticket_history as
    select aggregate_id as id, version, body ->> '$.ticket.state' as state,
        body ->> '$.ticket.price.minor' as price, body ->> '$.terms' as price_version,
        body ->> '$.ticket.show.cancelled' as show_cancelled,
        unhex(replace(body ->> '$.order_id', '-', '')) as order_id
    from tickets.outbox where subject = 'tickets.changed';
    create index main.ticket_history_by_id on ticket_history (id, version);

    create table main.ticket_steps as
    select * from (
        select *, lag(state) over versions as state_before, lag(price) over versions as price_before,
            lag(price_version) over versions as price_version_before, lag(order_id) over versions as order_before
        from main.ticket_history window versions as (partition by id order by version))
    where state_before is not null;

    create table main.keys as
    select request, person, unhex(replace(effect ->> '$', '-', '')) as effect
    from orders.idempotency where request = 'orders.place'
    union all
    select request, person, unhex(replace(effect ->> '$', '-', ''))
    from payments.idempotency where request = 'payments.pay';";

/// Each service prunes handled events after 30 days on its own: what is of the last 29 days is left everywhere. Nothing may have
/// happened for long, and a simulated clock may be ahead of events, so the present counts as well.
const RETAINED: &str = "
    create index main.received_by_id on received (id, service);
    create index main.published_by_id on published (id);
    create index main.published_by_aggregate on published (aggregate_id, subject);
    create table main.newest_published as
    select subject, aggregate_id, max(version) as version from main.published
    where published_at is not null group by subject, aggregate_id;
    create index main.newest_published_by_id on newest_published (aggregate_id, subject);
    create index main.handled_versions_by_id on handled_versions (aggregate_id, subject, service);
    create table main.retained as
    select max(coalesce((select max(published_at) from main.published), 0),
        coalesce((select max(received_at) from main.received), 0), NOW) - 29 * 24 * 3600 * 1000 as since;";

/// The statements that create the tables.
pub fn statements(now: Instant) -> Vec<String> {
    let of_all = |columns: &str, table: &str| {
        let of = |service: &Service| format!("select '{service}' as service, {columns} from {service}.{table}");
        Service::ALL.iter().map(of).collect::<Vec<_>>().join(" union all ")
    };
    let published = of_all("seq, id, subject, aggregate_id, version, occurred_at, published_at, replay", "outbox");
    let received = of_all("id, subject, aggregate_id, version, state, reason, next_try_at, received_at", "inbox");
    let handled_versions = of_all("subject, aggregate_id, version", "inbox_versions");
    // Events are pruned from the oldest on.
    let pruned = |service: &Service| {
        let first = format!("select min(seq) from {service}.outbox");
        let next = format!("select seq + 1 from {service}.sqlite_sequence where name = 'outbox'");
        format!("select '{service}' as service where coalesce(({first}), ({next}), 1) > 1")
    };
    let pruned = Service::ALL.iter().map(pruned).collect::<Vec<_>>().join(" union all ");
    vec![
        pairs(
            "subscriptions",
            Service::ALL
                .iter()
                .flat_map(|service| subscribed_subjects(*service).into_iter().map(move |subject| (*service, subject))),
        ),
        pairs("publishers", Subject::VARIANTS.iter().map(|subject| (subject.service(), *subject))),
        format!("create table main.published as {published};"),
        format!("create table main.received as {received};"),
        format!("create table main.handled_versions as {handled_versions};"),
        format!("create table main.pruned as {pruned};"),
        BODIES.to_owned(),
        RETAINED.replace("NOW", &now.millis().to_string()),
    ]
}

/// A table of services and subjects.
fn pairs(table: &str, rows: impl Iterator<Item = (Service, Subject)>) -> String {
    let rows: Vec<String> = rows.map(|(service, subject)| format!("('{service}', '{subject}')")).collect();
    format!(
        "create table main.{table} as select column1 as service, column2 as subject from (values {});",
        rows.join(", ")
    )
}
