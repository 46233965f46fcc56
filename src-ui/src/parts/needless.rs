//! A word in a note that the item does not need: pointed out, and gone with one press (R195).

use daiban_model::api::{FindNeedless, Needless};
use daiban_model::ids::ItemCode;
use leptos::prelude::*;

use super::Icon;
use crate::load::{Load, load};
use crate::{say, words};

/// The warning under a note; `keep` takes the text without the word.
pub fn needless(text: Signal<String>, items: Signal<Vec<ItemCode>>, keep: Callback<String>) -> AnyView {
    let found = load(move || Some(FindNeedless { text: text.get(), items: items.get() }));
    let warn = move |it: Needless| {
        let about = words::one_of("private", &say::code(&it.about)).unwrap_or_default();
        let Needless { word, .. } = it;
        let (told, gone) = (t!("needless.note", word = word, about = about), t!("needless.remove", word = word));
        view! {
            <div class="note note-warn" role="status" data-test="needless">
                <Icon name="flag"/>
                <div>
                    <p>{told}</p>
                    <button type="button" class="btn btn-sm" data-test="needless-remove"
                        on:click=move |_| keep.run(text.get_untracked().replacen(&word, "", 1))>
                        {gone}
                    </button>
                </div>
            </div>
        }
    };
    (move || match found.get() {
        Load::Ready(Some(it)) => warn(it).into_any(),
        _ => ().into_any(),
    })
    .into_any()
}
