//! The pages that were looked at in the window, which the menu can turn, too.

use dioxus::history::{History, MemoryHistory};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// The way through the pages. The framework's own keeps it; this one also tells the router when the menu moves on it.
pub struct Pages {
    way: MemoryHistory,
    changed: RefCell<Option<Arc<dyn Fn() + Send + Sync>>>,
    turned: Box<dyn Fn()>,
}

impl Pages {
    /// Begins at that page. Whenever it is another one, `turned` is called: what is only asked otherwise stays the same page.
    pub fn at(path: &str, turned: impl Fn() + 'static) -> Rc<Self> {
        let way = MemoryHistory::with_initial_path(path);
        Rc::new(Pages { way, changed: RefCell::new(None), turned: Box::new(turned) })
    }

    /// Opens a page.
    pub fn open(&self, path: &str) {
        self.push(path.to_owned());
        self.tell();
    }

    /// Turns back.
    pub fn back(&self) {
        self.go_back();
        self.tell();
    }

    /// Turns forward again.
    pub fn forward(&self) {
        self.go_forward();
        self.tell();
    }

    fn turn(&self, by: impl FnOnce(&MemoryHistory)) {
        let page = || self.way.current_route().split('?').next().unwrap_or_default().to_owned();
        let before = page();
        by(&self.way);
        if page() != before {
            (self.turned)();
        }
    }

    fn tell(&self) {
        // Whoever is told may look at the history at once.
        let changed = self.changed.borrow().clone();
        if let Some(changed) = changed {
            changed();
        }
    }
}

impl History for Pages {
    fn current_route(&self) -> String {
        self.way.current_route()
    }
    fn can_go_back(&self) -> bool {
        self.way.can_go_back()
    }
    fn go_back(&self) {
        self.turn(MemoryHistory::go_back);
    }
    fn can_go_forward(&self) -> bool {
        self.way.can_go_forward()
    }
    fn go_forward(&self) {
        self.turn(MemoryHistory::go_forward);
    }
    fn push(&self, route: String) {
        self.turn(|way| way.push(route));
    }
    fn replace(&self, path: String) {
        self.turn(|way| way.replace(path));
    }
    fn updater(&self, callback: Arc<dyn Fn() + Send + Sync>) {
        *self.changed.borrow_mut() = Some(callback);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn the_router_hears_of_what_the_menu_opens() {
        let heard = Arc::new(AtomicUsize::new(0));
        let pages = Pages::at("/shows/1", || ());
        let counted = heard.clone();
        pages.updater(Arc::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        }));

        pages.open("/orders");
        pages.back();

        assert_eq!(pages.current_route(), "/shows/1");
        assert!(pages.can_go_forward());
        assert_eq!(heard.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn another_page_is_noticed_and_the_same_one_asked_otherwise_is_not() {
        let turned = Rc::new(Cell::new(0));
        let counted = turned.clone();
        let pages = Pages::at("/", move || counted.set(counted.get() + 1));

        pages.replace("/?q=jazz".to_owned());
        pages.push("/?q=jazz&city=Vienna".to_owned());
        assert_eq!(turned.get(), 0);

        pages.push("/shows/1".to_owned());
        pages.go_back();
        assert_eq!(turned.get(), 2);
    }
}
