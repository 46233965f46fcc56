//! 收好了: the number, the papers to print, and on to the next.

use daiban_model::api::{CaseRow, ListPapers, PaperOffer, PaperView};
use daiban_model::case::event::PaperName;
use daiban_model::form::Size;
use daiban_model::ids::CaseId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::work::Work;
use crate::desk::desk;
use crate::load::{Load, show};
use crate::pages::paper::{PaperDialog, Told, pages, printed, title, told};
use crate::parts::{Go, Icon};
use crate::print::{self, Way};
use crate::route::Route;
use crate::transport;

/// What people take home from the desk.
const TAKEN_HOME: [PaperName; 5] =
    [PaperName::Receipt, PaperName::Notice, PaperName::Mandate, PaperName::Conditional, PaperName::Promise];

type Sheets = Vec<(CaseId, PaperOffer)>;

/// The last step.
#[component]
pub(super) fn SlipStep(work: Work) -> impl IntoView {
    let rows = work.taken.with_untracked(|taken| taken.as_ref().map(|taken| taken.rows.clone()).unwrap_or_default());
    let cases: Vec<CaseId> = rows.iter().map(|row| row.id).collect();
    let first = cases.first().copied();
    let set = RwSignal::new(Sheets::new());
    gather(cases.clone(), set);
    let (said, busy, seen) = (RwSignal::new(None::<Told>), RwSignal::new(false), RwSignal::new(Load::Waiting));
    if let Some(case) = first {
        spawn_local(async move {
            let slip = daiban_model::api::PaperRef { name: PaperName::Receipt, no: 0 };
            let view = print::look(case, slip, Size::A4).await;
            let _ = seen.try_set(view.map_or_else(Load::Failed, Load::Ready));
        });
    }
    let line = |row: CaseRow| {
        let case = row.id;
        view! {
            <li>
                <b>{row.item}</b>
                <span class="why num" data-test="slip-number">{row.number}</span>
                <span class="act"><Go to=Route::Case(case) test="open-taken">{t!("slip.look")}</Go></span>
            </li>
        }
    };
    let put_out = move |way: Way| {
        let (papers, cases) = (set.get_untracked(), cases.clone());
        if papers.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let out = print::put_out_all(&papers, way).await;
            let _ = said.try_set(Some(Told::of(&out.map_err(|(_, failure)| failure))));
            gather(cases, set);
            let _ = busy.try_set(false);
        });
    };
    let save = put_out.clone();
    let again = move |_| {
        desk().router.go(Route::Today);
        desk().router.go(Route::New(None));
    };
    view! {
        <header class="step-head"><h1 data-test="taken">{t!("slip.title")}</h1></header>
        <div class="step-body">
            <p class="ok-note"><Icon name="check"/>{t!("slip.kept")}</p>
            <ol class="task">{rows.into_iter().map(line).collect_view()}</ol>
            <Papers set/>
            {told(said)}
            <p class="note"><Icon name="star"/><span>{t!("slip.rating")}</span></p>
        </div>
        <aside class="step-right paper-pages" data-test="slip">{show(seen, |view: &PaperView| pages(view))}</aside>
        <div class="step-bar">
            <button type="button" class="btn btn-go btn-big" data-primary="" data-first="" data-print="" data-test="print"
                aria-busy=move || busy.get().to_string() on:click=move |_| put_out(Way::Printer)>
                <Icon name="print"/>{t!("slip.print")}<kbd>"Ctrl P"</kbd>
            </button>
            <button type="button" class="btn btn-big" data-test="save-paper" on:click=move |_| save(Way::File)>
                <Icon name="down"/>
                {t!("print.save")}
            </button>
            <button type="button" class="btn btn-big" data-test="again" on:click=again>
                <Icon name="plus"/>
                {t!("slip.again")}
            </button>
            {first.map(|case| view! { <Go to=Route::Case(case) class="btn btn-text">{t!("slip.this_case")}</Go> })}
        </div>
    }
}

/// Asks which of the papers that people take home there are.
fn gather(cases: Vec<CaseId>, set: RwSignal<Sheets>) {
    spawn_local(async move {
        let mut found = Sheets::new();
        for id in cases {
            match transport::call(ListPapers { id }).await {
                Ok(offers) => {
                    let home = offers.into_iter().filter(|offer| TAKEN_HOME.contains(&offer.paper.name));
                    found.extend(home.map(|offer| (id, offer)));
                }
                Err(failure) => desk().fail(&failure),
            }
        }
        let _ = set.try_set(found);
    });
}

/// The papers that one press prints; each can be looked at by itself.
#[component]
fn Papers(set: RwSignal<Sheets>) -> impl IntoView {
    let looking = RwSignal::new(None::<PaperOffer>);
    let case = RwSignal::new(None::<CaseId>);
    let row = move |(id, offer): (CaseId, PaperOffer)| {
        let name = title(offer.paper.name);
        let times = printed(&offer);
        let look = move |_| {
            case.set(Some(id));
            looking.set(Some(offer.clone()));
        };
        view! {
            <li data-test="paper-offer">
                <b>{name}</b>
                <span class="why" data-test="paper-printed">{times}</span>
                <span class="act">
                    <button type="button" class="link" data-test="paper-look" aria-label=t!("print.look_at", paper = name)
                        on:click=look>
                        {t!("print.look")}
                    </button>
                </span>
            </li>
        }
    };
    view! {
        <ul class="task">{move || set.get().into_iter().map(row).collect_view()}</ul>
        {move || case.get().map(|case| view! { <PaperDialog case looking/> })}
    }
}
