//! 交接: what was given to me, what I give away, the sheets there were, and what is left before a last day (R34, R41).

use std::collections::{BTreeMap, BTreeSet};

use daiban_model::api::{
    AnswerSheet, Failure, GetHanding, Givable, GiveCases, GiveLine, HandLine, HandSheet, HandedView, Handing, Leaving,
    Waits,
};
use daiban_model::ids::{AgentId, CaseId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::desk::desk;
use crate::load::{load, show};
use crate::parts::{Empty, FailNote, Go, Icon, held_name};
use crate::route::Route;
use crate::{dates, keys, transport};

/// What has been ticked and typed. It outlives an exchange that brings the lists anew.
#[derive(Clone, Copy)]
struct Answers {
    /// Lines that go back, each with why.
    back: RwSignal<BTreeMap<CaseId, String>>,
    /// Cases to be given.
    chosen: RwSignal<BTreeSet<CaseId>>,
    /// To whom.
    to: RwSignal<String>,
}

/// The page of hand-overs.
#[component]
pub fn HandingPage() -> impl IntoView {
    let handing = load(|| Some(GetHanding {}));
    let answers = Answers {
        back: RwSignal::new(BTreeMap::new()),
        chosen: RwSignal::new(BTreeSet::new()),
        to: RwSignal::new(String::new()),
    };
    view! {
        <main class="page" id="main" tabindex="-1" data-page="handing">
            <header class="page-head"><h1>{t!("handing.title")}</h1></header>
            <FailNote/>
            {show(handing, move |handing: &_| parts(Handing::clone(handing), answers))}
        </main>
    }
}

fn parts(handing: Handing, answers: Answers) -> impl IntoView {
    let Handing { colleagues, cases, sheets, leaving } = handing;
    let (mine, others): (Vec<_>, Vec<_>) = sheets.into_iter().partition(|sheet| sheet.waits == Waits::ForMe);
    // Enter answers the sheet where there is one; of several it would be anybody's guess which.
    let primary = (mine.len() == 1).then_some("");
    let offered = mine.into_iter().map(|sheet| view! { <Offered sheet primary back=answers.back/> }).collect_view();
    let takers = colleagues.into_iter().map(|one| (one.agent.to_string(), one.name)).collect();
    view! {
        {leaving.map(|leaving| left(&leaving))}
        {offered}
        <Give cases takers answers/>
        {(!others.is_empty()).then(|| view! {
            <section aria-labelledby="h-sheets">
                <div class="sec-head"><h2 id="h-sheets">{t!("handing.sheets")}</h2></div>
                {others.into_iter().map(sheet).collect_view()}
            </section>
        })}
    }
}

/// What whoever leaves has not settled yet.
fn left(leaving: &Leaving) -> impl IntoView + use<> {
    let until = leaving.until.map(dates::full).unwrap_or_default();
    let text = match leaving.lines() {
        0 => t!("handing.left_nothing", until = until),
        _ => t!(
            "handing.left",
            until = until,
            cases = leaving.cases.len(),
            mandates = leaving.mandates.len(),
            originals = leaving.originals.len(),
            visits = leaving.bookings.len()
        ),
    };
    let letters = (!leaving.letters.is_empty()).then(|| t!("handing.letters", n = leaving.letters.len()));
    view! {
        <div class="note note-warn" data-test="leaving"><Icon name="info"/><div><p><b>{text}</b></p><p>{letters}</p></div></div>
    }
}

fn said(done: &'static str, reply: Result<(), Failure>) {
    match reply {
        Ok(()) => {
            desk().failed.set(None);
            desk().toast(done);
        }
        Err(failure) => desk().fail(&failure),
    }
}

/// A sheet that waits for a yes or a no to each of its lines. A line without a reason is taken over.
#[component]
fn Offered(sheet: HandSheet, primary: Option<&'static str>, back: RwSignal<BTreeMap<CaseId, String>>) -> impl IntoView {
    let open: Vec<HandLine> = sheet.lines.iter().filter(|line| line.handed == HandedView::Open).cloned().collect();
    let all: Vec<(CaseId, String)> = open.iter().map(|line| (line.id, line.name.clone())).collect();
    let answer = move |_| {
        let mut back = back.get_untracked();
        back.retain(|id, _| all.iter().any(|(one, _)| one == id));
        let silent = |(id, _): &&(CaseId, String)| back.get(id).is_some_and(|why| why.trim().is_empty());
        if let Some((id, name)) = all.iter().find(silent) {
            desk().failed.set(Some(t!("handing.reason_of", name = name)));
            keys::focus(&format!("#back-{id}"));
            return;
        }
        let taken = all.iter().map(|(id, _)| *id).filter(|id| !back.contains_key(id)).collect();
        let call = AnswerSheet { taken, back: back.into_iter().collect() };
        spawn_local(async move { said(t!("handing.answered"), transport::call(call).await.map(drop)) });
    };
    let line = move |line: HandLine| {
        let id = line.id;
        let is_back = Memo::new(move |_| back.with(|back| back.contains_key(&id)));
        let turn = move |_| {
            back.update(|back| {
                if back.remove(&id).is_none() {
                    back.insert(id, String::new());
                }
            });
        };
        let reason = move || {
            let value = back.with_untracked(|back| back.get(&id).cloned().unwrap_or_default());
            let typed = move |event| back.update(|back| drop(back.insert(id, event_target_value(&event))));
            view! {
                <input class="input" id=format!("back-{id}") data-test="back-reason" aria-label=t!("handing.reason") placeholder=t!("handing.reason")
                    prop:value=value on:input=typed/>
            }
        };
        view! {
            <li data-test="offered-line">
                {line_words(&line)}
                <span class="act">
                    <label class="row">
                        <input class="box" type="checkbox" data-test="line-back" prop:checked=is_back on:change=turn/>
                        {t!("handing.back")}
                    </label>
                </span>
                {move || is_back.get().then(reason)}
            </li>
        }
    };
    let words = head(&sheet);
    view! {
        <section data-test="offered">
            <div class="sec-head"><h2>{t!("handing.offered", from = sheet.from)}</h2></div>
            <p class="quiet">{words}</p>
            <ol class="task">{open.into_iter().map(line).collect_view()}</ol>
            <div class="btns">
                <button type="button" class="btn btn-go" data-primary=primary data-test="answer-sheet" on:click=answer>
                    {t!("handing.answer")}{primary.map(|_| view! { <kbd>"Enter"</kbd> })}
                </button>
            </div>
        </section>
    }
}

/// Cases are ticked, a colleague is chosen, and all of them are offered on one sheet.
#[component]
fn Give(cases: Vec<Givable>, takers: Vec<(String, String)>, answers: Answers) -> impl IntoView {
    let list = match cases.is_empty() {
        true => view! { <Empty title=t!("handing.none") next=t!("handing.none_next")/> }.into_any(),
        false => {
            let all = cases.iter().map(|case| case.row.id).collect();
            view! {
                <GiveRow all takers answers/>
                <div class="ticks">{cases.into_iter().map(|case| givable(case, answers.chosen)).collect_view()}</div>
            }
            .into_any()
        }
    };
    view! {
        <section aria-labelledby="h-give" data-test="give-section">
            <div class="sec-head"><h2 id="h-give">{t!("handing.mine")}</h2></div>
            {list}
        </section>
    }
}

/// To whom, and the button.
#[component]
fn GiveRow(all: BTreeSet<CaseId>, takers: Vec<(String, String)>, answers: Answers) -> impl IntoView {
    let Answers { chosen, to, .. } = answers;
    let all = StoredValue::new(all);
    // A case that was ticked and has gone meanwhile is not given.
    let wanted = move || all.with_value(|all| chosen.with(|chosen| chosen & all));
    let give = move |_| {
        let Ok(to) = to.get_untracked().parse::<AgentId>() else { return };
        let line = |id| GiveLine { id, papers: None, originals: None, note: String::new() };
        let call = GiveCases {
            to,
            lines: all.with_value(|all| chosen.with_untracked(|chosen| chosen & all)).into_iter().map(line).collect(),
        };
        spawn_local(async move {
            let reply = transport::call(call).await.map(drop);
            if reply.is_ok() {
                chosen.set(BTreeSet::new());
            }
            said(t!("handing.given"), reply);
        });
    };
    let taker = move |(agent, name): (String, String)| {
        let mine = agent.clone();
        view! { <option value=agent selected=move || to.with(|to| *to == mine)>{name}</option> }
    };
    let choose_all = move |_| {
        let all = all.get_value();
        chosen.update(|chosen| *chosen = if *chosen == all { BTreeSet::new() } else { all });
    };
    view! {
        <div class="row handing-to">
            <label for="taker">{t!("handing.to")}</label>
            <select class="select w-8" id="taker" data-test="taker" on:change=move |event| to.set(event_target_value(&event))>
                <option value=""></option>
                {takers.into_iter().map(taker).collect_view()}
            </select>
            <button type="button" class="btn btn-sm" data-test="choose-all" on:click=choose_all>{t!("handing.all")}</button>
            <button type="button" class="btn btn-go" data-test="give" on:click=give
                disabled=move || to.with(String::is_empty) || wanted().is_empty()>
                {move || t!("handing.give", n = wanted().len())}
            </button>
        </div>
    }
}

fn givable(case: Givable, chosen: RwSignal<BTreeSet<CaseId>>) -> impl IntoView {
    let id = case.row.id;
    let ticked = move || chosen.with(|chosen| chosen.contains(&id));
    let turn = move |_| {
        chosen.update(|chosen| {
            if !chosen.remove(&id) {
                chosen.insert(id);
            }
        });
    };
    view! {
        <label class="pick-row" data-test="givable">
            <input class="box" type="checkbox" prop:checked=ticked on:change=turn/>
            <span><b>{held_name(&case.row.name)}" "{case.row.item}</b></span>
            <span class="meta">
                {case.row.number}"，"{t!("handing.bag", papers = case.papers, originals = case.originals)}
            </span>
        </label>
    }
}

fn head(sheet: &HandSheet) -> String {
    t!(
        "handing.head",
        at = dates::moment(sheet.at),
        n = sheet.lines.len(),
        papers = sheet.papers,
        originals = sheet.originals,
        hash = sheet.hash
    )
}

fn line_words(line: &HandLine) -> impl IntoView + use<> {
    let bag = t!("handing.bag", papers = line.papers, originals = line.originals);
    view! {
        <b>{held_name(&line.name)}" "{line.item.clone()}</b>
        <span class="why">{line.number.clone()}"，"{bag}</span>
    }
}

/// A sheet as it stands, each line with what came of it.
fn sheet(sheet: HandSheet) -> impl IntoView {
    let line = |line: HandLine| {
        let state = match &line.handed {
            HandedView::Open => t!("handing.open").to_owned(),
            HandedView::Taken { at } => t!("handing.taken", at = dates::moment(*at)),
            HandedView::Back { reason } => t!("handing.went_back", reason = reason),
        };
        view! {
            <li data-test="sheet-line">
                {line_words(&line)}
                <span class="act"><Go to=Route::Case(line.id)>{state}</Go></span>
            </li>
        }
    };
    view! {
        <h3 data-test="sheet">{t!("handing.from_to", from = sheet.from, to = sheet.to)}</h3>
        <p class="quiet">{head(&sheet)}</p>
        <ol class="task">{sheet.lines.into_iter().map(line).collect_view()}</ol>
    }
}
