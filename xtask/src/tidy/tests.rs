//! Each rule finds a breach that is planted, and says what to do.

use super::{Source, breaches};

/// Fails unless the files break one rule, in a message with these parts.
fn assert_breach(files: &[(&str, &str)], parts: &[&str]) {
    let found = breaches(&sources(files));
    assert_eq!(found.len(), 1, "{found:#?}");
    for part in parts {
        assert!(found[0].contains(part), "{part} is not in: {}", found[0]);
    }
}

fn assert_clean(files: &[(&str, &str)]) {
    assert_eq!(breaches(&sources(files)), Vec::<String>::new());
}

fn sources(files: &[(&str, &str)]) -> Vec<Source> {
    let source = |(name, text): &(&str, &str)| {
        let text = if name.ends_with(".rs") { format!("//! A file.\n{text}") } else { (*text).to_owned() };
        Source { name: (*name).to_owned(), text }
    };
    files.iter().map(source).collect()
}

#[test]
fn an_old_word_is_found() {
    assert_breach(
        &[("server/src/messaging/inbox.rs", "const MOST_TRIES: u32 = 8;")],
        &["server/src/messaging/inbox.rs:2", "MOST_TRIES", "write MAX_*"],
    );
    assert_breach(&[("docs/operating.md", "The event is parked.")], &["docs/operating.md:1", "parked", "is retried"]);
    assert_clean(&[(
        "server/src/lib.rs",
        "/// Rejects invisible characters, unheard names and KEPTS.\nstruct Unseener;",
    )]);
}

#[test]
fn an_import_of_a_higher_layer_is_found() {
    assert_breach(
        &[
            ("app/components/card.rs", "use crate::pages::home::Home;"),
            ("app/pages/home.rs", "pub struct Home;"),
            ("app/lib.rs", ""),
        ],
        &["app/components/card.rs", "crate::pages::home::Home", "let the page fetch"],
    );
    assert_breach(
        &[
            ("app/routes.rs", "use crate::components::Card;"),
            ("app/components/mod.rs", "pub struct Card;"),
            ("app/lib.rs", ""),
        ],
        &["app/routes.rs", "keep only paths and queries"],
    );
}

#[test]
fn plumbing_that_imports_a_service_is_found() {
    let files = |import| {
        [
            ("server/src/lib.rs", ""),
            ("server/src/services/mod.rs", "pub trait ServiceHandler {}"),
            ("server/src/services/orders/mod.rs", "pub struct Orders;"),
            ("server/src/services/tickets/mod.rs", "pub struct Tickets;"),
            import,
        ]
    };

    assert_breach(
        &files(("server/src/store/connect.rs", "use crate::services::orders::Orders;")),
        &["server/src/store/connect.rs", "only host, audit and doctor name services"],
    );
    assert_breach(
        &files(("server/src/services/tickets/events.rs", "fn f() { super::super::orders::Orders; }")),
        &["server/src/services/tickets/events.rs", "call the other one by a request"],
    );
    assert_clean(&files(("server/src/host.rs", "use crate::services::{ServiceHandler, orders::Orders};")));
    assert_clean(&files(("server/src/messaging/inbox.rs", "use crate::services::ServiceHandler;")));
}

#[test]
fn a_service_that_is_imported_through_a_reexport_is_found() {
    assert_breach(
        &[
            ("server/src/lib.rs", "pub use services::orders::Orders;"),
            ("server/src/services/orders/mod.rs", "pub struct Orders;"),
            ("server/src/rpc/mod.rs", "use crate::Orders;"),
        ],
        &["server/src/rpc/mod.rs imports crate::Orders", "only host, audit and doctor name services"],
    );
}

#[test]
fn rules_that_wait_or_store_are_found() {
    assert_breach(
        &[("server/src/services/orders/rules.rs", "pub async fn place() {}")],
        &["server/src/services/orders/rules.rs", "rules are synchronous"],
    );
    assert_breach(
        &[("server/src/services/orders/rules.rs", "use sea_orm::DbErr;")],
        &["rules know no database", "let mod.rs or events.rs load and store it"],
    );
    assert_breach(
        &[
            ("server/src/store/mod.rs", "pub struct Tx;"),
            ("server/src/services/orders/rules.rs", "pub fn place(tx: &crate::store::Tx) {}"),
        ],
        &["rules know no database"],
    );
}

