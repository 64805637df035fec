//! What pages tell messengers, social networks and search engines.

use crate::harness::site::Site;
use reqwest::{Method, StatusCode};
use serde_json::Value;

const PUBLIC_URL: &str = "https://tickets.example";

async fn page(site: &Site, path: &str) -> String {
    let page = site.anonymous().send(Method::GET, path, None).await.expect("the site responds");
    assert_eq!(page.status, StatusCode::OK, "{path}");
    page.text
}

fn structured_data(page: &str) -> Value {
    let (_, rest) = page.split_once("<script type=\"application/ld+json\">").expect("the page has structured data");
    let (json, _) = rest.split_once("</script>").expect("the data ends");
    serde_json::from_str(json).expect("it is JSON")
}

#[tokio::test]
async fn a_shared_link_shows_title_date_place_price_and_picture() {
    let site = Site::with(&[("PUBLIC_URL", PUBLIC_URL)]).await;
    let seller = site.sign_up("seller").await;
    let show = seller.create_show("The Long Note").await;
    let ticket = seller.list_tickets(&show, 2).await.remove(0);
    let address = format!("{PUBLIC_URL}/shows/{show}");

    let found = page(&site, &format!("/shows/{show}?fbclid=abc&utm_source=mail")).await;

    for tag in [
        format!("<link rel=\"canonical\" href=\"{address}\">"),
        format!("<meta property=\"og:url\" content=\"{address}\">"),
        format!("<meta property=\"og:image\" content=\"{address}/preview.png\">"),
        "<meta property=\"og:title\" content=\"The Long Note\">".to_owned(),
        "<meta name=\"twitter:card\" content=\"summary_large_image\">".to_owned(),
    ] {
        assert!(found.contains(&tag), "{tag}");
    }
    let description = "Tue 1 Jun 2027, 20:00 · Tempodrom, Berlin · tickets from €10.00";
    assert!(found.contains(&format!("<meta property=\"og:description\" content=\"{description}\">")), "{description}");
    assert!(!found.contains("fbclid") && !found.contains("utm_source"), "tails are left out");
    let data = structured_data(&found);
    assert_eq!(data["@type"], "Event");
    assert_eq!(data["startDate"], "2027-06-01T20:00:00+02:00");
    assert_eq!(data["location"]["name"], "Tempodrom");
    assert_eq!(data["offers"]["lowPrice"], "10.00");
    assert_eq!(data["offers"]["availability"], "https://schema.org/InStock");

    let home = page(&site, "/?fbclid=abc&city=Berlin").await;
    assert!(home.contains(&format!("<link rel=\"canonical\" href=\"{PUBLIC_URL}/?city=Berlin\">")));
    assert!(home.contains(&format!("<meta property=\"og:image\" content=\"{PUBLIC_URL}/preview.png\">")));
    let of_ticket = page(&site, &format!("/tickets/{ticket}")).await;
    assert!(of_ticket.contains(&format!("<meta property=\"og:image\" content=\"{address}/preview.png\">")));
    let (reader, path) = (site.anonymous(), format!("/shows/{show}"));
    let french = reader.send_text(Method::GET, &path, None, &[("accept-language", "fr")]).await;
    assert!(french.expect("the site responds").text.contains("<meta property=\"og:locale\" content=\"fr_FR\">"));
}

#[tokio::test]
async fn a_signed_in_reader_gets_the_same_preview() {
    let site = Site::new().await;
    let (seller, reader) = (site.sign_up("seller").await, site.sign_up("reader").await);
    let show = seller.create_show("The Long Note").await;

    for user in [&site.anonymous(), &seller, &reader] {
        let page = user.send(Method::GET, &format!("/shows/{show}"), None).await.expect("the site responds");
        // Without PUBLIC_URL nobody knows how the site is reached.
        assert!(page.text.contains(&format!("<link rel=\"canonical\" href=\"/shows/{show}\">")), "{}", page.text);
        assert_eq!(structured_data(&page.text)["name"], "The Long Note");
    }
}

#[tokio::test]
async fn no_title_breaks_out_of_the_preview() {
    let title = "</script><script>alert(1)</script>\"><b>";
    let site = Site::new().await;
    let show = site.sign_up("seller").await.create_show(title).await;

    let page = page(&site, &format!("/shows/{show}")).await;

    assert_eq!(structured_data(&page)["name"], title);
    assert!(!page.contains("<script>alert(1)") && !page.contains("\"><b>"));
}

#[tokio::test]
async fn every_show_has_a_picture_that_previews_can_show() {
    let site = Site::new().await;
    let show = site.sign_up("seller").await.create_show("The Long Note").await;

    for path in [format!("/shows/{show}/preview.png"), "/preview.png".to_owned()] {
        let image = reqwest::get(format!("{}{path}", site.url())).await.expect("the site responds");
        assert_eq!(
            (image.status(), &image.headers()["content-type"]),
            (StatusCode::OK, &"image/png".parse().expect("a value"))
        );
        let bytes = image.bytes().await.expect("it has a body");
        assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"), "{path}");
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        assert_eq!((number(16), number(20)), (1_200, 630), "{path}");
    }
    for unknown in ["/shows/018f0000-0000-7000-8000-000000000000/preview.png", "/shows/42/preview.png"] {
        let response = reqwest::get(format!("{}{unknown}", site.url())).await.expect("the site responds");
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{unknown}");
    }
}

#[tokio::test]
async fn crawlers_find_every_show_and_nothing_private() {
    let site = Site::with(&[("PUBLIC_URL", PUBLIC_URL)]).await;
    let seller = site.sign_up("seller").await;
    let mut shows = Vec::new();
    // More than a page of the list has.
    for number in 0..53 {
        shows.push(seller.create_show(&format!("Show {number}")).await);
    }
    let ticket = seller.list_tickets(&shows[0], 1).await.remove(0);

    let sitemap = page(&site, "/sitemap.xml").await;
    let robots = page(&site, "/robots.txt").await;

    assert_eq!(sitemap.matches("<loc>").count(), shows.len() + 1);
    assert!(sitemap.contains(&format!("<loc>{PUBLIC_URL}/</loc>")));
    for show in &shows {
        assert!(sitemap.contains(&format!("<loc>{PUBLIC_URL}/shows/{show}</loc>")), "{show}");
    }
    assert!(robots.contains(&format!("Sitemap: {PUBLIC_URL}/sitemap.xml")), "{robots}");
    for (path, listed) in [
        ("/", true),
        (&format!("/shows/{}", shows[0]), true),
        (&format!("/tickets/{ticket}"), false),
        ("/orders", false),
        ("/account", false),
        ("/sign-in", false),
    ] {
        let response = site.anonymous().send(Method::GET, path, None).await.expect("the site responds");
        let robots = response.headers.get("x-robots-tag").and_then(|value| value.to_str().ok());
        assert_eq!(robots, (!listed).then_some("noindex"), "{path}");
    }
}
