//! 核对: everything once more, each line with a way to change it; and what will follow.

use daiban_model::api::{Consent, Draft, DraftFault, Later, Outlook, SignatureKind, Step};
use daiban_model::case::event::{Help, PaperState};
use leptos::prelude::*;

use super::StepHead;
use super::items::OpenMatters;
use super::work::Work;
use crate::desk::today;
use crate::parts::{ClockFace, Field, Icon};
use crate::{dates, say, words};

/// The fifth step.
#[component]
pub(super) fn CheckStep(work: Work) -> impl IntoView {
    let lines = move || {
        let bundle = work.preview.with(|preview| preview.as_ref()?.bundle.as_ref().map(|bundle| bundle.name.clone()));
        let items = work.draft.with(|draft| draft.items.iter().map(|code| work.name_of(code)).collect::<Vec<_>>());
        let names = bundle.into_iter().chain(items).collect();
        work.draft.with(|draft| answers(work, draft, names))
    };
    let warnings = move || {
        let warnings = work.preview.with(|preview| preview.as_ref().map(|it| it.warnings.clone()).unwrap_or_default());
        warnings.into_iter().map(warning).collect_view()
    };
    let faults = move || {
        let faults = work.preview.with(|preview| preview.as_ref().map(|it| it.faults.len()).unwrap_or_default());
        (faults > 0).then(|| {
            view! {
                <p class="note note-warn"><Icon name="flag"/><span>{t!("check.lacking", n = faults)}</span></p>
            }
        })
    };
    let outlook = move || {
        let outlook = work.preview.with(|preview| preview.as_ref().map(|it| it.outlook.clone()).unwrap_or_default());
        outlook.into_iter().map(follows).collect_view()
    };
    view! {
        <StepHead work title=t!("check.title") lead=t!("check.lead")/>
        <div class="step-body">
            {faults}
            {warnings}
            <OpenMatters work/>
            <dl class="check" data-test="check">{lines}</dl>
            <TakenField work/>
        </div>
        <aside class="step-right">
            <h2 class="sec-head">{t!("check.then")}</h2>
            <div class="stack" data-test="outlook">{outlook}</div>
        </aside>
        <div class="step-bar">
            <button type="button" class="btn btn-go btn-big" data-primary="" data-first="" data-test="receive"
                on:click=move |_| work.receive()>
                {t!("check.receive")}<kbd>"Enter"</kbd>
            </button>
            <button type="button" class="btn btn-text" data-back="" data-test="step-back"
                on:click=move |_| work.go(Step::Mandate)>
                {t!("new.back")}
            </button>
        </div>
    }
}

/// When the papers were taken, where it is typed in later (R48): on a day after it was begun, or from a paper slip.
#[component]
fn TakenField(work: Work) -> impl IntoView {
    let late = work
        .draft
        .with_untracked(|draft| draft.begun.is_some_and(|begun| begun.date() < today()) || !draft.taken.is_empty());
    let open = RwSignal::new(late);
    let value = Signal::derive(move || work.draft.with(|draft| draft.taken.clone()));
    view! {
        <Show when=move || open.get() fallback=move || view! {
            <button type="button" class="link" data-test="typed-later" on:click=move |_| open.set(true)>
                {t!("check.typed_later")}
            </button>
        }>
            <Field id="taken" label=t!("check.taken") hint=t!("check.taken_hint") class="input w-16" value=value
                typed=move |text| work.edit(|draft| draft.taken = text)/>
        </Show>
    }
}

fn warning(fault: DraftFault) -> impl IntoView {
    view! { <p class="note" data-test="warning"><Icon name="info"/><span>{say::draft_fault(&fault)}</span></p> }
}

fn answers(work: Work, draft: &Draft, items: Vec<String>) -> impl IntoView + use<> {
    let line = move |name: &'static str, text: String, step: Step| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd data-test=format!("check-{}", say::code(&step))>{text}</dd>
                <dd>
                    <button type="button" class="link" on:click=move |_| work.go(step)>
                        {t!("check.change")}
                        <span class="sr">{name}</span>
                    </button>
                </dd>
            </div>
        }
    };
    view! {
        {line(t!("check.who"), who(draft), Step::Person)}
        {line(t!("check.reach"), reach(draft), Step::Person)}
        {line(t!("check.items"), items.join("；"), Step::Items)}
        {line(t!("check.papers"), papers(draft), Step::Papers)}
        {line(t!("check.mandate"), mandate(draft), Step::Mandate)}
    }
}

fn who(draft: &Draft) -> String {
    let person = &draft.person;
    let number =
        if person.id_later == Later::Absent { t!("check.id_later").to_owned() } else { masked(&person.citizen_id) };
    t!("check.who_line", name = person.name, id = number)
}

/// `150205********0008`; what is not a whole number is shown as it is typed, to be seen and put right.
fn masked(number: &str) -> String {
    let signs: Vec<char> = number.trim().chars().collect();
    if signs.len() != 18 {
        return number.to_owned();
    }
    let (head, tail) = (&signs[..6], &signs[14..]);
    head.iter().chain(['*'; 8].iter()).chain(tail).collect()
}

fn reach(draft: &Draft) -> String {
    let person = &draft.person;
    let phone = if person.phone_none == Later::Absent { t!("check.no_phone").to_owned() } else { person.phone.clone() };
    let contact =
        (!person.contact.is_empty()).then(|| t!("check.contact", name = person.contact, phone = person.contact_phone));
    [Some(phone), contact, Some(person.address.clone())]
        .into_iter()
        .flatten()
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join("，")
}

fn papers(draft: &Draft) -> String {
    let missing: Vec<&str> =
        draft.papers.iter().filter(|it| it.state == Some(PaperState::Missing)).map(|it| it.name.as_str()).collect();
    let there = draft.papers.iter().filter(|it| it.state.is_some()).count() - missing.len();
    let open = draft.papers.iter().filter(|it| it.state.is_none()).count();
    if open > 0 {
        t!("papers.still_open", n = open)
    } else if missing.is_empty() {
        t!("check.papers_all", n = there)
    } else {
        t!("check.papers_some", n = there, missing = missing.len(), names = missing.join("、"))
    }
}

fn mandate(draft: &Draft) -> String {
    if draft.help != Help::Proxy {
        return words::one_of("help_kind", &say::code(&draft.help)).unwrap_or_default().to_owned();
    }
    let it = &draft.mandate;
    if it.powers.is_empty() || it.until.is_empty() {
        return t!("check.no_mandate").to_owned();
    }
    let powers: Vec<&str> = it.powers.iter().filter_map(|power| words::one_of("power", &say::code(power))).collect();
    let signature =
        it.signature.and_then(|kind| words::one_of("signature", &say::code(&kind))).unwrap_or(t!("check.not_signed"));
    let other = match it.signature {
        Some(SignatureKind::Thumb) => t!("check.witness", name = it.other),
        Some(SignatureKind::Guardian) => t!("check.guardian", name = it.other, relation = it.relation),
        _ => String::new(),
    };
    let consent = match it.consent {
        Some(Consent::Given) => t!("check.consent_given"),
        Some(Consent::Refused) => t!("check.consent_refused"),
        None => t!("check.consent_open"),
    };
    t!(
        "check.mandate_line",
        powers = powers.join("、"),
        until = dates::typed(&it.until),
        signature = signature,
        other = other,
        consent = consent
    )
}

fn follows(outlook: Outlook) -> impl IntoView {
    view! {
        <section class="stack-1">
            <h3>{outlook.name}</h3>
            {outlook.clocks.into_iter().map(|clock| view! { <ClockFace clock/> }).collect_view()}
        </section>
    }
}
