//! Scans at the door, and what they mean for a pass.

use super::super::passes::tests::{CEM, Issued, address, caller, issued, rejection};
use crate::fixtures::{BUYER, PRICE, SELLER, short_text};
use crate::{Caller, Error};
use shared::orders::{EndReason, OrderState};
use shared::tickets::{
    AdmitScans, CreateDoorLink, DoorList, GetDoorList, MAX_SCANS_AT_ONCE, Scan, ScanAnswer, ScanResult, TicketState,
    TransferPass, UndoAdmission,
};
use shared::value::Secret;
use shared::{Instant, Rejection, ShowId};
use std::time::Duration;
use uuid::Uuid;

const STRANGER: Caller = Caller {
    user: None,
    address: None,
    request_id: Uuid::nil(),
    idempotency_key: None,
    network: String::new(),
    agent: String::new(),
};

/// Scans by the creator of the show.
pub fn scans(show: &Issued, device: u128, texts: &[(u128, &str)]) -> AdmitScans {
    let scan = |(nonce, text): &(u128, &str)| Scan {
        nonce: Uuid::from_u128(*nonce),
        text: (*text).to_owned(),
        at: show.now(),
    };
    AdmitScans {
        show_id: show.show_id(),
        key: None,
        device: Uuid::from_u128(device),
        gate: short_text(&format!("Gate {device}")),
        scans: texts.iter().map(scan).collect(),
    }
}

impl Issued {
    fn show_id(&self) -> ShowId {
        self.market.show.show.id
    }

    /// The code of an owner, present or former.
    pub fn code(&self, generation: u32) -> String {
        self.market.service.codes.sign(self.show_id(), self.pass, generation).into()
    }

    fn now(&self) -> Instant {
        self.market.service.store.environment().now()
    }

    async fn admit(&self, request: AdmitScans) -> Vec<ScanAnswer> {
        self.market.service.clone().admit(caller(SELLER), request).await.expect("the show is hers")
    }

    /// What device `device` is told about a scan.
    async fn scan(&self, device: u128, nonce: u128, text: &str) -> ScanResult {
        self.admit(scans(self, device, &[(nonce, text)])).await[0].result
    }

    async fn undo(&self) -> Result<(), Error> {
        let request = UndoAdmission { show_id: self.show_id(), key: None, pass_id: self.pass };
        self.market.service.clone().undo_admission(caller(SELLER), request).await.map(drop)
    }

    async fn list(&self, who: Caller, key: Option<Secret>, since: Option<Instant>) -> Result<DoorList, Error> {
        let request = GetDoorList { show_id: self.show_id(), key, cursor: None, since };
        self.market.service.clone().door_list(who, request).await
    }
}

#[tokio::test]
async fn a_pass_is_admitted_once_and_each_scan_keeps_its_answer() {
    let show = issued().await;
    show.sell(1, BUYER, show.first).await;
    let resale = show.resell(BUYER, PRICE.minor).await.expect("the pass is his");
    show.sell(2, CEM, resale.id).await;
    let (present, former) = (show.code(3), show.code(2));
    let elsewhere = show.market.service.codes.sign(ShowId::new(Uuid::from_u128(99)), show.pass, 3);
    let forged = format!("{}A", &present[..present.len() - 1]);
    let texts =
        [(1, &*former), (2, &present), (3, &present), (4, &String::from(elsewhere)), (5, &forged), (6, "hello")];

    let answers = show.admit(scans(&show, 1, &texts)).await;

    let results: Vec<ScanResult> = answers.iter().map(|answer| answer.result).collect();
    assert_eq!(
        results,
        [
            ScanResult::Replaced,
            ScanResult::Admitted,
            ScanResult::AlreadyAdmitted,
            ScanResult::OtherShow,
            ScanResult::Unknown,
            ScanResult::Unknown
        ]
    );
    let admission = answers[2].entry.clone().expect("it is known").admission.expect("somebody has entered");
    assert_eq!((admission.gate, admission.at), (short_text("Gate 1"), show.now()));
    show.market.service.store.environment().advance(Duration::from_secs(30));
    assert_eq!(show.scan(1, 2, &present).await, ScanResult::Admitted, "the same scan, sent again");
    assert_eq!(show.scan(2, 2, &present).await, ScanResult::AlreadyAdmitted, "another device");
    let again = show.admit(scans(&show, 2, &[(7, &present)])).await.remove(0);
    let admission = again.entry.expect("it is known").admission.expect("somebody has entered");
    assert_eq!(admission.gate, short_text("Gate 1"), "the first admission counts");
}

#[tokio::test]
async fn while_a_pass_is_being_sold_or_refunded_the_door_waits() {
    let show = issued().await;
    show.sell(1, BUYER, show.first).await;
    let resale = show.resell(BUYER, PRICE.minor).await.expect("the pass is his");
    let hold = show.hold(2, CEM, resale.id).await;
    assert_eq!(show.scan(1, 1, &show.code(2)).await, ScanResult::Undecided);
    show.capture(&hold).await;
    assert_eq!(show.scan(1, 1, &show.code(2)).await, ScanResult::Replaced, "the same scan, sent again");

    show.refund_sale(BUYER, resale.id).await.expect("she has it");
    assert_eq!(show.scan(1, 2, &show.code(3)).await, ScanResult::Undecided);
    let complete = shared::orders::OrderChanged { version: 3, state: OrderState::Complete, ..hold };
    show.end(&complete, OrderState::Refunded, Some(EndReason::BySeller)).await;
    assert_eq!(show.scan(1, 2, &show.code(3)).await, ScanResult::Replaced);
    assert_eq!(show.scan(1, 3, &show.code(4)).await, ScanResult::Admitted, "it is his again");
}

