//! Two writing directions on one page: what people typed never reorders what is around it.

use crate::harness::http_user::show_body;
use crate::harness::site::Site;
use reqwest::Method;
use serde_json::json;

const TITLE: &str = "שלום (Vol. 2)";
const VENUE: &str = "היכל!";
const CITY: &str = "חיפה";
const SECTION: &str = "יציע";

/// The markup of a page's body, without comments and data.
fn markup(page: &str) -> String {
    let (_, mut rest) = page.split_once("<body").expect("a page has a body");
    let mut markup = String::new();
    loop {
        let next = [("<!--", "-->"), ("<script", "</script>")].into_iter().filter_map(|(start, end)| {
            let at = rest.find(start)?;
            Some((at, at + rest[at..].find(end)? + end.len()))
        });
        let Some((start, end)) = next.min() else { break };
        markup.push_str(&rest[..start]);
        rest = &rest[end..];
    }
    markup + rest
}

/// How often a text is in the markup, and what stands before it where nothing sets it apart.
fn occurrences(markup: &str, text: &str) -> (usize, Vec<String>) {
    let places: Vec<usize> = markup.match_indices(text).map(|(at, _)| at).collect();
    let set_apart = |before: &str| {
        let tag = before.rsplit_once('<').map_or("", |(_, tag)| tag);
        before.ends_with('\u{2068}') || (tag.starts_with("bdi") && tag.ends_with('>'))
    };
    let bare = places.iter().map(|at| &markup[..*at]).filter(|before| !set_apart(before));
    (
        places.len(),
        bare.map(|before| before.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect()).collect(),
    )
}

#[tokio::test]
async fn what_people_typed_is_set_apart_from_the_page() {
    let site = Site::new().await;
    let (seller, buyer) = (site.sign_up("seller").await, site.sign_up("buyer").await);
    let mut body = show_body(TITLE);
    body["venue"] = json!(VENUE);
    body["city"] = json!(CITY);
    let show = seller.post("/api/shows", body).await["id"].as_str().expect("it has an id").to_owned();
    let price = json!({ "minor": 1000, "currency": "EUR" });
    let seats =
        json!([{ "section": SECTION, "row": "1", "seat": "1" }, { "section": SECTION, "row": "1", "seat": "2" }]);
    let offer = json!({ "show_id": show, "price": price, "face_value": null, "seats": seats });
    let tickets = seller.post("/api/tickets", offer).await;
    let ticket = tickets[0]["id"].as_str().expect("it has an id").to_owned();
    let order = buyer.hold_free(&ticket).await;
    let anonymous = site.anonymous();

    for (user, path, texts) in [
        (&anonymous, "/".to_owned(), vec![TITLE, VENUE, CITY]),
        (&anonymous, format!("/shows/{show}"), vec![TITLE, VENUE, CITY, SECTION]),
        (&anonymous, format!("/tickets/{ticket}"), vec![TITLE, VENUE, CITY, SECTION]),
        (&buyer, format!("/orders/{order}"), vec![TITLE, VENUE, CITY, SECTION]),
        (&buyer, "/orders".to_owned(), vec![TITLE]),
        (&seller, "/selling".to_owned(), vec![TITLE, SECTION]),
    ] {
        for language in ["en", "ar"] {
            let page = user.send_text(Method::GET, &path, None, &[("accept-language", language)]).await;
            let markup = markup(&page.expect("the site responds").text);
            for text in &texts {
                let (count, bare) = occurrences(&markup, text);
                assert!(count > 0, "{path} in {language} does not show {text}");
                assert!(bare.is_empty(), "{path} in {language}: {text} after {bare:?}");
            }
        }
    }
}
