//! The audit finds nothing wrong with a marketplace that was used, and finds every kind of tampering.

use super::*;
use crate::{Backend, Caller, Environment, Host};
use sea_orm::Database;
use shared::auth::SignUp;
use shared::orders::{CancelOrder, Order, PlaceOrder};
use shared::payments::Pay;
use shared::tickets::{Category, CreateShow, ListPasses, OfferTickets, RepriceTicket, ResellPass, Seat, Ticket};
use shared::value::{LanguageTag, Password, ShortText};
use shared::{Currency, Money, Price, ShowId};
use std::collections::HashSet;
use std::time::Duration;
use tempfile::TempDir;

fn config(folder: &Path) -> Config {
    let data = format!("sqlite://{}", folder.display());
    let variables = [("DATABASE_URL", data.as_str()), ("RATE_LIMITS", "off")];
    let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    Config::from_variables(find).expect("the configuration is valid")
}

async fn person(backend: &Backend, environment: &Environment, email: &str) -> Caller {
    let mut caller = Caller::anonymous(environment.new_id());
    let email = email.to_owned().try_into().expect("it is an address");
    let password = Password::try_from("correct horse".to_owned()).expect("it is long enough");
    let language = LanguageTag::try_from("en".to_owned()).expect("it is a tag");
    let sign_up = SignUp { email, password, language, replaced: None };
    let signed_in = backend.call(&caller, sign_up).await.expect("signs up");
    caller.user = Some(signed_in.user.id);
    caller
}

async fn tickets(backend: &Backend, seller: &Caller) -> Vec<Ticket> {
    let line = |text| ShortText::parse("text", text).expect("it is a line");
    let show = CreateShow {
        title: line("The Lantern Foxes"),
        venue: line("Old Tram Depot"),
        city: line("Berlin"),
        country: line("Germany"),
        category: Category::Concert,
        starts_at: "2030-05-04T20:00".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        currency: Currency::Eur,
    };
    let show_id = backend.call(seller, show).await.expect("creates").show.id;
    let price = Price::try_from(Money::new(4_900, Currency::Eur)).expect("it is a price");
    let offer = OfferTickets { show_id, price, face_value: None, seats: vec![Seat::default(); 4], issued: false };
    backend.call(seller, offer).await.expect("offers")
}

async fn place(backend: &Backend, buyer: &Caller, tickets: &[Ticket]) -> Order {
    let total = tickets.iter().map(|ticket| ticket.price.minor).sum();
    let ticket_ids = tickets.iter().map(|ticket| ticket.id).collect();
    let order = PlaceOrder { ticket_ids, expected_total: Money::new(total, Currency::Eur) };
    backend.call(buyer, order).await.expect("places")
}

async fn pay(backend: &Backend, buyer: &Caller, order: &Order, card: &str) -> Result<(), Error> {
    let method = card.to_owned().try_into().expect("it is a method");
    backend.call(buyer, Pay { order_id: order.id, method }).await.map(drop)
}

/// Issues a numbered seat, which the buyer pays for and offers again.
async fn resell(backend: &Backend, seller: &Caller, buyer: &Caller, show_id: ShowId) {
    let price = Price::try_from(Money::new(4_900, Currency::Eur)).expect("it is a price");
    let seats = vec![Seat::parse("Stalls", "1", "7").expect("a seat")];
    let offer = OfferTickets { show_id, price, face_value: None, seats, issued: true };
    let issued = backend.call(seller, offer).await.expect("issues");
    let order = place(backend, buyer, &issued).await;
    pay(backend, buyer, &order, "pm_card_visa").await.expect("pays");
    for _ in 0..200 {
        let passes = backend.call(buyer, ListPasses { cursor: None }).await.expect("lists").items;
        if let Some(pass) = passes.first() {
            backend.call(buyer, ResellPass { id: pass.id, price }).await.expect("offers");
            return;
        }
        crate::tasks::sleep(Duration::from_millis(20)).await;
    }
    panic!("the pass has not moved after 200 tries");
}

