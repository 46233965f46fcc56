//! Who lives and works in this world. All of them are invented.

use daiban_model::access::Role;
use daiban_model::api::{DraftPerson, Later};
use daiban_model::organisation::{Agent, Post, Roster, StaffSource};
use daiban_model::person::Telling;

use super::{day, division, must};

/// A resident.
#[derive(Debug, Clone, Copy)]
pub struct Person {
    /// Name.
    pub name: &'static str,
    /// Citizen id.
    pub id: &'static str,
    /// Phone; empty where there is none.
    pub phone: &'static str,
    /// Where to be found.
    pub address: &'static str,
    /// Contact person and phone; empty where there is none.
    pub contact: (&'static str, &'static str),
}

/// Lives alone, has no phone.
pub const ZHAO_YUNFENG: Person = Person {
    name: "赵云凤",
    id: "150205194508200008",
    phone: "",
    address: "缸房地村幸福大院",
    contact: ("钱秀英", "0472-0000001"),
};
/// Her neighbour.
pub const QIAN_XIUYING: Person =
    Person {
        name: "钱秀英", id: "150205195807040002", phone: "0472-0000001", address: "幸福大院", contact: ("", "")
    };
/// A young mother.
pub const SUN_LINA: Person =
    Person {
        name: "孙丽娜", id: "150205199001010005", phone: "13800138000", address: "缸房地村", contact: ("", "")
    };
/// A migrant worker hurt at a sand quarry, without a local household.
pub const LI_CHUNMEI: Person = Person {
    name: "李春梅",
    id: "41152519880506000X",
    phone: "0472-0000002",
    address: "包头市某医院骨科6床",
    contact: ("", ""),
};
/// Disabled, lives in a community.
pub const ZHOU_MEILING: Person =
    Person {
        name: "周美玲", id: "150205197003120006", phone: "0472-0000003", address: "欣望社区", contact: ("", "")
    };
/// A herder.
pub const WULAN_TUYA: Person = Person {
    name: "乌兰图雅",
    id: "150205197811020003",
    phone: "0472-0000004",
    address: "三岔口嘎查",
    contact: ("", ""),
};
/// Daughter of somebody who died.
pub const FENG_XIAOLIN: Person =
    Person {
        name: "冯晓琳", id: "150205196512250007", phone: "0472-0000005", address: "欣望社区", contact: ("", "")
    };
/// Gave birth on 2026-03-01.
pub const LIU_JIAHUI: Person =
    Person {
        name: "刘佳慧", id: "150205199406090007", phone: "0472-0000007", address: "欣望社区", contact: ("", "")
    };
/// A name of twenty-two characters.
pub const LONG_NAME: Person = Person {
    name: "阿丽米热·买买提依明·吐尔逊江·阿卜杜热合曼",
    id: "650102199505180001",
    phone: "0472-0000006",
    address: "白菜沟嘎查",
    contact: ("", ""),
};

impl Person {
    /// The person as typed into a draft.
    pub fn typed(&self) -> DraftPerson {
        let later = |value: &str| if value.is_empty() { Later::Absent } else { Later::Given };
        DraftPerson {
            name: self.name.into(),
            citizen_id: self.id.into(),
            id_later: later(self.id),
            phone: self.phone.into(),
            phone_none: later(self.phone),
            address: self.address.into(),
            contact: self.contact.0.into(),
            contact_phone: self.contact.1.into(),
            told: Some(Telling::Shown),
            ..DraftPerson::default()
        }
    }
}

const STAFF: &[(&str, &str, Role, &str, &[&str])] = &[
    (super::QIMUGE, "其木格", Role::FullTimeAgent, super::BAICAIGOU, &[]),
    (super::BAI_YUNXIA, "白云霞", Role::PartTimeAgent, super::BAICAIGOU, &[]),
    (super::HAO_ZHIQIANG, "郝志强", Role::PartTimeAgent, super::SHAOBUHAI, &[super::BAICAIGOU]),
    (super::GAO_JIANPING, "高建平", Role::TownshipAgent, super::JIHULUNTU, &[]),
    ("SG-202000-02", "马晓燕", Role::PartTimeAgent, super::JIHULUNTU, &[]),
    (super::NAREN, "娜仁", Role::FullTimeAgent, super::GANGFANGDI, &[]),
    (super::CHEN_YULAN, "陈玉兰", Role::FullTimeAgent, super::XINSHUGUANG, &[]),
    (super::WU_GUOQIANG, "吴国强", Role::TownshipAgent, super::WUDANGZHAO, &[]),
    (super::BAO_JINSHAN, "包金山", Role::FullTimeAgent, super::SANCHAKOU, &[]),
    (super::LIN_FANG, "林芳", Role::Window, super::DISTRICT, &[]),
    (super::HE_JING, "何静", Role::Window, super::DISTRICT, &[]),
    (super::XU_WEN, "许文", Role::DepartmentClerk, super::DISTRICT, &[]),
    (super::PENG_FEI, "彭飞", Role::DepartmentClerk, super::DISTRICT, &[]),
    (super::SU_HE, "苏和", Role::Archivist, super::DISTRICT, &[]),
    (super::SU_TING, "苏婷", Role::HallGuide, super::DISTRICT, &[]),
    (super::TIAN_WEIGUO, "田卫国", Role::Supervisor, super::DISTRICT, &[]),
    ("SG-000000-31", "罗杰", Role::Administrator, super::DISTRICT, &[]),
];

pub(super) fn roster() -> Roster {
    let agent = |(id, name, role, unit, also): &(&str, &str, Role, &str, &[&str])| Agent {
        id: must("a staff number", id.parse()),
        name: (*name).into(),
        post: if *role == Role::PartTimeAgent { Post::PartTime } else { Post::FullTime },
        role: *role,
        source: StaffSource::Other,
        unit: division(unit),
        also_serves: also.iter().map(|code| division(code)).collect(),
        phone: None,
        appointed: day("2025-09-01"),
        ended: None,
        substitute: None,
    };
    must("the roster", Roster::new(STAFF.iter().map(agent).collect()))
}
