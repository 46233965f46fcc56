//! What the district keeps about its handling of personal data: assessments and what was entrusted to others (requirements R204, R205, R208, R209).

use daiban_model::api::{
    Audited, Chain, DataKind, EndEntrusted, Ending, Entrust, ExportAudit, Failure, GetItem, IncidentKind, Key,
    ListAssessments, ListAudit, ListEntrusted, ListIncidents, LookAtPaper, Outlet, PaperRef, PreviewDraft, PrintPaper,
    ReceiveDraft, ReportIncident, RevealField, SearchCases, Seen, Why,
};
use daiban_model::case::event::PaperName;
use daiban_model::case::field::Field;
use daiban_model::form::Size;
use daiban_model::wire::PackageKind;
use daiban_tests::world::{
    BAICAIGOU, DISTRICT, HAO_ZHIQIANG, LIN_FANG, LUO_JIE, PIN, Papers, QIAN_XIUYING, QIMUGE, SHAOBUHAI, SUN_LINA,
    Station, TIAN_WEIGUO, World, day, must, some, wall,
};

#[test]
fn r205_what_is_sensitive_is_switched_on_after_it_was_assessed() {
    let world = World::completed_with(2051, |items| {
        let item = items.iter_mut().find(|item| item["code"] == "MZ-015");
        must("an item", item.ok_or("none"))["assessment"] = serde_json::Value::Null;
    });
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let id = village.draft(&SUN_LINA, "MZ-015", Papers::All, |_| ());
    let faults = village.ask(PreviewDraft { id }).faults;
    let told: Vec<(&str, &str)> = faults.iter().map(|fault| (fault.code.as_str(), fault.arg.as_str())).collect();
    assert_eq!(told, [("not_assessed", "MZ-015")], "it cannot be switched on without one");
    assert!(matches!(village.call(ReceiveDraft { id }), Err(Failure::DraftFaults { .. })));

    let assessed = World::new(2052);
    let mut village = assessed.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let guide = village.ask(GetItem { code: must("a code", "MZ-015".parse()) });
    let assessment = some("an assessment", guide.item.assessment);
    assert_eq!(assessment.on, day("2026-03-02"));
    assert_eq!(assessment.kept_until(), day("2029-03-02"), "kept three years at least (D102)");
    for part in [&assessment.purpose, &assessment.means, &assessment.risk, &assessment.measures] {
        assert!(!part.is_empty(), "purpose, means, risk, measures");
    }
    village.receive(&SUN_LINA, "MZ-015");
    assert!(matches!(village.call(ListAssessments {}), Err(Failure::Denied { .. })), "for those who oversee");
    for (world, wanted) in [(&world, None), (&assessed, Some(day("2029-03-02")))] {
        let mut office = world.station("政务服务局", DISTRICT, LUO_JIE);
        let all = office.ask(ListAssessments {});
        let one = some("it is listed", all.into_iter().find(|line| line.code.as_str() == "MZ-015"));
        assert_eq!(one.assessment.map(|(_, until)| until), wanted, "with until when it is kept, or as lacking");
    }
}

#[test]
fn r209_a_laptop_goes_to_repair_locked_and_the_register_says_when_it_came_back() {
    let world = World::new(2091);
    let mut office = world.station("政务服务局", DISTRICT, LUO_JIE);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    world.at("2026-03-05T10:00");
    let repair = Entrust {
        party: "石拐区测试电脑维修部".into(),
        purpose: "换键盘".into(),
        kinds: "办件、姓名、证件号（加密）".into(),
        device: "08".into(),
        until: day("2026-03-10"),
        key: Key::StaysHere,
    };
    assert!(matches!(village.call(repair.clone()), Err(Failure::Denied { .. })), "whoever keeps the frame writes it");
    let bad = |code: &str| Some(Failure::BadValue { code: code.into(), arg: String::new() });
    let open = Entrust { key: Key::GoesAlong, ..repair.clone() };
    assert_eq!(office.call(open).err(), bad("entrusted_with_key"), "given without the key");
    let nameless = Entrust { party: " ".into(), ..repair.clone() };
    assert_eq!(office.call(nameless).err(), bad("entrusted_empty"));
    let register = office.ask(repair.clone());
    assert_eq!((register.len(), register[0].no, &register[0].given), (1, 1, &repair));
    assert_eq!(
        (register[0].by.as_str(), register[0].at, &register[0].ended),
        ("罗杰", wall("2026-03-05T10:00"), &None)
    );

    world.at("2026-03-07T15:00");
    let end = |signed: &str| EndEntrusted { no: 1, how: Ending::Returned, signed: signed.into() };
    assert_eq!(office.call(end("")).err(), bad("entrusted_empty"), "the entry is signed");
    let register = office.ask(end("维修部王师傅"));
    let back = (Ending::Returned, wall("2026-03-07T15:00"), "维修部王师傅".to_owned(), "罗杰".to_owned());
    assert_eq!(register[0].ended, Some(back), "back 2026-03-07, signed by both");
    assert_eq!(office.call(end("维修部王师傅")).err(), Some(Failure::NotFound), "an entry ends once");
    assert_eq!(office.ask(ListEntrusted {}), register);
}

