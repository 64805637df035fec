//! One example of every message. Optional fields are set, so that the snapshots show them.

use super::{Recorder, passes};
use serde_json::json;
use shared::auth::{
    AccountClosed, AccountExport, ChangeEmail, ChangePassword, CloseAccount, ExportAccount, ForgotPassword, Identify,
    ListSecurityEvents, ListSessions, Registered, ResetPassword, RevokeOtherSessions, RevokeSession, SecurityEvent,
    SecurityEventKind, SendVerification, SessionInfo, SignIn, SignOut, SignUp, SignedIn, User, VerifyEmail,
};
use shared::expiration::ExpirationDue;
use shared::orders::{
    CancelOrder, EndReason, GetOrder, HeldTicket, ListOrders, Order, OrderChanged, OrderLine, OrderState, OrderUpdate,
    PaymentSummary, PlaceOrder,
};
use shared::payments::{
    Authenticate, Balance, Decline, GetAccount, GetPayment, GetSettings, Movement, MovementKind, Pay, Payment,
    PaymentChanged, PaymentMethod, PaymentState, ReceiveWebhook, SellerAccount, SetUpPayouts, Settings, SoldTicket,
};
use shared::tickets::{
    CancelShow, Cancellation, Category, CreateShow, GetShow, GetTicket, ListSelling, ListShows, ListTickets,
    OfferTickets, RefundSale, RepriceTicket, Seat, Show, ShowFilter, ShowListing, Ticket, TicketChanged, TicketState,
    TicketUpdate, WithdrawTicket,
};
use shared::value::{Email, LanguageTag, Password, Secret, ShortText};
use shared::{
    Currency, Envelope, Event, FeeShare, Id, Instant, Money, OrderId, Paginated, PaymentId, Price, ShowId, Subject,
    TicketId, UserId,
};
use uuid::Uuid;

pub const BUYER: UserId = id(1);
pub const SELLER: UserId = id(2);
pub const SHOW: ShowId = id(3);
pub const TICKET: TicketId = id(4);
pub const ORDER: OrderId = id(5);
const PAYMENT: PaymentId = id(6);

pub fn events(recorder: &mut Recorder) {
    recorder.event(&Registered { user_id: BUYER });
    recorder.event(&AccountClosed { user_id: BUYER });
    recorder.event(&TicketChanged {
        ticket: ticket(),
        order_id: Some(ORDER),
        refund_requested: true,
        price_version: 2,
    });
    recorder.event(&passes::pass_changed());
    recorder.event(&order_changed());
    recorder.event(&expiration_due());
    recorder.event(&PaymentChanged {
        id: PAYMENT,
        version: 2,
        order_id: ORDER,
        payer_id: BUYER,
        state: PaymentState::Declined,
        amount: euros(4990),
        decline: Some(Decline::InsufficientFunds),
    });
}

pub fn requests(recorder: &mut Recorder) {
    auth(recorder);
    tickets(recorder);
    passes::requests(recorder);
    orders(recorder);
    payments(recorder);
}

fn auth(recorder: &mut Recorder) {
    let password = || Password::try_from("correct horse".to_owned()).expect("a long password");
    let token = || Secret::from("0123456789abcdef".to_owned());
    let language = || LanguageTag::try_from("de".to_owned()).expect("a tag");
    let signed_in = SignedIn { user: user(), token: token(), device: token() };
    let replaced = Some(token());
    let sign_up = SignUp { email: email(), password: password(), language: language(), replaced: replaced.clone() };
    let sign_in =
        SignIn { email: email(), password: password(), language: language(), device: Some(token()), replaced };
    recorder.request(&sign_up, &signed_in);
    recorder.request(&sign_in, &signed_in);
    recorder.request(&SignOut { token: token() }, &());
    recorder.request(&Identify { token: token() }, &Some(user()));
    recorder.request(&SendVerification {}, &());
    recorder.request(&VerifyEmail { token: token() }, &());
    recorder.request(&ForgotPassword { email: email() }, &());
    recorder.request(&ResetPassword { token: token(), password: password() }, &());
    recorder.request(&ChangePassword { current: password(), password: password() }, &token());
    recorder.request(&ChangeEmail { password: password(), email: email() }, &());
    recorder.request(&ListSessions { session: token() }, &vec![session()]);
    recorder.request(&RevokeSession { id: id(11) }, &());
    recorder.request(&RevokeOtherSessions { session: token() }, &());
    recorder.request(&ListSecurityEvents {}, &vec![security_event()]);
    let export = AccountExport {
        user: user(),
        language: language(),
        created_at: at(0),
        sessions: vec![session()],
        security_events: vec![security_event()],
    };
    recorder.request(&ExportAccount {}, &export);
    recorder.request(&CloseAccount { password: password() }, &());
}

