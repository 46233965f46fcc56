//! What the acts of home service ask for, and the command that comes of the answers. The engine decides; this only gathers.

use daiban_model::api::{CasePage, Offer};
use daiban_model::case::Command;
use daiban_model::case::event::{Grade, PaperLine, PaperState, Signature};
use daiban_model::case::field::Field;
use daiban_model::ids::AgentId;
use daiban_model::injury::Ground;
use daiban_model::visit::{Addition, Asked, Booking, HomeReason, Interview, Spoken, Visit};
use jiff::civil::DateTime;
use serde::Serialize;

use super::form::{Answers, Ask, Need, choice, said, text};
use crate::say::code;
use crate::words::one_of;

/// The acts of home service; their buttons stand in their own section.
pub(super) const HOME: [Offer; 8] = [
    Offer::BookVisit,
    Offer::RecordVisit,
    Offer::MoveVisit,
    Offer::RefuseVisit,
    Offer::GradeVisit,
    Offer::RecordInterview,
    Offer::AddToInterview,
    Offer::TellGrounds,
];

const DONE: [&str; 4] = ["badge", "id_checked", "person_seen", "consent"];
const SIGNED: [&str; 3] = ["hand", "thumb", "guardian"];

/// A line with something in it to begin with.
fn filled(id: &'static str, label: &'static str, say: &str) -> Ask {
    Ask::Text { id, label, need: Need::Must, say: say.to_owned() }
}

fn long(id: &'static str, label: &'static str, need: Need) -> Ask {
    Ask::Long { id, label, need }
}

fn mark(id: &str, word: Option<&'static str>) -> Ask {
    Ask::Mark { id: id.to_owned(), label: word.unwrap_or_default() }
}

fn marks<T: Serialize>(family: &str, all: &[T], word: fn(&str) -> Option<&'static str>) -> Vec<Ask> {
    all.iter().map(|one| mark(&format!("{family}-{}", code(one)), word(&code(one)))).collect()
}

fn pick(id: &'static str, label: &'static str, options: Vec<(String, String)>) -> Ask {
    Ask::Pick { id, label, need: Need::Must, options }
}

/// Who goes: whoever looks, and somebody with them.
fn staff(page: &CasePage) -> Vec<Ask> {
    let all: Vec<(String, String)> =
        page.home.colleagues.iter().map(|one| (one.agent.to_string(), one.name.clone())).collect();
    vec![
        pick("staff", t!("home.staff"), all.clone()),
        Ask::Pick { id: "staff_2", label: t!("home.staff_2"), need: Need::May, options: all },
    ]
}

/// How it was signed, and by whom beside the person.
fn signed() -> Vec<Ask> {
    vec![
        choice("signed", t!("home.signed"), |code| one_of("signature", code), &SIGNED),
        text("witness", t!("home.witness"), Need::May),
        text("relation", t!("home.relation"), Need::May),
    ]
}

fn bookings(page: &CasePage) -> Ask {
    let option = |view: &daiban_model::api::BookingView| {
        (view.act.to_string(), format!("{}，{}", crate::dates::hour(view.booking.at), view.booking.place))
    };
    pick("booking", t!("home.booking"), page.home.bookings.iter().map(option).collect())
}

fn at(id: &'static str, label: &'static str) -> Ask {
    Ask::Hour { id, label, say: crate::desk::today().to_string() }
}

/// The questions of an act.
pub(super) fn asks(offer: Offer, page: &CasePage) -> Vec<Ask> {
    use Need::Must;
    let reasons = || long("reasons", t!("act.reasons"), Must);
    match offer {
        Offer::BookVisit => book(page),
        Offer::MoveVisit => vec![bookings(page), at("at", t!("home.at")), reasons()],
        Offer::RefuseVisit => vec![bookings(page), reasons()],
        Offer::RecordVisit => record(page),
        Offer::GradeVisit => {
            let open = page.home.visits.iter().filter(|made| made.grade.is_none());
            let option =
                |made: &daiban_model::api::VisitView| (made.act.to_string(), crate::dates::hour(made.visit.arrived));
            vec![
                pick("visit", t!("home.which_visit"), open.map(option).collect()),
                choice("grade", t!("act.grade"), |code| one_of("grade", code), &["5", "4", "3", "2", "1"]),
            ]
        }
        Offer::RecordInterview => interview(page),
        Offer::AddToInterview => {
            let option = |view: &daiban_model::api::InterviewView| {
                (view.act.to_string(), crate::dates::hour(view.interview.from))
            };
            let which =
                pick("interview", t!("home.which_interview"), page.home.interviews.iter().map(option).collect());
            [vec![which, long("text", t!("home.addition"), Must)], signed()].concat()
        }
        Offer::TellGrounds => marks("ground", &Ground::ALL, |code| one_of("ground", code)),
        _ => Vec::new(),
    }
}

/// Where the person is, as far as the case says.
fn place_of(page: &CasePage) -> String {
    page.fields.iter().find(|view| view.field == Field::Address).map(|view| view.value.clone()).unwrap_or_default()
}

