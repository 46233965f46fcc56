//! 副本清理: working copies that go ninety days after the hand-over (R203). The list is looked at and printed, then two people sign (R220); what
//! went stays here by its number, with what was done.

use std::collections::BTreeSet;

use daiban_model::api::{
    ApproveWipe, ListWipe, ListWiped, LookAtWipe, Outlet, PaperView, PrintWipe, WipeRow, WipedCopy,
};
use daiban_model::ids::CaseId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::super::paper::{self, Told};
use super::going::{Second, second_sign};
use super::ledger::{act, button, line, list};
use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::parts::{Empty, Held};
use crate::words::{fill, one_of};
use crate::{dates, say, transport};

/// Which of them were taken out of the list, and who signs beside whoever is here.
#[derive(Clone, Copy)]
struct Work {
    left_out: RwSignal<BTreeSet<CaseId>>,
    second: Second,
    view: RwSignal<Option<PaperView>>,
    said: RwSignal<Option<Told>>,
}

/// Copies whose day has come, and those that went.
pub(super) fn section() -> AnyView {
    let work = Work {
        left_out: RwSignal::new(BTreeSet::new()),
        second: Second::default(),
        view: RwSignal::new(None),
        said: RwSignal::new(None),
    };
    let all = load(|| Some(ListWipe {}));
    // Asked for again and found the same, they leave a PIN that is being typed alone.
    let rows: Memo<Load<Vec<WipeRow>>> = Memo::new(move |_| all.get());
    view! {
        <div class="sec-head"><h2>{t!("copies.title")}</h2></div>
        {show(rows, move |rows: &Vec<WipeRow>| listed(rows, work))}
        {show(load(|| Some(ListWiped {})), |all: &Vec<WipedCopy>| gone(all))}
    }
    .into_any()
}

fn listed(rows: &[WipeRow], work: Work) -> AnyView {
    let (ready, held): (Vec<&WipeRow>, Vec<&WipeRow>) = rows.iter().partition(|row| row.why.is_none());
    let held = held.into_iter().map(|row| {
        let why = row.why.and_then(|why| one_of("copy_stays", &say::code(&why))).unwrap_or_default();
        line("copy-held", row.number.clone(), t!("copies.held", due = dates::full(row.due), why = why), ().into_any())
    });
    let held: Vec<AnyView> = held.collect();
    let held = (!held.is_empty()).then(|| list(t!("copies.stay"), held, ("", "")));
    if ready.is_empty() {
        return view! { <Empty title=t!("copies.none") next=t!("copies.none_next")/>{held} }.into_any();
    }
    let there: BTreeSet<CaseId> = ready.iter().map(|row| row.id).collect();
    let wanted = Signal::derive(move || work.left_out.with(|out| &there - out));
    view! {
        <div class="ticks">{ready.into_iter().map(|row| tick(row, work)).collect_view()}</div>
        {printing(wanted, work)}
        {signing(wanted, work)}
        {held}
    }
    .into_any()
}

fn tick(row: &WipeRow, work: Work) -> AnyView {
    let id = row.id;
    let turn = move |_| {
        // What was looked at is another list now.
        work.view.set(None);
        work.left_out.update(|out| {
            if !out.remove(&id) {
                out.insert(id);
            }
        });
    };
    let text = t!("copies.one", files = row.files, on = dates::full(row.handed_over), due = dates::full(row.due));
    view! {
        <label class="pick-row" data-test="tick">
            <input class="box" type="checkbox" prop:checked=move || !work.left_out.with(|out| out.contains(&id)) on:change=turn/>
            <span><b>{row.number.clone()}</b></span>
            <span class="meta"><Held text/></span>
        </label>
    }
    .into_any()
}

/// The list as it will be printed, and its ways out.
fn printing(wanted: Signal<BTreeSet<CaseId>>, work: Work) -> AnyView {
    let ids = move || wanted.get_untracked().into_iter().collect::<Vec<_>>();
    let look = move || {
        let ids = ids();
        spawn_local(async move {
            match transport::call(LookAtWipe { ids }).await {
                Ok(view) => drop(work.view.try_set(Some(view))),
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    let put_out = move |to: Outlet| {
        let Some(hash) = work.view.with_untracked(|view| view.as_ref().map(|view| view.hash)) else { return };
        let ids = ids();
        spawn_local(async move {
            let out = transport::call(PrintWipe { ids, hash, to }).await;
            let _ = work.said.try_set(Some(Told::of(&out.map(|out| out.place))));
            let _ = work.view.try_set(None);
        });
    };
    let looked = move |view: PaperView| {
        view! {
            <div class="btns">
                {button("copies-print", t!("copies.print"), move || put_out(Outlet::Printer { copies: 1 }))}
                {button("copies-save", t!("print.save"), move || put_out(Outlet::Folder))}
            </div>
            <div class="paper-pages" data-test="paper-pages">{paper::pages(&view)}</div>
        }
        .into_any()
    };
    view! {
        <div class="btns">{button("copies-look", t!("copies.look"), look)}</div>
        {paper::told(work.said)}
        {move || work.view.get().map(looked)}
    }
    .into_any()
}

fn signing(wanted: Signal<BTreeSet<CaseId>>, work: Work) -> AnyView {
    let submit = move || {
        let ids: Vec<CaseId> = wanted.get_untracked().into_iter().collect();
        let Some((second, pin)) = work.second.given().filter(|_| !ids.is_empty()) else {
            return desk().failed.set(Some(t!("going.choose").to_owned()));
        };
        act(work.second.once, ApproveWipe { ids, second, pin }, move |wiped| {
            work.second.done();
            work.said.set(None);
            desk().toast(t!("copies.done", n = wiped.cases, size = dates::bytes(wiped.bytes)));
        });
    };
    let words = Signal::derive(move || fill(t!("copies.wipe"), &[("n", &wanted.with(BTreeSet::len))]));
    second_sign(work.second, words, Box::new(submit))
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
