//! Many people want the same ticket at the same moment.

use crate::site::Site;
use futures::future::join_all;
use reqwest::StatusCode;

/// How many people.
const PEOPLE: usize = 64;
/// How many tickets they fight for, one after the other.
const TICKETS: usize = 1_000;
/// How many of them are for the same show; with as many people, nobody comes near what one person may have.
const PER_SHOW: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_people_who_want_one_ticket_exactly_one_gets_it_1000_times_over() {
    let site = Site::with(&[("HOLD_SECONDS", "3600")]).await;
    let seller = site.person("seller").await;
    let people = join_all((0..PEOPLE).map(|_| site.person("buyer"))).await;
    let mut won = 0;

    for show in 0..TICKETS / PER_SHOW {
        let show = seller.announces(&format!("Fought for, night {show}")).await;
        for ticket in seller.lists(&show, PER_SHOW).await {
            let answers = join_all(people.iter().map(|person| person.holds(&ticket))).await;
            let statuses: Vec<StatusCode> =
                answers.into_iter().map(|answer| answer.expect("the site is up").status).collect();
            let winners = statuses.iter().filter(|status| **status == StatusCode::OK).count();
            let losers = statuses.iter().filter(|status| **status == StatusCode::CONFLICT).count();
            assert_eq!((winners, losers), (1, PEOPLE - 1), "{statuses:?}");
            won += winners;
        }
    }

    assert_eq!(won, TICKETS);
    let (clean, report) = site.audit().await;
    assert!(clean, "{report}");
}
