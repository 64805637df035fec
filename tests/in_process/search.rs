//! Searching for shows.

use crate::harness::system::{TestSystem, TestUser, price};
use shared::ShowId;
use shared::tickets::{ListShows, OfferTickets, Seat, ShowFilter};

/// Lists seats of a show, each given by row and seat.
async fn list_seats(system: &TestSystem, seller: &TestUser, show: ShowId, seats: &[(&str, &str)]) {
    let seats = seats.iter().map(|(row, seat)| Seat::parse("A", row, seat).expect("a seat")).collect();
    let offer = OfferTickets { show_id: show, price: price(2000), face_value: None, seats };
    system.call(seller, offer).await.expect("the seats are valid");
}

/// The shows that have that many adjacent seats on sale.
async fn shows_with_adjacent_seats(system: &TestSystem, user: &TestUser, count: &str) -> Vec<ShowId> {
    let filter = ShowFilter { together: Some(count.to_owned()), ..ShowFilter::default() };
    let page = system.call(user, ListShows { filter }).await.expect("the filter is valid");
    page.items.into_iter().map(|listing| listing.show.id).collect()
}

#[tokio::test]
async fn adjacent_seats_are_in_one_row_and_all_on_sale() {
    let system = TestSystem::new().await;
    let (ann, ben) = (system.sign_up("ann").await, system.sign_up("ben").await);
    let (apart, _) = system.list_tickets(&ann, 1, 2000).await;
    list_seats(&system, &ann, apart.show.id, &[("1", "1"), ("2", "2")]).await;
    let (side_by_side, tickets) = system.list_tickets(&ann, 3, 2000).await;

    let before = shows_with_adjacent_seats(&system, &ben, "3").await;
    system.hold(&ben, &tickets[..1]).await.expect("the ticket is free");
    system.wait_until_idle().await;
    let after = shows_with_adjacent_seats(&system, &ben, "3").await;

    assert_eq!(before, [side_by_side.show.id]);
    assert_eq!(after, [], "one of them is held");
    assert_eq!(shows_with_adjacent_seats(&system, &ben, "2").await, [side_by_side.show.id]);
    assert_eq!(shows_with_adjacent_seats(&system, &ben, "1").await.len(), 2);
}
