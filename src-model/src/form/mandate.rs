//! Papers by which people bind themselves: mandates and promises (templates §§6-9).

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use super::{ItemLine, PaperRow, Shown};
use crate::case::event::{MandateEnd, Power, Signature};
use crate::identity::Sex;

/// A person on a form that binds.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Person {
    /// 姓名
    pub name: String,
    /// 性别
    pub sex: Option<Sex>,
    /// 民族
    pub ethnic_group: String,
    /// 出生日期
    pub born: Option<Date>,
    /// 证件类型
    pub id_kind: String,
    /// 证件号
    pub id: Shown,
    /// 户籍地址
    pub household: String,
    /// 现住址
    pub address: String,
    /// 邮编
    pub postcode: String,
    /// 电话
    pub phone: Shown,
}

/// 代办委托书 (DB14/T 2233-2020 App. A; 民法典 arts 165, 173).
#[derive(Debug, Clone, Default, Serialize)]
pub struct MandateLetter {
    /// 委托人
    pub principal: Person,
    /// 委托原因
    pub reason: Option<MandateReason>,
    /// 受托代办员
    pub agent: String,
    /// 职务
    pub agent_post: String,
    /// 工号
    pub agent_no: String,
    /// 联系电话
    pub agent_phone: String,
    /// 委托事项
    pub items: Vec<ItemLine>,
    /// 委托权限
    pub powers: BTreeSet<Power>,
    /// Most that may be paid for the person, in yuan; as written.
    pub fee_limit: String,
    /// Papers handed over.
    pub papers: Vec<PaperRow>,
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// How it is signed.
    pub signature: Option<Signature>,
    /// The number of the witness of a thumbprint, masked.
    pub witness_id: Shown,
    /// What proves that a guardian is one.
    pub guardian_proof: String,
    /// The department that the papers are given to.
    pub department: String,
    /// The notice on personal information in Mongolian (R184); empty where nobody has translated it.
    pub notice_mongolian: String,
}

/// Why somebody lets another act (templates §6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MandateReason {
    /// 年老
    Age,
    /// 患病
    Illness,
    /// 残疾
    Disability,
    /// 外出
    Away,
    /// 其他
    Other,
}

/// 代办中止单, 终止单 or 续办委托书.
#[derive(Debug, Clone, Default, Serialize)]
pub struct MandateChange {
    /// Which of the three.
    pub kind: ChangeKind,
    /// 委托人
    pub principal: String,
    /// 证件号
    pub id: Shown,
    /// 委托事项
    pub item: ItemLine,
    /// How far the matter had got.
    pub state: String,
    /// Why, where a code of the case says it.
    pub reason: Option<MandateEnd>,
    /// Why, in words.
    pub words: String,
    /// 代办员
    pub agent: String,
    /// The agent who goes on.
    pub new_agent: String,
    /// The number of the earlier letter.
    pub earlier: String,
    /// From when.
    pub from: Option<Date>,
    /// The new last day.
    pub until: Option<Date>,
    /// Papers and money given back.
    pub returned: Vec<PaperRow>,
}

/// What becomes of a mandate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// 中止
    Suspended,
    /// 终止
    #[default]
    Ended,
    /// 续办
    Renewed,
}

/// 容缺受理承诺书 with its 通知书.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Conditional {
    /// The organ.
    pub organ: String,
    /// 申请人
    pub applicant: String,
    /// 证件号
    pub id: Shown,
    /// 申请事项
    pub item: ItemLine,
    /// Main papers in hand.
    pub papers: Vec<PaperRow>,
    /// Secondary papers still to come.
    pub missing: Vec<PaperRow>,
    /// By when, within the promised days of the item.
    pub supplement_by: Option<Date>,
    /// How they may be brought.
    pub supplement_how: String,
    /// Who looked the person up in the list of broken promises.
    pub checked_by: String,
    /// 受理日期
    pub accepted: Option<Date>,
}

/// 告知承诺书 (国办发〔2020〕42号).
#[derive(Debug, Clone, Default, Serialize)]
pub struct Promise {
    /// The organ that tells.
    pub organ: String,
    /// 申请人
    pub applicant: String,
    /// 证件号
    pub id: Shown,
    /// 申请事项
    pub item: ItemLine,
    /// The certificate that the promise replaces.
    pub certificate: String,
    /// What it would have proved.
    pub content: String,
    /// 设定依据
    pub basis: String,
    /// How it is checked afterwards.
    pub checks: String,
    /// What a false promise brings.
    pub liability: String,
    /// Whether the promise is published.
    pub published: Option<Published>,
}

/// Whether a promise is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Published {
    /// 公开
    Yes,
    /// 不公开
    No,
}
