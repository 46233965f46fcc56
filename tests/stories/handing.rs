//! Cases that go from one colleague to another, with a sheet both sign, and what somebody who leaves still answers for (R34, R41).

use daiban_model::api::{
    AnswerSheet, Failure, GetLeaving, GiveCases, GiveLine, HandedView, ListHandSheets, OpenCase, Waits,
};
use daiban_model::case::Command;
use daiban_model::case::event::PaperState;
use daiban_model::ids::{AgentId, CaseId};
use daiban_model::wire::PackageKind;
use daiban_tests::world::{
    BAI_YUNXIA, BAICAIGOU, GAO_JIANPING, JIHULUNTU, PIN, Papers, QIAN_XIUYING, QIMUGE, Station, World, must, some,
};

fn agent(id: &str) -> AgentId {
    must("a staff number", id.parse())
}

fn line(id: CaseId, papers: u16, originals: u16) -> GiveLine {
    GiveLine { id, papers: Some(papers), originals: Some(originals), note: String::new() }
}

/// Cases of as many items as are wanted, so that no two are the same matter.
fn cases(station: &mut Station, items: &[&str]) -> Vec<CaseId> {
    items.iter().map(|item| station.receive(&QIAN_XIUYING, item)).collect()
}

const ITEMS: [&str; 12] = [
    "RS-002", "RS-003", "RS-012", "RS-013", "MZ-007", "MZ-001", "MZ-005", "YB-001", "YB-002", "RS-045", "RS-047",
    "MZ-004",
];

#[test]
fn r41_a_sheet_of_six_of_which_five_are_taken_and_one_goes_back() {
    let world = World::new(831);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let ids = cases(&mut village, &ITEMS[..6]);
    world.at("2026-03-03T09:10");
    let papers = [(4, 1), (4, 1), (4, 1), (3, 0), (3, 0), (3, 0)];
    let lines: Vec<GiveLine> = ids.iter().zip(papers).map(|(id, (all, originals))| line(*id, all, originals)).collect();
    let sheet = village.ask(GiveCases { to: agent(GAO_JIANPING), lines: lines.clone() });
    assert_eq!((sheet.lines.len(), sheet.papers, sheet.originals), (6, 21, 3));
    assert_eq!((sheet.from.as_str(), sheet.to.as_str(), sheet.waits), ("其木格", "高建平", Waits::ForOther));
    assert_eq!(sheet.at.local().to_string(), "2026-03-03T09:10:00");
    assert_eq!(village.page(ids[0]).beside.handler, "其木格", "until it is taken the giver answers for it");
    let twice = village.call(GiveCases { to: agent(BAI_YUNXIA), lines: lines[..1].to_vec() }).err();
    assert!(matches!(twice, Some(Failure::Refused { .. })), "nothing is offered to two people: {twice:?}");

    world.settle(&mut [&mut village, &mut township]);
    let offered = township.ask(ListHandSheets {});
    assert_eq!((offered.len(), offered[0].waits, offered[0].hash.as_str()), (1, Waits::ForMe, sheet.hash.as_str()));
    world.at("2026-03-03T09:30");
    let nothing_said = township.call(AnswerSheet { taken: Vec::new(), back: vec![(ids[5], " ".into())] }).err();
    assert!(matches!(nothing_said, Some(Failure::Refused { .. })), "a refusal says why: {nothing_said:?}");
    let answered =
        township.ask(AnswerSheet { taken: ids[..5].to_vec(), back: vec![(ids[5], "照片少 1 张".into())] });
    let handed: Vec<&HandedView> = answered[0].lines.iter().map(|line| &line.handed).collect();
    assert_eq!(handed.iter().filter(|handed| matches!(handed, HandedView::Taken { .. })).count(), 5);
    assert_eq!(
        (answered[0].waits, handed.contains(&&HandedView::Back { reason: "照片少 1 张".into() })),
        (Waits::Done, true)
    );
    assert!(township.call(AnswerSheet { taken: vec![ids[0]], back: Vec::new() }).is_err(), "once");

    world.settle(&mut [&mut village, &mut township]);
    for (id, handler) in ids.iter().zip(["高建平", "高建平", "高建平", "高建平", "高建平", "其木格"])
    {
        let page = village.page(*id);
        assert_eq!((page.beside.handler.as_str(), page.beside.offered_to.as_str()), (handler, ""), "5 move, 1 stays");
        assert_eq!(page.anomalies, []);
    }
    assert_eq!(village.refold(), [], "rows are what the documents say");
}

