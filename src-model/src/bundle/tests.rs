use jiff::civil::{DateTime, date};
use proptest::prelude::*;

use super::*;
use crate::case::event::{
    AcceptanceBasis, Decision, Help, IdCheck, Limits, Outcome, PaperLine, PaperState, Receipt, Way,
};
use crate::case::fold::fold;
use crate::case::{Case, Event, What};
use crate::catalogue::{Catalogue, ItemRow};
use crate::identity::CaseNumber;
use crate::stamp::{Hlc, Stamp, TimeQuality, Wall};

pub(crate) fn catalogue() -> Catalogue {
    let file: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/items.csv"));
    let rows: Vec<ItemRow> = csv::Reader::from_reader(file).deserialize().collect::<Result<_, _>>().unwrap();
    Catalogue::from_rows(1, date(2026, 1, 1), &rows).unwrap()
}

fn rows() -> Vec<BundleRow> {
    let file = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/bundles.json"));
    let tree: serde_json::Value = serde_json::from_str(file).unwrap();
    serde_json::from_value(tree["bundles"].clone()).unwrap()
}

fn bundles() -> Bundles {
    Bundles::from_rows(1, date(2026, 1, 1), &rows(), &catalogue()).unwrap()
}

fn bundle(id: &str) -> Bundle {
    bundles().get(&id.parse().unwrap()).unwrap().clone()
}

/// What a step is called in the file.
fn key(step: &Step) -> &str {
    step.item.as_ref().map_or(step.name.as_str(), ItemCode::as_str)
}

fn no(bundle: &Bundle, wanted: &str) -> StepNo {
    bundle.numbered().find(|(_, step)| key(step) == wanted).unwrap().0
}

fn keys(bundle: &Bundle, steps: impl IntoIterator<Item = StepNo>) -> Vec<&str> {
    steps.into_iter().map(|no| key(bundle.step(no).unwrap())).collect()
}

/// Every question answered with its first answer, but for these.
fn answers(bundle: &Bundle, others: &[(&str, u8)]) -> Answers {
    let first = bundle.asked().into_iter().map(|question| (question.id, 0));
    first.chain(others.iter().map(|(id, place)| ((*id).to_owned(), *place))).collect()
}

fn numbers() -> impl FnMut() -> Result<CaseNumber, NotInCatalogue> {
    let mut counter = 1;
    move || {
        counter += 1;
        Ok(CaseNumber::new("150205000000".parse().unwrap(), date(2026, 3, 9), 1, counter).unwrap())
    }
}

fn order(bundle: &Bundle, others: &[(&str, u8)]) -> Order {
    let chosen = bundle.chosen(&answers(bundle, others)).unwrap();
    bundle.order(1, &chosen, &catalogue(), numbers()).unwrap()
}

/// The acts on a lead and on its members, written one after another.
struct Desk {
    lead: CaseId,
    ms: u64,
    events: BTreeMap<CaseId, Vec<Event>>,
}

impl Desk {
    fn new() -> Self {
        Self {
            lead: CaseId(Uuid::from_u128(0x0195_0000_0000_7000_8000_0000_0000_0100)),
            ms: 0,
            events: BTreeMap::new(),
        }
    }

    fn write(&mut self, case: CaseId, at: &str, what: What) {
        self.ms += 1;
        let at: DateTime = at.parse().unwrap();
        let stamp = Stamp { hlc: Hlc { ms: self.ms, counter: 0 }, device: 1 };
        let (by, unit) = ("SG-000000-05".parse().unwrap(), "150205000000".parse().unwrap());
        let event = Event { stamp, by, unit, at: Wall::at(at), quality: TimeQuality::Confirmed, what };
        self.events.entry(case).or_default().push(event);
    }

