//! 讲给他听 (R99): steps, papers and limits of an item in plain words, read aloud where a voice is installed, else in large print.

use js_sys::{Array, Function, Reflect, global};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::parts::Icon;
use crate::words;

/// The words for an item; `None` where nobody has written them.
pub fn spoken(item: &str) -> Option<&'static str> {
    words::one_of("spoken", item)
}

/// The words with a button that reads them aloud.
#[component]
pub fn Spoken(text: &'static str) -> impl IntoView {
    let large = RwSignal::new(false);
    let say = move |_| {
        if read_aloud(text).is_none() {
            large.set(true);
        }
    };
    view! {
        <div class="stack-1" data-test="spoken">
            <p class:spoken=move || large.get()>{text}</p>
            <button type="button" class="btn btn-sm" data-test="read-aloud" on:click=say>
                <Icon name="speak"/>{t!("catalogue.read_aloud")}
            </button>
        </div>
    }
}

/// Reads aloud; `None` where this machine has no voice.
fn read_aloud(text: &str) -> Option<()> {
    let voice = Reflect::get(&global(), &"speechSynthesis".into()).ok().filter(JsValue::is_object)?;
    let method = |name: &str| Reflect::get(&voice, &name.into()).ok()?.dyn_into::<Function>().ok();
    let voices = Array::from(&method("getVoices")?.call0(&voice).ok()?);
    if voices.length() == 0 {
        return None;
    }
    let words = Reflect::get(&global(), &"SpeechSynthesisUtterance".into()).ok()?.dyn_into::<Function>().ok()?;
    let words = Reflect::construct(&words, &Array::of1(&text.into())).ok()?;
    Reflect::set(&words, &"lang".into(), &"zh-CN".into()).ok()?;
    method("cancel")?.call0(&voice).ok()?;
    method("speak")?.call1(&voice, &words).ok()?;
    Some(())
}
