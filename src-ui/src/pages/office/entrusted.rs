//! 电脑托管: a laptop that was given to somebody outside, locked, and that it came back (R209).

use daiban_model::api::{EndEntrusted, Ending, Entrust, Entrusted, Key, ListEntrusted};
use leptos::prelude::*;

use super::ledger::{Typed, act, button, forget, form, go, line, list};
use crate::dates;
use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::once::Once;

/// Which form is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    No,
    Give,
    End,
}

/// What goes out of the house.
#[derive(Clone, Copy, Default)]
struct Giving {
    device: Typed,
    party: Typed,
    purpose: Typed,
    kinds: Typed,
    until: Typed,
    key: Typed,
}

/// How the entry of a number ends.
#[derive(Clone, Copy, Default)]
struct End {
    no: RwSignal<u32>,
    how: Typed,
    signed: Typed,
}

#[derive(Clone, Copy)]
struct Work {
    open: RwSignal<Form>,
    giving: Giving,
    end: End,
    once: Once,
    all: RwSignal<Load<Vec<Entrusted>>>,
}

pub(super) fn section() -> AnyView {
    let work = Work {
        open: RwSignal::new(Form::No),
        giving: Giving::default(),
        end: End::default(),
        once: Once::default(),
        all: load(|| Some(ListEntrusted {})),
    };
    let below = move || match work.open.get() {
        Form::No => button("entrust", t!("entrusted.give"), move || work.open.set(Form::Give)),
        Form::Give => give(work),
        Form::End => end(work),
    };
    let lines = move |all: &Vec<Entrusted>| {
        let lines = all.iter().map(|it| entry(work, it)).collect();
        list(t!("entrusted.title"), lines, (t!("entrusted.none"), t!("entrusted.none_next")))
    };
    view! { {below}{show(work.all, lines)} }.into_any()
}

impl Work {
    /// Opens the form that ends an entry. What was typed for another one is not said of this.
    fn open_end(self, no: u32) {
        let End { no: before, how, signed } = self.end;
        if before.get_untracked() != no {
            before.set(no);
            forget(&[how, signed]);
        }
        self.open.set(Form::End);
    }

    fn done(self, after: Vec<Entrusted>, typed: &[Typed]) {
        let _ = self.all.try_set(Load::Ready(after));
        forget(typed);
        self.open.set(Form::No);
    }
}

fn give(work: Work) -> AnyView {
    let Giving { device, party, purpose, kinds, until, key } = work.giving;
    let typed = [device, party, purpose, kinds, until, key];
    let fields = vec![
        device.field("entrust-device", t!("entrusted.device"), "text"),
        party.field("entrust-party", t!("entrusted.party"), "text"),
        purpose.field("entrust-purpose", t!("entrusted.purpose"), "text"),
        kinds.field("entrust-kinds", t!("entrusted.kinds"), "text"),
        until.field("entrust-until", t!("entrusted.until"), "date"),
        key.choice(
            "entrust-key",
            t!("entrusted.key"),
            &[
                ("here".to_owned(), t!("entrusted.key_here").to_owned()),
                ("along".to_owned(), t!("entrusted.key_along").to_owned()),
            ],
        ),
    ];
    let submit = move || {
        let keeps = match key.get().as_str() {
            "here" => Some(Key::StaysHere),
            "along" => Some(Key::GoesAlong),
            _ => None,
        };
        let Some((stays, day)) = keeps.zip(until.get().parse().ok()) else {
            return desk().failed.set(Some(t!("entrusted.choose").to_owned()));
        };
        let (party, purpose, kinds, device) = (party.get(), purpose.get(), kinds.get(), device.get());
        let call = Entrust { party, purpose, kinds, device, until: day, key: stays };
        act(work.once, call, move |after| work.done(after, &typed));
    };
    let close = move || work.open.set(Form::No);
    form(
        "entrust-form",
        t!("entrusted.give"),
        fields,
        go(work.once, t!("entrusted.do")),
        Box::new(submit),
        Some(Box::new(close)),
    )
}

fn end(work: Work) -> AnyView {
    let End { no, how, signed } = work.end;
    let fields = vec![
        how.choice(
            "end-how",
            t!("entrusted.how"),
            &[
                ("back".to_owned(), t!("entrusted.returned").to_owned()),
                ("gone".to_owned(), t!("entrusted.deleted").to_owned()),
            ],
        ),
        signed.field("end-signed", t!("entrusted.signed"), "text"),
    ];
    let submit = move || {
        let ending = match how.get().as_str() {
            "back" => Ending::Returned,
            "gone" => Ending::Deleted,
            _ => return desk().failed.set(Some(t!("entrusted.choose").to_owned())),
        };
        let call = EndEntrusted { no: no.get_untracked(), how: ending, signed: signed.get() };
        act(work.once, call, move |after| work.done(after, &[how, signed]));
    };
    let close = move || work.open.set(Form::No);
    form(
        "end-form",
        t!("entrusted.end"),
        fields,
        go(work.once, t!("entrusted.end_do")),
        Box::new(submit),
        Some(Box::new(close)),
    )
}

fn entry(work: Work, it: &Entrusted) -> AnyView {
    let no = it.no;
    let head = t!("entrusted.head", no = no, device = it.given.device, party = it.given.party);
    let given = t!(
        "entrusted.why",
        purpose = it.given.purpose,
        kinds = it.given.kinds,
        at = dates::full(it.at.date()),
        until = dates::full(it.given.until),
        by = it.by
    );
    let (why, state) = match &it.ended {
        None => (given, button("end", t!("entrusted.end"), move || work.open_end(no))),
        Some((how, at, there, here)) => {
            let how = match how {
                Ending::Returned => t!("entrusted.returned"),
                Ending::Deleted => t!("entrusted.deleted"),
            };
            let ended = t!("entrusted.ended", at = dates::full(at.date()), there = there, here = here);
            (format!("{given}{ended}"), how.into_any())
        }
    };
    line("entrusted-line", head, why, state)
}
