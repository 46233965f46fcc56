//! 写委托: read out, nodded to, ticked one by one. Nothing is ticked beforehand; consent is a question of its own.

use daiban_model::api::{Consent, SessionState, SignatureKind, Step};
use daiban_model::case::event::{Help, Power};
use jiff::Span;
use leptos::prelude::*;

use super::work::Work;
use super::{StepBar, StepHead};
use crate::desk::{desk, today};
use crate::parts::{Field, Icon};
use crate::{say, words};

/// The fourth step.
#[component]
pub(super) fn MandateStep(work: Work) -> impl IntoView {
    let proxy = Memo::new(move |_| work.draft.with(|draft| draft.help == Help::Proxy));
    let title = Signal::derive(move || t!("mandate.title").to_owned());
    view! {
        <StepHead work title lead=t!("mandate.lead")/>
        <div class="step-body">
            <Helps work/>
            <Show when=move || proxy.get() fallback=|| view! {
                <p class="note" data-test="no-mandate"><Icon name="info"/><span>{t!("mandate.not_needed")}</span></p>
            }>
                <Powers work/>
                <Term work/>
                <Consents work/>
            </Show>
        </div>
        <aside class="step-right"><Parties work/></aside>
        <StepBar work here=Step::Mandate go=t!("mandate.go")/>
    }
}

#[component]
fn Helps(work: Work) -> impl IntoView {
    let help = move |it: Help| {
        let word = words::one_of("help_kind", &say::code(&it)).unwrap_or_default();
        let chosen = move || work.draft.with(|draft| draft.help == it);
        let first = (it == Help::Proxy).then_some("");
        view! {
            <label data-test=format!("help-{}", say::code(&it))>
                <input type="radio" name="help" data-first=first prop:checked=chosen
                    on:change=move |_| work.edit(|draft| draft.help = it)/>
                {word}
            </label>
        }
    };
    let kinds = [Help::Proxy, Help::Guidance, Help::Coordination, Help::Advice];
    view! {
        <span class="seg" role="group" aria-label=t!("mandate.help") id="help">
            {kinds.map(help).into_iter().collect_view()}
        </span>
    }
}

const POWERS: [Power; 7] =
    [Power::Ask, Power::FillForms, Power::Submit, Power::Supplement, Power::Follow, Power::Collect, Power::PayFees];

#[component]
fn Powers(work: Work) -> impl IntoView {
    let tick = move |power: Power| {
        let code = say::code(&power);
        let chosen = move || work.draft.with(|draft| draft.mandate.powers.contains(&power));
        let turn = move |_| {
            work.edit(|draft| {
                if !draft.mandate.powers.remove(&power) {
                    draft.mandate.powers.insert(power);
                }
            });
        };
        let first = (power == Power::Ask).then_some("powers");
        view! {
            <label class="pick-row" data-test=format!("power-{code}")>
                <input class="box" type="checkbox" id=first prop:checked=chosen on:change=turn/>
                <span><b>{words::one_of("power", &code)}</b></span>
                <span class="meta">{words::one_of("power_note", &code)}</span>
            </label>
        }
    };
    view! {
        <div class="pick ticks pick-tight" role="group" aria-label=t!("mandate.powers")>
            {POWERS.map(tick).into_iter().collect_view()}
        </div>
    }
}