#[tokio::test]
async fn an_admission_ends_a_listing_and_a_gift_and_forbids_all_others() {
    let show = issued().await;
    show.sell(1, BUYER, show.first).await;
    let resale = show.resell(BUYER, PRICE.minor).await.expect("the pass is his");

    assert_eq!(show.scan(1, 1, &show.code(2)).await, ScanResult::Admitted);

    assert_eq!(show.state(resale.id).await, TicketState::Withdrawn);
    show.hold(2, CEM, resale.id).await;
    assert_eq!(show.state(resale.id).await, TicketState::Withdrawn, "a hold on its way");
    let give = TransferPass { id: show.pass, recipient: address(CEM) };
    let service = &show.market.service;
    assert_eq!(rejection(show.resell(BUYER, PRICE.minor).await), Some(Rejection::TicketUsed));
    assert_eq!(rejection(service.clone().transfer(caller(BUYER), give.clone()).await), Some(Rejection::TicketUsed));
    assert_eq!(rejection(show.refund_sale(SELLER, show.first).await), Some(Rejection::TicketUsed));

    show.undo().await.expect("it is admitted");
    service.clone().transfer(caller(BUYER), give).await.expect("it was a mistake");
    assert_eq!(show.scan(1, 2, &show.code(2)).await, ScanResult::Admitted, "nobody has accepted the gift");
    assert_eq!(show.owner().await, (BUYER, 2));
}

#[tokio::test]
async fn a_pass_whose_sale_is_refunded_after_its_admission_stays_until_that_is_undone() {
    let show = issued().await;
    let order = show.sell(1, BUYER, show.first).await;
    assert_eq!(show.scan(1, 1, &show.code(2)).await, ScanResult::Admitted);
    show.end(&order, OrderState::Refunded, Some(EndReason::RefundedExternally)).await;
    assert_eq!(show.owner().await, (BUYER, 2), "somebody has entered with it");

    show.undo().await.expect("it is admitted");

    assert_eq!(show.owner().await, (SELLER, 3));
    assert_eq!(rejection(show.undo().await), Some(Rejection::NotFound), "nothing to undo");
}

#[tokio::test]
async fn only_the_creator_and_helpers_with_the_newest_link_are_at_the_door() {
    let show = issued().await;
    let service = &show.market.service;
    let link = |who: Caller| service.clone().door_link(who, CreateDoorLink { show_id: show.show_id() });
    assert_eq!(rejection(link(caller(BUYER)).await), Some(Rejection::NotYours));
    let former = link(caller(SELLER)).await.expect("the show is hers");
    assert!(show.list(STRANGER, Some(former.key.clone()), None).await.is_ok());

    let newest = link(caller(SELLER)).await.expect("the show is hers");

    assert_eq!(rejection(show.list(STRANGER, None, None).await), Some(Rejection::NotYours));
    assert_eq!(rejection(show.list(caller(BUYER), None, None).await), Some(Rejection::NotYours));
    assert_eq!(rejection(show.list(STRANGER, Some(former.key.clone()), None).await), Some(Rejection::LinkInvalid));
    assert!(show.list(STRANGER, Some(newest.key.clone()), None).await.is_ok());
    let scan = |key: &Secret| AdmitScans { key: Some(key.clone()), ..scans(&show, 1, &[(1, "hello")]) };
    assert_eq!(rejection(service.clone().admit(STRANGER, scan(&former.key)).await), Some(Rejection::LinkInvalid));
    assert!(service.clone().admit(STRANGER, scan(&newest.key)).await.is_ok());
    let many: Vec<_> = (0..=MAX_SCANS_AT_ONCE as u128).map(|nonce| (nonce, "hello")).collect();
    let too_many = service.clone().admit(caller(SELLER), scans(&show, 1, &many)).await;
    assert_eq!(rejection(too_many), Some(Rejection::TooLarge));
    service.store.environment().advance(newest.expires_at.since(show.now()));
    assert_eq!(rejection(show.list(STRANGER, Some(newest.key), None).await), Some(Rejection::LinkInvalid));
}

#[tokio::test]
async fn a_list_for_the_door_has_every_pass_and_later_what_has_changed() {
    let show = issued().await;
    show.sell(1, BUYER, show.first).await;
    let list = show.list(caller(SELLER), None, None).await.expect("the show is hers");
    let [entry] = &list.entries[..] else { panic!("there is one pass") };
    assert_eq!((entry.pass_id, entry.generation, &entry.admission), (show.pass, 2, &None));
    assert_eq!(list.keys, show.market.service.codes.public_keys(show.show_id()));
    show.market.service.store.environment().advance(Duration::from_secs(3600));
    let later = show.list(caller(SELLER), None, None).await.expect("the show is hers").as_of;
    assert_eq!(show.list(caller(SELLER), None, Some(later)).await.expect("the show is hers").entries, []);

    show.scan(1, 1, &show.code(2)).await;

    let changed = show.list(caller(SELLER), None, Some(later)).await.expect("the show is hers");
    let admission = changed.entries[0].admission.clone().expect("somebody has entered");
    assert_eq!(admission.gate, short_text("Gate 1"));
}
