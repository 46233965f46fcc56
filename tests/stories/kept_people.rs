//! People who are kept at the station: registered once and known the next time, told apart from others, joined when two desks met
//! the same one.

use std::collections::BTreeSet;

use daiban_model::api::{
    ActOnPerson, Consent, DraftPerson, Failure, FillFromPerson, FindPeople, FindTwins, HomeCheck, KnownFrom, Later,
    ListYearly, Masking, OpenPerson, PersonPage, PreviewDraft, ReceiveDraft, RegisterPerson, RevealFact, TwinWhy, Why,
};
use daiban_model::case::event::Way;
use daiban_model::ids::{CaseId, PersonId};
use daiban_model::person::{self, Command, ConsentBy, Fact, Kind, Telling};
use daiban_tests::world::{
    BAI_YUNXIA, BAICAIGOU, GAO_JIANPING, JIHULUNTU, LI_CHUNMEI, LONG_NAME, PIN, Papers, QIAN_XIUYING, QIMUGE, SUN_LINA,
    Station, World, ZHAO_YUNFENG, must, some,
};

/// A case of somebody who agrees that the station keeps their data.
pub(crate) fn kept(station: &mut Station, who: &daiban_tests::world::Person, item: &str) -> (CaseId, PersonId) {
    let taken = station.receive_with(who, item, Papers::All, |draft| draft.person.keep = Some(Consent::Given));
    let hits = station.ask(FindPeople { text: who.name.into() });
    let known = hits.iter().find_map(|hit| match hit.from {
        KnownFrom::Person(id) => Some(id),
        KnownFrom::Case(_) => None,
    });
    (taken.cases[0], some("somebody kept", known))
}

pub(crate) fn page(station: &mut Station, id: PersonId) -> PersonPage {
    *station.ask(OpenPerson { id })
}

pub(crate) fn act(station: &mut Station, id: PersonId, command: Command) -> PersonPage {
    *station.ask(ActOnPerson { id, command })
}

pub(crate) fn register(kind: Kind, facts: &[(Fact, &str)]) -> RegisterPerson {
    RegisterPerson {
        kind,
        facts: facts.iter().map(|(fact, value)| (*fact, (*value).to_owned())).collect(),
        told: Some(Telling::ReadAloud),
        consent: Some(ConsentBy::Own),
        despite_twin: String::new(),
    }
}

/// Another case for somebody who is known, filled in from what is kept.
pub(crate) fn again(station: &mut Station, id: PersonId, item: &str) -> CaseId {
    let filled = *station.ask(FillFromPerson { id });
    let nobody = ZHAO_YUNFENG;
    let taken = station.receive_with(&nobody, item, Papers::All, |draft| {
        draft.person = DraftPerson { told: Some(Telling::Shown), ..filled };
    });
    taken.cases[0]
}

#[test]
fn who_agreed_is_known_the_next_time_and_who_did_not_is_not_kept() {
    let world = World::new(1501);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.receive(&SUN_LINA, "MZ-007");
    let hits = village.ask(FindPeople { text: "孙丽娜".into() });
    assert!(matches!(hits[0].from, KnownFrom::Case(_)), "without a yes only her case knows her");

    let (case, qian) = kept(&mut village, &QIAN_XIUYING, "RS-012");
    for typed in ["秀英", "qxy", "qianxiuying", "0002"] {
        let hits = village.ask(FindPeople { text: typed.into() });
        let ours: Vec<_> = hits.iter().filter(|hit| hit.from == KnownFrom::Person(qian)).collect();
        assert_eq!(ours.len(), 1, "{typed}: once, and not once more for her case");
        assert_eq!(ours[0].id_masked, "150205********0002");
        assert_eq!(ours[0].open.len(), 1, "what she has open is said with her name");
    }
    let second = again(&mut village, qian, "MZ-007");
    let page = page(&mut village, qian);
    assert_eq!(page.cases.iter().map(|row| row.id).collect::<BTreeSet<_>>(), [case, second].into());
    assert_eq!(page.row.place, "白菜沟嘎查", "kept in the village she was registered in");
    let number = some("a number", page.facts.iter().find(|view| view.fact == Fact::Number));
    assert_eq!((number.value.as_str(), number.masked), ("150205********0002", Masking::Masked));
}

