//! Certificates that a village may not be asked for: twenty kinds (民发〔2020〕20号; rules §9, R13). No paper form of a station is one of them.
//! Whoever asks is told the right office and the way there.

use crate::ids::ItemCode;

/// A kind of certificate that no village issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forbidden {
    /// What it is called, without 证明.
    pub name: &'static str,
    /// The office that knows.
    pub office: &'static str,
    /// The way there, or what stands in its place.
    pub way: &'static str,
    /// The item by which that office issues it, where the catalogue has one.
    item: Option<&'static str>,
}

impl Forbidden {
    /// The item by which the right office issues it.
    pub fn item(&self) -> Option<ItemCode> {
        self.item?.parse().ok()
    }
}

const fn kind(name: &'static str, office: &'static str, way: &'static str) -> Forbidden {
    Forbidden { name, office, way, item: None }
}

const fn listed(name: &'static str, office: &'static str, way: &'static str, item: &'static str) -> Forbidden {
    Forbidden { name, office, way, item: Some(item) }
}

/// The twenty kinds, in the order of the notice.
pub const FORBIDDEN: [Forbidden; 20] = [
    listed("亲属关系", "公安户籍窗口或公证处", "曾在同一户口簿上的看户口簿，其他的办公证", "GA-015"),
    kind("居民身份信息", "公安户籍窗口", "看身份证、户口簿，或到窗口查"),
    listed("户口登记项目内容变更申请", "公安户籍窗口", "带户口簿和变更依据到窗口办", "GA-013"),
    kind("居民养犬", "公安机关", "到派出所登记"),
    listed("无犯罪记录", "公安派出所", "本人带身份证到派出所或网上办", "GA-016"),
    kind("社区戒毒康复人员情况", "公安机关", "由用证的部门向公安机关查"),
    kind("人员失踪", "公安机关或人民法院", "到派出所报案，需要宣告的到法院"),
    kind("婚姻状况", "民政局婚姻登记处", "看结婚证、离婚证，或本人声明"),
    kind("出生", "接生的医院或卫生健康部门", "看出生医学证明"),
    kind("健在", "人力资源和社会保障局", "本人认证，手机上或上门办"),
    kind("死亡", "医院或公安派出所", "看死亡医学证明或户口注销证明"),
    kind("疾病状况", "医院", "看诊断证明和病历"),
    kind("残疾状况", "残疾人联合会", "看残疾人证"),
    kind("婚育状况", "卫生健康部门", "看登记，或本人承诺"),
    kind("居民就业状况", "人力资源和社会保障局", "看就业创业证，或到窗口查"),
    kind("居民个人档案", "人才服务机构或档案馆", "由存档的机构出具"),
    kind("居民财产", "不动产登记中心、银行、车管所", "由登记的机构出具"),
    kind("遗产继承权", "公证处或人民法院", "办公证，有争议的到法院"),
    kind("市场主体住所", "市场监督管理局", "看房屋产权证或租赁合同，可以承诺"),
    kind("证件遗失", "原发证机关", "本人到发证机关声明、补办"),
];

/// The kinds that a typed text names.
pub fn named(text: &str) -> impl Iterator<Item = &'static Forbidden> {
    let wanted = text.trim().trim_end_matches("证明").to_owned();
    let long = wanted.chars().count() > 1;
    FORBIDDEN.iter().filter(move |kind| long && (wanted.contains(kind.name) || kind.name.contains(&wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r13_twenty_kinds_each_with_an_office_and_a_way() {
        let mut names: Vec<&str> = FORBIDDEN.iter().map(|kind| kind.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 20, "each once");
        assert!(FORBIDDEN.iter().all(|kind| !kind.office.is_empty() && !kind.way.is_empty()));
        let found = |text: &str| named(text).map(|kind| kind.name).collect::<Vec<_>>();
        assert_eq!(found("亲属关系证明"), ["亲属关系"]);
        assert_eq!(found("村里的死亡证明"), ["死亡"]);
        assert_eq!(found("养老"), [""; 0], "what is not on the list");
        assert_eq!(found("证明"), [""; 0], "a word that says nothing");
        let kinship = named("亲属关系").next().and_then(Forbidden::item);
        assert_eq!(kinship.map(|item| item.to_string()).as_deref(), Some("GA-015"));
    }
}
