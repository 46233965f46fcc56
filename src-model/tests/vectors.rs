//! Every published test vector: identifiers, masks, case numbers and the 107 deadlines. A failing entry is named.
#![expect(clippy::unwrap_used, reason = "a vector that cannot be read must stop the test")]

use std::fmt::Debug;

use daiban_model::calendar::{Calendar, CalendarYear};
use daiban_model::deadline::{
    Clock, Due, Limit, NoticeClock, NoticeRule, OfficeHours, Roll, Stop, StopKind, before, keep_until,
};
use daiban_model::identity::{
    BankCard, CaseNumber, CitizenId, CitizenIdFault, CreditCode, CreditCodeFault, Phone, PhoneKind, Postcode, Sex,
    public_address,
};
use jiff::civil::{Date, DateTime, Time};
use serde_json::Value;

fn vectors() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/vectors.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn calendar() -> Calendar {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/data/calendar.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no text {key} in {value}"))
}

fn day(value: &Value) -> Option<Date> {
    value.as_str().map(|text| text.parse().unwrap())
}

fn number(value: &Value) -> Option<u16> {
    value.as_u64().map(|n| u16::try_from(n).unwrap())
}

/// Collects what differs, so that one run names every failing entry.
#[derive(Default)]
struct Report {
    checked: usize,
    wrong: Vec<String>,
}

impl Report {
    fn same<T: PartialEq + Debug>(&mut self, entry: &str, what: &str, found: T, expected: T) {
        self.checked += 1;
        if found != expected {
            self.wrong.push(format!("{entry}: {what} is {found:?}, expected {expected:?}"));
        }
    }

    fn done(self, at_least: usize) {
        assert!(
            self.wrong.is_empty(),
            "{} of {} checks fail:\n{}",
            self.wrong.len(),
            self.checked,
            self.wrong.join("\n")
        );
        assert!(self.checked >= at_least, "only {} checks ran, so some vectors were not read", self.checked);
    }
}

const TODAY: Date = Date::constant(2026, 3, 2);

#[test]
fn all_citizen_ids_pass() {
    let (vectors, mut report) = (vectors(), Report::default());
    let ids = &vectors["citizen_ids"];
    for entry in list(ids, "good") {
        let id = text(entry, "id");
        match CitizenId::parse(id, TODAY) {
            Ok(parsed) => {
                report.same(id, "stored form", parsed.reveal(), id);
                report.same(id, "birth", Some(parsed.birth()), day(&entry["birth"]));
                let sex = if text(entry, "sex") == "F" { Sex::Female } else { Sex::Male };
                report.same(id, "sex", parsed.sex(), sex);
            }
            Err(fault) => report.same(id, "fault", Some(fault), None),
        }
    }
    for entry in list(ids, "accept_and_normalise") {
        let found = CitizenId::parse(text(entry, "input"), TODAY).map(|id| id.reveal().to_owned());
        report.same(text(entry, "input"), "stored form", found, Ok(text(entry, "store").to_owned()));
    }
    for entry in list(ids, "bad") {
        let reason = CitizenId::parse(text(entry, "id"), TODAY).map_err(|fault| match fault {
            CitizenIdFault::Empty => "empty",
            CitizenIdFault::FifteenDigits => "fifteen",
            CitizenIdFault::Length { .. } => "length",
            CitizenIdFault::Character { .. } => "charset",
            CitizenIdFault::NoSuchDate => "date",
            CitizenIdFault::InFuture => "future",
            CitizenIdFault::CheckSign { .. } => "check",
        });
        report.same(text(entry, "id"), "reason", reason, Err(text(entry, "reason")));
    }
    report.done(17 * 3 + 3 + 14);
}

#[test]
fn all_credit_codes_pass() {
    let (vectors, mut report) = (vectors(), Report::default());
    let codes = &vectors["credit_codes"];
    let parse = |typed: &str| CreditCode::parse(typed).map(|code| code.reveal().to_owned());
    for entry in list(codes, "good") {
        report.same(text(entry, "code"), "stored form", parse(text(entry, "code")), Ok(text(entry, "code").to_owned()));
    }
    for entry in list(codes, "accept_and_normalise") {
        report.same(
            text(entry, "input"),
            "stored form",
            parse(text(entry, "input")),
            Ok(text(entry, "store").to_owned()),
        );
    }
    for entry in list(codes, "bad") {
        let reason = CreditCode::parse(text(entry, "code")).map_err(|fault| match fault {
            CreditCodeFault::Empty => "empty",
            CreditCodeFault::OldRegistration => "old",
            CreditCodeFault::Length { .. } => "length",
            CreditCodeFault::Character { .. } => "charset",
            CreditCodeFault::CheckSign { .. } => "check",
            CreditCodeFault::Organisation { .. } => "organisation",
        });
        report.same(text(entry, "code"), "reason", reason, Err(text(entry, "reason")));
    }
    report.done(8 + 2 + 7);
}

