//! A newer version writes kinds of acts that an older one does not know.

use daiban_model::case::Stage;
use daiban_model::ids::CaseId;
use daiban_tests::world::{BAICAIGOU, GAO_JIANPING, JIHULUNTU, Newer, QIMUGE, World, ZHAO_YUNFENG};

const VISIT: &str = r#""k":"visited","where":"包头市某医院","with":["许文","彭飞"],"pages":3"#;

#[test]
fn acts_of_a_newer_version_pass_through_an_older_station_and_reach_a_newer_one() {
    let world = World::new(801);
    let mut older = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let case = older.receive(&ZHAO_YUNFENG, "MZ-007");
    older.sync(&world.hub);

    let mut newer = Newer::enrol(&world, "新版", BAICAIGOU);
    newer.exchange(&world.hub, Vec::new());
    world.pass(10);
    let change = newer.write(case, &[VISIT]);
    let segment = newer.seal(BAICAIGOU, &[change]);
    assert_eq!(newer.exchange(&world.hub, vec![segment]).refused, []);
    older.sync(&world.hub);
    let page = older.page(case);
    assert_eq!((page.story[0].kind.as_str(), page.anomalies.len()), ("unknown", 0), "shown as an act it cannot name");
    assert_eq!(page.row.stage, Stage::Received, "and in nobody's way");

    world.pass(10);
    older.note(case, "回来了");
    older.hand_over(case);
    world.settle(&mut [&mut older, &mut township]);
    let mut another = Newer::enrol(&world, "另一台新版", BAICAIGOU);
    another.exchange(&world.hub, Vec::new());
    let read = |device: &Newer, case: CaseId| device.docs[&case.0.into_bytes()].events();
    let written = read(&newer, case);
    let visit = written.iter().find(|(_, text)| text.contains("visited")).expect("the visit");
    assert!(read(&another, case).contains(visit), "byte for byte as it was written");
    assert_eq!(older.knows().len(), 1);
    assert_eq!(older.knows(), township.knows(), "old stations agree about what they do not understand");
}

#[test]
fn a_register_and_a_text_that_nobody_knows_stay_in_the_document() {
    let world = World::new(802);
    let mut older = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = older.receive(&ZHAO_YUNFENG, "MZ-007");
    older.sync(&world.hub);
    let mut newer = Newer::enrol(&world, "新版", BAICAIGOU);
    newer.exchange(&world.hub, Vec::new());
    let stamp = newer.stamp();
    let edits = [
        daiban_core::doc::Edit::Register { path: "applicant.nation".into(), value: "蒙古族".into() },
        daiban_core::doc::Edit::Event { stamp, text: "no envelope at all".into() },
    ];
    let change = newer.edit(case.0.into_bytes(), &edits);
    let segment = newer.seal(BAICAIGOU, &[change]);
    newer.exchange(&world.hub, vec![segment]);
    older.sync(&world.hub);
    assert_eq!(older.page(case).story.len(), 4, "consulted, told, mandated, received: what is no act is passed over");
    older.hand_over(case);
    older.sync(&world.hub);
    newer.exchange(&world.hub, Vec::new());
    let doc = &newer.docs[&case.0.into_bytes()];
    assert_eq!(doc.registers().get("applicant.nation").map(String::as_str), Some("蒙古族"));
    assert_eq!(doc.events().len(), 6, "four acts, the text and the hand-over");
}
