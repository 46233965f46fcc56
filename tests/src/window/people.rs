//! The people of these stories. All are invented; the sequence 000 in their numbers is given to nobody.

/// Somebody who wants something done.
#[derive(Debug, Clone, Copy)]
pub struct Applicant {
    /// Name
    pub name: &'static str,
    /// Citizen id
    pub citizen_id: &'static str,
    /// As slips and pages show the citizen id
    pub masked: &'static str,
    /// Phone; empty for those who have none
    pub phone: &'static str,
    /// Address
    pub address: &'static str,
    /// Where the household is registered; empty where it is not asked
    pub household: &'static str,
    /// Contact person and phone, for those without a phone
    pub contact: Option<(&'static str, &'static str)>,
}

/// A migrant worker, hurt at work and in hospital; her household is elsewhere.
pub const LI_CHUNMEI: Applicant = Applicant {
    name: "李春梅",
    citizen_id: "41152519880506000X",
    masked: "411525********000X",
    phone: "0472-0000002",
    address: "包头市某医院骨科6床",
    household: "",
    contact: None,
};

/// An old woman without a phone.
pub const ZHAO_YUNFENG: Applicant = Applicant {
    name: "赵云凤",
    citizen_id: "150205194508200008",
    masked: "150205********0008",
    phone: "",
    address: "缸房地村幸福大院",
    household: "白菜沟嘎查",
    contact: Some(("钱秀英", "0472-0000001")),
};

/// Somebody whose case is only half typed.
pub const ZHOU_MEILING: Applicant = Applicant {
    name: "周美玲",
    citizen_id: "150205197003120006",
    masked: "150205********0006",
    phone: "13800138000",
    address: "欣望社区",
    household: "欣望社区",
    contact: None,
};

/// The agent at the station of these stories.
pub const AGENT: (&str, &str) = ("SG-202202-01", "其木格");

/// The agent's PIN.
pub const PIN: &str = "mk7194";

/// Where the hurt worker worked.
pub const EMPLOYER: &str = "石拐区测试建材有限公司";
