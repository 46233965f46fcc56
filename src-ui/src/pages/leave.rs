//! What is left at the end of the day: asked once before the station is locked (R48, R67).

use daiban_model::api::{DayEnd, DraftRow, HeldOriginal};
use leptos::prelude::*;

use crate::desk::desk;
use crate::parts::{Dialog, held_name};

/// Shown when somebody locks while something is open; going on locks all the same, and what was left is red in the morning.
#[component]
pub fn LeaveDialog() -> impl IntoView {
    let open = desk().leaving;
    view! {
        <Dialog id="leaving" open title=t!("leave.title")>
            {move || desk().left.get().map(what)}
            <div class="btns">
                <button type="button" class="btn" data-test="stay" on:click=move |_| open.set(false)>
                    {t!("leave.stay")}
                </button>
                <button type="button" class="btn btn-go" data-primary="" data-test="lock-anyway"
                    on:click=move |_| { open.set(false); desk().lock_now(); }>
                    {t!("leave.go")}
                </button>
            </div>
        </Dialog>
    }
}

fn what(left: DayEnd) -> impl IntoView {
    let draft = |draft: DraftRow| {
        let name = if draft.name.is_empty() { t!("today.draft_no_name").to_owned() } else { draft.name };
        view! { <li data-test="left-draft">{t!("leave.draft", name = name, items = draft.items.join("、"))}</li> }
    };
    let original = |held: HeldOriginal| {
        let (name, paper) = (held_name(&held.name), held.original.paper);
        view! { <li data-test="left-original">{t!("leave.original", name = name, paper = paper)}</li> }
    };
    view! {
        <ul class="answers">
            {left.drafts.into_iter().map(draft).collect_view()}
            {left.originals.into_iter().map(original).collect_view()}
        </ul>
    }
}
