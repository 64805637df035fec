//! Tables of older and of newer versions, and several processes that migrate at once.

use crate::harness::system::TestSystem;
use futures::future::join_all;
use server::Error;
use server::store::{self, Databases, Migration};
use server::tasks::Tasks;
use shared::Service;

const FIRST: Migration = Migration { name: "0001_things", sql: "create table things (id bigint primary key)" };
const SECOND: Migration = Migration { name: "0002_size", sql: "alter table things add column size bigint" };
const BROKEN: Migration = Migration { name: "0002_broken", sql: "create table more (id bigint); create tables" };
const REPAIRED: Migration = Migration { name: "0002_broken", sql: "create table more (id bigint)" };
const INCOMPATIBLE: Migration = Migration { name: "0002_drop_incompatible", sql: "drop table things" };
/// Takes longer than the timeout of a statement of a service: on PostgreSQL by sleeping, and on SQLite by counting.
const SLOW_ON_POSTGRES: Migration = Migration { name: "0002_slow", sql: "select pg_sleep(11)" };
const SLOW_ON_SQLITE: Migration = Migration {
    name: "0002_slow",
    sql: "insert into things with recursive counted(n) as (select 1 union all select n + 1 from counted where n < 3000000)
        select count(*) from counted",
};

async fn open(system: &TestSystem, migrations: &'static [Migration]) -> Result<(), Error> {
    let (environment, tasks) = (system.environment().clone(), Tasks::default());
    let databases = system.databases();
    if let Databases::Folder(folder) = &databases {
        std::fs::create_dir_all(folder).expect("the folder can be created");
    }
    store::open(Service::Orders, &databases, migrations, environment, &tasks).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_at_once_wait_for_a_migration_that_takes_long() {
    let system = TestSystem::stopped();
    let slow: &[Migration] = match system.databases() {
        Databases::Folder(_) => &[FIRST, SLOW_ON_SQLITE],
        Databases::Postgres { .. } => &[FIRST, SLOW_ON_POSTGRES],
    };

    let opened = join_all((0..3).map(|_| open(&system, slow))).await;

    opened.into_iter().for_each(|opened| opened.expect("every process starts"));
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing() {
    let system = TestSystem::stopped();

    let failure = open(&system, &[FIRST, BROKEN]).await.expect_err("it is broken").to_string();

    assert!(failure.contains("0002_broken"), "{failure}");
    // Tables that were left would be in the way.
    open(&system, &[FIRST, REPAIRED]).await.expect("nothing is in the way");
}

#[tokio::test]
async fn an_older_version_works_with_newer_tables_unless_they_are_marked_as_incompatible() {
    let system = TestSystem::stopped();
    open(&system, &[FIRST, SECOND]).await.expect("the newer version starts");
    open(&system, &[FIRST]).await.expect("the older one starts after it");
    open(&system, &[FIRST, SECOND]).await.expect("and the newer one after that");

    open(&system, &[FIRST, SECOND, INCOMPATIBLE]).await.expect("an even newer version starts");
    let refusal = open(&system, &[FIRST, SECOND]).await.expect_err("its tables are gone").to_string();

    assert!(refusal.contains("0002_drop_incompatible") && !refusal.contains('\n'), "{refusal}");
}