fn book(page: &CasePage) -> Vec<Ask> {
    let mut asks = vec![
        filled("caller", t!("home.caller"), &page.row.name),
        text("relation", t!("home.caller_relation"), Need::May),
        text("phone", t!("home.phone"), Need::May),
    ];
    asks.extend(marks("reason", &HomeReason::ALL, |code| one_of("home_reason", code)));
    asks.extend([at("at", t!("home.at")), filled("place", t!("home.place"), &place_of(page))]);
    asks.extend(staff(page));
    asks.push(text("alone", t!("home.alone"), Need::May));
    asks
}

fn record(page: &CasePage) -> Vec<Ask> {
    let place = page.home.bookings.first().map_or_else(|| place_of(page), |view| view.booking.place.clone());
    let mut asks = Vec::new();
    if !page.home.bookings.is_empty() {
        asks.push(bookings(page));
    }
    asks.extend([
        at("arrived", t!("home.arrived")),
        at("left", t!("home.left")),
        filled("place", t!("home.place"), &place),
    ]);
    asks.extend(staff(page));
    asks.extend(DONE.map(|done| mark(done, one_of("visit_done", done))));
    asks.extend([
        long("forms", t!("home.forms"), Need::May),
        long("taken", t!("home.taken"), Need::May),
        long("left_there", t!("home.left_there"), Need::May),
        long("advice", t!("home.advice"), Need::May),
        long("beyond", t!("home.beyond"), Need::May),
        text("next", t!("home.next"), Need::May),
        text("next_on", t!("home.next_on"), Need::May),
    ]);
    asks.extend(signed());
    asks
}

fn interview(page: &CasePage) -> Vec<Ask> {
    let family =
        if page.acts.contains(&Offer::TellGrounds) { t!("home.questions_injury") } else { t!("home.questions") };
    let mut asks = vec![
        filled("place", t!("home.place"), &place_of(page)),
        at("arrived", t!("home.from")),
        at("left", t!("home.until")),
        text("asked_by", t!("home.asked_by"), Need::Must),
        text("written_by", t!("home.written_by"), Need::Must),
        text("present", t!("home.present"), Need::May),
        text("interpreter", t!("home.interpreter"), Need::May),
        Ask::Lines { id: "lines", label: t!("home.lines"), say: family.to_owned() },
        mark("read_back", Some(t!("home.read_back"))),
    ];
    asks.extend(signed());
    asks
}

/// The command that comes of the answers; `None` when one of them cannot be read.
pub(super) fn command(offer: Offer, answers: &Answers) -> Option<Command> {
    let said = |id: &str| said(answers, id);
    let (reason, text) = (said("reasons"), said("text"));
    Some(match offer {
        Offer::BookVisit => Command::BookVisit(Box::new(Booking {
            caller: said("caller"),
            relation: said("relation"),
            phone: said("phone"),
            reasons: marked(answers, "reason", &HomeReason::ALL),
            at: hour(&said("at"))?,
            place: said("place"),
            staff: going(answers),
            alone: said("alone"),
        })),
        Offer::MoveVisit => Command::MoveVisit { of: said("booking").parse().ok()?, to: hour(&said("at"))?, reason },
        Offer::RefuseVisit => Command::RefuseVisit { of: said("booking").parse().ok()?, reason },
        Offer::RecordVisit => Command::RecordVisit(Box::new(visit(answers)?)),
        Offer::GradeVisit => {
            let grade = said("grade").parse::<u8>().ok().and_then(|grade| Grade::try_from(grade).ok())?;
            Command::GradeVisit { of: said("visit").parse().ok()?, grade }
        }
        Offer::RecordInterview => Command::RecordInterview(Box::new(Interview {
            place: said("place"),
            from: hour(&said("arrived"))?,
            until: hour(&said("left"))?,
            asked_by: said("asked_by"),
            written_by: said("written_by"),
            present: listed(&said("present"), '、'),
            interpreter: said("interpreter"),
            lines: spoken(&said("lines")),
            read_back: asked(answers, "read_back"),
            signature: signature(answers)?,
        })),
        Offer::AddToInterview => Command::AddToInterview(Addition {
            to: said("interview").parse().ok()?,
            text,
            signature: signature(answers)?,
        }),
        Offer::TellGrounds => Command::TellGrounds { grounds: marked(answers, "ground", &Ground::ALL) },
        _ => return None,
    })
}

fn visit(answers: &Answers) -> Option<Visit> {
    let said = |id: &str| said(answers, id);
    let next_on = said("next_on");
    Some(Visit {
        booking: said("booking").parse().ok(),
        arrived: hour(&said("arrived"))?,
        left: hour(&said("left"))?,
        place: said("place"),
        staff: going(answers),
        badge: asked(answers, "badge"),
        id_checked: asked(answers, "id_checked"),
        person_seen: asked(answers, "person_seen"),
        consent: asked(answers, "consent"),
        forms: listed(&said("forms"), '\n'),
        taken: listed(&said("taken"), '\n').into_iter().map(taken).collect(),
        left_there: listed(&said("left_there"), '\n'),
        advice: said("advice"),
        beyond: said("beyond"),
        next: said("next"),
        next_on: if next_on.is_empty() { None } else { Some(next_on.parse().ok()?) },
        signature: signature(answers)?,
    })
}

