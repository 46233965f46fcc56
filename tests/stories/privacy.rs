//! What people are told and asked about their data, what they take back, and what is shown to whom (S14).

use daiban_model::access::{Action, Denied};
use daiban_model::api::{
    ActOnPerson, Consent, Deletion, Failure, FillFromPerson, FindNeedless, FindPeople, GetMyData, KnownFrom, Masking,
    Needless, OpenPerson, PreviewDraft, RevealFact, Seen, SignatureKind, Why,
};
use daiban_model::case::event::Signature;
use daiban_model::case::need::Private;
use daiban_model::case::{Command as CaseCommand, Refusal};
use daiban_model::person::{self, Care, Command, ConsentBy, Fact, Kind, Purpose, Telling, Wish};
use daiban_model::visit::{Asked, Visit};
use daiban_tests::world::photo::photo;
use daiban_tests::world::{
    BAI_YUNXIA, BAICAIGOU, DISTRICT, GAO_JIANPING, HAO_ZHIQIANG, JIHULUNTU, LIN_FANG, PIN, Papers, QIAN_XIUYING,
    QIMUGE, SHAOBUHAI, SUN_LINA, Station, TIAN_WEIGUO, World, ZHAO_YUNFENG, ZHOU_MEILING, must, some,
};

use crate::kept_people::{act, again, kept, page, register};

#[test]
fn r196_nothing_is_received_or_kept_before_the_notice_was_given() {
    let world = World::new(1511);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    world.at("2026-03-02T09:25");
    let draft = village.draft(&ZHAO_YUNFENG, "MZ-007", Papers::All, |draft| draft.person.told = None);
    let faults = village.ask(PreviewDraft { id: draft }).faults;
    assert_eq!((faults[0].focus.as_str(), faults[0].code.as_str()), ("person.told", "notice_first"));
    let mut call = register(Kind::Person, &[(Fact::Name, "赵云凤")]);
    call.told = None;
    let refused = village.call(call).err();
    assert_eq!(refused, Some(Failure::BadValue { code: "notice_first".into(), arg: String::new() }));

    let taken = village.receive_with(&ZHAO_YUNFENG, "MZ-007", Papers::All, |draft| {
        draft.person.told = Some(Telling::ReadAloud);
        draft.person.keep = Some(Consent::Given);
    });
    let story = village.page(taken.cases[0]).story;
    let told = some("the notice in the case's story", story.iter().find(|line| line.kind == "told"));
    assert_eq!((told.at.local().to_string().as_str(), told.detail.as_str()), ("2026-03-02T09:25:00", "1"));
    let hits = village.ask(FindPeople { text: "赵云凤".into() });
    let KnownFrom::Person(zhao) = hits[0].from else { panic!("she is kept") };
    let (written, version, how) = some("the notice", page(&mut village, zhao).told);
    assert_eq!((version, how, written.by.as_str()), (1, Telling::ReadAloud, "其木格"), "PI-1 v1, read aloud");
}

#[test]
fn r197_each_consent_is_its_own_and_taking_it_back_stops_what_has_not_gone() {
    let world = World::new(1512);
    let mut village = world.station("欣望社区便民服务站", BAICAIGOU, QIMUGE);
    let (case, zhou) = kept(&mut village, &ZHOU_MEILING, "CL-001");
    let consents = page(&mut village, zhou).consents;
    let given: Vec<(Purpose, &str)> = consents.iter().map(|view| (view.purpose, view.to.as_str())).collect();
    assert_eq!(
        given,
        [(Purpose::PassOn, "残疾人联合会"), (Purpose::Keep, "")],
        "to the federation; no picture, nothing else"
    );
    let nameless = Command::Consent { purpose: Purpose::PassOn, to: " ".into(), by: ConsentBy::Own };
    let refused = village.call(ActOnPerson { id: zhou, command: nameless }).err();
    assert_eq!(refused, Some(Failure::PersonRefused { why: person::Refusal::NoReceiver }));

    world.at("2026-03-10T10:00");
    let passing_on = consents[0].stamp;
    let withdrawn = act(&mut village, zhou, Command::WithdrawConsent { consent: passing_on, reason: String::new() });
    assert!(withdrawn.consents[0].withdrawn.is_some(), "at once; what was done stays");
    let hand_over = CaseCommand::HandOver { to: "石拐区残疾人联合会".into() };
    let refused = village.try_act(case, hand_over.clone()).unwrap_err();
    assert_eq!(refused, Failure::Refused { why: Refusal::ConsentWithdrawn { to: "残疾人联合会".into() } });
    // She is asked whether to withdraw the case; or she agrees once more, and it goes on.
    act(
        &mut village,
        zhou,
        Command::Consent { purpose: Purpose::PassOn, to: "残疾人联合会".into(), by: ConsentBy::Own },
    );
    village.act(case, hand_over);
}

