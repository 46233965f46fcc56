//! Papers of the set for a bedside beside the official forms (R99, R100, R103): what is said in plain words, the list of papers, the
//! record of an interview, the notice on personal information.

use jiff::civil::{Date, DateTime};
use serde::Serialize;

use super::{ItemLine, PaperRow, Shown};
use crate::case::event::Signature;
use crate::visit::{Addition, Asked, Spoken};

/// What a matter is, for the words of a paper that are its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// 工伤
    WorkInjury,
}

/// What is said at the bed, in print large enough to be read there (R99).
#[derive(Debug, Clone, Default, Serialize)]
pub struct SpokenGuide {
    /// Whom it is said to.
    pub person: String,
    /// 事项
    pub item: ItemLine,
    /// What kind of matter it is, where the paper has words for it.
    pub matter: Option<Matter>,
    /// What was explained, where it was.
    pub said: String,
    /// The papers that are asked for.
    pub papers: Vec<String>,
    /// Last day of the employer (工伤保险条例 art 17).
    pub employer_by: Option<Date>,
    /// Last day of the worker (art 17).
    pub worker_by: Option<Date>,
    /// The station's published number.
    pub enquiry: String,
}

/// 材料清单: ticked by hand as papers are found.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Checklist {
    /// 申请人
    pub person: String,
    /// 事项
    pub item: ItemLine,
    /// The papers, as they stand.
    pub papers: Vec<PaperRow>,
    /// The station's published number.
    pub enquiry: String,
}

/// 询问笔录 (R100): empty pages to write on, or a record that was signed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct InterviewRecord {
    /// Who is asked.
    pub person: String,
    /// 证件号, masked.
    pub id: Shown,
    /// What kind of matter it is, where there are questions that belong to it.
    pub matter: Option<Matter>,
    /// 地点
    pub place: String,
    /// From when.
    pub from: Option<DateTime>,
    /// Until when: the signature.
    pub until: Option<DateTime>,
    /// 询问人
    pub asked_by: String,
    /// 记录人
    pub written_by: String,
    /// 在场的人
    pub present: Vec<String>,
    /// 翻译
    pub interpreter: String,
    /// What was asked and answered.
    pub lines: Vec<Spoken>,
    /// Whether it was read back.
    pub read_back: Option<Asked>,
    /// How it was signed.
    pub signature: Option<Signature>,
    /// What was added, signed again.
    pub additions: Vec<Added>,
}

/// What was added to a record.
#[derive(Debug, Clone, Serialize)]
pub struct Added {
    /// In words.
    pub text: String,
    /// How it was signed.
    pub signature: Signature,
}

impl From<&Addition> for Added {
    fn from(addition: &Addition) -> Self {
        Self { text: addition.text.clone(), signature: addition.signature.clone() }
    }
}

/// 个人信息告知 (个人信息保护法 arts 17, 29): before anything is asked.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PrivacyNotice {
    /// Who is told.
    pub person: String,
    /// 事项
    pub item: ItemLine,
    /// Who handles the data.
    pub unit: String,
    /// Where to ask, correct and withdraw.
    pub enquiry: String,
    /// The notice in Mongolian (R184); empty where nobody has translated it.
    pub mongolian: String,
}
