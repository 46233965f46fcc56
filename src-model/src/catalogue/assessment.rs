//! 个人信息保护影响评估 (个人信息保护法 arts 55–56; R205): what is thought through before sensitive data are handled at all.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::case::retention::assessment_until;

/// An assessment, as it was published with the item it lets be switched on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessment {
    /// The day it was made.
    pub on: Date,
    /// 目的
    pub purpose: String,
    /// 方式
    pub means: String,
    /// 风险
    pub risk: String,
    /// 措施
    pub measures: String,
}

impl Assessment {
    /// Until when the report is kept at least: three years.
    pub fn kept_until(&self) -> Date {
        assessment_until(self.on)
    }

    /// Reads `2026-03-02|目的|方式|风险|措施`; `None` where a part is missing or empty.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('|').map(str::trim);
        let on = parts.next()?.parse().ok()?;
        let mut part = || parts.next().filter(|part| !part.is_empty()).map(str::to_owned);
        let (purpose, means, risk, measures) = (part()?, part()?, part()?, part()?);
        parts.next().is_none().then_some(Self { on, purpose, means, risk, measures })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assessment_says_all_four_and_is_kept_three_years() {
        let read = Assessment::read("2026-03-02|发放补助|登记证件号和病情|泄露会伤害本人|加密、只给经办人看");
        assert_eq!(read.map(|it| it.kept_until()), Some(jiff::civil::date(2029, 3, 2)), "D102");
        for lacking in ["", "2026-03-02", "2026-03-02|目的|方式|风险", "2026-03-02|目的||风险|措施", "昨天|a|b|c|d"]
        {
            assert_eq!(Assessment::read(lacking), None, "{lacking}");
        }
    }
}
