//! 电脑托管: a laptop that was given to somebody outside, locked, and that it came back (R209).

use daiban_model::api::{EndEntrusted, Ending, Entrust, Entrusted, Key, ListEntrusted};
use leptos::prelude::*;

use super::ledger::{Typed, act, button, form, go, line, list};
use crate::dates;
use crate::desk::desk;
use crate::load::{Load, load, show};

/// Which form is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    No,
    Give,
    /// The entry of this number comes back.
    End(u32),
}

#[derive(Clone, Copy)]
struct Work {
    open: RwSignal<Form>,
    typed: Typed,
    all: RwSignal<Load<Vec<Entrusted>>>,
}

pub(super) fn section() -> AnyView {
    let work = Work { open: RwSignal::new(Form::No), typed: Typed::new(6), all: load(|| Some(ListEntrusted {})) };
    let below = move || match work.open.get() {
        Form::No => button("entrust", t!("entrusted.give"), move || work.open.set(Form::Give)),
        Form::Give => give(work),
        Form::End(no) => end(work, no),
    };
    let lines = move |all: &Vec<Entrusted>| {
        let lines = all.iter().map(|it| entry(work, it)).collect();
        list(t!("entrusted.title"), lines, (t!("entrusted.none"), t!("entrusted.none_next")))
    };
    view! { {below}{show(work.all, lines)} }.into_any()
}

impl Work {
    fn close(self) {
        self.typed.clear();
        self.open.set(Form::No);
    }

    fn done(self, after: Vec<Entrusted>) {
        let _ = self.all.try_set(Load::Ready(after));
        self.close();
    }
}

fn give(work: Work) -> AnyView {
    let typed = work.typed;
    let fields = vec![
        typed.field(0, "entrust-device", t!("entrusted.device"), "text"),
        typed.field(1, "entrust-party", t!("entrusted.party"), "text"),
        typed.field(2, "entrust-purpose", t!("entrusted.purpose"), "text"),
        typed.field(3, "entrust-kinds", t!("entrusted.kinds"), "text"),
        typed.field(4, "entrust-until", t!("entrusted.until"), "date"),
        typed.choice(
            5,
            "entrust-key",
            t!("entrusted.key"),
            &[
                ("here".to_owned(), t!("entrusted.key_here").to_owned()),
                ("along".to_owned(), t!("entrusted.key_along").to_owned()),
            ],
        ),
    ];
    let submit = move || {
        let key = match typed.get(5).as_str() {
            "here" => Key::StaysHere,
            "along" => Key::GoesAlong,
            _ => return desk().failed.set(Some(t!("entrusted.choose").to_owned())),
        };
        let Ok(until) = typed.get(4).parse() else {
            return desk().failed.set(Some(t!("entrusted.choose").to_owned()));
        };
        let (device, party, purpose, kinds) = (typed.get(0), typed.get(1), typed.get(2), typed.get(3));
        act(Entrust { party, purpose, kinds, device, until, key }, move |after| work.done(after));
    };
    let close = move || work.close();
    form("entrust-form", t!("entrusted.give"), fields, go(t!("entrusted.do")), Box::new(submit), Some(Box::new(close)))
}

fn end(work: Work, no: u32) -> AnyView {
    let typed = work.typed;
    let fields = vec![
        typed.choice(
            0,
            "end-how",
            t!("entrusted.how"),
            &[
                ("back".to_owned(), t!("entrusted.returned").to_owned()),
                ("gone".to_owned(), t!("entrusted.deleted").to_owned()),
            ],
        ),
        typed.field(1, "end-signed", t!("entrusted.signed"), "text"),
    ];
    let submit = move || {
        let how = match typed.get(0).as_str() {
            "back" => Ending::Returned,
            "gone" => Ending::Deleted,
            _ => return desk().failed.set(Some(t!("entrusted.choose").to_owned())),
        };
        act(EndEntrusted { no, how, signed: typed.get(1) }, move |after| work.done(after));
    };
    let close = move || work.close();
    form("end-form", t!("entrusted.end"), fields, go(t!("entrusted.end_do")), Box::new(submit), Some(Box::new(close)))
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
        None => (given, button("end", t!("entrusted.end"), move || work.open.set(Form::End(no)))),
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
