//! Papers at the end of a matter: results, deliveries, hand-overs (templates §§10-12, 22).

use jiff::civil::{Date, DateTime};
use serde::Serialize;

use super::{ItemLine, PaperRow, Shown, Term};
use crate::case::event::{DeliveryWay, Outcome};

/// 送达回证. Several documents may share a sheet, one row each.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DeliveryProof {
    /// 送达单位
    pub organ: String,
    /// 受送达人
    pub recipient: String,
    /// 送达地点
    pub place: String,
    /// The documents.
    pub rows: Vec<DeliveryRow>,
    /// Why somebody did not take it.
    pub refused: String,
    /// 送达人
    pub servers: Vec<String>,
    /// 备注
    pub note: String,
}

/// One document served.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DeliveryRow {
    /// 送达文书
    pub document: String,
    /// 文书编号
    pub number: String,
    /// 送达时间; the day where no hour was written down.
    pub on: Option<Date>,
    /// 送达方式
    pub way: Option<DeliveryWay>,
    /// Who signed.
    pub signer: String,
    /// What the signer is to the person served.
    pub relation: String,
}

/// 办结通知书, or 代办办结单 where an agent acted.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Completion {
    /// 申请人
    pub applicant: String,
    /// 证件号, masked.
    pub id: Shown,
    /// 申请事项
    pub item: ItemLine,
    /// 代办员; empty where the person acted in person.
    pub agent: String,
    /// 收件时间
    pub received: Option<DateTime>,
    /// 受理日期
    pub accepted: Option<Date>,
    /// 办结日期
    pub decided: Option<Date>,
    /// Days that counted from acceptance to decision.
    pub days_used: Option<u32>,
    /// 法定 and 承诺.
    pub terms: Vec<Term>,
    /// 办理结果
    pub outcome: Option<Outcome>,
    /// 结果文书编号
    pub result_number: String,
    /// 有效期至
    pub valid_until: Option<Date>,
    /// Reasons, where it was refused.
    pub reasons: String,
    /// How the result was handed over.
    pub way: Option<DeliveryWay>,
    /// Originals given back.
    pub returned: Vec<PaperRow>,
    /// Charges passed on.
    pub charges: Vec<Charge>,
}

/// An official charge passed on; the agent takes none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Charge {
    /// What for.
    pub what: String,
    /// As written, in yuan.
    pub amount: String,
    /// Who took it.
    pub payee: String,
    /// 票据号
    pub receipt_no: String,
}

/// The cover under which the station delivers an organ's decision: never the decision itself (行政许可法 art 38).
#[derive(Debug, Clone, Default, Serialize)]
pub struct DecisionCover {
    /// The organ that decided.
    pub organ: String,
    /// 申请人
    pub applicant: String,
    /// 申请事项
    pub item: ItemLine,
    /// 决定文书编号
    pub number: String,
    /// The day it was decided.
    pub decided: Option<Date>,
    /// 送达日期: the remedies run from the day after.
    pub delivered: Option<Date>,
    /// Last day for 行政复议: 60 days (行政复议法 art 20).
    pub review_by: Option<Date>,
    /// Last day for 行政诉讼: 6 months (行政诉讼法 art 46).
    pub suit_by: Option<Date>,
}

/// 交接单: station to centre, or agent to agent.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HandOver {
    /// 移交方
    pub from: String,
    /// 接收方
    pub to: String,
    /// 移交时间
    pub at: Option<DateTime>,
    /// 移交人
    pub by: String,
    /// The files.
    pub files: Vec<HandOverRow>,
    /// Money and receipts that go along.
    pub charges: Vec<Charge>,
    /// 封条号
    pub seal_no: String,
    /// The hash of the packet on the stick.
    pub packet: String,
}

/// One file handed over.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HandOverRow {
    /// 办件号
    pub number: String,
    /// 申请人
    pub applicant: String,
    /// 事项
    pub item: String,
    /// How many papers.
    pub papers: Option<u32>,
    /// Which of them are originals.
    pub originals: Option<u32>,
}
