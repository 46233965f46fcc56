//! Icons: 24 grid, 2 px stroke, always beside a word. The sprite sits in the page once; a use names its symbol.

use leptos::prelude::*;

/// The symbols themselves. Part of the program, so that no content policy or address stands between page and sprite.
#[component]
pub fn Sprite() -> impl IntoView {
    view! { <div hidden inner_html=include_str!("../../../assets/icons.svg")></div> }
}

/// One icon.
#[component]
pub fn Icon(name: &'static str) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true">
            <use href=format!("#i-{name}")></use>
        </svg>
    }
}

/// The sign of the program: 石 as bar, stroke and a lit window.
#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="3 3 42 43" aria-hidden="true">
            <path class="m-stone" d="M4 5h40v7H24.2L10.5 44.5l-6.3-2.8L16.7 12H4z"></path>
            <path class="m-window" fill-rule="evenodd" d="M20 21h24v23H20zm6.5 6.5v10h11v-10z"></path>
        </svg>
    }
}