/// A marketplace with a sale whose first card was declined, a cancelled order, a repriced ticket, and an issued one on sale again.
async fn used(folder: &Path) -> Host {
    let environment = Environment::real();
    let host = Host::start(&config(folder), environment.clone()).await.expect("starts");
    let backend = host.backend();
    let seller = person(&backend, &environment, "ada@example.org").await;
    let mut buyer = person(&backend, &environment, "ben@example.org").await;
    let offered = tickets(&backend, &seller).await;

    buyer.idempotency_key = Some("the first".to_owned());
    let bought = place(&backend, &buyer, &offered[..2]).await;
    buyer.idempotency_key = None;
    pay(&backend, &buyer, &bought, "pm_card_chargeDeclined").await.expect_err("the card is declined");
    pay(&backend, &buyer, &bought, "pm_card_visa").await.expect("pays");
    let returned = place(&backend, &buyer, &offered[2..3]).await;
    backend.call(&buyer, CancelOrder { id: returned.id }).await.expect("cancels");
    let price = Price::try_from(Money::new(5_500, Currency::Eur)).expect("it is a price");
    let reprice = RepriceTicket { id: offered[3].id, price, version: offered[3].version };
    backend.call(&seller, reprice).await.expect("reprices");
    resell(&backend, &seller, &buyer, offered[0].show.id).await;
    host
}

/// The report once no event is in flight.
async fn report_at_rest(host: &Host, folder: &Path) -> Report {
    for _ in 0..200 {
        let report = run(&config(folder), Environment::real().now()).await.expect("audits");
        assert_eq!(report.violations(), 0, "{report}");
        if report.at_rest() {
            return report;
        }
        let soon = host.environment().now() + Duration::from_millis(20);
        host.environment().sleep_until(soon).await;
    }
    panic!("not at rest after 200 tries: {}", run(&config(folder), Environment::real().now()).await.expect("audits"));
}

/// The files as a power cut would leave them: without what is only in memory.
fn copy(folder: &Path) -> TempDir {
    let copy = TempDir::new().expect("makes a folder");
    for service in Service::ALL {
        for ending in ["db", "db-wal"] {
            let name = format!("{service}.{ending}");
            if folder.join(&name).is_file() {
                std::fs::copy(folder.join(&name), copy.path().join(&name)).expect("copies");
            }
        }
    }
    copy
}

async fn tamper(folder: &Path, service: Service, sql: &str) {
    let file = format!("sqlite://{}?mode=rw", folder.join(format!("{service}.db")).display());
    let db = Database::connect(file).await.expect("opens");
    db.execute_unprepared(sql).await.expect(sql);
    db.close().await.expect("closes");
}

