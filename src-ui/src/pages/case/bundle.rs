//! A bundle on the page of the case that leads it: one track for each department, each step with its owner, its dates and what it
//! waits for.

use daiban_model::api::{Act, BundleView, HandedOut, Lane, PartView, Pending, StepOffer, StepView};
use daiban_model::bundle::{Need, Standing, State, StepKind, StepNo, Tone};
use daiban_model::case::Command;
use daiban_model::case::event::Outcome;
use daiban_model::deadline::Urgency;
use jiff::civil::DateTime;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Open;
use crate::desk::{desk, today};
use crate::load::Load;
use crate::parts::{Field, Go, Icon, end};
use crate::route::Route;
use crate::{dates, say, transport, words};

/// What is being written about a step.
type Writing = RwSignal<Option<(StepNo, StepOffer)>>;

/// The steps of a bundle, by department.
#[component]
pub(super) fn Bundle(open: Open) -> impl IntoView {
    let writing: Writing = RwSignal::new(None);
    let view = move || {
        open.page.with(|page| match page {
            Load::Ready(page) => page.bundle.as_ref().map(|view| whole(view, writing).into_any()),
            _ => None,
        })
    };
    let part = move || {
        open.page.with(|page| match page {
            Load::Ready(page) => page.part_of.as_ref().map(part_of),
            _ => None,
        })
    };
    view! { {part}{view}<Written open writing/> }
}

/// 这是哪件事里的一步
fn part_of(part: &PartView) -> impl IntoView + use<> {
    view! {
        <p class="note" data-test="part-of">
            <Icon name="list"/>
            <span>{t!("bundle.part_of", name = part.name, number = part.number)}</span>
            " "
            <Go to=Route::Case(part.lead) test="to-whole">{t!("bundle.to_whole")}</Go>
        </p>
    }
}

fn whole(view: &BundleView, writing: Writing) -> impl IntoView + use<> {
    let counts = |step: &&StepView| !matches!(step.standing, Standing::Dropped);
    let all = view.steps.iter().filter(counts).count();
    let done = view.steps.iter().filter(|step| matches!(step.standing, Standing::Done { .. })).count();
    let columns = view.steps.iter().map(|step| step.rank).max().unwrap_or(0);
    let heads = (0..=columns).map(|rank| {
        let name = if rank == 0 { t!("bundle.first") } else { t!("bundle.then") };
        view! { <th scope="col">{name}</th> }
    });
    let rows = view.tracks.iter().map(|track| row(view, track, columns, writing)).collect_view();
    let gentle = (view.tone == Tone::Gentle).then(|| {
        view! { <p class="note"><Icon name="info"/><span>{t!("bundle.gentle")}</span></p> }
    });
    let untold = view.untold.iter().map(|untold| {
        let names = names(view, &untold.steps);
        let text = t!("bundle.untold", field = say::field(untold.field), names = names);
        view! { <p class="note note-warn" data-test="untold"><Icon name="phone"/><span>{text}</span></p> }
    });
    let others = (view.pending == Pending::Others).then(|| {
        view! { <p class="note"><Icon name="hour"/><span>{t!("bundle.pending_others")}</span></p> }
    });
    let half_day = view.minutes.map(|minutes| t!("bundle.minutes", h = minutes / 60, m = minutes % 60));
    view! {
        <section id="tracks" class="stack" aria-labelledby="h-tracks" data-test="bundle">
            <div class="sec-head">
                <h2 id="h-tracks">{t!("bundle.tracks")}</h2>
                <span class="push" data-test="bundle-count">
                    {state(view.state)}"，"{t!("bundle.tracks_n", done = done, n = all)}
                </span>
            </div>
            {gentle}
            {untold.collect_view()}
            {others}
            <div class="scroll-x">
                <table class="table tracks">
                    <thead><tr><th scope="col">{t!("bundle.department")}</th>{heads.collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="small quiet" data-test="bundle-minutes">{half_day}</p>
        </section>
    }
}

fn state(state: State) -> &'static str {
    match state {
        State::Waiting => t!("bundle.state_waiting"),
        State::Running => t!("bundle.state_running"),
        State::Done { .. } => t!("bundle.state_done"),
        State::Ended { .. } => t!("bundle.state_ended"),
    }
}

