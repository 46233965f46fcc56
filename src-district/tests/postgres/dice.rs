//! Chance that a test can throw again: numbers that follow from a seed.

use daiban_core::query::{SearchFields, Tokens};
use daiban_core::store::{CaseRecord, Flag, PersonRecord, Standing};
use daiban_model::api::{CaseRow, PersonRow};
use daiban_model::case::Stage;
use daiban_model::ids::{AgentId, CaseId, PersonId, ScopeCode};
use daiban_model::person::Kind;
use daiban_model::stamp::Wall;

/// Throws from a seed.
pub struct Dice(u64);

impl Dice {
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number of the sequence (SplitMix64).
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..sides`.
    pub fn throw(&mut self, sides: usize) -> usize {
        usize::try_from(self.next() % sides.max(1) as u64).unwrap()
    }

    /// True once in so many throws.
    pub fn once_in(&mut self, sides: usize) -> bool {
        self.throw(sides) == 0
    }

    /// One of some.
    pub fn of_these<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        if all.is_empty() { None } else { all.get(self.throw(all.len())) }
    }
}

/// A village of the first or second township of the district.
pub fn village(n: usize) -> ScopeCode {
    let digits = 150_205_200_200 + (n as u64 / 3) * 1000 + n as u64 % 3;
    digits.to_string().parse().unwrap()
}

pub fn agent(n: usize) -> AgentId {
    format!("SG-{n}").parse().unwrap()
}

const NAMES: [&str; 8] =
    ["赵桂香", "王芳", "王芳芳", "单桂英", "阿丽米热·买买提依明", "张𫝀", "其木格", "O'Brien \\ \"x\""];

/// A case row thrown by dice; the same `n` is the same case.
pub fn case(dice: &mut Dice, n: u8) -> CaseRecord {
    let name = NAMES[dice.throw(NAMES.len())];
    let number = format!("石拐-202202-20260302-07-{n:04}");
    let citizen_id = format!("15020519620401{:02}00", dice.throw(6));
    // A note with one character more often than an index of places counts.
    let note = "的".repeat(if dice.once_in(20) { 300 } else { 2 }) + "低保";
    let tokens = Tokens::of(&SearchFields {
        name,
        citizen_id: &citizen_id,
        number: &number,
        item_name: "城乡居民养老保险待遇申领",
        item_initials: "cxjmylbxdysl",
        notes: &[&note],
        ..SearchFields::default()
    });
    let flag = |is: bool| if is { Flag::Yes } else { Flag::No };
    let shown = CaseRow {
        id: CaseId(uuid_of(n)),
        number,
        name: name.to_owned(),
        id_tail: citizen_id[14..].to_owned(),
        item: "待遇申领\0\u{7}".to_owned(),
        stage: Stage::Supplementing { notice: 1 },
        place: "红旗村".to_owned(),
        pressing: None,
        days_left: Some(-3),
        since: Wall(1_772_415_000_000),
        attention: if dice.once_in(4) { 2 } else { 0 },
        reserved: 0,
    };
    CaseRecord {
        shown,
        scope: village(dice.throw(6)),
        handler: (!dice.once_in(5)).then(|| agent(dice.throw(3))),
        citizen_id: if dice.once_in(9) { String::new() } else { citizen_id },
        item: if dice.once_in(9) { "一\0二".to_owned() } else { "RS-001".to_owned() },
        standing: if dice.once_in(3) { Standing::Finished } else { Standing::Open },
        due: (!dice.once_in(4)).then(|| 20_260_301 + u32::try_from(dice.throw(20)).unwrap()),
        remind: (!dice.once_in(3)).then(|| 20_260_301 + u32::try_from(dice.throw(20)).unwrap()),
        supplementing: flag(dice.once_in(3)),
        no_limit: flag(dice.once_in(4)),
        person: dice.once_in(2).then(|| person_id(u8::try_from(dice.throw(5)).unwrap())),
        updated_ms: 1_772_415_000_000 + dice.next() % 20,
        tokens,
    }
}

/// A row of somebody thrown by dice; the same `n` is the same one.
pub fn person(dice: &mut Dice, n: u8) -> PersonRecord {
    let name = NAMES[dice.throw(NAMES.len())];
    let number = match dice.throw(5) {
        0 => String::new(),
        1 => "o'b\0".to_owned(),
        sides => format!("15020519620401{:02}00", sides + 1),
    };
    let tokens = Tokens::of(&SearchFields { name, citizen_id: &number, ..SearchFields::default() });
    let shown = PersonRow {
        id: person_id(n),
        kind: Kind::Person,
        name: name.to_owned(),
        number_masked: "150205********0300".to_owned(),
        phone_masked: "\0\u{7}".to_owned(),
        address: String::new(),
        born_year: Some(1962),
        age: None,
        place: String::new(),
    };
    PersonRecord {
        shown,
        scope: village(dice.throw(6)),
        handler: (!dice.once_in(5)).then(|| agent(dice.throw(3))),
        number,
        born: if dice.once_in(3) { 0 } else { 19_620_401 + u32::try_from(dice.throw(3)).unwrap() },
        household: dice.once_in(2).then(|| person_id(u8::try_from(dice.throw(4)).unwrap())),
        same: (0..dice.throw(3)).map(|n| person_id(u8::try_from(n).unwrap())).collect(),
        updated_ms: dice.next() % 20,
        tokens,
    }
}

/// Who goes by this number.
pub fn person_id(n: u8) -> PersonId {
    PersonId(uuid_of(n))
}

fn uuid_of(n: u8) -> uuid::Uuid {
    uuid::Uuid::from_bytes([n; 16])
}
