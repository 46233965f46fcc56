//! Invents cases and edits: people, papers, steps, notes.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context, Result};
use serde_json::Value;

use super::words::{
    ACTS, CHANNELS, FAMILY, FAR_STATUS, FIRST, FORMS, GIVEN, MONGOL, PAPER_STATES, PAPERS, STATUS, TRADES, VILLAGES,
    note,
};
use super::{Agent, Applicant, Case, Edit, Item, Note, PHOTOS, Paper, Place, Step, photo_file};

/// 2026-09-01 00:00 UTC.
const BEGIN: i64 = 1_788_220_800;
const DAY: i64 = 86_400;
const SIGNS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Chance from a seed: SplitMix64, which is enough for texts.
pub(super) struct Chance(u64);

impl Chance {
    /// The chance of one thing.
    pub(super) fn of(seed: u64, what: u64, nth: usize) -> Self {
        let mut chance = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ what.rotate_left(32) ^ nth as u64);
        chance.next();
        Self(chance.next())
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// One of `least..=most`.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    /// True with this probability.
    pub(super) fn often(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// One of them.
    pub(super) fn pick<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let at = self.next() % (all.len().max(1) as u64);
        usize::try_from(at).ok().and_then(|at| all.get(at)).copied().unwrap_or_default()
    }

    fn sign(&mut self, all: &str) -> char {
        let at = self.next() % (all.chars().count().max(1) as u64);
        all.chars().nth(usize::try_from(at).unwrap_or(0)).unwrap_or('一')
    }

    fn code(&mut self, count: usize, alphabet: &[u8]) -> String {
        (0..count)
            .map(|_| char::from(alphabet[usize::try_from(self.next() % alphabet.len() as u64).unwrap_or(0)]))
            .collect()
    }

    /// `count` of them, each at most once.
    fn some<T>(&mut self, mut all: Vec<T>, count: usize) -> Vec<T> {
        let count = count.min(all.len());
        let one = |chance: &mut Self, all: &mut Vec<T>| {
            let at = usize::try_from(chance.next() % all.len() as u64).unwrap_or(0);
            all.swap_remove(at)
        };
        (0..count).map(|_| one(self, &mut all)).collect()
    }
}

/// A row of the catalogue as far as it is needed.
pub(super) struct Listed {
    item: Item,
    papers: Vec<String>,
    firm: bool,
}

/// The items of the catalogue.
pub(super) fn items() -> Result<Vec<Listed>> {
    let text = fs::read_to_string(crate::bench::hub::data("items.csv"))?;
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    let head = rows.headers()?.clone();
    let at = |name: &str| head.iter().position(|known| known == name).with_context(|| format!("column {name}"));
    let (code, name, dept, cat) = (at("code")?, at("name_zh")?, at("department_zh")?, at("category_zh")?);
    let (kind, legal, promised, papers) =
        (at("applicant_kind")?, at("statutory_days")?, at("promised_days")?, at("materials")?);
    let listed = |row: csv::StringRecord| {
        let text = |at: usize| row.get(at).unwrap_or_default().to_owned();
        let days = |at: usize| text(at).parse::<f64>().ok().map(|days| days as i64);
        let days = days(promised).or_else(|| days(legal)).unwrap_or(20).max(1);
        let wanted = |paper: &&str| !paper.is_empty() && !paper.contains("无需");
        Listed {
            papers: text(papers).split('|').filter(wanted).take(5).map(str::to_owned).collect(),
            firm: text(kind) == "enterprise",
            item: Item { code: text(code), name: text(name), dept: text(dept), cat: text(cat), days },
        }
    };
    rows.records().map(|row| Ok(listed(row?))).collect()
}

/// An invented name.
pub(super) fn name(chance: &mut Chance) -> String {
    if chance.often(0.15) {
        return chance.pick(MONGOL).to_owned();
    }
    let count = if chance.often(0.3) { 1 } else { 2 };
    std::iter::once(FAMILY).chain(std::iter::repeat_n(GIVEN, count)).map(|signs| chance.sign(signs)).collect()
}

