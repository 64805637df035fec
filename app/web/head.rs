//! The part of a page's head for those who show links to it: OpenGraph, Twitter's card, the canonical address, and structured data.

use crate::i18n::Language;
use crate::link_preview::{LinkPreview, Subject};
use crate::routes;
use askama_escape::{Html, escape};
use chrono::{DateTime, NaiveDateTime};
use serde_json::{Value, json};
use server::Config;
use shared::tickets::{Show, ShowListing};
use std::fmt::Write;

/// The size of preview images in pixels, which all networks show without cropping.
pub const IMAGE_WIDTH: u32 = 1_200;
pub const IMAGE_HEIGHT: u32 = 630;
/// The image of pages that are not about a show.
pub const SITE_IMAGE: &str = "/preview.png";

const SITE_NAME: &str = "Ticketing";

/// What stands before a path in an absolute address. Without `PUBLIC_URL` nobody knows how the site is reached, and addresses stay
/// relative.
pub fn origin(config: &Config) -> &str {
    let unset = config.public_url == format!("http://localhost:{}", config.port);
    if unset { "" } else { &config.public_url }
}

/// Adds what the page has announced to its head.
pub fn complete(page: &str, preview: &LinkPreview, language: Language, origin: &str) -> String {
    page.replacen("</head>", &format!("{}</head>", tags(preview, language, origin)), 1)
}

fn tags(preview: &LinkPreview, language: Language, origin: &str) -> String {
    let url = format!("{origin}{}", preview.address);
    let image = format!("{origin}{}", image(&preview.subject));
    let (width, height) = (IMAGE_WIDTH.to_string(), IMAGE_HEIGHT.to_string());
    let properties = [
        ("og:title", preview.title.as_str()),
        ("og:description", &preview.description),
        ("og:type", "website"),
        ("og:url", &url),
        ("og:site_name", SITE_NAME),
        ("og:locale", language.locale()),
        ("og:image", &image),
        ("og:image:type", "image/png"),
        ("og:image:width", &width),
        ("og:image:height", &height),
        ("og:image:alt", &preview.title),
    ];
    let names = [
        ("twitter:card", "summary_large_image"),
        ("twitter:title", preview.title.as_str()),
        ("twitter:description", &preview.description),
        ("twitter:image", &image),
    ];
    let mut tags = format!("<link rel=\"canonical\" href=\"{}\">", escape(&url, Html));
    for (kind, pairs) in [("property", &properties[..]), ("name", &names[..])] {
        for (name, content) in pairs {
            let _ = write!(tags, "<meta {kind}=\"{name}\" content=\"{}\">", escape(content, Html));
        }
    }
    if let Subject::Show(listing) = &preview.subject {
        let data = structured_data(listing, &preview.description, &url, &image);
        // Browsers do not run a data block, so the content security policy need not name it.
        let _ = write!(tags, "<script type=\"application/ld+json\">{}</script>", escape_json(&data));
    }
    tags
}

fn image(subject: &Subject) -> String {
    match subject {
        Subject::Site => SITE_IMAGE.to_owned(),
        Subject::Show(listing) => show_image(listing.show.id),
        Subject::Ticket(show) => show_image(*show),
    }
}

fn show_image(show: shared::ShowId) -> String {
    format!("{}{SITE_IMAGE}", routes::show(show))
}

/// The show as an `Event` of schema.org.
fn structured_data(listing: &ShowListing, description: &str, url: &str, image: &str) -> Value {
    let show = &listing.show;
    let status = if show.cancelled { "EventCancelled" } else { "EventScheduled" };
    let availability = if listing.tickets_left > 0 { "InStock" } else { "SoldOut" };
    let mut offers = json!({
        "@type": "AggregateOffer",
        "url": url,
        "priceCurrency": show.currency.code(),
        "availability": format!("https://schema.org/{availability}"),
        "offerCount": listing.tickets_left,
    });
    if let Some(price) = listing.lowest_price {
        offers["lowPrice"] = price.amount().into();
        offers["priceCurrency"] = price.currency.code().into();
    }
    json!({
        "@context": "https://schema.org",
        "@type": "Event",
        "name": show.title.as_str(),
        "description": description,
        "url": url,
        "image": [image],
        "startDate": start_with_offset(show),
        "eventStatus": format!("https://schema.org/{status}"),
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {
            "@type": "Place",
            "name": show.venue.as_str(),
            "address": {
                "@type": "PostalAddress",
                "addressLocality": show.city.as_str(),
                "addressCountry": show.country.as_str(),
            },
        },
        "offers": offers,
    })
}

