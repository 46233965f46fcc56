//! By whose letter somebody acts, who that is, and who saw it signed (requirements R63, R64).

use daiban_model::api::{
    Consent, Draft, Failure, LookAtPaper, Offer, PaperRef, PreviewDraft, ReceiveDraft, SignatureKind,
};
use daiban_model::case::event::{
    AcceptanceBasis, Decision, DeliveryWay, Mandate, Outcome, PaperName, Power, Signature,
};
use daiban_model::case::{Command, Refusal};
use daiban_model::form::Size;
use daiban_model::ids::CaseId;
use daiban_tests::paper::run_on;
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, GAO_JIANPING, JIHULUNTU, LIN_FANG, Papers, QIMUGE, SUN_LINA, Station, World, ZHAO_YUNFENG,
    day, must, some,
};

fn refused(result: Result<impl std::fmt::Debug, Failure>) -> Refusal {
    match result {
        Err(Failure::Refused { why }) => why,
        other => panic!("a refusal: {other:?}"),
    }
}

fn faults(station: &mut Station, change: impl FnOnce(&mut Draft)) -> Vec<(String, String)> {
    let id = station.draft(&ZHAO_YUNFENG, "MZ-007", Papers::All, change);
    station.ask(PreviewDraft { id }).faults.into_iter().map(|fault| (fault.code, fault.arg)).collect()
}

fn letter(station: &mut Station, case: CaseId) -> String {
    let paper = PaperRef { name: PaperName::Mandate, no: 1 };
    run_on(&station.ask(LookAtPaper { id: case, paper, size: Size::A4 }).pages[0].words)
}

#[test]
fn r63_the_named_agent_acts_within_the_powers_of_the_letter() {
    let world = World::new(851);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let until = |draft: &mut Draft| {
        draft.mandate.until = "2026-06-01".into();
        draft.mandate.powers = [Power::FillForms, Power::Submit, Power::Supplement, Power::Follow].into();
    };
    let case = village.receive_with(&ZHAO_YUNFENG, "MZ-007", Papers::All, until).cases[0];
    let mandate = some("the letter", village.page(case).mandate);
    assert_eq!((mandate.agent.as_str(), mandate.from, mandate.until), ("其木格", day("2026-03-02"), day("2026-06-01")));
    let sheet = letter(&mut village, case);
    for wanted in ["一式三份", "赵云凤", "其木格", "SG-202202-01", "MZ-007", "不得转委托", "代办不收费", "2026年6月1日"]
    {
        assert!(sheet.contains(wanted), "{wanted} in {sheet}");
    }
    world.settle(&mut [&mut village, &mut township, &mut window]);
    let to = || Command::HandOver { to: "民政局".into() };
    assert_eq!(refused(township.try_act(case, to())), Refusal::NotTheAgent, "no sub-agent");
    let other = |agent: &str| {
        Command::Entrust(Mandate {
            agent: must("a staff number", agent.parse()),
            powers: [Power::Submit].into(),
            from: day("2026-03-02"),
            until: day("2026-06-01"),
            signature: Signature::Hand,
            fee_limit: None,
            proof: String::new(),
        })
    };
    assert_eq!(refused(village.try_act(case, other("SG-202202-77"))), Refusal::AgentNotListed, "on the published list");
    village.act(case, to());
    world.settle(&mut [&mut village, &mut township, &mut window]);
    window.act(case, Command::Accept { basis: AcceptanceBasis::Complete });
    window.act(case, Command::Start);
    world.at("2026-04-10T10:00");
    let (outcome, on, number) = (Outcome::Granted, day("2026-04-10"), "石民〔2026〕7号".to_owned());
    window.act(case, Command::Decide(Decision { outcome, on, number, reasons: String::new(), valid_until: None }));
    world.settle(&mut [&mut village, &mut township, &mut window]);
    assert!(village.page(case).acts.contains(&Offer::Deliver));
    let collect = |signer: &str| {
        let (signer, relation) = (signer.to_owned(), String::new());
        Command::Deliver { way: DeliveryWay::ToAgent, signer, relation }
    };
    let not_given = refused(village.try_act(case, collect("其木格")));
    assert_eq!(not_given, Refusal::PowerNotGiven { power: Power::Collect }, "领取结果 on 2026-04-10 is blocked");
    assert_eq!(refused(window.try_act(case, collect("林芳"))), Refusal::NotTheAgent, "nobody else signs as the agent");
}

