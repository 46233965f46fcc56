//! What goes by a list that two people sign (R220): files whose term is over, with the register of what went (R207).

use std::collections::BTreeSet;

use daiban_model::api::{DestroyedFile, ExpiredFile, ListDestroyed, ListExpired, SessionState, SignDestruction};
use daiban_model::ids::{AgentId, CaseId};
use leptos::prelude::*;

use super::ledger::{Typed, act, form, line, list};
use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::parts::{Empty, Held};
use crate::words::{fill, one_of};
use crate::{dates, say};

/// What has been ticked, and who signs beside whoever is here.
#[derive(Clone, Copy)]
struct Signing {
    chosen: RwSignal<BTreeSet<CaseId>>,
    /// The second person and their PIN.
    second: Typed,
}

impl Signing {
    /// After both have signed.
    fn done(self) {
        self.chosen.set(BTreeSet::new());
        self.second.clear();
    }
}

/// A case that may be ticked: its number, and what else is said of it.
type Row = (CaseId, String, String);
/// What both sign: these cases, the second person, their PIN.
type Sign = fn(Vec<CaseId>, AgentId, String, Signing);

/// Files whose term is over.
pub(super) fn section() -> AnyView {
    let rows = |all: &Vec<ExpiredFile>| all.iter().map(|file| (file.id, file.number.clone(), of_file(file))).collect();
    let sign: Sign = |ids, second, pin, signing| act(SignDestruction { ids, second, pin }, move |_| signing.done());
    let none = (t!("going.none"), t!("going.none_next"));
    view! {
        <div class="sec-head"><h2>{t!("going.expired")}</h2></div>
        {batch(rows_of(load(|| Some(ListExpired {})), rows), none, t!("going.destroy"), sign)}
        {show(load(|| Some(ListDestroyed {})), |all: &Vec<_>| register(all))}
    }
    .into_any()
}

/// The rows of an answer. Asked for again and found the same, they leave a PIN that is being typed alone.
fn rows_of<T: Send + Sync + 'static>(all: RwSignal<Load<T>>, rows: fn(&T) -> Vec<Row>) -> Memo<Load<Vec<Row>>> {
    Memo::new(move |_| {
        all.with(|all| match all {
            Load::Waiting => Load::Waiting,
            Load::Ready(all) => Load::Ready(rows(all)),
            Load::Failed(failure) => Load::Failed(failure.clone()),
        })
    })
}

/// The list that is ticked, and the two signatures under it.
fn batch(rows: Memo<Load<Vec<Row>>>, none: (&'static str, &'static str), words: &'static str, sign: Sign) -> AnyView {
    let signing = Signing { chosen: RwSignal::new(BTreeSet::new()), second: Typed::new(2) };
    show(rows, move |rows: &Vec<Row>| listed(rows, none, words, signing, sign)).into_any()
}

fn listed(
    rows: &[Row],
    none: (&'static str, &'static str),
    words: &'static str,
    signing: Signing,
    sign: Sign,
) -> AnyView {
    if rows.is_empty() {
        return view! { <Empty title=none.0 next=none.1/> }.into_any();
    }
    let there: BTreeSet<CaseId> = rows.iter().map(|row| row.0).collect();
    // A case that was ticked and has gone meanwhile is not signed for.
    let wanted = Signal::derive(move || signing.chosen.with(|chosen| chosen & &there));
    let submit = move || {
        let ids: Vec<CaseId> = wanted.get_untracked().into_iter().collect();
        match signing.second.get(0).parse() {
            Ok(second) if !ids.is_empty() => sign(ids, second, signing.second.get(1), signing),
            _ => desk().failed.set(Some(t!("going.choose").to_owned())),
        }
    };
    let words = Signal::derive(move || fill(words, &[("n", &wanted.with(BTreeSet::len))]));
    view! {
        <div class="ticks">{rows.iter().cloned().map(|row| tick(row, signing.chosen)).collect_view()}</div>
        {second_sign(signing.second, words, Box::new(submit))}
    }
    .into_any()
}

fn tick((id, number, text): Row, chosen: RwSignal<BTreeSet<CaseId>>) -> AnyView {
    let turn = move |_| {
        chosen.update(|chosen| {
            if !chosen.remove(&id) {
                chosen.insert(id);
            }
        });
    };
    view! {
        <label class="pick-row" data-test="tick">
            <input class="box" type="checkbox" prop:checked=move || chosen.with(|chosen| chosen.contains(&id)) on:change=turn/>
            <span><b>{number}</b></span>
            <span class="meta"><Held text/></span>
        </label>
    }
    .into_any()
}

/// What a file was, by number: whoever signs need not know whose it is.
fn of_file(file: &ExpiredFile) -> String {
    t!(
        "going.file",
        item = file.item,
        class = one_of("keep_term", &say::code(&file.class)).unwrap_or_default(),
        closed = dates::full(file.closed),
        until = dates::full(file.until)
    )
}

/// The second person, another one than who is here, and their own PIN.
pub(super) fn second_sign(typed: Typed, words: Signal<String>, sign: Box<dyn Fn()>) -> AnyView {
    let people: Vec<(String, String)> = desk().session.with_untracked(|session| {
        let Some(session) = session else { return Vec::new() };
        let SessionState::Open { agent, role, .. } = &session.state else { return Vec::new() };
        let may = |tile: &&daiban_model::api::Tile| {
            tile.ready && tile.agent != *agent && tile.role.oversees() && (role.audits() || tile.role.audits())
        };
        session.people.iter().filter(may).map(|tile| (tile.agent.to_string(), tile.name.clone())).collect()
    });
    if people.is_empty() {
        return view! { <Empty title=t!("going.nobody") next=t!("going.nobody_next")/> }.into_any();
    }
    let fields = vec![
        typed.choice(0, "second", t!("going.second"), &people),
        typed.field(1, "second-pin", t!("going.pin"), "password"),
    ];
    let go = view! { <button type="submit" class="btn btn-danger" data-test="do">{words}</button> };
    form("sign-form", t!("going.sign"), fields, go.into_any(), sign, None)
}

fn register(all: &[DestroyedFile]) -> AnyView {
    let one = |it: &DestroyedFile| {
        let [first, second] = &it.signed;
        let why = t!("going.gone", at = dates::full(it.at.date()), first = first, second = second);
        line("destroyed", it.file.number.clone(), format!("{}{why}", of_file(&it.file)), ().into_any())
    };
    list(t!("going.register"), all.iter().map(one).collect(), (t!("going.register_none"), t!("going.register_next")))
}