#[test]
fn all_phones_cards_and_postcodes_pass() {
    let (vectors, mut report) = (vectors(), Report::default());
    for entry in list(&vectors["phones"], "good") {
        let kind = if text(entry, "kind") == "mobile" { PhoneKind::Mobile } else { PhoneKind::Landline };
        let found = Phone::parse(text(entry, "input")).map(|phone| (phone.reveal().to_owned(), phone.kind()));
        report.same(text(entry, "input"), "stored form", found, Ok((text(entry, "store").to_owned(), kind)));
    }
    for entry in list(&vectors["phones"], "bad") {
        report.same(text(entry, "input"), "refused", Phone::parse(text(entry, "input")).is_err(), true);
    }
    for card in list(&vectors["bank_cards"], "good") {
        let typed = card.as_str().unwrap();
        let found = BankCard::parse(typed).map(|card| card.reveal().to_owned());
        report.same(typed, "stored form", found, Ok(typed.to_owned()));
    }
    for entry in list(&vectors["bank_cards"], "bad") {
        report.same(text(entry, "card"), "refused", BankCard::parse(text(entry, "card")).is_err(), true);
    }
    for (key, accepted) in [("good", true), ("bad", false)] {
        for postcode in list(&vectors["postcodes"], key) {
            let typed = postcode.as_str().unwrap();
            report.same(typed, "accepted", Postcode::parse(typed).is_ok(), accepted);
        }
    }
    report.done(8 + 6 + 3 + 2 + 1 + 3);
}

#[test]
fn all_masks_pass() {
    let (vectors, mut report) = (vectors(), Report::default());
    for entry in list(&vectors, "masks") {
        let (kind, full) = (text(entry, "kind"), text(entry, "in"));
        let phone = || Phone::parse(full).unwrap();
        let found = match kind {
            "citizen_id" => CitizenId::parse(full, TODAY).unwrap().to_string(),
            "mobile on screen lists" => phone().to_string(),
            "mobile on a slip" => phone().on_slip(),
            // A public notice has no column for a phone at all (R185).
            "mobile in a public notice" => String::new(),
            "address in a public notice" => public_address(full).to_owned(),
            "bank card" => BankCard::parse(full).unwrap().to_string(),
            other => panic!("no mask is known for {other}"),
        };
        report.same(full, kind, found.as_str(), text(entry, "out"));
    }
    report.done(7);
}

#[test]
fn all_case_numbers_pass() {
    let (vectors, mut report) = (vectors(), Report::default());
    for entry in list(&vectors["case_numbers"], "good") {
        let no = text(entry, "no");
        report.same(no, "read and written", no.parse::<CaseNumber>().map(|no| no.to_string()), Ok(no.to_owned()));
        let unit = text(entry, "unit").split(' ').next().unwrap().parse().unwrap();
        report.same(no, "unit", no.parse::<CaseNumber>().map(|no| no.unit()), Ok(unit));
    }
    for entry in list(&vectors["case_numbers"], "bad") {
        report.same(text(entry, "no"), "refused", text(entry, "no").parse::<CaseNumber>().is_err(), true);
    }
    report.done(3 * 2 + 2);
}

#[test]
fn all_of_the_deadlines_pass() {
    let (vectors, mut report) = (vectors(), Report::default());
    let deadlines = list(&vectors, "deadlines");
    assert_eq!(deadlines.len(), 107, "D01 to D107");
    for entry in deadlines {
        let mut calendar = calendar();
        for extra in ["extra_calendar", "local_layer"] {
            if let Ok(year) = serde_json::from_value::<CalendarYear>(entry[extra].clone()) {
                calendar = calendar.with(year).unwrap();
            }
        }
        match text(entry, "unit") {
            "notice" => notice(entry, &calendar, &mut report),
            "half_day" => half_day(entry, &vectors, &calendar, &mut report),
            "back" => {
                let found = before(&calendar, day(&entry["start"]).unwrap(), number(&entry["n"]).unwrap());
                let expected = &entry["expected"];
                let (end, safe) = (day(&expected["end"]), day(&expected["safe"]));
                report.same(text(entry, "id"), "end and safe", (Some(found.raw), Some(found.safe)), (end, safe));
            }
            "archive_years" => {
                let found = keep_until(day(&entry["start"]).unwrap(), number(&entry["n"]).unwrap());
                report.same(text(entry, "id"), "end", Some(found), day(&entry["expected"]["end"]));
            }
            "chain" => chain(entry, &calendar, &mut report),
            _ => plain(entry, &calendar, &mut report),
        }
    }
    report.done(250);
}

fn limit(entry: &Value) -> Option<Limit> {
    let n = number(&entry["n"])?;
    let roll = if entry["roll"] == Value::Bool(false) { Roll::Stay } else { Roll::ToWorkingDay };
    Some(match text(entry, "unit") {
        "working_days" => Limit::WorkingDays(n),
        "calendar_days" => Limit::CalendarDays { n, roll },
        "months" => Limit::Months { n, roll },
        "years" => Limit::Years { n, roll },
        other => panic!("no limit is known for {other}"),
    })
}