/// Tampering: the invariant that it violates, the database and the statement.
const PLANTED: &[(&str, Service, &str)] = &[
    ("I1", Service::Orders, "update lines set live = not live"),
    (
        "I2",
        Service::Orders,
        "drop index lines_live; insert into orders select randomblob(16), buyer_id, state, reason, total, currency,
            placed_at, expires_at, extended, payment_id, version, captured from orders where state = 'complete';
         insert into lines select (select id from orders order by rowid desc limit 1), ticket_id, show_id,
            price_version, price, snapshot, live from lines where live",
    ),
    (
        "I3",
        Service::Orders,
        "update orders set state = 'cancelled', payment_id = null where state = 'complete';
         update lines set live = false",
    ),
    ("I4", Service::Orders, "update orders set payment_id = randomblob(16) where state = 'complete'"),
    ("I5", Service::Payments, "update sandbox_payments set state = 'authorized' where state = 'captured'"),
    ("I6", Service::Payments, "update payments set amount = amount + 1"),
    ("I6", Service::Payments, "delete from sandbox_payments"),
    (
        "I6",
        Service::Orders,
        "update orders set state = 'refunded' where state = 'complete'; update lines set live = false",
    ),
    ("I6", Service::Payments, "delete from ledger"),
    ("I6", Service::Payments, "update ledger set amount = amount + 1 where account = 'gateway'"),
    ("I6", Service::Payments, "update ledger set amount = amount - 1 where account = 'buyer' and kind = 'sale'"),
    ("I6", Service::Payments, "update ledger set amount = amount + 1 where account = 'seller'"),
    ("I6", Service::Payments, "update ledger set person_id = randomblob(16) where account = 'seller'"),
    (
        "I6",
        Service::Payments,
        "insert into payouts values (randomblob(16), 'sandbox', randomblob(16), 100, 'EUR', 'paid', null, 0, null, 0)",
    ),
    (
        "I7",
        Service::Orders,
        "update outbox set body = json_set(body, '$.state', 'expired') where version = 2
            and body ->> '$.state' = 'held'",
    ),
    (
        "I7",
        Service::Payments,
        "update outbox set body = json_set(body, '$.state', 'refunded') where body ->> '$.state' = 'authorized'",
    ),
    (
        "I8",
        Service::Orders,
        "update outbox set body = json_set(body, '$.state', 'expired') where body ->> '$.state' = 'cancelled'",
    ),
    (
        "I8",
        Service::Orders,
        "update outbox set body = json_set(body, '$.expires_at', '2029-01-01T00:00:00.000Z') where version = 2",
    ),
    ("I9", Service::Tickets, "delete from outbox where version = 2"),
    ("I9", Service::Orders, "update outbox set seq = -seq"),
    ("I10", Service::Payments, "delete from inbox where version = 1"),
    ("I10", Service::Orders, "update inbox set state = 'dead_letter', next_try_at = 1 where version = 1"),
    ("I11", Service::Tickets, "update tickets set version = version + 1"),
    ("I11", Service::Expiration, "update deadlines set published = published + 1"),
    ("I11", Service::Auth, "update outbox set aggregate_id = randomblob(16)"),
    ("I11", Service::Tickets, "update inbox set id = randomblob(16)"),
    ("I12", Service::Tickets, "update shows set tickets_left = tickets_left + 1"),
    ("I12", Service::Tickets, "update inbox_versions set version = 1"),
    ("I12", Service::Tickets, "update tickets set buyer_id = null where state = 'sold'"),
    ("I12", Service::Orders, "update ticket_replicas set price_version = 7"),
    ("I12", Service::Orders, "delete from payment_replicas where state = 'declined'"),
    ("I12", Service::Payments, "update order_replicas set version = 1"),
    ("I12", Service::Expiration, "update deadlines set waiting = true"),
    ("I12", Service::Auth, "update inbox_versions set version = 7 where subject = 'orders.changed'"),
    ("I12", Service::Auth, "delete from inbox_versions where subject = 'payments.changed'"),
    ("I13", Service::Orders, "update lines set price = price - 1"),
    (
        "I14",
        Service::Tickets,
        "update outbox set body = json_set(body, '$.ticket.price.minor', 1) where body ->> '$.ticket.state' = 'sold'",
    ),
    ("I14", Service::Orders, "update allowances set taken = 9"),
    ("I14", Service::Orders, "delete from allowances"),
    ("I15", Service::Payments, "update payments set payer_id = randomblob(16)"),
    ("I16", Service::Orders, "update idempotency set person = randomblob(16)"),
    ("I1", Service::Orders, "update lines set ticket_id = (select ticket_id from lines where live) where not live"),
    ("I3", Service::Payments, "drop index payments_open; update payments set state = 'captured'"),
    ("I6", Service::Payments, "update sandbox_payments set state = 'refunded' where state = 'captured'"),
    (
        "I14",
        Service::Tickets,
        "update outbox set body = json_set(body, '$.ticket.state', 'withdrawn')
            where body ->> '$.ticket.state' = 'held'",
    ),
    (
        "I14",
        Service::Tickets,
        "update outbox set body = json_set(body, '$.order_id', null) where body ->> '$.ticket.state' = 'sold'",
    ),
    ("I14", Service::Tickets, "update tickets set seller_id = buyer_id where state = 'sold'"),
    ("I21", Service::Tickets, "update tickets set seat_number = '7'"),
    (
        "I21",
        Service::Tickets,
        "drop index tickets_live_seat; update tickets set seat_number = hex(id), seat_key = '00'",
    ),
    ("I21", Service::Tickets, "update tickets set seat_number = hex(id) where state = 'sold'"),
    (
        "I19",
        Service::Tickets,
        "drop index claims_live;
         insert into claims select randomblob(16), pass_id, kind, live, ticket_id, recipient, accepted_by, gate, made_at, ended_at
            from claims where live",
    ),
    ("I19", Service::Tickets, "update passes set owner_id = randomblob(16)"),
    ("I19", Service::Tickets, "update claims set live = false"),
    (
        "I19",
        Service::Tickets,
        "update claims set ticket_id = (select id from tickets where state = 'sold' and pass_id is not null) where live",
    ),
    ("I19", Service::Tickets, "update tickets set sale_refunded = true where state = 'sold'"),
    ("I20", Service::Tickets, "update claims set kind = 'admission', ticket_id = null, gate = 'West' where live"),
    (
        "I20",
        Service::Tickets,
        "insert into scans select randomblob(16), randomblob(16), show_id, id, 2, 'West', 'admitted', 0, 0 from passes",
    ),
    (
        "I21",
        Service::Tickets,
        "update tickets set seat_key = (select seat_key from passes) where id = (select min(id) from tickets)",
    ),
    (
        "I18",
        Service::Tickets,
        "pragma writable_schema = on;
         update sqlite_schema set sql = replace(sql, 'held_until bigint', 'held_until bigint not null')
            where name = 'tickets'",
    ),
];

