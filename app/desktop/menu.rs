//! The window's menu: the commands of a browser, and the main pages.

use super::history::WindowHistory;
use super::server_address::ServerAddress;
use crate::client::external_page;
use crate::client::reload::reload;
use crate::i18n::t;
use crate::routes;
use dioxus::desktop::muda::accelerator::Accelerator;
use dioxus::desktop::muda::{AboutMetadata, Menu, MenuItem, PredefinedMenuItem, Submenu};
use dioxus::desktop::{use_muda_event_handler, window};
use dioxus::history::History;
use dioxus::prelude::*;
use std::rc::Rc;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Item {
    Server,
    Browser,
    Reload,
    Larger,
    Smaller,
    NormalSize,
    Back,
    Forward,
    Shows,
    Orders,
    Sales,
    Sell,
    Quit,
}

/// Every item with its id and its keys.
const ITEMS: [(Item, &str, &str); 13] = [
    (Item::Browser, "browser", "CmdOrCtrl+B"),
    (Item::Server, "server", ""),
    (Item::Reload, "reload", "CmdOrCtrl+R"),
    (Item::Larger, "larger", "CmdOrCtrl+="),
    (Item::Smaller, "smaller", "CmdOrCtrl+-"),
    (Item::NormalSize, "normal-size", "CmdOrCtrl+0"),
    (Item::Back, "back", "Alt+ArrowLeft"),
    (Item::Forward, "forward", "Alt+ArrowRight"),
    (Item::Shows, "shows", "CmdOrCtrl+1"),
    (Item::Orders, "orders", "CmdOrCtrl+2"),
    (Item::Sales, "sales", "CmdOrCtrl+3"),
    (Item::Sell, "sell", "CmdOrCtrl+4"),
    // The predefined item does not exist on Linux.
    (Item::Quit, "quit", "CmdOrCtrl+Q"),
];

const ZOOM: std::ops::RangeInclusive<f64> = 0.5..=3.0;
/// The factor of one step.
const ZOOM_STEP: f64 = 1.1;

impl Item {
    fn from_id(id: &str) -> Option<Self> {
        ITEMS.iter().find(|item| item.1 == id).map(|item| item.0)
    }

    /// The address of the page that the item opens.
    fn page(self) -> Option<String> {
        match self {
            Item::Shows => Some(routes::home()),
            Item::Orders => Some(routes::orders()),
            Item::Sales => Some(routes::selling()),
            Item::Sell => Some(routes::sell()),
            _ => None,
        }
    }

    fn label(self) -> String {
        match self {
            Item::Browser => t!("menu-browser"),
            Item::Server => t!("menu-server"),
            Item::Reload => t!("menu-reload"),
            Item::Larger => t!("menu-larger"),
            Item::Smaller => t!("menu-smaller"),
            Item::NormalSize => t!("menu-plain"),
            Item::Back => t!("menu-back"),
            Item::Forward => t!("menu-forward"),
            Item::Shows => t!("menu-shows"),
            Item::Orders => t!("nav-orders"),
            Item::Sales => t!("nav-sales"),
            Item::Sell => t!("nav-sell"),
            Item::Quit => t!("menu-quit"),
        }
    }

    fn menu_item(self) -> MenuItem {
        let (_, id, keys) = ITEMS.into_iter().find(|item| item.0 == self).expect("every item is in the list");
        // On a system without such a key, the item has no shortcut.
        MenuItem::with_id(id, self.label(), true, keys.parse::<Accelerator>().ok())
    }
}

pub fn bar() -> Menu {
    let about = AboutMetadata {
        name: Some(t!("brand")),
        version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        license: Some(env!("CARGO_PKG_LICENSE").to_owned()),
        ..AboutMetadata::default()
    };
    let separator = PredefinedMenuItem::separator;
    let [browser, server, reload, larger, smaller, normal_size, back, forward, shows, orders, sales, sell, quit] =
        ITEMS.map(|item| item.0.menu_item());
    let menus = [
        Submenu::with_items(t!("menu-file"), true, &[&browser, &server, &separator(), &quit]),
        Submenu::with_items(
            t!("menu-edit"),
            true,
            &[
                &PredefinedMenuItem::cut(None),
                &PredefinedMenuItem::copy(None),
                &PredefinedMenuItem::paste(None),
                &separator(),
                &PredefinedMenuItem::select_all(None),
            ],
        ),
        Submenu::with_items(t!("menu-view"), true, &[&reload, &separator(), &larger, &smaller, &normal_size]),
        Submenu::with_items(t!("menu-go"), true, &[&back, &forward, &separator(), &shows, &orders, &sales, &sell]),
        Submenu::with_items(t!("menu-help"), true, &[&PredefinedMenuItem::about(None, Some(about))]),
    ];
    let menu = Menu::new();
    for submenu in menus {
        let submenu = submenu.expect("each item is new, and in one menu only");
        menu.append(&submenu).expect("each menu is new");
    }
    menu
}

/// Carries out the chosen items.
pub fn use_menu(server: ServerAddress, history: Rc<WindowHistory>, mut choosing: Signal<Option<ServerAddress>>) {
    let mut zoom = use_signal(|| 1.0_f64);
    use_muda_event_handler(move |event| {
        let Some(item) = Item::from_id(&event.id().0) else { return };
        match item {
            Item::Server => choosing.set(Some(server.clone())),
            Item::Browser => external_page::open(&format!("{server}{}", history.current_route())),
            Item::Quit => window().close(),
            Item::Reload => reload(),
            Item::Larger | Item::Smaller | Item::NormalSize => {
                let factor = zoom_after(item, *zoom.peek());
                zoom.set(factor);
                window().set_zoom_level(factor);
            }
            Item::Back => history.back(),
            Item::Forward => history.forward(),
            Item::Shows | Item::Orders | Item::Sales | Item::Sell => {
                choosing.set(None);
                if let Some(page) = item.page() {
                    history.open(&page);
                }
            }
        }
    });
}

fn zoom_after(item: Item, now: f64) -> f64 {
    let factor = match item {
        Item::Larger => now * ZOOM_STEP,
        Item::Smaller => now / ZOOM_STEP,
        _ => 1.0,
    };
    factor.clamp(*ZOOM.start(), *ZOOM.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_keys_are_unique() {
        let items: Vec<_> = ITEMS.iter().map(|item| Item::from_id(item.1)).collect();
        let mut keys: Vec<_> = ITEMS.iter().map(|item| item.2).filter(|keys| !keys.is_empty()).collect();
        let all = keys.len();

        assert_eq!(items, ITEMS.map(|item| Some(item.0)));
        assert!(keys.iter().all(|keys| keys.parse::<Accelerator>().is_ok()));
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }

    #[test]
    fn the_menu_opens_pages_of_the_site() {
        let pages: Vec<_> = ITEMS.iter().filter_map(|item| item.0.page()).collect();
        assert_eq!(pages, ["/", "/orders", "/selling", "/sell"]);
    }

    #[test]
    fn the_zoom_is_limited() {
        let pressed = |item: Item| (0..50).fold(1.0, |now, _| zoom_after(item, now));

        assert_eq!(pressed(Item::Larger), *ZOOM.end());
        assert_eq!(pressed(Item::Smaller), *ZOOM.start());
        assert_eq!(zoom_after(Item::NormalSize, *ZOOM.end()), 1.0);
    }
}
