//! The shows of the demo. All names are invented, except the titles of plays that are in the public domain.

use shared::Currency;
use shared::tickets::Category;

pub struct DemoShow {
    pub title: &'static str,
    pub venue: &'static str,
    pub city: &'static str,
    pub country: &'static str,
    pub category: Category,
    pub time_zone: &'static str,
    pub currency: Currency,
    /// Days from the day on which the demo data is created, so that no show lies in the past.
    pub days_ahead: i64,
    /// The start in the venue's time zone, as in `19:30`.
    pub local_time: &'static str,
    pub offers: &'static [Offer],
}

/// Tickets at one price, in the currency's major units.
pub struct Offer {
    pub seats: Seats,
    pub price: &'static str,
    pub face_value: Option<&'static str>,
}

#[derive(Clone, Copy)]
pub enum Seats {
    /// The number of tickets.
    GeneralAdmission(usize),
    /// A section without numbered seats, and the number of tickets.
    Section(&'static str, usize),
    /// Section, row, first seat and last seat.
    Row(&'static str, &'static str, u32, u32),
}

const fn offer(seats: Seats, price: &'static str, face_value: Option<&'static str>) -> Offer {
    Offer { seats, price, face_value }
}

use Seats::{GeneralAdmission, Row, Section};

/// The accounts take turns as sellers.
pub const SHOWS: &[DemoShow] = &[
    DemoShow {
        title: "The Lantern Foxes: Night Tram Tour",
        venue: "Alte Straßenbahnhalle",
        city: "Berlin",
        country: "Germany",
        category: Category::Concert,
        time_zone: "Europe/Berlin",
        currency: Currency::Eur,
        days_ahead: 9,
        local_time: "20:00",
        offers: &[
            offer(GeneralAdmission(6), "42.00", Some("45.00")),
            offer(Row("Balcony", "2", 11, 14), "58.50", Some("55.00")),
        ],
    },
    DemoShow {
        title: "Hamlet",
        venue: "Tanner's Row Playhouse",
        city: "London",
        country: "United Kingdom",
        category: Category::Theatre,
        time_zone: "Europe/London",
        currency: Currency::Gbp,
        days_ahead: 12,
        local_time: "19:30",
        offers: &[
            offer(Row("Stalls", "F", 7, 10), "64.00", Some("72.50")),
            offer(Row("Upper Circle", "C", 21, 24), "28.00", Some("28.00")),
        ],
    },
    DemoShow {
        title: "Velvet Static",
        venue: "The Gasworks on Grand",
        city: "New York",
        country: "United States",
        category: Category::Concert,
        time_zone: "America/New_York",
        currency: Currency::Usd,
        days_ahead: 17,
        local_time: "21:00",
        offers: &[
            offer(GeneralAdmission(8), "55.00", Some("49.50")),
            offer(Section("VIP Mezzanine", 2), "140.00", None),
        ],
    },
    DemoShow {
        title: "Harbour Lights Weekender",
        venue: "Frihamnen Pier 5",
        city: "Göteborg",
        country: "Sweden",
        category: Category::Festival,
        time_zone: "Europe/Stockholm",
        currency: Currency::Sek,
        days_ahead: 118,
        local_time: "16:00",
        offers: &[
            offer(Section("Weekend pass", 8), "1450", Some("1595")),
            offer(Section("Weekend pass with camping", 4), "1890", Some("1990")),
        ],
    },
    DemoShow {
        title: "Paper Cranes: An Evening of Quiet Jokes",
        venue: "Sumida Small Stage",
        city: "Tokyo",
        country: "Japan",
        category: Category::Comedy,
        time_zone: "Asia/Tokyo",
        currency: Currency::Jpy,
        days_ahead: 23,
        local_time: "18:30",
        offers: &[offer(Row("Front", "A", 3, 6), "6800", Some("6500")), offer(Row("Rear", "H", 1, 4), "4200", None)],
    },
    DemoShow {
        title: "FC Hardturm v Lakeside United",
        venue: "Stadion am Letten",
        city: "Zürich",
        country: "Switzerland",
        category: Category::Sport,
        time_zone: "Europe/Zurich",
        currency: Currency::Chf,
        days_ahead: 31,
        local_time: "20:30",
        offers: &[
            offer(Row("Block B12", "18", 101, 104), "48.00", Some("55.00")),
            offer(Section("South Stand", 6), "25.00", Some("25.00")),
        ],
    },
    DemoShow {
        title: "A Midsummer Night's Dream",
        venue: "Théâtre du Vieux Quai",
        city: "Paris",
        country: "France",
        category: Category::Theatre,
        time_zone: "Europe/Paris",
        currency: Currency::Eur,
        days_ahead: 38,
        local_time: "20:00",
        offers: &[
            offer(Row("Orchestre", "K", 14, 17), "52.00", Some("59.00")),
            offer(Row("Balcon", "B", 2, 5), "31.00", None),
        ],
    },
    DemoShow {
        title: "Maps of Places That Never Were",
        venue: "Galeria Młyn",
        city: "Kraków",
        country: "Poland",
        category: Category::Exhibition,
        time_zone: "Europe/Warsaw",
        currency: Currency::Pln,
        days_ahead: 45,
        local_time: "18:00",
        offers: &[offer(GeneralAdmission(10), "38", Some("40"))],
    },
    DemoShow {
        title: "Orchid Parade",
        venue: "Salt Wharf Amphitheatre",
        city: "Kuwait City",
        country: "Kuwait",
        category: Category::Concert,
        time_zone: "Asia/Kuwait",
        currency: Currency::Kwd,
        days_ahead: 52,
        local_time: "20:30",
        offers: &[
            offer(Row("Gold", "4", 9, 12), "22.500", Some("20.000")),
            offer(Row("Silver", "15", 30, 33), "12.750", Some("12.500")),
        ],
    },
    DemoShow {
        title: "Laugh Until the Last Train",
        venue: "The Copper Kettle",
        city: "Dublin",
        country: "Ireland",
        category: Category::Comedy,
        time_zone: "Europe/Dublin",
        currency: Currency::Eur,
        days_ahead: 66,
        local_time: "20:15",
        offers: &[offer(GeneralAdmission(4), "18.50", Some("22.00"))],
    },
    DemoShow {
        title: "Bay City Comets v Redwood Rangers",
        venue: "Pier Nine Arena",
        city: "San Francisco",
        country: "United States",
        category: Category::Sport,
        time_zone: "America/Los_Angeles",
        currency: Currency::Usd,
        days_ahead: 81,
        local_time: "19:00",
        offers: &[
            offer(Row("Section 114", "9", 5, 8), "96.00", Some("88.00")),
            offer(Row("Section 302", "2", 17, 22), "34.00", Some("36.00")),
        ],
    },
    DemoShow {
        title: "Meridian Strings play The Four Seasons",
        venue: "Sala das Colunas",
        city: "Lisbon",
        country: "Portugal",
        category: Category::Concert,
        time_zone: "Europe/Lisbon",
        currency: Currency::Eur,
        days_ahead: 95,
        local_time: "21:00",
        offers: &[
            offer(Row("Plateia", "C", 8, 11), "47.00", Some("50.00")),
            offer(Row("Galeria", "1", 40, 43), "24.00", None),
        ],
    },
    DemoShow {
        title: "The Long Table: A Feast of Street Food",
        venue: "Alte Remise am Prater",
        city: "Vienna",
        country: "Austria",
        category: Category::Other,
        time_zone: "Europe/Vienna",
        currency: Currency::Eur,
        days_ahead: 136,
        local_time: "18:30",
        offers: &[offer(Section("Evening sitting", 8), "29.00", Some("35.00"))],
    },
];
