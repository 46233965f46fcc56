//! Acts for the laws of the fold and the gate.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::case::decide::Command;
use crate::stamp::Hlc;

/// Any act, some of which refer to one of the given stamps.
pub(in crate::case) fn command(of: impl Strategy<Value = Stamp> + Clone + 'static) -> impl Strategy<Value = Command> {
    let first = || Stamp { hlc: Hlc { ms: 1, counter: 0 }, device: 7 };
    let noon = |day| date(2026, 3, day).at(12, 0, 0, 0);
    let agent = |no: u8| format!("SG-000000-{no:02}").parse().expect("a staff number");
    let late = Late { reason: LateReason::System, words: String::new(), told: Way::Phone, told_at: noon(2) };
    let asked = HelpAsked {
        to: "石拐区政务服务中心".into(),
        question: "两个部门互相要对方先出材料".into(),
        offices: vec!["公安分局".into(), "民政局".into()],
        wish: String::new(),
    };
    let check = |staff: &[&str]| SiteCheck {
        when: noon(2),
        place: "三岔口嘎查".into(),
        staff: staff.iter().map(|name| (*name).to_owned()).collect(),
        told_on: date(2026, 3, 1),
        findings: "场地符合".into(),
        signature: Signature::Hand,
    };
    let applied = AppliedFor {
        committee: "白菜沟嘎查".into(),
        helper: "其木格".into(),
        reason: "行动不便".into(),
        adults: vec![Adult { name: "赵云凤".into(), signature: Signature::Hand }],
    };
    let helped = HelpedFirst { when: noon(2), given: "米面油".into(), papers_by: date(2026, 3, 13) };
    let found = FoundAt { place: "病房".into(), since: date(2026, 3, 1), reach: Reach::Here };
    let posted = Posted { number: "1234567890123".into(), to: "信阳".into(), on: date(2026, 3, 2) };
    let shown = CertificateShown { paper: "居民身份证".into(), issuer: "公安部".into(), checked: noon(2) };
    let given = move |no: u8| Given { sheet: first(), to: agent(no), papers: 4, originals: 1, note: String::new() };
    prop_oneof![
        Just(Beside::Late(late)),
        Just(Beside::HelpAsked(asked)),
        of.clone().prop_map(|of| Beside::HelpAnswered { of, words: "先出户口证明".into() }),
        Just(Beside::SiteChecked(check(&["甲", "乙"]))),
        Just(Beside::SiteChecked(check(&["甲"]))),
        Just(Beside::AppliedFor(applied)),
        Just(Beside::HelpedFirst(helped)),
        Just(Beside::FoundAt(found)),
        Just(Beside::Died { who: "郑玉珍".into(), on: date(2026, 3, 1) }),
        Just(Beside::Posted(posted)),
        Just(Beside::ElectronicAgreed { to: "蒙速办".into() }),
        Just(Beside::CertificateShown(shown)),
        of.clone().prop_map(|of| Beside::Concern { of, words: "家里没有火".into() }),
        of.clone().prop_map(|of| Beside::VisitReviewed { of, words: "看过".into() }),
        Just(Beside::ClockTold { shown: Wall(1), told: Wall(2) }),
        (3u8..5).prop_map(move |no| Beside::Given(given(no))),
        of.clone().prop_map(|of| Beside::TakenOver { of }),
        of.prop_map(|of| Beside::GivenBack { of, reason: "照片少 1 张".into() }),
    ]
    .prop_map(|act| Command::Beside(Box::new(act)))
}
