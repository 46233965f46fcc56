//! 监督: what supervisors see to, and whoever keeps the frame with them (R203 to R209, R125). Shown to those who may; the engine refuses all
//! others whatever is shown.

mod assessed;
mod audit;
mod copies;
mod entrusted;
mod going;
mod half_days;
mod incidents;
mod ledger;

pub(super) use copies::left_of;
use daiban_model::access::Role;
use leptos::prelude::*;

use crate::desk::desk;

/// One thing to see to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Audit,
    Incidents,
    Entrusted,
    Going,
    Copies,
    Assessed,
    HalfDays,
}

impl Section {
    /// Its name on the screen, and for tests.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Audit => (t!("office.audit"), "audit"),
            Self::Incidents => (t!("office.incidents"), "incidents"),
            Self::Entrusted => (t!("office.entrusted"), "entrusted"),
            Self::Going => (t!("office.going"), "going"),
            Self::Copies => (t!("office.copies"), "copies"),
            Self::Assessed => (t!("office.assessed"), "assessed"),
            Self::HalfDays => (t!("office.half_days"), "half-days"),
        }
    }

    /// What this post sees to.
    fn of(role: Role) -> &'static [Self] {
        match (role.audits(), role.oversees()) {
            (true, _) => &[
                Self::Audit,
                Self::Incidents,
                Self::Entrusted,
                Self::Going,
                Self::Copies,
                Self::Assessed,
                Self::HalfDays,
            ],
            (false, true) => &[Self::Entrusted, Self::Going, Self::Copies, Self::Assessed],
            (false, false) => &[],
        }
    }

    fn view(self) -> AnyView {
        match self {
            Self::Audit => audit::section(),
            Self::Incidents => incidents::section(),
            Self::Entrusted => entrusted::section(),
            Self::Going => going::section(),
            Self::Copies => copies::section(),
            Self::Assessed => assessed::section(),
            Self::HalfDays => half_days::section(),
        }
    }
}

/// The page of those who see to the rest.
#[component]
pub fn OfficePage() -> impl IntoView {
    let sections = desk().role().map_or(&[][..], Section::of);
    let open = RwSignal::new(sections.first().copied());
    let tab = move |it: Section| {
        let (name, test) = it.names();
        let choose = move |_| {
            desk().failed.set(None);
            open.set(Some(it));
        };
        view! {
            <button type="button" role="tab" data-test=format!("tab-{test}") on:click=choose
                aria-selected=move || (open.get() == Some(it)).to_string()>
                {name}
            </button>
        }
    };
    view! {
        <main class="page" id="main" tabindex="-1" data-page="office">
            <header class="page-head"><h1>{t!("office.title")}</h1></header>
            <div class="tabs" role="tablist" aria-label=t!("office.title")>{sections.iter().copied().map(tab).collect_view()}</div>
            <section class="stack" role="tabpanel" aria-label=move || open.get().map(|it| it.names().0)>
                {move || open.get().map(Section::view)}
            </section>
        </main>
    }
}
