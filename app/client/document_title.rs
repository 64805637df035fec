//! Sets the document's title without evaluating script. The framework's own way needs a laxer content security policy.

/// Makes the client set titles through the DOM.
pub fn use_plain_titles() {
    #[cfg(target_arch = "wasm32")]
    dioxus::prelude::use_hook(browser::provide);
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use dioxus::document::{Document, Eval, LinkProps, MetaProps, ScriptProps, StyleProps};
    use std::rc::Rc;

    pub fn provide() {
        dioxus::prelude::provide_context(Rc::new(PlainTitles(dioxus::document::document())) as Rc<dyn Document>);
    }

    /// The framework's document, except for titles.
    pub struct PlainTitles(pub Rc<dyn Document>);

    impl Document for PlainTitles {
        fn eval(&self, script: String) -> Eval {
            self.0.eval(script)
        }
        fn set_title(&self, title: String) {
            if let Some(document) = web_sys::window().and_then(|window| window.document()) {
                document.set_title(&title);
            }
        }
        fn create_meta(&self, props: MetaProps) {
            self.0.create_meta(props);
        }
        fn create_script(&self, props: ScriptProps) {
            self.0.create_script(props);
        }
        fn create_style(&self, props: StyleProps) {
            self.0.create_style(props);
        }
        fn create_link(&self, props: LinkProps) {
            self.0.create_link(props);
        }
        fn create_head_component(&self) -> bool {
            self.0.create_head_component()
        }
    }
}