#[test]
fn r198_a_childs_guardian_is_asked_up_to_the_day_before_the_fourteenth_birthday() {
    let world = World::new(1513);
    let mut village = world.station("缸房地村便民服务站", BAICAIGOU, QIMUGE);
    let child = daiban_tests::world::Person {
        name: "孙小雨",
        id: "150205201503150008",
        phone: "",
        address: "缸房地村",
        contact: ("", ""),
    };
    let draft = village.draft(&child, "RS-012", Papers::All, |_| ());
    let codes = |village: &mut Station, id| -> Vec<String> {
        village.ask(PreviewDraft { id }).faults.into_iter().map(|fault| fault.code).collect()
    };
    assert_eq!(codes(&mut village, draft), ["guardian_signs", "guardian_empty", "guardian_consent_open"]);
    let (_, id) = {
        let taken = village.receive_with(&child, "RS-012", Papers::All, |draft| {
            draft.person.guardian = "孙丽娜".into();
            draft.person.guardian_relation = "母女".into();
            draft.person.guardian_consent = Some(Consent::Given);
            draft.person.keep = Some(Consent::Given);
            draft.mandate.signature = Some(SignatureKind::Guardian);
            draft.mandate.other = "孙丽娜".into();
            draft.mandate.relation = "母女".into();
            draft.mandate.proof = "户口簿".into();
        });
        let hits = village.ask(FindPeople { text: "孙小雨".into() });
        let KnownFrom::Person(id) = hits[0].from else { panic!("she is kept") };
        assert_eq!(hits[0].id_masked, "****", "one level deeper");
        (taken.cases[0], id)
    };
    let seen = page(&mut village, id);
    assert_eq!(seen.child_until.map(|day| day.to_string()).as_deref(), Some("2029-03-15"));
    let by = ConsentBy::Guardian { name: "孙丽娜".into(), relation: "母女".into() };
    assert!(seen.consents.iter().all(|view| view.by == by), "her mother agreed");
    let own = Command::Consent { purpose: Purpose::Story, to: String::new(), by: ConsentBy::Own };
    let refused = village.call(ActOnPerson { id, command: own }).err();
    assert_eq!(refused, Some(Failure::BadValue { code: "guardian_needed".into(), arg: String::new() }));
    world.at("2029-03-15T09:00");
    assert_eq!(page(&mut village, id).child_until, None, "from her birthday on she is asked herself");
}

