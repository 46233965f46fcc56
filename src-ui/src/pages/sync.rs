//! 同步: three facts, what waits with items and bytes, what a person must act on. Offline is the ordinary state, not an error.

use daiban_model::api::{
    Decision, FilesWaiting, GetSync, ListRefused, Problem, ProblemCode, Progress, ReceiptView, RefusedCase, RefusedWhy,
    SendRefusedAgain, SyncNow, SyncView, WaitingCase,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::neighbours::NeighbourRoad;
use super::stick::StickRoad;
use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::parts::{Empty, FailNote, Go, Held, Icon, link_words};
use crate::route::Route;
use crate::{dates, say, transport, words};

/// The exchange with the district.
#[component]
pub fn SyncPage() -> impl IntoView {
    let sync = load(|| {
        desk().exchanged.track();
        Some(GetSync {})
    });
    let busy = RwSignal::new(false);
    let now = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match transport::call(SyncNow {}).await {
                Ok(view) => {
                    desk().sync.set(Some(view.clone()));
                    let _ = sync.try_set(Load::Ready(view));
                }
                Err(failure) => desk().fail(&failure),
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <main class="page" id="main" tabindex="-1" data-page="sync">
            <header class="list-head">
                <h1>{t!("sync.title")}</h1>
                <button type="button" class="btn push" data-primary="" data-test="sync-now"
                    aria-busy=move || busy.get().to_string() on:click=now>
                    <Icon name="sync"/>{move || if busy.get() { t!("sync.trying") } else { t!("sync.now") }}
                </button>
            </header>
            <FailNote/>
            {show(sync, |sync: &SyncView| facts(sync.clone()))}
            <NeighbourRoad/>
            <StickRoad/>
        </main>
    }
}

fn facts(sync: SyncView) -> impl IntoView {
    let (icon, words) = link_words(&sync);
    let last = match sync.last_ok {
        Some(at) => t!("sync.last", at = dates::moment(at)),
        None => t!("sync.never").to_owned(),
    };
    view! {
        <ul class="link-strip">
            <li><Icon name=icon/><b data-test="sync-state">{words}</b><span>{t!("sync.by_itself")}</span></li>
            <li><Icon name="check"/><b data-test="sync-last">{last}</b>{receipt(sync.last_receipt)}</li>
            <li>
                <Icon name="inbox"/>
                <b>{t!("sync.received", n = sync.received_total)}</b>
                <span>{t!("sync.hub", hub = sync.hub)}</span>
            </li>
        </ul>
        {sync.progress.map(|it| progress(it, sync.outbox))}
        {problems(sync.problems, sync.clock_ahead)}
        {decisions(sync.decisions)}
        {outbox(sync.outbox, sync.outbox_bytes, sync.waiting)}
        {files(sync.files)}
    }
}

fn receipt(receipt: Option<ReceiptView>) -> impl IntoView {
    let text = receipt.map_or_else(
        || t!("sync.no_receipt").to_owned(),
        |it| t!("sync.receipt", place = it.place, seq = it.seq, n = it.changes, at = dates::moment(it.at)),
    );
    view! { <span data-test="receipt"><Held text/></span> }
}

/// Items and bytes, always: no spinner.
fn progress(it: Progress, left: u32) -> impl IntoView {
    let all = it.sent.saturating_add(left).max(1);
    view! {
        <section class="prog" data-test="progress" role="status">
            <progress max=all value=it.sent aria-label=t!("sync.under_way")></progress>
            <p class="nums">
                <span>{t!("sync.sent_items", n = it.sent)}</span>
                <span class="num">{t!("sync.up", size = dates::bytes(it.bytes_up))}</span>
                <span>{t!("sync.received_items", n = it.received)}</span>
                <span class="num">{t!("sync.down", size = dates::bytes(it.bytes_down))}</span>
                {it.seconds_left.filter(|left| *left > 0).map(|left| view! { <span data-test="time-left">{time_left(left)}</span> })}
            </p>
            <p class="small quiet">{t!("sync.may_stop")}</p>
        </section>
    }
}

fn time_left(seconds: u32) -> String {
    match seconds {
        0..90 => t!("sync.seconds_left", n = seconds),
        _ => t!("sync.minutes_left", n = seconds.div_ceil(60)),
    }
}

fn problems(problems: Vec<Problem>, clock_ahead: Option<i64>) -> Option<impl IntoView> {
    let line = |problem: Problem| {
        let code = say::code(&problem.code);
        let off = clock_ahead.filter(|_| problem.code == ProblemCode::ClockSkew).map(dates::clock_off);
        let what = off.unwrap_or_else(|| words::one_of("problem", &code).unwrap_or_default().to_owned());
        let act = words::one_of("problem_act", &code).unwrap_or_default();
        let many = (problem.records > 0).then(|| t!("sync.records", n = problem.records));
        view! {
            <li class="note note-warn" data-test=format!("problem-{code}")>
                <Icon name="flag"/>
                <div>
                    <b>{what}</b>
                    <p class="quiet">{act}</p>
                    <p class="small quiet">{many}{t!("sync.since", at = dates::moment(problem.since))}</p>
                    {(problem.code == ProblemCode::RefusedByHub).then(|| view! { <RefusedCases/> })}
                </div>
            </li>
        }
    };
    (!problems.is_empty()).then(|| {
        view! {
            <section class="stack" aria-labelledby="h-problems">
                <div class="sec-head"><h2 id="h-problems">{t!("sync.problems")}</h2></div>
                <ul class="stack-1" data-test="problems">{problems.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}

/// What the district gave this station, and what it took.
fn decisions(all: Vec<Decision>) -> Option<impl IntoView> {
    let line = |decision: Decision| {
        let code = say::code(&decision.what);
        let what = words::one_of("decision", &code).unwrap_or_default().replace("{place}", &decision.place);
        let what = what.replace("{case}", &decision.case);
        let owed = (decision.changes + decision.files > 0)
            .then(|| t!("sync.leaving_owed", n = decision.changes, files = decision.files));
        view! {
            <li data-test=format!("decision-{code}")>
                <Held text=what/>
                <span class="meta">{owed}" "{dates::moment(decision.at)}</span>
            </li>
        }
    };
    (!all.is_empty()).then(|| {
        view! {
            <section class="stack-1" aria-labelledby="h-decisions" data-test="decisions">
                <div class="sec-head"><h2 id="h-decisions">{t!("sync.decisions")}</h2></div>
                <ul class="stack-1">{all.into_iter().map(line).collect_view()}</ul>
            </section>
        }
    })
}

/// Which cases they belong to, and once more to the district.
#[component]
fn RefusedCases() -> impl IntoView {
    let cases = load(|| Some(ListRefused {}));
    let again = move |_| {
        spawn_local(async move {
            match transport::call(SendRefusedAgain {}).await {
                Ok(view) => desk().sync.set(Some(view)),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let line = |case: RefusedCase| {
        let why = words::one_of("refused", &say::code(&case.why)).unwrap_or_default();
        view! {
            <li class="row">
                <Go to=Route::Case(case.id)>{t!("sync.of_case", name = case.name, item = case.item)}</Go>
                <span class="meta">{t!("sync.refused_why", n = case.changes, why = why)}</span>
            </li>
        }
    };
    let list = move |cases: &Vec<RefusedCase>| {
        let mendable = cases.iter().any(|case| case.why == RefusedWhy::OutOfScope);
        view! {
            <div class="stack">
                <ul class="stack-1" data-test="refused-cases">{cases.iter().cloned().map(line).collect_view()}</ul>
                {mendable.then(|| view! {
                    <button type="button" class="btn" data-test="send-again" on:click=again>
                        <Icon name="sync"/>{t!("sync.send_again")}
                    </button>
                })}
            </div>
        }
        .into_any()
    };
    show(cases, list)
}

/// Attachments that wait: they go after case data.
fn files(waiting: FilesWaiting) -> Option<impl IntoView> {
    (waiting.items > 0).then(|| {
        let (size, sent) = (dates::bytes(waiting.bytes), dates::bytes(waiting.sent));
        view! {
            <section class="stack-1" aria-labelledby="h-files" data-test="files-waiting">
                <div class="sec-head"><h2 id="h-files">{t!("sync.files", n = waiting.items)}</h2></div>
                <p class="quiet">{t!("sync.files_size", size = size, sent = sent)}</p>
            </section>
        }
    })
}

fn outbox(count: u32, bytes: u64, waiting: Vec<WaitingCase>) -> impl IntoView {
    let shown: u32 = waiting.iter().map(|case| case.changes).sum();
    let rest = count.saturating_sub(shown);
    let line = |case: WaitingCase| {
        view! {
            <tr>
                <th scope="row">
                    <Go to=Route::Case(case.id)>{t!("sync.of_case", name = case.name, item = case.item)}</Go>
                </th>
                <td class="r num">{t!("sync.changes", n = case.changes)}</td>
                <td class="r num">{dates::bytes(case.bytes)}</td>
            </tr>
        }
    };
    let table = move || {
        view! {
            <table class="table table-tight" data-test="outbox">
                <thead>
                    <tr>
                        <th scope="col">{t!("sync.col_what")}</th>
                        <th scope="col" class="r">{t!("sync.col_changes")}</th>
                        <th scope="col" class="r">{t!("sync.col_bytes")}</th>
                    </tr>
                </thead>
                <tbody>
                    {waiting.into_iter().map(line).collect_view()}
                    {(rest > 0).then(|| view! {
                        <tr>
                            <th scope="row">{t!("sync.the_rest")}</th>
                            <td class="r num">{t!("sync.changes", n = rest)}</td>
                            <td></td>
                        </tr>
                    })}
                </tbody>
                <tfoot>
                    <tr>
                        <th scope="row">{t!("sync.total")}</th>
                        <td class="r num">{t!("sync.changes", n = count)}</td>
                        <td class="r num">{dates::bytes(bytes)}</td>
                    </tr>
                </tfoot>
            </table>
        }
    };
    let content = if count == 0 {
        view! { <Empty title=t!("sync.nothing_waits") next=t!("sync.nothing_waits_next")/> }.into_any()
    } else {
        table().into_any()
    };
    view! {
        <section class="stack" aria-labelledby="h-out">
            <div class="sec-head">
                <h2 id="h-out" data-test="outbox-count">{t!("sync.waiting", n = count)}</h2>
                <span class="push num">{dates::bytes(bytes)}</span>
            </div>
            {content}
        </section>
    }
}
