//! One person, household or enterprise: what is known, what they agreed to, who belongs to them, what they have here.

mod agreed;
mod same;
mod yearly;

use daiban_model::api::{
    ActOnPerson, FactView, HouseholdView, Masking, OpenPerson, PersonPage as Content, PersonRow, RevealFact, Why,
};
use daiban_model::ids::PersonId;
use daiban_model::person::{Command, Fact, Kind};
use leptos::prelude::*;
use leptos::task::spawn_local;

use self::agreed::{Asked, Consents};
use self::same::Same;
use self::yearly::Yearly;
use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::parts::{Eye, FailNote, Go, Icon, StageTag, show_for_a_while};
use crate::route::Route;
use crate::{dates, keys, say, transport, words};

/// The page of somebody, shared by its sections.
#[derive(Clone, Copy)]
pub(super) struct Open {
    id: PersonId,
    page: RwSignal<Load<Box<Content>>>,
}

impl Open {
    /// Something of the page, followed only as far as it changes.
    fn part<T: Clone + PartialEq + Default + Send + Sync + 'static>(self, of: fn(&Content) -> T) -> Memo<T> {
        Memo::new(move |_| {
            self.page.with(|page| match page {
                Load::Ready(page) => of(page),
                _ => T::default(),
            })
        })
    }

    /// Writes something down and shows what came of it.
    fn act(self, command: Command, done: impl FnOnce() + 'static) {
        let id = self.id;
        spawn_local(async move {
            match transport::call(ActOnPerson { id, command }).await {
                Ok(page) => {
                    desk().failed.set(None);
                    let _ = self.page.try_set(Load::Ready(page));
                    done();
                }
                Err(failure) => desk().fail(&failure),
            }
        });
    }
}

/// The page of somebody.
#[component]
pub fn PersonPage(person: PersonId) -> impl IntoView {
    let page = load(move || {
        desk().exchanged.track();
        Some(OpenPerson { id: person })
    });
    let open = Open { id: person, page };
    let ready = Memo::new(move |_| page.with(|page| matches!(page, Load::Ready(_))));
    view! {
        <main class="page" id="main" tabindex="-1" data-page="person">
            {show(page, |page: &_| head(Content::clone(page)))}
            <FailNote/>
            <Show when=move || ready.get()>
                <Same open/>
                <div class="two case-body">
                    <div class="stack-5"><Facts open/><Household open/><Cases open/></div>
                    <div class="stack-5"><Yearly open/><Consents open/><Asked open/></div>
                </div>
            </Show>
        </main>
    }
}

fn head(page: Content) -> impl IntoView {
    let row = page.row;
    let kind = words::one_of("person_kind", &say::code(&row.kind)).unwrap_or_default();
    let age = row.age.map(|age| t!("person.age", age = age)).unwrap_or_default();
    let registered = page.registered.map(|it| t!("kept.registered", by = it.by, at = dates::moment(it.at)));
    let told = page.told.map(|(written, version, how)| {
        let how = words::one_of("telling", &say::code(&how)).unwrap_or_default();
        t!("kept.told", at = dates::moment(written.at), how = how, version = version)
    });
    let child = page.child_until.map(|day| {
        view! {
            <p class="note note-warn" data-test="child">
                <Icon name="user"/><span>{t!("kept.child", day = dates::full(day))}</span>
            </p>
        }
    });
    let care: Vec<&str> = page.care.iter().filter_map(|need| words::one_of("care", &say::code(need))).collect();
    let care = (!care.is_empty()).then(|| {
        view! { <p class="ok-note" data-test="care"><Icon name="user"/>{t!("kept.care", list = care.join("、"))}</p> }
    });
    view! {
        <header class="case-head">
            <div class="case-title">
                <p class="small quiet">{kind}"　"{row.place}</p>
                <h1 data-test="person-name">{row.name}</h1>
                <p class="case-who"><span class="num">{row.number_masked}</span>{age}</p>
                <p class="small quiet">{registered}"　"{told}</p>
                {care}
            </div>
        </header>
        {child}
    }
}

/// What is known.
#[component]
fn Facts(open: Open) -> impl IntoView {
    let facts = open.part(|page| page.facts.clone());
    let editing = RwSignal::new(None::<Fact>);
    let line = move |view: FactView| fact_line(open, view, editing);
    view! {
        <section aria-labelledby="h-facts">
            <div class="sec-head"><h2 id="h-facts">{t!("kept.facts")}</h2></div>
            <dl class="check" data-test="facts">{move || facts.get().into_iter().map(line).collect_view()}</dl>
        </section>
    }
}

/// The name of a register, as on the paper form.
pub(super) fn fact_word(fact: Fact) -> &'static str {
    words::one_of("fact", &fact.path().replace('.', "_")).unwrap_or_default()
}