/// The start by the venue's clock with that clock's distance from UTC, such as `2027-06-01T20:00:00+02:00`.
fn start_with_offset(show: &Show) -> String {
    let local = NaiveDateTime::parse_from_str(&show.local_start, "%Y-%m-%dT%H:%M");
    let (Ok(local), Some(utc)) = (local, DateTime::from_timestamp_millis(show.starts_at.millis())) else {
        return show.starts_at.to_string();
    };
    // The local time has no seconds, so the difference is rounded to minutes.
    let minutes = ((local - utc.naive_utc()).num_seconds() + 30).div_euclid(60);
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{}{sign}{:02}:{:02}", local.format("%Y-%m-%dT%H:%M:%S"), minutes.abs() / 60, minutes.abs() % 60)
}

/// JSON for a script element, which no text in it can end (HTML, "Restrictions for contents of script elements").
fn escape_json(value: &Value) -> String {
    let mut escaped = String::new();
    for letter in value.to_string().chars() {
        match letter {
            // They occur only in strings, where an escape means the same.
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(letter));
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::ticket;
    use shared::tickets::TicketState;
    use shared::value::ShortText;
    use shared::{Currency, Instant, Money};

    const EVIL: &str = "</script><script>alert(1)</script> \"A\" & 'B' <!--";

    fn listing(title: &str) -> ShowListing {
        let mut show = ticket(1, 1, TicketState::OnSale).show;
        show.title = ShortText::parse("title", title).expect("a title");
        // 1 June 2027, 18:00 UTC.
        show.starts_at = Instant::from_millis(1_811_872_800_000);
        show.local_start = "2027-06-01T20:00".to_owned();
        let lowest_price = Some(Money::new(4990, Currency::Eur));
        ShowListing { show, lowest_price, tickets_left: 3, cancellation: None }
    }

    fn page(listing: &ShowListing, origin: &str) -> String {
        complete("<head></head><body></body>", &LinkPreview::of_show(listing), Language::English, origin)
    }

    fn data(page: &str) -> Value {
        let (_, rest) = page.split_once("<script type=\"application/ld+json\">").expect("a block");
        let (json, _) = rest.split_once("</script>").expect("its end");
        serde_json::from_str(json).expect("JSON")
    }

    #[test]
    fn a_show_says_when_and_where_it_is_and_what_it_costs() {
        let listing = listing("The Long Note");
        let page = page(&listing, "https://tickets.example");

        let url = format!("https://tickets.example/shows/{}", listing.show.id);
        for tag in [
            format!("<link rel=\"canonical\" href=\"{url}\">"),
            format!("<meta property=\"og:url\" content=\"{url}\">"),
            format!("<meta property=\"og:image\" content=\"{url}/preview.png\">"),
            "<meta property=\"og:title\" content=\"The Long Note\">".to_owned(),
            "<meta property=\"og:description\" content=\"Tue 1 Jun 2027, 20:00 · Venue, City · tickets from €49.90\">"
                .to_owned(),
            "<meta property=\"og:locale\" content=\"en_GB\">".to_owned(),
            "<meta name=\"twitter:card\" content=\"summary_large_image\">".to_owned(),
        ] {
            assert!(page.contains(&tag), "{tag} in {page}");
        }
        let data = data(&page);
        assert_eq!(data["startDate"], "2027-06-01T20:00:00+02:00");
        assert_eq!(data["eventStatus"], "https://schema.org/EventScheduled");
        assert_eq!(data["location"]["name"], "Venue");
        assert_eq!(data["offers"]["lowPrice"], "49.90");
        assert_eq!(data["offers"]["priceCurrency"], "EUR");
        assert_eq!(data["offers"]["availability"], "https://schema.org/InStock");
    }

    #[test]
    fn no_title_breaks_out_of_the_tags_or_the_structured_data() {
        let page = page(&listing(EVIL), "");

        assert_eq!(data(&page)["name"], EVIL, "readers of the data get the title as it is");
        assert_eq!(page.matches("<script").count(), 1, "{page}");
        assert_eq!(page.matches("</script>").count(), 1, "{page}");
        assert!(!page.contains("<!--") && !page.contains("content=\"\""), "{page}");
    }

    #[test]
    fn a_cancelled_show_and_one_without_tickets_say_so() {
        let mut listing = listing("Off");
        listing.show.cancelled = true;
        (listing.lowest_price, listing.tickets_left) = (None, 0);
        let page = page(&listing, "");

        let data = data(&page);
        assert_eq!(data["eventStatus"], "https://schema.org/EventCancelled");
        assert_eq!(data["offers"]["availability"], "https://schema.org/SoldOut");
        assert!(data["offers"]["lowPrice"].is_null());
        assert!(page.contains("This show is cancelled."), "{page}");
    }

    #[test]
    fn the_offset_of_a_start_is_the_venues() {
        let start = |local: &str| {
            let mut show = listing("Anywhere").show;
            show.local_start = local.to_owned();
            start_with_offset(&show)
        };

        assert_eq!(start("2027-06-01T13:00"), "2027-06-01T13:00:00-05:00");
        assert_eq!(start("2027-06-01T23:45"), "2027-06-01T23:45:00+05:45");
        assert_eq!(start("2027-06-01T18:00"), "2027-06-01T18:00:00+00:00");
    }
}
