//! A row of the corpus as a case document, and back: what people type goes into registers, what they do into events.
//!
//! Nothing of a row is left out, so that a row can be rebuilt from its document letter by letter. A step's or note's chance
//! becomes the device part of its stamp, its time the clock part; the first step carries the receipt with the papers.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use daiban_core::doc::{Doc, Edit as DocEdit};
use daiban_model::case::Event;
use daiban_model::case::event::{FileLine, IdCheck, Limits, PaperLine, PaperState, Receipt, What};
use daiban_model::deadline::Limit;
use daiban_model::identity::CaseNumber;
use daiban_model::ids::{AgentId, ScopeCode};
use daiban_model::stamp::{Hlc, Stamp, TimeQuality, Wall};
use daiban_model::wire::DocId;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::corpus::{Agent, Applicant, Case, Edit, Item, Note, Paper, Place, Step};

const SIGNS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What the first step says beyond the receipt.
#[derive(Serialize, Deserialize)]
struct Beyond {
    act: String,
    to: String,
    name: String,
    dept: String,
    cat: String,
    days: i64,
    town: String,
    station: String,
    agent: String,
    forms: Vec<String>,
    scans: Vec<String>,
}

/// What a step says beyond who, where and when.
#[derive(Serialize, Deserialize)]
struct Told {
    act: String,
    to: String,
    name: String,
}

/// The document of a case.
pub fn doc_id(case: &str) -> Result<DocId> {
    let (begun, chance) = case.split_at_checked(8).context("a case id of 24 signs")?;
    let mut id = [0; 16];
    id[..4].copy_from_slice(&u32::from_str_radix(begun, 16)?.to_be_bytes());
    id[4..14].copy_from_slice(&number(chance)?.to_be_bytes()[6..]);
    Ok(id)
}

fn case_of(id: DocId) -> String {
    let mut wide = [0; 16];
    wide[6..].copy_from_slice(&id[4..14]);
    let begun = u32::from_be_bytes([id[0], id[1], id[2], id[3]]);
    format!("{begun:08x}{}", signs(u128::from_be_bytes(wide), 16))
}

/// The scope of a case.
pub fn scope(case: &Case) -> Result<ScopeCode> {
    case.place.code.parse().context("a division code")
}

/// All of a row as the edits of one change.
pub fn edits_of_case(case: &Case, nth: usize) -> Result<Vec<DocEdit>> {
    let unit = scope(case)?;
    let who = &case.applicant;
    let mut edits = vec![
        register("applicant.name", &who.name),
        register("applicant.sex", &who.sex),
        register("applicant.id", &who.id),
        register("applicant.phone", &who.phone),
        register("applicant.address", &who.addr),
        register("channel", &case.channel),
        register("status", &case.status),
        register("due", &case.due.to_string()),
    ];
    edits.extend(who.org.iter().map(|org| register("employer.name", org)));
    for (at, paper) in case.papers.iter().enumerate() {
        edits.push(register(&format!("paper.{at}.state"), &paper.state));
    }
    let (first, later) = case.events.split_first().context("a case has steps")?;
    edits.push(event(&first.id, first.at, &received(case, first, unit, nth)?)?);
    for step in later {
        edits.push(event(&step.id, step.at, &stepped(step, &case.agent.no, unit)?)?);
    }
    for note in &case.notes {
        edits.push(event(&note.id, note.at, &noted(note, &case.agent.no, unit)?)?);
    }
    Ok(edits)
}

/// An edit of the corpus as the edits of one change.
pub fn edits_of_edit(edit: &Edit, unit: ScopeCode) -> Result<Vec<DocEdit>> {
    let agent = if edit.side == "hub" { "D090" } else { "D001" };
    let mut edits = Vec::new();
    for (field, value) in &edit.set {
        edits.push(register(&path_of(field), &text_of(value)));
    }
    edits.push(event(&edit.event.id, edit.event.at, &stepped(&edit.event, agent, unit)?)?);
    edits.push(event(&edit.note.id, edit.note.at, &noted(&edit.note, agent, unit)?)?);
    Ok(edits)
}