#[test]
fn a_case_keeps_what_was_received_whatever_becomes_of_the_person() {
    let world = World::new(1502);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let (case, qian) = kept(&mut village, &QIAN_XIUYING, "RS-012");
    let typed =
        Command::Type { fact: Fact::Phone, from: String::new(), to: "13800138000".into(), reason: String::new() };
    let page = act(&mut village, qian, typed);
    let phone = some("a phone", page.facts.iter().find(|view| view.fact == Fact::Phone));
    assert_eq!(phone.value, "138****8000");
    let evidence = village.page(case);
    let phone = evidence.fields.iter().find(|view| view.field == daiban_model::case::field::Field::Phone);
    assert_eq!(phone.map(|view| view.value.as_str()), Some("0472-***0001"), "as it was received");
    assert!(evidence.fields.iter().all(|view| !view.value.contains(&qian.to_string())), "who it points to is no field");
}

#[test]
fn r83_numbers_are_checked_and_what_they_say_is_corrected_with_a_reason_only() {
    let world = World::new(1503);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let refused = |village: &mut Station, kind, fact, value: &str| match village
        .call(register(kind, &[(Fact::Name, "测试"), (fact, value)]))
    {
        Err(Failure::BadValue { code, arg }) => (code, arg),
        other => panic!("{value}: {:?}", other.map(|page| page.row)),
    };
    for (kind, number, code, arg) in [
        (Kind::Person, "150205200102290005", "id_no_such_date", ""),
        (Kind::Person, "110105194912310021", "id_check_sign", "X"),
        (Kind::Person, "150205450820000", "id_fifteen", ""),
        (Kind::Enterprise, "91150205MA0000007B", "credit_check_sign", "A"),
        (Kind::Enterprise, "91150205MA000000", "credit_length", "16"),
    ] {
        assert_eq!(refused(&mut village, kind, Fact::Number, number), (code.into(), arg.into()), "{number}");
    }
    // A division code that is not known any more is no reason to refuse; a small x is stored large.
    let old = village.ask(register(Kind::Person, &[(Fact::Name, "测试"), (Fact::Number, "150221198510100004")]));
    assert_eq!(old.row.born_year, Some(1985));
    let li =
        village.ask(register(Kind::Person, &[(Fact::Name, LI_CHUNMEI.name), (Fact::Number, "41152519880506000x")]));
    let whole = village.ask(RevealFact { id: li.row.id, fact: Fact::Number, why: Why::FillForm }).value;
    assert_eq!(whole, LI_CHUNMEI.id);

    let born = |reason: &str| ActOnPerson {
        id: li.row.id,
        command: Command::Type {
            fact: Fact::Born,
            from: String::new(),
            to: "1988-05-16".into(),
            reason: reason.into(),
        },
    };
    let refused = village.call(born("")).err();
    assert_eq!(refused, Some(Failure::BadValue { code: "reason_needed".into(), arg: String::new() }));
    let corrected = village.ask(born("户口簿上是 5 月 16 日"));
    let value = corrected.facts.iter().find(|view| view.fact == Fact::Born).map(|view| view.value.as_str());
    assert_eq!(value, Some("1988-05-16"));
}

#[test]
fn r84_without_phone_number_or_household_people_are_served() {
    let world = World::new(1504);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let (_, zhao) = kept(&mut village, &ZHAO_YUNFENG, "MZ-007");
    let zhao = page(&mut village, zhao);
    let value = |fact: Fact| zhao.facts.iter().find(|view| view.fact == fact).map(|view| view.value.as_str());
    assert_eq!(value(Fact::Phone), None, "无电话");
    assert_eq!((value(Fact::Contact), value(Fact::ContactPhone)), (Some("钱秀英"), Some("0472-***0001")));
    // 李春梅, household in 411525: what the law gives is not refused for a missing local household.
    let (injury, li) = kept(&mut village, &LI_CHUNMEI, "RS-075");
    assert_eq!(page(&mut village, li).household, None);
    village.hand_over(injury);
    // Nobody knows her number today: she is kept by name and date of birth.
    let unknown = village.ask(register(Kind::Person, &[(Fact::Name, "其其格"), (Fact::Born, "1952-06-01")]));
    assert_eq!((unknown.row.number_masked.as_str(), unknown.row.born_year), ("", Some(1952)));
}

