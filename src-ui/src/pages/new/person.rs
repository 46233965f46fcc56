//! 谁要办？ Someone known is found and taken over; someone new is registered on the same page.

use daiban_model::api::{
    DraftPerson, DropDraft, Failure, FillFromPerson, FindPeople, KnownFrom, PersonHit, PersonRow, StartDraft, Step,
    Twin,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::privacy::Twins;
use super::register::Register;
use super::work::Work;
use super::{StepBar, StepHead};
use crate::desk::desk;
use crate::parts::{Choice, Combo, Face, Icon};
use crate::typing::Pause;
use crate::{keys, transport};

/// The first step.
#[component]
pub(super) fn PersonStep(work: Work) -> impl IntoView {
    let find = RwSignal::new(String::new());
    let hits = RwSignal::new(Vec::<PersonHit>::new());
    let taken = RwSignal::new(None::<PersonHit>);
    let typed_some =
        work.draft.with_untracked(|draft| !draft.person.name.is_empty() || !draft.person.citizen_id.is_empty());
    let registering = RwSignal::new(typed_some);
    let pause = Pause::new(120);
    let asked = StoredValue::new(0_u32);
    let ask = move |text: String| {
        find.set(text.clone());
        asked.update_value(|turn| *turn += 1);
        let turn = asked.get_value();
        if text.trim().is_empty() {
            return hits.set(Vec::new());
        }
        pause.after(move || {
            spawn_local(async move {
                let found = transport::call(FindPeople { text: text.trim().to_owned() }).await;
                if asked.try_get_value() == Some(turn) {
                    desk().note_failure(found.as_ref().err());
                    let _ = hits.try_set(found.unwrap_or_default());
                }
            });
        });
    };
    let pick = move |index: usize| match hits.with_untracked(|hits| hits.get(index).cloned()) {
        Some(hit) => take_over(work, hit, taken, registering),
        None => begin_register(work, find, registering),
    };
    let is_it = Callback::new(move |twin: Twin| {
        if let Some(row) = twin.person {
            take_over(work, hit_of(row), taken, registering);
        }
    });
    view! {
        <StepHead work title=t!("person.title") lead=t!("person.lead")/>
        <div class="step-body">
            <Combo id="who" label=t!("person.find") value=find typed=ask picked=pick
                choices=Signal::derive(move || choices(find, hits))/>
            <Show when=move || !registering.get()>
                <div class="btns">
                    <button type="button" class="btn" data-test="register-new"
                        on:click=move |_| begin_register(work, find, registering)>
                        <Icon name="plus"/>{t!("person.new")}
                    </button>
                </div>
            </Show>
            <Show when=move || registering.get()><Register work/></Show>
        </div>
        <aside class="step-right">
            {move || taken.get().map(known)}
            <Show when=move || registering.get()><Twins work is_it/></Show>
        </aside>
        <StepBar work here=Step::Person go=t!("person.go")/>
    }
}

fn choices(find: RwSignal<String>, hits: RwSignal<Vec<PersonHit>>) -> Vec<Choice> {
    if find.with(|find| find.trim().is_empty()) {
        return Vec::new();
    }
    let line = |hit: &PersonHit| Choice {
        face: Face::Sign(hit.name.chars().next().unwrap_or('　')),
        title: hit.name.clone(),
        // R86: two of one name are told apart by the year of birth and the village.
        beside: match (hit.age, hit.born_year) {
            (Some(age), Some(year)) => t!("person.age_born", age = age, year = year, place = hit.place),
            _ => hit.place.clone(),
        },
        note: t!("person.id_and_place", id = hit.id_masked, place = hit.address),
    };
    let mut choices: Vec<Choice> = hits.with(|hits| hits.iter().map(line).collect());
    let new = t!("person.none_of_these").to_owned();
    choices.push(Choice { face: Face::Icon("plus"), title: new, beside: String::new(), note: String::new() });
    choices
}

/// Copies what is known about the person.
fn take_over(work: Work, hit: PersonHit, taken: RwSignal<Option<PersonHit>>, registering: RwSignal<bool>) {
    let from = hit.from;
    taken.set(Some(hit));
    spawn_local(async move {
        match copied(from).await {
            // What was told, and how, was told today.
            Ok(person) => {
                work.edit(|draft| draft.person = DraftPerson { told: draft.person.told, ..person });
                let _ = registering.try_set(true);
            }
            Err(failure) => desk().fail(&failure),
        }
    });
}

/// Somebody kept here, as the search would have found them.
fn hit_of(row: PersonRow) -> PersonHit {
    PersonHit {
        from: KnownFrom::Person(row.id),
        name: row.name,
        id_masked: row.number_masked,
        address: row.address,
        phone_masked: row.phone_masked,
        age: row.age,
        born_year: row.born_year,
        place: row.place,
        open: Vec::new(),
    }
}

/// The data of somebody found. Those of a case come in a draft of their own, which is dropped again.
async fn copied(from: KnownFrom) -> Result<DraftPerson, Failure> {
    match from {
        KnownFrom::Person(id) => Ok(*transport::call(FillFromPerson { id }).await?),
        KnownFrom::Case(case) => {
            let copy = transport::call(StartDraft { from: Some(case), item: None }).await?;
            let _ = transport::call(DropDraft { id: copy.id }).await;
            Ok(copy.person)
        }
    }
}

fn begin_register(work: Work, find: RwSignal<String>, registering: RwSignal<bool>) {
    // What was typed to search is a name when it is written in characters, and the number when it is digits.
    let typed = find.get_untracked().trim().to_owned();
    // The search is over; its list would stand over the form.
    find.set(String::new());
    work.edit(|draft| {
        if draft.person.name.is_empty() && !typed.is_empty() && !typed.is_ascii() {
            draft.person.name = typed;
        } else if draft.person.citizen_id.is_empty() && typed.len() >= 15 && typed.is_ascii() {
            draft.person.citizen_id = typed;
        }
    });
    registering.set(true);
    // The notice comes before the first field (R196).
    request_animation_frame(|| keys::focus("#told"));
}

/// 是不是这一位？
fn known(hit: PersonHit) -> impl IntoView {
    let fact = |name: &'static str, value: String| {
        (!value.is_empty()).then(|| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
    };
    let open = hit
        .open
        .iter()
        .map(|matter| t!("person.open_line", name = matter.name, number = matter.number))
        .collect::<Vec<_>>();
    let open =
        if open.is_empty() { t!("person.nothing_open").to_owned() } else { t!("person.open", list = open.join("；")) };
    view! {
        <h2 class="sec-head">{t!("person.is_it")}</h2>
        <dl class="facts" data-test="known-person">
            <div><dt>{t!("person.name")}</dt><dd><b class="big">{hit.name}</b></dd></div>
            {fact(t!("person.id"), hit.id_masked)}
            {fact(t!("person.address"), hit.address)}
            {fact(t!("person.phone"), hit.phone_masked)}
        </dl>
        <p class="quiet small">{open}</p>
    }
}
