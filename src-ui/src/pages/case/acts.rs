//! What may be done now: the next step stands out, the rest is beside it. An act is filled in where its button stood.

use daiban_model::api::{Act, AdvanceBundle, Offer};
use daiban_model::case::clocks::Whose;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::form::{self, Answers, Ask, Wanted};
use super::home_form::HOME;
use super::{Open, offer_word};
use crate::desk::desk;
use crate::load::Load;
use crate::parts::{ErrorSummary, Field, Icon};
use crate::{keys, say, transport, words};

/// Acts that lead a case on. The engine names the likeliest first; the others stand beside it.
const FORWARD: [Offer; 13] = [
    Offer::AcceptDeemed,
    Offer::Advance,
    Offer::DeliverResults,
    Offer::CheckId,
    Offer::Supplement,
    Offer::FinishAtOnce,
    Offer::HandOver,
    Offer::Accept,
    Offer::Resume,
    Offer::Start,
    Offer::Decide,
    Offer::Deliver,
    Offer::Archive,
];

/// The next step and what else may be done, or the act that is being filled in.
#[component]
pub(super) fn ActPanel(open: Open) -> impl IntoView {
    let acts = open.part(|page| page.acts.clone());
    let whose = open.part(|page| page.row.pressing.as_ref().map(|pressing| pressing.whose));
    move || match open.acting.get() {
        Some(offer) => view! { <ActForm open offer/> }.into_any(),
        None => view! { <Offers open acts=acts.get() whose=whose.get()/> }.into_any(),
    }
}

/// Whom a case waits for when nobody here can lead it on.
fn waiting(whose: Option<Whose>) -> Option<impl IntoView> {
    let words = match whose? {
        Whose::Mine => return None,
        Whose::Organ => t!("case.waits_for_organ"),
        Whose::Applicant => t!("case.waits_for_applicant"),
    };
    Some(view! { <p class="note" data-test="waits-for"><Icon name="hour"/><span>{words}</span></p> })
}

#[component]
fn Offers(open: Open, acts: Vec<Offer>, whose: Option<Whose>) -> impl IntoView {
    let choose = move |offer: Offer| {
        desk().failed.set(None);
        open.acting.set(Some(offer));
    };
    let Some(first) = acts.iter().copied().find(|offer| FORWARD.contains(offer)) else {
        let rest = rest(acts, None, choose);
        return view! { {waiting(whose)}{rest} }.into_any();
    };
    let note = words::one_of("offer_note", &say::code(&first)).unwrap_or_default();
    let rest = rest(acts, Some(first), choose);
    view! {
        <div class="note note-next" data-test="next-step">
            <Icon name="next"/>
            <div><b>{t!("case.next", act = offer_word(first))}</b><br/><span class="quiet">{note}</span></div>
            <button type="button" class="btn btn-go" data-primary="" data-test=format!("offer-{}", say::code(&first))
                on:click=move |_| choose(first)>
                {offer_word(first)}<kbd>"Enter"</kbd>
            </button>
        </div>
        {rest}
    }
    .into_any()
}

/// The groups of what else may be done, in their order on the page; each is a word.
const GROUPS: [&str; 3] = ["case", "papers", "person"];

fn group(offer: Offer) -> &'static str {
    match offer {
        Offer::PayCharge
        | Offer::PromiseLater
        | Offer::PromiseInstead
        | Offer::CheckPromise
        | Offer::BreakPromise
        | Offer::MoveOriginals
        | Offer::ShowCertificate => "papers",
        Offer::Entrust
        | Offer::PauseMandate
        | Offer::ResumeMandate
        | Offer::EndMandate
        | Offer::Come
        | Offer::CallBack
        | Offer::EnterRating
        | Offer::Explain
        | Offer::FindAt
        | Offer::ChooseResults => "person",
        _ => "case",
    }
}

