//! 纸件: every paper that the case allows now, with its number and how often it was printed.

use daiban_model::api::{ListPapers, PaperOffer};
use leptos::prelude::*;

use super::Open;
use crate::load::{load, show};
use crate::pages::paper::{PaperDialog, printed, title};
use crate::parts::Held;
use crate::say;

/// The papers of the case.
#[component]
pub(super) fn Prints(open: Open) -> impl IntoView {
    let offers = load(move || Some(ListPapers { id: open.id }));
    let looking = RwSignal::new(None::<PaperOffer>);
    let row = move |offer: &PaperOffer| {
        let (name, offer) = (title(offer.paper.name), offer.clone());
        let (number, times, code) = (offer.number.clone(), printed(&offer), say::code(&offer.paper.name));
        view! {
            <li data-test="paper-offer" data-paper=code>
                <b>{name}</b>
                <span class="why">
                    <span class="num" data-test="paper-number"><Held text=number/></span>
                    " "
                    <span data-test="paper-printed">{times}</span>
                </span>
                <span class="act">
                    <button type="button" class="link" data-print="" data-test="paper-look"
                        aria-label=t!("print.look_at", paper = name) on:click=move |_| looking.set(Some(offer.clone()))>
                        {t!("print.look")}
                    </button>
                </span>
            </li>
        }
    };
    let rows = move |offers: &Vec<PaperOffer>| match offers.is_empty() {
        true => view! { <p class="quiet">{t!("print.none")}</p> }.into_any(),
        false => view! { <ul class="task">{offers.iter().map(row).collect_view()}</ul> }.into_any(),
    };
    view! {
        <section id="prints" aria-labelledby="h-prints" data-test="prints">
            <div class="sec-head"><h2 id="h-prints">{t!("print.title")}</h2></div>
            {show(offers, rows)}
            <PaperDialog case=open.id looking/>
        </section>
    }
}
