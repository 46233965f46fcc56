//! Paper forms as values: what stands on each of the 23 families of paper (requirements R183, annex H) and on the papers that go with
//! them to a bedside (R103), and nothing of how it looks.
//!
//! Forms are built when a page is shown or printed and are never stored or sent, so they may change with the program. What is
//! empty prints as a ruled blank, to be finished by hand.
//!
//! Personal numbers are of type [`Shown`]: a whole one needs leave to see it.

mod application;
mod board;
mod copies;
mod kit;
mod mandate;
mod notice;
mod result;
mod shown;
mod visit;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use application::*;
pub use board::*;
pub use copies::*;
pub use kit::*;
pub use mandate::*;
pub use notice::*;
pub use result::*;
pub use shown::Shown;
pub use visit::*;

use crate::case::clocks::{Basis, Clock, ClockKind};
use crate::case::event::{PaperLine, PaperState};
use crate::deadline::{Due, Limit};
use crate::identity::CaseNumber;

/// One paper, ready to be laid out.
#[derive(Debug, Clone, Serialize)]
pub struct Sheet {
    /// What every paper has.
    pub head: Head,
    /// What this one says.
    #[serde(flatten)]
    pub form: Form,
}

/// What every paper has around its words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The brand of the unit (R182); empty where none is set.
    pub brand: String,
    /// The station or unit, top left.
    pub unit: String,
    /// 文号 or 办件号, top right: 机关简称+文书字+〔年份〕+序号.
    pub number: String,
    /// What the QR sign says, and all that it says. No sign where there is no case yet.
    pub case_number: Option<CaseNumber>,
    /// The title in Mongolian script, beside the Chinese one (R184); empty where nobody has translated it.
    pub mongolian: String,
    /// Which print of this paper it is; 0 for one that is not of a case and is not counted. From the second on it says 补打 (R183).
    pub print: u16,
    /// The day it is dated.
    pub dated: Option<Date>,
    /// What it is printed on.
    pub size: Size,
}

/// What a paper is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// A4 upright.
    #[default]
    A4,
    /// A roll of 80 mm, as long as its words.
    Slip,
}

macro_rules! forms {
    ($($(#[$doc:meta])* $name:ident($data:ty) = $template:literal,)*) => {
        /// The families of paper forms.
        #[derive(Debug, Clone, Serialize)]
        #[serde(tag = "form", content = "data", rename_all = "snake_case")]
        pub enum Form {
            $($(#[$doc])* $name(Box<$data>),)*
        }

        impl Form {
            /// The name of its template, without an ending.
            pub fn template(&self) -> &'static str {
                match self {
                    $(Self::$name(_) => $template,)*
                }
            }

            /// Every form with nothing filled in, to be finished by hand.
            pub fn blanks() -> Vec<Self> {
                vec![$(Self::$name(Box::default()),)*]
            }
        }
    };
}

forms! {
    /// 收件回执 (templates §1, R46).
    Receipt(Receipt) = "receipt",
    /// 受理通知书 (§2, R54).
    Acceptance(Acceptance) = "acceptance",
    /// 一次性告知书 (§3, R50).
    OneTimeNotice(OneTimeNotice) = "one-time-notice",
    /// 补正通知书 (§4, R52).
    Supplement(Supplement) = "supplement",
    /// 不予受理通知书 (§5, R54).
    Refusal(Refusal) = "refusal",
    /// 代办委托书 (§6, R63).
    Mandate(MandateLetter) = "mandate",
    /// 代办中止单, 终止单, 续办委托书 (§7, R65).
    MandateChange(MandateChange) = "mandate-change",
    /// 容缺受理承诺书 and 通知书 (§8, R61).
    Conditional(Conditional) = "conditional",
    /// 告知承诺书 (§9, R62).
    Promise(Promise) = "promise",
    /// 送达回证 (§10, R69).
    DeliveryProof(DeliveryProof) = "delivery-proof",
    /// 办结通知书 and 代办办结单 (§11, R70).
    Completion(Completion) = "completion",
    /// The cover under which an organ's decision is delivered (§12, R69).
    DecisionCover(DecisionCover) = "decision-cover",
    /// 上门服务记录 (§13, R96).
    HomeVisit(HomeVisit) = "home-visit",
    /// 五进行动记录 (§14, R146).
    Outreach(Outreach) = "outreach",
    /// 工伤认定申请表 (§15, R104).
    InjuryClaim(InjuryClaim) = "injury-claim",
    /// 劳动能力鉴定申请表 (§16, R108).
    Appraisal(Appraisal) = "appraisal",
    /// 最低生活保障申请书 with 声明授权书 (§17, R93).
    Subsistence(Subsistence) = "subsistence",
    /// 高龄津贴申请表 (§18).
    OldAge(OldAge) = "old-age",
    /// 延时服务登记表 (§19, R156).
    LateHours(LateHours) = "late-hours",
    /// 好差评 on paper (§20, R164).
    Rating(Rating) = "rating",
    /// 整改单 (§20, R167).
    Rectification(Rectification) = "rectification",
    /// Public boards (§21, R9, R178, R185).
    Board(Board) = "board",
    /// 交接单 (§22, R41).
    HandOver(HandOver) = "hand-over",
    /// 一件事申请表 (§23, R116).
    OneThing(OneThing) = "one-thing",
    /// What is said in plain words (R99, R103).
    SpokenGuide(SpokenGuide) = "spoken",
    /// 材料清单 (R103).
    Checklist(Checklist) = "checklist",
    /// 询问笔录 (R100).
    Interview(InterviewRecord) = "interview",
    /// 个人信息告知 (R103).
    PrivacyNotice(PrivacyNotice) = "privacy",
    /// 办件标签 (R86).
    Label(Label) = "label",
    /// 工作副本清理清单 (R203).
    CopiesList(CopiesList) = "copies",
}

/// A paper in a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PaperRow {
    /// Its name.
    pub name: String,
    /// Original, copy or electronic.
    pub state: Option<PaperState>,
    /// How many.
    pub count: Option<u32>,
    /// Anything else: the original was given back, the page is torn.
    pub note: String,
}

impl From<&PaperLine> for PaperRow {
    fn from(line: &PaperLine) -> Self {
        let PaperLine { name, state, count } = line;
        Self { name: name.clone(), state: Some(*state), count: Some(u32::from(*count)), note: String::new() }
    }
}

/// A matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ItemLine {
    /// Its code in the catalogue.
    pub code: String,
    /// Its official name.
    pub name: String,
    /// Who decides it.
    pub department: String,
}

/// A term with its last day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Term {
    /// What it is about.
    pub kind: ClockKind,
    /// How long; `None` prints 时限待主管部门确认 (R57).
    pub limit: Option<Limit>,
    /// Its end.
    pub due: Due,
    /// Whether it runs, or would run if the case were accepted today.
    pub basis: Basis,
}

impl From<&Clock> for Term {
    fn from(clock: &Clock) -> Self {
        Self { kind: clock.kind, limit: clock.limit, due: clock.due, basis: clock.basis }
    }
}
