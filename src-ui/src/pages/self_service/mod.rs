//! 自助专区 (R126): the screen while it is handed over. One card a screen; what is typed is in this page alone, and leaves it only when a code
//! is wanted. After a while without a key it is said, a while later the page is thrown away with everything in it.

mod card;
mod hall;

use std::time::Duration;

use daiban_model::api::{GetSelfService, LeaveForm, LeftAs, MatterRow, SelfService};
use daiban_model::bundle::Answers;
use daiban_model::case::field::Field;
use daiban_model::self_service::{FACTS, Form, Idle, Task, Watch, tasks};
use leptos::prelude::*;

pub use self::hall::Areas;
use super::unlock::UnlockPage;
use crate::desk::{anew, desk};
use crate::load::{Load, load, show};
use crate::once::{Once, is_second};
use crate::parts::{FailNote, Icon};
use crate::{dates, idle, keys, say, transport, words};

/// Every fact before anything is typed.
fn nothing() -> Vec<String> {
    vec![String::new(); FACTS.len()]
}

/// How often it is looked whether somebody is there.
const LOOK: Duration = Duration::from_millis(500);

/// What somebody has typed so far. Nothing else in this window holds it.
#[derive(Clone, Copy)]
struct Work {
    screen: RwSignal<Load<SelfService>>,
    matter: RwSignal<Option<MatterRow>>,
    step: RwSignal<usize>,
    answers: RwSignal<Answers>,
    /// In the order of [`FACTS`].
    facts: RwSignal<Vec<String>>,
    left: RwSignal<Option<LeftAs>>,
    /// What of it can be seen.
    shown: RwSignal<Shown>,
    /// When nobody was there for a while.
    warned: RwSignal<bool>,
    /// Whether a card is open once more, out of the last one.
    again: RwSignal<bool>,
    once: Once,
}

/// What stands on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// The card.
    Card,
    /// The steps alone: the guide looks.
    Steps,
    /// Somebody of the hall is to type a PIN.
    Pin,
}

/// The screen.
#[component]
pub fn SelfServicePage() -> impl IntoView {
    let work = Work {
        screen: load(|| Some(GetSelfService {})),
        matter: RwSignal::new(None),
        step: RwSignal::new(0),
        answers: RwSignal::new(Answers::new()),
        facts: RwSignal::new(nothing()),
        left: RwSignal::new(None),
        shown: RwSignal::new(Shown::Card),
        warned: RwSignal::new(false),
        again: RwSignal::new(false),
        once: Once::default(),
    };
    watch(work);
    let body = move || match work.shown.get() {
        Shown::Pin => desk().session.get_untracked().map(|session| view! { <UnlockPage session/> }.into_any()),
        _ if work.left.with(Option::is_some) => Some(code(work)),
        _ => Some(match work.matter.get() {
            Some(row) => card::card(work, row),
            None => view! {
                <main class="page" id="main" tabindex="-1" data-page="self-service">
                    {show(work.screen, move |screen: &SelfService| start(work, screen))}
                </main>
            }
            .into_any(),
        }),
    };
    view! { <Bar work/><Warning work/>{body} }
}

/// What stands above everything: the area, and how somebody of the hall comes in.
#[component]
fn Bar(work: Work) -> impl IntoView {
    let area =
        move || work.screen.with(|screen| if let Load::Ready(it) = screen { it.area.clone() } else { String::new() });
    let turn = move |_| {
        let next = if work.shown.get() == Shown::Pin { Shown::Card } else { Shown::Pin };
        work.shown.set(next);
    };
    let word = move || if work.shown.get() == Shown::Pin { t!("self.back_here") } else { t!("self.staff") };
    view! {
        <header class="top top-focus">
            <b class="song focus-title" data-test="self-area">{area}</b>
            <button type="button" class="btn btn-plain push" data-test="self-staff" on:click=turn>
                <Icon name="lock"/>{word}
            </button>
        </header>
    }
}

/// Nobody was there for a while. No dialog: any key goes to where the cursor is.
#[component]
fn Warning(work: Work) -> impl IntoView {
    let left = move || {
        let idle = idle_of(work);
        t!("self.warn", gone = idle.warn_s, left = idle.wipe_s.saturating_sub(idle.warn_s))
    };
    view! {
        <div role="alert" class="self-warn">
            <Show when=move || work.warned.get()>
                <p class="note note-warn" data-test="self-warning"><Icon name="clock"/><span>{left}</span></p>
            </Show>
        </div>
    }
}

fn idle_of(work: Work) -> Idle {
    work.screen.with_untracked(|screen| if let Load::Ready(it) = screen { it.idle } else { Idle::default() })
}

