//! A year of rows, pruned every day.

use crate::services::{auth, expiration, payments};
use crate::store::retention::{PLUMBING, Retention};
use crate::store::{Databases, Migration, Store, open};
use crate::tasks::Tasks;
use crate::{Config, Environment, Host};
use sea_orm::{ConnectionTrait, Statement};
use shared::{Instant, Service};
use std::path::Path;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);
/// How many rows each table gets a day.
const ROWS_A_DAY: i64 = 5;

async fn store(service: Service, migrations: &'static [Migration], folder: &Path) -> Store {
    let environment = Environment::simulated(1, Instant::from_millis(1_795_521_600_000));
    let databases = Databases::Folder(folder.to_owned());
    open(service, &databases, migrations, environment, &Tasks::default()).await.expect("the database opens")
}

/// Inserts one row that is over since `now` into each table, as numbers that repeat in none of them.
fn inserts(table: &str, number: i64, now: i64) -> String {
    let id = format!("x'{number:032x}'");
    match table {
        "outbox" => format!(
            "insert into outbox (id, subject, aggregate_id, version, occurred_at, correlation_id, causation_id, schema, body, published_at)
             values ({id}, 'orders.changed', {id}, 1, {now}, {id}, {id}, 1, '{{}}', {now})"
        ),
        "inbox" => format!(
            "insert into inbox values ({id}, 'orders.changed', {id}, 1, 'handled', 0, null, null, null, {now})"
        ),
        "idempotency" => format!("insert into idempotency values ({id}, 'orders.place', 'key', '', '', {now})"),
        "deadlines" => format!("insert into deadlines values ({id}, {now}, false, {now}, 1)"),
        "order_replicas" => format!("insert into order_replicas values ({id}, 1, '{{}}', {now})"),
        "sessions" => format!("insert into sessions values ('{number}', {id}, {now}, '', '', {now}, {now})"),
        "devices" => format!("insert into devices values ('{number}', {id}, {now})"),
        "links" => format!("insert into links values ('{number}', {id}, 'verify_email', '', null, {now})"),
        "attempts" => format!("insert into attempts values ('{number}', 1, {now}, {now})"),
        "security_events" => format!("insert into security_events values ({id}, {id}, 'signed_in', {now}, '', '')"),
        "mails" => format!(
            "insert into mails values ('{number}', {id}, 'verify_email', '', '', 'sent', 1, null, null, {now}, {now}, null, null)"
        ),
        "webhook_events" => format!("insert into webhook_events values ('evt_{number}', 'kind', {id}, '', {now}, {now})"),
        "payout_checks" => format!("insert into payout_checks values ('sandbox', {id}, 1, {now})"),
        other => panic!("add a row of {other} here"),
    }
}

async fn count(store: &Store, table: &str) -> i64 {
    let count =
        Statement::from_string(store.read().get_database_backend(), format!("select count(*) as rows from {table}"));
    let row = store.read().query_one_raw(count).await.expect("the database answers").expect("a count is one row");
    row.try_get("", "rows").expect("it is a number")
}

async fn fill_day(store: &Store, retentions: &[&Retention], first: i64) {
    let now = store.environment().now().millis();
    let rows: Vec<String> = (first..first + ROWS_A_DAY)
        .flat_map(|number| retentions.iter().map(move |retention| inserts(retention.table, number, now)))
        .collect();
    let fill = store.write(store.root_cause(), move |tx| {
        Box::pin(async move { Ok(tx.db().execute_unprepared(&rows.join(";")).await.map(drop)?) })
    });
    fill.await.expect("the rows are new");
}

async fn assert_sizes_stay_flat(store: &Store, own: &[Retention]) {
    let retentions: Vec<&Retention> = PLUMBING.iter().chain(own).collect();
    for day in 0..365 {
        fill_day(store, &retentions, 1 + day * ROWS_A_DAY).await;
        store.environment().advance(DAY);
        store.prune(own).await.expect("the database answers");
    }
    for retention in &retentions {
        let left = count(store, retention.table).await;
        let days = i64::try_from(retention.life.as_secs() / DAY.as_secs()).expect("a life is short");
        assert!(left <= days * ROWS_A_DAY, "{left} rows of {} are left", retention.table);
        assert!(left >= (days - 1) * ROWS_A_DAY, "{} is pruned too early", retention.table);
    }
}

#[tokio::test]
async fn tables_stay_as_large_as_they_are_after_a_month() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let store_of = async |service, migrations| store(service, migrations, folder.path()).await;

    let auth = store_of(Service::Auth, auth::MIGRATIONS).await;
    assert_sizes_stay_flat(&auth, auth::RETENTIONS).await;
    let expiration = store_of(Service::Expiration, expiration::MIGRATIONS).await;
    assert_sizes_stay_flat(&expiration, expiration::RETENTIONS).await;
    let payments = store_of(Service::Payments, payments::MIGRATIONS).await;
    assert_sizes_stay_flat(&payments, payments::RETENTIONS).await;
}

#[tokio::test]
async fn a_backlog_is_deleted_in_small_commits() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let store = store(Service::Expiration, expiration::MIGRATIONS, folder.path()).await;
    for first in 0..400 {
        fill_day(&store, &[&PLUMBING[0]], 1 + first * ROWS_A_DAY).await;
    }
    store.environment().advance(365 * DAY);

    let (rows, commits) = store.prune(&[]).await.expect("the database answers");

    assert_eq!(rows, 2_000);
    // Four full ones, and one of each table that finds nothing more.
    assert_eq!(commits, 4 + 3);
}

#[tokio::test]
async fn rows_that_are_over_are_found_by_an_index() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let url = format!("sqlite://{}", folder.path().display());
    let config = Config::from_variables(|name| (name == "DATABASE_URL").then(|| url.clone())).expect("it is valid");
    let host = Host::start(&config, Environment::real()).await.expect("the host starts");
    for service in host.services() {
        let db = service.store().read();
        for retention in PLUMBING.iter().chain(service.retentions()) {
            let plan = format!("explain query plan {}", retention.statement(Instant::from_millis(0)));
            let plan = Statement::from_string(db.get_database_backend(), plan);
            let steps = db.query_all_raw(plan).await.expect("the statement is valid");
            let steps: Vec<String> = steps.iter().map(|row| row.try_get("", "detail").expect("it is text")).collect();
            let scans = steps.iter().any(|step| step.starts_with("SCAN") && !step.contains("USING"));
            let sorts = steps.iter().any(|step| step.contains("TEMP B-TREE"));
            assert!(!scans && !sorts, "{}: {steps:?}", retention.table);
        }
    }
    host.stop().await;
}