fn trail(station: &mut Station) -> (Vec<(String, Audited)>, Chain) {
    let audit = station.ask(ListAudit { month: day("2026-03-15") });
    (audit.lines.into_iter().rev().map(|line| (line.by, line.act)).collect(), audit.chain)
}

#[test]
fn r208_the_trail_says_who_did_what_and_where_a_line_is_missing() {
    let world = World::new(2081);
    let mut hall = world.station("石拐区政务服务中心", DISTRICT, LUO_JIE);
    hall.add_person(LIN_FANG);
    hall.add_person(TIAN_WEIGUO);
    hall.lock();
    must("the window", hall.sign_in(LIN_FANG, PIN));
    let case = hall.receive(&SUN_LINA, "YB-001");
    hall.ask(RevealField { id: case, field: Field::Phone, why: Why::Call });
    hall.search(SUN_LINA.id);
    hall.search("孙丽娜");
    let paper = PaperRef { name: PaperName::Receipt, no: 0 };
    let hash = hall.ask(LookAtPaper { id: case, paper, size: Size::A4 }).hash;
    let to = Outlet::Printer { copies: 1 };
    must("printed", hall.print(&PrintPaper { id: case, paper, size: Size::A4, hash, to }));
    world.hub.publish(PackageKind::Roster, &world.hub.roster_with_end(QIMUGE, "2026-12-31"));
    hall.sync(&world.hub);
    assert!(matches!(hall.call(ListAudit { month: day("2026-03-15") }), Err(Failure::Denied { .. })), "not by herself");
    hall.lock();
    must("the administrator", hall.sign_in(LUO_JIE, PIN));
    assert!(matches!(hall.call(ListAudit { month: day("2026-03-15") }), Err(Failure::Denied { .. })));
    hall.lock();
    must("the supervisor", hall.sign_in(TIAN_WEIGUO, PIN));
    let (lines, chain) = trail(&mut hall);
    let of_fang: Vec<Audited> = lines.iter().filter(|(by, _)| by == "林芳").map(|(_, act)| *act).collect();
    let seen = Seen::FieldFor(Field::Phone, Why::Call);
    assert_eq!(
        of_fang,
        [
            Audited::SignedIn,
            Audited::Looked { case, seen },
            Audited::SearchedByNumber,
            Audited::Printed { case, paper: PaperName::Receipt },
            Audited::RightsChanged { version: 2 },
        ],
        "sign-in, reveal, search by id, print, change of roles; a search by name is none"
    );
    let audit = hall.ask(ListAudit { month: day("2026-03-15") });
    let numbered: Vec<&str> =
        audit.lines.iter().map(|line| line.case_number.as_str()).filter(|no| !no.is_empty()).collect();
    assert_eq!(numbered, [hall.page(case).row.number.as_str(); 2], "the look and the print say of which case");
    assert_eq!(chain, Chain::Whole);
    assert!(lines.iter().any(|(by, act)| by == "罗杰" && *act == Audited::SignedIn));

    let folder = must("a folder", tempfile::tempdir());
    let call = ExportAudit { month: day("2026-03-15"), folder: folder.path().to_string_lossy().into_owned() };
    let written = hall.ask(call);
    let text = must("the text", std::fs::read_to_string(folder.path().join(&written.name)));
    assert!(written.name.is_ascii() && text.contains("林芳") && text.ends_with("连续\n"), "{text}");
    for said in ["登录", "按证件号查找", "看了全号：电话，为了打电话", "打印收件回执", "权限变动，人员名册第 2 版"]
    {
        assert!(text.contains(said), "it reads without this program, {said}: {text}");
    }
    assert!(!text.contains("其他") && !text.contains('_'), "every act has a word: {text}");
    assert!(!text.contains(SUN_LINA.id) && !text.contains(SUN_LINA.phone), "never what was looked for");

    let more = 120 - u64::try_from(trail(&mut hall).0.len()).unwrap_or(120);
    for _ in 0..more {
        hall.ask(SearchCases { text: SUN_LINA.id.into(), after: None, limit: 1 });
    }
    let stored = hall.states("audit/");
    assert_eq!((stored.len(), trail(&mut hall).1), (120, Chain::Whole));
    // Somebody with the key takes a line out, or writes another in its place.
    hall.put_state(&stored[118].0, None);
    assert_eq!(trail(&mut hall).1, Chain::BrokenAfter { number: 118 }, "第 118 行后不连续");
    hall.put_state(&stored[118].0, Some(stored[117].1.clone()));
    assert_eq!(trail(&mut hall).1, Chain::BrokenAfter { number: 118 });
}

/// A citizen id of this village with its check sign; the sequence 000 is given to nobody.
fn number(nth: usize) -> String {
    let front = format!("15020519600{:01}{:02}000", nth % 9 + 1, nth % 28 + 1);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = front.chars().zip(weights).map(|(sign, weight)| sign.to_digit(10).unwrap_or(0) * weight).sum();
    let check = some("a sign", "10X98765432".chars().nth(must("a place", usize::try_from(sum % 11))));
    format!("{front}{check}")
}