#[test]
fn r86_long_names_are_kept_whole_and_two_of_one_name_are_told_apart() {
    let world = World::new(1505);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let (_, long) = kept(&mut village, &LONG_NAME, "MZ-007");
    assert_eq!(page(&mut village, long).row.name, "阿丽米热·买买提依明·吐尔逊江·阿卜杜热合曼");
    let older = village.ask(register(Kind::Person, &[(Fact::Name, "王芳"), (Fact::Born, "1952-06-01")]));
    let younger = village.ask(register(Kind::Person, &[(Fact::Name, "王芳"), (Fact::Born, "1990-06-01")]));
    let told = |page: &PersonPage| (page.row.name.clone(), page.row.born_year, page.row.place.clone());
    assert_eq!(told(&older), ("王芳".into(), Some(1952), "白菜沟嘎查".into()));
    assert_ne!(told(&older), told(&younger), "by the year of birth");
    village.ask(register(Kind::Person, &[(Fact::Name, "吴桂英"), (Fact::Born, "1960-01-01")]));
    village.ask(register(Kind::Person, &[(Fact::Name, "乌云"), (Fact::Born, "1961-01-01")]));
    let found = village.ask(daiban_model::api::FindPeople { text: "w".into() });
    let listed: Vec<(&str, Option<i16>)> = found.iter().map(|hit| (hit.name.as_str(), hit.born_year)).collect();
    let wanted = [("王芳", Some(1952)), ("王芳", Some(1990)), ("吴桂英", Some(1960)), ("乌云", Some(1961))];
    assert_eq!(listed, wanted, "in the order of pinyin, two of one name by the year of birth");
    assert!(found.iter().all(|hit| hit.place == "白菜沟嘎查"), "and by the village");
    let too_long = "阿".repeat(51);
    let refused = village.call(register(Kind::Person, &[(Fact::Name, &too_long)])).err();
    assert_eq!(refused, Some(Failure::BadValue { code: "too_long".into(), arg: "50".into() }));
}

#[test]
fn r88_the_same_person_and_item_open_anywhere_on_this_machine_is_said_before_saving() {
    let world = World::new(1506);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.add_person(BAI_YUNXIA);
    let (first, qian) = kept(&mut village, &QIAN_XIUYING, "RS-012");
    let number = village.page(first).row.number;
    world.at("2026-03-05T10:00");
    let draft = village.draft(&QIAN_XIUYING, "RS-012", Papers::All, |draft| draft.person.known = Some(qian));
    assert_eq!(village.ask(PreviewDraft { id: draft }).open[0].number, number, "已有办件");
    let faults = match village.call(ReceiveDraft { id: draft }) {
        Err(Failure::DraftFaults { faults }) => faults,
        other => panic!("{other:?}"),
    };
    assert_eq!((faults[0].code.as_str(), faults[0].arg.as_str()), ("open_already", number.as_str()));
    // Without her number at hand she is still the one whose matter is open.
    let draft = village.draft(&QIAN_XIUYING, "RS-012", Papers::All, |draft| {
        (draft.person.known, draft.person.citizen_id, draft.person.id_later) =
            (Some(qian), String::new(), Later::Absent);
    });
    assert_eq!(village.ask(PreviewDraft { id: draft }).open.len(), 1);
    // A colleague who may not see the case hears of it all the same, and of nothing else.
    village.lock();
    must("the part-timer", village.sign_in(BAI_YUNXIA, PIN));
    let draft = village.draft(&QIAN_XIUYING, "RS-012", Papers::All, |_| ());
    let open = village.ask(PreviewDraft { id: draft }).open;
    assert_eq!(open.iter().map(|matter| matter.number.as_str()).collect::<Vec<_>>(), [number.as_str()]);
    assert_eq!(village.call(OpenPerson { id: qian }).err(), Some(Failure::NotFound));
}

