//! A rehearsal of the start, beside the page.
//!
//! Browsers compile a function of WebAssembly when it is first called, and taking a page over calls most of them at once: on
//! a phone the page would not answer meanwhile. What one thread has had compiled, all of them have. So a worker gets the
//! same program first, and builds the same page in it, with nothing to show it on.

use crate::App;
use dioxus::core::{NoOpMutations, ScopeId, provide_create_error_boundary};
use dioxus::fullstack::{HydrationContext, init_error_boundary};
use dioxus::history::{MemoryHistory, provide_history_context};
use dioxus::prelude::*;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

/// The worker that this runs in, unless it runs in a page.
pub fn worker() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}

/// What the page is that is rehearsed, as the worker's name says it: a line each.
pub struct Page {
    /// The tag of its language.
    pub language: String,
    path: String,
    data: Vec<u8>,
}

impl Page {
    /// The one that this worker was started for.
    pub fn of(worker: &DedicatedWorkerGlobalScope) -> Option<Page> {
        let name = worker.name();
        let mut lines = name.lines();
        let (language, path, data) = (lines.next()?.to_owned(), lines.next()?.to_owned(), lines.next()?);
        let data = worker.atob(data).ok()?.chars().map(|byte| byte as u8).collect();
        Some(Page { language, path, data })
    }
}

/// Builds the page, and says so to whoever started the worker.
pub fn play(worker: &DedicatedWorkerGlobalScope) {
    if let Some(page) = Page::of(worker) {
        let mut dom = VirtualDom::new(App);
        dom.in_scope(ScopeId::ROOT, || {
            provide_create_error_boundary(init_error_boundary);
            provide_history_context(Rc::new(MemoryHistory::with_initial_path(page.path)));
        });
        HydrationContext::from_serialized(&page.data, None, None).in_context(|| dom.rebuild(&mut NoOpMutations));
    }
    // Who is gone needs no answer.
    let _ = worker.post_message(&JsValue::NULL);
}
