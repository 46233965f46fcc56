//! Public boards (templates §21). Their fields are all that may be posted: there is no place for a phone of an applicant, an
//! illness or an address below the village (R185, 个人信息保护法 art 25).

use jiff::civil::Date;
use serde::Serialize;

use super::{PaperRow, Shown};
use crate::identity::CitizenId;

/// A board on the wall.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "board", rename_all = "snake_case")]
pub enum Board {
    /// 综合受理事项清单
    Window {
        /// The items.
        rows: Vec<BoardItem>,
    },
    /// 代办帮办事项清单
    Proxy {
        /// The items.
        rows: Vec<BoardItem>,
    },
    /// 帮办代办人员信息表
    Staff {
        /// The people.
        rows: Vec<BoardAgent>,
        /// 监督电话
        supervision: String,
    },
    /// 服务指南
    Guide(Box<Guide>),
    /// 公示
    Public {
        /// Of what.
        matter: String,
        /// The people.
        rows: Vec<BoardPerson>,
        /// First day.
        from: Option<Date>,
        /// Last day; taken down the day after.
        until: Option<Date>,
        /// Where to object.
        objections: String,
    },
    /// 码上监督
    Oversight {
        /// 窗口
        window: String,
        /// 监督电话
        supervision: String,
    },
}

impl Default for Board {
    fn default() -> Self {
        Self::Window { rows: Vec::new() }
    }
}

/// An item on a board.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BoardItem {
    /// 事项
    pub name: String,
    /// 部门
    pub department: String,
    /// 谁能办
    pub who: String,
    /// 承诺时限, as written.
    pub term: String,
    /// How many papers.
    pub papers: Option<u32>,
}

/// A member of staff on a board: never with an id number (rules §9).
#[derive(Debug, Clone, Default, Serialize)]
pub struct BoardAgent {
    /// 姓名
    pub name: String,
    /// 职务
    pub post: String,
    /// 代办点
    pub station: String,
    /// 服务区域
    pub area: String,
    /// 工作电话
    pub phone: String,
    /// 服务时间
    pub times: String,
}

/// A guide to one item.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Guide {
    /// 事项
    pub item: String,
    /// 部门
    pub department: String,
    /// 办理条件
    pub conditions: String,
    /// 申请材料
    pub papers: Vec<PaperRow>,
    /// 办理流程
    pub flow: String,
    /// 法定时限, as written.
    pub statutory: String,
    /// 承诺时限, as written.
    pub promised: String,
    /// 收费
    pub fee: String,
    /// 办理地点
    pub place: String,
    /// 咨询电话
    pub phone: String,
}

/// A person in a public notice: the name, a masked number, the village.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BoardPerson {
    /// 姓名
    pub name: String,
    id: Shown,
    /// 嘎查村
    pub village: String,
}

impl BoardPerson {
    /// Somebody on a public notice. The number is masked whoever prints it.
    pub fn new(name: String, id: &CitizenId, village: String) -> Self {
        Self { name, id: Shown::masked(id), village }
    }
}
