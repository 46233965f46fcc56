//! What is written down beside the moves of Annex C: why something is late, what was asked of the upper tier, who looked at a place, who
//! applied in whose name, what was given before any paper, where somebody can be found, which certificate was shown, who has the file now.
//! None of it moves a case from one stage to another.
//!
//! [`Beside`] is one act; [`Besides`] is what a case knows of all of them; `gate` is the gate in front, which [`mod@super::decide`] asks.

mod clocks;
mod fold;
pub(super) mod gate;
#[cfg(test)]
pub(super) mod samples;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::event::{Signature, Way};
use super::fold::Mark;
use crate::access::Action;
use crate::ids::AgentId;
use crate::stamp::{Stamp, Wall};

/// One act. Names of its parts avoid those of the envelope around it: `by`, `unit`, `at`, `q`, `k`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "a", rename_all = "snake_case")]
pub enum Beside {
    /// 超期说明 (R85)
    Late(Late),
    /// 请上级协调 (R89)
    HelpAsked(HelpAsked),
    /// What the upper tier answered.
    HelpAnswered {
        /// The request.
        of: Stamp,
        /// In plain words.
        words: String,
    },
    /// 现场核查 (R92)
    SiteChecked(SiteCheck),
    /// 村（居）委会代为申请 (R93)
    AppliedFor(AppliedFor),
    /// 先救助，后补手续 (R112)
    HelpedFirst(HelpedFirst),
    /// Where somebody can be found from now on (R111)
    FoundAt(FoundAt),
    /// 寄出: a result went into the post, to where somebody can be found (R111)
    Posted(Posted),
    /// The person agrees that a result reaches them electronically (R111)
    ElectronicAgreed {
        /// Where to: an account, a number.
        to: String,
    },
    /// Whose death a matter is about, and when it was: the registration has a last day (R121)
    Died {
        /// Name.
        who: String,
        /// The day.
        on: Date,
    },
    /// 核过电子证照 (R91)
    CertificateShown(CertificateShown),
    /// Signs of need or neglect that were seen on a visit: for those who handle the person's matters alone (R96)
    Concern {
        /// The act of the visit.
        of: Stamp,
        /// What was seen, in plain words.
        words: String,
    },
    /// The upper tier has looked at the record of a visit (R96)
    VisitReviewed {
        /// The act of the visit.
        of: Stamp,
        /// What it says of it.
        words: String,
    },
    /// The clock was wrong, and somebody said what time it was (R79)
    ClockTold {
        /// What the clock showed.
        shown: Wall,
        /// What was typed.
        told: Wall,
    },
    /// 交接: offered to a colleague; until it is taken over the giver answers for it (R41)
    Given(Given),
    /// 接收
    TakenOver {
        /// The offer.
        of: Stamp,
    },
    /// 退回这一件
    GivenBack {
        /// The offer.
        of: Stamp,
        /// Why.
        reason: String,
    },
}

/// Why a case is past its day, and how the applicant was told (优化营商环境条例 art 36).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Late {
    /// Why: shown on the list of late cases.
    pub reason: LateReason,
    /// In words, for this case only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// How the applicant was told.
    pub told: Way,
    /// When.
    pub told_at: DateTime,
}

/// Reasons for being late. They say nothing of anybody (R85).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateReason {
    /// 系统故障
    System,
    /// 部门还没办完
    Organ,
    /// 人手不够
    Staff,
    /// 天气、道路
    Roads,
    /// 其他
    Other,
}

impl LateReason {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::System, Self::Organ, Self::Staff, Self::Roads, Self::Other];
}

/// What a station asks of the upper tier where two offices disagree (R89).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpAsked {
    /// Whom.
    pub to: String,
    /// What.
    pub question: String,
    /// The offices it is about.
    pub offices: Vec<String>,
    /// What is wished for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wish: String,
}

/// A check at the place, by two of the organ's staff at least (行政许可法 art 34).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteCheck {
    /// When.
    pub when: DateTime,
    /// Where.
    pub place: String,
    /// Who looked, by name.
    pub staff: Vec<String>,
    /// The day the applicant was told of it.
    pub told_on: Date,
    /// What they found.
    pub findings: String,
    /// How the applicant signed the record.
    pub signature: Signature,
}

/// Who applied in place of somebody for whom it is hard (社会救助暂行办法 arts 11, 16).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedFor {
    /// The village committee.
    pub committee: String,
    /// Who did it there.
    pub helper: String,
    /// Why the person could not.
    pub reason: String,
    /// Every adult of the household, each with their own signature under the authority to check finances (templates §17).
    pub adults: Vec<Adult>,
}

/// An adult who gave the authority to check finances.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adult {
    /// Name.
    pub name: String,
    /// How they signed.
    pub signature: Signature,
}