fn stops(entry: &Value) -> Vec<Stop> {
    let kind = |reason: &str| match reason {
        "检测" => StopKind::Testing,
        "专家评审" => StopKind::ExpertReview,
        "听证" => StopKind::Hearing,
        "鉴定" => StopKind::Appraisal,
        "检验" => StopKind::Inspection,
        "等待法院结论" => StopKind::AwaitedConclusion,
        other => panic!("no stop is known for {other}"),
    };
    let stop = |stop: &Value| Stop {
        from: day(&stop["from"]).unwrap(),
        to: day(&stop["to"]),
        kind: kind(text(stop, "reason")),
    };
    list(entry, "stops").iter().map(stop).collect()
}

fn plain(entry: &Value, calendar: &Calendar, report: &mut Report) {
    let (id, expected) = (text(entry, "id"), &entry["expected"]);
    let clock = Clock::new(day(&entry["start"]).unwrap(), limit(entry))
        .extended_by(number(&entry["extend"]).unwrap_or(0))
        .with_stops(&stops(entry));
    let due = clock.due(calendar);
    report.same(id, "end", due.date(), day(&expected["end"]));
    report.same(id, "provisional", due.is_provisional(), expected["provisional"].as_bool().unwrap_or(false));
    if !expected["used"].is_null() {
        let counts = |key: &str| u32::from(number(&expected[key]).unwrap());
        report.same(id, "counts", due, Due::Paused { used: counts("used"), left: counts("left") });
    }
    if !expected["message"].is_null() {
        report.same(id, "state", due, Due::Unknown);
    }
    if let Some(raw) = day(&expected["raw_end"]) {
        report.same(id, "raw end", clock.raw_end(calendar), Some(raw));
        report.same(id, "reason", clock.reason(calendar).rolled_from, Some(raw));
    } else if let Some(end) = due.date().filter(|_| entry["unit"] != "working_days") {
        report.same(id, "raw end", clock.raw_end(calendar), Some(end));
    }
}

fn notice(entry: &Value, calendar: &Calendar, report: &mut Report) {
    let (id, expected) = (text(entry, "id"), &entry["expected"]);
    let rule = NoticeRule { limit: Limit::WorkingDays(number(&entry["n"]).unwrap()), ..NoticeRule::default() };
    let clock = NoticeClock {
        given: day(&entry["notice_given"]),
        complete: day(&entry["papers_complete"]),
        ..NoticeClock::new(day(&entry["start"]).unwrap(), rule)
    };
    let due = clock.due(calendar);
    report.same(id, "end", due.date(), day(&expected["end"]));
    report.same(id, "provisional", Some(due.is_provisional()), expected["provisional"].as_bool());
    report.same(id, "deemed from", clock.deemed_from(calendar), day(&expected["deemed_from"]));
    let accepted = clock.standing(calendar, Date::MAX).accepted_on();
    report.same(id, "acceptance", accepted, day(&expected["acceptance_date"]));
    if let (Some(n), Some(accepted)) = (number(&entry["decision_n"]), accepted) {
        let decision = Clock::new(accepted, Some(Limit::WorkingDays(n))).due(calendar).date();
        report.same(id, "decision", decision, day(&expected["decision_end"]));
    }
}

fn half_day(entry: &Value, vectors: &Value, calendar: &Calendar, report: &mut Report) {
    let (id, expected) = (text(entry, "id"), &entry["expected"]);
    let hours: [(Time, Time); 2] = serde_json::from_value(
        list(&vectors["settings"], "office_hours")
            .iter()
            .map(|pair| {
                let time = |at: usize| Value::String(format!("{}:00", pair[at].as_str().unwrap()));
                Value::Array(vec![time(0), time(1)])
            })
            .collect(),
    )
    .unwrap();
    let at = |value: &Value| value.as_str().map(|text| text.parse::<DateTime>().unwrap());
    let clock = Clock::new(at(&entry["start"]).unwrap(), Some(Limit::HalfDay))
        .with_hours(OfficeHours::try_from(hours).unwrap());
    let half = clock.half_day(calendar).unwrap();
    report.same(id, "four hours", Some(half.four_hours_end), at(&expected["four_hours_end"]));
    report.same(id, "split", Some(half.split_end), at(&expected["split_end"]));
    let due = clock.due(calendar);
    report.same(id, "end", due.moment(OfficeHours::default()), at(&expected["end"]));
    report.same(id, "provisional", Some(due.is_provisional()), expected["provisional"].as_bool());
}

fn chain(entry: &Value, calendar: &Calendar, report: &mut Report) {
    let mut previous = None;
    for step in list(entry, "steps") {
        let name = format!("{} {}", text(entry, "id"), text(step, "step"));
        let start = if text(step, "start") == "prev" { previous } else { day(&step["start"]) };
        let due = Clock::new(start.unwrap(), limit(step)).due(calendar);
        report.same(&name, "end", due.date(), day(&step["end"]));
        report.same(&name, "provisional", Some(due.is_provisional()), step["provisional"].as_bool());
        previous = due.date();
    }
}