#[test]
fn r199_full_numbers_are_shown_to_those_who_may_and_written_down() {
    let world = World::new(1514);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.add_person(BAI_YUNXIA);
    let (_, zhao) = kept(&mut village, &ZHAO_YUNFENG, "MZ-007");
    assert_eq!(page(&mut village, zhao).row.number_masked, "150205********0008");
    assert_eq!(village.ask(RevealFact { id: zhao, fact: Fact::Number, why: Why::FillForm }).value, ZHAO_YUNFENG.id);
    village.lock();
    must("the part-timer", village.sign_in(BAI_YUNXIA, PIN));
    let own = village.ask(register(Kind::Person, &[(Fact::Name, "测试"), (Fact::Number, "150221198510100004")]));
    let refused = village.call(RevealFact { id: own.row.id, fact: Fact::Number, why: Why::FillForm }).err();
    assert_eq!(refused, Some(Failure::Denied { action: Action::Reveal, why: Denied::Role }), "not even of her own");
    assert_eq!(village.ask(FillFromPerson { id: own.row.id }).citizen_id, "", "she types it anew");
    let number = some("her number", own.facts.iter().find(|view| view.fact == Fact::Number));
    assert_eq!(number.masked, Masking::Withheld, "no button is there for her");
    village.lock();
    must("the full-time agent", village.sign_in(QIMUGE, PIN));
    let seen = village.ask(GetMyData { id: zhao }).views.into_iter().map(|line| (line.by, line.seen));
    let look = ("其木格".to_owned(), Seen::FactFor(Fact::Number, Why::FillForm));
    assert!(seen.into_iter().any(|line| line == look), "who looked, and why");
}

#[test]
fn r98_the_care_mark_rests_on_a_consent_and_is_seen_by_those_who_need_it() {
    let world = World::new(1515);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut district = world.station("石拐区政务服务中心", "150205", TIAN_WEIGUO);
    let (_, zhao) = kept(&mut village, &ZHAO_YUNFENG, "MZ-007");
    let care = || Command::Care { needs: [Care::Aged, Care::Alone].into() };
    let refused = village.call(ActOnPerson { id: zhao, command: care() }).err();
    assert_eq!(refused, Some(Failure::PersonRefused { why: person::Refusal::NoConsent }));
    act(&mut village, zhao, Command::Consent { purpose: Purpose::Care, to: String::new(), by: ConsentBy::Own });
    assert_eq!(act(&mut village, zhao, care()).care, [Care::Aged, Care::Alone]);
    world.settle(&mut [&mut village, &mut district]);
    assert_eq!(page(&mut district, zhao).care, [], "a supervisor reads the page and not the mark");
    let consent = page(&mut village, zhao).consents[0].stamp;
    act(&mut village, zhao, Command::WithdrawConsent { consent, reason: String::new() });
    assert_eq!(page(&mut village, zhao).care, [], "taken back: gone at once");
}

#[test]
fn r98_a_care_mark_is_not_seen_in_the_next_village_and_leaves_no_kind_behind() {
    let world = World::new(1521);
    let mut home = world.station("欣望社区便民服务站", BAICAIGOU, QIMUGE);
    let mut next = world.station("绍卜亥便民服务站", SHAOBUHAI, HAO_ZHIQIANG);
    let mut window = world.station("石拐区政务服务中心", DISTRICT, LIN_FANG);
    world.at("2026-03-02T10:00");
    let (_, zhou) = kept(&mut home, &ZHOU_MEILING, "CL-001");
    act(&mut home, zhou, Command::Consent { purpose: Purpose::Care, to: String::new(), by: ConsentBy::Own });
    let marked = act(&mut home, zhou, Command::Care { needs: [Care::Moving, Care::Sight].into() });
    assert_eq!(marked.care, [Care::Sight, Care::Moving], "服务上门，大字，陪同");
    let given = some("a consent of its own", marked.consents.iter().find(|view| view.purpose == Purpose::Care));
    let (consent, on) = (given.stamp, given.written.at.date().to_string());
    assert_eq!(on, "2026-03-02");
    world.settle(&mut [&mut home, &mut next, &mut window]);
    assert_eq!(next.call(OpenPerson { id: zhou }).err(), Some(Failure::NotFound), "郝志强 of the next village");
    assert_eq!(page(&mut window, zhou).care, [Care::Sight, Care::Moving], "the window that serves her now");

    world.at("2026-05-06T10:00");
    act(&mut home, zhou, Command::WithdrawConsent { consent, reason: String::new() });
    world.settle(&mut [&mut home, &mut window]);
    for station in [&mut home, &mut window] {
        let seen = page(station, zhou);
        assert_eq!(seen.care, [], "gone at once");
        let all = format!("{seen:?}");
        assert!(!all.contains("Moving") && !all.contains("Sight"), "the act is kept without the kind");
        assert!(seen.consents.iter().any(|view| view.stamp == consent && view.withdrawn.is_some()));
    }
}

