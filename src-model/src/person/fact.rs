//! Registers of a person, household or enterprise, each under a path that never changes its meaning.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::BadId;

/// What people type about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Fact {
    /// 姓名、名称; up to 50 characters (R86)
    Name,
    /// 证件号 or 统一社会信用代码
    Number,
    /// 出生日期, where no number says it, or where the number is wrong (R83)
    Born,
    /// 性别, the same
    Sex,
    /// 电话
    Phone,
    /// 住处、经营场所
    Address,
    /// 户口所在
    Registered,
    /// 联系人 (R84), 经办人 of an enterprise
    Contact,
    /// 联系人电话
    ContactPhone,
    /// 监护人 (R198)
    Guardian,
    /// 与监护人关系
    GuardianRelation,
    /// 所在家庭: the id of a household
    Household,
    /// 法定代表人、负责人、户主
    Head,
}

impl Fact {
    /// Every register, in the order of the paper form.
    pub const ALL: [Self; 13] = [
        Self::Name,
        Self::Number,
        Self::Born,
        Self::Sex,
        Self::Phone,
        Self::Address,
        Self::Registered,
        Self::Contact,
        Self::ContactPhone,
        Self::Guardian,
        Self::GuardianRelation,
        Self::Household,
        Self::Head,
    ];

    /// The path under which documents hold it. Never changed once released.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Number => "number",
            Self::Born => "born",
            Self::Sex => "sex",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Registered => "registered",
            Self::Contact => "contact.name",
            Self::ContactPhone => "contact.phone",
            Self::Guardian => "guardian.name",
            Self::GuardianRelation => "guardian.relation",
            Self::Household => "household",
            Self::Head => "head",
        }
    }

    /// Whether lists and pages show it masked (rules §7).
    pub const fn is_masked(self) -> bool {
        matches!(self, Self::Number | Self::Phone | Self::ContactPhone)
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}

impl FromStr for Fact {
    type Err = BadId;
    fn from_str(text: &str) -> Result<Self, BadId> {
        Self::ALL.into_iter().find(|fact| fact.path() == text).ok_or(BadId { kind: "fact" })
    }
}

impl From<Fact> for String {
    fn from(fact: Fact) -> String {
        fact.path().to_owned()
    }
}

impl TryFrom<String> for Fact {
    type Error = BadId;
    fn try_from(text: String) -> Result<Self, BadId> {
        text.parse()
    }
}
