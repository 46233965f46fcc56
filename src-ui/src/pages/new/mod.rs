//! 新办件: one question a step, the left column remembers, every keystroke is kept.

mod bundle;
mod check;
mod items;
mod mandate;
mod papers;
mod person;
mod privacy;
mod register;
mod slip;
mod work;

use daiban_model::api::{Draft, DraftId, Failure, GetDraft, StartDraft, Step};
use leptos::prelude::*;
use leptos::task::spawn_local;

use self::work::Work;
use crate::desk::desk;
use crate::load::Load;
use crate::parts::{Bad, Dialog, FailNote, FocusBar, Skeleton, Step as StepLine, VSteps};
use crate::route::Route;
use crate::{dates, say, transport};

/// The page of a new case: begins a draft, or goes on with one.
#[component]
pub fn NewCasePage(draft: Option<String>) -> impl IntoView {
    let opened = RwSignal::new(Load::<Box<Draft>>::Waiting);
    let id = draft.as_deref().and_then(|id| id.parse().ok()).map(DraftId);
    spawn_local(async move {
        let reply = match id {
            Some(id) => transport::call(GetDraft { id }).await,
            // The place remembers the draft, so that locking and reloading come back to it.
            None => match transport::call(StartDraft { from: None, item: None }).await {
                Ok(draft) => return desk().router.note(Route::New(Some(draft.id.0.to_string()))),
                Err(failure) => Err(failure),
            },
        };
        let _ = opened.try_set(reply.map_or_else(Load::Failed, Load::Ready));
    });
    move || {
        opened.with(|opened| match opened {
            Load::Waiting => view! { <main class="page" id="main"><Skeleton/></main> }.into_any(),
            Load::Failed(failure) => {
                let text =
                    if *failure == Failure::NotFound { t!("new.gone").to_owned() } else { say::failure(failure) };
                let back = move |()| desk().router.go(Route::Today);
                view! {
                    <FocusBar back back_word=t!("new.to_today") title=t!("new.title")/>
                    <main class="page" id="main"><Bad text/></main>
                }
                .into_any()
            }
            Load::Ready(draft) => view! { <Steps draft=(**draft).clone()/> }.into_any(),
        })
    }
}

/// The steps in their order.
const ORDER: [Step; 6] = [Step::Person, Step::Items, Step::Papers, Step::Mandate, Step::Check, Step::Slip];

fn index(step: Step) -> usize {
    ORDER.iter().position(|it| *it == step).unwrap_or(0)
}

#[component]
fn Steps(draft: Draft) -> impl IntoView {
    let work = Work::start(draft);
    let step = Memo::new(move |_| work.draft.with(|draft| draft.step));
    Effect::new(move |_| {
        step.track();
        work.errors.set(Vec::new());
        request_animation_frame(move || work.put_cursor());
    });
    let leave = move |()| work.leave();
    let lines = Signal::derive(move || summary(work));
    let go = move |index: usize| {
        if let Some(step) = ORDER.get(index) {
            work.go(*step);
        }
    };
    let esc = Signal::derive(move || matches!(step.get(), Step::Person | Step::Slip));
    view! {
        <FocusBar back=leave back_word=t!("new.put_by") title=t!("new.title") esc/>
        <main class="focus-page" id="main" tabindex="-1" data-page="new" data-step=move || say::code(&step.get())
            on:focusin=move |event| work.note_focus(&event)>
            <div class="step">
                <aside class="step-side">
                    <VSteps steps=lines closed=Signal::derive(move || work.taken.with(Option::is_some))
                        at=Signal::derive(move || index(step.get())) go/>
                    <Throw work/>
                </aside>
                <div class="step-main">
                    {move || match step.get() {
                        Step::Person => view! { <person::PersonStep work/> }.into_any(),
                        Step::Items => view! { <items::ItemsStep work/> }.into_any(),
                        Step::Papers => view! { <papers::PapersStep work/> }.into_any(),
                        Step::Mandate => view! { <mandate::MandateStep work/> }.into_any(),
                        Step::Check => view! { <check::CheckStep work/> }.into_any(),
                        Step::Slip => view! { <slip::SlipStep work/> }.into_any(),
                    }}
                </div>
            </div>
        </main>
    }
}

