//! 查材料: three answers a paper; what is missing goes into one notice that writes itself.

use daiban_model::api::{DraftPaper, NoticeAhead, Step};
use daiban_model::case::event::PaperState;
use leptos::prelude::*;

use super::work::Work;
use super::{StepBar, StepHead};
use crate::parts::{Empty, NoticeText, needless};
use crate::{say, words};

/// The third step.
#[component]
pub(super) fn PapersStep(work: Work) -> impl IntoView {
    // Only which papers there are builds rows anew; the answers live inside the rows.
    let names =
        Memo::new(move |_| work.draft.with(|draft| draft.papers.iter().map(|it| it.name.clone()).collect::<Vec<_>>()));
    let rows = move || {
        let names = names.get();
        if names.is_empty() {
            return view! { <Empty title=t!("papers.none") next=t!("papers.none_next")/> }.into_any();
        }
        let rows = names.into_iter().enumerate().map(|(at, name)| row(work, at, name)).collect_view();
        view! { <ol data-test="paper-list">{rows}</ol> }.into_any()
    };
    let note = Signal::derive(move || work.draft.with(|draft| draft.note.clone()));
    let items = Signal::derive(move || work.draft.with(|draft| draft.items.clone()));
    let type_note = move |text: String| work.edit(|draft| draft.note = text);
    view! {
        <StepHead work title=t!("papers.title") lead=t!("papers.lead")/>
        <div class="step-body">
            {rows}
            <div class="field">
                <label for="note">{t!("papers.note")}</label>
                <textarea class="textarea" id="note" data-test="note" prop:value=note
                    on:input=move |event| type_note(event_target_value(&event))></textarea>
                {needless(note, items, Callback::new(type_note))}
            </div>
        </div>
        <aside class="step-right">{move || notice(work)}</aside>
        <StepBar work here=Step::Papers go=t!("papers.go")/>
    }
}

fn paper_of(work: Work, name: &str) -> Option<DraftPaper> {
    work.draft.with(|draft| draft.papers.iter().find(|paper| paper.name == name).cloned())
}

fn row(work: Work, at: usize, name: String) -> impl IntoView {
    let mine = name.clone();
    let paper = Memo::new(move |_| paper_of(work, &mine));
    let state = Memo::new(move |_| paper.with(|paper| paper.as_ref().and_then(|paper| paper.state)));
    let there = Memo::new(move |_| matches!(state.get(), Some(PaperState::Original | PaperState::Copy)));
    let set = {
        let name = name.clone();
        Callback::new(move |(state, count): (PaperState, u8)| {
            work.edit(|draft| {
                if let Some(paper) = draft.papers.iter_mut().find(|paper| paper.name == name) {
                    (paper.state, paper.count) = (Some(state), count);
                }
            });
        })
    };
    let count = move || paper.with(|paper| paper.as_ref().map_or(1, |paper| paper.count.max(1)));
    let for_items = move || {
        let items = paper.with(|paper| paper.as_ref().map(|paper| paper.items.clone()).unwrap_or_default());
        let names = items.iter().map(|code| work.name_of(code)).collect::<Vec<_>>();
        t!("papers.for_items", items = names.join("、"))
    };
    let answer = move |it: PaperState, word: &'static str, code: &'static str| {
        let chosen = move || match it {
            PaperState::Copy => there.get(),
            it => state.get() == Some(it),
        };
        let first = (at == 0 && code == "have").then_some("");
        let id = (code == "have").then(|| format!("paper-{at}"));
        view! {
            <label data-test=format!("paper-{code}")>
                <input type="radio" name=format!("paper-{at}") id=id data-first=first prop:checked=chosen
                    on:change=move |_| set.run((it, count()))/>
                {word}
            </label>
        }
    };
    view! {
        <li class="paper" class:is-lack=move || state.get() == Some(PaperState::Missing) data-test="paper-row">
            <span>
                <b>{name.clone()}</b>
                <span class="meta">{for_items}</span>
                <Show when=move || there.get()>{form(state, set, count)}</Show>
            </span>
            <span class="seg" role="group" aria-label=name>
                {answer(PaperState::Copy, t!("papers.have"), "have")}
                {answer(PaperState::Missing, t!("papers.lack"), "lack")}
                {answer(PaperState::Electronic, t!("papers.electronic"), "electronic")}
            </span>
        </li>
    }
}

/// 有: a copy with the original given back, or the original itself, and how many.
fn form(
    state: Memo<Option<PaperState>>,
    set: Callback<(PaperState, u8)>,
    count: impl Fn() -> u8 + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let original = move || state.get() == Some(PaperState::Original);
    let kind = move |event: web_sys::Event| {
        let state = if event_target_value(&event) == "original" { PaperState::Original } else { PaperState::Copy };
        set.run((state, count()));
    };
    let many = move |event: web_sys::Event| {
        let Ok(number @ 1..=99) = event_target_value(&event).trim().parse::<u8>() else { return };
        set.run((if original() { PaperState::Original } else { PaperState::Copy }, number));
    };
    view! {
        <span class="row paper-form">
            <select class="select" aria-label=t!("papers.form") on:change=kind>
                <option value="copy" selected=move || !original()>
                    {words::one_of("paper_why", &say::code(&PaperState::Copy))}
                </option>
                <option value="original" selected=original>
                    {words::one_of("paper_why", &say::code(&PaperState::Original))}
                </option>
            </select>
            <label class="row">
                <input class="input count" inputmode="numeric" maxlength="2" prop:value=move || count().to_string()
                    on:change=many/>
                {t!("papers.copies")}
            </label>
        </span>
    }
}

fn notice(work: Work) -> impl IntoView {
    let missing =
        work.draft.with(|draft| draft.papers.iter().filter(|it| it.state == Some(PaperState::Missing)).count());
    let open = work.draft.with(|draft| draft.papers.iter().filter(|it| it.state.is_none()).count());
    let sheet: Option<NoticeAhead> = work.preview.with(|preview| preview.as_ref().and_then(|it| it.notice.clone()));
    let head = match (missing, open) {
        (0, 0) => t!("papers.all_there").to_owned(),
        (0, open) => t!("papers.still_open", n = open),
        (missing, _) => t!("papers.missing", n = missing),
    };
    let sheet =
        sheet.filter(|_| missing > 0).map(|notice| view! { <div class="mini-sheet"><NoticeText notice/></div> });
    view! { <h2 class="sec-head" data-test="missing-count">{head}</h2>{sheet} }
}