#[test]
fn r202_my_data_lists_cases_consents_and_who_looked() {
    let world = World::new(1516);
    let mut village = world.station("绍卜亥便民服务站", BAICAIGOU, QIMUGE);
    let (first, qian) = kept(&mut village, &QIAN_XIUYING, "RS-012");
    again(&mut village, qian, "RS-002");
    again(&mut village, qian, "RS-003");
    let asked = act(&mut village, qian, Command::Ask { wish: Wish::Copy, words: "留了我什么".into() });
    let request = &asked.requests[0];
    assert_eq!(request.due.map(|day| day.to_string()).as_deref(), Some("2026-03-23"), "15 working days");
    village.act(first, CaseCommand::Withdraw { reason: "不办了".into(), papers_returned: 1 });

    let data = village.ask(GetMyData { id: qian });
    assert_eq!((data.cases.len(), data.consents.len(), data.views.len()), (3, 2, 5), "cases, consents, views");
    assert!(data.facts.iter().any(|(fact, value, _)| *fact == Fact::Number && value == QIAN_XIUYING.id), "whole");
    let withdrawn = some("her first case", data.cases.iter().find(|case| case.row.id == first));
    assert_eq!(withdrawn.keep_until.map(|day| day.to_string()).as_deref(), Some("2036-12-31"), "not deleted before");
    assert!(data.cases.iter().all(|case| case.fields.iter().any(|(_, value)| value == QIAN_XIUYING.name)));
    let wanted = act(&mut village, qian, Command::Ask { wish: Wish::Delete, words: "RS-012 的都删掉".into() });
    assert_eq!(wanted.deletion, Deletion::OpenCases, "two matters are still being handled");
    for case in [data.cases[0].row.id, data.cases[1].row.id, data.cases[2].row.id].into_iter().filter(|id| *id != first)
    {
        village.act(case, CaseCommand::Withdraw { reason: "不办了".into(), papers_returned: 1 });
    }
    let kept_until = page(&mut village, qian).deletion;
    assert_eq!(kept_until, Deletion::KeptUntil { day: jiff::civil::date(2036, 12, 31) }, "档案保管至 2036-12-31");
    let answer = Command::Answer { asked: request.stamp, words: "已打印一份交本人".into() };
    let answered = act(&mut village, qian, answer).requests;
    assert!(answered.iter().any(|it| it.stamp == request.stamp && it.answer.is_some()));
}

#[test]
fn r222_nothing_of_others_stands_in_my_data() {
    let world = World::new(1517);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let (_, zhao) = kept(&mut village, &ZHAO_YUNFENG, "MZ-007");
    kept(&mut village, &SUN_LINA, "MZ-007");
    let data = village.ask(GetMyData { id: zhao });
    assert_eq!(data.cases.len(), 1);
    let all = format!("{data:?}");
    assert!(!all.contains(SUN_LINA.name) && !all.contains(SUN_LINA.id), "nothing of her neighbour");
}

#[test]
fn r195_a_note_tells_nothing_that_the_item_does_not_need() {
    let world = World::new(1530);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = village.receive(&QIAN_XIUYING, "RS-012");
    let fields: Vec<&str> = village.page(case).fields.iter().map(|it| it.field.path()).collect();
    assert!(fields.iter().all(|path| !path.contains("injury") && !path.contains("illness")), "no 疾病: {fields:?}");
    let mut asked = |text: &str, items: &[&str]| {
        let items = items.iter().map(|code| must("a code", code.parse())).collect();
        village.ask(FindNeedless { text: text.into(), items })
    };
    let health = Some(Needless { about: Private::Health, word: "高血压".into() });
    assert_eq!(asked("老人有高血压，请上门", &["RS-012"]), health);
    assert_eq!(asked("老人腿脚不便，请上门", &["RS-012"]), None, "what is needed to come to her");
    assert_eq!(asked("病历上写的高血压", &["YB-012", "RS-012"]), None, "asked for by one of the two");
    let income = Some(Needless { about: Private::Income, word: "月收入".into() });
    assert_eq!(asked("月收入八百", &["YB-012"]), income, "an item about illness asks nothing about money");
    assert_eq!(asked("月收入八百", &["MZ-001"]), None, "低保 does");
    assert_eq!(asked("她信佛", &["MZ-001"]), Some(Needless { about: Private::Faith, word: "信佛".into() }));
}

