//! Searching for shows.

use crate::harness::system::{TestSystem, TestUser, price};
use shared::tickets::{
    Category, CreateShow, ListSelling, ListShows, ListTickets, OfferTickets, Seat, ShowFilter, WithdrawTicket,
};
use shared::value::ShortText;
use shared::{Currency, Flaw, Paginated, Price, Rejection, ShowId};
use std::collections::BTreeSet;

/// Lists seats of a show, each given by row and seat.
async fn list_seats(system: &TestSystem, seller: &TestUser, show: ShowId, seats: &[(&str, &str)]) {
    let seats = seats.iter().map(|(row, seat)| Seat::parse("A", row, seat).expect("a seat")).collect();
    let offer = OfferTickets { show_id: show, price: price(2000), face_value: None, seats, issued: false };
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

async fn announce(system: &TestSystem, creator: &TestUser, texts: [&str; 3], currency: Currency) -> ShowId {
    let [title, venue, city] = texts.map(|text| ShortText::parse("text", text).expect("the text is valid"));
    let country = ShortText::parse("country", "Deutschland").expect("the text is valid");
    let (starts_at, time_zone) = ("2026-12-24T19:30".to_owned(), "Europe/Berlin".to_owned());
    let create =
        CreateShow { title, venue, city, country, category: Category::Concert, starts_at, time_zone, currency };
    system.call(creator, create).await.expect("the show is valid").show.id
}

/// The titles of the shows that match, in order.
async fn titles(system: &TestSystem, user: &TestUser, filter: ShowFilter) -> Vec<String> {
    let page = system.call(user, ListShows { filter }).await.expect("the filter is valid");
    page.items.into_iter().map(|listing| String::from(listing.show.title)).collect()
}

#[tokio::test]
async fn shows_are_found_as_people_spell_them() {
    let system = TestSystem::new().await;
    let ann = system.sign_up("ann").await;
    for texts in [
        ["Beyoncé", "Olympiastadion", "München"],
        ["Mötley Crüe", "Hala Stulecia", "Wrocław"],
        ["Straßenfest", "Marktplatz", "Zürich"],
        ["Cafe\u{301} del Mar", "Sala Apolo", "Barcelona"],
        ["Οδυσσεύς", "Ηρώδειο", "Αθήνα"],
        ["AC/DC 100% Live_Tour", "Letzigrund", "Zürich"],
        ["C++ \"Live\"", "O’Reilly’s", "İzmir"],
    ] {
        announce(&system, &ann, texts, Currency::Eur).await;
    }
    let search = async |text: &str| {
        titles(&system, &ann, ShowFilter { search: Some(text.to_owned()), ..ShowFilter::default() }).await
    };

    for (query, title) in [
        ("beyonce", "Beyoncé"),
        ("BEYONCE\u{301} munchen", "Beyoncé"),
        ("motley crue", "Mötley Crüe"),
        ("wroclaw", "Mötley Crüe"),
        ("strassenfest", "Straßenfest"),
        ("café", "Café del Mar"),
        ("cafe mar", "Café del Mar"),
        ("ΟΔΥΣΣΕΥΣ", "Οδυσσεύς"),
        ("acdc", "AC/DC 100% Live_Tour"),
        ("100%", "AC/DC 100% Live_Tour"),
        ("live_", "AC/DC 100% Live_Tour"),
        ("c++", "C++ \"Live\""),
        ("o'reilly", "C++ \"Live\""),
        ("izmir", "C++ \"Live\""),
    ] {
        assert_eq!(search(query).await, [title], "{query}");
    }
    for query in ["%", "_", "'", "\\", "yonce", "beyonce zurich", "' or 1=1 --"] {
        assert_eq!(search(query).await, Vec::<String>::new(), "{query}");
    }
    for city in ["zurich", " ZÜRICH", "Zu\u{308}rich"] {
        let found = titles(&system, &ann, ShowFilter { city: Some(city.to_owned()), ..ShowFilter::default() }).await;
        assert_eq!(found.len(), 2, "{city}: {found:?}");
    }
}

#[tokio::test]
async fn a_title_stands_before_a_venue_and_a_venue_before_a_city() {
    let system = TestSystem::new().await;
    let ann = system.sign_up("ann").await;
    for texts in [["Third", "Hall", "Berlin"], ["Second", "Berlin Arena", "Bern"], ["Berlin, Berlin", "Hall", "Bern"]] {
        announce(&system, &ann, texts, Currency::Eur).await;
    }
    let filter = ShowFilter { search: Some("berlin".to_owned()), ..ShowFilter::default() };

    assert_eq!(titles(&system, &ann, filter).await, ["Berlin, Berlin", "Second", "Third"]);
}

/// Reads all pages of the shows.
async fn all_shows(system: &TestSystem, user: &TestUser, filter: ShowFilter) -> Vec<(Currency, Option<i64>, ShowId)> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = system.call(user, ListShows { filter: ShowFilter { cursor, ..filter.clone() } }).await;
        let Paginated { items, next } = page.expect("the cursor was given out");
        all.extend(
            items
                .into_iter()
                .map(|listing| (listing.show.currency, listing.lowest_price.map(|price| price.minor), listing.show.id)),
        );
        cursor = next;
        if cursor.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn every_order_of_shows_is_read_to_its_end() {
    let system = TestSystem::new().await;
    let ann = system.sign_up("ann").await;
    for number in 0..120_i64 {
        let currency = [Currency::Eur, Currency::Jpy, Currency::Kwd][usize::try_from(number % 3).expect("it is small")];
        let show = announce(&system, &ann, ["Many of them", "Hall", "Bern"], currency).await;
        if number % 4 > 0 {
            let price = Price::try_from(shared::Money::new(1_000 + (number * 7) % 50 * 10, currency)).expect("a price");
            let offer =
                OfferTickets { show_id: show, price, face_value: None, seats: vec![Seat::default()], issued: false };
            system.call(&ann, offer).await.expect("it is valid");
        }
    }
    for (sort, search) in [
        (None, None),
        (Some("newest"), None),
        (Some("price"), None),
        (None, Some("many")),
        (Some("price"), Some("bern")),
    ] {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let filter = ShowFilter { sort: text(sort), search: text(search), ..ShowFilter::default() };
        let all = all_shows(&system, &ann, filter).await;

        let distinct: BTreeSet<_> = all.iter().map(|(.., id)| *id).collect();
        assert_eq!((all.len(), distinct.len()), (120, 120), "{sort:?} {search:?}");
        if sort == Some("price") {
            let order =
                |(currency, price, _): &(Currency, Option<i64>, ShowId)| (currency.code(), price.unwrap_or(i64::MAX));
            assert!(
                all.windows(2).all(|pair| order(&pair[0]) <= order(&pair[1])),
                "within one currency, the cheapest first"
            );
        }
    }
    let other = ShowFilter { sort: Some("newest".to_owned()), ..ShowFilter::default() };
    let page = system.call(&ann, ListShows { filter: other }).await.expect("it is valid");
    let mixed = ShowFilter { sort: Some("price".to_owned()), cursor: page.next, ..ShowFilter::default() };
    let refused = system.call(&ann, ListShows { filter: mixed }).await;
    assert!(
        matches!(refused, Err(Rejection::Invalid(invalid)) if invalid.flaw == Flaw::InvalidCursor),
        "a cursor of another order"
    );
}

#[tokio::test]
async fn what_stays_in_a_list_is_read_once_whatever_goes() {
    let system = TestSystem::new().await;
    let ann = system.sign_up("ann").await;
    let (show, mut tickets) = system.list_tickets(&ann, 100, 2000).await;
    list_seats(&system, &ann, show.show.id, &[("2", "x"); 10].map(|(row, _)| (row, ""))).await;
    for sort in [None, Some("seat")] {
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let request = ListTickets { show_id: show.show.id, sort: sort.map(str::to_owned), cursor };
            let page = system.call(&ann, request).await.expect("the cursor was given out");
            seen.extend(page.items.into_iter().map(|ticket| ticket.id));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
            // Those that were seen already.
            for _ in 0..5 {
                let position = tickets.iter().position(|ticket| seen.contains(&ticket.id)).expect("some were seen");
                let gone = tickets.swap_remove(position);
                system.call(&ann, WithdrawTicket { id: gone.id }).await.expect("it is on sale");
            }
        }
        let distinct: BTreeSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "{sort:?}: nothing twice");
        assert!(tickets.iter().all(|ticket| distinct.contains(&ticket.id)), "{sort:?}: nothing is left out");
    }
    let garbage = ListSelling { cursor: Some("garbage".to_owned()) };
    assert!(matches!(system.call(&ann, garbage).await, Err(Rejection::Invalid(invalid)) if invalid.field == "cursor"));
}

#[tokio::test]
async fn seats_are_listed_in_their_natural_order() {
    let system = TestSystem::new().await;
    let ann = system.sign_up("ann").await;
    let (show, _) = system.list_tickets(&ann, 1, 2000).await;
    let seats = [("10", "1"), ("2", "10"), ("2", "9"), ("b", "1"), ("2", "1"), ("1", "1")];
    list_seats(&system, &ann, show.show.id, &seats).await;

    let request = ListTickets { show_id: show.show.id, sort: Some("seat".to_owned()), cursor: None };
    let page = system.call(&ann, request).await.expect("it is valid");

    let rows = page.items.iter().map(|ticket| ticket.seat.to_string()).collect::<Vec<_>>();
    let expected = [
        "Seat 1",
        "A, Row 1, Seat 1",
        "A, Row 2, Seat 1",
        "A, Row 2, Seat 9",
        "A, Row 2, Seat 10",
        "A, Row 10, Seat 1",
        "A, Row b, Seat 1",
    ];
    assert_eq!(rows, expected);
}