fn session() -> SessionInfo {
    SessionInfo {
        id: id(11),
        agent: "Mozilla/5.0".to_owned(),
        network: "192.0.2.1".to_owned(),
        started_at: at(0),
        used_at: at(60),
        current: true,
    }
}

fn security_event() -> SecurityEvent {
    SecurityEvent {
        kind: SecurityEventKind::SignedIn,
        at: at(0),
        agent: "Mozilla/5.0".to_owned(),
        network: "192.0.2.1".to_owned(),
    }
}

fn tickets(recorder: &mut Recorder) {
    let create = CreateShow {
        title: text("Aida"),
        venue: text("Opera House"),
        city: text("Berlin"),
        country: text("Germany"),
        category: Category::Theatre,
        starts_at: "2026-12-05T20:00".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        currency: Currency::Eur,
    };
    let filter = ShowFilter {
        search: some("aida"),
        city: some("Berlin"),
        category: some("theatre"),
        from: some("2026-12-01"),
        to: some("2026-12-31"),
        together: some("2"),
        sort: some("price"),
        cursor: some("50"),
    };
    let price = Price::try_from(euros(4990)).expect("a price");
    let offer = OfferTickets {
        show_id: SHOW,
        price,
        face_value: Some(price),
        seats: vec![seat(), Seat::default()],
        issued: false,
    };
    recorder.request(&create, &listing());
    recorder.request(&CancelShow { id: SHOW }, &listing());
    recorder.request(&ListShows { filter }, &page(listing()));
    recorder.request(&GetShow { id: SHOW }, &listing());
    recorder.request(&ListTickets { show_id: SHOW, sort: some("seat"), cursor: some("50") }, &page(ticket()));
    recorder.request(&offer, &vec![ticket()]);
    recorder.request(&GetTicket { id: TICKET }, &ticket());
    recorder.request(&RepriceTicket { id: TICKET, price, version: 3 }, &ticket());
    recorder.request(&WithdrawTicket { id: TICKET }, &ticket());
    recorder.request(&ListSelling { cursor: some("50") }, &page(ticket()));
    recorder.request(&RefundSale { ticket_id: TICKET }, &());
}

fn orders(recorder: &mut Recorder) {
    recorder.request(&PlaceOrder { ticket_ids: vec![TICKET], expected_total: euros(4990) }, &order());
    recorder.request(&GetOrder { id: ORDER }, &order());
    recorder.request(&ListOrders { cursor: some("50") }, &page(order()));
    recorder.request(&CancelOrder { id: ORDER }, &order());
}

fn payments(recorder: &mut Recorder) {
    let method = PaymentMethod::try_from("pm_card_visa".to_owned()).expect("a token");
    let fee = FeeShare::parse("2.5").expect("a share");
    let settings = Settings { publishable_key: some("pk_test_1"), test_mode: true, fee };
    let balance = Balance { held: euros(1), owed: euros(2), on_its_way: euros(3), paid_out: euros(4) };
    let movement = Movement {
        id: Uuid::from_u128(7),
        at: at(0),
        kind: MovementKind::Sale,
        about: Some(SoldTicket { show: "Aida".to_owned(), seat: seat() }),
        ticket_id: Some(TICKET),
        price: Some(euros(4990)),
        fee: Some(euros(124)),
        amount: euros(4866),
    };
    let account = SellerAccount { balances: vec![balance], movements: page(movement), can_be_paid: true };
    let webhook = ReceiveWebhook { body: "{}".to_owned(), signature: "t=1,v1=00".to_owned() };
    recorder.request(&Pay { order_id: ORDER, method }, &payment());
    recorder.request(&GetPayment { id: PAYMENT }, &payment());
    recorder.request(&Authenticate { id: PAYMENT, approve: true }, &payment());
    recorder.request(&GetSettings {}, &settings);
    recorder.request(&webhook, &());
    recorder.request(&GetAccount { cursor: some("50") }, &account);
    recorder.request(&SetUpPayouts {}, &some("https://connect.stripe.com/setup/1"));
}