#[test]
fn r204_a_lost_laptop_is_refused_and_everybody_whose_data_were_on_it_is_listed() {
    let world = World::new(2041);
    let mut lost = world.station("绍卜亥便民服务站", SHAOBUHAI, HAO_ZHIQIANG);
    let mut elsewhere = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut office = world.station("政务服务局", DISTRICT, TIAN_WEIGUO);
    let ids: std::collections::BTreeSet<String> = (0..).map(number).take(23).collect();
    for (nth, id) in ids.iter().enumerate() {
        lost.receive_with(&QIAN_XIUYING, "YB-001", Papers::All, |draft| {
            (draft.person.name, draft.person.citizen_id) = (format!("测试人{nth}"), id.clone());
        });
    }
    lost.receive_with(&QIAN_XIUYING, "MZ-007", Papers::All, |draft| {
        (draft.person.name, draft.person.citizen_id) = ("测试人0".into(), some("an id", ids.first()).clone());
    });
    elsewhere.receive(&SUN_LINA, "YB-001");
    let device_no = office_number(&mut lost);
    world.settle(&mut [&mut lost, &mut elsewhere, &mut office]);

    world.at("2026-03-10T15:00");
    let report = ReportIncident {
        device_no,
        kind: IncidentKind::Lost,
        since: None,
        cause: "3月10日上午在班车上遗失".into(),
        harm: "可能被人冒用".into(),
        measures: "已停用这台电脑；硬盘是加密的；接到陌生电话请核实".into(),
        contact: "0472-0000021".into(),
    };
    assert!(matches!(elsewhere.call(report.clone()), Err(Failure::Denied { .. })), "the supervisor reports");
    let open = ReportIncident { harm: " ".into(), ..report.clone() };
    assert_eq!(office.call(open).err(), Some(Failure::BadValue { code: "incident_empty".into(), arg: String::new() }));
    let incidents = office.ask(report.clone());
    let incident = &incidents.all[0];
    assert_eq!(
        (incident.persons.len(), incident.by.as_str()),
        (23, "田卫国"),
        "each person once, of its villages alone"
    );
    let one = &incident.persons[0];
    assert!(one.id_masked.contains("********") && one.kinds.contains(&DataKind::Number), "{one:?}");
    for wanted in ["2026-03-10 15:00", "23 人", "证件号", "班车", "冒用", "停用", "0472-0000021"] {
        assert!(
            incident.letter.contains(wanted),
            "kind, cause, harm, measures, contact: {wanted} in {}",
            incident.letter
        );
    }
    assert_eq!(incidents.drill_by, None, "no drill yet");
    let drill = office.ask(ReportIncident { kind: IncidentKind::Drill, ..report });
    assert_eq!(drill.drill_by, Some(day("2027-03-10")), "once a year");
    assert_eq!(office.ask(ListIncidents {}), drill);
    let of_lost: Vec<&str> =
        drill.laptops.iter().filter(|one| one.device_no == device_no).map(|one| one.station.as_str()).collect();
    assert_eq!(
        (drill.laptops.len(), of_lost),
        (3, vec!["绍卜亥便民服务站"]),
        "all of the district but its hub, by name"
    );

    world.hub.revoke("绍卜亥便民服务站");
    world.at("2026-03-12T09:00");
    let late = lost.receive(&QIAN_XIUYING, "RS-012");
    lost.sync(&world.hub);
    office.sync(&world.hub);
    assert!(
        office.keeps().iter().all(|(state, _)| state.doc != *late.0.as_bytes()),
        "what 08 brings is refused from then on"
    );
}

#[test]
fn g1_an_entry_that_this_version_cannot_read_keeps_its_place() {
    let world = World::new(2042);
    let mut office = world.station("政务服务局", DISTRICT, TIAN_WEIGUO);
    let later = b"{\"of\":\"a later version\"}".to_vec();
    for register in ["incident/", "entrusted/"] {
        office.put_state(&format!("{register}00000001"), Some(later.clone()));
    }
    let device_no = some("a laptop", office.ask(ListIncidents {}).laptops.first()).device_no;
    let text = || "演练".to_owned();
    office.ask(ReportIncident {
        device_no,
        kind: IncidentKind::Drill,
        since: None,
        cause: text(),
        harm: text(),
        measures: text(),
        contact: text(),
    });
    office.ask(Entrust {
        party: text(),
        purpose: text(),
        kinds: text(),
        device: text(),
        until: day("2026-03-10"),
        key: Key::StaysHere,
    });
    for register in ["incident/", "entrusted/"] {
        let stored = office.states(register);
        let names: Vec<&str> = stored.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, [format!("{register}00000001"), format!("{register}00000002")], "beside it, not over it");
        assert_eq!(stored[0].1, later, "untouched");
    }
}

/// The two digits of a station, as they stand in its numbers.
fn office_number(station: &mut Station) -> u8 {
    let number = station.list()[0].number.clone();
    must("a number", some("digits", number.rsplit('-').nth(1)).parse())
}
