//! The window's menu: what a browser has around its pages, and the ways that one takes most.

use super::address::Server;
use super::pages::Pages;
use crate::i18n::t;
use crate::routes::Route;
use crate::routes::{HomeQuery, SellQuery};
use dioxus::desktop::muda::accelerator::Accelerator;
use dioxus::desktop::muda::{AboutMetadata, Menu, MenuItem, PredefinedMenuItem, Submenu};
use dioxus::desktop::{use_muda_event_handler, window};
use dioxus::history::History;
use dioxus::prelude::*;
use std::rc::Rc;

/// Something that the menu can do.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Item {
    Server,
    Browser,
    Again,
    Larger,
    Smaller,
    Plain,
    Back,
    Forward,
    Shows,
    Orders,
    Sales,
    Sell,
    Quit,
}

/// Every item: its name for the system, and the keys that do the same.
const ITEMS: [(Item, &str, &str); 13] = [
    (Item::Browser, "browser", "CmdOrCtrl+B"),
    (Item::Server, "server", ""),
    (Item::Again, "again", "CmdOrCtrl+R"),
    (Item::Larger, "larger", "CmdOrCtrl+="),
    (Item::Smaller, "smaller", "CmdOrCtrl+-"),
    (Item::Plain, "plain", "CmdOrCtrl+0"),
    (Item::Back, "back", "Alt+ArrowLeft"),
    (Item::Forward, "forward", "Alt+ArrowRight"),
    (Item::Shows, "shows", "CmdOrCtrl+1"),
    (Item::Orders, "orders", "CmdOrCtrl+2"),
    (Item::Sales, "sales", "CmdOrCtrl+3"),
    (Item::Sell, "sell", "CmdOrCtrl+4"),
    // The system's own item for it does not exist on Linux.
    (Item::Quit, "quit", "CmdOrCtrl+Q"),
];

/// How large the pages can be, as a factor.
const ZOOM: std::ops::RangeInclusive<f64> = 0.5..=3.0;
/// By how much one press changes it.
const STEP: f64 = 1.1;

impl Item {
    fn of(name: &str) -> Option<Self> {
        ITEMS.iter().find(|item| item.1 == name).map(|item| item.0)
    }

    fn page(self) -> Option<Route> {
        match self {
            Item::Shows => Some(Route::Home { query: HomeQuery::default() }),
            Item::Orders => Some(Route::Orders {}),
            Item::Sales => Some(Route::Selling {}),
            Item::Sell => Some(Route::Sell { query: SellQuery::default() }),
            _ => None,
        }
    }

    fn words(self) -> String {
        match self {
            Item::Browser => t!("menu-browser"),
            Item::Server => t!("menu-server"),
            Item::Again => t!("menu-reload"),
            Item::Larger => t!("menu-larger"),
            Item::Smaller => t!("menu-smaller"),
            Item::Plain => t!("menu-plain"),
            Item::Back => t!("menu-back"),
            Item::Forward => t!("menu-forward"),
            Item::Shows => t!("menu-shows"),
            Item::Orders => t!("nav-orders"),
            Item::Sales => t!("nav-sales"),
            Item::Sell => t!("nav-sell"),
            Item::Quit => t!("menu-quit"),
        }
    }

    fn entry(self) -> MenuItem {
        let (_, name, keys) = ITEMS.into_iter().find(|item| item.0 == self).expect("every item is in the list");
        // A system that has no such key shows the item without.
        MenuItem::with_id(name, self.words(), true, keys.parse::<Accelerator>().ok())
    }
}

/// The menu.
pub fn bar() -> Menu {
    let about = AboutMetadata {
        name: Some(t!("brand")),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        license: Some(env!("CARGO_PKG_LICENSE").to_owned()),
        ..AboutMetadata::default()
    };
    let line = PredefinedMenuItem::separator;
    let [browser, server, again, larger, smaller, plain, back, forward, shows, orders, sales, sell, quit] =
        ITEMS.map(|item| item.0.entry());
    let menus = [
        Submenu::with_items(t!("menu-file"), true, &[&browser, &server, &line(), &quit]),
        Submenu::with_items(
            t!("menu-edit"),
            true,
            &[
                &PredefinedMenuItem::cut(None),
                &PredefinedMenuItem::copy(None),
                &PredefinedMenuItem::paste(None),
                &line(),
                &PredefinedMenuItem::select_all(None),
            ],
        ),
        Submenu::with_items(t!("menu-view"), true, &[&again, &line(), &larger, &smaller, &plain]),
        Submenu::with_items(t!("menu-go"), true, &[&back, &forward, &line(), &shows, &orders, &sales, &sell]),
        Submenu::with_items(t!("menu-help"), true, &[&PredefinedMenuItem::about(None, Some(about))]),
    ];
    let menu = Menu::new();
    for submenu in menus {
        let submenu = submenu.expect("each item is new, and in one menu only");
        menu.append(&submenu).expect("each menu is new");
    }
    menu
}

/// Does what is chosen in the menu.
pub fn use_menu(server: Server, pages: Rc<Pages>, mut choosing: Signal<Option<Server>>) {
    let mut zoom = use_signal(|| 1.0_f64);
    use_muda_event_handler(move |event| {
        let Some(item) = Item::of(&event.id().0) else { return };
        match item {
            Item::Server => choosing.set(Some(server.clone())),
            Item::Browser => super::open_outside(&format!("{server}{}", pages.current_route())),
            Item::Quit => window().close(),
            Item::Again => super::reload(),
            Item::Larger | Item::Smaller | Item::Plain => {
                let factor = zoom_after(item, *zoom.peek());
                zoom.set(factor);
                window().set_zoom_level(factor);
            }
            Item::Back => pages.back(),
            Item::Forward => pages.forward(),
            Item::Shows | Item::Orders | Item::Sales | Item::Sell => {
                choosing.set(None);
                if let Some(page) = item.page() {
                    pages.open(&page.address());
                }
            }
        }
    });
}

/// How large the pages are after that item was chosen.
fn zoom_after(item: Item, now: f64) -> f64 {
    let factor = match item {
        Item::Larger => now * STEP,
        Item::Smaller => now / STEP,
        _ => 1.0,
    };
    factor.clamp(*ZOOM.start(), *ZOOM.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_has_a_name_and_keys_of_its_own() {
        let names: Vec<_> = ITEMS.iter().map(|item| Item::of(item.1)).collect();
        let mut keys: Vec<_> = ITEMS.iter().map(|item| item.2).filter(|keys| !keys.is_empty()).collect();
        let all = keys.len();

        assert_eq!(names, ITEMS.map(|item| Some(item.0)));
        assert!(keys.iter().all(|keys| keys.parse::<Accelerator>().is_ok()));
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn the_pages_of_the_menu_are_pages_of_the_site() {
        let pages: Vec<_> = ITEMS.iter().filter_map(|item| item.0.page()).map(|page| page.address()).collect();
        assert_eq!(pages, ["/", "/orders", "/selling", "/sell"]);
    }

    #[test]
    fn the_pages_become_neither_unreadable_nor_endless() {
        let pressed = |item: Item| (0..50).fold(1.0, |now, _| zoom_after(item, now));

        assert_eq!(pressed(Item::Larger), *ZOOM.end());
        assert_eq!(pressed(Item::Smaller), *ZOOM.start());
        assert_eq!(zoom_after(Item::Plain, *ZOOM.end()), 1.0);
    }
}
