//! A masked number, shown in full for a reason and for half a minute (R199). Each look is written down before the number comes.

use std::time::Duration;

use daiban_model::api::Why;
use leptos::prelude::*;

use crate::{say, words};

/// How long a number stays in full.
const SHOWN: Duration = Duration::from_secs(30);

/// The button, and the reasons one of which is chosen.
#[component]
pub fn Eye(test: String, chosen: Callback<Why>) -> impl IntoView {
    let asking = RwSignal::new(false);
    let ask = test.clone();
    let reason = move |why: Why| {
        let test = format!("{test}-{}", say::code(&why));
        let choose = move |_| {
            asking.set(false);
            chosen.run(why);
        };
        let word = words::one_of("reveal_why", &say::code(&why)).unwrap_or_default();
        view! { <button type="button" class="btn btn-sm" data-test=test on:click=choose>{word}</button> }
    };
    let reasons = move || Why::ALL.map(reason.clone()).into_iter().collect_view();
    view! {
        <button type="button" class="link small" data-test=ask title=t!("case.reveal_note")
            aria-expanded=move || asking.get().to_string() on:click=move |_| asking.update(|it| *it = !*it)>
            {t!("case.reveal")}
        </button>
        <Show when=move || asking.get()>
            <span class="row" role="group" aria-label=t!("case.reveal_why")>{reasons()}</span>
        </Show>
    }
}

/// Shows a value for half a minute, then what stood there before.
pub fn show_for_a_while(shown: RwSignal<String>, value: String) {
    let masked = shown.get_untracked();
    let _ = shown.try_set(value.clone());
    set_timeout(
        move || {
            if shown.try_get_untracked().as_deref() == Some(value.as_str()) {
                let _ = shown.try_set(masked);
            }
        },
        SHOWN,
    );
}