    fn received(&mut self, order: Order, promised: Option<Limit>, at: &str) {
        let receipt = Receipt {
            number: CaseNumber::new("150205000000".parse().unwrap(), date(2026, 3, 9), 1, 1).unwrap(),
            item: ItemCode::from(&order.bundle),
            item_name: "一件事".into(),
            catalogue: 1,
            limits: Limits { promised, ..Limits::default() },
            id: IdCheck::Seen,
            taken: None,
            papers: vec![PaperLine { name: "居民身份证".into(), state: PaperState::Original, count: 1 }],
        };
        let lead = self.lead;
        self.write(lead, at, What::Consulted { help: Help::Guidance, way: Way::Window, words: String::new() });
        self.write(lead, at, What::Ordered(Box::new(order)));
        self.write(lead, at, What::Received(receipt));
    }

    fn accepted(&mut self, at: &str) {
        let on = at.parse::<DateTime>().unwrap().date();
        self.write(self.lead, at, What::Accepted { on, basis: AcceptanceBasis::Complete });
    }

    fn opened(&mut self, step: StepNo, at: &str) {
        let lead = self.case();
        let chosen = lead.whole.as_ref().unwrap().order.step(step).unwrap().clone();
        let receipt = Receipt {
            number: chosen.number.unwrap(),
            item: chosen.item.unwrap(),
            item_name: chosen.name,
            limits: chosen.limits,
            ..lead.receipt.unwrap().1
        };
        let handler = "SG-000000-05".parse().unwrap();
        let opening = Opening {
            lead: self.lead,
            step,
            handler,
            help: Help::Guidance,
            mandate: None,
            receipt,
            to: chosen.department,
        };
        self.write(member_id(self.lead, step), at, What::StepOpened(Box::new(opening)));
    }

    fn ended(&mut self, step: StepNo, at: &str, outcome: Outcome) {
        let on = at.parse::<DateTime>().unwrap().date();
        let decision =
            Decision { outcome, on, number: "1".into(), reasons: "不符合条件".into(), valid_until: None };
        self.write(member_id(self.lead, step), at, What::Decided(decision));
    }

    fn case(&self) -> Case {
        let (case, anomalies) = fold(&self.events[&self.lead]);
        assert_eq!(anomalies, [], "everything fits");
        case
    }

    fn progress(&self) -> Progress {
        let lead = self.case();
        let steps = &lead.whole.as_ref().unwrap().order.steps;
        let member = |step: &OrderStep| {
            let (case, anomalies) = fold(self.events.get(&member_id(self.lead, step.no))?);
            assert_eq!(anomalies, [], "everything fits");
            Some((step.no, Member::of(&case)?))
        };
        let members = steps.iter().filter_map(member).collect();
        Progress::of(&lead, &members).unwrap()
    }
}

fn time(text: &str) -> DateTime {
    text.parse().unwrap()
}

#[test]
fn r114_the_24_bundles_are_graphs_of_171_steps() {
    let bundles = bundles();
    let steps = || bundles.all().iter().flat_map(|bundle| &bundle.steps);
    assert_eq!((bundles.all().len(), steps().count()), (24, 171));
    assert_eq!(steps().filter(|step| step.kind == StepKind::Outside).count(), 35, "shown by name, followed by hand");
    let guides = bundles.all().iter().filter(|bundle| bundle.handling == Handling::GuidesOnly);
    assert_eq!(guides.map(|bundle| bundle.id.as_str()).collect::<Vec<_>>(), ["work-injury", "construction"]);
}

#[test]
fn r114_a_prerequisite_that_is_not_chosen_is_replaced_by_its_own() {
    let construction = bundle("construction");
    let special = no(&construction, "ZJ-012");
    let mut chosen: BTreeSet<StepNo> = construction.numbered().map(|(no, _)| no).collect();
    let waits =
        |chosen: &BTreeSet<StepNo>| keys(&construction, construction.waits_for(no(&construction, "ZJ-014"), chosen));
    assert_eq!(waits(&chosen), ["ZJ-012"]);
    chosen.remove(&special);
    assert_eq!(waits(&chosen), ["ZJ-009"], "not a special project: the filing waits for the works permit");
}