#[test]
fn a_framework_in_the_server_is_found() {
    assert_breach(
        &[("server/src/lib.rs", "use axum::Router;")],
        &["server/src/lib.rs:2", "move what needs axum to app/"],
    );
    assert_breach(
        &[("shared/Cargo.toml", "[dependencies]\nsea-orm-migration = \"2\"\n")],
        &["shared/Cargo.toml: sea-orm-migration belongs into server/Cargo.toml only"],
    );
    assert_breach(
        &[("tests/Cargo.toml", "[dev-dependencies]\nxtask = { path = \"../xtask\" }\n")],
        &["nothing depends on xtask"],
    );
}

#[test]
fn an_import_cycle_between_files_is_found() {
    assert_breach(
        &[
            ("shared/src/lib.rs", "mod money;\nmod rejection;\npub use rejection::Rejection;"),
            ("shared/src/money.rs", "use crate::Rejection;\npub struct Money;"),
            ("shared/src/rejection.rs", "pub struct Rejection(crate::money::Money);"),
        ],
        &["shared/src: import cycle money → rejection → money", "a module that imports neither"],
    );
}

#[test]
fn an_import_cycle_between_folders_is_found() {
    assert_breach(
        &[
            ("server/src/store/mod.rs", "pub struct Tx;"),
            ("server/src/store/idempotency.rs", "use crate::messaging::outbox::append;"),
            ("server/src/messaging/outbox.rs", "use crate::store::Tx;\npub fn append() {}"),
        ],
        &["server/src: import cycle messaging → store → messaging"],
    );
}

#[test]
fn a_parent_and_its_children_are_no_cycle_and_neither_are_tests() {
    assert_clean(&[
        ("shared/src/money/mod.rs", "mod format;\npub use format::text;\npub struct Money;"),
        ("shared/src/money/format.rs", "use super::Money;\npub fn text(money: Money) {}"),
        ("shared/src/page.rs", "#[cfg(test)]\nmod tests {\n    use crate::page_list::List;\n}\npub struct Page;"),
        ("shared/src/page_list.rs", "use crate::page::Page;\npub struct List;\n#[cfg(test)]\nmod tests;"),
    ]);
}

#[test]
fn a_module_in_both_styles_is_found() {
    assert_breach(
        &[("app/desktop.rs", "mod menu;"), ("app/desktop/menu.rs", "")],
        &["app/desktop.rs", "move it to app/desktop/mod.rs"],
    );
}

#[test]
fn a_long_file_a_leftover_and_a_foreign_address_are_found() {
    assert_breach(&[("server/src/host.rs", &"\n".repeat(400))], &["401 lines", "split it by topic"]);
    assert_breach(&[("server/src/host.rs", concat!("fn f() { to", "do!() }"))], &["finish the work"]);
    assert_breach(
        &[("assets/main.css", "@import \"https://example.org/a.css\";")],
        &["assets/main.css:1", "put the file into assets/"],
    );
    assert_breach(&[("app/web/head.rs", "\"https://schema.org.evil.com/\"")], &["app/web/head.rs:2"]);
    assert_clean(&[(
        "app/web/head.rs",
        "\"https://schema.org/Event\" \"https://tickets.example/\" \"http://localhost:80\"",
    )]);
}

const CHECK: (&str, &str) = (
    "server/src/audit/checks/holds.rs",
    "const A: Check = Check { invariant: \"I1\", statement: \"one live order per ticket\" };",
);
const TEST: (&str, &str) = ("tests/in_process/purchase.rs", "async fn one_order_per_ticket() {}");

#[test]
fn an_invariant_whose_test_or_check_is_missing_is_found() {
    let document = |text| ("docs/invariants.md", text);

    assert_clean(&[
        CHECK,
        TEST,
        document("## I1 One order\nTests: `one_order_per_ticket`\nAudit: `one live order per ticket`\n"),
    ]);
    assert_breach(
        &[CHECK, TEST, document("## I1 One order\nTests: `gone`\nAudit: `one live order per ticket`\n")],
        &["I1 names the test gone", "name one that does"],
    );
    assert_breach(
        &[
            CHECK,
            TEST,
            document("## I1 One order\nTests: `one_order_per_ticket`\nAudit: `one live order per ticket`, `gone`\n"),
        ],
        &["I1 names the check gone", "add or rename it"],
    );
    assert_breach(
        &[CHECK, TEST, document("## I1 One order\nTests: `one_order_per_ticket`\n")],
        &["list the check `one live order per ticket`", "of I1"],
    );
    assert_breach(
        &[CHECK, TEST, document("# Invariants\n")],
        &["one live order per ticket is of I1, which docs/invariants.md does not list"],
    );
}
