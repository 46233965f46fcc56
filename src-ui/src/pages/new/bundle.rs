//! 一件事: several items of several departments taken as one. First the questions, then only what applies.

use daiban_model::api::{BundlePreview, BundleRow, DraftBundle, GuideStep};
use daiban_model::bundle::{Handling, Question, Tone};
use leptos::prelude::*;

use super::work::Work;
use crate::parts::{Icon, length};

/// How many bundles stand above the items that were found.
const SHOWN: usize = 4;

/// The bundles that a search found, above the items.
pub(super) fn found(work: Work, bundles: &[BundleRow], all: Shown) -> impl IntoView + use<> {
    let count = if all == Shown::All { bundles.len() } else { SHOWN };
    let rows = bundles.iter().take(count).cloned().map(|row| offer(work, row)).collect_view();
    (!bundles.is_empty()).then(|| {
        view! {
            <section class="stack-1" aria-label=t!("bundle.found") data-test="bundle-list">
                <h2 class="sub-head">{t!("bundle.found")}</h2>
                <div class="pick">{rows}</div>
            </section>
        }
    })
}

/// How many of the bundles are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Every one.
    All,
    /// The nearest.
    Some,
}

fn offer(work: Work, row: BundleRow) -> impl IntoView {
    let id = row.id.clone();
    let guides = row.handling == Handling::GuidesOnly;
    let note = if guides {
        t!("bundle.row_guide", n = row.steps)
    } else {
        t!("bundle.row", n = row.steps, term = length(row.promised))
    };
    let take = move |_| {
        let id = id.clone();
        work.edit(move |draft| {
            draft.items.clear();
            draft.bundle = Some(DraftBundle { id, answers: Default::default() });
        });
    };
    view! {
        <div class="pick-row" data-test="bundle-option" data-bundle=row.id.to_string()>
            <Icon name="list"/>
            <span><b>{row.name}</b></span>
            <span class="meta">{note}</span>
            <span class="end">
                {(!guides).then(|| view! {
                    <button type="button" class="btn btn-sm" data-test="bundle-take" on:click=take>
                        {t!("bundle.take")}
                    </button>
                })}
            </span>
        </div>
    }
}

/// The questions of the bundle that was taken.
#[component]
pub(super) fn Questions(work: Work) -> impl IntoView {
    let preview = Memo::new(move |_| {
        work.preview.with(|preview| preview.as_ref().and_then(|preview| preview.bundle.as_ref().map(asked)))
    });
    let back = move |_| work.edit(|draft| draft.bundle = None);
    let body = move || {
        preview.get().map(|asked| {
            let gentle = (asked.tone == Tone::Gentle).then(|| {
                view! { <p class="note"><Icon name="info"/><span>{t!("bundle.gentle")}</span></p> }
            });
            view! {
                <h2 class="sub-head" data-test="bundle-name">{asked.name}</h2>
                {gentle}
                {asked.questions.into_iter().enumerate().map(|(at, question)| ask(work, at, question)).collect_view()}
            }
        })
    };
    view! {
        <section class="stack" data-test="bundle-questions">
            {body}
            <p>
                <button type="button" class="link" data-test="bundle-back" on:click=back>
                    {t!("bundle.back_to_items")}
                </button>
            </p>
        </section>
    }
}

/// What of a preview the questions depend on: the steps below may change without the questions being drawn anew.
#[derive(Clone, PartialEq)]
struct Asked {
    name: String,
    tone: Tone,
    questions: Vec<Question>,
}

fn asked(preview: &BundlePreview) -> Asked {
    Asked { name: preview.name.clone(), tone: preview.tone, questions: preview.questions.clone() }
}

fn ask(work: Work, at: usize, question: Question) -> impl IntoView {
    let name = format!("bundle.{}", question.id);
    let plain = [t!("bundle.yes"), t!("bundle.no")];
    let option = |(place, answer): (usize, daiban_model::bundle::Answer)| {
        let place = u8::try_from(place).unwrap_or(u8::MAX);
        let (id, group) = (question.id.clone(), name.clone());
        let mine = id.clone();
        let chosen = move || {
            work.draft.with(|draft| draft.bundle.as_ref().and_then(|it| it.answers.get(&mine).copied()) == Some(place))
        };
        let take = move |_| {
            let id = id.clone();
            work.edit(move |draft| {
                if let Some(bundle) = &mut draft.bundle {
                    bundle.answers.insert(id, place);
                }
            });
        };
        let words = match answer.text.is_empty() {
            true => plain.get(usize::from(place)).copied().unwrap_or_default().to_owned(),
            false => answer.text,
        };
        let first = (at == 0 && place == 0).then_some("");
        view! {
            <label data-test=format!("answer-{}-{place}", question.id)>
                <input type="radio" name=group data-first=first prop:checked=chosen on:change=take/>
                {words}
            </label>
        }
    };
    let options = question.answers.iter().cloned().enumerate().map(option).collect_view();
    let spoken = question.text.clone();
    view! {
        <div class="field" role="group" aria-label=spoken>
            <span class="legend">{question.text.clone()}</span>
            <span class="seg" id=name.clone()>{options}</span>
        </div>
    }
}

/// The steps that apply, beside the questions.
#[component]
pub(super) fn StepsThatApply(work: Work) -> impl IntoView {
    let steps = Memo::new(move |_| {
        work.preview.with(|preview| {
            preview.as_ref().and_then(|it| it.bundle.as_ref()).map(|it| it.steps.clone()).unwrap_or_default()
        })
    });
    let papers = Memo::new(move |_| work.draft.with(|draft| draft.papers.len()));
    let line = |step: GuideStep| {
        let after = match step.after.is_empty() {
            true => t!("bundle.at_once").to_owned(),
            false => t!("bundle.after", names = step.after.join("、")),
        };
        view! { <li>{step.name}<br/><span class="small quiet">{step.department}"，"{after}</span></li> }
    };
    let merged = move || (papers.get() > 0).then(|| t!("items.papers", n = papers.get()));
    view! {
        <Show when=move || !steps.with(Vec::is_empty)
            fallback=|| view! { <p class="quiet">{t!("bundle.asked_open")}</p> }>
            <h2 class="sec-head" data-test="bundle-steps-count">
                {move || t!("bundle.steps_title", n = steps.with(Vec::len))}
            </h2>
            <ol class="chosen" data-test="bundle-steps">{move || steps.get().into_iter().map(line).collect_view()}</ol>
            <p class="keeps-line" data-test="chosen-papers">{merged}</p>
        </Show>
    }
}
