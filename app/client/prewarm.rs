//! The client's warm-up, in a worker beside the page.
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

/// The page that a worker was started for, as its name says it: a line each.
pub struct Page {
    /// The tag of its language.
    pub language: String,
    path: String,
    /// What the server fetched for it, in base64.
    data: String,
}

impl Page {
    /// The one of this worker; nothing, if its name says something else.
    pub fn of(worker: &DedicatedWorkerGlobalScope) -> Option<Page> {
        let name = worker.name();
        let mut lines = name.lines().map(str::to_owned);
        Some(Page { language: lines.next()?, path: lines.next()?, data: lines.next()? })
    }
}

/// Builds the page, and tells whoever started the worker that it is done.
///
/// # Errors
/// If the worker was started for no page, or nobody can be told.
pub fn run(worker: &DedicatedWorkerGlobalScope) -> Result<(), JsValue> {
    let page = Page::of(worker).ok_or("the worker's name says no page")?;
    let data: Vec<u8> = worker.atob(&page.data)?.chars().map(|byte| byte as u8).collect();
    let mut dom = VirtualDom::new(App);
    dom.in_scope(ScopeId::ROOT, || {
        provide_create_error_boundary(init_error_boundary);
        provide_history_context(Rc::new(MemoryHistory::with_initial_path(page.path)));
    });
    HydrationContext::from_serialized(&data, None, None).in_context(|| dom.rebuild(&mut NoOpMutations));
    worker.post_message(&JsValue::NULL)
}