/// What else may be done, a line for each group.
fn rest(acts: Vec<Offer>, first: Option<Offer>, choose: impl Fn(Offer) + Copy + Send + 'static) -> impl IntoView {
    let button = move |offer: Offer| {
        let test = format!("offer-{}", say::code(&offer));
        view! {
            <button type="button" class="btn btn-sm" data-test=test on:click=move |_| choose(offer)>
                {offer_word(offer)}
            </button>
        }
    };
    let elsewhere = |offer: &Offer| *offer == Offer::Note || HOME.contains(offer);
    let acts: Vec<Offer> = acts.into_iter().filter(|offer| Some(*offer) != first && !elsewhere(offer)).collect();
    let line = |name: &'static str| {
        let of_it: Vec<Offer> = acts.iter().copied().filter(|offer| group(*offer) == name).collect();
        (!of_it.is_empty()).then(|| {
            let buttons = of_it.into_iter().map(button).collect_view();
            view! { <div><dt>{words::one_of("offer_group", name)}</dt><dd class="btns">{buttons}</dd></div> }
        })
    };
    view! { <dl class="offers" data-test="offers">{GROUPS.map(line).into_iter().collect_view()}</dl> }
}

#[component]
fn ActForm(open: Open, offer: Offer) -> impl IntoView {
    let answers = RwSignal::new(Answers::new());
    let errors = RwSignal::new(Vec::<(&'static str, String)>::new());
    let busy = RwSignal::new(false);
    let asks = open.page.with_untracked(|page| match page {
        Load::Ready(page) => form::asks(offer, page),
        _ => Vec::new(),
    });
    for (id, value) in asks.iter().filter_map(Ask::proposal) {
        answers.update_untracked(|answers| answers.insert(id.to_owned(), value));
    }
    let close = move |_| open.acting.set(None);
    let submit = move || {
        let lacking = form::lacking(&form_asks(open, offer), &answers.read_untracked());
        errors.set(lacking);
        let wanted = form::wanted(open.id, offer, &answers.read_untracked());
        let (Some(wanted), true, false) = (wanted, errors.with_untracked(Vec::is_empty), busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        let id = open.id;
        spawn_local(async move {
            let reply = match wanted {
                Wanted::Act(command) => transport::call(Act { id, command }).await,
                Wanted::Advance => transport::call(AdvanceBundle { id }).await,
                Wanted::Deliver(call) => transport::call(call).await,
            };
            match reply {
                Ok(page) => {
                    desk().failed.set(None);
                    desk().toast(t!("case.done", act = offer_word(offer)));
                    let _ = open.acting.try_set(None);
                    let _ = open.page.try_set(Load::Ready(page));
                }
                Err(failure) => desk().fail(&failure),
            }
            let _ = busy.try_set(false);
        });
    };
    request_animation_frame(|| {
        keys::focus("[data-act-form] input, [data-act-form] textarea, [data-act-form] [data-primary]");
    });
    view! {
        <form class="note note-next act-form" data-act-form="" data-test="act-form"
            on:submit=move |event| { event.prevent_default(); submit(); }>
            <Icon name="edit"/>
            <div class="stack">
                <h2>{offer_word(offer)}</h2>
                <p class="quiet">{words::one_of("offer_note", &say::code(&offer))}</p>
                <ErrorSummary errors/>
                {asks.into_iter().map(|ask| question(ask, answers)).collect_view()}
                <div class="btns">
                    <button type="submit" class="btn btn-go" data-primary="" data-test="act-do"
                        aria-busy=move || busy.get().to_string()>
                        {offer_word(offer)}
                        <kbd>"Enter"</kbd>
                    </button>
                    <button type="button" class="btn btn-text" data-back="" data-test="act-not" on:click=close>
                        {t!("case.not_now")}
                        <kbd>"Esc"</kbd>
                    </button>
                </div>
            </div>
        </form>
    }
}

fn form_asks(open: Open, offer: Offer) -> Vec<Ask> {
    open.page.with_untracked(|page| match page {
        Load::Ready(page) => form::asks(offer, page),
        _ => Vec::new(),
    })
}

fn question(ask: Ask, answers: RwSignal<Answers>) -> AnyView {
    let value = move |id: &str| {
        let id = id.to_owned();
        Signal::derive(move || answers.with(|answers| answers.get(&id).cloned().unwrap_or_default()))
    };
    let set = move |id: String| move |text: String| answers.update(|answers| drop(answers.insert(id.clone(), text)));
    match ask {
        Ask::Text { id, label, .. } | Ask::Hour { id, label, .. } => {
            view! { <Field id label=label value=value(id) typed=set(id.to_owned())/> }.into_any()
        }
        Ask::Number { id, label } => {
            view! { <Field id label=label value=value(id) typed=set(id.to_owned()) mode="numeric" class="input w-8"/> }
                .into_any()
        }
        Ask::Long { id, label, .. } | Ask::Lines { id, label, .. } => long(id, label, value(id), set(id.to_owned())),
        Ask::Choice { id, label, options } => choice(id.to_owned(), label.to_owned(), options, answers),
        Ask::Paper { id, name } => {
            let option =
                |code: &str| (code.to_owned(), words::one_of("paper_state", code).unwrap_or_default().to_owned());
            choice(id, name, ["copy", "original", "electronic"].map(option).to_vec(), answers)
        }
        Ask::Money { id, label, .. } => {
            view! { <Field id label=label value=value(id) typed=set(id.to_owned()) mode="decimal" class="input w-8"/> }
                .into_any()
        }
        Ask::Given { .. } => ().into_any(),
        Ask::Told { say } if say.is_empty() => ().into_any(),
        Ask::Told { say } => {
            view! { <p class="note" data-test="told"><Icon name="info"/><span>{say}</span></p> }.into_any()
        }
        Ask::Pick { id, label, options, .. } => pick(id, label, options, value(id), set(id.to_owned())),
        Ask::Mark { id, label: name } => tick(id, name.to_owned(), answers),
        Ask::Tick { id, name } | Ask::Among { id, name, .. } => tick(id, name, answers),
        Ask::Hint { id, paper, .. } => {
            let typed = set(id.clone());
            view! {
                <div class="field">
                    <label for=id.clone()>{paper}</label>
                    <span class="hint">{t!("act.paper_hint")}</span>
                    <input class="input" id=id.clone() autocomplete="off" prop:value=value(&id)
                        on:input=move |event| typed(event_target_value(&event))/>
                </div>
            }
            .into_any()
        }
    }
}

/// Something that is ticked or not.
fn tick(id: String, name: String, answers: RwSignal<Answers>) -> AnyView {
    let (mine, key) = (id.clone(), id.clone());
    let ticked = move || answers.with(|answers| answers.contains_key(&mine));
    let turn = move |_| {
        answers.update(|answers| {
            if answers.remove(&key).is_none() {
                answers.insert(key.clone(), String::new());
            }
        });
    };
    view! {
        <label class="pick-row" data-test=id>
            <input class="box" type="checkbox" prop:checked=ticked on:change=turn/>
            <span><b>{name}</b></span>
        </label>
    }
    .into_any()
}

/// One of several that the case knows.
fn pick(
    id: &'static str,
    label: &'static str,
    options: Vec<(String, String)>,
    value: Signal<String>,
    typed: impl Fn(String) + Send + 'static,
) -> AnyView {
    let option = move |(key, words): (String, String)| {
        let mine = key.clone();
        view! { <option value=key selected=move || value.with(|value| *value == mine)>{words}</option> }
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select class="select" id=id data-test=id on:change=move |event| typed(event_target_value(&event))>
                <option value=""></option>
                {options.into_iter().map(option).collect_view()}
            </select>
        </div>
    }
    .into_any()
}

fn long(
    id: &'static str,
    label: &'static str,
    value: Signal<String>,
    typed: impl Fn(String) + Send + 'static,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea class="textarea" id=id data-test=id prop:value=value
                on:input=move |event| typed(event_target_value(&event))>
            </textarea>
        </div>
    }
    .into_any()
}

/// A row of words, one of which is taken; none is taken beforehand.
fn choice(id: String, label: String, options: Vec<(String, String)>, answers: RwSignal<Answers>) -> AnyView {
    let option = |(code, word): (String, String)| {
        let (mine, key, set_key, set_code) = (code.clone(), id.clone(), id.clone(), code.clone());
        let chosen = move || answers.with(|answers| answers.get(&key) == Some(&mine));
        let take = move |_| answers.update(|answers| drop(answers.insert(set_key.clone(), set_code.clone())));
        view! {
            <label data-test=format!("{id}-{code}")>
                <input type="radio" name=id.clone() prop:checked=chosen on:change=take/>
                {word}
            </label>
        }
    };
    let options = options.into_iter().map(option).collect_view();
    let spoken = label.clone();
    view! {
        <div class="field" role="group" aria-label=spoken>
            <span class="legend">{label}</span>
            <span class="seg" id=id.clone()>{options}</span>
        </div>
    }
    .into_any()
}
