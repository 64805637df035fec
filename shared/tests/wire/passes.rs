//! One example of every message about passes and the door.

use super::Recorder;
use super::examples::{BUYER, SELLER, SHOW, TICKET, at, email, euros, id, page, seat, show, some, text, ticket};
use shared::ticket_code::{Claims, IssuedCode, PublicKey, TicketCode};
use shared::tickets::{
    AcceptTransfer, Admission, AdmitScans, CreateDoorLink, DoorEntry, DoorLink, DoorList, GetDoorList, GetPass,
    GetPassCode, GetTransfer, ListPasses, Listing, Pass, PassChanged, PassTransfer, PassUpdate, PendingTransfer,
    ResellPass, Scan, ScanAnswer, ScanResult, TakeBackTransfer, TicketState, TransferPass, UndoAdmission,
};
use shared::value::Secret;
use shared::{PassId, Price, TransferId};
use uuid::Uuid;

const PASS: PassId = id(9);
const TRANSFER: TransferId = id(12);
const DEVICE: Uuid = Uuid::from_u128(13);
const NONCE: Uuid = Uuid::from_u128(14);

pub fn requests(recorder: &mut Recorder) {
    let price = Price::try_from(euros(4990)).expect("a price");
    recorder.request(&ListPasses { cursor: some("50") }, &page(pass()));
    recorder.request(&GetPass { id: PASS }, &pass());
    let claims = Claims { show_id: SHOW, key_id: 1, pass_id: PASS, generation: 2 };
    recorder.request(&GetPassCode { id: PASS }, &IssuedCode { code: TicketCode::new(claims, [3; 64]) });
    recorder.request(&ResellPass { id: PASS, price }, &ticket());
    recorder.request(&TransferPass { id: PASS, recipient: email() }, &pass());
    recorder.request(&TakeBackTransfer { id: TRANSFER }, &pass());
    let transfer = PassTransfer { id: TRANSFER, show: show(), seat: seat() };
    recorder.request(&GetTransfer { id: TRANSFER }, &transfer);
    recorder.request(&AcceptTransfer { id: TRANSFER }, &pass());
    door(recorder);
}

fn door(recorder: &mut Recorder) {
    let key = || Secret::from("0123456789abcdef".to_owned());
    recorder.request(&CreateDoorLink { show_id: SHOW }, &DoorLink { key: key(), expires_at: at(3600) });
    let list = DoorList {
        show: show(),
        keys: vec![PublicKey::from_bytes(&hex_key()).expect("a key")],
        entries: vec![entry()],
        next: some("50"),
        as_of: at(0),
    };
    let ask = GetDoorList { show_id: SHOW, key: Some(key()), cursor: some("50"), since: Some(at(0)) };
    recorder.request(&ask, &list);
    let scan = Scan { nonce: NONCE, text: "what was read".to_owned(), at: at(0) };
    let scans = AdmitScans { show_id: SHOW, key: Some(key()), device: DEVICE, gate: text("West"), scans: vec![scan] };
    let answer = ScanAnswer { nonce: NONCE, result: ScanResult::AlreadyAdmitted, entry: Some(entry()) };
    recorder.request(&scans, &vec![answer]);
    let undone = DoorEntry { admission: None, ..entry() };
    recorder.request(&UndoAdmission { show_id: SHOW, key: Some(key()), pass_id: PASS }, &undone);
}

/// The public key of the test vectors in `docs/ticket-code.md`.
fn hex_key() -> [u8; 32] {
    let mut bytes = [0; 32];
    hex::decode_to_slice("163dd614672a4630c5b8eb1cf0ece4ddad168c4979f18b54bc75e7515e9d9a16", &mut bytes).expect("hex");
    bytes
}

fn entry() -> DoorEntry {
    DoorEntry { pass_id: PASS, generation: 2, admission: Some(Admission { at: at(0), gate: text("West") }) }
}

pub fn pass_changed() -> PassChanged {
    PassChanged {
        pass_id: PASS,
        show: show(),
        seat: seat(),
        owner_id: BUYER,
        former_owner_id: Some(SELLER),
        generation: 2,
        transfer: pass().transfer,
        admitted: true,
        version: 3,
    }
}

pub fn pass_update() -> PassUpdate {
    PassUpdate { id: PASS, version: 3 }
}

fn pass() -> Pass {
    Pass {
        id: PASS,
        show: show(),
        seat: seat(),
        face_value: euros(4500),
        price_cap: Some(euros(4950)),
        listing: Some(Listing { ticket_id: TICKET, price: euros(4900), state: TicketState::OnSale }),
        refund_requested: false,
        transfer: Some(PendingTransfer { id: TRANSFER, recipient: email() }),
        transfers_left: 4,
        admission: entry().admission,
    }
}