/// Looks whether somebody is there, as long as there is something to wipe.
fn watch(work: Work) {
    let last = StoredValue::new(idle::clock_ms());
    idle::touched(move || {
        last.set_value(idle::clock_ms());
        work.warned.set(false);
    });
    let look = move || {
        let begun = work.matter.with_untracked(Option::is_some) || work.shown.get_untracked() == Shown::Pin;
        match idle_of(work).watch(last.get_value(), idle::clock_ms()) {
            _ if !begun => {}
            Watch::Quiet => {}
            Watch::Warn if work.warned.get_untracked() => {}
            Watch::Warn => work.warned.set(true),
            Watch::Wipe => work.wipe(),
        }
    };
    if let Ok(handle) = set_interval_with_handle(look, LOOK) {
        on_cleanup(move || handle.clear());
    }
}

impl Work {
    /// Empties the screen, then throws the page away: what was freed in its memory is gone with it.
    fn wipe(self) {
        self.left.set(None);
        self.matter.set(None);
        self.answers.set(Answers::new());
        self.facts.set(nothing());
        self.shown.set(Shown::Card);
        anew();
    }

    fn go(self, step: usize) {
        self.step.set(step);
        self.again.set(false);
        desk().failed.set(None);
        request_animation_frame(|| keys::focus("#fact, .self [data-first]"));
    }

    /// From the last card back to one of them.
    fn change(self, step: usize) {
        self.go(step);
        self.again.set(true);
    }

    /// One card on, or, if it was open once more, to the card that follows from it.
    fn on(self, then: usize) {
        let next = self.step.get_untracked() + 1;
        self.go(if self.again.get_untracked() { then } else { next });
    }

    /// Leaves what is there for the window.
    fn leave(self) {
        let Some(row) = self.matter.get_untracked() else { return };
        let form = Form {
            matter: row.matter,
            step: u8::try_from(self.step.get_untracked()).unwrap_or(u8::MAX),
            answers: self.answers.get_untracked(),
            facts: FACTS
                .into_iter()
                .zip(self.facts.get_untracked().iter().map(|text| text.trim().to_owned()))
                .collect(),
        };
        self.once.act(async move {
            match transport::call(LeaveForm { form: Box::new(form) }).await {
                Ok(left) => {
                    self.facts.set(nothing());
                    self.answers.set(Answers::new());
                    self.left.set(Some(left));
                }
                Err(failure) => desk().fail(&failure),
            }
        });
    }
}

/// 您要办什么？
fn start(work: Work, screen: &SelfService) -> impl IntoView + use<> {
    let offer = |row: MatterRow| {
        let name = row.name.clone();
        let begin = move |_| {
            work.matter.set(Some(row.clone()));
            work.go(0);
        };
        view! {
            <button type="button" class="tile tile-press" data-test="self-matter" on:click=begin><b>{name}</b></button>
        }
    };
    view! {
        <header class="page-head"><h1>{t!("self.title")}</h1></header>
        <p class="lead">{t!("self.lead")}</p>
        <FailNote/>
        <div class="tiles">{screen.matters.iter().cloned().map(offer).collect_view()}</div>
    }
}

/// The code, large enough to be copied from where one stands. No key wipes it: the Enter that asked for it may come twice.
fn code(work: Work) -> AnyView {
    let Some(LeftAs { code, until }) = work.left.get_untracked() else { return ().into_any() };
    view! {
        <main class="page self" id="main" tabindex="-1" data-page="self-code">
            <h1>{t!("self.code_title")}</h1>
            <p class="self-code song" data-test="self-code">{code.to_string()}</p>
            <p class="lead">{t!("self.code_note", until = dates::hour(until))}</p>
            <div class="btns">
                <button type="button" class="btn btn-go btn-big" data-test="self-done"
                    on:click=move |click| if !is_second(&click) { work.wipe() }>
                    {t!("self.code_done")}
                </button>
            </div>
        </main>
    }
    .into_any()
}

/// The name of a card, without anything that stands on it.
fn task_name(task: Task) -> String {
    match task {
        Task::Question { at } => t!("self.question", n = at + 1),
        Task::Fact { field } => t!("self.fact", what = fact_name(field)),
        other => words::one_of("self_task", &say::code(&other)).unwrap_or_default().to_owned(),
    }
}

/// What a fact is called at this screen.
fn fact_name(field: Field) -> &'static str {
    if field == Field::Employer { t!("self.firm") } else { say::field(field) }
}

fn cards(row: &MatterRow) -> Vec<Task> {
    tasks(row.questions.len())
}