fn row(view: &BundleView, track: &Lane, columns: u8, writing: Writing) -> impl IntoView + use<> {
    let own: Vec<&StepView> = view.steps.iter().filter(|step| track.steps.contains(&step.no)).collect();
    let cells = (0..=columns).map(|rank| {
        let nodes = own.iter().filter(|step| step.rank == rank).map(|step| node(view, step, writing));
        view! { <td>{nodes.collect_view()}</td> }
    });
    view! { <tr><th scope="row">{track.department.clone()}</th>{cells.collect_view()}</tr> }
}

fn node(view: &BundleView, step: &StepView, writing: Writing) -> impl IntoView + use<> {
    let late = step.end.as_ref().and_then(|clock| clock.urgency);
    let (class, icon) = match (&step.standing, late) {
        (Standing::Done { .. }, _) => ("node node-done", "done"),
        (Standing::Refused { .. } | Standing::Stuck, _) => ("node node-mine", "lack"),
        (Standing::Open { .. }, Some(Urgency::Late)) => ("node node-mine", "late"),
        (Standing::Open { .. }, Some(Urgency::Soon)) => ("node node-mine", "hour"),
        (Standing::Open { .. } | Standing::Ready { .. }, _) => ("node node-wait", "hour"),
        (Standing::Waits { .. } | Standing::Dropped, _) => ("node node-none", "clock"),
    };
    let named = step.name.clone();
    let name = match step.case {
        Some(case) => view! { <Go to=Route::Case(case)>{named.clone()}</Go> }.into_any(),
        None => named.into_any(),
    };
    let marks = [
        (step.kind == StepKind::Outside).then_some(t!("bundle.outside")),
        (step.kind == StepKind::Check).then_some(t!("bundle.check")),
        (step.need == Need::Optional).then_some(t!("bundle.optional")),
        (step.handed_out == HandedOut::Done).then_some(t!("bundle.handed_out")),
        (step.handed_out == HandedOut::Waits).then_some(t!("bundle.results_wait")),
    ];
    let marks = marks.into_iter().flatten().collect::<Vec<_>>().join("，");
    let no = step.no;
    let button = move |offer: StepOffer| {
        let word = words::one_of("bundle", &say::code(&offer)).unwrap_or_default();
        view! {
            <button type="button" class="btn btn-sm" data-test=format!("step-{}-{}", no.0, say::code(&offer))
                on:click=move |_| writing.set(Some((no, offer)))>{word}</button>
        }
    };
    view! {
        <span class=class data-test=format!("step-{}", no.0) data-standing=say::code(&step.standing)>
            <Icon name=icon/>
            <span>
                <b>{name}</b>
                <small>{told(view, step)}</small>
                {(!marks.is_empty()).then(|| view! { <small>{marks}</small> })}
                {(!step.result.is_empty()).then(|| view! { <small>{step.result.clone()}</small> })}
                <span class="btns">{step.acts.iter().copied().map(button).collect_view()}</span>
            </span>
        </span>
    }
}

fn moment(at: DateTime) -> String {
    format!("{} {:02}:{:02}", dates::near(at.date(), today()), at.hour(), at.minute())
}

fn names(view: &BundleView, steps: &[StepNo]) -> String {
    let name = |no: &StepNo| view.steps.iter().find(|step| step.no == *no).map(|step| step.name.clone());
    steps.iter().filter_map(name).collect::<Vec<_>>().join("、")
}

