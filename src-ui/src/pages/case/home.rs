//! 上门服务: what was agreed on, done and said, and the papers to take along.

use daiban_model::api::{BookingView, GetKit, HomeView, InterviewView, Offer, StartDraft, VisitView};
use daiban_model::case::event::Signature;
use daiban_model::case::fold::Stage;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;

use super::home_form::HOME;
use super::{Open, offer_word};
use crate::desk::desk;
use crate::pages::paper::{Told, told};
use crate::parts::{Held, Icon};
use crate::print::{self, Way};
use crate::route::Route;
use crate::{dates, say, transport, words};

/// Home service in one case.
#[component]
pub(super) fn Home(open: Open) -> impl IntoView {
    let view = open.part(|page| page.home.clone());
    let offers = open.part(|page| page.acts.iter().copied().filter(|offer| HOME.contains(offer)).collect::<Vec<_>>());
    let asked = open.part(|page| (page.row.stage == Stage::Consulting).then_some(()));
    let seen = Memo::new(move |_| {
        view.with(|view| !(view.bookings.is_empty() && view.visits.is_empty() && view.interviews.is_empty()))
            || !offers.with(Vec::is_empty)
    });
    let act = move |offer: Offer| {
        let start = move |_| {
            desk().failed.set(None);
            open.acting.set(Some(offer));
        };
        view! {
            <button type="button" class="btn btn-sm" data-test=format!("offer-{}", say::code(&offer)) on:click=start>
                {offer_word(offer)}
            </button>
        }
    };
    view! {
        <Show when=move || seen.get()>
            <section class="stack" id="home" aria-labelledby="h-home" data-test="home">
                <div class="sec-head"><h2 id="h-home">{t!("home.title")}</h2></div>
                {move || lists(view.get())}
                <div class="btns">{move || offers.get().into_iter().map(act).collect_view()}</div>
                <Show when=move || asked.get().is_some()><GoOn open/></Show>
                <Show when=move || !offers.with(Vec::is_empty)><Kit open/></Show>
            </section>
        </Show>
    }
}

fn lists(home: HomeView) -> impl IntoView {
    let grounds = joined("ground", home.grounds.iter());
    let grounds = (!grounds.is_empty()).then(|| {
        view! { <p data-test="grounds"><Held text=t!("home.grounds", words = grounds)/></p> }
    });
    view! {
        <ul class="task">
            {home.bookings.into_iter().map(booking).collect_view()}
            {home.visits.into_iter().map(visit).collect_view()}
            {home.interviews.into_iter().map(interview).collect_view()}
        </ul>
        {grounds}
    }
}

/// Codes as words, in one line.
pub(in crate::pages) fn joined<T: Serialize>(family: &str, codes: impl Iterator<Item = T>) -> String {
    let word = |one: T| match family {
        "ground" => words::one_of("ground", &say::code(&one)),
        _ => words::one_of("home_reason", &say::code(&one)),
    };
    codes.filter_map(word).collect::<Vec<_>>().join("、")
}

fn booking(view: BookingView) -> impl IntoView {
    let why = joined("home_reason", view.booking.reasons.iter());
    let (hour, place) = (dates::hour(view.booking.at), view.booking.place);
    view! {
        <li data-test="booking">
            <b><Held text=t!("home.at_place", hour = hour, place = place)/></b>
            <span class="why">{t!("home.who_why", who = view.staff.join("、"), why = why)}</span>
        </li>
    }
}

fn visit(view: VisitView) -> impl IntoView {
    let hours = t!("home.hours", from = dates::hour(view.visit.arrived), until = dates::hour(view.visit.left));
    let grade = view.grade.and_then(|grade| words::one_of("grade", &u8::from(grade).to_string()));
    view! {
        <li data-test="visit">
            <b><Held text=t!("home.made", hours = hours, place = view.visit.place)/></b>
            <span class="why">{view.staff.join("、")}" "{view.visit.next}" "{grade}</span>
        </li>
    }
}

/// A signed record: it can be read, and nothing of it can be changed.
fn interview(view: InterviewView) -> impl IntoView {
    let InterviewView { interview, additions, .. } = view;
    let line = |line: daiban_model::visit::Spoken| {
        view! { <p><b>{t!("home.q")}{line.question}</b><br/>{t!("home.a")}{line.answer}</p> }
    };
    let added = |addition: daiban_model::visit::Addition| {
        let signed = signature(&addition.signature);
        view! { <p data-test="addition">{t!("home.added", text = addition.text, signed = signed)}</p> }
    };
    let hours = t!("home.hours", from = dates::hour(interview.from), until = dates::hour(interview.until));
    let signed = signature(&interview.signature);
    view! {
        <li data-test="interview">
            <details>
                <summary><b><Held text=t!("home.asked", hours = hours, place = interview.place)/></b></summary>
                {interview.lines.into_iter().map(line).collect_view()}
                <p class="quiet">{t!("home.locked", signed = signed)}</p>
                {additions.into_iter().map(added).collect_view()}
            </details>
        </li>
    }
}

fn signature(signature: &Signature) -> String {
    let how = words::one_of("signature", &say::code(signature)).unwrap_or_default();
    match signature {
        Signature::Hand => how.to_owned(),
        Signature::Thumb { witness: who } | Signature::Guardian { name: who, .. } => {
            t!("home.by", how = how, who = who)
        }
    }
}

/// From the question to the receipt, in the same case.
#[component]
fn GoOn(open: Open) -> impl IntoView {
    let go_on = move |_| {
        spawn_local(async move {
            match transport::call(StartDraft { from: Some(open.id), item: None }).await {
                Ok(draft) => desk().router.go(Route::New(Some(draft.id.0.to_string()))),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    view! {
        <div class="btns">
            <button type="button" class="btn btn-go" data-primary="" data-test="go-on" on:click=go_on>
                {t!("home.go_on")}<kbd>"Enter"</kbd>
            </button>
        </div>
    }
}

/// 全套资料 (R103): one press, all papers.
#[component]
fn Kit(open: Open) -> impl IntoView {
    let (said, busy) = (RwSignal::new(None::<Told>), RwSignal::new(false));
    let put_out = move |way: Way| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let out = match transport::call(GetKit { case: open.id }).await {
                Ok(kit) => {
                    let set: Vec<_> = kit.sheets.into_iter().map(|offer| (open.id, offer)).collect();
                    print::put_out_all(&set, way).await.map_err(|(_, failure)| failure)
                }
                Err(failure) => Err(failure),
            };
            let _ = said.try_set(Some(Told::of(&out)));
            let _ = busy.try_set(false);
        });
    };
    view! {
        <div class="btns">
            <button type="button" class="btn" data-test="print-kit" aria-busy=move || busy.get().to_string()
                on:click=move |_| put_out(Way::Printer)>
                <Icon name="print"/>{t!("home.kit")}
            </button>
            <button type="button" class="btn btn-text" data-test="save-kit" on:click=move |_| put_out(Way::File)>
                {t!("print.save")}
            </button>
        </div>
        {told(said)}
    }
}
