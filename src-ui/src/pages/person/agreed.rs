//! What somebody agreed to, each by itself and each to be taken back, and what they asked about their data.

use daiban_model::api::{ConsentView, Deletion, GetMyData, MyData, RequestView};
use daiban_model::person::{Command, ConsentBy, Purpose, Wish};
use daiban_model::stamp::Stamp;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Open, fact_word};
use crate::desk::desk;
use crate::parts::{Dialog, Field, Icon};
use crate::{dates, say, transport, words};

/// Every consent, latest first.
#[component]
pub(super) fn Consents(open: Open) -> impl IntoView {
    let consents = open.part(|page| page.consents.clone());
    let back = RwSignal::new(None::<Stamp>);
    let line = move |it: ConsentView| consent_line(it, back);
    let asking = RwSignal::new(false);
    let title = Signal::derive(|| t!("kept.withdraw_title").to_owned());
    Effect::new(move |_| asking.set(back.with(Option::is_some)));
    let withdraw = move |_| {
        if let Some(consent) = back.get_untracked() {
            open.act(Command::WithdrawConsent { consent, reason: String::new() }, move || {
                let _ = back.try_set(None);
            });
        }
    };
    view! {
        <section aria-labelledby="h-consents" data-test="consents">
            <div class="sec-head"><h2 id="h-consents">{t!("kept.consents")}</h2></div>
            <ul class="rows plain">{move || consents.get().into_iter().map(line).collect_view()}</ul>
            <Ask open/>
        </section>
        <Dialog id="withdraw-dialog" open=asking title>
            <p>{t!("kept.withdraw_note")}</p>
            <div class="btns">
                <button type="button" class="btn btn-danger" data-test="withdraw-yes" on:click=withdraw>
                    {t!("kept.withdraw_yes")}
                </button>
                <button type="button" class="btn" data-primary="" on:click=move |_| back.set(None)>
                    {t!("kept.withdraw_no")}
                </button>
            </div>
        </Dialog>
    }
}

fn consent_line(it: ConsentView, back: RwSignal<Option<Stamp>>) -> impl IntoView {
    let purpose = words::one_of("purpose", &say::code(&it.purpose)).unwrap_or_default();
    let to = (!it.to.is_empty()).then(|| t!("kept.consent_to", to = it.to));
    let by = match it.by {
        ConsentBy::Own => t!("kept.by_own").to_owned(),
        ConsentBy::Guardian { name, relation } => t!("kept.by_guardian", name = name, relation = relation),
    };
    let stamp = it.stamp;
    let end = match it.withdrawn {
        Some(at) => view! { <span class="quiet">{t!("kept.withdrawn", at = dates::moment(at))}</span> }.into_any(),
        None => view! {
            <button type="button" class="btn btn-sm" data-test="withdraw" on:click=move |_| back.set(Some(stamp))>
                {t!("kept.withdraw")}
            </button>
        }
        .into_any(),
    };
    view! {
        <li data-test=format!("consent-{}", say::code(&it.purpose))>
            <div class="body">
                <p><b>{purpose}</b>{to}</p>
                <p class="why">{by}"　"{dates::moment(it.written.at)}"　"{it.written.by}</p>
            </div>
            {end}
        </li>
    }
}

/// One more question of consent, each by itself.
#[component]
fn Ask(open: Open) -> impl IntoView {
    let (purpose, to) = (RwSignal::new(None::<Purpose>), RwSignal::new(String::new()));
    let choice = move |it: Purpose| {
        let code = say::code(&it);
        let word = words::one_of("purpose", &code).unwrap_or_default();
        view! {
            <label data-test=format!("ask-{code}")>
                <input type="radio" name="purpose" prop:checked=move || purpose.get() == Some(it)
                    on:change=move |_| purpose.set(Some(it))/>
                {word}
            </label>
        }
    };
    let save = move |_| {
        if let Some(it) = purpose.get_untracked() {
            let command = Command::Consent { purpose: it, to: to.get_untracked(), by: ConsentBy::Own };
            open.act(command, move || {
                let _ = purpose.try_set(None);
            });
        }
    };
    view! {
        <details>
            <summary class="link" data-test="ask-consent">{t!("kept.ask")}</summary>
            <div class="stack-1">
                <span class="seg">{Purpose::ALL.map(choice).into_iter().collect_view()}</span>
                <Show when=move || purpose.get() == Some(Purpose::PassOn)>
                    <Field id="consent_to" label=t!("kept.to") value=to typed=move |text| to.set(text)/>
                </Show>
                <button type="button" class="btn btn-sm" data-test="agree" on:click=save>
                    <Icon name="check"/>{t!("kept.agree")}
                </button>
            </div>
        </details>
    }
}

