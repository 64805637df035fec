//! Finding the right show.

use crate::world::{Person, TestSystem, price};
use shared::ShowId;
use shared::tickets::{ListShows, OfferTickets, Seat, ShowFilter};

/// Lists those seats of a show, each with its row.
async fn lists(world: &TestSystem, seller: &Person, show: ShowId, seats: &[(&str, &str)]) {
    let seats = seats.iter().map(|(row, seat)| Seat::parse("A", row, seat).expect("a seat")).collect();
    let offer = OfferTickets { show_id: show, price: price(2000), face_value: None, seats };
    world.call(seller, offer).await.expect("they can be sold");
}

/// The shows with that many seats together.
async fn together(world: &TestSystem, person: &Person, count: &str) -> Vec<ShowId> {
    let filter = ShowFilter { together: Some(count.to_owned()), ..ShowFilter::default() };
    let page = world.call(person, ListShows { filter }).await.expect("it can be searched");
    page.items.into_iter().map(|listing| listing.show.id).collect()
}

#[tokio::test]
async fn seats_together_are_of_one_row_and_on_sale() {
    let world = TestSystem::new().await;
    let (ann, ben) = (world.person("ann").await, world.person("ben").await);
    let (apart, _) = world.offers(&ann, 1, 2000).await;
    lists(&world, &ann, apart.show.id, &[("1", "1"), ("2", "2")]).await;
    let (side_by_side, tickets) = world.offers(&ann, 3, 2000).await;

    let before = together(&world, &ben, "3").await;
    world.holds(&ben, &tickets[..1]).await.expect("it is free");
    world.wait_until_idle().await;
    let after = together(&world, &ben, "3").await;

    assert_eq!(before, [side_by_side.show.id]);
    assert_eq!(after, [], "somebody is paying for one of them");
    assert_eq!(together(&world, &ben, "2").await, [side_by_side.show.id]);
    assert_eq!(together(&world, &ben, "1").await.len(), 2);
}
