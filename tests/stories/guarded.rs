//! What the law guards: who collects a result, whose document was seen, who looked at a number, what waits to be delivered.

use daiban_model::api::{Failure, Later, Offer};
use daiban_model::case::event::{AcceptanceBasis, DeliveryWay, IdCheck, Power};
use daiban_model::case::field::Field;
use daiban_model::case::{Command, Refusal, Stage};
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, GAO_JIANPING, JIHULUNTU, LIN_FANG, Papers, QIAN_XIUYING, QIMUGE, World, ZHAO_YUNFENG,
};

fn deliver(way: DeliveryWay, signer: &str) -> Command {
    Command::Deliver { way, signer: signer.into(), relation: String::new() }
}

fn refused(why: Refusal) -> Failure {
    Failure::Refused { why }
}

#[test]
fn the_agent_of_a_mandate_collects_under_it_whoever_writes_the_sheet() {
    let world = World::new(801);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    let case = village.receive(&ZHAO_YUNFENG, "YB-001");
    world.settle(&mut [&mut village, &mut window]);
    window.act(case, Command::FinishAtOnce { number: "YB-2026-1".into() });
    let not_given = refused(Refusal::PowerNotGiven { power: Power::Collect });
    for way in [DeliveryWay::Direct, DeliveryWay::ForOther, DeliveryWay::ToAgent] {
        let given = window.try_act(case, deliver(way, " 其木格 ")).unwrap_err();
        assert_eq!(given, not_given, "领结果 was not ticked, whatever the sheet says: {way:?}");
    }
    window.act(case, deliver(DeliveryWay::Direct, "赵云凤"));
}

#[test]
fn without_a_document_the_papers_are_taken_and_the_organ_waits() {
    let world = World::new(802);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let taken = village.receive_with(&QIAN_XIUYING, "RS-003", Papers::All, |draft| {
        draft.person.citizen_id.clear();
        draft.person.id_later = Later::Absent;
    });
    let case = taken.cases[0];
    let slip = taken.sheets[0].slip.as_ref().unwrap();
    assert_eq!(slip.id, IdCheck::Later, "the slip says 证件待核 (R84)");
    assert_eq!(village.page(case).acts[0], Offer::CheckId, "what comes first");
    village.hand_over(case);
    world.settle(&mut [&mut village, &mut township]);
    let accept = || Command::Accept { basis: AcceptanceBasis::Complete };
    assert_eq!(township.try_act(case, accept()).unwrap_err(), refused(Refusal::IdNotSeen));
    // A number that somebody knows by heart is not a document that somebody saw.
    township.set(case, Field::CitizenId, QIAN_XIUYING.id).unwrap();
    assert_eq!(township.try_act(case, accept()).unwrap_err(), refused(Refusal::IdNotSeen));
    let check = |number: &str| Command::CheckId { from: String::new(), number: number.into() };
    let wrong = township.try_act(case, check("150205195807040001")).unwrap_err();
    assert!(matches!(wrong, Failure::BadValue { .. }), "a number that cannot be is not seen either: {wrong:?}");
    let page = township.act(case, check(QIAN_XIUYING.id));
    assert_eq!((page.id, page.acts.contains(&Offer::CheckId)), (IdCheck::Seen, false));
    assert_eq!(township.act(case, accept()).row.stage, Stage::Accepted);
    assert!(township.page(case).story.iter().any(|line| line.kind == "id_checked"), "it stands in the story");
}
