//! Registers: what people type about a case, each under a path that never changes its meaning.
//!
//! A register holds text. Two desks may write one apart; both values are then kept and a person chooses.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::BadId;

/// The registers of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Field {
    /// 姓名
    Name,
    /// 证件号
    CitizenId,
    /// 电话
    Phone,
    /// 住处; may be a hospital ward (R110)
    Address,
    /// 户口所在
    Household,
    /// 联系人
    Contact,
    /// 联系人电话
    ContactPhone,
    /// 单位
    Employer,
    /// 事故或诊断日 (工伤保险条例 art 17)
    InjuredOn,
    /// 单位电话
    EmployerPhone,
    /// 单位地址
    EmployerAddress,
    /// 职业、工种或工作岗位
    Occupation,
    /// 参加工作时间
    WorkingSince,
    /// 事故地点
    InjuredWhere,
    /// 事故经过和主要原因
    InjuredHow,
    /// 受伤部位
    InjuredPart,
    /// 诊断的医院
    DiagnosedBy,
    /// 谁看见的
    Witnesses,
    /// 什么时候要办成 and other wishes
    Remark,
}

/// The path under which a case names the person, household or enterprise it is for. No field: nobody types it. Never changed.
pub const FOR: &str = "applicant.person";

/// Whether work may go on while two values of a field stand side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhileDisputed {
    /// The case goes on.
    GoesOn,
    /// Nothing that rests on the field may happen until someone has chosen.
    Waits,
}

impl Field {
    /// Every field, in the order of the paper form.
    pub const ALL: [Self; 19] = [
        Self::Name,
        Self::CitizenId,
        Self::Phone,
        Self::Address,
        Self::Household,
        Self::Contact,
        Self::ContactPhone,
        Self::Employer,
        Self::InjuredOn,
        Self::EmployerPhone,
        Self::EmployerAddress,
        Self::Occupation,
        Self::WorkingSince,
        Self::InjuredWhere,
        Self::InjuredHow,
        Self::InjuredPart,
        Self::DiagnosedBy,
        Self::Witnesses,
        Self::Remark,
    ];

    /// The path under which documents hold the field. Never changed once released.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Name => "applicant.name",
            Self::CitizenId => "applicant.id",
            Self::Phone => "applicant.phone",
            Self::Address => "applicant.address",
            Self::Household => "applicant.household",
            Self::Contact => "contact.name",
            Self::ContactPhone => "contact.phone",
            Self::Employer => "employer.name",
            Self::InjuredOn => "injury.on",
            Self::EmployerPhone => "employer.phone",
            Self::EmployerAddress => "employer.address",
            Self::Occupation => "work.post",
            Self::WorkingSince => "work.since",
            Self::InjuredWhere => "injury.where",
            Self::InjuredHow => "injury.how",
            Self::InjuredPart => "injury.part",
            Self::DiagnosedBy => "injury.hospital",
            Self::Witnesses => "injury.witnesses",
            Self::Remark => "remark",
        }
    }

    /// The rule while two values stand (design.md section 4).
    pub const fn while_disputed(self) -> WhileDisputed {
        match self {
            Self::Name | Self::CitizenId | Self::InjuredOn => WhileDisputed::Waits,
            _ => WhileDisputed::GoesOn,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}

impl FromStr for Field {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::ALL.into_iter().find(|field| field.path() == text).ok_or(BadId { kind: "field" })
    }
}

impl From<Field> for String {
    fn from(field: Field) -> String {
        field.path().to_owned()
    }
}

impl TryFrom<String> for Field {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}