#[test]
fn r115_questions_first_then_one_list_in_which_each_paper_stands_once() {
    let newborn = bundle("newborn");
    let open = newborn.chosen(&Answers::new()).unwrap_err();
    assert_eq!(open, ["birth-registered", "maternity-claim"], "nothing is taken for granted");
    let chosen = newborn.chosen(&answers(&newborn, &[])).unwrap();
    let applies = ["WJ-002", "WJ-003", "GA-001", "YB-001", "SW-001", "RS-035"];
    assert_eq!(keys(&newborn, chosen.iter().copied()), applies);

    let papers = newborn.merged_papers(&chosen, &catalogue()).unwrap();
    let names: Vec<&str> = papers.iter().map(|paper| paper.name.as_str()).collect();
    let mut once = names.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), names.len(), "{names:?}");
    let household = papers.iter().find(|paper| paper.name == "居民户口簿").unwrap();
    assert_eq!(keys(&newborn, household.steps.iter().copied()), ["GA-001", "RS-035"], "with the steps that need it");
    assert!(!names.contains(&"出生医学证明"), "WJ-002 makes it: nobody brings it");
}

#[test]
fn r115_the_highest_count_counts() {
    let disabled = bundle("disabled");
    let chosen = disabled.chosen(&answers(&disabled, &[])).unwrap();
    let papers = disabled.merged_papers(&chosen, &catalogue()).unwrap();
    let count = |name: &str| papers.iter().find(|paper| paper.name == name).map(|paper| paper.count);
    assert_eq!(count("近期两寸免冠白底彩照"), Some(3));
    assert_eq!(count("居民身份证"), Some(1));
}

#[test]
fn r121_after_a_death_only_what_applies() {
    let after = bundle("after-death");
    let chosen = after.chosen(&answers(&after, &[])).unwrap();
    let applies = ["WJ-007", "火化证明", "GA-002", "RS-003", "RS-045", "MZ-022", "停发高龄津贴、低保、特困等待遇"];
    assert_eq!(keys(&after, chosen.iter().copied()), applies, "resident pension, no car, no fund, the allowance");
    let left_out: Vec<&str> = after.steps.iter().map(key).filter(|key| !applies.contains(key)).collect();
    let others = ["RS-029", "RS-033", "YB-011", "住房公积金提取（死亡）", "机动车驾驶证注销", "CL-005"];
    assert_eq!(left_out, others, "six of thirteen");
    assert_eq!(after.tone, Tone::Gentle);
    let order = order(&after, &[]);
    let waits = |wanted: &str| keys(&after, order.step(no(&after, wanted)).unwrap().after.iter().copied());
    assert_eq!((waits("GA-002"), waits("RS-003")), (vec!["WJ-007"], vec!["GA-002"]), "registered first");
}

