//! Papers of service outside the window, and what people say of it (templates §§13, 14, 19, 20).

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Time};
use serde::Serialize;

use super::{PaperRow, Shown};
use crate::case::event::{Grade, Signature};
use crate::ids::ItemCode;
use crate::visit::{Asked, HomeReason};

/// 上门服务记录.
#[derive(Debug, Clone, Default, Serialize)]
pub struct HomeVisit {
    /// 预约人
    pub caller: String,
    /// 预约电话
    pub phone: Shown,
    /// What the caller is to the person.
    pub relation: String,
    /// 服务对象
    pub person: String,
    /// What it is about.
    pub matter: String,
    /// Why at home.
    pub reasons: BTreeSet<HomeReason>,
    /// The time wished for.
    pub wished: String,
    /// 上门日期
    pub on: Option<Date>,
    /// 到达
    pub arrived: Option<Time>,
    /// 离开
    pub left: Option<Time>,
    /// 地点
    pub place: String,
    /// Two of them where possible.
    pub staff: Vec<String>,
    /// 出示工作证
    pub badge: Option<Asked>,
    /// 核对证件
    pub id_checked: Option<Asked>,
    /// 本人在场
    pub person_seen: Option<Asked>,
    /// 同意拍照
    pub consent: Option<Asked>,
    /// How it was signed.
    pub signature: Option<Signature>,
    /// Papers collected.
    pub papers: Vec<PaperRow>,
    /// What was said and done.
    pub content: String,
    /// What is beyond the station's power and goes on.
    pub passed_on: String,
    /// Signs that somebody needs protection.
    pub concern: String,
    /// 下一步
    pub next: String,
}

/// 五进行动记录.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Outreach {
    /// 进企业, 进园区, 进社区, 进农村牧区, 进家庭.
    pub kind: Option<OutreachKind>,
    /// Name of the unit or family.
    pub name: String,
    /// 所在地
    pub division: String,
    /// 联系人
    pub contact: String,
    /// Who went.
    pub staff: Vec<String>,
    /// 日期
    pub on: Option<Date>,
    /// 送政策
    pub policies: String,
    /// 听需求
    pub needs: String,
    /// 提建议
    pub advice: String,
    /// 解难题
    pub problems: Vec<Problem>,
    /// Matters opened.
    pub items: Vec<ItemCode>,
    /// How many photographs.
    pub photos: Option<u32>,
}

/// Where a visit goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OutreachKind {
    /// 进企业
    Enterprise,
    /// 进园区
    Park,
    /// 进社区
    Community,
    /// 进农村牧区
    Countryside,
    /// 进家庭
    Family,
}

/// A problem somebody takes on.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Problem {
    /// What it is.
    pub what: String,
    /// Who sees to it.
    pub owner: String,
    /// By when.
    pub due: Option<Date>,
    /// What came of it.
    pub result: String,
}

/// 延时服务登记表.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LateHours {
    /// 窗口
    pub window: String,
    /// 日期
    pub on: Option<Date>,
    /// One matter each.
    pub rows: Vec<LateRow>,
}

/// One matter served after hours.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LateRow {
    /// 工作人员
    pub staff: String,
    /// 事项
    pub item: String,
    /// 申请人
    pub applicant: String,
    /// From.
    pub start: Option<Time>,
    /// To.
    pub end: Option<Time>,
    /// Booked, or taken before closing time.
    pub reason: String,
    /// 结果
    pub result: String,
    /// 办件号
    pub number: String,
}

/// 好差评 on paper. Nothing is ticked beforehand (rules §6).
#[derive(Debug, Clone, Default, Serialize)]
pub struct Rating {
    /// 事项
    pub item: String,
    /// 窗口
    pub window: String,
    /// 工号
    pub staff_no: String,
}

/// 整改单.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Rectification {
    /// 差评编号
    pub rating_no: String,
    /// What was given.
    pub grade: Option<Grade>,
    /// 事实
    pub facts: String,
    /// 责任人
    pub responsible: String,
    /// 措施
    pub measure: String,
    /// 期限
    pub due: Option<Date>,
    /// 完成
    pub done: Option<Date>,
    /// 回访
    pub call_back: String,
    /// When the person was called.
    pub called: Option<DateTime>,
    /// 办结人
    pub closer: String,
}
