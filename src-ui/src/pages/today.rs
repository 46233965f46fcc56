//! 今天: what presses, nearest first; one verb a row; the summary is a sentence.

use daiban_model::api::{CaseRow, Counts, DraftRow, GetToday, Left, Today, View, Workday};
use leptos::prelude::*;

use super::alarms::{self, Alarms};
use super::remind::Reminders;
use crate::dates;
use crate::load::{load, show};
use crate::parts::{Due, Empty, Go, Held, Icon, Tag, Weight, held_name, next_verb};
use crate::route::Route;

/// The work table.
#[component]
pub fn TodayPage() -> impl IntoView {
    let today = load(|| Some(GetToday {}));
    view! {
        <main class="page" id="main" tabindex="-1" data-page="today">
            {show(today, |today: &Today| table(today.clone()))}
        </main>
    }
}

fn table(today: Today) -> impl IntoView {
    let machine = today.clone();
    view! {
        <header class="page-head">
            <div>
                <h1>{t!("today.title", day = dates::day(today.date), weekday = dates::weekday(today.date))}</h1>
                <p class="lead" data-test="summary">{summary(&today)}</p>
            </div>
            <Go to=Route::New(None) class="btn btn-go btn-big push" test="new-case">
                <Icon name="plus"/>{t!("app.new_case")}<kbd>"F2"</kbd>
            </Go>
        </header>
        {alarms::of_machine(&machine)}
        <div class="two">
            <section aria-labelledby="h-due">
                <div class="sec-head">
                    <h2 id="h-due">{t!("today.to_do")}</h2>
                    <span class="push">{t!("today.by_deadline")}</span>
                </div>
                {due_rows(today.rows, today.counts)}
            </section>
            <div class="stack-4">
                {drafts(today.drafts)}
                <Reminders/>
                <Alarms/>
                {corners(today.counts)}
            </div>
        </div>
    }
}

fn summary(today: &Today) -> String {
    let due_today = today.rows.iter().filter(|row| row.days_left == Some(0)).count();
    let day = match today.working {
        Workday::Working => "",
        Workday::MakeUp => t!("today.make_up"),
        Workday::Rest => t!("today.rest"),
        Workday::Unknown => t!("today.unknown_year"),
    };
    let rest = match (due_today, today.counts.overdue) {
        (0, 0) => t!("today.nothing_due", open = today.counts.open),
        (due, 0) => t!("today.due", due = due, open = today.counts.open),
        (due, late) => t!("today.due_and_late", due = due, late = dates::late(late), open = today.counts.open),
    };
    format!("{day}{rest}")
}

fn due_rows(rows: Vec<CaseRow>, counts: Counts) -> AnyView {
    if rows.is_empty() {
        let next = if counts.all == 0 { t!("today.empty_first") } else { t!("today.empty_next") };
        return view! { <Empty title=t!("today.empty") next/> }.into_any();
    }
    let line = |row: CaseRow| {
        let (to, verb) = (Route::Case(row.id), next_verb(row.stage));
        let stage = crate::say::stage(row.stage);
        let why = match row.stage.awaits_delivery() {
            true => t!("today.why_decided", stage = stage, place = row.place),
            false => t!("today.why", stage = stage, place = row.place),
        };
        let (name, spoken) = (held_name(&row.name), row.name);
        view! {
            <li data-test="due-row">
                <Due left=row.days_left pressing=row.pressing.clone()/>
                <div class="body">
                    <p><Go to=to.clone() class="who">{name}</Go><span class="what">{row.item.clone()}</span></p>
                    <p class="why">{why}</p>
                </div>
                <Go to class="btn btn-sm">{verb}<span class="sr">{spoken}</span></Go>
            </li>
        }
    };
    view! { <ul class="rows" data-test="due-rows">{rows.into_iter().map(line).collect_view()}</ul> }.into_any()
}

fn drafts(drafts: Vec<DraftRow>) -> Option<impl IntoView> {
    let line = |draft: DraftRow| {
        let name = if draft.name.is_empty() { t!("today.draft_no_name").to_owned() } else { draft.name };
        let items = if draft.items.is_empty() { t!("today.draft_no_item").to_owned() } else { draft.items.join("、") };
        let left = (draft.left == Left::Before).then(|| {
            view! { <Tag weight=Weight::Late icon="late" text=t!("today.draft_left", day = dates::full(draft.begun.date()))/> }
        });
        view! {
            <li data-test="draft-row">
                <Go to=Route::New(Some(draft.id.0.to_string()))>
                    <Icon name="edit"/>
                    <span>
                        <b>{name}" "{left}</b>
                        <small class="quiet">
                            {items}
                            <Held text=t!("today.draft_saved", at = dates::moment(draft.saved))/>
                        </small>
                    </span>
                    <Icon name="next"/>
                </Go>
            </li>
        }
    };
    (!drafts.is_empty()).then(|| {
        view! {
            <section aria-labelledby="h-drafts">
                <div class="sec-head"><h2 id="h-drafts">{t!("today.drafts")}</h2></div>
                <ul class="answers">{drafts.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}

fn corners(counts: Counts) -> impl IntoView {
    let line = |(view, icon, count, title, note): (View, &'static str, u32, String, &'static str)| {
        (count > 0).then(|| {
            let find = format!("view:{}", crate::say::code(&view));
            view! {
                <li>
                    <Go to=Route::Cases(find)>
                        <Icon name=icon/>
                        <span><b>{title}</b><small class="quiet">{note}</small></span>
                        <Icon name="next"/>
                    </Go>
                </li>
            }
        })
    };
    let lines = [
        (
            View::Attention,
            "split",
            counts.attention,
            t!("today.attention", n = dates::count(counts.attention)),
            t!("today.attention_note"),
        ),
        (
            View::Supplementing,
            "lack",
            counts.supplementing,
            t!("today.supplementing", n = dates::count(counts.supplementing)),
            t!("today.supplementing_note"),
        ),
        (
            View::NoLimit,
            "info",
            counts.no_limit,
            t!("today.no_limit", n = dates::count(counts.no_limit)),
            t!("today.no_limit_note"),
        ),
        (
            View::Finished,
            "done",
            counts.finished,
            t!("today.finished", n = dates::count(counts.finished)),
            t!("today.finished_note"),
        ),
    ];
    let any = lines.iter().any(|line| line.2 > 0);
    any.then(|| {
        view! {
            <section aria-labelledby="h-else">
                <div class="sec-head"><h2 id="h-else">{t!("today.else")}</h2></div>
                <ul class="answers">{lines.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}