#[test]
fn r118_r119_a_newborn_from_acceptance_to_the_last_step() {
    let newborn = bundle("newborn");
    let step = |key: &str| no(&newborn, key);
    let mut desk = Desk::new();
    desk.received(order(&newborn, &[]), newborn.promised, "2026-03-09T09:50");
    assert_eq!(desk.progress().state, State::Waiting, "nothing is handed out before the acceptance");
    desk.accepted("2026-03-09T10:00");
    let ready: Vec<StepNo> = desk.progress().ready().collect();
    assert_eq!(keys(&newborn, ready), ["WJ-002", "WJ-003"], "handed out together");
    let waits = Standing::Waits { steps: vec![step("WJ-002")] };
    assert_eq!(desk.progress().standing(step("GA-001")), Some(&waits), "and it says for what");
    desk.opened(step("WJ-002"), "2026-03-09T10:00");
    desk.opened(step("WJ-003"), "2026-03-09T10:00");
    desk.ended(step("WJ-002"), "2026-03-10T09:30", Outcome::Granted);
    let ready = Standing::Ready { since: time("2026-03-10T09:30") };
    assert_eq!(desk.progress().standing(step("GA-001")), Some(&ready), "opens as the certificate is there");
    for (of, from, at) in [
        ("GA-001", "2026-03-10T09:30", "2026-03-11T11:00"),
        ("YB-001", "2026-03-11T11:00", "2026-03-12T10:00"),
        ("RS-035", "2026-03-11T11:00", "2026-03-13T09:00"),
        ("SW-001", "2026-03-12T10:00", "2026-03-13T16:00"),
    ] {
        desk.opened(step(of), from);
        desk.ended(step(of), at, Outcome::Granted);
    }
    assert_eq!(desk.progress().state, State::Running, "WJ-003 is still open");
    desk.ended(step("WJ-003"), "2026-03-12T09:00", Outcome::Granted);
    let progress = desk.progress();
    assert_eq!(progress.state, State::Done { at: time("2026-03-13T16:00") }, "done with the last step");
    let verdict = progress.verdict(&desk.case(), &BTreeMap::new()).unwrap();
    assert_eq!((verdict.outcome, verdict.on), (Outcome::Granted, date(2026, 3, 13)), "4 working days of 5");
}

#[test]
fn r119_a_refused_required_step_ends_it_and_a_dropped_optional_one_does_not() {
    let newborn = bundle("newborn");
    let step = |key: &str| no(&newborn, key);
    let begin = || {
        let mut desk = Desk::new();
        desk.received(order(&newborn, &[("maternity-claim", 1)]), newborn.promised, "2026-03-09T09:50");
        desk.accepted("2026-03-09T10:00");
        for key in ["WJ-002", "WJ-003", "YB-021"] {
            desk.opened(step(key), "2026-03-09T10:00");
        }
        desk
    };
    let mut refused = begin();
    refused.ended(step("WJ-002"), "2026-03-10T09:30", Outcome::Denied);
    let progress = refused.progress();
    assert_eq!(progress.state, State::Ended { at: time("2026-03-10T09:30"), refused: step("WJ-002") });
    let member = Member::of(&fold(&refused.events[&member_id(refused.lead, step("WJ-002"))]).0).unwrap();
    let verdict = progress.verdict(&refused.case(), &[(step("WJ-002"), member)].into()).unwrap();
    assert_eq!((verdict.outcome, verdict.reasons.as_str()), (Outcome::Denied, "不符合条件"), "with the step's reasons");
    assert_eq!(progress.standing(step("GA-001")), Some(&Standing::Stuck), "it can never begin");
    let open = Standing::Open { since: time("2026-03-09T10:00") };
    assert_eq!(progress.standing(step("WJ-003")), Some(&open), "goes on as a case by itself");

    let mut optional = begin();
    optional.ended(step("YB-021"), "2026-03-10T09:30", Outcome::Denied);
    assert_eq!(optional.progress().state, State::Running, "the whole stands without it");
    let mut dropped = begin();
    let lead = dropped.lead;
    dropped.write(lead, "2026-03-10T09:30", What::StepDropped { step: step("YB-021"), reason: "不申领了".into() });
    assert_eq!(dropped.progress().standing(step("YB-021")), Some(&Standing::Dropped));
}

