//! Databases of released versions, from `tests/fixtures`: this version serves them, and the one before it could go on with them
//! afterwards. `tests/fixtures/make.py` makes the fixture of a release.

use super::migrations;
use crate::store::{Databases, migrate};
use crate::{Caller, Config, Environment, Host, audit};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use shared::Service;
use shared::auth::SignIn;
use shared::orders::{ListOrders, OrderState};
use shared::value::{LanguageTag, Password};
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

/// The releases, oldest first.
const RELEASES: &[&str] = &["first"];

/// A column of a table: whether a row may leave it out.
type Schema = BTreeMap<(String, String), bool>;

/// The databases of a release.
async fn load(release: &str) -> TempDir {
    let folder = TempDir::new().expect("makes a folder");
    for service in Service::ALL {
        let dump = format!("{}/../tests/fixtures/{release}/{service}.sql", env!("CARGO_MANIFEST_DIR"));
        let dump = std::fs::read_to_string(dump).expect("the fixture exists");
        let db = connect(folder.path(), service).await;
        db.execute_unprepared(&dump).await.expect("the fixture is SQL");
        db.close().await.expect("closes");
    }
    folder
}

async fn connect(folder: &Path, service: Service) -> DatabaseConnection {
    Databases::Folder(folder.to_owned()).connect(service, 1).await.expect("opens")
}

async fn columns(db: &DatabaseConnection) -> Schema {
    let query = "select tables.name, columns.name, columns.\"notnull\" = 0 or columns.dflt_value is not null
        from sqlite_schema tables join pragma_table_info(tables.name) columns
        where tables.type = 'table' and tables.name not in ('seaql_migrations', 'sqlite_sequence')";
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, query)).await.expect("answers");
    let column = |row: &sea_orm::QueryResult| {
        let name = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok::<_, sea_orm::DbErr>((name, row.try_get_by_index(2)?))
    };
    rows.iter().map(column).collect::<Result<_, _>>().expect("they are columns")
}

async fn indexes(db: &DatabaseConnection) -> Vec<String> {
    let query = "select name from sqlite_schema where type = 'index' and sql is not null order by name";
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, query)).await.expect("answers");
    rows.iter().map(|row| row.try_get_by_index(0).expect("it is a name")).collect()
}

fn config(folder: &Path) -> Config {
    let data = format!("sqlite://{}", folder.display());
    Config::from_variables(|name| (name == "DATABASE_URL").then(|| data.clone())).expect("the configuration is valid")
}

#[tokio::test]
async fn the_data_of_every_release_is_served() {
    for release in RELEASES {
        let (folder, environment) = (load(release).await, Environment::real());
        let host = Host::start(&config(folder.path()), environment.clone()).await.expect("starts");
        let mut caller = Caller::anonymous(environment.new_id());
        let email = "ben@example.org".to_owned().try_into().expect("it is an address");
        let password = Password::try_from("second row seats".to_owned()).expect("it is long enough");
        let language = LanguageTag::try_from("en".to_owned()).expect("the tag is well-formed");
        let sign_in = SignIn { email, password, language, device: None, replaced: None };

        let signed_in = host.backend().call(&caller, sign_in).await.expect("signs in");
        caller.user = Some(signed_in.user.id);
        let orders = host.backend().call(&caller, ListOrders { cursor: None }).await.expect("lists");

        let states: Vec<OrderState> = orders.items.iter().map(|order| order.state).collect();
        assert!(states.contains(&OrderState::Complete) && states.contains(&OrderState::Expired), "{states:?}");
        host.stop().await;
        let report = audit::run(&config(folder.path()), environment.now()).await.expect("audits");
        assert_eq!(report.violations(), 0, "{release}: {report}");
    }
}

#[tokio::test]
async fn upgraded_tables_equal_new_ones_and_the_release_before_can_go_on_with_them() {
    for release in RELEASES {
        let (folder, new) = (load(release).await, TempDir::new().expect("makes a folder"));
        for service in Service::ALL {
            let (db, new) = (connect(folder.path(), service).await, connect(new.path(), service).await);
            let before = columns(&db).await;

            for db in [&db, &new] {
                let now = Environment::real().now();
                migrate::migrate(db, migrations(service), now).await.expect("migrates");
            }

            let after = columns(&db).await;
            let changed = "never change a released migration: add one that brings its tables to the same state";
            assert_eq!(after, columns(&new).await, "{service} since {release}: {changed}");
            assert_eq!(indexes(&db).await, indexes(&new).await, "{service} since {release}: {changed}");
            for (column, optional) in &after {
                let is_new = !before.contains_key(column) && before.keys().any(|(table, _)| *table == column.0);
                let rule = "give a new column a default, or let it be null: the version before inserts rows without it";
                assert!(*optional || !is_new, "{service}: {column:?}: {rule}");
            }
            for column in before.keys() {
                let rule = "the version before needs this column: name a migration that drops it so that it ends in";
                assert!(after.contains_key(column), "{service}: {column:?}: {rule} {}", migrate::INCOMPATIBLE);
            }
        }
    }
}
