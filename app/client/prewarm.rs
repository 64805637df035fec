//! Compiles the client in a worker before the page is hydrated.
//!
//! Browsers compile a WebAssembly function when it is first called, and hydration calls most functions at once, which would
//! block the page of a phone. Compiled code is shared between threads, so a worker loads the same program first and renders
//! the same page without a document.

use crate::i18n::Language;
use dioxus::core::{NoOpMutations, ScopeId, provide_create_error_boundary};
use dioxus::fullstack::{HydrationContext, init_error_boundary};
use dioxus::history::{MemoryHistory, provide_history_context};
use dioxus::prelude::*;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::DedicatedWorkerGlobalScope;

/// The worker that this code runs in; `None` in a page.
pub fn worker() -> Option<DedicatedWorkerGlobalScope> {
    js_sys::global().dyn_into().ok()
}

/// The language of the page, or of the page that this worker renders.
pub fn page_language() -> Language {
    let tag = match worker() {
        Some(worker) => PageToRender::of(&worker).map(|page| page.language),
        // The attribute `lang` of the page is no answer: translators change it.
        None => js_sys::Reflect::get(&js_sys::global(), &"pageLanguage".into())
            .ok()
            .and_then(|language| language.as_string()),
    };
    tag.and_then(|tag| Language::from_tag(&tag)).unwrap_or_default()
}

/// The page that a worker renders. `web/bootstrap.js` writes these lines into the worker's name.
struct PageToRender {
    language: String,
    path: String,
    /// The server's hydration data, in base64.
    data: String,
}

impl PageToRender {
    fn of(worker: &DedicatedWorkerGlobalScope) -> Option<PageToRender> {
        let name = worker.name();
        let mut lines = name.lines().map(str::to_owned);
        Some(PageToRender { language: lines.next()?, path: lines.next()?, data: lines.next()? })
    }
}

/// Renders the worker's page once and reports to the page that it is done.
///
/// # Errors
/// If the worker's name does not describe a page, or the page cannot be reached.
pub fn run(worker: &DedicatedWorkerGlobalScope, app: fn() -> Element) -> Result<(), JsValue> {
    let page = PageToRender::of(worker).ok_or("the worker's name does not describe a page")?;
    let data: Vec<u8> = worker.atob(&page.data)?.chars().map(|byte| byte as u8).collect();
    let mut dom = VirtualDom::new(app);
    dom.in_scope(ScopeId::ROOT, || {
        provide_create_error_boundary(init_error_boundary);
        provide_history_context(Rc::new(MemoryHistory::with_initial_path(page.path)));
    });
    HydrationContext::from_serialized(&data, None, None).in_context(|| dom.rebuild(&mut NoOpMutations));
    worker.post_message(&JsValue::NULL)
}
