//! A new case, from the first question to the slip.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::bundle::{BundlePreview, DraftBundle};
use super::lists::CaseRow;
use crate::case::clocks::Clock;
use crate::case::event::{Help, NoticeLine, PaperState, Power, Way};
use crate::ids::{CaseId, ItemCode, PersonId};
use crate::person::Telling;
use crate::stamp::Wall;

/// People known from earlier cases.
#[derive(Clone, Serialize, Deserialize)]
pub struct FindPeople {
    /// Name, pinyin initials, tail of id or phone.
    pub text: String,
}

/// Someone known from an earlier case. Masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonHit {
    /// Where the data come from.
    pub from: KnownFrom,
    /// Name.
    pub name: String,
    /// 证件号, masked.
    pub id_masked: String,
    /// 住处
    pub address: String,
    /// 电话, masked.
    pub phone_masked: String,
    /// Age in years, when the id tells.
    pub age: Option<u16>,
    /// Year of birth: with the village it tells two of one name apart (R86).
    pub born_year: Option<i16>,
    /// The village they are kept in, or their case is.
    pub place: String,
    /// What they have open now (R88).
    pub open: Vec<OpenMatter>,
}

/// Where the data of somebody who was found come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KnownFrom {
    /// They are kept here: `FillFromPerson` copies them.
    Person(PersonId),
    /// An earlier case: `StartDraft` copies from it.
    Case(CaseId),
}

/// A matter somebody has open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenMatter {
    /// The item.
    pub item: ItemCode,
    /// Its name.
    pub name: String,
    /// 办件号
    pub number: String,
}

/// Begin a new case; nothing is registered until the receipt.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StartDraft {
    /// Copy the person from this case.
    pub from: Option<CaseId>,
    /// Begin with this item, as from the catalogue.
    pub item: Option<ItemCode>,
}

/// Identity of a draft on this station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DraftId(pub Uuid);

/// Drafts that wait.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListDrafts {}

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftRow {
    /// Which.
    pub id: DraftId,
    /// Whose; may be empty.
    pub name: String,
    /// What; may be empty.
    pub items: Vec<String>,
    /// Last saved.
    pub saved: Wall,
    /// When it was begun.
    pub begun: Wall,
    /// Whether it was left over from an earlier day (R48).
    pub left: Left,
}

/// Whether something was left over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// Of today.
    Today,
    /// 昨日未登记, or of a day before.
    Before,
}

/// Go on with a draft.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetDraft {
    /// Which.
    pub id: DraftId,
}

/// Keep a draft: sent on every pause in typing.
#[derive(Clone, Serialize, Deserialize)]
pub struct SaveDraft {
    /// All of it.
    pub draft: Box<Draft>,
}

/// It is on the disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Saved {
    /// When.
    pub at: Wall,
}

/// Throw a draft away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropDraft {
    /// Which.
    pub id: DraftId,
}

/// Everything typed for a case that is not yet received.
#[derive(Clone, Serialize, Deserialize)]
pub struct Draft {
    /// Which.
    pub id: DraftId,
    /// The step that was open.
    pub step: Step,
    /// The field that had the cursor: the same after a restart.
    pub focus: String,
    /// 谁要办
    pub person: DraftPerson,
    /// 办什么: single items
    pub items: Vec<ItemCode>,
    /// 办什么: a bundle instead
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<DraftBundle>,
    /// Kind of help.
    pub help: Help,
    /// How the person came.
    pub way: Way,
    /// 查材料; one line per distinct paper of the items.
    pub papers: Vec<DraftPaper>,
    /// 写委托
    pub mandate: DraftMandate,
    /// The case it goes on with: a question that was registered before anything was received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// A note to go with the case.
    pub note: String,
    /// When it was begun; a receipt that is registered on a later day keeps this hour (R48).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Wall>,
    /// When the papers were taken, where a paper slip is typed in later: `2026-03-02 17:25`. Empty for the hour it was begun.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub taken: String,
    /// Why it is received although the same matter is open (R88).
    pub despite_open: String,
}

/// The steps of a new case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// 谁要办
    #[default]
    Person,
    /// 办什么
    Items,
    /// 查材料
    Papers,
    /// 写委托
    Mandate,
    /// 核对
    Check,
    /// 打印回执
    Slip,
}

