//! What people do about somebody: facts that are added and never changed (E1 holds here too).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Checked, Fact};
use crate::case::event::{Deed, Event as Written};
use crate::ids::PersonId;
use crate::stamp::Stamp;

/// One act: who, for which unit, when by the station's clock, and what.
pub type Event = Written<What>;

/// What a document is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 个人
    Person,
    /// 家庭
    Household,
    /// 企业、个体户、合作社
    Enterprise,
}

/// How the notice about personal information was given (R196).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Telling {
    /// 读给本人听
    ReadAloud,
    /// 本人看过
    Shown,
    /// 电话里说明
    ByPhone,
}

/// What a consent is for. Each is asked by itself; none is ticked beforehand (R197; 个人信息保护法 arts 14, 23, 25, 28–30).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// 站里留存资料，下次不用再填
    Keep,
    /// 使用敏感个人信息
    Sensitive,
    /// 提供给有关部门; to whom is named
    PassOn,
    /// 公开
    Publish,
    /// 关爱标记
    Care,
    /// 事例宣传
    Story,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 6] = [Self::Keep, Self::Sensitive, Self::PassOn, Self::Publish, Self::Care, Self::Story];
}

/// Who consented.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum ConsentBy {
    /// 本人
    Own,
    /// 监护人, for somebody under 14 or who cannot act (R198)
    Guardian {
        /// Name.
        name: String,
        /// 与本人关系
        relation: String,
    },
}

/// Why somebody is cared for in particular (R94). Shown only to those who handle the person's matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Care {
    /// 高龄
    Aged,
    /// 病残
    IllOrDisabled,
    /// 孕产
    Expecting,
    /// 独居
    Alone,
    /// 其他行动不便
    Otherwise,
    /// 听力
    Hearing,
    /// 视力
    Sight,
    /// 行动不便
    Moving,
}

/// What somebody asks about their own data (R202; 个人信息保护法 arts 44–48).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// 查阅、复制
    Copy,
    /// 更正、补充
    Correct,
    /// 删除
    Delete,
    /// 解释说明
    Explain,
}

/// The acts of a person's document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "k", rename_all = "snake_case")]
pub enum What {
    /// 建档
    Registered {
        /// What it is about.
        kind: Kind,
        /// Why, although somebody alike was known.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        despite: String,
    },
    /// 告知: the notice about personal information was given (R196).
    Told {
        /// The version of the notice.
        version: u16,
        /// How.
        how: Telling,
    },
    /// A register was typed: the old value stays readable here.
    Typed {
        /// The register's path.
        field: String,
        /// What it read before.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        from: String,
        /// What it reads now.
        to: String,
        /// Why, where the number says otherwise or the person asked for it (R83, R202).
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// 同意: for one purpose and one receiver. P3
    Consented {
        /// For what.
        purpose: Purpose,
        /// To whom it is given, with contact; empty where it stays here.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        to: String,
        /// By whom. Under another name where it is stored: `by` is who wrote it down.
        #[serde(rename = "giver")]
        by: ConsentBy,
    },
    /// 撤回同意. P3
    ConsentWithdrawn {
        /// The act of consent.
        consent: Stamp,
        /// In the person's words; never asked for.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// 关爱标记; rests on a consent of its own.
    Cared {
        /// Why; empty takes the mark away.
        needs: BTreeSet<Care>,
    },
    /// 同一人: this and another document are about one. P2
    Same {
        /// The other document.
        other: PersonId,
        /// How it was found out.
        reason: String,
    },
    /// 不是同一人: takes joins back. P2
    Apart {
        /// The other document.
        other: PersonId,
        /// The acts that joined the two, as far as they are known.
        joins: Vec<Stamp>,
        /// Why.
        reason: String,
    },
    /// 本人提出查询、更正、删除 (R202).
    Asked {
        /// What.
        wish: Wish,
        /// In plain words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        words: String,
    },
    /// What was answered.
    Answered {
        /// The request.
        asked: Stamp,
        /// The answer, as it was given.
        words: String,
    },
    /// 年度认证 (R113)
    Checked(Checked),
    /// An act of a newer version, kept as it came (E1).
    #[serde(skip)]
    Unknown {
        /// Its kind.
        kind: String,
        /// Its whole stored text.
        raw: String,
    },
}

impl What {
    /// What was typed into a register.
    pub fn typed(fact: Fact, from: String, to: String, reason: String) -> Self {
        Self::Typed { field: fact.path().to_owned(), from, to, reason }
    }
}

impl Deed for What {
    fn unknown(kind: String, raw: String) -> Self {
        Self::Unknown { kind, raw }
    }

    fn raw(&self) -> Option<&str> {
        if let Self::Unknown { raw, .. } = self { Some(raw) } else { None }
    }
}