/// 我的资料: what the person asked, and everything that is kept, to be printed for them.
#[component]
pub(super) fn Asked(open: Open) -> impl IntoView {
    let requests = open.part(|page| page.requests.clone());
    let data = RwSignal::new(None::<MyData>);
    let id = open.id;
    let collect = move |_| {
        spawn_local(async move {
            match transport::call(GetMyData { id }).await {
                Ok(found) => drop(data.try_set(Some(*found))),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let wish = move |it: Wish| {
        let word = words::one_of("wish", &say::code(&it)).unwrap_or_default();
        let ask = move |_| open.act(Command::Ask { wish: it, words: String::new() }, || {});
        view! { <button type="button" class="btn btn-sm" data-test=format!("wish-{}", say::code(&it)) on:click=ask>{word}</button> }
    };
    let deletion = open.part(|page| page.deletion);
    let line = move |it: RequestView| {
        let open_yet = it.answer.is_none();
        let (asked, say) =
            (it.stamp, if it.wish == Wish::Delete { deletion_word(deletion.get()) } else { String::new() });
        view! { {request_line(it)}{open_yet.then(|| view! { <li><AnswerForm open asked say/></li> })} }
    };
    let wishes = [Wish::Copy, Wish::Correct, Wish::Delete, Wish::Explain];
    view! {
        <section aria-labelledby="h-asked" data-test="my-data">
            <div class="sec-head"><h2 id="h-asked">{t!("kept.my_data")}</h2></div>
            <p class="quiet small">{t!("kept.my_data_note")}</p>
            <div class="btns">{wishes.map(wish).into_iter().collect_view()}</div>
            <ul class="rows plain">{move || requests.get().into_iter().map(line).collect_view()}</ul>
            <div class="btns">
                <button type="button" class="btn" data-test="collect" on:click=collect>
                    <Icon name="print"/>{t!("kept.collect")}
                </button>
            </div>
            {move || data.get().map(sheet)}
        </section>
    }
}

/// What may be answered to somebody who wants it deleted.
fn deletion_word(deletion: Deletion) -> String {
    match deletion {
        Deletion::NotAsked => String::new(),
        Deletion::Free => t!("kept.delete_free").to_owned(),
        Deletion::OpenCases => t!("kept.delete_open").to_owned(),
        Deletion::KeptUntil { day } => t!("kept.delete_until", day = dates::full(day)),
        Deletion::KeptForEver => t!("kept.delete_never").to_owned(),
    }
}

#[component]
fn AnswerForm(open: Open, asked: Stamp, say: String) -> impl IntoView {
    let words = RwSignal::new(say);
    let answer = move || open.act(Command::Answer { asked, words: words.get_untracked() }, || {});
    view! {
        <form class="row" on:submit=move |event| { event.prevent_default(); answer(); }>
            <input class="input" data-test="answer-words" autocomplete="off" aria-label=t!("kept.answer")
                placeholder=t!("kept.answer") prop:value=words on:input=move |event| words.set(event_target_value(&event))/>
            <button type="submit" class="btn btn-sm" data-test="answer">{t!("kept.answer_save")}</button>
        </form>
    }
}

fn request_line(it: RequestView) -> impl IntoView {
    let wish = words::one_of("wish", &say::code(&it.wish)).unwrap_or_default();
    let due = match (it.answer, it.due) {
        (Some((written, words)), _) => t!("kept.answered", at = dates::moment(written.at), words = words),
        (None, Some(day)) => t!("kept.answer_by", day = dates::full(day)),
        (None, None) => String::new(),
    };
    view! {
        <li data-test="request">
            <div class="body">
                <p><b>{wish}</b>"　"{it.words}</p>
                <p class="why">{dates::moment(it.written.at)}"　"{due}</p>
            </div>
        </li>
    }
}

/// Everything that is kept, as it is printed: nothing masked, for the person's eyes.
fn sheet(data: MyData) -> impl IntoView {
    let fact = |(fact, value, place): (daiban_model::person::Fact, String, String)| {
        view! { <div><dt>{fact_word(fact)}</dt><dd>{value}" "<span class="quiet small">{place}</span></dd></div> }
    };
    let case = |case: daiban_model::api::MyCase| {
        let until = case.keep_until.map(|day| t!("kept.keep_until", day = dates::full(day))).unwrap_or_default();
        view! { <li>{case.row.item}"　"<span class="num">{case.row.number}</span>"　"{until}</li> }
    };
    let counted =
        t!("kept.counted", cases = data.cases.len(), consents = data.consents.len(), views = data.views.len());
    let view_line = |line: daiban_model::api::RevealLine| {
        view! { <li>{dates::moment(line.at)}"　"{line.by}</li> }
    };
    view! {
        <article class="sheet stack" data-test="my-data-sheet">
            <h3>{t!("kept.sheet_title", name = data.name)}</h3>
            <p class="small">{dates::moment(data.at)}"　"{data.station}"　"{data.agent}</p>
            <p>{counted}</p>
            <dl class="facts">{data.facts.into_iter().map(fact).collect_view()}</dl>
            <h4>{t!("kept.cases")}</h4>
            <ul>{data.cases.into_iter().map(case).collect_view()}</ul>
            <h4>{t!("kept.views")}</h4>
            <ul>{data.views.into_iter().map(view_line).collect_view()}</ul>
        </article>
    }
}
