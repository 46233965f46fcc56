//! A combo box after the ARIA pattern: type, arrows move, Enter takes, Esc closes and keeps the text.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::Icon;
use crate::typing::committed;

/// One line to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What stands in the square: the first character of a name, or an icon.
    pub face: Face,
    /// The line itself.
    pub title: String,
    /// What follows the title, in ordinary weight.
    pub beside: String,
    /// The second, quiet line.
    pub note: String,
}

/// The square before a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Face {
    /// A character
    Sign(char),
    /// An icon
    Icon(&'static str),
}

/// The box and its list. The list is open whenever it has lines and nothing was closed by Esc.
#[component]
pub fn Combo(
    /// Stable name: id prefix and `data-test`
    id: &'static str,
    #[prop(into)] label: String,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] typed: Callback<String>,
    #[prop(into)] choices: Signal<Vec<Choice>>,
    #[prop(into)] picked: Callback<usize>,
    #[prop(default = "input input-big")] class: &'static str,
) -> impl IntoView {
    let (at, set_at) = signal(0_usize);
    let (closed, set_closed) = signal(false);
    let open = Memo::new(move |_| !closed.get() && !choices.with(Vec::is_empty));
    let pick = move |index| {
        set_closed.set(true);
        picked.run(index);
    };
    let press = move |event: KeyboardEvent| {
        if event.is_composing() || event.key_code() == 229 {
            return;
        }
        let count = choices.with_untracked(Vec::len);
        match (event.key().as_str(), open.get_untracked()) {
            ("ArrowDown", _) if count > 0 => {
                set_closed.set(false);
                set_at.update(|at| *at = (*at + 1) % count);
            }
            ("ArrowUp", _) if count > 0 => set_at.update(|at| *at = (*at + count - 1) % count),
            ("Enter", true) => pick(at.get_untracked().min(count.saturating_sub(1))),
            ("Escape", true) => set_closed.set(true),
            _ => return,
        }
        event.prevent_default();
    };
    let hear = move |event: web_sys::Event| {
        if let Some(text) = committed(&event) {
            set_closed.set(false);
            set_at.set(0);
            typed.run(text);
        }
    };
    let option = move |(index, choice): (usize, Choice)| {
        let selected = move || (at.get() == index).to_string();
        // mousedown, not click: the box must not lose the focus before the line is taken
        let take = move |event: web_sys::MouseEvent| {
            event.prevent_default();
            pick(index);
        };
        view! {
            <li id=format!("{id}-{index}") role="option" aria-selected=selected on:mousedown=take
                data-test=format!("{id}-option")>
                <Line choice/>
            </li>
        }
    };
    view! {
        <div class="combo">
            <label class="input-wrap">
                <span class="sr">{label}</span>
                <Icon name="search"/>
                <input class=class id=id data-test=id data-first="" role="combobox" autocomplete="off"
                    spellcheck="false"
                    aria-expanded=move || open.get().to_string()
                    aria-controls=format!("{id}-list")
                    aria-activedescendant=move || open.get().then(|| format!("{id}-{}", at.get()))
                    prop:value=value on:input=hear on:compositionend=move |event| hear(event.into()) on:keydown=press/>
            </label>
            <Show when=move || open.get()>
                <ul class="combo-list" id=format!("{id}-list") role="listbox"
                    aria-label=move || t!("form.found", n = choices.with(Vec::len))>
                    {move || choices.get().into_iter().enumerate().map(option).collect_view()}
                </ul>
            </Show>
        </div>
    }
}

#[component]
fn Line(choice: Choice) -> impl IntoView {
    let face = match choice.face {
        Face::Sign(sign) => sign.to_string().into_any(),
        Face::Icon(name) => view! { <Icon name/> }.into_any(),
    };
    let note = (!choice.note.is_empty()).then(|| view! { <br/><span class="quiet small">{choice.note}</span> });
    view! {
        <span class="face">{face}</span>
        <span class="grow"><b>{choice.title}</b>{choice.beside}{note}</span>
    }
}
