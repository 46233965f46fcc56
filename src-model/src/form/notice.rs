//! Papers that tell: what was taken, what is missing, what was accepted and what was not (templates §§1-5).

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use serde::Serialize;

use super::{ItemLine, PaperRow, Shown, Term};
use crate::api::Verification;
use crate::case::event::{AcceptanceBasis, IdCheck, NotAccepted, NoticeLine, Power, Signature, Way};
use crate::deadline::StopKind;
use crate::stamp::TimeQuality;

/// 收件回执. It proves that papers were taken and says that it is no acceptance (R46).
#[derive(Debug, Clone, Default, Serialize)]
pub struct Receipt {
    /// 申请人
    pub applicant: String,
    /// 证件号, masked.
    pub id: Shown,
    /// Whether the document was seen (R84).
    pub id_check: IdCheck,
    /// 联系电话, its tail.
    pub phone: Shown,
    /// 联系人
    pub contact: String,
    /// 收件方式
    pub way: Option<Way>,
    /// 代办员
    pub agent: String,
    /// 工号
    pub agent_no: String,
    /// 收件时间
    pub received: Option<DateTime>,
    /// Whether that clock could be trusted (R79).
    pub clock: Option<TimeQuality>,
    /// 申请事项
    pub items: Vec<ItemLine>,
    /// 委托权限; none where the person acts in person.
    pub powers: BTreeSet<Power>,
    /// The last day of the mandate.
    pub mandate_until: Option<Date>,
    /// How the mandate was signed.
    pub signature: Option<Signature>,
    /// 收下的材料
    pub papers: Vec<PaperRow>,
    /// 还缺
    pub lacking: Vec<PaperRow>,
    /// Last day to bring them.
    pub lacking_by: Option<Date>,
    /// Where the file goes.
    pub send_to: String,
    /// By when at the latest (R49).
    pub send_by: Option<Date>,
    /// The dates of the matter.
    pub terms: Vec<Term>,
    /// Whether the item's figures may be quoted (R2).
    pub verified: Option<Verification>,
    /// 问进度: the station's published number.
    pub enquiry: String,
}

/// 办件标签: what stands on the bag in which the papers of a case lie, so that no two are mixed up (R86).
#[derive(Debug, Clone, Default, Serialize)]
pub struct Label {
    /// 申请人, whole.
    pub applicant: String,
    /// 申请事项
    pub item: ItemLine,
    /// 收件时间
    pub received: Option<DateTime>,
    /// How many papers lie in it.
    pub papers: Option<u32>,
    /// 代办员
    pub agent: String,
}

/// 受理通知书: the organ takes the matter up.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Acceptance {
    /// The organ that accepts.
    pub organ: String,
    /// 申请人
    pub applicant: String,
    /// 证件号
    pub id: Shown,
    /// 联系人
    pub contact: String,
    /// 联系电话
    pub phone: Shown,
    /// 申请事项
    pub item: ItemLine,
    /// 申请日期
    pub applied: Option<DateTime>,
    /// 受理日期: the day the last paper came in.
    pub accepted: Option<Date>,
    /// By whose word.
    pub basis: Option<AcceptanceBasis>,
    /// 承办人
    pub officer: String,
    /// Papers received.
    pub papers: Vec<PaperRow>,
    /// 法定时限 and 承诺时限 with their last days.
    pub terms: Vec<Term>,
    /// Time that does not count for this item.
    pub stops: Vec<StopKind>,
    /// 查询
    pub enquiry: String,
}

/// 一次性告知书: everything missing, at one time (行政许可法 art 32(4)).
#[derive(Debug, Clone, Default, Serialize)]
pub struct OneTimeNotice {
    /// 第 n 次
    pub no: u8,
    /// Why there is a further one (R52).
    pub raised_by: String,
    /// 申请人
    pub applicant: String,
    /// 申请事项
    pub item: ItemLine,
    /// 收件时间
    pub received: Option<DateTime>,
    /// When it was told.
    pub told: Option<DateTime>,
    /// Every missing or wrong paper.
    pub lines: Vec<NoticeLine>,
    /// Last day to supplement.
    pub term: Option<Date>,
    /// 经办人
    pub agent: String,
    /// The station's published number.
    pub enquiry: String,
}

/// 补正通知书, with a receipt for what comes in at its foot.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Supplement {
    /// The notice that is answered.
    pub notice: OneTimeNotice,
    /// 承办人
    pub officer: String,
    /// Papers that have come in since.
    pub brought: Vec<PaperRow>,
    /// The day they came in.
    pub brought_on: Option<Date>,
    /// Who took them.
    pub receiver: String,
}

/// 不予受理通知书 (行政许可法 arts 32(1), 32(2), 38).
#[derive(Debug, Clone, Default, Serialize)]
pub struct Refusal {
    /// The organ that does not accept.
    pub organ: String,
    /// 申请人
    pub applicant: String,
    /// 证件号
    pub id: Shown,
    /// 申请事项
    pub item: ItemLine,
    /// 申请日期
    pub applied: Option<DateTime>,
    /// The reason.
    pub reason: Option<NotAccepted>,
    /// The right organ and its address.
    pub right_office: String,
    /// What was found.
    pub facts: String,
    /// 作出日期
    pub decided: Option<Date>,
    /// Last day for 行政复议: 60 days from the day it was told (行政复议法 art 20).
    pub review_by: Option<Date>,
    /// Last day for 行政诉讼: 6 months (行政诉讼法 art 46).
    pub suit_by: Option<Date>,
}
