//! The window's history, which the menu changes, too.

use dioxus::history::{History, MemoryHistory};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// The framework's history in memory, which also notifies the router when the menu changes it.
pub struct WindowHistory {
    history: MemoryHistory,
    notify_router: RefCell<Option<Arc<dyn Fn() + Send + Sync>>>,
    on_navigation: Box<dyn Fn()>,
}

impl WindowHistory {
    /// `on_navigation` is called when the path changes. A change of the query only is not a navigation.
    pub fn starting_at(path: &str, on_navigation: impl Fn() + 'static) -> Rc<Self> {
        let history = MemoryHistory::with_initial_path(path);
        Rc::new(WindowHistory { history, notify_router: RefCell::new(None), on_navigation: Box::new(on_navigation) })
    }

    pub fn open(&self, path: &str) {
        self.push(path.to_owned());
        self.notify();
    }

    pub fn back(&self) {
        self.go_back();
        self.notify();
    }

    pub fn forward(&self) {
        self.go_forward();
        self.notify();
    }

    fn navigate(&self, change: impl FnOnce(&MemoryHistory)) {
        let path = || self.history.current_route().split('?').next().unwrap_or_default().to_owned();
        let before = path();
        change(&self.history);
        if path() != before {
            (self.on_navigation)();
        }
    }

    fn notify(&self) {
        // The callback may set another one, so the cell must not be borrowed during the call.
        let notify_router = self.notify_router.borrow().clone();
        if let Some(notify_router) = notify_router {
            notify_router();
        }
    }
}

impl History for WindowHistory {
    fn current_route(&self) -> String {
        self.history.current_route()
    }
    fn can_go_back(&self) -> bool {
        self.history.can_go_back()
    }
    fn go_back(&self) {
        self.navigate(MemoryHistory::go_back);
    }
    fn can_go_forward(&self) -> bool {
        self.history.can_go_forward()
    }
    fn go_forward(&self) {
        self.navigate(MemoryHistory::go_forward);
    }
    fn push(&self, route: String) {
        self.navigate(|history| history.push(route));
    }
    fn replace(&self, path: String) {
        self.navigate(|history| history.replace(path));
    }
    fn updater(&self, callback: Arc<dyn Fn() + Send + Sync>) {
        *self.notify_router.borrow_mut() = Some(callback);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn the_router_is_notified_when_the_menu_navigates() {
        let notifications = Arc::new(AtomicUsize::new(0));
        let history = WindowHistory::starting_at("/shows/1", || ());
        let counted = notifications.clone();
        history.updater(Arc::new(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        }));

        history.open("/orders");
        history.back();

        assert_eq!(history.current_route(), "/shows/1");
        assert!(history.can_go_forward());
        assert_eq!(notifications.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn a_change_of_the_query_is_not_a_navigation() {
        let navigations = Rc::new(Cell::new(0));
        let counted = navigations.clone();
        let history = WindowHistory::starting_at("/", move || counted.set(counted.get() + 1));

        history.replace("/?q=jazz".to_owned());
        history.push("/?q=jazz&city=Vienna".to_owned());
        assert_eq!(navigations.get(), 0);

        history.push("/shows/1".to_owned());
        history.go_back();
        assert_eq!(navigations.get(), 2);
    }
}
