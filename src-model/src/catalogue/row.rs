//! One line of `items.csv` and the way from there to an [`Item`].

use serde::{Deserialize, Serialize};

use super::{Applicant, Assessment, Item, ItemList, NoticeRule, ProxyMode, Verified};
use crate::case::retention::Term;
use crate::deadline::Limit;
use crate::ids::ItemCode;

/// A line as it stands in the file: plain words, nothing checked. Fields follow the columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ItemRow {
    /// Item code.
    pub code: String,
    /// Official name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// Department in charge.
    pub department_zh: String,
    /// Group.
    pub category_zh: String,
    /// `person`, `enterprise` or `both`.
    pub applicant_kind: String,
    /// Lists, parted by `;`.
    pub scope: String,
    /// Legal days, empty for unknown.
    pub statutory_days: String,
    /// Promised days, empty for unknown.
    pub promised_days: String,
    /// Trips at most, empty for unknown.
    pub max_trips: String,
    /// Fee in words.
    pub fee: String,
    /// Papers, parted by `|`.
    pub materials: String,
    /// Where the figures come from; it also names calendar days.
    pub source: String,
    /// `yes` or `no`.
    pub verified: String,
    /// First letters of the name.
    pub pinyin: String,
    /// 代办, 帮办陪同 or 仅咨询; a column the district may add.
    pub proxy_mode: String,
    /// Days for the one-time notice under the item's own law, such as `15cd` or `7wd`; a column the district may add.
    pub notice_rule: String,
    /// Papers that may follow later, parted by `|`; a column the district may add.
    pub secondary: String,
    /// Papers that may be promised instead, parted by `|`; a column the district may add.
    pub promisable: String,
    /// Whom to ask at the department; a column the district may add.
    pub contact: String,
    /// Where it is taken, if not at the one window; a column the district may add.
    pub taken_at: String,
    /// 10年, 30年 or 永久; a column the district may add.
    pub keep: String,
    /// The impact assessment of a sensitive item, `day|purpose|means|risk|measures`; a column the district may add.
    pub assessment: String,
}

/// A column of the file, under the name in its heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each case is the column of that name in `ItemRow`")]
pub enum Column {
    Code,
    NameZh,
    DepartmentZh,
    CategoryZh,
    ApplicantKind,
    Scope,
    StatutoryDays,
    PromisedDays,
    MaxTrips,
    Source,
    Verified,
    Pinyin,
    ProxyMode,
    NoticeRule,
    Secondary,
    Promisable,
    Keep,
    Assessment,
}

/// What is wrong with one cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{column:?}: {reason}")]
pub struct RowFault {
    /// Where.
    pub column: Column,
    /// What.
    pub reason: RowFaultReason,
}

/// Why a cell is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowFaultReason {
    /// The cell must not be empty.
    #[error("must not be empty")]
    Empty,
    /// No item code can be written so.
    #[error("is no item code")]
    BadCode,
    /// Days are a whole number or 0.5; trips a whole number.
    #[error("is not a number that can stand here")]
    NotANumber,
    /// A word that is not one of the known ones.
    #[error("holds the unknown word {word:?}")]
    UnknownWord {
        /// The word.
        word: String,
    },
    /// Pinyin initials are lower-case letters and digits.
    #[error("holds more than lower-case letters and digits")]
    BadInitials,
    /// More days are promised than the law allows (R1).
    #[error("promises more days than the law allows")]
    PromisedOverStatutory,
    /// The code stands further up already.
    #[error("stands already in line {first_line}")]
    Duplicate {
        /// Where it stands first.
        first_line: usize,
    },
}

/// Says that the legal days are calendar days; without these words they are working days (rules §1).
const CALENDAR_DAYS: &str = "unit: statutory_days are calendar days";

/// Items for which the person must come: fingerprint, identity check, both partners (R16).
const ESCORT_ONLY: [&str; 10] =
    ["GA-016", "GA-017", "GA-018", "GA-019", "GA-020", "GA-026", "GA-027", "GA-028", "MZ-016", "MZ-020"];

/// A paper that is a live picture of the person: a face check, so the person must be there (R16).
const FACE_CHECK: &str = "本人在场";

/// Work injury: the figure in its promised column is the legal limit for clear facts (rules §3).
const WORK_INJURY: &str = "RS-075";

