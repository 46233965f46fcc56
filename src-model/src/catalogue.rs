//! The catalogue of service items (事项清单): dated law that a case keeps a version of (R1, R2, R15–R17, R55–R58).
//!
//! A blank is unknown and stays unknown; nothing here fills in a default. Rows come in through [`Catalogue::from_rows`],
//! which reports every fault of a file at once, and items are found by code, by name, by pinyin initials and by the
//! words people use ([`Catalogue::find`]). Reading the file itself is the caller's part.

mod assessment;
mod find;
mod row;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::case::retention::{self, Term};
use crate::case::secrecy;
pub use crate::deadline::NoticeRule;
use crate::deadline::{Limit, Unit};
use crate::ids::ItemCode;
pub use assessment::Assessment;
pub use find::Spoken;
pub use row::{Column, ItemRow, RowFault, RowFaultReason};

/// Who may apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Applicant {
    /// A person.
    Person,
    /// A firm.
    Enterprise,
    /// Either.
    Both,
}

/// The published lists an item stands on (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemList {
    /// 就近服务清单
    Nearby,
    /// 靠前服务清单
    Ahead,
    /// 全区通办
    Region,
    /// 跨省通办
    Provinces,
    /// 跨市互办
    Cities,
    /// 全市通办
    City,
}

/// Whether the figures of a row were traced to a source (R2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verified {
    /// May be quoted.
    Yes,
    /// 示例数据，待核实: said on every screen and every print.
    No,
}

/// What an agent may do in place of the person (R16, rules §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxyMode {
    /// 代办: act for the person with a mandate.
    Proxy,
    /// 帮办陪同: prepare, book and escort; no mandate can be written.
    Escort,
    /// 仅咨询: tell and lead only.
    ConsultOnly,
    /// The department has not said; shown as 待补充.
    Unstated,
}

/// One service item of one catalogue version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its code, unique in the catalogue.
    pub code: ItemCode,
    /// The official name, shown verbatim and in full.
    pub name: String,
    /// The name in English, for people who work on the data.
    pub name_en: Option<String>,
    /// The department in charge.
    pub department: String,
    /// The group it is listed in.
    pub category: String,
    /// Who may apply.
    pub applicant: Applicant,
    /// The lists it stands on; none is possible.
    pub lists: Vec<ItemList>,
    /// 法定: the legal limit, `None` if unknown (R57).
    pub statutory: Option<Limit>,
    /// 承诺: the promised limit, `None` if unknown.
    pub promised: Option<Limit>,
    /// The shorter legal limit where facts and rights are clear (工伤保险条例 art 20, R107), never a promise.
    pub clear_facts: Option<Limit>,
    /// How often the person must come at most, `None` if unknown.
    pub max_trips: Option<u8>,
    /// The fee in words, `None` if unknown.
    pub fee: Option<String>,
    /// The papers, one line each; empty means that no list is known, not that none is needed (R15).
    pub papers: Vec<String>,
    /// Where every figure comes from, shown in the item's detail.
    pub source: String,
    /// Whether the figures may be quoted.
    pub verified: Verified,
    /// First letters of the name, lower case.
    pub initials: String,
    /// What an agent may do in place of the person.
    pub proxy: ProxyMode,
    /// Papers that may follow later: 可容缺 (R61). None where the department has named none.
    #[serde(default)]
    pub secondary: Vec<String>,
    /// Papers in whose place a promise is taken: 告知承诺 (R62). None where the department has not switched it on.
    #[serde(default)]
    pub promisable: Vec<String>,
    /// Whom to ask at the department, with a number (R47); empty where it has named nobody.
    #[serde(default)]
    pub contact: String,
    /// Where the item is taken because it does not stand on the 综合受理 list (R47); empty for one that does.
    #[serde(default)]
    pub taken_at: String,
    /// How long its files are kept, as the department has set it (R207); `None` where it has not: then the rule for all.
    #[serde(default)]
    pub keep: Option<Term>,
    /// The assessment without which an item about sensitive data is not switched on (R205).
    #[serde(default)]
    pub assessment: Option<Assessment>,
    /// How long the organ has for the one-time notice, and what its silence means (R50, R51).
    pub notice: NoticeRule,
}

