//! What stands beside the moves of a case: that it may have been taken twice, that its item is not what it was, who has it, how late it is
//! and what the upper tier was asked.

use daiban_model::api::{Act, BesideView, DoubleOf, HelpView, ItemStanding};
use daiban_model::case::Command;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Open;
use crate::desk::desk;
use crate::load::Load;
use crate::parts::{Go, Icon};
use crate::route::Route;
use crate::{dates, say, transport, words};

/// All of it; nothing where there is nothing to say.
#[component]
pub(super) fn BesideNotes(open: Open) -> impl IntoView {
    let doubles = open.part(|page| page.doubles.clone());
    let standing = Memo::new(move |_| {
        open.page.with(|page| match page {
            Load::Ready(page) => page.standing,
            _ => ItemStanding::Current,
        })
    });
    let beside = open.part(|page| page.beside.clone());
    view! {
        {move || doubles.get().into_iter().map(|double| view! { <Double open double/> }).collect_view()}
        {move || item_note(standing.get())}
        {move || beside_notes(beside.get())}
    }
}

/// 可能重复: somebody says whether it is the same matter.
#[component]
fn Double(open: Open, double: DoubleOf) -> impl IntoView {
    let (id, other) = (open.id, double.id);
    let reason = RwSignal::new(String::new());
    let link = move || {
        let reason = reason.get_untracked().trim().to_owned();
        spawn_local(async move {
            match transport::call(Act { id, command: Command::Link { other, reason } }).await {
                Ok(page) => {
                    desk().failed.set(None);
                    let _ = open.page.try_set(Load::Ready(page));
                }
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    view! {
        <div class="note note-warn" data-test="double">
            <Icon name="split"/>
            <div>
                <b>{t!("case.double", number = double.number, at = dates::moment(double.since))}</b>
                <br/>
                <Go to=Route::Case(other)>{t!("case.double_open")}</Go>
                <form class="row" on:submit=move |event| { event.prevent_default(); link(); }>
                    <input class="input w-16" data-test="double-reason" autocomplete="off"
                        aria-label=t!("case.double_reason") placeholder=t!("case.double_reason")
                        prop:value=reason on:input=move |event| reason.set(event_target_value(&event))/>
                    <button type="submit" class="btn btn-sm" data-test="link-double">{t!("case.double_link")}</button>
                </form>
            </div>
        </div>
    }
}

fn note(icon: &'static str, test: &'static str, text: String) -> AnyView {
    view! { <p class="note" data-test=test><Icon name=icon/><span>{text}</span></p> }.into_any()
}

fn item_note(standing: ItemStanding) -> Option<AnyView> {
    let text = match standing {
        ItemStanding::Current => return None,
        ItemStanding::Changed { since } => t!("case.item_changed", version = since),
        ItemStanding::Withdrawn => t!("case.item_withdrawn").to_owned(),
    };
    Some(note("info", "item-standing", text))
}

fn beside_notes(beside: BesideView) -> impl IntoView {
    let offered = (!beside.offered_to.is_empty())
        .then(|| note("hour", "offered", t!("case.offered_to", name = beside.offered_to, by = beside.handler)));
    let late = beside.late.map(|late| {
        let reason = late.said.map(|said| words::one_of("late_reason", &say::code(&said.reason)).unwrap_or_default());
        let text = match reason {
            Some(reason) => t!("case.late_said", n = late.days, reason = reason),
            None => t!("case.late_unsaid", n = late.days),
        };
        note("hour", "late", text)
    });
    let found = beside.found.map(|found| {
        let reach = words::one_of("reach", &say::code(&found.reach)).unwrap_or_default();
        note(
            "info",
            "found-at",
            t!("case.found_at", place = found.place, since = dates::full(found.since), reach = reach),
        )
    });
    let concern = |words: String| note("user", "concern", t!("case.concern", words = words));
    let concerns = beside.concerns.into_iter().map(concern).collect_view();
    let help = beside.help.into_iter().map(help_note).collect_view();
    view! { {offered}{late}{found}{concerns}{help} }
}

fn help_note(help: HelpView) -> AnyView {
    let text = match (help.answer, help.due) {
        (Some((on, words)), _) => {
            t!("case.help_answered", question = help.asked.question, on = dates::full(on), words = words)
        }
        (None, Some(due)) => {
            t!("case.help_waits", question = help.asked.question, to = help.asked.to, due = dates::full(due))
        }
        (None, None) => help.asked.question,
    };
    note("flag", "help", text)
}