#[component]
fn Term(work: Work) -> impl IntoView {
    let until = Signal::derive(move || work.draft.with(|draft| draft.mandate.until.clone()));
    let other = Signal::derive(move || work.draft.with(|draft| draft.mandate.other.clone()));
    let relation = Signal::derive(move || work.draft.with(|draft| draft.mandate.relation.clone()));
    let proof = Signal::derive(move || work.draft.with(|draft| draft.mandate.proof.clone()));
    let fee_limit = Signal::derive(move || work.draft.with(|draft| draft.mandate.fee_limit.clone()));
    let pays = Memo::new(move |_| work.draft.with(|draft| draft.mandate.powers.contains(&Power::PayFees)));
    let kind = Memo::new(move |_| work.draft.with(|draft| draft.mandate.signature));
    let ends = move |months: i64, word: &'static str| {
        // The day before the same day of the later month: a year is a year, not a year and a day.
        let last = today().saturating_add(Span::new().months(months)).yesterday().unwrap_or_default();
        view! {
            <button type="button" class="btn btn-sm"
                on:click=move |_| work.edit(|draft| draft.mandate.until = last.to_string())>
                {word}
            </button>
        }
    };
    let sign = move |it: SignatureKind| {
        let code = say::code(&it);
        let id = (it == SignatureKind::Hand).then_some("signature");
        view! {
            <label data-test=format!("sign-{code}")>
                <input type="radio" name="sign" id=id prop:checked=move || kind.get() == Some(it)
                    on:change=move |_| work.edit(|draft| draft.mandate.signature = Some(it))/>
                {words::one_of("signature", &code)}
            </label>
        }
    };
    let kinds = [SignatureKind::Hand, SignatureKind::Thumb, SignatureKind::Guardian];
    view! {
        <div class="mand-grid">
            <div class="stack-1">
                <Field id="until" label=t!("mandate.until") hint=t!("mandate.until_hint") class="input w-8" value=until
                    typed=move |text| work.edit(|draft| draft.mandate.until = text)/>
                <span class="btns">
                    {ends(3, t!("mandate.three_months"))}
                    {ends(6, t!("mandate.six_months"))}
                    {ends(12, t!("mandate.one_year"))}
                </span>
            </div>
            <div class="field" role="group" aria-labelledby="sign-t">
                <span class="legend" id="sign-t">{t!("mandate.how_signed")}</span>
                <span class="hint">{t!("mandate.how_signed_hint")}</span>
                <span class="seg">{kinds.map(sign).into_iter().collect_view()}</span>
            </div>
            <Show when=move || kind.get() == Some(SignatureKind::Thumb)>
                <Field id="other" label=t!("mandate.witness") hint=t!("mandate.witness_hint") class="input w-8"
                    value=other
                    typed=move |text| work.edit(|draft| draft.mandate.other = text)/>
            </Show>
            <Show when=move || kind.get() == Some(SignatureKind::Guardian)>
                <Field id="other" label=t!("mandate.guardian") class="input w-8" value=other
                    typed=move |text| work.edit(|draft| draft.mandate.other = text)/>
                <Field id="relation" label=t!("mandate.relation") class="input w-8" value=relation
                    typed=move |text| work.edit(|draft| draft.mandate.relation = text)/>
            </Show>
            <Show when=move || kind.get().is_some_and(|kind| kind != SignatureKind::Hand)>
                <Field id="proof" label=t!("act.proof") class="input w-16" value=proof
                    typed=move |text| work.edit(|draft| draft.mandate.proof = text)/>
            </Show>
            <Show when=move || pays.get()>
                <Field id="fee_limit" label=t!("act.fee_limit") class="input w-8" value=fee_limit
                    typed=move |text| work.edit(|draft| draft.mandate.fee_limit = text)/>
            </Show>
        </div>
    }
}

#[component]
fn Consents(work: Work) -> impl IntoView {
    let answer = move |it: Consent, word: &'static str, note: &'static str| {
        let code = say::code(&it);
        let chosen = move || work.draft.with(|draft| draft.mandate.consent == Some(it));
        let id = (it == Consent::Given).then_some("consent");
        view! {
            <label class="pick-row" data-test=format!("consent-{code}")>
                <input class="box" type="radio" name="consent" id=id prop:checked=chosen
                    on:change=move |_| work.edit(|draft| draft.mandate.consent = Some(it))/>
                <span><b>{word}</b></span>
                <span class="meta">{note}</span>
            </label>
        }
    };
    view! {
        <fieldset class="stack-1">
            <legend class="legend">{t!("mandate.consent")}</legend>
            <div class="pick ticks pick-tight">
                {answer(Consent::Given, t!("mandate.agrees"), t!("mandate.agrees_note"))}
                {answer(Consent::Refused, t!("mandate.disagrees"), t!("mandate.disagrees_note"))}
            </div>
        </fieldset>
    }
}

/// 谁替谁
#[component]
fn Parties(work: Work) -> impl IntoView {
    let agent = desk().session.with_untracked(|session| match session.as_ref().map(|it| it.state.clone()) {
        Some(SessionState::Open { name, role, unit, .. }) => {
            t!(
                "mandate.agent_line",
                name = name,
                role = words::one_of("role", &say::code(&role)).unwrap_or_default(),
                unit = unit
            )
        }
        _ => String::new(),
    });
    let escort = move || {
        let names = work.preview.with(|preview| {
            preview
                .as_ref()
                .map(|it| it.escort_only.iter().map(|code| work.name_of(code)).collect::<Vec<_>>())
                .unwrap_or_default()
        });
        (!names.is_empty()).then(|| {
            view! {
                <p class="note note-warn" data-test="escort-only">
                    <Icon name="user"/>
                    <span>
                        <b>{t!("mandate.escort", n = names.len())}</b>
                        <br/>
                        <span class="small quiet">{names.join("、")}</span>
                    </span>
                </p>
            }
        })
    };
    view! {
        <h2 class="sec-head">{t!("mandate.parties")}</h2>
        <dl class="facts">
            <div>
                <dt>{t!("mandate.principal")}</dt>
                <dd><b>{move || work.draft.with(|draft| draft.person.name.clone())}</b></dd>
            </div>
            <div><dt>{t!("mandate.agent")}</dt><dd>{agent}</dd></div>
            <div><dt>{t!("mandate.fee")}</dt><dd>{t!("mandate.no_fee")}</dd></div>
        </dl>
        {escort}
    }
}
