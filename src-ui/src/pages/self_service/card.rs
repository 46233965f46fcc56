//! One card: the steps on the left, the one task on the right.

use daiban_model::api::{ListSelfPapers, MatterRow};
use daiban_model::bundle::Answer;
use daiban_model::case::field::Field;
use daiban_model::case::typed;
use daiban_model::self_service::{FACTS, Task};
use leptos::prelude::*;

use super::{Shown, Work, cards, fact_name, idle_of, task_name};
use crate::desk::{desk, today};
use crate::load::{load, show};
use crate::once::is_second;
use crate::parts::{FailNote, Field as FieldBox, Icon};
use crate::{keys, say};

/// The card that is open.
pub(super) fn card(work: Work, row: MatterRow) -> AnyView {
    let all = cards(&row);
    let names: Vec<String> = all.iter().map(|task| task_name(*task)).collect();
    let of = all.len();
    let steps = move || {
        let at = work.step.get();
        let line = |(index, name): (usize, &String)| {
            let (done, now) = (index < at, (index == at).then_some("step"));
            view! { <li class:is-done=done aria-current=now><b>{name.clone()}</b></li> }
        };
        names.iter().enumerate().map(line).collect_view()
    };
    let task = move || {
        let at = work.step.get();
        match (work.shown.get(), all.get(at)) {
            (Shown::Steps, _) => covered(work),
            (_, Some(task)) => open(work, &row, *task),
            _ => ().into_any(),
        }
    };
    view! {
        <main class="focus-page self" id="main" tabindex="-1" data-page="self-card"
            data-step=move || work.step.get().to_string()>
            <div class="step">
                <aside class="step-side">
                    <p class="quiet" data-test="self-place">
                        {move || t!("self.place", at = work.step.get() + 1, of = of)}
                    </p>
                    <ol class="vsteps" aria-label=t!("self.steps")>{steps}</ol>
                    <Guide work/>
                </aside>
                <div class="step-main">{task}</div>
            </div>
        </main>
    }
    .into_any()
}

/// The guide comes to help: what was typed is covered, the steps stay.
#[component]
fn Guide(work: Work) -> impl IntoView {
    let turn = move |_| {
        work.shown.update(|shown| *shown = if *shown == Shown::Steps { Shown::Card } else { Shown::Steps });
    };
    let word = move || if work.shown.get() == Shown::Steps { t!("self.uncover") } else { t!("self.cover") };
    view! {
        <button type="button" class="btn" data-test="self-cover" on:click=turn><Icon name="users"/>{word}</button>
    }
}

fn covered(work: Work) -> AnyView {
    view! {
        <header class="step-head stack-1">
            <h1>{t!("self.covered_title")}</h1>
            <p class="lead" data-test="self-covered">{t!("self.covered", at = work.step.get() + 1)}</p>
        </header>
    }
    .into_any()
}

fn open(work: Work, row: &MatterRow, task: Task) -> AnyView {
    let next = move || work.go(work.step.get_untracked() + 1);
    match task {
        Task::Told => {
            let screen = t!("self.told_screen", n = idle_of(work).wipe_s);
            let list =
                [screen.as_str(), t!("privacy.who"), t!("privacy.what"), t!("privacy.rights")].map(str::to_owned);
            let list = view! { <ul class="stack-1">{list.map(|line| view! { <li>{line}</li> })}</ul> };
            framed(work, t!("privacy.title").to_owned(), list.into_any(), t!("self.told"), next)
        }
        Task::Question { at } => question(work, row, at),
        Task::Fact { field } => fact(work, row, field),
        Task::Papers => {
            let (matter, answers) = (row.matter.clone(), work.answers.get_untracked());
            let papers = load(move || Some(ListSelfPapers { matter: matter.clone(), answers: answers.clone() }));
            let list = show(papers, |papers: &Vec<String>| match papers.is_empty() {
                true => view! { <p>{t!("self.no_papers")}</p> }.into_any(),
                false => {
                    let line = |name: String| view! { <li>{name}</li> };
                    view! { <ol data-test="self-papers">{papers.iter().cloned().map(line).collect_view()}</ol> }
                        .into_any()
                }
            });
            framed(work, t!("self.papers").to_owned(), list.into_any(), t!("self.next"), next)
        }
        Task::Check => {
            let list = everything(work, row);
            framed(work, t!("self.check").to_owned(), list, t!("self.leave_all"), move || work.leave())
        }
    }
}

/// What was answered and typed, card by card, each to be changed.
fn everything(work: Work, row: &MatterRow) -> AnyView {
    let line = |(step, task): (usize, Task)| {
        let (name, said) = match task {
            Task::Question { at } => {
                let question = row.questions.get(usize::from(at))?;
                let place = work.answers.with_untracked(|answers| answers.get(&question.id).copied());
                let answer =
                    place.and_then(|place| Some((usize::from(place), question.answers.get(usize::from(place))?)));
                (question.text.clone(), answer.map(|(place, answer)| words_of(place, answer)))
            }
            Task::Fact { field } => {
                let place = FACTS.iter().position(|asked| *asked == field)?;
                let text = work.facts.with_untracked(|facts| facts.get(place).cloned());
                (fact_name(field).to_owned(), text.filter(|text| !text.trim().is_empty()))
            }
            _ => return None,
        };
        let label = t!("self.change_what", what = name);
        Some(view! {
            <div>
                <dt>{name}</dt>
                <dd class="row">
                    <span>{said.unwrap_or_else(|| t!("self.empty").to_owned())}</span>
                    <button type="button" class="btn btn-text push" aria-label=label
                        data-test=format!("self-change-{step}") on:click=move |_| work.change(step)>
                        {t!("self.change")}
                    </button>
                </dd>
            </div>
        })
    };
    let lines = cards(row).into_iter().enumerate().filter_map(line).collect_view();
    view! { <dl class="facts facts-wide" data-test="self-facts">{lines}</dl> }.into_any()
}