impl ItemRow {
    /// The item of this row, or everything that is wrong with it.
    pub fn item(&self) -> Result<Item, Vec<RowFault>> {
        let mut faults = Vec::new();
        let statutory = note(self.days(&self.statutory_days, Column::StatutoryDays), &mut faults);
        let promised = note(self.days(&self.promised_days, Column::PromisedDays), &mut faults);
        let notice = note(self.notice(), &mut faults);
        let code = note(self.item_code(), &mut faults);
        let name = note(filled(&self.name_zh, Column::NameZh), &mut faults);
        let department = note(filled(&self.department_zh, Column::DepartmentZh), &mut faults);
        let category = note(filled(&self.category_zh, Column::CategoryZh), &mut faults);
        let source = note(filled(&self.source, Column::Source), &mut faults);
        let applicant = note(self.applicant(), &mut faults);
        let lists = note(self.lists(), &mut faults);
        let max_trips = note(self.trips(), &mut faults);
        let verified = note(self.verified(), &mut faults);
        let initials = note(self.initials(), &mut faults);
        let proxy = note(self.proxy(), &mut faults);
        let secondary = note(self.named(&self.secondary, Column::Secondary), &mut faults);
        let promisable = note(self.named(&self.promisable, Column::Promisable), &mut faults);
        let keep = note(self.keep(), &mut faults);
        let assessment = note(self.assessment(), &mut faults);
        faults.extend(over_promise(statutory.flatten(), promised.flatten()));
        let clear_facts = self.code.trim() == WORK_INJURY;
        let item = || {
            Some(Item {
                code: code?,
                name: name?,
                name_en: known(&self.name_en),
                department: department?,
                category: category?,
                applicant: applicant?,
                lists: lists?,
                statutory: statutory?,
                promised: promised?.filter(|_| !clear_facts),
                clear_facts: promised?.filter(|_| clear_facts),
                max_trips: max_trips?,
                fee: known(&self.fee),
                papers: self.papers(),
                source: source?,
                verified: verified?,
                initials: initials?,
                proxy: proxy?,
                notice: notice?,
                secondary: secondary?,
                promisable: promisable?,
                contact: known(&self.contact).unwrap_or_default(),
                taken_at: known(&self.taken_at).unwrap_or_default(),
                keep: keep?,
                assessment: assessment?,
            })
        };
        if faults.is_empty() { item().ok_or(faults) } else { Err(faults) }
    }

    /// 0 is on the spot, 0.5 half a working day; other days take the unit that `source` names.
    fn days(&self, text: &str, column: Column) -> Result<Option<Limit>, RowFault> {
        let number = |digits: &str| digits.parse::<u16>();
        match text.trim() {
            "" => Ok(None),
            "0" => Ok(Some(Limit::WorkingDays(0))),
            "0.5" => Ok(Some(Limit::HalfDay)),
            digits => match number(digits) {
                Ok(n) if self.source.contains(CALENDAR_DAYS) => Ok(Some(Limit::calendar_days(n))),
                Ok(n) => Ok(Some(Limit::WorkingDays(n))),
                Err(_) => Err(RowFault { column, reason: RowFaultReason::NotANumber }),
            },
        }
    }

    /// R50: work injury 15 calendar days (工伤认定办法 art 8), 政府信息公开 7 working days (条例 art 30), 行政复议 5
    /// working days (行政复议法 art 30), without deemed acceptance; everything else five working days with it.
    fn notice(&self) -> Result<NoticeRule, RowFault> {
        let text = match (self.notice_rule.trim(), self.code.trim()) {
            ("", WORK_INJURY) => "15cd",
            ("", "ZF-001") => "7wd",
            ("", "SF-009") => "5wd",
            ("", _) => return Ok(NoticeRule::default()),
            (own, _) => own,
        };
        let number = |suffix: &str| text.strip_suffix(suffix).and_then(|digits| digits.trim().parse::<u16>().ok());
        let limit = number("wd").map(Limit::WorkingDays).or_else(|| number("cd").map(Limit::calendar_days));
        let unknown = || RowFault { column: Column::NoticeRule, reason: unknown_word(text) };
        limit.map(NoticeRule::own).ok_or_else(unknown)
    }

    fn item_code(&self) -> Result<ItemCode, RowFault> {
        let code = filled(&self.code, Column::Code)?;
        code.parse().map_err(|_| RowFault { column: Column::Code, reason: RowFaultReason::BadCode })
    }

    fn applicant(&self) -> Result<Applicant, RowFault> {
        match filled(&self.applicant_kind, Column::ApplicantKind)?.as_str() {
            "person" => Ok(Applicant::Person),
            "enterprise" => Ok(Applicant::Enterprise),
            "both" => Ok(Applicant::Both),
            word => Err(RowFault { column: Column::ApplicantKind, reason: unknown_word(word) }),
        }
    }

