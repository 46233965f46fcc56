//! One case: stage, clocks, next step, then papers, story, person. A closed one is read-only; corrections are added.

mod acts;
mod asides;
mod attention;
mod beside;
mod bundle;
mod care;
mod facts;
mod files;
mod form;
mod form_beside;
mod home;
mod home_form;
mod picture;
mod prints;

use daiban_model::api::{CasePage as Content, Offer, OpenCase, Sent};
use daiban_model::case::event::{IdCheck, PaperState};
use daiban_model::case::fold::Stage;
use daiban_model::ids::CaseId;
use leptos::prelude::*;

use self::acts::ActPanel;
use self::asides::BesideNotes;
use self::attention::{Anomalies, conflicts};
use self::bundle::Bundle;
use self::care::CareSection;
use self::facts::{Facts, NoteForm, mandate};
use self::files::{FileSection, Picking};
use self::home::Home;
pub(in crate::pages) use self::home::joined;
use self::prints::Prints;
use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::parts::{ClockBand, FailNote, Go, Icon, Papers, StageTag, Story, Tag, Weight, held_name};
use crate::route::Route;
use crate::{say, words};

/// The page of one case, shared by its sections.
#[derive(Clone, Copy)]
struct Open {
    id: CaseId,
    page: RwSignal<Load<Box<Content>>>,
    /// The act being filled in, if any.
    acting: RwSignal<Option<Offer>>,
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
}

/// Its place, and the department in charge where there is one.
fn where_it_is(place: String, department: String) -> String {
    match department.is_empty() {
        true => place,
        false => t!("case.place_and_department", place = place, department = department),
    }
}

/// The page of one case.
#[component]
pub fn CasePage(case: CaseId) -> impl IntoView {
    let page = load(move || {
        desk().exchanged.track();
        Some(OpenCase { id: case })
    });
    let open = Open { id: case, page, acting: RwSignal::new(None) };
    let picking = Picking::start(open);
    let ready = Memo::new(move |_| page.with(|page| matches!(page, Load::Ready(_))));
    view! {
        <main class="page" id="main" tabindex="-1" data-page="case">
            {show(page, move |page: &_| head(Content::clone(page)))}
            <FailNote/>
            <Show when=move || ready.get()>
                <ActPanel open/>
                <BesideNotes open/>
                <Anomalies open/>
                <Bundle open/>
                <div class="two case-body">
                    <div class="stack-5">
                        <PaperSection open picking/>
                        <Prints open/>
                        <FileSection open picking/>
                        <Home open/>
                        <Facts open/>
                    </div>
                    <div class="stack-5">
                        <CareSection open/>
                        <StorySection open/>
                        <NoteForm open/>
                    </div>
                </div>
            </Show>
        </main>
    }
}

fn head(page: Content) -> impl IntoView {
    let row = page.row.clone();
    let tail = (!row.id_tail.is_empty()).then(|| format!("…{}", row.id_tail));
    let sent = match page.sent {
        Sent::Waiting { changes } => {
            view! { <Tag weight=Weight::Plain icon="sync" text=t!("case.unsent", n = changes)/> }.into_any()
        }
        Sent::Arrived { seq } => {
            view! { <Tag weight=Weight::Plain icon="check" text=t!("case.arrived", n = seq)/> }.into_any()
        }
    };
    let unseen = (page.id == IdCheck::Later).then(|| {
        view! { <span data-test="id-later"><Tag weight=Weight::Mine icon="lack" text=t!("case.id_later")/></span> }
    });
    let number = if row.number.is_empty() { t!("case.no_number").to_owned() } else { row.number.clone() };
    view! {
        <header class="case-head">
            <div class="case-title">
                <p class="small quiet">
                    <Go to=Route::Cases(String::new())>{t!("nav.cases")}</Go>
                    "　"
                    <span class="num" data-test="case-number">{number}</span>
                </p>
                <h1 data-test="case-item">{row.item.clone()}</h1>
                <p class="case-who">
                    <b data-test="case-name">{held_name(&row.name)}</b>" "<span class="num">{tail}</span>"　"
                    {where_it_is(row.place, page.department)}
                    {page.keep_until.map(|day| t!("case.keep_until", day = crate::dates::full(day)))}
                    {(!page.contact.is_empty()).then(|| format!("，{}", page.contact))}
                </p>
                <p class="row">
                    <span data-test="case-stage"><StageTag row=page.row.clone()/></span>
                    <span data-test="case-sent">{sent}</span>
                    {unseen}
                </p>
            </div>
        </header>
        {stages(row.stage)}
        {conflicts(page.row.id, &page.conflicts)}
        <ClockBand clocks=page.clocks ruler=page.ruler/>
    }
}

