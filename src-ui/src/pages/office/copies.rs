//! 副本清理: working copies that go ninety days after the hand-over (R203). The list is looked at and printed, then two people sign (R220); what
//! went stays here by its number, with what was done.

use std::collections::BTreeSet;

use daiban_model::api::{
    ApproveWipe, ListWipe, ListWiped, LookAtWipe, Outlet, PaperView, PrintWipe, WipeRow, WipedCopy,
};
use daiban_model::ids::CaseId;
use leptos::prelude::*;

use super::super::paper::{self, Told};
use super::going::{Batch, Begins, Goes, Row, batch, rows_of};
use super::ledger::{act, button, line, list};
use crate::desk::desk;
use crate::load::{load, show};
use crate::once::Once;
use crate::words::one_of;
use crate::{dates, say};

/// Copies whose day has come, and those that went.
pub(super) fn section() -> AnyView {
    let copies = Batch {
        none: (t!("copies.none"), t!("copies.none_next")),
        words: t!("copies.wipe"),
        stay: t!("copies.stay"),
        begins: Begins::Ticked,
        between: printing,
        sign: |ids, who, pin, second| {
            act(second.once, ApproveWipe { ids, second: who, pin }, move |wiped| {
                second.done();
                desk().toast(t!("copies.done", n = wiped.cases, size = dates::bytes(wiped.bytes)));
            });
        },
    };
    view! {
        <div class="sec-head"><h2>{t!("copies.title")}</h2></div>
        {batch(rows_of(load(|| Some(ListWipe {})), row), copies)}
        {show(load(|| Some(ListWiped {})), |all: &Vec<WipedCopy>| gone(all))}
    }
    .into_any()
}

fn row(it: &WipeRow) -> Row {
    let due = dates::full(it.due);
    let (about, goes) = match it.why {
        None => (t!("copies.one", files = it.files, on = dates::full(it.handed_over), due = due), Goes::Yes),
        Some(why) => {
            let why = one_of("copy_stays", &say::code(&why)).unwrap_or_default();
            (t!("copies.held", due = due, why = why), Goes::No)
        }
    };
    Row { id: it.id, number: it.number.clone(), about, goes }
}

/// The list as it will be printed, and its ways out.
fn printing(wanted: Signal<BTreeSet<CaseId>>) -> AnyView {
    let (once, view) = (Once::default(), RwSignal::new(None::<(Vec<CaseId>, PaperView)>));
    let said = RwSignal::new(None::<Told>);
    let look = move || {
        let ids: Vec<CaseId> = wanted.get_untracked().into_iter().collect();
        act(once, LookAtWipe { ids: ids.clone() }, move |paper| view.set(Some((ids, paper))));
    };
    let put_out = move |to: Outlet| {
        let Some((ids, paper)) = view.get_untracked() else { return };
        act(once, PrintWipe { ids, hash: paper.hash, to }, move |out| {
            said.set(Some(Told::of(&Ok(out.place))));
            view.set(None);
        });
    };
    let looked = move |(_, paper): (Vec<CaseId>, PaperView)| {
        view! {
            <div class="btns">
                {button("copies-print", t!("copies.print"), move || put_out(Outlet::Printer { copies: 1 }))}
                {button("copies-save", t!("print.save"), move || put_out(Outlet::Folder))}
            </div>
            <div class="paper-pages" data-test="paper-pages">{paper::pages(&paper)}</div>
        }
        .into_any()
    };
    view! {
        <div class="btns">{button("copies-look", t!("copies.look"), look)}</div>
        {paper::told(said)}
        {move || view.get().map(looked)}
    }
    .into_any()
}

fn gone(all: &[WipedCopy]) -> AnyView {
    let one = |it: &WipedCopy| line("copy-gone", it.number.clone(), left_of(it), ().into_any());
    list(t!("copies.gone"), all.iter().map(one).collect(), (t!("copies.gone_none"), t!("copies.gone_next")))
}

/// What stays of a copy: what it was about, who signed, and each step with its day.
pub(in crate::pages) fn left_of(it: &WipedCopy) -> String {
    let [first, second] = &it.signed;
    let at = dates::full(it.at.date());
    let head = t!("copies.went", item = it.item, at = at, list = it.list, first = first, second = second);
    let act = |act: &daiban_model::api::WipedAct| {
        let kind = one_of("story", &act.kind).unwrap_or(t!("story_line.unknown"));
        format!("{} {kind} {}", act.at.date(), act.by)
    };
    let acts: Vec<String> = it.acts.iter().map(act).collect();
    format!("{head}{}", acts.join("；"))
}