#[test]
fn r195_the_day_of_an_accident_is_refused_where_nothing_happened() {
    let world = World::new(1531);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut told = |item: &str| {
        let draft = village.draft(&QIAN_XIUYING, item, Papers::All, |it| it.person.injured_on = "2026-02-20".into());
        let faults = village.ask(PreviewDraft { id: draft }).faults;
        faults.into_iter().map(|it| (it.focus, it.code)).collect::<Vec<_>>()
    };
    assert_eq!(told("RS-012"), [("person.injured_on".into(), "not_asked".into())]);
    assert_eq!(told("RS-075"), []);
}

#[test]
fn r210_a_sensitive_matter_stands_in_lists_without_a_name_but_for_its_handler() {
    let world = World::new(1519);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    village.receive(&SUN_LINA, "MZ-015");
    village.receive(&QIAN_XIUYING, "MZ-007");
    world.settle(&mut [&mut village, &mut township]);
    let named = |station: &mut Station| -> Vec<(String, String, String)> {
        station.list().into_iter().map(|row| (row.name, row.id_tail, row.item)).collect()
    };
    assert!(named(&mut village).iter().any(|(name, ..)| name == SUN_LINA.name), "for whoever handles it");
    let seen = named(&mut township);
    assert!(seen.contains(&(String::new(), String::new(), "敏感事项".into())), "{seen:?}");
    assert!(seen.iter().all(|(name, ..)| name != SUN_LINA.name), "no name for anybody else");
    assert_eq!(township.ask(FindPeople { text: "孙丽娜".into() }), [], "nor by a search for people");
}

#[test]
fn r97_a_picture_belongs_to_a_paper_or_to_a_visit_that_was_agreed_to() {
    let world = World::new(1520);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let case = village.receive(&QIAN_XIUYING, "RS-012");
    let second = village.page(case).papers[1].name.clone();
    assert_eq!(second, "本人在场影像或上门核验记录");
    let page = must("line 2, the person present", village.attach(case, &second, "在场.jpg", &photo(1)));
    assert_eq!(page.files.len(), 1);
    let outside = Failure::Refused { why: Refusal::NoLineForPicture };
    for place in ["厨房", ""] {
        let refused = village.attach(case, place, "厨房.jpg", &photo(2)).err();
        assert_eq!(refused, Some(outside.clone()), "no line, no album: {place}");
    }
    let visit = |consent| {
        let at = |text: &str| must("a time", text.parse());
        CaseCommand::RecordVisit(Box::new(Visit {
            booking: None,
            arrived: at("2026-03-02T10:00:00"),
            left: at("2026-03-02T10:30:00"),
            place: "幸福大院3号".into(),
            staff: [QIMUGE, HAO_ZHIQIANG].map(|id| must("a staff number", id.parse())).to_vec(),
            badge: Asked::Yes,
            id_checked: Asked::Yes,
            person_seen: Asked::Yes,
            consent,
            forms: Vec::new(),
            taken: Vec::new(),
            left_there: Vec::new(),
            advice: String::new(),
            beyond: String::new(),
            next: String::new(),
            next_on: None,
            signature: Signature::Hand,
        }))
    };
    village.act(case, visit(Asked::No));
    let refused = village.attach(case, "", "门口.jpg", &photo(3)).err();
    assert_eq!(refused, Some(outside), "a visit without consent is none");
    village.act(case, visit(Asked::Yes));
    must("to the visit, with consent", village.attach(case, "", "门口.jpg", &photo(3)));
}
