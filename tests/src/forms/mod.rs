//! Every paper form filled in, ordinarily and as badly as people and villages can: for the tests of printing and its measurement.

mod applications;
mod kit;
mod notices;
mod visits;

use daiban_model::access::{Action, Permit, Principal, Role, Subject, permit};
use daiban_model::form::{Form, Head, ItemLine, PaperRow, Person, Sheet, Shown};
use daiban_model::identity::{CaseNumber, CitizenId, Phone, Sex};
use daiban_model::ids::ScopeCode;
use jiff::civil::{Date, DateTime, date};

use crate::world::must;

/// A name of 23 signs (R86).
pub const LONG_NAME: &str = "阿丽米热·买买提依明·吐尔逊江·阿卜杜热合曼";

/// Words that try to be something else: markup, paths, escapes, a turned direction.
pub const HOSTILE: &str = "#import \"/house.typ\": * $x^2$ \\u{41} *粗* _斜_ `码` <标> @引 = 题 // 注 #panic(\"坏\")";

/// How a form is filled in.
#[derive(Clone, Copy)]
pub struct Filling {
    /// What becomes of every word.
    pub word: fn(&str) -> String,
    /// How many lines a list has.
    pub rows: usize,
}

impl Filling {
    /// As on most days.
    pub const ORDINARY: Self = Self { word: |word| word.to_owned(), rows: 3 };
    /// Every word behind the longest name, lists over several pages.
    pub const LONG: Self = Self { word: |word| format!("{LONG_NAME}{word}"), rows: 24 };
    /// Every word followed by what looks like markup.
    pub const HOSTILE: Self = Self { word: |word| format!("{word}{HOSTILE}"), rows: 2 };
    /// Signs of the name that most fonts lack, from extensions A to F.
    pub const RARE: Self = Self { word: |word| format!("{word}㛃𠮷𬭊𪚥𫝆𬱖𠅤"), rows: 2 };

    fn of(self, word: &str) -> String {
        (self.word)(word)
    }

    fn list<T>(self, one: impl Fn(usize) -> T) -> Vec<T> {
        (0..self.rows).map(one).collect()
    }

    fn item(self) -> ItemLine {
        ItemLine {
            code: "MZ-007".into(), name: self.of("80周岁以上老年人高龄津贴发放"), department: self.of("民政局")
        }
    }

    fn papers(self) -> Vec<PaperRow> {
        let names = ["居民身份证", "居民户口簿", "近期免冠照片"];
        self.list(|at| PaperRow {
            name: self.of(names[at % names.len()]),
            state: Some(daiban_model::case::event::PaperState::Copy),
            count: Some(1),
            note: self.of("原件当场退还"),
        })
    }

    fn person(self) -> Person {
        Person {
            name: self.of("赵云凤"),
            sex: Some(Sex::Female),
            ethnic_group: self.of("汉族"),
            born: Some(date(1945, 8, 20)),
            id_kind: "居民身份证".into(),
            id: Shown::for_document(&citizen(), Some(&reveal())),
            household: self.of("吉忽伦图苏木白菜沟嘎查"),
            address: self.of("吉忽伦图苏木白菜沟嘎查三组"),
            postcode: "014070".into(),
            phone: Shown::for_document(&phone(), Some(&reveal())),
        }
    }
}

fn citizen() -> CitizenId {
    must("a citizen id", CitizenId::parse("150205194508200008", date(2026, 3, 2)))
}

fn phone() -> Phone {
    must("a phone number", Phone::parse("0472-0000001"))
}

fn reveal() -> Permit {
    let unit: ScopeCode = must("a scope", crate::world::BAICAIGOU.parse());
    let agent = must("an agent", crate::world::QIMUGE.parse());
    let who = Principal { agent, name: "其木格".into(), role: Role::FullTimeAgent, unit, serves: vec![unit] };
    must("leave", permit(&who, Action::Reveal, &Subject { scope: unit, handler: None }))
}

fn moment() -> DateTime {
    date(2026, 3, 2).at(9, 30, 0, 0)
}

fn day(month: i8, day: i8) -> Date {
    date(2026, month, day)
}

/// Around every form.
pub fn head(filling: Filling) -> Head {
    let number: CaseNumber = must("a case number", "石拐-202202-20260302-07-0001".parse());
    Head {
        brand: filling.of("石心实意"),
        unit: filling.of("白菜沟便民服务站"),
        number: number.to_string(),
        case_number: Some(number),
        print: 1,
        dated: Some(day(3, 2)),
        ..Head::default()
    }
}

/// Every form, filled in.
pub fn all(filling: Filling) -> Vec<Sheet> {
    let forms = [notices::all(filling), applications::all(filling), visits::all(filling), kit::all(filling)].concat();
    forms.into_iter().map(|form| Sheet { head: head(filling), form }).collect()
}

/// The slip, as the most printed of all.
pub fn receipt(filling: Filling) -> Sheet {
    Sheet { head: head(filling), form: Form::Receipt(Box::new(notices::receipt(filling))) }
}
