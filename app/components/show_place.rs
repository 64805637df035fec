//! Where a show is.

use crate::i18n::t;
use dioxus::prelude::*;
use shared::tickets::Show;

/// The venue of a show and its city. Each is set apart, since it may be written in another direction than the page.
#[component]
pub fn ShowPlace(show: Show, #[props(default)] with_country: bool) -> Element {
    let comma = t!("comma");
    rsx! {
        bdi { "{show.venue}" }
        "{comma}"
        bdi { "{show.city}" }
        if with_country {
            "{comma}"
            bdi { "{show.country}" }
        }
    }
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;
    use crate::fixtures::ticket;
    use shared::tickets::TicketState;
    use shared::value::ShortText;

    #[test]
    fn each_part_of_a_place_has_its_own_direction() {
        let show = ticket(1, 1, TicketState::OnSale).show;
        let show = Show { venue: ShortText::parse("venue", "היכל!").expect("a venue"), ..show };

        let html = dioxus::ssr::render_element(rsx! {
            ShowPlace { show, with_country: true }
        });

        assert_eq!(html, "<bdi>היכל!</bdi>, <bdi>City</bdi>, <bdi>Country</bdi>");
    }
}