/// Help that came before the papers (社会救助暂行办法 art 48).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpedFirst {
    /// When it was given.
    pub when: DateTime,
    /// What.
    pub given: String,
    /// Until when the papers come, as the department set it.
    pub papers_by: Date,
}

/// Where somebody can be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundAt {
    /// A house, a ward, a town.
    pub place: String,
    /// Since when.
    pub since: Date,
    /// Whether somebody of this district can go there.
    pub reach: Reach,
}

/// Whether somebody of this district can go to a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// 送得到
    Here,
    /// 在外地: by post, or electronically with consent
    Away,
}

/// A result in the post. It counts as delivered when the proof is back (templates §10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The number under which the post follows it, as typed from the slip.
    pub number: String,
    /// Where to.
    pub to: String,
    /// When.
    pub on: Date,
}

/// Which electronic certificate stands for a paper (国务院令716 arts 8–12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateShown {
    /// The paper it stands for.
    pub paper: String,
    /// Who issued it.
    pub issuer: String,
    /// When it was held against the issuer's register.
    pub checked: DateTime,
}

/// A line of a hand-over sheet between colleagues (R41, templates §22).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The sheet it stands on: a moment of the giver's own.
    pub sheet: Stamp,
    /// To whom.
    pub to: AgentId,
    /// Papers in the bag.
    pub papers: u16,
    /// Of them originals.
    pub originals: u16,
    /// Money and receipts, the number of the seal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Beside {
    /// The right it needs.
    pub fn action(&self) -> Action {
        match self {
            Self::Late(_)
            | Self::HelpAsked(_)
            | Self::FoundAt(_)
            | Self::Died { .. }
            | Self::Concern { .. }
            | Self::ClockTold { .. } => Action::Attend,
            // The upper tier's to say.
            Self::HelpAnswered { .. } | Self::VisitReviewed { .. } => Action::Accept,
            Self::SiteChecked(_) => Action::Process,
            Self::AppliedFor(_) | Self::HelpedFirst(_) | Self::CertificateShown(_) | Self::ElectronicAgreed { .. } => {
                Action::Collect
            }
            Self::Posted(_) => Action::Deliver,
            Self::Given(_) | Self::TakenOver { .. } | Self::GivenBack { .. } => Action::HandOver,
        }
    }
}

/// What a case knows of all that was written beside its moves.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Besides {
    /// Why it is late; the last word holds.
    pub late: Option<(Mark, Late)>,
    /// What was asked of the upper tier.
    pub help: Vec<Help>,
    /// Checks at the place.
    pub checks: Vec<(Mark, SiteCheck)>,
    /// Who applied in the person's place.
    pub applied: Option<(Mark, AppliedFor)>,
    /// What was given before the papers.
    pub helped: Vec<(Mark, HelpedFirst)>,
    /// Where the person is; the last word holds.
    pub found: Option<(Mark, FoundAt)>,
    /// Whose death it is about, and when it was; the last word holds.
    pub died: Option<(Mark, String, Date)>,
    /// The result in the post; the last word holds.
    pub posted: Option<(Mark, Posted)>,
    /// Where to the person agreed that a result reaches them electronically.
    pub electronic: Option<(Mark, String)>,
    /// Certificates that were shown.
    pub certificates: Vec<(Mark, CertificateShown)>,
    /// Signs of need or neglect, each with the visit on which they were seen.
    pub concerns: Vec<(Mark, Stamp, String)>,
    /// What the upper tier said of visits.
    pub reviews: Vec<(Mark, Stamp, String)>,
    /// Offers to colleagues, in order.
    pub offers: Vec<Offered>,
}

/// A request to the upper tier and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// Who asked, and when.
    pub mark: Mark,
    /// What.
    pub asked: HelpAsked,
    /// The answer.
    pub answer: Option<(Mark, String)>,
}

/// An offer of a case to a colleague and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// Who gave it, and when.
    pub mark: Mark,
    /// What was given.
    pub given: Given,
    /// What came of it.
    pub outcome: Handed,
}

/// What came of an offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// Nobody has said yet; the giver answers for it.
    Open,
    /// It was taken over.
    Taken(Mark),
    /// It was given back.
    Back(Mark, String),
}

impl Besides {
    /// The first request that nobody has answered.
    pub fn help_open(&self) -> Option<&Help> {
        self.help.iter().find(|help| help.answer.is_none())
    }

    /// The offer that waits for a word.
    pub fn offer_open(&self) -> Option<&Offered> {
        self.offers.iter().find(|offer| offer.outcome == Handed::Open)
    }

    /// Who took the case over last; `None` where it stays with whoever opened it.
    pub fn taker(&self) -> Option<&AgentId> {
        let taken = self.offers.iter().filter_map(|offer| match &offer.outcome {
            Handed::Taken(mark) => Some((mark.stamp, &offer.given.to)),
            Handed::Open | Handed::Back(..) => None,
        });
        taken.max_by_key(|(stamp, _)| *stamp).map(|(_, to)| to)
    }
}