#[test]
fn r63_without_a_letter_nobody_acts_for_somebody() {
    let world = World::new(852);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let codes: Vec<String> =
        faults(&mut village, |draft| draft.mandate = Default::default()).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["powers_empty", "until_unreadable", "signature_open", "consent_open"], "nothing is ticked");
    let ended = world.hub.roster_with_end(QIMUGE, "2026-03-01");
    world.hub.publish(daiban_model::wire::PackageKind::Roster, &ended);
    village.sync(&world.hub);
    assert!(village.try_draft(&ZHAO_YUNFENG, "MZ-007", Papers::All, |_| ()).is_err(), "an agent who is not in office");
}

#[test]
fn r64_a_thumbprint_has_a_witness_with_a_number_that_holds_who_is_not_the_agent() {
    let world = World::new(853);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let thumb = |witness: &'static str, number: &'static str| {
        move |draft: &mut Draft| {
            draft.mandate.signature = Some(SignatureKind::Thumb);
            (draft.mandate.other, draft.mandate.proof) = (witness.into(), number.into());
        }
    };
    let one = |code: &str, arg: &str| vec![(code.to_owned(), arg.to_owned())];
    assert_eq!(faults(&mut village, thumb("", "150205195807040002")), one("witness_empty", ""));
    assert_eq!(faults(&mut village, thumb("钱秀英", "")), one("witness_id_empty", ""));
    assert_eq!(
        faults(&mut village, thumb("钱秀英", "150205195807040003")),
        one("id_check_sign", "2"),
        "the check sign"
    );
    assert_eq!(faults(&mut village, thumb("钱秀英", "150205195807040002")), [], "valid");
    let own = village.draft(&ZHAO_YUNFENG, "MZ-007", Papers::All, thumb("其木格", "150205199001010005"));
    assert_eq!(refused(village.call(ReceiveDraft { id: own })), Refusal::WitnessIsAgent, "witness 其木格");
    let taken = village.receive_with(&ZHAO_YUNFENG, "MZ-007", Papers::All, thumb("钱秀英", "150205195807040002"));
    let case = taken.cases[0];
    let signed = some("the letter", village.page(case).mandate).signature;
    assert_eq!(signed, Signature::Thumb { witness: "钱秀英".into() });
    let sheet = letter(&mut village, case);
    assert!(sheet.contains("钱秀英证件号150205********0002"), "name and number stand where she signs: {sheet}");
}

#[test]
fn r64_for_a_child_the_guardian_signs_with_relation_and_proof() {
    let world = World::new(854);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let child = |draft: &mut Draft| {
        (draft.person.name, draft.person.citizen_id) = ("孙小雨".into(), "150205201503150008".into());
        (draft.person.guardian, draft.person.guardian_relation) = ("孙丽娜".into(), "母女".into());
        draft.person.guardian_consent = Some(Consent::Given);
    };
    let guardian = move |proof: &'static str| {
        move |draft: &mut Draft| {
            child(draft);
            draft.mandate.signature = Some(SignatureKind::Guardian);
            (draft.mandate.other, draft.mandate.relation) = ("孙丽娜".into(), "母女".into());
            draft.mandate.proof = proof.into();
        }
    };
    let codes = |village: &mut Station, id| -> Vec<String> {
        village.ask(PreviewDraft { id }).faults.into_iter().map(|fault| fault.code).collect()
    };
    let by_hand = village.draft(&SUN_LINA, "YB-001", Papers::All, child);
    assert_eq!(codes(&mut village, by_hand), ["guardian_signs"], "she is ten");
    let unproven = village.draft(&SUN_LINA, "YB-001", Papers::All, guardian(" "));
    assert_eq!(codes(&mut village, unproven), ["guardian_proof_empty"]);
    let unasked = village.draft(&SUN_LINA, "YB-001", Papers::All, |draft| {
        guardian("户口簿")(draft);
        draft.person.guardian_consent = None;
    });
    assert_eq!(codes(&mut village, unasked), ["guardian_consent_open"], "under 14 the consent of R198 too");
    let case = village.receive_with(&SUN_LINA, "YB-001", Papers::All, guardian("户口簿")).cases[0];
    let sheet = letter(&mut village, case);
    assert!(sheet.contains("孙丽娜（母女）证明户口簿"), "in the guardian's block: {sheet}");
}