#[test]
fn r41_a_part_timer_has_a_case_from_the_moment_it_is_taken_over() {
    let world = World::new(832);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.add_person(BAI_YUNXIA);
    village.lock();
    must("she signs in again", village.sign_in(QIMUGE, PIN));
    let case = village.receive(&QIAN_XIUYING, "RS-003");
    village.ask(GiveCases { to: agent(BAI_YUNXIA), lines: vec![line(case, 2, 0)] });
    village.lock();
    must("the part-timer", village.sign_in(BAI_YUNXIA, PIN));
    assert_eq!(village.call(OpenCase { id: case }).err(), Some(Failure::NotFound), "not hers yet");
    assert_eq!(village.ask(ListHandSheets {})[0].lines[0].id, case, "but she sees what she would take");
    village.ask(AnswerSheet { taken: vec![case], back: Vec::new() });
    assert_eq!(village.list().iter().map(|row| row.id).collect::<Vec<_>>(), [case]);
    village.hand_over(case);
}

#[test]
fn r34_who_leaves_hands_over_every_case_mandate_and_original_first() {
    let world = World::new(833);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.add_person(BAI_YUNXIA);
    village.lock();
    must("she signs in again", village.sign_in(QIMUGE, PIN));
    // Twelve open cases: nine under a mandate, four of them with an original in the drawer.
    let mut ids = Vec::new();
    for (n, item) in ITEMS.iter().enumerate() {
        let taken = village.receive_with(&QIAN_XIUYING, item, Papers::All, |draft| {
            // One of the first ten needs the person there, so nobody is entrusted with it.
            if n >= 10 {
                draft.help = daiban_model::case::event::Help::Guidance;
            }
            draft.papers.iter_mut().for_each(|paper| paper.state = Some(PaperState::Copy));
            if n < 4 {
                draft.papers[0].state = Some(PaperState::Original);
            }
        });
        ids.extend(taken.cases);
    }
    let mine = village.ask(GetLeaving { agent: agent(QIMUGE) });
    assert_eq!((mine.cases.len(), mine.mandates.len(), mine.originals.len(), mine.lines()), (12, 9, 4, 25));
    world.hub.publish(PackageKind::Roster, &world.hub.roster_with_end(QIMUGE, "2026-03-31"));
    village.sync(&world.hub);
    assert_eq!(
        village.ask(GetLeaving { agent: agent(QIMUGE) }).until.map(|day| day.to_string()).as_deref(),
        Some("2026-03-31")
    );

    world.at("2026-03-31T09:00");
    let lines: Vec<GiveLine> = ids[..11].iter().map(|id| line(*id, 2, 0)).collect();
    village.ask(GiveCases { to: agent(BAI_YUNXIA), lines });
    village.act(ids[11], Command::Withdraw { reason: "不办了".into(), papers_returned: 2 });
    assert_eq!(village.ask(GetLeaving { agent: agent(QIMUGE) }).cases.len(), 11, "one is closed, the others wait");
    village.lock();
    must("the part-timer", village.sign_in(BAI_YUNXIA, PIN));
    let sheets = village.ask(ListHandSheets {});
    assert_eq!((sheets.len(), sheets[0].waits), (1, Waits::ForMe));
    village.ask(AnswerSheet { taken: ids[..11].to_vec(), back: Vec::new() });
    assert_eq!(village.list().len(), 11, "白云霞 takes eleven");
    let page = village.page(ids[1]);
    let mandate = some("the mandate", page.mandate);
    assert_eq!(mandate.ended.map(|day| day.to_string()).as_deref(), Some("2026-03-31"), "it ended with the agent");
    assert!(page.story.iter().any(|line| line.kind == "mandate_ended"), "and the story says so");

    village.lock();
    must("her last day", village.sign_in(QIMUGE, PIN));
    let left = village.ask(GetLeaving { agent: agent(QIMUGE) });
    assert_eq!(
        (left.lines(), left.letters.len()),
        (0, 9),
        "nothing is left; nine principals are asked for new letters"
    );
    village.lock();
    world.at("2026-04-01T09:00");
    must("she may open the station", village.sign_in(QIMUGE, PIN));
    assert_eq!(village.list(), [], "and no case any more");
    assert!(village.try_draft(&QIAN_XIUYING, "RS-078", Papers::All, |_| ()).is_err(), "no new case from that day on");
}