/// A citizen id with the sequence 000 and its right check sign.
fn citizen_id(chance: &mut Chance) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let (year, month, day) = (chance.between(1935, 2008), chance.between(1, 12), chance.between(1, 28));
    let digits = format!("150205{year}{month:02}{day:02}000");
    let weighed = digits.chars().filter_map(|digit| digit.to_digit(10)).zip(WEIGHTS);
    let sum: u32 = weighed.map(|(digit, weight)| digit * weight).sum();
    let sign = "10X98765432".as_bytes()[usize::try_from(sum % 11).unwrap_or(0)];
    format!("{digits}{}", char::from(sign))
}

fn phone(chance: &mut Chance) -> String {
    format!("154{}", chance.code(8, b"0123456789"))
}

fn address(chance: &mut Chance, town: &str, village: &str) -> String {
    let house = match village.ends_with('区') {
        true => format!("{}号楼{}单元{}室", chance.between(1, 40), chance.between(1, 6), chance.between(101, 606)),
        false => format!("{}组{}号", chance.between(1, 6), chance.between(1, 180)),
    };
    format!("包头市石拐区{town}{village}{house}")
}

/// The nth case of a seed.
pub(super) fn case(seed: u64, nth: usize, items: &[Listed]) -> Case {
    let chance = &mut Chance::of(seed, 1, nth);
    let listed = &items[usize::try_from(chance.next() % items.len() as u64).unwrap_or(0)];
    let (code, town, village) = VILLAGES[usize::try_from(chance.next() % VILLAGES.len() as u64).unwrap_or(0)];
    let begun = BEGIN + (chance.share() * (60 * DAY) as f64) as i64;
    let people: Vec<String> = (0..3).map(|_| name(chance)).collect();
    let by = |chance: &mut Chance| people[usize::try_from(chance.next() % 3).unwrap_or(0)].clone();
    let mut papers = listed.papers.clone();
    papers.extend(chance.some(PAPERS.to_vec(), 5 - papers.len().min(5)).into_iter().map(str::to_owned));
    let (mut at, mut events) = (begun, Vec::new());
    for step in 0..usize::try_from(chance.between(6, 12)).unwrap_or(6) {
        let act = FIRST.get(step).copied().unwrap_or_else(|| chance.pick(ACTS)).to_owned();
        let to = STATUS[(step * 8 / 12).min(7)].to_owned();
        events.push(Step { id: chance.code(8, SIGNS), at, by: by(chance), act, to });
        at += 60 + (chance.share().powi(3) * (2 * DAY) as f64) as i64;
    }
    let firm = listed.firm.then(|| {
        let (one, two, three) = (chance.sign(FAMILY), chance.sign(GIVEN), chance.sign(GIVEN));
        format!("石拐区{one}{two}{three}{}", chance.pick(TRADES))
    });
    let paper = |chance: &mut Chance, name: String| Paper {
        name,
        form: chance.pick(FORMS).to_owned(),
        copies: u8::try_from(chance.between(1, 3)).unwrap_or(1),
        state: chance.pick(PAPER_STATES).to_owned(),
        sha: if chance.often(0.6) { chance.code(32, b"0123456789abcdef") } else { String::new() },
    };
    let (noted_at, status) = (events[1].at, events.last().map(|step| step.to.clone()).unwrap_or_default());
    Case {
        v: 1,
        id: format!("{begun:08x}{}", chance.code(16, SIGNS)),
        no: format!("SG2026-{}-{nth:06}", &code[6..]),
        item: listed.item.clone(),
        place: Place { code: code.to_owned(), town: town.to_owned(), station: format!("{village}便民服务站") },
        applicant: Applicant {
            name: name(chance),
            sex: chance.pick(&["男", "女"]).to_owned(),
            id: citizen_id(chance),
            phone: phone(chance),
            addr: address(chance, town, village),
            org: firm,
        },
        agent: Agent { name: people[0].clone(), no: format!("D{:03}", chance.between(1, 90)) },
        channel: chance.pick(CHANNELS).to_owned(),
        status,
        created: begun,
        due: begun + listed.item.days * DAY,
        papers: papers.into_iter().map(|name| paper(chance, name)).collect(),
        events,
        notes: vec![Note {
            id: chance.code(8, SIGNS),
            at: noted_at,
            by: people[0].clone(),
            text: note(chance, 50, 300),
        }],
        photos: 0,
    }
}