/// A paper as it was taken along; one that is called an original is one.
fn taken(name: String) -> PaperLine {
    let original = name.contains(t!("home.original"));
    PaperLine { name, state: if original { PaperState::Original } else { PaperState::Copy }, count: 1 }
}

/// `2026-03-04 09:30`, as people type it.
pub(super) fn hour(text: &str) -> Option<DateTime> {
    let text = text.replace('：', ":");
    let (day, hour) = text.split_once([' ', 'T', '　'])?;
    Some(day.trim().parse::<jiff::civil::Date>().ok()?.to_datetime(hour.trim().parse().ok()?))
}

fn asked(answers: &Answers, id: &str) -> Asked {
    if answers.contains_key(id) { Asked::Yes } else { Asked::No }
}

fn marked<T: Copy + Ord + Serialize>(answers: &Answers, family: &str, all: &[T]) -> std::collections::BTreeSet<T> {
    all.iter().copied().filter(|one| answers.contains_key(&format!("{family}-{}", code(one)))).collect()
}

fn going(answers: &Answers) -> Vec<AgentId> {
    ["staff", "staff_2"].iter().filter_map(|id| said(answers, id).parse().ok()).collect()
}

fn listed(text: &str, mark: char) -> Vec<String> {
    text.split(mark).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn signature(answers: &Answers) -> Option<Signature> {
    let (who, relation) = (said(answers, "witness"), said(answers, "relation"));
    Some(match said(answers, "signed").as_str() {
        "hand" => Signature::Hand,
        "thumb" => Signature::Thumb { witness: who },
        "guardian" => Signature::Guardian { name: who, relation },
        _ => return None,
    })
}

/// Questions and answers, each begun by its sign; a line without one goes on with what stands above. A question without an answer was
/// not asked.
fn spoken(text: &str) -> Vec<Spoken> {
    let (question, answer) = (t!("home.q"), t!("home.a"));
    let mut lines: Vec<Spoken> = Vec::new();
    let mut answering = false;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(asked) = line.strip_prefix(question) {
            lines.push(Spoken { question: asked.trim().to_owned(), answer: String::new() });
            answering = false;
        } else if let Some(last) = lines.last_mut() {
            let said = line.strip_prefix(answer);
            answering |= said.is_some();
            let into = if answering { &mut last.answer } else { &mut last.question };
            into.push_str(said.unwrap_or(line).trim());
        }
    }
    lines.retain(|line| !line.answer.is_empty());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(said: &[(&str, &str)]) -> Answers {
        said.iter().map(|(id, answer)| ((*id).to_owned(), (*answer).to_owned())).collect()
    }

    #[test]
    fn an_interview_is_read_line_by_line_and_what_was_not_answered_is_left_out() {
        let lines =
            spoken("问：怎么受的伤？\n答：石头滚下来，\n砸了脚。\n问：谁看见的？\n答：\n问：哪家医院？\n答： 包钢医院");
        let told: Vec<(&str, &str)> = lines.iter().map(|line| (line.question.as_str(), line.answer.as_str())).collect();
        assert_eq!(told, [("怎么受的伤？", "石头滚下来，砸了脚。"), ("哪家医院？", "包钢医院")]);
    }

    #[test]
    fn an_hour_is_read_as_people_type_it() {
        let wanted = jiff::civil::date(2026, 3, 4).at(9, 30, 0, 0);
        for text in ["2026-03-04 09:30", "2026-03-04T09:30", "2026-03-04　09：30"] {
            assert_eq!(hour(text), Some(wanted), "{text}");
        }
        assert_eq!(hour("2026-03-04"), None, "a day is no hour");
    }

    #[test]
    fn a_booking_takes_what_was_ticked_and_who_goes() {
        let said = [
            ("caller", "钱秀英"),
            ("reason-aged", ""),
            ("at", "2026-03-04 09:30"),
            ("place", "幸福大院3号"),
            ("staff", "SG-202202-01"),
            ("staff_2", ""),
        ];
        let Some(Command::BookVisit(booking)) = command(Offer::BookVisit, &answers(&said)) else {
            panic!("a booking");
        };
        assert_eq!((booking.reasons, booking.staff.len()), ([HomeReason::Aged].into(), 1));
    }

    #[test]
    fn without_a_signature_no_record_is_made() {
        let said = [("place", "6床"), ("arrived", "2026-03-06 14:20"), ("left", "2026-03-06 15:05")];
        assert_eq!(command(Offer::RecordVisit, &answers(&said)), None);
    }
}
