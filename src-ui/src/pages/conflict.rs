//! 填得不一样: two values for one field, side by side. Nothing is chosen beforehand; what is not chosen stays in the story.

use daiban_model::api::{CasePage, ConflictValue, ConflictView, Kept, Masking, OpenCase, RevealConflict, SettleField};
use daiban_model::case::field::{Field as Register, WhileDisputed};
use daiban_model::ids::CaseId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::desk::desk;
use crate::load::{load, show};
use crate::parts::{FailNote, Field, FocusBar};
use crate::route::Route;
use crate::{dates, keys, say, transport};

/// What the person answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Use(usize),
    Neither,
    Later,
}

/// The conflict of one field of one case.
#[component]
pub fn ConflictPage(case: CaseId, path: String) -> impl IntoView {
    let page = load(move || Some(OpenCase { id: case }));
    let back = move |()| desk().router.go(Route::Case(case));
    let found = move |page: CasePage| {
        let at = page.conflicts.iter().position(|conflict| conflict.field.path() == path);
        match at {
            Some(at) => view! { <Choice page at/> }.into_any(),
            None => view! {
                <div class="conf">
                    <h1>{t!("conflict.settled")}</h1>
                    <p class="lead">{t!("conflict.settled_next")}</p>
                </div>
            }
            .into_any(),
        }
    };
    view! {
        <FocusBar back back_word=t!("conflict.back") title=t!("conflict.title")/>
        <main class="focus-page" id="main" tabindex="-1" data-page="conflict">
            {show(page, move |page: &_| found(CasePage::clone(page)))}
        </main>
    }
}

#[component]
fn Choice(page: CasePage, at: usize) -> impl IntoView {
    let (id, name) = (page.row.id, page.row.name.clone());
    let Some(conflict) = page.conflicts.get(at).cloned() else { return ().into_any() };
    let answer = RwSignal::new(None::<Answer>);
    let (other, wrong) = (RwSignal::new(String::new()), RwSignal::new(None::<String>));
    let field = say::field(conflict.field);
    let rule = match conflict.field.while_disputed() {
        WhileDisputed::Waits => t!("conflict.waits"),
        WhileDisputed::GoesOn => t!("conflict.goes_on"),
    };
    let next = page.conflicts.get(at + 1).map(|next| Route::Conflict(id, next.field.path().to_owned()));
    let settle = {
        let conflict = conflict.clone();
        move || decide(id, &conflict, answer.get_untracked(), other.get_untracked(), wrong, next.clone())
    };
    let word = {
        let values = conflict.values.clone();
        move || match answer.get() {
            Some(Answer::Use(at)) => {
                t!("conflict.use_this", value = values.get(at).map(|it| it.value.clone()).unwrap_or_default())
            }
            Some(Answer::Neither) => t!("conflict.use_new").to_owned(),
            Some(Answer::Later) => t!("conflict.leave").to_owned(),
            None => t!("conflict.choose").to_owned(),
        }
    };
    let register = conflict.field;
    let version = move |(at, value)| version(id, register, value, at, answer);
    let versions = conflict.values.iter().cloned().enumerate().map(version).collect_view();
    view! {
        <div class="conf">
            <header>
                <p class="quiet">{t!("conflict.nth", n = at + 1, of = page.conflicts.len())}</p>
                <h1>{t!("conflict.which", name = name, field = field)}</h1>
                <p class="lead">{rule}</p>
            </header>
            <FailNote/>
            <form class="conf-form" on:submit=move |event| { event.prevent_default(); settle(); }>
                <fieldset class="vers"><legend class="sr">{t!("conflict.pick_one")}</legend>{versions}</fieldset>
                <div class="pick conf-more">
                    {more(Answer::Neither, answer, "neither", t!("conflict.neither"), t!("conflict.neither_note"))}
                    {more(Answer::Later, answer, "later", t!("conflict.later"), t!("conflict.later_note"))}
                </div>
                <Show when=move || answer.get() == Some(Answer::Neither)>
                    <Field id="conflict_value" label=t!("conflict.new_value", field = field) value=other
                        typed=move |text| other.set(text) wrong/>
                </Show>
                <div class="step-bar">
                    <button type="submit" class="btn btn-go btn-big" data-primary="" data-test="settle">
                        {word}
                        <kbd>"Enter"</kbd>
                    </button>
                    <span class="quiet">{t!("conflict.not_lost")}</span>
                </div>
            </form>
        </div>
    }
    .into_any()
}

fn version(
    id: CaseId,
    field: Register,
    value: ConflictValue,
    at: usize,
    answer: RwSignal<Option<Answer>>,
) -> impl IntoView {
    let (shown, mark) = (RwSignal::new(value.value), value.mark);
    let reveal = move |_| {
        let mark = mark.clone();
        spawn_local(async move {
            match transport::call(RevealConflict { id, field, mark }).await {
                Ok(revealed) => drop(shown.try_set(revealed.value)),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let eye = (value.masked == Masking::Masked).then(|| {
        view! {
            <button type="button" class="link small" data-test=format!("reveal-version-{at}")
                title=t!("case.reveal_note") on:click=reveal>
                {t!("case.reveal")}
            </button>
        }
    });
    let by = if value.by.is_empty() { t!("conflict.by_unknown").to_owned() } else { value.by };
    let when = value.at.map_or_else(|| t!("conflict.at_unknown").to_owned(), dates::moment);
    view! {
        <label class="ver" data-test=format!("version-{at}")>
            <span class="ver-pick">
                <input class="box" type="radio" name="v" prop:checked=move || answer.get() == Some(Answer::Use(at))
                    on:change=move |_| answer.set(Some(Answer::Use(at)))/>
                {t!("conflict.this_one")}
            </span>
            <span class="ver-val" data-test="version-value">{shown}</span>
            {eye}
            <dl class="facts">
                <div><dt>{t!("conflict.who")}</dt><dd>{by}</dd></div>
                <div><dt>{t!("conflict.when")}</dt><dd>{when}</dd></div>
            </dl>
        </label>
    }
}

fn more(
    it: Answer,
    answer: RwSignal<Option<Answer>>,
    test: &'static str,
    title: &'static str,
    note: &'static str,
) -> impl IntoView {
    view! {
        <label class="pick-row" data-test=test>
            <input class="box" type="radio" name="v" prop:checked=move || answer.get() == Some(it)
                on:change=move |_| answer.set(Some(it))/>
            <span><b>{title}</b></span>
            <span class="meta">{note}</span>
        </label>
    }
}

fn decide(
    id: CaseId,
    conflict: &ConflictView,
    answer: Option<Answer>,
    typed: String,
    wrong: RwSignal<Option<String>>,
    next: Option<Route>,
) {
    let desk = desk();
    let kept = match answer {
        None => return keys::focus(".ver input"),
        Some(Answer::Later) => return desk.router.go(next.unwrap_or(Route::Case(id))),
        Some(Answer::Neither) if typed.trim().is_empty() => {
            wrong.set(Some(t!("conflict.type_it").to_owned()));
            return keys::focus("#conflict_value");
        }
        Some(Answer::Neither) => Kept::Typed { value: typed.trim().to_owned() },
        Some(Answer::Use(at)) => match conflict.values.get(at) {
            Some(value) => Kept::Standing { mark: value.mark.clone() },
            None => return,
        },
    };
    let field = conflict.field;
    spawn_local(async move {
        match transport::call(SettleField { id, field, kept }).await {
            Ok(_) => {
                desk.failed.set(None);
                desk.router.go(next.unwrap_or(Route::Case(id)));
            }
            Err(failure) => desk.fail(&failure),
        }
    });
}
