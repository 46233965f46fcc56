//! What goes by a list that two people sign (R220): files whose term is over, with the register of what went (R207).

use std::collections::BTreeSet;

use daiban_model::api::{DestroyedFile, ExpiredFile, ListDestroyed, ListExpired, SessionState, SignDestruction};
use daiban_model::ids::{AgentId, CaseId};
use leptos::prelude::*;

use super::ledger::{Typed, act, forget, form, line, list};
use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::once::Once;
use crate::parts::{Empty, Held};
use crate::words::{fill, one_of};
use crate::{dates, say};

/// A case that may be ticked, or that stays for a reason.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) id: CaseId,
    pub(super) number: String,
    pub(super) about: String,
    pub(super) goes: Goes,
}

/// Whether a case may go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Goes {
    /// It may, and is ticked by whoever signs.
    Yes,
    /// It stays.
    No,
}

/// What two people sign for.
#[derive(Clone, Copy)]
pub(super) struct Batch {
    /// What stands in the place of an empty list.
    pub(super) none: (&'static str, &'static str),
    /// What the button says.
    pub(super) words: &'static str,
    /// What stands over those that stay.
    pub(super) stay: &'static str,
    /// Whether a case is ticked before anybody has touched it.
    pub(super) begins: Begins,
    /// What stands between the list and the signatures.
    pub(super) between: fn(Signal<BTreeSet<CaseId>>) -> AnyView,
    pub(super) sign: fn(Vec<CaseId>, AgentId, String, Second),
}

/// How a list begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Begins {
    /// Nothing is ticked.
    Empty,
    /// Everything is.
    Ticked,
}

/// Who signs beside whoever is here.
#[derive(Clone, Copy, Default)]
pub(super) struct Second {
    who: Typed,
    pin: Typed,
    /// Both sign once.
    pub(super) once: Once,
}

impl Second {
    /// Who it is and their PIN, once they are chosen.
    fn given(self) -> Option<(AgentId, String)> {
        Some((self.who.get().parse().ok()?, self.pin.get()))
    }

    /// After both have signed.
    pub(super) fn done(self) {
        forget(&[self.who, self.pin]);
    }
}

/// Files whose term is over.
pub(super) fn section() -> AnyView {
    let row = |it: &ExpiredFile| Row { id: it.id, number: it.number.clone(), about: of_file(it), goes: Goes::Yes };
    let files = Batch {
        none: (t!("going.none"), t!("going.none_next")),
        words: t!("going.destroy"),
        stay: "",
        begins: Begins::Empty,
        between: |_| ().into_any(),
        sign: |ids, who, pin, second| {
            act(second.once, SignDestruction { ids, second: who, pin }, move |_| second.done());
        },
    };
    view! {
        <div class="sec-head"><h2>{t!("going.expired")}</h2></div>
        {batch(rows_of(load(|| Some(ListExpired {})), row), files)}
        {show(load(|| Some(ListDestroyed {})), |all: &Vec<_>| register(all))}
    }
    .into_any()
}

/// The rows of an answer. Asked for again and found the same, they leave a PIN that is being typed alone.
pub(super) fn rows_of<T: Send + Sync + 'static>(
    all: RwSignal<Load<Vec<T>>>,
    row: fn(&T) -> Row,
) -> Memo<Load<Vec<Row>>> {
    Memo::new(move |_| {
        all.with(|all| match all {
            Load::Waiting => Load::Waiting,
            Load::Ready(all) => Load::Ready(all.iter().map(row).collect()),
            Load::Failed(failure) => Load::Failed(failure.clone()),
        })
    })
}

/// The list that is ticked, and the two signatures under it.
pub(super) fn batch(rows: Memo<Load<Vec<Row>>>, batch: Batch) -> AnyView {
    let (turned, second) = (RwSignal::new(BTreeSet::new()), Second::default());
    show(rows, move |rows: &Vec<Row>| listed(rows, batch, turned, second)).into_any()
}

fn listed(rows: &[Row], batch: Batch, turned: RwSignal<BTreeSet<CaseId>>, second: Second) -> AnyView {
    let (going, staying): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.goes == Goes::Yes);
    let stay = |row: &Row| line("stays", row.number.clone(), row.about.clone(), ().into_any());
    let staying: Vec<AnyView> = staying.into_iter().map(stay).collect();
    let staying = (!staying.is_empty()).then(|| list(batch.stay, staying, ("", "")));
    if going.is_empty() {
        let (title, next) = batch.none;
        return view! { <Empty title next/>{staying} }.into_any();
    }
    let there: BTreeSet<CaseId> = going.iter().map(|row| row.id).collect();
    // A case that was ticked and has gone meanwhile is not signed for.
    let wanted = Signal::derive(move || {
        turned.with(|turned| if batch.begins == Begins::Ticked { &there - turned } else { turned & &there })
    });
    let submit = move || {
        let ids: Vec<CaseId> = wanted.get_untracked().into_iter().collect();
        match second.given().filter(|_| !ids.is_empty()) {
            Some((who, pin)) => (batch.sign)(ids, who, pin, second),
            None => desk().failed.set(Some(t!("going.choose").to_owned())),
        }
    };
    let words = Signal::derive(move || fill(batch.words, &[("n", &wanted.with(BTreeSet::len))]));
    view! {
        <div class="ticks">{going.into_iter().map(|row| tick(row.clone(), wanted, turned)).collect_view()}</div>
        {(batch.between)(wanted)}
        {second_sign(second, words, Box::new(submit))}
        {staying}
    }
    .into_any()
}

fn tick(row: Row, wanted: Signal<BTreeSet<CaseId>>, turned: RwSignal<BTreeSet<CaseId>>) -> AnyView {
    let Row { id, number, about, .. } = row;
    let turn = move |_| {
        turned.update(|turned| {
            if !turned.remove(&id) {
                turned.insert(id);
            }
        });
    };
    view! {
        <label class="pick-row" data-test="tick">
            <input class="box" type="checkbox" prop:checked=move || wanted.with(|wanted| wanted.contains(&id)) on:change=turn/>
            <span><b>{number}</b></span>
            <span class="meta"><Held text=about/></span>
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
fn second_sign(second: Second, words: Signal<String>, sign: Box<dyn Fn()>) -> AnyView {
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
        second.who.choice("second", t!("going.second"), &people),
        second.pin.field("second-pin", t!("going.pin"), "password"),
    ];
    let busy = move || second.once.busy();
    let go = view! { <button type="submit" class="btn btn-danger" data-test="do" aria-busy=busy>{words}</button> };
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