/// Where it stands on the way from the desk to the archive.
fn stages(stage: Stage) -> impl IntoView {
    let names = [
        t!("steps.received"),
        t!("steps.handed_over"),
        t!("steps.accepted"),
        t!("steps.in_process"),
        t!("steps.decided"),
        t!("steps.delivered"),
        t!("steps.rated"),
    ];
    let at = match stage {
        Stage::New | Stage::Consulting | Stage::Mandated | Stage::Received | Stage::Supplementing { .. } => 0,
        Stage::HandedOver => 1,
        Stage::Accepted | Stage::NotAccepted => 2,
        Stage::InProcess | Stage::Suspended => 3,
        Stage::Decided { .. } => 4,
        Stage::Delivered => 5,
        Stage::Rated => 6,
        Stage::Archived => 7,
    };
    let line = |(index, name): (usize, &'static str)| {
        let mark = if index < at {
            view! { <Icon name="done"/> }.into_any()
        } else {
            view! { <span class="dot"></span> }.into_any()
        };
        let name = if index == at { say::stage(stage) } else { name };
        view! { <li class:is-done=index < at aria-current=(index == at).then_some("step")>{mark}{name}</li> }
    };
    view! {
        <ol class="steps" aria-label=t!("steps.label")>{names.into_iter().enumerate().map(line).collect_view()}</ol>
    }
}

#[component]
fn PaperSection(open: Open, picking: Picking) -> impl IntoView {
    let papers = open.part(|page| page.papers.clone());
    let missing =
        move || papers.with(|papers| papers.iter().filter(|paper| paper.state == PaperState::Missing).count());
    let head = move || match (papers.with(Vec::len), missing()) {
        (0, _) => t!("case.no_papers").to_owned(),
        (all, 0) => t!("case.papers_all", n = all),
        (all, missing) => t!("case.papers_some", n = all, missing = missing),
    };
    view! {
        <section id="papers" aria-labelledby="h-papers">
            <div class="sec-head">
                <h2 id="h-papers">{t!("case.papers")}</h2>
                <span class="push" data-test="papers-count">{head}</span>
            </div>
            {move || view! { <Papers papers=papers.get() pick=picking.for_paper()/> }}
            {mandate(open)}
        </section>
    }
}

#[component]
fn StorySection(open: Open) -> impl IntoView {
    let story = open.part(|page| page.story.clone());
    let all = RwSignal::new(false);
    let lines = move || {
        let mut story = story.get();
        if !all.get() {
            story.truncate(8);
        }
        view! { <Story story/> }
    };
    let more = move || story.with(Vec::len).saturating_sub(8);
    view! {
        <section id="story" aria-labelledby="h-story">
            <div class="sec-head">
                <h2 id="h-story">{t!("case.story")}</h2>
                <span class="push">{move || t!("case.story_n", n = story.with(Vec::len))}</span>
            </div>
            {lines}
            <Show when=move || { more() > 0 && !all.get() }>
                <button type="button" class="link" on:click=move |_| all.set(true)>
                    {move || t!("case.story_all", n = more())}
                </button>
            </Show>
        </section>
    }
}

/// The name of an act, as on its button.
fn offer_word(offer: Offer) -> &'static str {
    words::one_of("offer", &say::code(&offer)).unwrap_or_default()
}