fn fact_line(open: Open, it: FactView, editing: RwSignal<Option<Fact>>) -> impl IntoView {
    let (fact, name, masked) = (it.fact, fact_word(it.fact), it.masked);
    let shown = RwSignal::new(it.value.clone());
    let id = open.id;
    let reveal = move |why: Why| {
        spawn_local(async move {
            match transport::call(RevealFact { id, fact, why }).await {
                Ok(revealed) => show_for_a_while(shown, revealed.value),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let eye = (masked == Masking::Masked).then(|| {
        view! { <Eye test=format!("reveal-{}", fact.path()) chosen=Callback::new(reveal)/> }
    });
    let others = (!it.others.is_empty()).then(|| {
        view! { <span class="quiet small" data-test="others">{t!("kept.others", list = it.others.join("；"))}</span> }
    });
    let edit = move |_| {
        editing.set(Some(fact));
        request_animation_frame(|| keys::focus("#edit_fact"));
    };
    let value = if masked != Masking::Whole { String::new() } else { it.value };
    view! {
        <div data-test=format!("fact-{}", fact.path())>
            <dt>{name}</dt>
            <dd>
                <Show when=move || editing.get() == Some(fact) fallback=move || view! { <span>{shown}</span>" " }>
                    <EditFact open fact editing value=value.clone()/>
                </Show>
                {eye}{others}
            </dd>
            <dd>
                <Show when=move || editing.get() != Some(fact)>
                    <button type="button" class="link" data-test=format!("edit-{}", fact.path()) on:click=edit>
                        {t!("check.change")}<span class="sr">{name}</span>
                    </button>
                </Show>
            </dd>
        </div>
    }
}

#[component]
fn EditFact(open: Open, fact: Fact, editing: RwSignal<Option<Fact>>, value: String) -> impl IntoView {
    let (typed, reason) = (RwSignal::new(value), RwSignal::new(String::new()));
    let save = move || {
        let (to, reason) = (typed.get_untracked().trim().to_owned(), reason.get_untracked().trim().to_owned());
        let done = move || {
            let _ = editing.try_set(None);
        };
        open.act(Command::Type { fact, from: String::new(), to, reason }, done);
    };
    view! {
        <form class="stack-1" on:submit=move |event| { event.prevent_default(); save(); }>
            <input class="input w-16" id="edit_fact" data-test="edit-fact" autocomplete="off"
                aria-label=fact_word(fact) prop:value=typed on:input=move |event| typed.set(event_target_value(&event))/>
            <input class="input w-16" data-test="edit-reason" autocomplete="off" aria-label=t!("kept.reason")
                placeholder=t!("kept.reason") prop:value=reason
                on:input=move |event| reason.set(event_target_value(&event))/>
            <span class="btns">
                <button type="submit" class="btn btn-sm" data-test="save-fact">{t!("case.save_field")}</button>
                <button type="button" class="btn btn-text" on:click=move |_| editing.set(None)>
                    {t!("case.keep_field")}
                </button>
            </span>
        </form>
    }
}

/// Who belongs to the same household.
#[component]
fn Household(open: Open) -> impl IntoView {
    let household = open.part(|page| page.household.clone());
    let section = move |it: HouseholdView| {
        let members = it.members.into_iter().map(person_line).collect_view();
        view! {
            <section aria-labelledby="h-household" data-test="household">
                <div class="sec-head"><h2 id="h-household">{t!("kept.household", head = it.head)}</h2></div>
                <ul class="rows plain">{members}</ul>
            </section>
        }
    };
    move || household.get().map(section)
}

/// Somebody, as a line that leads to their page.
pub(super) fn person_line(row: PersonRow) -> impl IntoView {
    let year = row.born_year.map(|year| t!("kept.born", year = year)).unwrap_or_default();
    let firm = (row.kind == Kind::Enterprise).then(|| row.number_masked.clone());
    view! {
        <li data-test="person-line">
            <div class="body">
                <p><Go to=Route::Person(row.id)><b>{row.name}</b></Go></p>
                <p class="why">{year}{firm}"　"{row.place}</p>
            </div>
        </li>
    }
}

/// What they have here.
#[component]
fn Cases(open: Open) -> impl IntoView {
    let cases = open.part(|page| page.cases.clone());
    let line = |row: daiban_model::api::CaseRow| {
        let (id, item, number, since) = (row.id, row.item.clone(), row.number.clone(), row.since.date());
        view! {
            <li data-test="person-case">
                <div class="body">
                    <p><Go to=Route::Case(id)><b>{item}</b></Go></p>
                    <p class="why num">{number}"　"{dates::full(since)}</p>
                </div>
                <StageTag row/>
            </li>
        }
    };
    view! {
        <section aria-labelledby="h-cases">
            <div class="sec-head">
                <h2 id="h-cases">{t!("kept.cases")}</h2>
                <span class="push">{move || t!("kept.cases_n", n = cases.with(Vec::len))}</span>
            </div>
            <ul class="rows plain">{move || cases.get().into_iter().map(line).collect_view()}</ul>
        </section>
    }
}
