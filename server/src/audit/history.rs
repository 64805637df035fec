//! What was said over time, taken out of the events' bodies: the tables in `main` that the checks read.

use shared::Service;

/// Who listens to whom: what the services declare themselves, said once more so that forgetting it there is found.
const LISTENS: &str = "
    create table main.listens as
    select column1 as service, column2 as subject from (values
        ('tickets', 'orders.changed'), ('expiration', 'orders.changed'), ('payments', 'orders.changed'),
        ('orders', 'tickets.changed'), ('orders', 'payments.changed'), ('orders', 'expiration.due'),
        ('auth', 'orders.changed'), ('auth', 'payments.changed'));";

const BODIES: &str = "
    create table main.order_history as
    select aggregate_id as id, seq, version, occurred_at, body ->> '$.state' as state,
        body ->> '$.total.minor' as total, body ->> '$.total.currency' as currency, body ->> '$.lines' as lines,
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
        body ->> '$.ticket.price.minor' as price, body ->> '$.terms' as terms,
        body ->> '$.ticket.show.cancelled' as show_cancelled,
        unhex(replace(body ->> '$.order_id', '-', '')) as order_id
    from tickets.outbox where subject = 'tickets.changed';
    create index main.ticket_history_by_id on ticket_history (id, version);

    create table main.ticket_steps as
    select * from (
        select *, lag(state) over versions as state_before, lag(price) over versions as price_before,
            lag(terms) over versions as terms_before, lag(order_id) over versions as order_before
        from main.ticket_history window versions as (partition by id order by version))
    where state_before is not null;

    create table main.keys as
    select request, person, unhex(replace(effect ->> '$', '-', '')) as effect
    from orders.idempotency where request = 'orders.place'
    union all
    select request, person, unhex(replace(effect ->> '$', '-', ''))
    from payments.idempotency where request = 'payments.pay';";

/// Handled events are forgotten after 30 days, in each service on its own: one day less was not forgotten anywhere.
const REMEMBERED: &str = "
    create index main.heard_by_id on heard (id, service);
    create index main.said_by_id on said (id);
    create index main.said_by_aggregate on said (aggregate_id, subject);
    create table main.remembered as
    select max(coalesce((select max(published_at) from main.said), 0),
        coalesce((select max(received_at) from main.heard), 0)) - 29 * 24 * 3600 * 1000 as since;";

/// The statements that make the tables.
pub fn statements() -> Vec<String> {
    let of_all = |columns: &str, table: &str| {
        let of = |service: Service| format!("select '{service}' as service, {columns} from {service}.{table}");
        Service::ALL.map(of).join(" union all ")
    };
    let said = of_all("seq, id, subject, aggregate_id, version, occurred_at, published_at", "outbox");
    let heard = of_all("id, subject, aggregate_id, version, state, reason, next_try_at, received_at", "inbox");
    // Events are forgotten from the first one on.
    let forgetful = Service::ALL.map(|service| {
        let first = format!("select min(seq) from {service}.outbox");
        let ever = format!("select seq + 1 from {service}.sqlite_sequence where name = 'outbox'");
        format!("select '{service}' as service where coalesce(({first}), ({ever}), 1) > 1")
    });
    let forgetful = forgetful.join(" union all ");
    vec![
        LISTENS.to_owned(),
        format!("create table main.said as {said};"),
        format!("create table main.heard as {heard};"),
        format!("create table main.forgetful as {forgetful};"),
        BODIES.to_owned(),
        REMEMBERED.to_owned(),
    ]
}