/// The person of a draft, as typed.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct DraftPerson {
    /// 姓名, up to 50 characters (R86).
    pub name: String,
    /// 证件号
    pub citizen_id: String,
    /// 证件不在手边 (R84): received with 证件待核.
    pub id_later: Later,
    /// 电话
    pub phone: String,
    /// 无电话 (R84): then a contact person.
    pub phone_none: Later,
    /// 住处
    pub address: String,
    /// 户口所在
    pub household: String,
    /// 联系人
    pub contact: String,
    /// 联系人电话
    pub contact_phone: String,
    /// 单位
    pub employer: String,
    /// 事故或诊断日, as `2026-03-04`.
    pub injured_on: String,
    /// Who it is, where they are known here: the case will point to them.
    #[serde(default)]
    pub known: Option<PersonId>,
    /// How the notice about personal information was given, before the first field (R196); `None` until then.
    #[serde(default)]
    pub told: Option<Telling>,
    /// Whether the person agrees that the station keeps their data for the next time (R197); nothing is ticked beforehand.
    #[serde(default)]
    pub keep: Option<Consent>,
    /// 监护人, of somebody under 14 (R198).
    #[serde(default)]
    pub guardian: String,
    /// 监护人与本人关系
    #[serde(default)]
    pub guardian_relation: String,
    /// Whether the guardian agrees that the child's data are used for this matter (R198).
    #[serde(default)]
    pub guardian_consent: Option<Consent>,
}

/// Whether a number that is usually asked for is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Later {
    /// Must be given.
    #[default]
    Given,
    /// Not there, and said so.
    Absent,
}

/// One paper of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftPaper {
    /// Its name in the catalogue.
    pub name: String,
    /// `None` until answered.
    pub state: Option<PaperState>,
    /// How many.
    pub count: u8,
    /// For the notice: the standard, where to get it.
    pub hint: String,
    /// Items that need it.
    pub items: Vec<ItemCode>,
}

/// The mandate of a draft. Nothing is ticked beforehand.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct DraftMandate {
    /// Powers the person agreed to.
    pub powers: BTreeSet<Power>,
    /// Last day, as `2026-06-01`.
    pub until: String,
    /// How it is signed; `None` until chosen.
    pub signature: Option<SignatureKind>,
    /// Witness or guardian.
    pub other: String,
    /// The guardian's relation.
    pub relation: String,
    /// The number of the witness, or what proves that the guardian is one (R64).
    #[serde(default)]
    pub proof: String,
    /// The most that may be paid for the person, in yuan; empty sets no bound.
    #[serde(default)]
    pub fee_limit: String,
    /// Separate consent to pass on id number and papers (个人信息保护法 arts 23, 29); `None` until asked.
    pub consent: Option<Consent>,
}

/// How a mandate is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureKind {
    /// 签字
    Hand,
    /// 按手印
    Thumb,
    /// 监护人签
    Guardian,
}

/// An answer to a question of consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// 同意
    Given,
    /// 不同意
    Refused,
}

/// What a draft lacks, and what will happen when it is received.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PreviewDraft {
    /// Which; the last saved text of it.
    pub id: DraftId,
}

/// What a draft lacks and what comes of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DraftPreview {
    /// What must be put right first, in the order of the steps.
    pub faults: Vec<DraftFault>,
    /// What may be wrong but does not hinder.
    pub warnings: Vec<DraftFault>,
    /// The papers the chosen items need, merged with the answers given.
    pub papers: Vec<DraftPaper>,
    /// Items that can only be escorted, or only explained (R66).
    pub escort_only: Vec<ItemCode>,
    /// The same matter open already (R88).
    pub open: Vec<OpenMatter>,
    /// The notice as it would be given.
    pub notice: Option<NoticeAhead>,
    /// Per item: the dates that would follow.
    pub outlook: Vec<Outlook>,
    /// The bundle, with what it asks and the steps that apply.
    pub bundle: Option<BundlePreview>,
}

/// What follows for one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// The item.
    pub item: ItemCode,
    /// Its name.
    pub name: String,
    /// The dates.
    pub clocks: Vec<Clock>,
}

/// 一次性告知书 as it would be given if the draft were received now (R50): it builds itself while the papers are answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeAhead {
    /// 申请人
    pub name: String,
    /// 申请事项
    pub items: Vec<String>,
    /// Every missing paper.
    pub lines: Vec<NoticeLine>,
    /// Last day to supplement.
    pub term: Option<Date>,
}

/// One thing wrong with a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftFault {
    /// The step to go to.
    pub step: Step,
    /// The field to put the cursor in, as in `Draft::focus`.
    pub focus: String,
    /// What is wrong: a key of the words (`fault.id_check_sign`).
    pub code: String,
    /// What the sentence needs, such as the expected check sign.
    pub arg: String,
}

/// Receive a draft: one case an item, each with its number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiveDraft {
    /// Which.
    pub id: DraftId,
}

/// Received and on the disk.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Taken {
    /// The cases, in the order of the items.
    pub cases: Vec<CaseId>,
    /// What the list shows of each.
    pub rows: Vec<CaseRow>,
}
