//! F1: what the keys do.

use leptos::prelude::*;

use crate::desk::desk;
use crate::parts::Dialog;

/// The table of keys.
#[component]
pub fn HelpDialog() -> impl IntoView {
    let line = |(key, does): (&'static str, &'static str)| view! { <dt><kbd>{key}</kbd></dt><dd>{does}</dd> };
    let open = desk().help;
    view! {
        <Dialog id="help-keys" open title=t!("help.title")>
            <dl class="keys">
                {[
                    ("F2", t!("help.new_case")),
                    ("Enter", t!("help.primary")),
                    ("Esc", t!("help.back")),
                    ("Ctrl K", t!("help.search")),
                    ("/", t!("help.find")),
                    ("↑ ↓", t!("help.rows")),
                    ("Alt 1", t!("nav.today")),
                    ("Alt 2", t!("nav.cases")),
                    ("Alt 4", t!("nav.catalogue")),
                    ("Alt 6", t!("nav.sync")),
                    ("Ctrl P", t!("help.print")),
                    ("Ctrl L", t!("help.lock")),
                    ("Ctrl +", t!("help.larger")),
                    ("Ctrl -", t!("help.smaller")),
                    ("Ctrl 0", t!("help.plain_size")),
                    ("Ctrl S", t!("help.saved")),
                ].map(line).into_iter().collect_view()}
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
