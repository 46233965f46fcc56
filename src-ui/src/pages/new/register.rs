//! The person's form: the number is checked while it is typed, and every number has a way for those who have none.

use daiban_model::api::{DraftPerson, Later};
use daiban_model::case::event::Way;
use daiban_model::identity::{CitizenId, CitizenIdFault, Phone, Sex};
use leptos::prelude::*;

use super::privacy::{Guardian, Keep, Notice};
use super::work::Work;
use crate::desk::today;
use crate::parts::Field;
use crate::{say, words};

/// The form of one person.
#[component]
pub(super) fn Register(work: Work) -> impl IntoView {
    let text = move |id: &'static str,
                     label: &'static str,
                     get: fn(&DraftPerson) -> &String,
                     set: fn(&mut DraftPerson, String)| {
        let value = Signal::derive(move || work.draft.with(|draft| get(&draft.person).clone()));
        let typed = move |text: String| work.edit(|draft| set(&mut draft.person, text));
        view! { <Field id label value typed/> }
    };
    let injured_on = Signal::derive(move || work.draft.with(|draft| draft.person.injured_on.clone()));
    let no_phone = Memo::new(move |_| work.draft.with(|draft| draft.person.phone_none == Later::Absent));
    view! {
        <section class="stack" aria-label=t!("person.form") data-test="person-form">
            <Notice work/>
            <div class="person-form">
                {text("name", t!("person.name"), |it| &it.name, |it, text| it.name = text)}
                <IdField work/>
                <PhoneField work/>
                {text("address", t!("person.address"), |it| &it.address, |it, text| it.address = text)}
                {text("household", t!("person.household"), |it| &it.household, |it, text| it.household = text)}
                {text("contact", t!("person.contact"), |it| &it.contact, |it, text| it.contact = text)}
                {text("contact_phone", t!("person.contact_phone"), |it| &it.contact_phone, |it, text| it.contact_phone = text)}
            </div>
            <Show when=move || no_phone.get()><p class="quiet">{t!("person.contact_needed")}</p></Show>
            <Guardian work/>
            <Keep work/>
            <Ways work/>
            <details>
                <summary class="link">{t!("person.injury")}</summary>
                <div class="person-form">
                    {text("employer", t!("person.employer"), |it| &it.employer, |it, text| it.employer = text)}
                    <Field id="injured_on" label=t!("person.injured_on") hint=t!("person.injured_on_hint") value=injured_on
                        typed=move |text| work.edit(|draft| draft.person.injured_on = text)/>
                </div>
            </details>
        </section>
    }
}

#[component]
fn IdField(work: Work) -> impl IntoView {
    let number = Memo::new(move |_| work.draft.with(|draft| draft.person.citizen_id.clone()));
    let absent = Memo::new(move |_| work.draft.with(|draft| draft.person.id_later == Later::Absent));
    let checked = Memo::new(move |_| number.with(|number| check(number)));
    let wrong = Signal::derive(move || checked.get().err().filter(|_| !absent.get()));
    let good = Signal::derive(move || checked.get().ok().flatten());
    let typed = move |text: String| work.edit(|draft| draft.person.citizen_id = text);
    let later = move |_| {
        let later = if absent.get_untracked() { Later::Given } else { Later::Absent };
        work.edit(|draft| draft.person.id_later = later);
    };
    view! {
        <div class="stack-1">
            <Field id="citizen_id" label=t!("person.id") class="input input-id" value=number typed wrong good/>
            <label class="row">
                <input class="box" type="checkbox" id="id_later" data-test="id-later" prop:checked=absent
                    on:change=later/>
                {t!("person.id_later")}
            </label>
        </div>
    }
}

/// What to say about a number as far as it is typed: nothing while it is short, a word when it is right.
fn check(number: &str) -> Result<Option<String>, String> {
    let signs = number.chars().filter(|sign| !sign.is_whitespace()).count();
    match CitizenId::parse(number, today()) {
        Ok(id) => {
            let sex = match id.sex() {
                Sex::Female => t!("person.woman"),
                Sex::Male => t!("person.man"),
            };
            Ok(Some(t!("person.id_fits", sex = sex, age = id.age_on(today()))))
        }
        Err(CitizenIdFault::Empty) => Ok(None),
        Err(CitizenIdFault::Length { found }) if found < 18 => Ok(Some(t!("person.id_so_far", n = found))),
        Err(CitizenIdFault::FifteenDigits) if signs <= 15 => Err(t!("person.id_fifteen").to_owned()),
        Err(fault) => Err(id_fault(fault)),
    }
}

fn id_fault(fault: CitizenIdFault) -> String {
    match fault {
        CitizenIdFault::Empty | CitizenIdFault::FifteenDigits => t!("person.id_fifteen").to_owned(),
        CitizenIdFault::Length { found } => t!("person.id_length", n = found),
        CitizenIdFault::Character { at } => t!("person.id_character", n = at),
        CitizenIdFault::NoSuchDate => t!("person.id_no_date").to_owned(),
        CitizenIdFault::InFuture => t!("person.id_future").to_owned(),
        CitizenIdFault::CheckSign { expected } => t!("person.id_check_sign", sign = expected),
    }
}

#[component]
fn PhoneField(work: Work) -> impl IntoView {
    let number = Memo::new(move |_| work.draft.with(|draft| draft.person.phone.clone()));
    let none = Memo::new(move |_| work.draft.with(|draft| draft.person.phone_none == Later::Absent));
    let wrong = Signal::derive(move || {
        let number = number.get();
        let long_enough = number.chars().filter(char::is_ascii_digit).count() >= 11;
        (long_enough && !none.get() && Phone::parse(&number).is_err()).then(|| t!("person.phone_wrong").to_owned())
    });
    let typed = move |text: String| work.edit(|draft| draft.person.phone = text);
    let turn = move |_| {
        let later = if none.get_untracked() { Later::Given } else { Later::Absent };
        work.edit(|draft| draft.person.phone_none = later);
    };
    view! {
        <div class="stack-1">
            <Field id="phone" label=t!("person.phone") mode="tel" value=number typed wrong/>
            <label class="row">
                <input class="box" type="checkbox" id="phone_none" data-test="phone-none" prop:checked=none
                    on:change=turn/>
                {t!("person.phone_none")}
            </label>
        </div>
    }
}

#[component]
fn Ways(work: Work) -> impl IntoView {
    let way = move |it: Way| {
        let word = words::one_of("way", &say::code(&it)).unwrap_or_default();
        let chosen = move || work.draft.with(|draft| draft.way == it);
        view! {
            <label>
                <input type="radio" name="way" prop:checked=chosen
                    on:change=move |_| work.edit(|draft| draft.way = it)/>
                {word}
            </label>
        }
    };
    let ways = [Way::Window, Way::Home, Way::Phone, Way::Online, Way::Beside];
    view! {
        <div class="field" role="group" aria-labelledby="way-t">
            <span class="legend" id="way-t">{t!("person.way")}</span>
            <span class="seg" data-test="way">{ways.map(way).into_iter().collect_view()}</span>
        </div>
    }
}
