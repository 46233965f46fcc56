//! Only what the item needs (个人信息保护法 arts 5, 6, 28; R195): what is nobody's business unless the item is about it, and the words by
//! which a free note tells it. A word is pointed out and asked to be removed; whoever writes decides.

use serde::{Deserialize, Serialize};

use crate::catalogue::Item;

/// A side of somebody's life that a station does not write down without need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Private {
    /// 健康
    Health,
    /// 信仰
    Faith,
    /// 收入
    Income,
}

impl Private {
    const ALL: [Self; 3] = [Self::Health, Self::Faith, Self::Income];

    /// The groups of items that are about it.
    const fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Health => &[
                "工伤保险",
                "医疗保险",
                "医疗救助",
                "残疾人服务",
                "残疾人福利",
                "生育服务",
                "卫生许可",
                "基本公共卫生",
                "儿童福利",
                "养老服务",
                "生命登记",
                "殡葬",
            ],
            Self::Faith => &["民族事务"],
            Self::Income => &[
                "社会救助",
                "医疗救助",
                "住房保障",
                "住房公积金",
                "教育资助",
                "失业保险",
                "劳动关系",
                "社会保险缴费",
                "儿童福利",
                "公共法律服务",
                "残疾人福利",
                "纳税服务",
                "税务登记",
                "乡村振兴",
            ],
        }
    }

    /// Parts of names of items and papers that are about it, whatever their group.
    const fn stems(self) -> &'static [&'static str] {
        match self {
            Self::Health => &["病", "伤残", "残疾", "劳动能力", "工伤", "护理", "生育", "诊断", "健康"],
            Self::Faith => &["宗教"],
            Self::Income => &["收入", "工资", "低保", "低收入", "特困", "困难", "救助", "欠薪"],
        }
    }

    /// Words that tell it of somebody.
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Health => &[
                "高血压",
                "低血压",
                "糖尿病",
                "心脏病",
                "冠心病",
                "心梗",
                "脑梗",
                "中风",
                "偏瘫",
                "瘫痪",
                "癌",
                "肿瘤",
                "白血病",
                "透析",
                "尿毒症",
                "肝炎",
                "肝硬化",
                "肺结核",
                "结核病",
                "尘肺",
                "哮喘",
                "癫痫",
                "痴呆",
                "抑郁",
                "精神病",
                "精神分裂",
                "艾滋",
                "梅毒",
                "性病",
                "传染病",
                "怀孕",
                "流产",
                "不孕",
                "吸毒",
                "酗酒",
            ],
            Self::Faith => &["信教", "信佛", "信主", "基督", "天主教", "伊斯兰", "穆斯林", "喇嘛", "教徒", "法轮功"],
            Self::Income => {
                &["月收入", "年收入", "收入", "工资", "存款", "欠债", "负债", "欠钱", "低保户", "贫困户", "特困户"]
            }
        }
    }
}

/// What an item is about beyond who somebody is, as its group, its name and its papers tell.
pub fn of(item: &Item) -> Vec<Private> {
    let about = |kind: &Private| {
        let named = |text: &str| kind.stems().iter().any(|stem| text.contains(stem));
        kind.groups().contains(&item.category.as_str())
            || named(&item.name)
            || item.papers.iter().any(|paper| named(paper))
    };
    Private::ALL.into_iter().filter(about).collect()
}

/// Whether the day of an accident belongs to it.
pub fn is_of_an_injury(item: &Item) -> bool {
    item.category == "工伤保险" || ["工伤", "劳动能力"].iter().any(|stem| item.name.contains(stem))
}

/// The first word of a text that the item does not need, and what it tells. The longest where one is part of another.
pub fn beyond(text: &str, needed: &[Private]) -> Option<(Private, &'static str)> {
    let kinds = Private::ALL.into_iter().filter(|kind| !needed.contains(kind));
    let words = kinds.flat_map(|kind| kind.words().iter().map(move |word| (kind, *word)));
    let found = words.filter_map(|(kind, word)| Some((text.find(word)?, std::cmp::Reverse(word.len()), kind, word)));
    found.min().map(|(_, _, kind, word)| (kind, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_the_item_does_not_need_is_found_and_the_longest_one_is_told() {
        let none: &[Private] = &[];
        assert_eq!(beyond("老人有高血压，走不动", none), Some((Private::Health, "高血压")));
        assert_eq!(beyond("全家月收入八百，信佛", none), Some((Private::Income, "月收入")), "the first, and all of it");
        assert_eq!(beyond("全家月收入八百，信佛", &[Private::Income]), Some((Private::Faith, "信佛")));
        assert_eq!(beyond("诊断出糖尿病", &[Private::Health]), None);
        for plain in ["", "周三再来取", "电话打不通，改天再打", "请她带户口簿", "村西头第三家，门口有棵榆树"]
        {
            assert_eq!(beyond(plain, none), None, "{plain}");
        }
    }
}