/// An answer that has no words of its own is yes or no.
fn words_of(place: usize, answer: &Answer) -> String {
    let plain = [t!("bundle.yes"), t!("bundle.no")];
    if answer.text.is_empty() { plain.get(place).copied().unwrap_or_default().to_owned() } else { answer.text.clone() }
}

/// A question: each answer is a button and leads on.
fn question(work: Work, row: &MatterRow, at: u8) -> AnyView {
    let Some(question) = row.questions.get(usize::from(at)).cloned() else { return ().into_any() };
    // By other answers other papers are to be brought.
    let papers = cards(row).len().saturating_sub(2);
    let id = question.id;
    let answer = |(place, answer): (usize, Answer)| {
        let words = words_of(place, &answer);
        let (id, place) = (id.clone(), u8::try_from(place).unwrap_or(u8::MAX));
        let chosen = work.answers.with_untracked(|answers| answers.get(&id) == Some(&place));
        let take = move |click: web_sys::MouseEvent| {
            // A double tap answers no question that was not read.
            if is_second(&click) {
                return;
            }
            work.answers.update(|answers| {
                answers.insert(id.clone(), place);
            });
            work.on(papers);
        };
        view! {
            <button type="button" class="btn btn-big" aria-pressed=chosen.to_string()
                data-first=(place == 0).then_some("") data-test=format!("self-answer-{place}") on:click=take>
                {chosen.then(|| view! { <Icon name="check"/> })}{words}
            </button>
        }
    };
    let answers = question.answers.into_iter().enumerate().map(answer).collect_view();
    view! {
        <header class="step-head stack-1"><h1 data-test="self-question">{question.text}</h1><FailNote/></header>
        <div class="step-body"><div class="btns">{answers}</div></div>
        <div class="step-bar">{ways_out(work)}</div>
    }
    .into_any()
}

/// One fact, typed. What is not known stays empty; what is typed and cannot be right is said here, where it can be looked up.
fn fact(work: Work, row: &MatterRow, field: Field) -> AnyView {
    let check = cards(row).len().saturating_sub(1);
    let wrong = RwSignal::new(None::<String>);
    let place = FACTS.iter().position(|asked| *asked == field).unwrap_or(FACTS.len());
    let value = Signal::derive(move || work.facts.with(|facts| facts.get(place).cloned().unwrap_or_default()));
    let typed = move |text: String| {
        wrong.set(None);
        work.facts.update(|facts| {
            if let Some(fact) = facts.get_mut(place) {
                *fact = text;
            }
        });
    };
    let next = move || {
        let text = value.get_untracked();
        match typed::field(field, &text, today()) {
            Err((code, arg)) if !text.trim().is_empty() => {
                wrong.set(Some(say::fault(code, &arg)));
                keys::focus("#fact");
            }
            _ => work.on(check),
        }
    };
    let name = fact_name(field).to_owned();
    let mode = if matches!(field, Field::Phone) { "tel" } else { "text" };
    let input = view! {
        <FieldBox id="fact" label=name.clone() hint=t!("self.may_be_empty").to_owned() value typed wrong
            class="input input-big" mode/>
    };
    framed(work, t!("self.fact_title", what = name), input.into_any(), t!("self.next"), next)
}

/// A card with one primary action.
fn framed(work: Work, title: String, body: AnyView, word: &'static str, next: impl Fn() + 'static) -> AnyView {
    view! {
        <header class="step-head stack-1"><h1>{title}</h1><FailNote/></header>
        <div class="step-body">{body}</div>
        <div class="step-bar">
            <button type="button" class="btn btn-go btn-big" data-primary="" data-first="" data-test="self-next"
                on:click=move |click| if !is_second(&click) { next() }>
                {word}<kbd>"Enter"</kbd>
            </button>
            {ways_out(work)}
        </div>
    }
    .into_any()
}

/// One step back, a code for what is there, or away with it.
fn ways_out(work: Work) -> AnyView {
    let at = work.step.get_untracked();
    let back = (at > 0).then(|| {
        view! {
            <button type="button" class="btn btn-text" data-back="" data-test="self-step-back"
                on:click=move |_| work.go(at - 1)>
                {t!("new.back")}
            </button>
        }
    });
    let leave = (at > 0).then(|| {
        view! {
            <button type="button" class="btn" data-test="self-leave" on:click=move |_| work.leave()>{t!("self.leave")}</button>
        }
    });
    let away = move |_| {
        desk().failed.set(None);
        work.wipe();
    };
    view! {
        {back}{leave}
        <button type="button" class="btn btn-text" data-test="self-away" on:click=away>{t!("self.away")}</button>
    }
    .into_any()
}
