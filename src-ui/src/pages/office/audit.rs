//! 审计: who did what in a month, whether the chain is whole, and the lines written out as a text (R208).

use daiban_model::api::{Audit, AuditLine, Audited, Chain, ExportAudit, ListAudit, Seen};
use leptos::prelude::*;

use super::ledger::{Typed, act, button, form, go, line, list, month_row, note};
use crate::desk::today;
use crate::load::{load, show};
use crate::once::Once;
use crate::{dates, say, words};

/// More lines than anybody reads on a screen; all of them are in the text that is written out.
const MOST: usize = 300;

pub(super) fn section() -> AnyView {
    let month = RwSignal::new(today());
    let trail = load(move || Some(ListAudit { month: month.get() }));
    let (folder, once) = (Typed::default(), Once::default());
    let (open, written) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let export = move || {
        act(once, ExportAudit { month: month.get_untracked(), folder: folder.get() }, move |done| {
            written.set(Some(t!("audit.written", name = done.name, n = done.lines)));
            open.set(false);
            // That it was written out is a line of its own.
            month.update(|_| ());
        });
    };
    let below = move || match open.get() {
        false => button("export", t!("audit.export"), move || open.set(true)),
        true => form(
            "export-form",
            t!("audit.export"),
            vec![folder.field("export-folder", t!("audit.folder"), "text")],
            go(once, t!("audit.do")),
            Box::new(export),
            Some(Box::new(move || open.set(false))),
        ),
    };
    view! {
        {month_row(month)}
        {below}
        {move || written.get().map(|text| note("written", "note", "check", text))}
        {show(trail, lines)}
    }
    .into_any()
}

fn lines(audit: &Audit) -> AnyView {
    let chain = match audit.chain {
        Chain::Whole => note("chain", "note", "check", t!("audit.whole").to_owned()),
        Chain::BrokenAfter { number } => note("chain", "note note-bad", "late", t!("audit.broken", n = number)),
    };
    let more = (audit.lines.len() > MOST).then(|| t!("audit.more", n = MOST, all = audit.lines.len()));
    let one = |it: &AuditLine| {
        let head = t!("audit.head", at = dates::moment(it.at), by = it.by);
        let act = t!("audit.no", n = it.number).into_any();
        line("audit-line", head, format!("{} {}", what(it.act), it.case_number), act)
    };
    let all = audit.lines.iter().take(MOST).map(one).collect();
    view! {
        {chain}
        {list(t!("audit.title"), all, (t!("audit.none"), t!("audit.none_next")))}
        <p class="quiet">{more}</p>
    }
    .into_any()
}

/// What was done, in words; never what was read.
fn what(act: Audited) -> String {
    let named = |code: String| words::one_of("audited", &code).unwrap_or_default().to_owned();
    match act {
        Audited::Looked { seen, .. } => match seen {
            Seen::Field(field) => t!("audit.field", what = say::field(field)),
            Seen::FieldFor(field, why) => for_why(say::field(field), &why),
            Seen::Fact(fact) => t!("audit.field", what = fact_word(&fact)),
            Seen::FactFor(fact, why) => for_why(fact_word(&fact), &why),
            Seen::File(_) => named("file".to_owned()),
            other => named(say::code(&other)),
        },
        Audited::Printed { paper, .. } => {
            t!("audit.printed", paper = words::one_of("paper_name", &say::code(&paper)).unwrap_or_default())
        }
        Audited::TakenIn { letters } => t!("audit.taken_in", n = letters),
        Audited::RightsChanged { version } => t!("audit.rights", n = version),
        other => named(say::code(&other)),
    }
}

fn for_why(what: &str, why: &daiban_model::api::Why) -> String {
    t!("audit.field_for", what = what, why = words::one_of("reveal_why", &say::code(why)).unwrap_or_default())
}

fn fact_word(fact: &daiban_model::person::Fact) -> &'static str {
    words::one_of("fact", &say::code(fact)).unwrap_or_default()
}
