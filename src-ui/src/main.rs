//! `daiban-ui`: the window of the station. It asks the engine, shows the answer and passes on what the person does; it
//! decides nothing and keeps nothing. Start with [`app`].

#[macro_use]
mod words;

mod app;
mod dates;
mod desk;
mod idle;
mod keys;
mod lean;
mod load;
mod medium;
mod once;
mod pages;
mod parts;
mod print;
mod route;
mod say;
mod transport;
mod typing;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs when the program is loaded; what it shows begins with [`start`].
fn main() {
    console_error_panic_hook::set_once();
}

/// Begins with these words, unless they are none.
#[wasm_bindgen]
pub fn start(words: &str) -> bool {
    let taken_in = words::take_in(words).is_some();
    if taken_in {
        leptos::mount::mount_to_body(app::App);
    }
    taken_in
}
