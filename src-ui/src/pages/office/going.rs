//! 到期档案: files whose term is over go by a list that two people sign, and the register of what went (R207, R220).

use std::collections::BTreeSet;

use daiban_model::api::{DestroyedFile, ExpiredFile, ListDestroyed, ListExpired, SessionState, SignDestruction};
use daiban_model::ids::{AgentId, CaseId};
use leptos::prelude::*;

use super::ledger::{Typed, act, form, line, list};
use crate::desk::desk;
use crate::load::{load, show};
use crate::parts::Empty;
use crate::{dates, say, words};

/// What has been ticked, and who signs beside whoever is here.
#[derive(Clone, Copy)]
struct Signing {
    chosen: RwSignal<BTreeSet<CaseId>>,
    /// The second person and their PIN.
    second: Typed,
}

pub(super) fn section() -> AnyView {
    let signing = Signing { chosen: RwSignal::new(BTreeSet::new()), second: Typed::new(2) };
    let expired = load(|| Some(ListExpired {}));
    let gone = load(|| Some(ListDestroyed {}));
    view! {
        <div class="sec-head"><h2>{t!("going.expired")}</h2></div>
        {show(expired, move |all: &Vec<ExpiredFile>| files(all, signing))}
        {show(gone, register)}
    }
    .into_any()
}

fn files(all: &[ExpiredFile], signing: Signing) -> AnyView {
    if all.is_empty() {
        return view! { <Empty title=t!("going.none") next=t!("going.none_next")/> }.into_any();
    }
    let listed: BTreeSet<CaseId> = all.iter().map(|file| file.id).collect();
    let wanted = Signal::derive(move || signing.chosen.with(|chosen| chosen & &listed));
    let sign = move || {
        let Ok(second) = signing.second.get(0).parse::<AgentId>() else {
            return desk().failed.set(Some(t!("going.choose").to_owned()));
        };
        let ids: Vec<CaseId> = wanted.get_untracked().into_iter().collect();
        if ids.is_empty() {
            return desk().failed.set(Some(t!("going.choose").to_owned()));
        }
        let call = SignDestruction { ids, second, pin: signing.second.get(1) };
        act(call, move |_| {
            signing.chosen.set(BTreeSet::new());
            signing.second.clear();
        });
    };
    let words = Signal::derive(move || t!("going.destroy", n = wanted.with(BTreeSet::len)));
    view! {
        <div class="ticks">{all.iter().map(|file| tick(file, signing.chosen)).collect_view()}</div>
        {second_sign(signing.second, words, Box::new(sign))}
    }
    .into_any()
}

fn tick(file: &ExpiredFile, chosen: RwSignal<BTreeSet<CaseId>>) -> AnyView {
    let id = file.id;
    let turn = move |_| {
        chosen.update(|chosen| {
            if !chosen.remove(&id) {
                chosen.insert(id);
            }
        });
    };
    view! {
        <label class="pick-row" data-test="expired">
            <input class="box" type="checkbox" prop:checked=move || chosen.with(|chosen| chosen.contains(&id)) on:change=turn/>
            <span><b>{file.number.clone()}</b></span>
            <span class="meta">{of_file(file)}</span>
        </label>
    }
    .into_any()
}

/// What a file was, by number: whoever signs need not know whose it is.
fn of_file(file: &ExpiredFile) -> String {
    t!(
        "going.file",
        item = file.item,
        class = words::one_of("keep_term", &say::code(&file.class)).unwrap_or_default(),
        closed = dates::full(file.closed),
        until = dates::full(file.until)
    )
}

/// The second person, another one than who is here, and their own PIN.
fn second_sign(typed: Typed, words: Signal<String>, sign: Box<dyn Fn()>) -> AnyView {
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

fn register(all: &Vec<DestroyedFile>) -> AnyView {
    let one = |it: &DestroyedFile| {
        let [first, second] = &it.signed;
        let why = t!("going.gone", at = dates::full(it.at.date()), first = first, second = second);
        line("destroyed", it.file.number.clone(), format!("{}{why}", of_file(&it.file)), ().into_any())
    };
    list(t!("going.register"), all.iter().map(one).collect(), (t!("going.register_none"), t!("going.register_next")))
}
