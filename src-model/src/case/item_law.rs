//! What the law of single items says beyond the limits that the catalogue carries.
//!
//! Codes are those of the catalogue. What is not named here follows the general rule beside it.

use super::event::Receipt;
use crate::deadline::{Limit, StopKind};
use crate::ids::ItemCode;

/// 工伤认定申请: its limits also run from the accident, and its clock knows one more stop (rules §3).
pub const WORK_INJURY: &str = "RS-075";

/// Items whose extension the law bounds in days of its own (R60). Of all others none is longer than the limit itself, which is
/// also what the law says of 市场主体登记 (3 + 3) and 政府信息公开 (20 + 20).
const EXTENSIONS: [(&str, u16); 8] = [
    ("MZ-001", 15), // 低保: up to 45 working days in all (民发〔2021〕57号)
    ("RS-077", 30), // 劳动能力鉴定: 60 + 30 (工伤保险条例 art 25)
    ("NM-027", 30), // 农村土地承包仲裁: 60 + 30 (仲裁法)
    ("ZF-002", 30), // 信访: 60 + 30 (信访工作条例 art 34)
    ("GA-017", 30), // 居民身份证: 60 + 30 in remote areas (居民身份证法 art 12)
    ("GA-018", 30),
    ("GA-019", 30),
    ("GA-020", 30),
];

/// How an item that grants a licence is named; no column of the catalogue says so.
const LICENCE: &str = "许可";

/// Items whose law sets another day to apply for a renewal than thirty days before the expiry (行政许可法 art 50).
const RENEWALS: [(&str, u16); 2] = [
    ("取水许可", 45),     // 取水许可和水资源费征收管理条例 art 25
    ("农药经营许可", 90), // 农药管理条例 art 27
];

/// How many days before its expiry a renewal must be applied for; `None` where the item is no licence (R71). 食品经营许可 has a window of
/// working days of its own, in which thirty days before the expiry always lie.
pub(super) fn renewal_days(name: &str) -> Option<u16> {
    let named = RENEWALS.iter().find(|(matter, _)| name.contains(matter)).map(|(_, days)| *days);
    named.or_else(|| name.contains(LICENCE).then_some(30))
}

/// Whether the village committee may apply in the person's place: 低保 and 特困 (社会救助暂行办法 arts 11, 16; R93).
pub fn committee_may_apply(item: &ItemCode) -> bool {
    matches!(item.as_str(), "MZ-001" | "MZ-004")
}

/// Whether an item is about somebody who died: the registration, and what goes with it as one matter (户口登记条例 art 8; R121).
pub fn is_after_death(item: &ItemCode) -> bool {
    matches!(item.as_str(), "WJ-007" | "GA-002" | "after-death")
}

/// Whether help may come before the papers: 临时救助 (社会救助暂行办法 art 48; R112).
pub fn may_help_first(item: &ItemCode) -> bool {
    item.as_str() == "MZ-005"
}

/// Whether an item is an appraisal of what somebody can still do at work (工伤保险条例 arts 21–28).
pub(super) fn is_appraisal(item: &ItemCode) -> bool {
    item.as_str() == "RS-077"
}

/// Whether an item is legal aid (法律援助法).
pub(super) fn is_legal_aid(item: &ItemCode) -> bool {
    item.as_str() == "SF-001"
}

/// Whether an item is the recognition of a work injury.
pub fn is_work_injury(item: &ItemCode) -> bool {
    item.as_str() == WORK_INJURY
}

/// The kinds of time that do not count for an item (R59): those of 行政许可法 art 45, and for a work injury the wait for a
/// court's or another organ's conclusion (工伤保险条例 art 20).
pub fn stops(item: &ItemCode) -> impl Iterator<Item = StopKind> {
    let injury = is_work_injury(item);
    StopKind::ALL.into_iter().filter(move |kind| injury || *kind != StopKind::AwaitedConclusion)
}

/// The longest extension, in the unit of the legal limit (R60); `None` where there is no limit to prolong.
pub(super) fn longest_extension(receipt: &Receipt) -> Option<u16> {
    let limit = receipt.limits.statutory?;
    let own = u16::try_from(limit.halves() / 2).unwrap_or(u16::MAX);
    let named = EXTENSIONS.iter().find(|(code, _)| *code == receipt.item.as_str()).map(|(_, days)| *days);
    let licence = receipt.item_name.contains(LICENCE).then_some(match limit {
        Limit::WorkingDays(45) => 15, // joint or unified handling (行政许可法 art 42)
        _ => 10,
    });
    let most = named.or(licence).map_or(own, |days| days.min(own));
    (most > 0).then_some(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::event::{IdCheck, Limits};
    use crate::identity::CaseNumber;

    fn longest(code: &str, name: &str, statutory: Option<Limit>) -> Option<u16> {
        let receipt = Receipt {
            number: CaseNumber::new("150205202202".parse().unwrap(), jiff::civil::date(2026, 3, 2), 7, 1).unwrap(),
            item: code.parse().unwrap(),
            item_name: name.into(),
            catalogue: 1,
            id: IdCheck::Seen,
            taken: None,
            limits: Limits { statutory, ..Limits::default() },
            papers: Vec::new(),
        };
        longest_extension(&receipt)
    }

    #[test]
    fn r60_each_extension_is_as_long_as_its_law_allows() {
        let wd = |n| Some(Limit::WorkingDays(n));
        let cd = |n| Some(Limit::calendar_days(n));
        for (code, name, limit, most) in [
            ("NM-013", "农药经营许可证核发（其他农药）", wd(20), Some(10)),
            ("NM-008", "兽药经营许可证核发（普通兽药）", wd(30), Some(10)),
            ("ZR-018", "联合办理的许可", wd(45), Some(15)),
            ("ZJ-009", "建筑工程施工许可证核发", wd(7), Some(7)),
            ("SC-004", "公司设立登记", wd(3), Some(3)),
            ("MZ-001", "最低生活保障", wd(30), Some(15)),
            ("ZF-001", "政府信息公开申请", wd(20), Some(20)),
            ("RS-077", "劳动能力鉴定申请", cd(60), Some(30)),
            ("GA-018", "居民身份证换领", cd(60), Some(30)),
            ("RS-002", "城乡居民基本养老保险待遇申领", wd(10), Some(10)),
            ("YB-001", "即办件", wd(0), None),
            ("MZ-007", "高龄津贴", None, None),
        ] {
            assert_eq!(longest(code, name, limit), most, "{code} {name}");
        }
    }

    #[test]
    fn r59_only_a_work_injury_waits_for_another_conclusion() {
        let waits = |code: &str| stops(&code.parse().unwrap()).any(|kind| kind == StopKind::AwaitedConclusion);
        assert!(waits("RS-075") && !waits("NM-013"), "工伤保险条例 art 20");
        assert_eq!(stops(&"NM-013".parse().unwrap()).count(), 8, "行政许可法 art 45");
    }
}
