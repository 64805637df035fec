//! Accounts that are closed while their owners do something else.

use crate::harness::system::{TestSystem, price};
use futures::future::join_all;
use shared::auth::CloseAccount;
use shared::tickets::{ListTickets, OfferTickets, Seat};
use shared::value::Password;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_ticket_of_a_closed_account_stays_on_sale() {
    let system = TestSystem::new().await;
    let ann = system.sign_up("ann").await;
    let (show, _) = system.list_tickets(&ann, 1, 1000).await;
    for round in 0..4 {
        let seller = system.sign_up(&format!("seller{round}")).await;
        let offer = OfferTickets {
            show_id: show.show.id,
            price: price(2000),
            face_value: None,
            seats: vec![Seat::default()],
            issued: false,
        };
        let password = Password::try_from("a password of hers".to_owned()).expect("it is long enough");

        // What he has asked for before, and what another of his browsers asks for meanwhile.
        system.call(&seller, offer.clone()).await.expect("he may");
        let offers = join_all((0..20).map(|_| system.call(&seller, offer.clone())));
        let (_, closed) = tokio::join!(offers, system.call(&seller, CloseAccount { password }));
        closed.expect("the password is right");
        system.wait_until_idle().await;

        assert!(system.call(&seller, offer).await.is_err(), "the account is closed");
        let list = ListTickets { show_id: show.show.id, sort: None, cursor: None };
        let on_sale = system.call(&ann, list).await.expect("the show is there").items;
        assert!(on_sale.iter().all(|ticket| ticket.seller_id == ann.user.id), "{on_sale:?}");
        assert_eq!(on_sale.len(), 1);
    }
    system.assert_consistent().await;
}