pub fn envelope() -> Envelope {
    let event = expiration_due();
    Envelope {
        id: id(8),
        subject: Subject::ExpirationDue,
        aggregate_id: event.aggregate(),
        version: event.version(),
        occurred_at: at(61),
        correlation_id: Uuid::from_u128(9),
        causation_id: Uuid::from_u128(10),
        schema: ExpirationDue::SCHEMA,
        body: json!(event),
    }
}

pub fn expiration_due() -> ExpirationDue {
    ExpirationDue { order_id: ORDER, deadline: at(60), version: 1 }
}

pub fn ticket_update() -> TicketUpdate {
    TicketUpdate { ticket: ticket() }
}

pub fn order_update() -> OrderUpdate {
    OrderUpdate { id: ORDER, version: 2 }
}

fn order_changed() -> OrderChanged {
    let line = HeldTicket { ticket_id: TICKET, seller_id: SELLER, seat: seat(), price: euros(4990), price_version: 2 };
    OrderChanged {
        id: ORDER,
        version: 3,
        buyer_id: BUYER,
        state: OrderState::Refunded,
        reason: Some(EndReason::RefundedExternally),
        show: show(),
        lines: vec![line],
        total: euros(4990),
        expires_at: at(60),
        payment_id: Some(PAYMENT),
        captured: true,
    }
}

fn user() -> User {
    User { id: BUYER, email: email(), verified: true }
}

pub fn show() -> Show {
    Show {
        id: SHOW,
        title: text("Aida"),
        venue: text("Opera House"),
        city: text("Berlin"),
        country: text("Germany"),
        category: Category::Theatre,
        starts_at: at(3600),
        time_zone: "Europe/Berlin".to_owned(),
        local_start: "2026-12-05T20:00".to_owned(),
        currency: Currency::Eur,
        creator_id: SELLER,
        cancelled: false,
    }
}

fn listing() -> ShowListing {
    let cancellation = Some(Cancellation { tickets: 3, left: 1 });
    ShowListing { show: show(), lowest_price: Some(euros(4990)), tickets_left: 12, cancellation }
}

pub fn ticket() -> Ticket {
    Ticket {
        id: TICKET,
        show: show(),
        seller_id: SELLER,
        seat: seat(),
        price: euros(4990),
        face_value: Some(euros(4500)),
        state: TicketState::Held,
        issued: true,
        held_until: Some(at(60)),
        version: 3,
    }
}

fn order() -> Order {
    Order {
        id: ORDER,
        buyer_id: BUYER,
        state: OrderState::Cancelled,
        reason: Some(EndReason::CancelledByBuyer),
        lines: vec![OrderLine { ticket_id: TICKET, show: show(), seat: seat(), price: euros(4990), issued: true }],
        total: euros(4990),
        placed_at: at(0),
        expires_at: at(60),
        extended: true,
        captured: true,
        payment: Some(PaymentSummary { id: PAYMENT, state: PaymentState::Started }),
        server_now: at(30),
        version: 2,
    }
}

fn payment() -> Payment {
    Payment {
        id: PAYMENT,
        order_id: ORDER,
        state: PaymentState::Started,
        amount: euros(4990),
        decline: Some(Decline::Generic),
        needs_authentication: true,
        bank_url: some("https://bank.example/confirm"),
    }
}

pub const fn id<Thing>(number: u128) -> Id<Thing> {
    Id::new(Uuid::from_u128(number))
}

/// Seconds after 2026-12-05T18:00:00Z.
pub fn at(seconds: i64) -> Instant {
    Instant::from_millis(1_796_493_600_000 + seconds * 1000)
}

pub fn euros(cents: i64) -> Money {
    Money::new(cents, Currency::Eur)
}

pub fn seat() -> Seat {
    Seat::parse("Block A", "3", "12").expect("a seat")
}

pub fn text(text: &str) -> ShortText {
    ShortText::parse("text", text).expect("short text")
}

pub fn email() -> Email {
    Email::try_from("ann@example.org".to_owned()).expect("an address")
}

pub fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

pub fn page<Item>(item: Item) -> Paginated<Item> {
    Paginated { items: vec![item], next: some("50") }
}
