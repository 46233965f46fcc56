//! What a person is told and asked about their data: the notice before the first field, whether the station keeps them, a child's
//! guardian, and whether somebody who looks alike is the same one. Nothing is ticked beforehand.

use daiban_model::api::{Consent, FindTwins, Twin};
use daiban_model::identity::CitizenId;
use daiban_model::person::{Kind, Telling, is_child};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::work::Work;
use crate::desk::{desk, today};
use crate::parts::{Field, Icon};
use crate::typing::Pause;
use crate::{say, transport, words};

/// 告知: read out or shown, and how that was done.
#[component]
pub(super) fn Notice(work: Work) -> impl IntoView {
    let told = Memo::new(move |_| work.draft.with(|draft| draft.person.told));
    let way = move |how: Telling| {
        let code = say::code(&how);
        let word = words::one_of("telling", &code).unwrap_or_default();
        let id = (how == Telling::ReadAloud).then_some("told");
        view! {
            <label data-test=format!("told-{code}")>
                <input type="radio" name="told" id=id prop:checked=move || told.get() == Some(how)
                    on:change=move |_| work.edit(|draft| draft.person.told = Some(how))/>
                {word}
            </label>
        }
    };
    let ways = [Telling::ReadAloud, Telling::Shown, Telling::ByPhone];
    view! {
        <section class="note stack-1" aria-labelledby="h-notice" data-test="privacy-notice">
            <h2 class="sec-head" id="h-notice">{t!("privacy.title")}</h2>
            <ul class="small">
                <li>{t!("privacy.who")}</li>
                <li>{t!("privacy.what")}</li>
                <li>{t!("privacy.how_long")}</li>
                <li>{t!("privacy.rights")}</li>
            </ul>
            <div class="field" role="group" aria-labelledby="told-t">
                <span class="legend" id="told-t">{t!("privacy.how_told")}</span>
                <span class="seg">{ways.map(way).into_iter().collect_view()}</span>
            </div>
        </section>
    }
}

/// 留存: whether the station keeps the data for the next time. Whoever is known was asked before.
#[component]
pub(super) fn Keep(work: Work) -> impl IntoView {
    let known = Memo::new(move |_| work.draft.with(|draft| draft.person.known.is_some()));
    let answer = move |it: Consent, word: &'static str| {
        let chosen = move || work.draft.with(|draft| draft.person.keep == Some(it));
        view! {
            <label data-test=format!("keep-{}", say::code(&it))>
                <input type="radio" name="keep" prop:checked=chosen
                    on:change=move |_| work.edit(|draft| draft.person.keep = Some(it))/>
                {word}
            </label>
        }
    };
    view! {
        <Show when=move || !known.get()
            fallback=|| view! { <p class="ok-note" data-test="is-known"><Icon name="check"/>{t!("privacy.known")}</p> }>
            <div class="field" role="group" aria-labelledby="keep-t">
                <span class="legend" id="keep-t">{t!("privacy.keep")}</span>
                <span class="hint">{t!("privacy.keep_hint")}</span>
                <span class="seg">
                    {answer(Consent::Given, t!("privacy.keep_yes"))}
                    {answer(Consent::Refused, t!("privacy.keep_no"))}
                </span>
            </div>
        </Show>
    }
}

/// 监护人: asked only where the number says that the person is under fourteen.
#[component]
pub(super) fn Guardian(work: Work) -> impl IntoView {
    let child = Memo::new(move |_| {
        let number = work.draft.with(|draft| draft.person.citizen_id.clone());
        CitizenId::parse(&number, today()).is_ok_and(|id| is_child(id.birth(), today()))
    });
    let name = Signal::derive(move || work.draft.with(|draft| draft.person.guardian.clone()));
    let relation = Signal::derive(move || work.draft.with(|draft| draft.person.guardian_relation.clone()));
    let agrees = move || work.draft.with(|draft| draft.person.guardian_consent == Some(Consent::Given));
    let turn = move |_| {
        let consent = if agrees() { None } else { Some(Consent::Given) };
        work.edit(|draft| draft.person.guardian_consent = consent);
    };
    view! {
        <Show when=move || child.get()>
            <section class="note note-warn stack-1" data-test="guardian-form">
                <p><Icon name="user"/>{t!("privacy.child")}</p>
                <div class="person-form">
                    <Field id="guardian" label=t!("mandate.guardian") value=name
                        typed=move |text| work.edit(|draft| draft.person.guardian = text)/>
                    <Field id="guardian_relation" label=t!("mandate.relation") value=relation
                        typed=move |text| work.edit(|draft| draft.person.guardian_relation = text)/>
                </div>
                <label class="row">
                    <input class="box" type="checkbox" id="guardian_consent" data-test="guardian-consent"
                        prop:checked=agrees on:change=turn/>
                    {t!("privacy.guardian_agrees")}
                </label>
            </section>
        </Show>
    }
}

/// Somebody who is known already and looks like what is being typed.
#[component]
pub(super) fn Twins(work: Work, is_it: Callback<Twin>) -> impl IntoView {
    let twins = RwSignal::new(Vec::<Twin>::new());
    let pause = Pause::new(300);
    let typed = Memo::new(move |_| {
        work.draft.with(|draft| {
            let person = &draft.person;
            person.known.is_none().then(|| (person.name.trim().to_owned(), person.citizen_id.trim().to_owned()))
        })
    });
    Effect::new(move |_| {
        let Some((name, number)) = typed.get() else { return twins.set(Vec::new()) };
        pause.after(move || {
            spawn_local(async move {
                let call = FindTwins { kind: Kind::Person, name, number, born: String::new() };
                let found = transport::call(call).await;
                desk().note_failure(found.as_ref().err());
                let _ = twins.try_set(found.unwrap_or_default());
            });
        });
    });
    let line = move |twin: Twin| {
        let why = words::one_of("twin", &say::code(&twin.why)).unwrap_or_default();
        let (known, place, by) = (twin.person.clone(), twin.place.clone(), twin.by.clone());
        let who = match &known {
            Some(row) => t!("privacy.twin_is", name = row.name, id = row.number_masked, place = place),
            None => t!("privacy.twin_elsewhere", place = place, by = by),
        };
        let take = known.is_some().then(|| {
            view! {
                <button type="button" class="btn btn-sm" data-test="twin-take" on:click=move |_| is_it.run(twin.clone())>
                    {t!("privacy.twin_take")}
                </button>
            }
        });
        view! { <li class="stack-1" data-test="twin"><p><b>{why}</b><br/>{who}</p>{take}</li> }
    };
    view! {
        <Show when=move || !twins.with(Vec::is_empty)>
            <section class="note note-warn" role="status" data-test="twins">
                <h2 class="sec-head">{t!("privacy.twins")}</h2>
                <ul class="plain stack-1">{move || twins.get().into_iter().map(line).collect_view()}</ul>
            </section>
        </Show>
    }
}