    fn lists(&self) -> Result<Vec<ItemList>, RowFault> {
        let list = |word| match word {
            "就近" => Ok(ItemList::Nearby),
            "靠前" => Ok(ItemList::Ahead),
            "全区通办" => Ok(ItemList::Region),
            "跨省通办" => Ok(ItemList::Provinces),
            "跨市互办" => Ok(ItemList::Cities),
            "全市通办" => Ok(ItemList::City),
            word => Err(RowFault { column: Column::Scope, reason: unknown_word(word) }),
        };
        let mut lists = parts(&self.scope, ';').map(list).collect::<Result<Vec<_>, _>>()?;
        lists.sort_unstable();
        lists.dedup();
        Ok(lists)
    }

    fn trips(&self) -> Result<Option<u8>, RowFault> {
        let fault = |_| RowFault { column: Column::MaxTrips, reason: RowFaultReason::NotANumber };
        known(&self.max_trips).map(|text| text.parse().map_err(fault)).transpose()
    }

    fn verified(&self) -> Result<Verified, RowFault> {
        match filled(&self.verified, Column::Verified)?.as_str() {
            "yes" => Ok(Verified::Yes),
            "no" => Ok(Verified::No),
            word => Err(RowFault { column: Column::Verified, reason: unknown_word(word) }),
        }
    }

    fn initials(&self) -> Result<String, RowFault> {
        let initials = filled(&self.pinyin, Column::Pinyin)?;
        if initials.bytes().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit()) {
            Ok(initials)
        } else {
            Err(RowFault { column: Column::Pinyin, reason: RowFaultReason::BadInitials })
        }
    }

    fn proxy(&self) -> Result<ProxyMode, RowFault> {
        let in_person = || ESCORT_ONLY.contains(&self.code.trim()) || self.materials.contains(FACE_CHECK);
        match self.proxy_mode.trim() {
            "代办" => Ok(ProxyMode::Proxy),
            "帮办陪同" => Ok(ProxyMode::Escort),
            "仅咨询" => Ok(ProxyMode::ConsultOnly),
            "" if in_person() => Ok(ProxyMode::Escort),
            "" => Ok(ProxyMode::Unstated),
            word => Err(RowFault { column: Column::ProxyMode, reason: unknown_word(word) }),
        }
    }

    fn assessment(&self) -> Result<Option<Assessment>, RowFault> {
        let unread = || RowFault { column: Column::Assessment, reason: unknown_word(&self.assessment) };
        known(&self.assessment).map(|text| Assessment::read(&text).ok_or_else(unread)).transpose()
    }

    fn keep(&self) -> Result<Option<Term>, RowFault> {
        match self.keep.trim() {
            "" => Ok(None),
            "10年" => Ok(Some(Term::Ten)),
            "30年" => Ok(Some(Term::Thirty)),
            "永久" => Ok(Some(Term::Permanent)),
            word => Err(RowFault { column: Column::Keep, reason: unknown_word(word) }),
        }
    }

    /// Papers of this item, each of which stands among those it asks for.
    fn named(&self, text: &str, column: Column) -> Result<Vec<String>, RowFault> {
        let asked = self.papers();
        let named: Vec<String> = parts(text, '|').map(str::to_owned).collect();
        match named.iter().find(|paper| !asked.contains(paper)) {
            Some(paper) => Err(RowFault { column, reason: unknown_word(paper) }),
            None => Ok(named),
        }
    }

    fn papers(&self) -> Vec<String> {
        parts(&self.materials, '|').map(str::to_owned).collect()
    }
}

/// R1: more promised than the law allows. Limits of different units cannot be compared without a calendar.
fn over_promise(statutory: Option<Limit>, promised: Option<Limit>) -> Option<RowFault> {
    let (legal, promise) = (statutory?, promised?);
    let over = legal.unit() == promise.unit() && promise.halves() > legal.halves();
    over.then_some(RowFault { column: Column::PromisedDays, reason: RowFaultReason::PromisedOverStatutory })
}

fn parts(text: &str, at: char) -> impl Iterator<Item = &str> {
    text.split(at).map(str::trim).filter(|part| !part.is_empty())
}

fn known(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn filled(text: &str, column: Column) -> Result<String, RowFault> {
    known(text).ok_or(RowFault { column, reason: RowFaultReason::Empty })
}

fn unknown_word(word: &str) -> RowFaultReason {
    RowFaultReason::UnknownWord { word: word.to_owned() }
}

/// Keeps the value, or notes the fault and goes on to the next cell.
fn note<T>(cell: Result<T, RowFault>, faults: &mut Vec<RowFault>) -> Option<T> {
    cell.map_err(|fault| faults.push(fault)).ok()
}