/// Where a step stands, in words.
fn told(view: &BundleView, step: &StepView) -> String {
    let held = step.minutes.map(|minutes| t!("bundle.held", h = minutes / 60, m = minutes % 60));
    let with_held = |text: String| [Some(text), held].into_iter().flatten().collect::<Vec<_>>().join("，");
    match &step.standing {
        Standing::Waits { steps } if steps.is_empty() => t!("bundle.waits_acceptance").to_owned(),
        Standing::Waits { steps } => t!("bundle.waits", names = names(view, steps)),
        Standing::Ready { .. } => t!("bundle.ready").to_owned(),
        Standing::Open { since } => match step.end.as_ref().filter(|clock| clock.due.date().is_some()) {
            Some(clock) => t!("bundle.open_until", since = moment(*since), end = end(clock.due)),
            None => t!("bundle.open", since = moment(*since)),
        },
        Standing::Done { at, .. } => with_held(t!("bundle.done", at = moment(*at))),
        Standing::Refused { at, .. } => with_held(t!("bundle.refused", at = moment(*at))),
        Standing::Dropped => t!("bundle.dropped").to_owned(),
        Standing::Stuck => t!("bundle.stuck").to_owned(),
    }
}

/// The few words that go with an act on a step.
#[component]
fn Written(open: Open, writing: Writing) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let outcome = RwSignal::new(None::<Outcome>);
    let send = move |command: Command| {
        let id = open.id;
        spawn_local(async move {
            match transport::call(Act { id, command }).await {
                Ok(page) => {
                    desk().failed.set(None);
                    let _ = open.page.try_set(Load::Ready(page));
                    let _ = writing.try_set(None);
                }
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let submit = move || {
        let words = said.get_untracked().trim().to_owned();
        match (writing.get_untracked(), outcome.get_untracked()) {
            (Some((step, StepOffer::Ask)), _) => send(Command::AskStep { step }),
            (Some((step, StepOffer::Answer)), Some(outcome)) => {
                send(Command::AnswerStep { step, outcome, result: words });
            }
            (Some((step, StepOffer::Drop)), _) => send(Command::DropStep { step, reason: words }),
            (Some((_, StepOffer::Answer)) | None, _) => {}
        }
    };
    Effect::new(move |_| {
        writing.track();
        said.set(String::new());
        outcome.set(None);
    });
    let choice = move |it: Outcome, word: &'static str| {
        view! {
            <label data-test=format!("answer-{}", say::code(&it))>
                <input type="radio" name="step-outcome" prop:checked=move || outcome.get() == Some(it)
                    on:change=move |_| outcome.set(Some(it))/>
                {word}
            </label>
        }
    };
    let name = move |(no, _): (StepNo, StepOffer)| {
        open.page.with(|page| match page {
            Load::Ready(page) => page.bundle.as_ref().map(|view| names(view, &[no])).unwrap_or_default(),
            _ => String::new(),
        })
    };
    let form = move |(no, offer): (StepNo, StepOffer)| {
        let ask = match offer {
            StepOffer::Ask => None,
            StepOffer::Answer => Some(t!("bundle.answer_words")),
            StepOffer::Drop => Some(t!("bundle.drop_why")),
        };
        let value = Signal::derive(move || said.get());
        let outcomes = (offer == StepOffer::Answer).then(|| {
            view! {
                <span class="seg" role="group" aria-label=t!("bundle.answer")>
                    {choice(Outcome::Granted, t!("bundle.answer_done"))}
                    {choice(Outcome::Denied, t!("bundle.answer_refused"))}
                </span>
            }
        });
        view! {
            <form class="note note-next act-form" data-test="step-form"
                on:submit=move |event| { event.prevent_default(); submit(); }>
                <Icon name="edit"/>
                <div class="stack">
                    <h2>{name((no, offer))}"："{words::one_of("bundle", &say::code(&offer))}</h2>
                    {outcomes}
                    {ask.map(|label| view! { <Field id="step-words" label value typed=move |text| said.set(text)/> })}
                    <div class="btns">
                        <button type="submit" class="btn btn-go" data-test="step-do">{t!("bundle.do")}</button>
                        <button type="button" class="btn btn-text" on:click=move |_| writing.set(None)>
                            {t!("bundle.not_now")}
                        </button>
                    </div>
                </div>
            </form>
        }
    };
    move || writing.get().map(form)
}
