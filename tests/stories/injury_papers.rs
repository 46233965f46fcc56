//! The papers of a work injury where there is no contract and the employer will not sign (R104).

use daiban_model::access::Action;
use daiban_model::api::Failure;
use daiban_model::case::event::{AcceptanceBasis, PaperState, Signature};
use daiban_model::case::field::Field;
use daiban_model::case::{Command, Stage};
use daiban_tests::world::photo::photo;
use daiban_tests::world::{BAICAIGOU, LI_CHUNMEI, Papers, QIMUGE, World, must, some};

#[test]
fn r104_without_a_contract_two_colleagues_and_a_badge_are_proof_and_the_employers_line_stays_blank() {
    let world = World::new(841);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    world.at("2026-03-12T10:00");
    let taken = village.receive_with(&LI_CHUNMEI, "RS-075", Papers::All, |draft| {
        draft.person.injured_on = "2026-03-04".into();
        draft.papers.iter_mut().for_each(|paper| paper.state = Some(PaperState::Copy));
        draft.mandate.signature = Some(daiban_model::api::SignatureKind::Thumb);
        draft.mandate.other = "钱秀英".into();
        draft.mandate.proof = "150205195807040002".into();
    });
    let case = taken.cases[0];
    let page = village.page(case);
    assert!(page.fields.iter().all(|view| view.field != Field::Employer), "left blank, and taken all the same");
    let mandate = some("the mandate", page.mandate);
    assert_eq!(mandate.signature, Signature::Thumb { witness: "钱秀英".into() }, "by thumb, before a witness");
    let second = page.papers[1].name.clone();
    must("two colleagues", village.attach(case, &second, "工友说明.jpg", &photo(1)));
    let page = must("her badge", village.attach(case, &second, "工牌.jpg", &photo(2)));
    assert!(page.files.iter().all(|file| file.paper == second), "both stand under line 2");
    assert_eq!((page.row.stage, page.files.len()), (Stage::Received, 2));
    // Whoever helps decides nothing.
    let accept = Command::Accept { basis: AcceptanceBasis::Complete };
    let denied = village.try_act(case, accept).unwrap_err();
    assert!(matches!(denied, Failure::Denied { action: Action::Accept, .. }), "{denied:?}");
    assert_eq!(village.hand_over(case).row.stage, Stage::HandedOver, "filed on 2026-03-12");
}