/// The photograph that comes with an edit.
pub fn pictured(edit: &Edit, unit: ScopeCode, line: FileLine) -> Result<DocEdit> {
    let at = edit.event.at + 1;
    event(&edit.event.id, at, &text(&edit.event.id, at, "D001", unit, What::FileAdded(line))?)
}

/// The register of a corpus field.
pub fn path_of(field: &str) -> String {
    field.replace("papers.", "paper.").replace("applicant.addr", "applicant.address")
}

/// A corpus value as a register holds it.
pub fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The stamp of a step or note.
pub fn stamp(id: &str, at: i64) -> Result<Stamp> {
    let ms = u64::try_from(at)?.saturating_mul(1000);
    Ok(Stamp { hlc: Hlc { ms, counter: 0 }, device: u64::try_from(number(id)?)? })
}

/// One register typed.
pub fn register(path: &str, value: &str) -> DocEdit {
    DocEdit::Register { path: path.to_owned(), value: value.to_owned() }
}

fn event(id: &str, at: i64, text: &str) -> Result<DocEdit> {
    Ok(DocEdit::Event { stamp: stamp(id, at)?, text: text.to_owned() })
}

fn received(case: &Case, step: &Step, unit: ScopeCode, nth: usize) -> Result<String> {
    let at = Wall(step.at * 1000);
    let (device, counter) = (u8::try_from(nth / 9999 % 100)?, u16::try_from(nth % 9999 + 1)?);
    let line =
        |paper: &Paper| PaperLine { name: paper.name.clone(), state: state_of(&paper.form), count: paper.copies };
    let limits = Limits { promised: Some(Limit::WorkingDays(u16::try_from(case.item.days)?)), ..Limits::default() };
    let receipt = Receipt {
        number: CaseNumber::new(unit, at.date(), device, counter)?,
        item: case.item.code.parse()?,
        item_name: case.item.name.clone(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits,
        papers: case.papers.iter().map(line).collect(),
    };
    let Item { dept, cat, days, .. } = case.item.clone();
    let beyond = Beyond {
        act: step.act.clone(),
        to: step.to.clone(),
        name: step.by.clone(),
        dept,
        cat,
        days,
        town: case.place.town.clone(),
        station: case.place.station.clone(),
        agent: case.agent.name.clone(),
        forms: case.papers.iter().map(|paper| paper.form.clone()).collect(),
        scans: case.papers.iter().map(|paper| paper.sha.clone()).collect(),
    };
    joined(&text(step.id.as_str(), step.at, &case.agent.no, unit, What::Received(receipt))?, &beyond)
}

fn stepped(step: &Step, agent: &str, unit: ScopeCode) -> Result<String> {
    let told = Told { act: step.act.clone(), to: step.to.clone(), name: step.by.clone() };
    let by: AgentId = agent.parse()?;
    // A kind of its own: the corpus knows acts by their Chinese words.
    let raw = format!(r#"{{"by":"{by}","unit":"{unit}","k":"step"}}"#);
    joined(&raw, &told)
}

fn noted(note: &Note, agent: &str, unit: ScopeCode) -> Result<String> {
    #[derive(Serialize)]
    struct By<'a> {
        name: &'a str,
    }
    let what = What::Noted { text: note.text.clone() };
    joined(&text(&note.id, note.at, agent, unit, what)?, &By { name: &note.by })
}

fn text(id: &str, at: i64, agent: &str, unit: ScopeCode, what: What) -> Result<String> {
    let (stamp, by) = (stamp(id, at)?, agent.parse()?);
    Ok(Event { stamp, by, unit, at: Wall(at * 1000), quality: TimeQuality::Confirmed, what }.to_text())
}

/// An event's text with further members behind its own.
fn joined<T: Serialize>(text: &str, more: &T) -> Result<String> {
    let own = text.strip_suffix('}').context("an event is an object")?;
    let more = serde_json::to_string(more)?;
    Ok(format!("{own},{}", more.strip_prefix('{').context("an object")?))
}

fn state_of(form: &str) -> PaperState {
    match form {
        "复印件" => PaperState::Copy,
        "电子件" => PaperState::Electronic,
        _ => PaperState::Original,
    }
}

fn number(chance: &str) -> Result<u128> {
    let digit = |sign: u8| SIGNS.iter().position(|known| *known == sign).context("a sign of the alphabet");
    chance.bytes().try_fold(0, |all, sign| Ok(all << 5 | digit(sign)? as u128))
}

fn signs(number: u128, count: u32) -> String {
    let sign = |at: u32| char::from(SIGNS[usize::try_from(number >> (5 * at) & 31).unwrap_or(0)]);
    (0..count).rev().map(sign).collect()
}

/// The row of a document: what it was made from, if nothing was lost.
pub fn row(id: DocId, doc: &Doc) -> Result<Case> {
    let registers = doc.registers();
    let field = |path: &str| registers.get(path).cloned().unwrap_or_default();
    let (mut events, mut notes, mut receipt, mut photos) = (Vec::new(), Vec::new(), None, 0);
    for (stamp, text) in doc.events() {
        let (id, at) = (signs(u128::from(stamp.device), 8), i64::try_from(stamp.hlc.ms / 1000)?);
        let told: Value = serde_json::from_str(&text)?;
        let member = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        match (told["k"].as_str(), Event::from_text(stamp, &text)?.what) {
            (_, What::Noted { text }) => notes.push(Note { id, at, by: member("name"), text }),
            (_, What::Received(received)) => {
                let beyond: Beyond = serde_json::from_value(told)?;
                let step = Step { id, at, by: beyond.name.clone(), act: beyond.act.clone(), to: beyond.to.clone() };
                let agent = serde_json::from_str::<BTreeMap<String, Value>>(&text)?;
                events.push(step);
                receipt = Some((received, beyond, text_of(&agent["by"]), text_of(&agent["unit"]), at));
            }
            (Some("step"), What::Unknown { .. }) => {
                events.push(Step { id, at, by: member("name"), act: member("act"), to: member("to") });
            }
            (_, What::FileAdded(_)) => photos += 1,
            _ => bail!("an event that no row has"),
        }
    }
    let (receipt, beyond, no, code, created) = receipt.context("a case has a receipt")?;
    let nth = u32::from(receipt.number.device()) * 9999 + u32::from(receipt.number.counter()) - 1;
    let papers = receipt.papers.iter().zip(&beyond.forms).zip(&beyond.scans).enumerate();
    let paper = |(at, ((line, form), sha)): (usize, ((&PaperLine, &String), &String))| Paper {
        name: line.name.clone(),
        form: form.clone(),
        copies: line.count,
        state: field(&format!("paper.{at}.state")),
        sha: sha.clone(),
    };
    Ok(Case {
        v: 1,
        id: case_of(id),
        no: format!("SG2026-{}-{nth:06}", &code[6..]),
        item: Item {
            code: receipt.item.to_string(),
            name: receipt.item_name.clone(),
            dept: beyond.dept.clone(),
            cat: beyond.cat.clone(),
            days: beyond.days,
        },
        place: Place { code, town: beyond.town.clone(), station: beyond.station.clone() },
        applicant: Applicant {
            name: field("applicant.name"),
            sex: field("applicant.sex"),
            id: field("applicant.id"),
            phone: field("applicant.phone"),
            addr: field("applicant.address"),
            org: registers.get("employer.name").cloned(),
        },
        agent: Agent { name: beyond.agent.clone(), no },
        channel: field("channel"),
        status: field("status"),
        created,
        due: field("due").parse()?,
        papers: papers.map(paper).collect(),
        events,
        notes,
        photos,
    })
}
