//! What the next start finds.

use std::collections::BTreeMap;
use std::path::Path;

use daiban_core::doc::Doc;
use daiban_core::projection::case_id;
use daiban_model::api::{GetDraft, ListDrafts};
use daiban_model::case::Stage;
use daiban_model::ids::CaseId;

use super::base;
use super::clerk::mark;
use crate::world::Station;

/// Starts the program over a folder and looks at everything. R1, R2, R3.
pub(super) fn inspect(folder: &Path, seed: u64, confirmed: &[(u32, CaseId)]) -> Vec<String> {
    let mut station = base::station(folder, seed);
    if let Err(failure) = station.try_restart() {
        return vec![format!("the next start fails: {failure:?}")];
    }
    let mut faults = Vec::new();
    if let Err(fault) = station.shelf().integrity() {
        faults.push(format!("the file is not whole: {fault}"));
    }
    let mut texts: BTreeMap<CaseId, Vec<String>> = BTreeMap::new();
    for (state, row) in station.keeps() {
        let case = case_id(state.doc);
        match row {
            None => faults.push(format!("case {case} has no row")),
            Some(row) if row.shown.number.is_empty() || row.shown.stage == Stage::New => {
                faults.push(format!("case {case} is half there"));
            }
            Some(_) => {}
        }
        match Doc::open(&station.stored(case)) {
            Ok(doc) => drop(texts.insert(case, doc.events().into_iter().map(|(_, text)| text).collect())),
            Err(fault) => faults.push(format!("case {case} does not open: {fault}")),
        }
    }
    let other = station.refold();
    if !other.is_empty() {
        faults.push(format!("folded anew, {} rows differ", other.len()));
    }
    for (act, case) in confirmed {
        let mark = mark(*act);
        let times = texts.get(case).into_iter().flatten().filter(|text| done_in(text, &mark)).count();
        match times {
            1 => {}
            0 => faults.push(format!("act {act} was confirmed and is lost")),
            more => faults.push(format!("act {act} stands {more} times")),
        }
    }
    faults.extend(received_and_draft(&mut station, &texts));
    faults
}

/// Whether the event is of the act with this mark; a later change of the same register names it once more.
fn done_in(text: &str, mark: &str) -> bool {
    match text.split_once(r#""k":"typed""#) {
        Some((_, typed)) => typed.split_once(r#""to":"#).is_some_and(|(_, to)| to.contains(mark)),
        None => text.contains(mark),
    }
}

fn received_and_draft(station: &mut Station, texts: &BTreeMap<CaseId, Vec<String>>) -> Vec<String> {
    let Ok(drafts) = station.call(ListDrafts {}) else { return vec!["drafts cannot be listed".into()] };
    let mut both = Vec::new();
    for row in drafts {
        let Ok(draft) = station.call(GetDraft { id: row.id }) else {
            both.push("a draft does not open".into());
            continue;
        };
        let wanted = draft.despite_open;
        if !wanted.is_empty() && texts.values().flatten().any(|text| text.contains(&wanted)) {
            both.push(format!("{wanted} is a case and still a draft"));
        }
    }
    both
}