/// A draft that is not wanted any more. Nothing was registered, so nothing has to be told to anyone.
#[component]
fn Throw(work: Work) -> impl IntoView {
    let open = RwSignal::new(false);
    let title = Signal::derive(|| t!("new.throw_title").to_owned());
    view! {
        <Show when=move || work.taken.with(Option::is_none)>
            <button type="button" class="btn btn-text" data-test="throw" on:click=move |_| open.set(true)>
                {t!("new.throw")}
            </button>
        </Show>
        <Dialog id="throw-dialog" open title>
            <p>{t!("new.throw_note")}</p>
            <div class="btns">
                <button type="button" class="btn btn-danger" data-test="throw-yes" on:click=move |_| work.throw_away()>
                    {t!("new.throw_yes")}
                </button>
                <button type="button" class="btn" data-primary="" data-test="throw-no"
                    on:click=move |_| open.set(false)>
                    {t!("new.throw_no")}
                </button>
            </div>
        </Dialog>
    }
}

/// The left column: what was answered, in a few words.
fn summary(work: Work) -> Vec<StepLine> {
    use daiban_model::case::event::{Help, PaperState};
    work.draft.with(|draft| {
        let missing = draft.papers.iter().filter(|paper| paper.state == Some(PaperState::Missing)).count();
        let there = draft.papers.iter().filter(|paper| paper.state.is_some()).count() - missing;
        let papers = if missing == 0 {
            t!("new.papers_there", n = there)
        } else {
            t!("new.papers_some", n = there, missing = missing)
        };
        let mandate = if draft.help == Help::Proxy {
            t!("new.mandate_until", day = dates::typed(&draft.mandate.until))
        } else {
            t!("new.no_mandate").to_owned()
        };
        let bundle = work.preview.with(|preview| preview.as_ref()?.bundle.as_ref().map(|bundle| bundle.name.clone()));
        let items = match &draft.bundle {
            Some(_) => bundle.unwrap_or_default(),
            None => t!("new.items_n", n = draft.items.len()),
        };
        let line = |name: &'static str, answer: String| StepLine { name, answer };
        vec![
            line(t!("new.step_person"), draft.person.name.clone()),
            line(t!("new.step_items"), items),
            line(t!("new.step_papers"), papers),
            line(t!("new.step_mandate"), mandate),
            line(t!("new.step_check"), String::new()),
            line(t!("new.step_slip"), String::new()),
        ]
    })
}

/// The bar under a step: the one primary action, and a step back.
#[component]
fn StepBar(work: Work, here: Step, go: &'static str, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let at = index(here);
    let next = ORDER.get(at + 1).copied().unwrap_or(Step::Slip);
    let before = at.checked_sub(1).and_then(|at| ORDER.get(at)).copied();
    let back = before.map(|before| {
        view! {
            <button type="button" class="btn btn-text" data-back="" data-test="step-back"
                on:click=move |_| work.go(before)>
                {t!("new.back")}
            </button>
        }
    });
    view! {
        <div class="step-bar">
            <button type="button" class="btn btn-go btn-big" data-primary="" data-test="step-next"
                on:click=move |_| work.advance(here, next)>
                {go}<kbd>"Enter"</kbd>
            </button>
            {back}
            {children.map(|children| children())}
        </div>
    }
}

/// The head of a step: the question, what to do, and what stands in the way.
#[component]
fn StepHead(work: Work, #[prop(into)] title: Signal<String>, lead: &'static str) -> impl IntoView {
    view! {
        <header class="step-head stack-1">
            <h1>{title}</h1>
            {(!lead.is_empty()).then(|| view! { <p class="lead">{lead}</p> })}
            <FailNote/>
            <work::Errors work/>
        </header>
    }
}
