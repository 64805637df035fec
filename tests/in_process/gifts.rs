//! Passes that are given away and shown at the door, with all services, also on a faulty bus, and several things at once.

use super::codes::{buy, code, issue, passes};
use crate::harness::mail;
use crate::harness::system::{TestSystem, TestUser, price};
use shared::orders::OrderState;
use shared::tickets::{AcceptTransfer, AdmitScans, Pass, ResellPass, Scan, ScanResult, TakeBackTransfer, TransferPass};
use shared::value::{Email, ShortText};
use shared::{Rejection, ShowId, TransferId};
use uuid::Uuid;

async fn offer(system: &TestSystem, giver: &TestUser, pass: &Pass, recipient: &TestUser) -> Result<Pass, Rejection> {
    system.call(giver, TransferPass { id: pass.id, recipient: recipient.user.email.clone() }).await
}

fn scans(show_id: ShowId, device: u128, text: String, system: &TestSystem) -> AdmitScans {
    let gate = ShortText::parse("gate", "West").expect("it is short");
    let scan = Scan { nonce: Uuid::from_u128(1), text, at: system.now() };
    AdmitScans { show_id, key: None, device: Uuid::from_u128(device), gate, scans: vec![scan] }
}

async fn scan(system: &TestSystem, creator: &TestUser, request: AdmitScans) -> ScanResult {
    system.call(creator, request).await.expect("the show is hers")[0].result
}

#[tokio::test]
async fn a_gift_is_accepted_through_its_mail_by_somebody_without_an_account() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up_verified("ben").await);
    let ticket = issue(&system, &ann).await;
    buy(&system, &ben, &ticket).await;
    let pass = passes(&system, &ben).await.remove(0);
    let bens = code(&system, &ben, pass.id).await.expect("it is his");
    let recipient = Email::try_from("cem@example.org".to_owned()).expect("an address");
    system.call(&ben, TransferPass { id: pass.id, recipient }).await.expect("it is his");
    system.wait_until_idle().await;

    let mails = mail::read_all(&system.mail_folder());
    let mail = mails.iter().find(|mail| mail.contains("To: cem@example.org")).expect("a link was mailed");
    assert!(mail.contains("ben@example.org gives you this ticket"), "{mail}");
    let (_, rest) = mail.split_once("/gifts/").expect("the mail has a link");
    let id: TransferId = rest[..36].parse().expect("it is an id");
    let unproved = system.sign_up("cem").await;
    assert_eq!(system.call(&unproved, AcceptTransfer { id }).await, Err(Rejection::EmailUnverified));
    let cem = system.verify(unproved, "cem").await;
    system.call(&cem, AcceptTransfer { id }).await.expect("it is for her");
    system.wait_until_idle().await;

    let cems = code(&system, &cem, pass.id).await.expect("it is hers");
    assert_eq!(code(&system, &ben, pass.id).await, Err(Rejection::NotFound));
    let show = ticket.show.id;
    assert_eq!(scan(&system, &ann, scans(show, 1, bens.into(), &system)).await, ScanResult::Replaced);
    assert_eq!(scan(&system, &ann, scans(show, 2, cems.into(), &system)).await, ScanResult::Admitted);
    system.assert_consistent().await;
}

#[tokio::test]
async fn nobody_with_an_unproved_address_makes_the_site_write_to_others() {
    let system = TestSystem::new().await;
    let (ann, ben, cem) = (system.sign_up("ann").await, system.sign_up("ben").await, system.sign_up("cem").await);
    let ticket = issue(&system, &ann).await;
    buy(&system, &ben, &ticket).await;
    let pass = passes(&system, &ben).await.remove(0);

    assert_eq!(offer(&system, &ben, &pass, &cem).await, Err(Rejection::EmailUnverified));
}

/// Each pair of things that take a pass up, at once and in either order, on a bus that loses, repeats and reorders.
#[tokio::test]
async fn one_of_two_who_take_up_a_pass_at_once_wins() {
    for seed in 0..4 {
        let (system, _) = TestSystem::faulty(seed).await;
        let (ann, ben) = (system.sign_up("ann").await, system.sign_up_verified("ben").await);
        let cem = system.sign_up_verified("cem").await;
        for round in 0..6_u128 {
            let ticket = issue(&system, &ann).await;
            buy(&system, &ben, &ticket).await;
            let all = passes(&system, &ben).await;
            let pass = all.iter().find(|pass| pass.show.id == ticket.show.id).expect("he has bought it");
            let bens: String = code(&system, &ben, pass.id).await.expect("it is his").into();
            let (resale, show) = (ResellPass { id: pass.id, price: price(1000) }, ticket.show.id);
            match round {
                0 => {
                    let (sold, given) = tokio::join!(system.call(&ben, resale), offer(&system, &ben, pass, &cem));
                    assert!(sold.is_ok() != given.is_ok(), "{sold:?} {given:?}");
                }
                1 => {
                    let (given, sold) = tokio::join!(offer(&system, &ben, pass, &cem), system.call(&ben, resale));
                    assert!(sold.is_ok() != given.is_ok(), "{sold:?} {given:?}");
                }
                2 => {
                    let (admitted, sold) =
                        tokio::join!(scan(&system, &ann, scans(show, round, bens, &system)), system.call(&ben, resale));
                    assert_eq!(admitted, ScanResult::Admitted, "nobody holds it, whether it is listed or not");
                    let listing = sold.map(|ticket| ticket.id);
                    assert!(!matches!(listing, Err(ref other) if *other != Rejection::TicketUsed), "{listing:?}");
                }
                3 => {
                    let (one, other) = (scans(show, 100, bens.clone(), &system), scans(show, 101, bens, &system));
                    let results = tokio::join!(scan(&system, &ann, one), scan(&system, &ann, other));
                    let admitted = [results.0, results.1].iter().filter(|one| **one == ScanResult::Admitted).count();
                    assert_eq!(admitted, 1, "{results:?}");
                }
                4 => {
                    let id =
                        offer(&system, &ben, pass, &cem).await.expect("it is his").transfer.expect("it is offered").id;
                    let accept = system.call(&cem, AcceptTransfer { id });
                    let (accepted, back) = tokio::join!(accept, system.call(&ben, TakeBackTransfer { id }));
                    assert!(accepted.is_ok() != back.is_ok(), "{accepted:?} {back:?}");
                }
                _ => {
                    let resold = system.call(&ben, resale).await.expect("it is his");
                    system.wait_until_idle().await;
                    let tickets = [resold];
                    let (held, admitted) = tokio::join!(
                        system.hold(&cem, &tickets),
                        scan(&system, &ann, scans(show, round, bens, &system))
                    );
                    assert!(matches!(admitted, ScanResult::Admitted | ScanResult::Undecided), "{admitted:?}");
                    if let Ok(order) = held {
                        system.wait_until_idle().await;
                        let state = system.order(&cem, order.id).await.state;
                        let is_over = matches!(state, OrderState::Cancelled | OrderState::Expired);
                        assert!(is_over || admitted == ScanResult::Undecided, "{state:?}");
                    }
                }
            }
            system.wait_until_idle().await;
        }
        system.assert_consistent().await;
    }
}
