//! Many buyers hold the same ticket at the same moment.

use crate::harness::site::Site;
use futures::future::join_all;
use reqwest::StatusCode;

/// How many buyers.
const BUYERS: usize = 64;
/// How many tickets they compete for, one after the other.
const TICKETS: usize = 1_000;
/// How many of them are for the same show: with so many buyers, none of them reaches the limit per show.
const PER_SHOW: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_buyers_of_one_ticket_exactly_one_gets_it_1000_times() {
    let site = Site::with(&[("HOLD_SECONDS", "3600")]).await;
    let seller = site.sign_up("seller").await;
    let buyers = join_all((0..BUYERS).map(|_| site.sign_up("buyer"))).await;
    let mut won = 0;

    for show in 0..TICKETS / PER_SHOW {
        let show = seller.create_show(&format!("Contested, night {show}")).await;
        for ticket in seller.list_tickets(&show, PER_SHOW).await {
            let answers = join_all(buyers.iter().map(|buyer| buyer.hold(&ticket))).await;
            let statuses: Vec<StatusCode> =
                answers.into_iter().map(|answer| answer.expect("the site responds").status).collect();
            let winners = statuses.iter().filter(|status| **status == StatusCode::OK).count();
            let losers = statuses.iter().filter(|status| **status == StatusCode::CONFLICT).count();
            assert_eq!((winners, losers), (1, BUYERS - 1), "{statuses:?}");
            won += winners;
        }
    }

    assert_eq!(won, TICKETS);
    site.assert_consistent().await;
}
