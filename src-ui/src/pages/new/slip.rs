//! 收好了: the number, the papers to print, and on to the next.

use daiban_model::api::Sheets;
use leptos::prelude::*;

use super::work::Work;
use crate::desk::desk;
use crate::parts::{Go, Icon, SheetFrame};
use crate::route::Route;

/// The last step.
#[component]
pub(super) fn SlipStep(work: Work) -> impl IntoView {
    let (cases, sheets) = work.taken.with_untracked(|taken| {
        taken.as_ref().map(|taken| (taken.cases.clone(), taken.sheets.clone())).unwrap_or_default()
    });
    let line = |(case, sheets): (daiban_model::ids::CaseId, &Sheets)| {
        let (number, item) =
            sheets.slip.as_ref().map(|slip| (slip.number.clone(), slip.item.clone())).unwrap_or_default();
        view! {
            <li>
                <b>{item}</b>
                <span class="why num" data-test="case-number">{number}</span>
                <span class="act"><Go to=Route::Case(case) test="open-taken">{t!("slip.look")}</Go></span>
            </li>
        }
    };
    let lines = cases.iter().copied().zip(sheets.iter()).map(line).collect_view();
    let first = cases.first().copied();
    let again = move |_| {
        desk().router.go(Route::Today);
        desk().router.go(Route::New(None));
    };
    let print = move |_| {
        let _ = window().print();
    };
    view! {
        <header class="step-head"><h1 data-test="taken">{t!("slip.title")}</h1></header>
        <div class="step-body">
            <p class="ok-note"><Icon name="check"/>{t!("slip.kept")}</p>
            <ol class="task">{lines}</ol>
            <p class="note"><Icon name="star"/><span>{t!("slip.rating")}</span></p>
        </div>
        <aside class="step-right">{sheets.into_iter().map(|sheets| view! {
            <SheetFrame sheets/>
        }).collect_view()}</aside>
        <div class="step-bar">
            <button type="button" class="btn btn-go btn-big" data-primary="" data-first="" data-test="print"
                on:click=print>
                <Icon name="print"/>{t!("slip.print")}<kbd>"Ctrl P"</kbd>
            </button>
            <button type="button" class="btn btn-big" data-test="again" on:click=again>
                <Icon name="plus"/>
                {t!("slip.again")}
            </button>
            {first.map(|case| view! { <Go to=Route::Case(case) class="btn btn-text">{t!("slip.this_case")}</Go> })}
        </div>
    }
}