#[test]
fn somebody_who_looks_like_one_who_is_known_is_asked_about() {
    let world = World::new(1507);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    village.add_person(BAI_YUNXIA);
    let (_, qian) = kept(&mut village, &QIAN_XIUYING, "RS-012");
    for (name, number, born, why) in [
        ("钱秀英", QIAN_XIUYING.id, "", Some(TwinWhy::SameNumber)),
        ("张三", QIAN_XIUYING.id, "", Some(TwinWhy::SameNumber)),
        ("钱秀英", "", "1958-07-04", Some(TwinWhy::SameNameAndBirth)),
        ("钱秀瑛", "", "1958-07-04", Some(TwinWhy::AlikeNameAndBirth)),
        ("钱秀英", "", "1958-07-05", None),
        ("孙丽娜", "", "1958-07-04", None),
        ("钱秀英", "15020519580704", "", None),
    ] {
        let (name, number, born) = (name.into(), number.into(), born.into());
        let twins = village.ask(FindTwins { kind: Kind::Person, name, number, born });
        assert_eq!(twins.iter().map(|twin| twin.why).collect::<Vec<_>>(), why.into_iter().collect::<Vec<_>>());
    }
    let mut call = register(Kind::Person, &[(Fact::Name, "钱秀瑛"), (Fact::Born, "1958-07-04")]);
    let refused = village.call(call.clone()).err();
    assert_eq!(refused, Some(Failure::BadValue { code: "twin_known".into(), arg: String::new() }));
    call.despite_twin = "是她妹妹，同一天登记的生日".into();
    let sister = village.ask(call);
    assert_eq!(sister.twins[0].person.as_ref().map(|row| row.id), Some(qian), "and the page goes on asking");
    // Whoever may not see her learns that there is somebody, where, and whom to ask.
    village.lock();
    must("the part-timer", village.sign_in(BAI_YUNXIA, PIN));
    let (name, number) = ("钱秀英".into(), QIAN_XIUYING.id.into());
    let twins = village.ask(FindTwins { kind: Kind::Person, name, number, born: String::new() });
    assert_eq!((twins[0].person.clone(), twins[0].place.as_str()), (None, "白菜沟嘎查"));
    assert_eq!(twins[0].by, "其木格");
}

/// Two laptops without a road register the same woman, the second under a name heard on the phone.
fn two_of_one(world: &World) -> (Station, Station, PersonId, PersonId) {
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut township = world.station("吉忽伦图苏木便民服务中心", JIHULUNTU, GAO_JIANPING);
    let (_, here) = kept(&mut village, &ZHAO_YUNFENG, "MZ-007");
    let draft = daiban_tests::world::Person { name: "赵云风", ..ZHAO_YUNFENG };
    let (_, there) = kept(&mut township, &draft, "MZ-007");
    (village, township, here, there)
}

#[test]
fn two_laptops_accept_the_same_person_and_find_it_out_when_they_meet() {
    let world = World::new(1508);
    let (mut village, mut township, here, there) = two_of_one(&world);
    world.settle(&mut [&mut village, &mut township]);
    let seen = page(&mut township, here);
    assert_eq!(seen.twins.len(), 1, "the same number");
    assert_eq!((seen.twins[0].why, seen.twins[0].place.as_str()), (TwinWhy::SameNumber, "吉忽伦图苏木"));
    let reason = || "同一证件号，本人确认".to_owned();
    let joined = act(&mut township, here, Command::Join { other: there, reason: reason() });
    assert_eq!((joined.joined.len(), joined.twins.len(), joined.cases.len()), (1, 0, 2), "one person, two cases");
    let name = some("a name", joined.facts.iter().find(|view| view.fact == Fact::Name));
    assert_eq!((name.value.as_str(), name.others.as_slice()), ("赵云凤", &["赵云风".to_owned()][..]), "both are kept");
    let twice = township.call(ActOnPerson { id: here, command: Command::Join { other: there, reason: reason() } });
    let stands = Failure::PersonRefused { why: person::Refusal::StandsAlready };
    assert_eq!(twice.err(), Some(stands));

    world.settle(&mut [&mut village, &mut township]);
    let at_village = page(&mut village, here);
    assert_eq!(at_village.cases.len(), 1, "a village does not see the township's own cases");
    // It was a mistake: parting puts everything where it was, and the story of both keeps both acts.
    let parted = act(&mut township, there, Command::Part { other: here, reason: "是两个人".into() });
    assert_eq!((parted.joined.len(), parted.twins.len()), (0, 1));
    world.settle(&mut [&mut village, &mut township]);
    assert_eq!(page(&mut township, here).joined, []);
    assert_eq!(village.knows().len(), 2, "nothing was lost at the village");
    assert_eq!(world.hub.verify().faults, []);
}

