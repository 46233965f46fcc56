//! Work injury (工伤) beside the clocks: the papers to take to a bedside, and the grounds of the law as a guide. A station never writes
//! a conclusion (R106): nothing here decides anything.

use serde::{Deserialize, Serialize};

use crate::case::event::PaperName;

/// A paper of the set that is printed before somebody leaves for a bedside (R103).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KitPaper {
    /// 申请表, filled with what the call gave
    Form,
    /// 一次性告知书
    Notice,
    /// What is said in plain words: steps, papers, limits
    SpokenGuide,
    /// 材料清单
    Checklist,
    /// 代办委托书
    Mandate,
    /// 询问笔录, empty pages
    InterviewSheets,
    /// 个人信息告知
    PrivacyNotice,
}

impl KitPaper {
    /// The paper of the case that it is; the one to be finished by hand, where there are several.
    pub fn paper(self) -> PaperName {
        match self {
            Self::Form => PaperName::InjuryClaim,
            Self::Notice => PaperName::Notice,
            Self::SpokenGuide => PaperName::SpokenGuide,
            Self::Checklist => PaperName::Checklist,
            Self::Mandate => PaperName::Mandate,
            Self::InterviewSheets => PaperName::Interview,
            Self::PrivacyNotice => PaperName::PrivacyNotice,
        }
    }

    /// The whole set, in the order in which it is needed at the bed.
    pub const ALL: [Self; 7] = [
        Self::Form,
        Self::Notice,
        Self::SpokenGuide,
        Self::Checklist,
        Self::Mandate,
        Self::InterviewSheets,
        Self::PrivacyNotice,
    ];
}

/// What the law says of an event at work (工伤保险条例 arts 14–16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Art 14: is a work injury.
    Is,
    /// Art 15: counts as one.
    CountsAs,
    /// Art 16: is none.
    IsNot,
}

/// A ground of arts 14–16; the screen has its words. It is ticked as the person tells it, and decides nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// 工作时间和工作场所内，因工作原因受到事故伤害, art 14(1)
    AtWork,
    /// 工作时间前后在工作场所内，从事预备性或收尾性工作, art 14(2)
    BeforeOrAfterWork,
    /// 工作时间和工作场所内，因履行工作职责受到暴力等意外伤害, art 14(3)
    Violence,
    /// 患职业病, art 14(4)
    OccupationalDisease,
    /// 因工外出期间, art 14(5)
    OutForWork,
    /// 上下班途中，非本人主要责任的交通事故, art 14(6)
    OnTheWay,
    /// 法律、行政法规规定的其他情形, art 14(7)
    OtherByLaw,
    /// 工作时间和工作岗位突发疾病死亡或48小时内抢救无效死亡, art 15(1)
    SuddenDeath,
    /// 抢险救灾等维护国家利益、公共利益活动, art 15(2)
    Rescue,
    /// 退伍军人旧伤复发, art 15(3)
    OldWound,
    /// 故意犯罪, art 16(1)
    IntentionalCrime,
    /// 醉酒或者吸毒, art 16(2)
    DrunkOrDrugged,
    /// 自残或者自杀, art 16(3)
    SelfHarm,
}

impl Ground {
    /// Every ground, in the order of the law.
    pub const ALL: [Self; 13] = [
        Self::AtWork,
        Self::BeforeOrAfterWork,
        Self::Violence,
        Self::OccupationalDisease,
        Self::OutForWork,
        Self::OnTheWay,
        Self::OtherByLaw,
        Self::SuddenDeath,
        Self::Rescue,
        Self::OldWound,
        Self::IntentionalCrime,
        Self::DrunkOrDrugged,
        Self::SelfHarm,
    ];

    /// What the law says of it.
    pub fn says(self) -> Says {
        match self {
            Self::AtWork
            | Self::BeforeOrAfterWork
            | Self::Violence
            | Self::OccupationalDisease
            | Self::OutForWork
            | Self::OnTheWay
            | Self::OtherByLaw => Says::Is,
            Self::SuddenDeath | Self::Rescue | Self::OldWound => Says::CountsAs,
            Self::IntentionalCrime | Self::DrunkOrDrugged | Self::SelfHarm => Says::IsNot,
        }
    }
}
