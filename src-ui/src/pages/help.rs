//! F1: what the keys do.

use leptos::prelude::*;

use crate::desk::desk;
use crate::parts::{Dialog, places};
use crate::route::Route;

/// The table of keys.
#[component]
pub fn HelpDialog() -> impl IntoView {
    let line = |(key, does): (&'static str, &'static str)| view! { <dt><kbd>{key}</kbd></dt><dd>{does}</dd> };
    let open = desk().help;
    // Looked up when it is opened: who is here decides which places there are.
    let places = move || {
        let place = |(digit, _, _, name, _): (u8, Route, &str, &'static str, &str)| {
            view! { <dt><kbd>{format!("Alt {digit}")}</kbd></dt><dd>{name}</dd> }
        };
        open.get().then(|| places().into_iter().map(place).collect_view())
    };
    view! {
        <Dialog id="help-keys" open title=t!("help.title")>
            <dl class="keys" data-test="keys">
                {[
                    ("F2", t!("help.new_case")),
                    ("Enter", t!("help.primary")),
                    ("Esc", t!("help.back")),
                    ("Ctrl K", t!("help.search")),
                    ("/", t!("help.find")),
                    ("↑ ↓", t!("help.rows")),
                    ("Ctrl P", t!("help.print")),
                    ("Ctrl L", t!("help.lock")),
                    ("Ctrl +", t!("help.larger")),
                    ("Ctrl -", t!("help.smaller")),
                    ("Ctrl 0", t!("help.plain_size")),
                    ("Ctrl S", t!("help.saved")),
                ].map(line).into_iter().collect_view()}
                {places}
            </dl>
            <div class="btns">
                <button type="button" class="btn" data-primary="" data-test="help-close"
                    on:click=move |_| open.set(false)>
                    {t!("app.seen")}
                </button>
            </div>
        </Dialog>
    }
}