#[test]
fn two_desks_that_join_and_part_apart_from_each_other_end_equal() {
    let world = World::new(1509);
    let mut one = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut two = world.station("白菜沟幸福大院代办点", BAICAIGOU, QIMUGE);
    let person = |station: &mut Station, name: &str, despite: &str| {
        let mut call = register(Kind::Person, &[(Fact::Name, name), (Fact::Born, "1958-07-04")]);
        call.despite_twin = despite.into();
        station.ask(call).row.id
    };
    let a = person(&mut one, "钱秀英", "");
    let b = person(&mut one, "钱秀瑛", "没带证件");
    let c = person(&mut one, "钱秀莹", "没带证件");
    world.settle(&mut [&mut one, &mut two]);
    let join = |other, reason: &str| Command::Join { other, reason: reason.into() };
    act(&mut one, a, join(b, "本人确认"));
    act(&mut two, c, join(a, "本人确认"));
    act(&mut two, a, join(b, "户口簿"));
    act(&mut one, b, Command::Part { other: a, reason: "看错了".into() });
    for _ in 0..2 {
        world.settle(&mut [&mut one, &mut two]);
    }
    let all = |station: &mut Station, id| -> BTreeSet<PersonId> {
        page(station, id).joined.iter().map(|row| row.id).chain([id]).collect()
    };
    for station in [&mut one, &mut two] {
        for id in [a, b, c] {
            assert_eq!(all(station, id), [a, b, c].into(), "a join that the other desk had not seen stands");
        }
    }
    assert_eq!(one.knows(), two.knows());
    act(&mut two, a, Command::Part { other: b, reason: "是姐妹".into() });
    world.settle(&mut [&mut one, &mut two]);
    for station in [&mut one, &mut two] {
        assert_eq!((all(station, a), all(station, b)), ([a, c].into(), [b].into()), "now both joins were known");
    }
}

#[test]
fn a_household_knows_who_belongs_to_it() {
    let world = World::new(1510);
    let mut village = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
    let mut call = register(Kind::Household, &[(Fact::Name, "钱秀英家"), (Fact::Head, "钱秀英")]);
    (call.told, call.consent) = (None, None);
    let household = village.ask(call).row.id;
    let (_, qian) = kept(&mut village, &QIAN_XIUYING, "RS-012");
    let belongs =
        Command::Type { fact: Fact::Household, from: String::new(), to: household.to_string(), reason: String::new() };
    let seen = some("a household", act(&mut village, qian, belongs).household);
    assert_eq!((seen.id, seen.head.as_str()), (household, "钱秀英"));
    assert_eq!(seen.members.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["钱秀英"]);
    assert_eq!(page(&mut village, household).household, Some(seen), "the same from the household's own page");
    let firm = village.ask(register(
        Kind::Enterprise,
        &[(Fact::Name, "石拐区测试建材有限公司"), (Fact::Number, "91150205MA0000007A"), (Fact::Contact, "吴海燕")],
    ));
    assert_eq!(firm.row.number_masked, "91150205MA0000007A", "a credit code is public");
    assert_eq!(firm.household, None);
}

#[test]
fn r113_a_yearly_check_is_listed_a_month_before_and_done_at_her_door() {
    let world = World::new(1531);
    let mut village = world.station("绍卜亥便民服务站", BAICAIGOU, QIMUGE);
    world.at("2026-02-01T09:00");
    let (_, qian) = kept(&mut village, &QIAN_XIUYING, "RS-003");
    let checked = |item: &str, on: &str, way| {
        let (item, on) = (must("an item", item.parse()), must("a day", on.parse()));
        Command::Check(person::Checked { item, on, way })
    };
    let refused = |station: &mut Station, command| station.call(ActOnPerson { id: qian, command }).err();
    let no_such = Some(Failure::PersonRefused { why: person::Refusal::NoSuchCheck });
    assert_eq!(refused(&mut village, checked("MZ-007", "2025-03-20", Way::Window)), no_such, "no yearly duty");
    assert_eq!(
        refused(&mut village, checked("RS-012", "2026-02-02", Way::Window)),
        no_such,
        "nobody was there tomorrow"
    );
    act(&mut village, qian, checked("RS-012", "2025-03-20", Way::Window));
    world.at("2026-02-17T09:00");
    assert_eq!(village.ask(ListYearly {}), [], "not yet");
    world.at("2026-02-18T09:00");
    let list = village.ask(ListYearly {});
    let [line] = list.as_slice() else { panic!("one check: {list:?}") };
    assert_eq!((line.person.id, line.due.to_string(), line.home), (qian, "2026-03-20".into(), HomeCheck::Offered));
    world.at("2026-04-20T09:00");
    assert_eq!(village.ask(ListYearly {}).len(), 1, "whoever did not come stays on the list, and nothing is stopped");
    world.at("2026-04-21T09:00");
    act(&mut village, qian, checked("RS-012", "2026-03-03", Way::Home));
    assert_eq!(village.ask(ListYearly {}), [], "done at her door");
    let check = some("the check", page(&mut village, qian).checks.into_iter().find(|view| view.last.is_some()));
    assert_eq!(check.due.map(|day| day.to_string()).as_deref(), Some("2027-03-03"));
    assert_eq!(village.refold(), [], "found by what the document says");
}
