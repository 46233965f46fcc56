//! Who may act for somebody, with which powers, until when (R63 to R66).

use daiban_model::case::decide::Entry;
use daiban_model::case::event::*;
use daiban_model::case::{Command, Refusal, Stage};
use daiban_model::catalogue::ProxyMode;
use daiban_model::deadline::Limit;
use daiban_model::identity::CaseNumber;
use jiff::civil::date;

use super::{Life, bring, deliver, granted_by_proxy, hand_over, mandate, notice, scope, signed_for, twenty};

#[test]
fn r63_r65_no_mandate_no_proxy_and_no_act_after_its_term() {
    let (from, until) = (date(2026, 3, 2), date(2026, 6, 1));
    let mut life = Life::on(from);
    life.act(from, Command::Consult { help: Help::Proxy, way: Way::Home, words: String::new() });
    let receipt = || Receipt {
        number: CaseNumber::new(scope(), from, 7, 1).unwrap(),
        item: "MZ-007".parse().unwrap(),
        item_name: "高龄津贴".into(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits: Limits::default(),
        papers: vec![PaperLine { name: "身份证".into(), state: PaperState::Missing, count: 1 }],
    };
    let receive = || Command::Receive { receipt: Box::new(receipt()), proxy: ProxyMode::Proxy };
    assert_eq!(life.try_on(from, receive()), Err(Refusal::NoMandate));
    life.act(from, mandate(from, until, Signature::Thumb { witness: "钱秀英".into() })).act(from, receive());
    life.act(from, notice(&["身份证"], ""));
    let not_given = life.try_on(date(2026, 4, 10), bring("身份证"));
    assert_eq!(not_given, Err(Refusal::PowerNotGiven { power: Power::Supplement }), "R63: the power was not ticked");
    let mut all = Mandate {
        agent: "SG-000000-03".parse().unwrap(),
        powers: [Power::Submit, Power::Supplement].into(),
        from,
        until,
        signature: Signature::Hand,
        fee_limit: None,
        proof: String::new(),
    };
    life.act(date(2026, 4, 10), Command::Entrust(all.clone())).act(date(2026, 4, 10), bring("身份证"));
    assert_eq!(life.try_on(date(2026, 6, 2), hand_over()), Err(Refusal::MandateOver { until }), "R65: one day late");
    (all.from, all.until) = (date(2026, 6, 3), date(2026, 8, 31));
    life.act(date(2026, 6, 3), Command::Entrust(all)).act(date(2026, 6, 3), hand_over());
}

#[test]
fn r64_the_witness_of_a_thumbprint_is_someone_else() {
    let (from, until) = (date(2026, 3, 2), date(2026, 6, 1));
    let mut life = Life::on(from);
    life.act(from, Command::Consult { help: Help::Proxy, way: Way::Home, words: String::new() });
    let by_thumb = |witness: &str| mandate(from, until, Signature::Thumb { witness: witness.into() });
    assert_eq!(life.try_on(from, by_thumb("林芳")), Err(Refusal::WitnessIsAgent));
    assert_eq!(life.try_on(from, by_thumb(" ")), Err(Refusal::Empty { what: Entry::Witness }));
    let Command::Entrust(letter) = by_thumb("钱秀英") else { panic!("a mandate") };
    let number = |proof: &str| Command::Entrust(Mandate { proof: proof.into(), ..letter.clone() });
    assert_eq!(life.try_on(from, number("")), Err(Refusal::Empty { what: Entry::WitnessNumber }));
    assert_eq!(life.try_on(from, number("150205195807040003")), Err(Refusal::WitnessNumberWrong), "the check sign");
    life.act(from, by_thumb("钱秀英"));
}

#[test]
fn r66_what_needs_the_person_is_escorted_not_represented() {
    let day = date(2026, 3, 4);
    let mut life = Life::on(day);
    life.act(day, Command::Consult { help: Help::Proxy, way: Way::Beside, words: String::new() });
    life.act(day, mandate(day, day, Signature::Hand));
    let receipt = Receipt {
        number: CaseNumber::new(scope(), day, 7, 1).unwrap(),
        item: "GA-016".parse().unwrap(),
        item_name: "无犯罪记录证明".into(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits: Limits::default(),
        papers: Vec::new(),
    };
    let receive = Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Escort };
    assert_eq!(life.try_on(day, receive), Err(Refusal::PersonNeeded));
}

#[test]
fn r63_an_agent_collects_a_result_only_with_the_power_to() {
    let (until, day) = (date(2026, 6, 1), date(2026, 4, 10));
    let mut life = granted_by_proxy(&[Power::Submit, Power::Supplement], until);
    let not_given = Err(Refusal::PowerNotGiven { power: Power::Collect });
    assert_eq!(life.try_on(day, deliver(DeliveryWay::ToAgent, "其木格")), not_given, "领取结果 was not ticked");
    let named_otherwise = life.try_on(day, deliver(DeliveryWay::Direct, "林芳"));
    assert_eq!(named_otherwise, not_given, "who hands it over does not sign for it either");
    life.act(day, signed_for(&[Power::Collect], day, until));
    life.act(day, deliver(DeliveryWay::ToAgent, "其木格"));
    assert_eq!(life.case().stage, Stage::Delivered, "signed for anew, while the result waits");
}

#[test]
fn r65_the_power_to_collect_ends_with_the_mandate() {
    let until = date(2026, 3, 31);
    let mut late = granted_by_proxy(&[Power::Submit, Power::Collect], until);
    let over = late.try_on(date(2026, 4, 1), deliver(DeliveryWay::ToAgent, "其木格"));
    assert_eq!(over, Err(Refusal::MandateOver { until }));
    let mut withdrawn = granted_by_proxy(&[Power::Submit, Power::Collect], until);
    let on = date(2026, 3, 10);
    withdrawn.act(on, Command::EndMandate { reason: MandateEnd::Withdrawn });
    let over = withdrawn.try_on(on, deliver(DeliveryWay::ToAgent, "其木格"));
    assert_eq!(over, Err(Refusal::MandateOver { until: on }), "taken back");
    withdrawn.act(on, deliver(DeliveryWay::Direct, "赵云凤"));
}

#[test]
fn r63_without_a_mandate_no_agent_collects_and_submitting_at_once_needs_the_power() {
    let day = date(2026, 3, 2);
    let on_the_spot = Limits { promised: Some(Limit::WorkingDays(0)), ..twenty() };
    let mut own = Life::received(day, on_the_spot, &[("身份证", PaperState::Copy)]);
    own.act(day, Command::FinishAtOnce { number: "1".into() });
    assert_eq!(own.try_on(day, deliver(DeliveryWay::ToAgent, "其木格")), Err(Refusal::NoMandate));
    let mut proxy = Life::on(day);
    proxy.act(day, Command::Consult { help: Help::Proxy, way: Way::Window, words: String::new() });
    proxy.act(day, signed_for(&[Power::FillForms], day, date(2026, 6, 1)));
    let receipt = Receipt {
        number: CaseNumber::new(scope(), day, 7, 1).unwrap(),
        item: "YB-001".parse().unwrap(),
        item_name: "城乡居民参保登记".into(),
        catalogue: 1,
        id: IdCheck::Seen,
        taken: None,
        limits: on_the_spot,
        papers: Vec::new(),
    };
    proxy.act(day, Command::Receive { receipt: Box::new(receipt), proxy: ProxyMode::Proxy });
    let at_once = proxy.try_on(day, Command::FinishAtOnce { number: "1".into() });
    assert_eq!(at_once, Err(Refusal::PowerNotGiven { power: Power::Submit }));
}