#[test]
fn r122_what_rests_on_the_card_waits_for_the_card() {
    let disabled = bundle("disabled");
    let step = |key: &str| no(&disabled, key);
    let wanted: Vec<(String, u8)> = disabled.asked().into_iter().map(|question| (question.id, 1)).collect();
    let mut others: Vec<(&str, u8)> = wanted.iter().map(|(id, no)| (id.as_str(), *no)).collect();
    let (living, device) = (format!("step-{}", step("MZ-010").0), format!("step-{}", step("CL-007").0));
    others.extend([(living.as_str(), 0), (device.as_str(), 0)]);
    let mut desk = Desk::new();
    desk.received(order(&disabled, &others), disabled.promised, "2026-04-28T09:00");
    desk.accepted("2026-04-28T09:30");
    desk.opened(step("CL-001"), "2026-04-28T09:30");
    for (at, until) in [("2026-05-08T17:00", "公示"), ("2026-05-20T17:00", "审批")] {
        let lead = desk.lead;
        desk.write(lead, at, What::Noted { text: until.into() });
        let waits = Standing::Waits { steps: vec![step("CL-001")] };
        assert_eq!(desk.progress().standing(step("MZ-010")), Some(&waits), "not before the card, at {at}");
    }
    desk.ended(step("CL-001"), "2026-05-21T10:00", Outcome::Granted);
    for key in ["MZ-010", "CL-007"] {
        let ready = Standing::Ready { since: time("2026-05-21T10:00") };
        assert_eq!(desk.progress().standing(step(key)), Some(&ready), "{key} on the day of the card");
    }
}

#[test]
fn r128_a_step_outside_is_asked_for_and_answered_by_hand() {
    let transfer = bundle("house-transfer");
    let outside = transfer.numbered().find(|(_, step)| step.kind == StepKind::Outside && step.name.contains('水'));
    let (water, _) = outside.unwrap();
    let wanted = format!("step-{}", water.0);
    let mut desk = Desk::new();
    desk.received(order(&transfer, &[(&wanted, 0)]), None, "2026-03-09T09:00");
    desk.accepted("2026-03-09T09:30");
    let lead = desk.lead;
    desk.write(lead, "2026-03-10T09:00", What::StepAsked { step: water });
    let open = Standing::Open { since: time("2026-03-10T09:00") };
    assert_eq!(desk.progress().standing(water), Some(&open));
    let (outcome, result) = (Outcome::Granted, "户号已更名".to_owned());
    desk.write(lead, "2026-03-26T09:00", What::StepAnswered { step: water, outcome, result });
    let done = Standing::Done { since: time("2026-03-10T09:00"), at: time("2026-03-26T09:00") };
    assert_eq!(desk.progress().standing(water), Some(&done));
    let whole = desk.case().whole.unwrap();
    let answered = whole.outside[&water].answered.as_ref().unwrap();
    assert_eq!((answered.result.as_str(), answered.by.as_str()), ("户号已更名", "SG-000000-05"), "what, and by whom");
}

#[test]
fn every_fault_of_a_list_is_told() {
    let faults = |change: fn(&mut Vec<BundleRow>)| {
        let mut rows = rows();
        change(&mut rows);
        let told = Bundles::from_rows(1, date(2026, 1, 1), &rows, &catalogue()).unwrap_err();
        told.into_iter().map(|(at, fault)| format!("{at} {fault}")).collect::<Vec<_>>()
    };
    let unknown = faults(|rows| rows[0].items[0].item_code = Some("RS-999".into()));
    assert_eq!(unknown[0], "1 bundle newborn: RS-999 is not in the catalogue", "R17");
    assert!(
        unknown.iter().any(|told| told.ends_with("WJ-002 is no step of this bundle")),
        "what rests on it is told too"
    );
    let circle = faults(|rows| rows[0].items[0].after = vec!["SW-001".into()]);
    assert_eq!(circle, ["1 bundle newborn: WJ-002 waits for itself"]);
    let twice = faults(|rows| {
        let first = rows[0].clone();
        rows.push(first);
        rows[1].id = "一件事".into();
        rows[2].id = "RS-075".into();
        rows[3].promised_working_days = Some(1.5);
        rows[4].items.clear();
        rows[5].questions[0].answers[0].steps = vec!["GA-002".into()];
        rows[6].items[1].item_code = rows[6].items[0].item_code.clone();
    });
    for told in [
        "25 bundle newborn: the id is given already",
        "2 bundle 一件事: is no bundle id",
        "3 bundle RS-075: the id is given already",
        "4 bundle disabled: promises a number of days that is none",
        "5 bundle retirement: has no step or too many",
        "6 bundle after-death: GA-002 is asked for and required",
        "7 bundle flexible-worker: RS-048 stands twice",
    ] {
        assert!(twice.iter().any(|found| found == told), "{told} in {twice:?}");
    }
}