/// One edit for W3, then those of W4 in the order of time: on each side 500, or fewer of few cases; a tenth on cases that the
/// other side edits too, and of them two fifths in the same field.
pub(super) fn edits(seed: u64, cases: &[Case]) -> Vec<Edit> {
    let each = (cases.len() * 45 / 100).min(500);
    let (both, same) = (each / 10, each / 25);
    let wanted = (2 * each + 1).saturating_sub(both);
    let mut order = Chance::of(seed, 2, cases.len()).some(cases.iter().collect::<Vec<_>>(), wanted);
    let now = BEGIN + 75 * DAY;
    let Some(one) = order.pop() else { return Vec::new() };
    let mut all = vec![edit(seed, ("W3", "hub"), 0, one, now, false)];
    let near = &order[..each];
    let far: Vec<&Case> = order[..both].iter().chain(&order[each..]).copied().collect();
    let mut later = Vec::new();
    for (side, cases) in [("station", near), ("hub", far.as_slice())] {
        for (nth, case) in cases.iter().enumerate() {
            let at = now + (Chance::of(seed, 3, nth).share() * (14 * DAY) as f64) as i64;
            later.push(edit(seed, ("W4", side), nth, case, at, nth < same));
        }
    }
    later.sort_by(|a, b| (a.at, &a.side).cmp(&(b.at, &b.side)));
    all.extend(later);
    all.extend(pictured(seed, cases, now + 15 * DAY));
    all
}

/// A day out: at the station 200 edits, or a fifth of few cases, every tenth with a photograph.
fn pictured(seed: u64, cases: &[Case], now: i64) -> Vec<Edit> {
    let each = (cases.len() / 5).min(10 * usize::from(PHOTOS));
    let chosen = Chance::of(seed, 9, cases.len()).some(cases.iter().collect::<Vec<_>>(), each);
    let with_photo = |(nth, case): (usize, &Case)| {
        let made = edit(seed, ("photos", "station"), nth, case, now + i64::try_from(nth).unwrap_or(0) * 60, false);
        let photo = (nth % 10 == 9).then(|| u8::try_from(nth / 10).ok().map(photo_file)).flatten();
        Edit { photo, ..made }
    };
    chosen.into_iter().enumerate().map(with_photo).collect()
}

/// The two sides set different fields, but where they clash: then both set the status.
fn edit(seed: u64, (workload, side): (&str, &str), nth: usize, case: &Case, at: i64, clash: bool) -> Edit {
    let workload_apart = match workload {
        "W3" => 2,
        "photos" => 4,
        _ => 0,
    };
    let what = if side == "hub" { 5 } else { 4 } + workload_apart;
    let chance = &mut Chance::of(seed, what, nth);
    let (who, mut set) = (name(chance), BTreeMap::new());
    let mut paper = |chance: &mut Chance, at: usize| {
        let others: Vec<&str> = PAPER_STATES.iter().copied().filter(|state| *state != case.papers[at].state).collect();
        set.insert(format!("papers.{at}.state"), Value::from(chance.pick(&others)));
    };
    if side == "station" {
        let at = usize::try_from(chance.between(0, 2)).unwrap_or(0);
        paper(chance, at);
        if chance.often(0.3) {
            set.insert("applicant.phone".into(), phone(chance).into());
        }
        if chance.often(0.2) {
            let others: Vec<&str> = CHANNELS.iter().copied().filter(|way| *way != case.channel).collect();
            set.insert("channel".into(), chance.pick(&others).into());
        }
        if clash {
            set.insert("status".into(), "已撤回".into());
        }
    } else {
        let at = usize::try_from(chance.between(3, 4)).unwrap_or(3);
        if chance.often(0.4) {
            paper(chance, at);
        }
        let others: Vec<&str> = FAR_STATUS.iter().copied().filter(|status| *status != case.status).collect();
        set.insert("status".into(), chance.pick(&others).into());
        if chance.often(0.4) {
            let days = i64::try_from(chance.between(1, 15)).unwrap_or(1);
            set.insert("due".into(), (case.due + days * DAY).into());
        }
    }
    let to = set.get("status").and_then(Value::as_str).unwrap_or(&case.status).to_owned();
    let act = chance.pick(ACTS).to_owned();
    Edit {
        workload: workload.to_owned(),
        side: side.to_owned(),
        case: case.id.clone(),
        at,
        set,
        event: Step { id: chance.code(8, SIGNS), at, by: who.clone(), act, to },
        note: Note { id: chance.code(8, SIGNS), at, by: who, text: note(chance, 20, 120) },
        photo: None,
    }
}
