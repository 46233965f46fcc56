//! 电脑丢了、信息泄露 (个人信息保护法 art 57; R204): whose data it concerns, what is written to whom, and a drill once a year (ours).

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::stamp::Wall;

/// Incidents and drills, latest first. For supervisors.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListIncidents {}

/// Write down an incident and draft what is written about it. The device itself is marked as lost at the district, and refused from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportIncident {
    /// The number of the laptop.
    pub device_no: u8,
    /// Real, or a drill.
    pub kind: IncidentKind,
    /// Only what was written since this day, that of the last backup; `None` for all of it.
    pub since: Option<Date>,
    /// 原因
    pub cause: String,
    /// 可能造成的危害
    pub harm: String,
    /// 已采取的措施, and what the person can do
    pub measures: String,
    /// 联系方式
    pub contact: String,
}

/// Whether it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// 真的
    Lost,
    /// 演练
    Drill,
}

/// What was written down.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Incidents {
    /// Latest first.
    pub all: Vec<Incident>,
    /// By when the next drill is due: a year after the last; `None` while there was none, so at once.
    pub drill_by: Option<Date>,
    /// The laptops of the district, by number.
    pub laptops: Vec<Laptop>,
}

/// A laptop of the district.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Laptop {
    /// Its number, as it stands in the numbers of its cases.
    pub device_no: u8,
    /// Its station.
    pub station: String,
}

/// One incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// As it was reported.
    pub report: ReportIncident,
    /// When.
    pub at: Wall,
    /// By whom, by name.
    pub by: String,
    /// Whose data it concerns.
    pub persons: Vec<Concerned>,
    /// The draft for the authority and for each person.
    pub letter: String,
}

/// Somebody whose data were on it. Masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concerned {
    /// Name.
    pub name: String,
    /// 证件号, masked.
    pub id_masked: String,
    /// Which kinds of data.
    pub kinds: BTreeSet<DataKind>,
}

/// A kind of data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataKind {
    /// 姓名
    Name,
    /// 证件号
    Number,
    /// 电话
    Phone,
    /// 住址
    Address,
    /// 伤病
    Injury,
    /// 材料照片
    Pictures,
}
