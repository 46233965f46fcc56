//! Holidays and make-up days, one row for each day or one object for each year.

use daiban_model::calendar::{Calendar, CalendarFault, CalendarYear, Layer};
use jiff::civil::Date;
use serde_json::Value;

use super::columns::{Column, Layout, Record, day, note, optional, required};
use super::fault::{At, Fault, MAX_FAULTS, What, quoted};
use super::file::Content;
use super::grid::Grid;
use super::tree;

const COLUMNS: &[Column] = &[
    required("date", "日期"),
    required("kind", "类型"),
    required("source", "依据"),
    optional("layer", "范围"),
    optional("note", "备注"),
];

/// A year of one layer with the places of its days, as far as each has one.
struct Draft {
    at: At,
    year: CalendarYear,
    days: Vec<(Date, At)>,
}

/// Reads a calendar.
pub fn calendar(content: &Content) -> Result<Calendar, Vec<Fault>> {
    let drafts = match content {
        Content::Table(grid) => of_table(grid)?,
        Content::Tree(value) => {
            let expected = "有 year、off、work、source 的年份，日期写成 2026-03-02 的样子";
            // A single year needs no list around it.
            let one = value.is_object().then(|| Value::Array(vec![value.clone()]));
            let years = tree::entries(one.as_ref().or(Some(value)), "year", expected)?;
            years.into_iter().map(|(at, year)| Draft { at, year, days: Vec::new() }).collect()
        }
    };
    if drafts.is_empty() {
        return Err(Fault::of_file(What::Empty));
    }
    joined(drafts)
}

/// What a row says of its day.
enum Kind {
    Off,
    Work,
}

fn of_table(grid: &Grid) -> Result<Vec<Draft>, Vec<Fault>> {
    let layout = Layout::of(grid, COLUMNS)?;
    let (mut drafts, mut faults) = (Vec::<Draft>::new(), Vec::new());
    for row in &grid.rows {
        let Some((day, kind, layer, source)) = marked(layout.record(row), &mut faults) else { continue };
        let of_year = |draft: &Draft| draft.year.year == day.year() && draft.year.layer == layer;
        let draft = match drafts.iter().position(of_year) {
            Some(at) => &mut drafts[at],
            None => {
                let year = CalendarYear { year: day.year(), layer, off: Vec::new(), work: Vec::new(), source };
                drafts.push(Draft { at: row.at, year, days: Vec::new() });
                let last = drafts.len() - 1;
                &mut drafts[last]
            }
        };
        draft.days.push((day, row.at));
        match kind {
            Kind::Off => draft.year.off.push(day),
            Kind::Work => draft.year.work.push(day),
        }
    }
    if faults.is_empty() { Ok(drafts) } else { Err(faults) }
}

fn marked(record: Record<'_>, faults: &mut Vec<Fault>) -> Option<(Date, Kind, Layer, String)> {
    let unknown = |text: &str, known: &str| What::UnknownWord { word: quoted(text), known: known.to_owned() };
    let kind = |text: &str| match text {
        "off" | "休" | "放假" => Ok(Kind::Off),
        "work" | "班" | "补班" => Ok(Kind::Work),
        text => Err(unknown(text, "off（放假）、work（补班）")),
    };
    let layer = |text: &str| match text {
        "national" | "全国" => Ok(Layer::National),
        "local" | "本地" => Ok(Layer::Local),
        text => Err(unknown(text, "national（全国）、local（本地），或留空")),
    };
    let date = note(record.must("date", day), faults);
    let kind = note(record.must("kind", kind), faults);
    let layer = note(record.known("layer", layer), faults);
    let source = note(record.filled("source"), faults);
    Some((date?, kind?, layer?.unwrap_or_default(), source?.to_owned()))
}

/// Puts the years together; see the same step for places.
fn joined(mut drafts: Vec<Draft>) -> Result<Calendar, Vec<Fault>> {
    let mut faults = Vec::new();
    while faults.len() < MAX_FAULTS {
        match Calendar::from_years(drafts.iter().map(|draft| draft.year.clone()).collect()) {
            Ok(calendar) if faults.is_empty() => return Ok(calendar),
            Ok(_) => break,
            Err(fault) => match mended(&mut drafts, fault) {
                Some(told) => faults.push(told),
                None => {
                    return Err(Fault::of_file(What::Shape {
                        expected: "按年份列出放假和补班日期的日历"
                    }));
                }
            },
        }
    }
    faults.sort_by_key(|fault| fault.at);
    Err(faults)
}

fn mended(drafts: &mut Vec<Draft>, fault: CalendarFault) -> Option<Fault> {
    match fault {
        CalendarFault::NoSource { year } => {
            let draft = drafts.iter_mut().find(|draft| draft.year.source.trim().is_empty())?;
            draft.year.source = "-".to_owned();
            Some(Fault::of_row(draft.at, What::NoSource { year }))
        }
        CalendarFault::TwoNational { year } => {
            let second = |draft: &Draft| draft.year.year == year && draft.year.layer == Layer::National;
            let draft = drafts.remove(drafts.iter().rposition(second)?);
            Some(Fault::of_row(draft.at, What::TwoNational { year }))
        }
        CalendarFault::OtherYear { year, day } => {
            let at = struck(drafts, day, |draft| draft.year.year == year)?;
            Some(Fault::of_row(at, What::OtherYear { year, day: day.to_string() }))
        }
        CalendarFault::Twice { day } => {
            let twice = |draft: &Draft| marks(&draft.year).filter(|mark| *mark == day).count() > 1;
            Some(Fault::of_row(struck(drafts, day, twice)?, What::TwiceDay { day: day.to_string() }))
        }
        CalendarFault::NotAWeekend { day } => {
            let worked = |draft: &Draft| draft.year.layer == Layer::National && draft.year.work.contains(&day);
            Some(Fault::of_row(struck(drafts, day, worked)?, What::NotAWeekend { day: day.to_string() }))
        }
        CalendarFault::LocalDisagree { day } => {
            let local = |draft: &Draft| draft.year.layer == Layer::Local && marks(&draft.year).any(|mark| mark == day);
            Some(Fault::of_row(struck(drafts, day, local)?, What::LocalDisagree { day: day.to_string() }))
        }
    }
}

fn marks(year: &CalendarYear) -> impl Iterator<Item = Date> {
    year.off.iter().chain(&year.work).copied()
}

/// Takes one mention of a day out of a fitting year, the last one first, and answers where it stood.
fn struck(drafts: &mut [Draft], day: Date, fits: impl Fn(&Draft) -> bool) -> Option<At> {
    let draft = drafts.iter_mut().rfind(|draft| fits(draft))?;
    let days = [&mut draft.year.work, &mut draft.year.off];
    let days = days.into_iter().find(|days| days.contains(&day))?;
    days.remove(days.iter().rposition(|mark| *mark == day)?);
    let place = draft.days.iter().rposition(|(mark, _)| *mark == day);
    Some(place.map_or(draft.at, |at| draft.days.remove(at).1))
}