#[test]
fn g1_a_package_with_a_circle_does_not_read() {
    let bundles = bundles();
    let mut tree = serde_json::to_value(&bundles).unwrap();
    assert_eq!(serde_json::from_value::<Bundles>(tree.clone()).unwrap(), bundles, "survives the road");
    tree["bundles"][0]["steps"][0]["after"] = serde_json::json!([5]);
    assert!(serde_json::from_value::<Bundles>(tree.clone()).is_err(), "WJ-002 after SW-001 after … WJ-002");
    tree["bundles"][0]["steps"][0]["after"] = serde_json::json!([99]);
    assert!(serde_json::from_value::<Bundles>(tree).is_err(), "a step that is not there");
}

#[test]
fn g3_two_desks_that_open_one_step_open_one_case() {
    let newborn = bundle("newborn");
    let first = no(&newborn, "WJ-002");
    let mut desk = Desk::new();
    desk.received(order(&newborn, &[]), newborn.promised, "2026-03-09T09:50");
    desk.accepted("2026-03-09T10:00");
    desk.opened(first, "2026-03-09T10:00");
    desk.opened(first, "2026-03-09T10:20");
    let open = Standing::Open { since: time("2026-03-09T10:00") };
    assert_eq!(desk.progress().standing(first), Some(&open), "since the earlier one, and nothing is in the way");
    let ids: BTreeSet<CaseId> = newborn.numbered().map(|(no, _)| member_id(desk.lead, no)).collect();
    assert_eq!(ids.len(), newborn.steps.len(), "each step has a case of its own");
    assert!(!ids.contains(&desk.lead));
}

proptest! {
    /// G2: however the acts of two desks arrive, the whole stands in one place.
    #[test]
    fn g2_progress_is_total_order_free_and_idempotent(acts in prop::collection::vec((0u8..9, 0u8..4, 0u64..400), 0..40)) {
        let newborn = bundle("newborn");
        let mut desk = Desk::new();
        desk.received(order(&newborn, &[("birth-registered", 1), ("maternity-claim", 1)]), newborn.promised, "2026-03-09T09:50");
        desk.accepted("2026-03-09T10:00");
        let mut members: BTreeMap<StepNo, Member> = BTreeMap::new();
        for (step, how, minutes) in acts {
            let opened = time("2026-03-09T10:00").saturating_add(jiff::Span::new().minutes(i64::try_from(minutes).unwrap()));
            let outcome = [None, Some(Outcome::Granted), Some(Outcome::Denied), Some(Outcome::Withdrawn)][usize::from(how)];
            let decision = |outcome| Decision {
                outcome, on: opened.date(), number: "1".into(), reasons: String::new(), valid_until: None
            };
            let closed = outcome.map(|outcome| (opened, decision(outcome)));
            members.insert(StepNo(step), Member { opened, closed, delivered: Delivered::No });
        }
        let lead = desk.case();
        let progress = Progress::of(&lead, &members).unwrap();
        prop_assert_eq!(progress.steps.len(), 8, "every step stands somewhere");
        let doubled: Vec<Event> = desk.events[&desk.lead].iter().rev().chain(&desk.events[&desk.lead]).cloned().collect();
        prop_assert_eq!(Progress::of(&fold(&doubled).0, &members), Some(progress.clone()));
        for (no, standing) in &progress.steps {
            if let Standing::Waits { steps } = standing {
                prop_assert!(!steps.is_empty() && !steps.contains(no), "it waits for others, which are named");
            }
        }
        if let State::Done { .. } = progress.state {
            prop_assert!(progress.ready().next().is_none(), "nothing is left to begin");
        }
    }
}
