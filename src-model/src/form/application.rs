//! Application forms of departments (templates §§15-18, 23). What a station does not know stays blank.

use jiff::civil::{Date, DateTime};
use serde::Serialize;

use super::{ItemLine, PaperRow, Person, Shown};

/// 工伤认定申请表 (工伤保险条例 arts 17-20). A missing employer leaves a blank and is no reason to refuse.
#[derive(Debug, Clone, Default, Serialize)]
pub struct InjuryClaim {
    /// 申请人
    pub applicant: String,
    /// 申请人与受伤害职工关系
    pub relation: String,
    /// 受伤害职工
    pub worker: Person,
    /// 社会保障号
    pub insurance_no: Shown,
    /// 填表日期
    pub filled: Option<Date>,
    /// 工作单位
    pub employer: String,
    /// 单位联系人
    pub employer_contact: String,
    /// 单位电话
    pub employer_phone: String,
    /// 单位地址及邮编
    pub employer_address: String,
    /// 职业、工种或工作岗位
    pub post: String,
    /// 参加工作时间
    pub working_since: Option<Date>,
    /// 事故时间
    pub injured: Option<DateTime>,
    /// The day alone, where the hour is not known.
    pub injured_on: Option<Date>,
    /// 地点及主要原因
    pub cause: String,
    /// 诊断时间
    pub diagnosed: Option<Date>,
    /// 受伤害部位
    pub injury: String,
    /// 职业病名称
    pub disease: String,
    /// 接触职业病危害岗位
    pub exposed_at: String,
    /// 接触职业病危害时间
    pub exposed_for: String,
    /// 受伤害经过简述
    pub account: String,
    /// 申请事项
    pub request: String,
    /// Papers attached (art 18).
    pub papers: Vec<PaperRow>,
}

/// 劳动能力鉴定申请表.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Appraisal {
    /// 被鉴定人
    pub worker: Person,
    /// 用人单位
    pub employer: String,
    /// 单位电话
    pub employer_phone: String,
    /// 工伤认定决定书编号
    pub finding_no: String,
    /// 认定日期
    pub found: Option<Date>,
    /// 伤病部位
    pub injury: String,
    /// 治疗经过
    pub treatment: String,
    /// 鉴定类别
    pub kind: Option<AppraisalKind>,
    /// Papers attached.
    pub papers: Vec<PaperRow>,
}

/// Kinds of appraisal (工伤保险条例 arts 23, 26, 28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AppraisalKind {
    /// 初次鉴定
    First,
    /// 再次鉴定
    Again,
    /// 复查鉴定
    Recheck,
}

/// 最低生活保障申请书 with 声明授权书.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Subsistence {
    /// 户主
    pub head: Person,
    /// Everybody in the household.
    pub members: Vec<Member>,
    /// 住房
    pub housing: String,
    /// 车辆
    pub vehicles: String,
    /// 土地与牲畜
    pub land_and_stock: String,
    /// 收入, by kind.
    pub income: Vec<Income>,
    /// 存款
    pub savings: String,
    /// 赡养、抚养、扶养人
    pub supporters: String,
    /// 申请理由
    pub reason: String,
    /// 银行账户
    pub account: Shown,
}

/// A member of a household.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Member {
    /// 姓名
    pub name: String,
    /// 与户主关系
    pub relation: String,
    /// 证件号
    pub id: Shown,
    /// 健康状况
    pub health: String,
    /// 工作
    pub work: String,
    /// 月收入, as written.
    pub income: String,
}

/// Income of one kind.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Income {
    /// The kind.
    pub kind: String,
    /// By the year, as written.
    pub amount: String,
}

/// 内蒙古自治区80岁以上老年人高龄津贴申请表.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OldAge {
    /// 申请人
    pub person: Person,
    /// 照料人
    pub caregiver: String,
    /// 照料人电话
    pub caregiver_phone: Shown,
    /// 银行卡号
    pub account: Shown,
    /// The month it begins with, as written.
    pub since: String,
    /// 标准, as written.
    pub standard: String,
}

/// 一件事申请表: what is shared is asked once (R116).
#[derive(Debug, Clone, Default, Serialize)]
pub struct OneThing {
    /// The bundle.
    pub bundle: String,
    /// 申请人
    pub person: Person,
    /// Members of the bundle, each with whether the answers ask for it.
    pub items: Vec<Ticked>,
    /// What only some members ask.
    pub extras: Vec<Answer>,
    /// One list of papers for all.
    pub papers: Vec<PaperRow>,
    /// 承诺时限, as written.
    pub promised: String,
    /// How the results are handed over.
    pub collect: Option<Collect>,
}

/// A member of a bundle.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Ticked {
    /// The item.
    pub item: ItemLine,
    /// Whether it is asked for; `None` prints an empty box.
    pub wanted: Option<Wanted>,
}

/// Whether a part of a bundle is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Asked for.
    Yes,
    /// Not asked for.
    No,
}

/// A question of one member and its answer.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Answer {
    /// The question.
    pub question: String,
    /// The answer.
    pub answer: String,
}

/// 一窗发证: how results are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Collect {
    /// 窗口领取
    Window,
    /// 邮寄
    Post,
    /// 送上门
    Home,
    /// 电子证照
    Electronic,
}
