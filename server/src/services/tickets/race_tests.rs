//! Two people, or two devices, take up one pass at the same moment, again and again: one of them gets it. The variable `RACES` of the
//! build says how often.

use super::door::tests::scans;
use super::pass_schema::{live_claims, passes};
use super::passes::tests::{CEM, Issued, address, caller, issued};
use crate::Error;
use crate::fixtures::{BUYER, PRICE, SELLER};
use sea_orm::EntityTrait;
use sea_orm::sea_query::Expr;
use shared::tickets::{
    AcceptTransfer, Pass, ScanResult, TakeBackTransfer, TransferPass, UndoAdmission, WithdrawTicket,
};
use shared::{TicketId, TransferId};

/// How often without the variable.
const RACES: u128 = 50;

fn races() -> u128 {
    option_env!("RACES").and_then(|races| races.parse().ok()).unwrap_or(RACES)
}

/// What takes the pass up.
#[derive(Clone, Copy, PartialEq)]
enum Contender {
    Resale,
    Gift,
    Scan,
}

enum Outcome {
    Listed(TicketId),
    /// None if it has ended again already.
    Offered(Option<TransferId>),
    Admitted,
    Refused,
}

impl Issued {
    async fn contend(&self, contender: Contender, nonce: u128) -> Outcome {
        let refused = |error: Error| match error {
            Error::Rejected(_) => Outcome::Refused,
            other => panic!("{other}"),
        };
        match contender {
            Contender::Resale => {
                self.resell(BUYER, PRICE.minor).await.map_or_else(refused, |ticket| Outcome::Listed(ticket.id))
            }
            Contender::Gift => {
                let request = TransferPass { id: self.pass, recipient: address(CEM) };
                let offered = self.market.service.clone().transfer(caller(BUYER), request).await;
                let id = |pass: Pass| Outcome::Offered(pass.transfer.map(|transfer| transfer.id));
                offered.map_or_else(refused, id)
            }
            Contender::Scan => {
                let request = scans(self, nonce, &[(nonce, &self.code(2))]);
                match self.market.service.clone().admit(caller(SELLER), request).await {
                    Ok(answers) if answers[0].result == ScanResult::Admitted => Outcome::Admitted,
                    Ok(_) => Outcome::Refused,
                    Err(error) => refused(error),
                }
            }
        }
    }

    /// Frees the pass again.
    async fn free(&self, outcome: Outcome) {
        let service = self.market.service.clone();
        match outcome {
            Outcome::Listed(id) => {
                // A scan may have ended the listing.
                let _ = service.withdraw(caller(BUYER), WithdrawTicket { id }).await;
            }
            Outcome::Offered(Some(id)) => {
                let _ = service.take_back(caller(BUYER), TakeBackTransfer { id }).await;
            }
            Outcome::Admitted => {
                let show_id = self.market.show.show.id;
                let request = UndoAdmission { show_id, key: None, pass_id: self.pass };
                service.undo_admission(caller(SELLER), request).await.map(drop).expect("it is admitted");
            }
            Outcome::Offered(None) | Outcome::Refused => {}
        }
    }

    /// As if the pass had just been bought.
    async fn forget_gifts(&self) {
        let store = self.market.service.store.clone();
        let forget = store.write(store.root_cause(), |tx| {
            Box::pin(async move {
                let forget = passes::Entity::update_many().col_expr(passes::Column::Transfers, Expr::value(0_i64));
                Ok(forget.exec(tx.db()).await.map(drop)?)
            })
        });
        forget.await.expect("the pass is there");
    }
}

/// Runs the race, and returns how often each of the two got the pass.
async fn race(first: Contender, second: Contender) -> (u32, u32) {
    let show = issued().await;
    show.sell(1, BUYER, show.first).await;
    let mut wins = (0, 0);
    for round in 0..races() {
        let outcomes = tokio::join!(show.contend(first, 2 * round), show.contend(second, 2 * round + 1));
        let won = [&outcomes.0, &outcomes.1].map(|outcome| !matches!(outcome, Outcome::Refused));
        // A scan ends a listing or a gift that nobody has accepted: then both have happened, one after the other.
        let both = second == Contender::Scan && first != Contender::Scan && won == [true, true];
        assert!(both || won[0] != won[1], "round {round}");
        let claims = live_claims(show.market.service.store.read(), [show.pass.uuid()]).await.expect("it is there");
        assert_eq!(claims.len(), 1, "round {round}");
        wins = (wins.0 + u32::from(won[0]), wins.1 + u32::from(won[1]));
        show.free(outcomes.1).await;
        show.free(outcomes.0).await;
        show.forget_gifts().await;
    }
    assert_eq!(show.owner().await, (BUYER, 2));
    wins
}

#[tokio::test]
async fn of_a_resale_and_a_gift_one_wins() {
    race(Contender::Resale, Contender::Gift).await;
    race(Contender::Gift, Contender::Resale).await;
}

#[tokio::test]
async fn of_two_resales_and_of_two_gifts_one_wins() {
    race(Contender::Resale, Contender::Resale).await;
    race(Contender::Gift, Contender::Gift).await;
}

#[tokio::test]
async fn of_two_scans_one_admits() {
    race(Contender::Scan, Contender::Scan).await;
}

#[tokio::test]
async fn a_scan_beats_a_resale_and_a_gift_that_nobody_has_accepted() {
    for contender in [Contender::Resale, Contender::Gift] {
        let (_, admitted) = race(contender, Contender::Scan).await;
        assert_eq!(u128::from(admitted), races(), "nobody was buying it");
    }
}

#[tokio::test]
async fn a_gift_is_accepted_or_taken_back() {
    let show = issued().await;
    show.sell(1, BUYER, show.first).await;
    let (mut owner, mut other) = (BUYER, CEM);
    for round in 0..races() {
        let service = || show.market.service.clone();
        let give = TransferPass { id: show.pass, recipient: address(other) };
        let offered = service().transfer(caller(owner), give).await.expect("nothing takes it up");
        let id = offered.transfer.expect("it is offered").id;
        let (accepted, back) = tokio::join!(
            service().accept(caller(other), AcceptTransfer { id }),
            service().take_back(caller(owner), TakeBackTransfer { id })
        );
        assert!(accepted.is_ok() != back.is_ok(), "round {round}");
        if accepted.is_ok() {
            (owner, other) = (other, owner);
        }
        assert_eq!(show.owner().await.0, owner, "round {round}");
        show.forget_gifts().await;
    }
}