#[tokio::test]
async fn a_used_marketplace_has_no_violations_running_crashed_or_stopped() {
    let folder = TempDir::new().expect("makes a folder");
    let host = used(folder.path()).await;

    let running = report_at_rest(&host, folder.path()).await;
    let crashed = run(&config(copy(folder.path()).path()), Environment::real().now()).await.expect("audits");
    host.stop().await;
    drop(host);
    let stopped = run(&config(folder.path()), Environment::real().now()).await.expect("audits");

    for report in [running, crashed, stopped] {
        assert!(report.at_rest() && report.violations() == 0, "{report}");
    }
}

#[tokio::test]
async fn each_planted_violation_is_found() {
    let folder = TempDir::new().expect("makes a folder");
    let host = used(folder.path()).await;
    report_at_rest(&host, folder.path()).await;
    host.stop().await;

    let mut found = HashSet::new();
    for (invariant, service, sql) in PLANTED {
        let copy = copy(folder.path());
        tamper(copy.path(), *service, sql).await;
        let report = run(&config(copy.path()), Environment::real().now()).await.expect("audits");

        assert!(report.violated().contains(invariant), "{invariant}, after {sql}:\n{report}");
        found.extend(report.checked.iter().filter(|one| one.violations() > 0).map(|one| one.check.statement));
    }
    let not_found: Vec<&str> =
        checks::all().iter().map(|one| one.statement).filter(|name| !found.contains(name)).collect();
    assert!(not_found.is_empty(), "plant a violation for each of these checks: {not_found:#?}");
}

#[tokio::test]
async fn checks_at_rest_only_are_skipped_while_events_are_in_flight() {
    let folder = TempDir::new().expect("makes a folder");
    let host = used(folder.path()).await;
    report_at_rest(&host, folder.path()).await;
    host.stop().await;

    tamper(folder.path(), Service::Orders, "update outbox set published_at = null where seq = 1").await;
    tamper(folder.path(), Service::Payments, "delete from order_replicas").await;
    let report = run(&config(folder.path()), Environment::real().now()).await.expect("audits");

    assert!(!report.at_rest() && report.violations() == 0, "{report}");
    let text = report.to_string();
    assert!(text.contains("not checked: events still in flight") && text.contains("1 unpublished events"), "{text}");
}

#[tokio::test]
async fn a_missing_file_is_named() {
    let folder = TempDir::new().expect("makes a folder");

    let error = run(&config(folder.path()), Environment::real().now()).await.err().expect("there is nothing");

    assert!(error.to_string().contains("auth.db"), "{error}");
}
