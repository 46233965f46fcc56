//! A question that must be answered before going on. Native `<dialog>`: it traps the focus and gives it back.

use leptos::html;
use leptos::prelude::*;

/// Shown while `open` is true; Esc and the browser close it, and `open` follows.
#[component]
pub fn Dialog(
    /// Stable name for tests
    id: &'static str,
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    children: ChildrenFn,
) -> impl IntoView {
    let here = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = here.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => {
                let _ = dialog.show_modal();
            }
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog class="dialog" node_ref=here data-test=id aria-labelledby=format!("{id}-t")
            on:close=move |_| open.set(false)>
            <Show when=move || open.get()>
                <h2 id=format!("{id}-t")>{title}</h2>
                {children()}
            </Show>
        </dialog>
    }
}
