//! `daiban-ui`: the window of the station. It asks the engine, shows the answer and passes on what the person does; it
//! decides nothing and keeps nothing. Start with [`app`].

#[macro_use]
mod words;

mod keys;
mod parts;
mod route;

fn main() {
    console_error_panic_hook::set_once();
}