impl Item {
    /// Whether it is finished while the person waits (即办件), as opposed to a promised item (承诺件, R1).
    pub fn is_on_the_spot(&self) -> bool {
        self.promised.is_some_and(Limit::is_on_the_spot)
    }

    /// Whether it may be taken at all: what handles sensitive data has been assessed before (R205).
    pub fn is_switched_on(&self) -> bool {
        self.assessment.is_some() || !self.needs_assessment()
    }

    /// Whether it handles sensitive data, which somebody has to think through first (R205).
    pub fn needs_assessment(&self) -> bool {
        secrecy::is_sensitive(&self.code)
    }

    /// The class of its files: the department's, else the rule for all (rules §8).
    pub fn keeping(&self) -> Term {
        self.keep.unwrap_or_else(|| retention::term(&self.code))
    }

    /// Whether it stands on the list of what one window takes: 综合受理 (R47).
    pub fn is_taken_at_one_window(&self) -> bool {
        self.taken_at.is_empty()
    }

    /// Whether its legal days are calendar days (自然日, R56).
    pub fn counts_calendar_days(&self) -> bool {
        self.statutory.is_some_and(|limit| limit.unit() == Unit::CalendarDay)
    }
}

/// All items of one version.
///
/// Invariant: `items` are sorted by code and each code stands once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Catalogue {
    /// Counts up with every publication.
    pub version: u32,
    /// The first day on which it is in force.
    pub valid_from: Date,
    items: Vec<Item>,
}

/// A catalogue as it was read, its order not yet checked.
#[derive(Deserialize)]
struct Stored {
    version: u32,
    valid_from: Date,
    items: Vec<Item>,
}

/// Two items carry one code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("item {code} stands twice in the catalogue")]
pub struct TwoOfOne {
    /// The code.
    pub code: ItemCode,
}

impl TryFrom<Stored> for Catalogue {
    type Error = TwoOfOne;
    fn try_from(stored: Stored) -> Result<Self, TwoOfOne> {
        Self::new(stored.version, stored.valid_from, stored.items)
    }
}

impl Catalogue {
    /// A catalogue of these items.
    pub fn new(version: u32, valid_from: Date, mut items: Vec<Item>) -> Result<Self, TwoOfOne> {
        items.sort_by(|a, b| a.code.cmp(&b.code));
        match items.windows(2).find(|pair| pair[0].code == pair[1].code) {
            Some(pair) => Err(TwoOfOne { code: pair[0].code.clone() }),
            None => Ok(Self { version, valid_from, items }),
        }
    }

    /// Reads all rows of a file, or tells every fault with its line. The heading is line 1, so the first row is line 2.
    pub fn from_rows(version: u32, valid_from: Date, rows: &[ItemRow]) -> Result<Self, Vec<(usize, RowFault)>> {
        let mut items: Vec<Item> = Vec::with_capacity(rows.len());
        let mut faults = Vec::new();
        let mut seen = std::collections::BTreeMap::new();
        for (line, row) in (2..).zip(rows) {
            match row.item() {
                Ok(item) => {
                    if let Some(first) = seen.insert(item.code.clone(), line) {
                        seen.insert(item.code.clone(), first);
                        let reason = RowFaultReason::Duplicate { first_line: first };
                        faults.push((line, RowFault { column: Column::Code, reason }));
                    }
                    items.push(item);
                }
                Err(found) => faults.extend(found.into_iter().map(|fault| (line, fault))),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        items.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(Self { version, valid_from, items })
    }

    /// The items in the order of their codes.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The item with this code.
    pub fn get(&self, code: &ItemCode) -> Option<&Item> {
        self.items.binary_search_by(|item| item.code.cmp(code)).ok().map(|at| &self.items[at])
    }

    /// Every category with the number of its items, in the order of first appearance.
    pub fn categories(&self) -> Vec<(&str, u32)> {
        let mut counts: Vec<(&str, u32)> = Vec::new();
        for item in &self.items {
            match counts.iter_mut().find(|(category, _)| *category == item.category) {
                Some((_, count)) => *count += 1,
                None => counts.push((&item.category, 1)),
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests;
