//! The keyboard map: which key means what, everywhere. While an input method composes, no key belongs to us.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// F1
    Help,
    /// F2, Ctrl N
    NewCase,
    /// Ctrl K, F3
    Search,
    /// / outside a text field
    Find,
    /// Alt 1 to 8: the n-th place of the side bar
    Place(u8),
    /// Enter: the one primary action
    Primary,
    /// Esc: one step back
    Back,
    /// Ctrl P
    Print,
    /// Ctrl S
    Saved,
    /// Ctrl L
    Lock,
    /// Ctrl +
    Larger,
    /// Ctrl -
    Smaller,
    /// Ctrl 0
    PlainSize,
}

/// The act of a key press, if it is ours.
pub fn read(event: &KeyboardEvent) -> Option<Act> {
    // 229 is what WebKit sends for keys the input method has taken before `isComposing` is set.
    if event.is_composing() || event.key_code() == 229 || event.default_prevented() {
        return None;
    }
    let (ctrl, alt) = (event.ctrl_key() || event.meta_key(), event.alt_key());
    let key = event.key();
    match (ctrl, alt, key.as_str()) {
        (false, false, "F1") => Some(Act::Help),
        (false, false, "F2") | (true, false, "n" | "N") => Some(Act::NewCase),
        (false, false, "F3") | (true, false, "k" | "K") => Some(Act::Search),
        (false, true, digit) => place(digit),
        (true, false, "p" | "P") => Some(Act::Print),
        (true, false, "s" | "S") => Some(Act::Saved),
        (true, false, "l" | "L") => Some(Act::Lock),
        (true, false, "+" | "=") => Some(Act::Larger),
        (true, false, "-" | "_") => Some(Act::Smaller),
        (true, false, "0") => Some(Act::PlainSize),
        (false, false, "Escape") => Some(Act::Back),
        (false, false, "/") if !typing(event) => Some(Act::Find),
        (false, false, "Enter") if !answers_itself(event) => Some(Act::Primary),
        _ => None,
    }
}

fn place(digit: &str) -> Option<Act> {
    digit.parse().ok().filter(|n| (1..=8).contains(n)).map(Act::Place)
}

fn target(event: &KeyboardEvent) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

fn typing(event: &KeyboardEvent) -> bool {
    target(event).is_some_and(|at| at.matches("input, textarea, select").unwrap_or(false))
}

/// Elements that have their own use for Enter. In a form it does what the form is for, whatever else stands on the page.
fn answers_itself(event: &KeyboardEvent) -> bool {
    let own = "a[href], button, textarea, select, summary, form input, [role=combobox][aria-expanded=true], tr";
    target(event).is_some_and(|at| at.matches(own).unwrap_or(false))
}

/// Whether a key is held down whose act must not be done again for that, be it by us or by the button that has the cursor. Only text
/// grows and shrinks on, and lines break.
fn must_wait(event: &KeyboardEvent) -> bool {
    let goes_on = || match read(event) {
        Some(asked) => matches!(asked, Act::Larger | Act::Smaller),
        None => event.key() != "Enter" || target(event).is_some_and(|at| at.matches("textarea").unwrap_or(false)),
    };
    event.repeat() && !goes_on()
}

/// What prints the paper that is shown.
const PRINT: &str = "[data-print]";
const PRINT_IN_DIALOG: &str = "dialog[open] [data-print]";

/// Where keys work: in an open dialog, nothing behind it moves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Dialog,
    Page,
}

impl Place {
    fn pick(self, in_dialog: &'static str, on_page: &'static str) -> &'static str {
        match self {
            Self::Dialog => in_dialog,
            Self::Page => on_page,
        }
    }
}

/// Listens for the whole window as long as the caller's owner lives.
pub fn listen(act: impl Fn(Act) + 'static) {
    let handle = window_event_listener(leptos::ev::keydown, move |event| {
        if must_wait(&event) {
            return event.prevent_default();
        }
        let Some(asked) = read(&event) else { return };
        let place = if first("dialog[open]").is_some() { Place::Dialog } else { Place::Page };
        match asked {
            Act::Primary => {
                event.prevent_default();
                press(place.pick("dialog[open] [data-primary]", "[data-primary]"));
            }
            // What is shown as it will be printed is printed; any other page as it stands.
            Act::Print if first(place.pick(PRINT_IN_DIALOG, PRINT)).is_some() => {
                event.prevent_default();
                press(place.pick(PRINT_IN_DIALOG, PRINT));
            }
            // The dialog closes itself, and nothing behind it may move.
            _ if place == Place::Dialog => {}
            Act::Back => press("[data-back]"),
            Act::Search => {
                event.prevent_default();
                focus("[data-search]");
            }
            Act::Find => {
                event.prevent_default();
                focus("[data-find], [data-search]");
            }
            other => {
                event.prevent_default();
                act(other);
            }
        }
    });
    on_cleanup(move || handle.remove());
}

fn first(selector: &str) -> Option<HtmlElement> {
    document().query_selector(selector).ok().flatten()?.dyn_into().ok()
}

fn press(selector: &str) {
    if let Some(element) = first(selector) {
        element.click();
    }
}

/// Puts the cursor behind the text of the first match, so that typing goes on there.
pub fn go_on_in(selector: &str) {
    let Some(element) = first(selector) else { return };
    let _ = element.focus();
    if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>() {
        let end = u32::try_from(input.value().encode_utf16().count()).ok();
        // Boxes to tick have no place for a cursor.
        let _ = input.set_selection_start(end).and_then(|()| input.set_selection_end(end));
    }
}

/// Puts the cursor on the first match; text that stands there is selected, so that typing replaces it.
pub fn focus(selector: &str) {
    let Some(element) = first(selector) else { return };
    let _ = element.focus();
    if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>() {
        input.select();
    }
}
