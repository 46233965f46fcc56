//! How long a text of a command may be.

use daiban_model::case::event::*;
use daiban_model::case::{Command, Refusal, What};
use daiban_model::deadline::StopKind;
use jiff::civil::date;

use super::{Life, mandate, twenty};

#[test]
fn b1_every_text_of_a_command_has_a_bound() {
    use daiban_model::case::decide::bounds;
    let (day, long) = (date(2026, 3, 2), |most: usize| "长".repeat(most + 1));
    let life = || Life::accepted(day, twenty());
    let line = |paper: String, hint: String| Command::GiveNotice {
        lines: vec![NoticeLine { paper, hint }],
        raised_by: String::new(),
        trigger: String::new(),
    };
    let paper = |name: String| PaperLine { name, state: PaperState::Copy, count: 1 };
    let extend =
        |approver: String, reason: String, notice_no: String| Command::Extend { days: 5, approver, reason, notice_no };
    let decide = |number: String, reasons: String| {
        Command::Decide(Decision { outcome: Outcome::Denied, on: day, number, reasons, valid_until: None })
    };
    let thumb = |witness: String| mandate(day, day, Signature::Thumb { witness });
    let guardian = |name: String, relation: String| mandate(day, day, Signature::Guardian { name, relation });
    let deliver = |signer: String, relation: String| Command::Deliver { way: DeliveryWay::ForOther, signer, relation };
    let phone = daiban_model::case::field::Field::Phone;
    let act = Life::accepted(day, twenty()).events[0].stamp;
    let other = "0195a3f0-0000-7000-8000-000000000000".parse().unwrap();
    let (name, number, text) = (long(bounds::NAME), long(bounds::NUMBER), long(bounds::TEXT));
    let (row, value, short) = (long(bounds::LINE), long(bounds::VALUE), || "短".to_owned());
    let many = vec![NoticeLine { paper: short(), hint: String::new() }; bounds::LINES + 1];
    let commands = vec![
        Command::Consult { help: Help::Advice, way: Way::Window, words: text.clone() },
        line(row.clone(), short()),
        line(short(), row.clone()),
        Command::GiveNotice { lines: many, raised_by: short(), trigger: String::new() },
        Command::GiveNotice { lines: Vec::new(), raised_by: row.clone(), trigger: String::new() },
        thumb(name.clone()),
        guardian(name.clone(), short()),
        guardian(short(), name.clone()),
        Command::Supplement { papers: vec![paper(row.clone())] },
        Command::Supplement { papers: vec![paper(short()); bounds::LINES + 1] },
        Command::CheckId { from: String::new(), number: number.clone() },
        Command::HandOver { to: row.clone() },
        Command::RefuseAcceptance { reason: NotAccepted::OtherOrgan, right_office: row.clone(), words: short() },
        Command::RefuseAcceptance { reason: NotAccepted::OtherOrgan, right_office: short(), words: text.clone() },
        Command::Suspend { kind: StopKind::Testing, expected_days: 3, notice_no: number.clone() },
        extend(name.clone(), short(), short()),
        extend(short(), text.clone(), short()),
        extend(short(), short(), number.clone()),
        decide(number.clone(), short()),
        decide(short(), text.clone()),
        Command::FinishAtOnce { number },
        Command::Withdraw { reason: text.clone(), papers_returned: 1 },
        deliver(name.clone(), short()),
        deliver(short(), name),
        Command::EnterRating { grade: Grade::try_from(5).unwrap(), channel: row },
        Command::Type { field: phone, from: String::new(), to: value.clone() },
        Command::Note { text: text.clone() },
        Command::Correct { field: phone, value: value.clone(), reason: short() },
        Command::Correct { field: phone, value: short(), reason: text.clone() },
        Command::Review { act, finding: text.clone() },
        Command::Settle { field: phone, kept: short(), dropped: vec![short(); bounds::LINES + 1] },
        Command::Link { other, reason: text },
    ];
    for command in commands {
        let told = format!("{command:?}").chars().take(60).collect::<String>();
        let refused = life().try_on(day, command);
        assert!(matches!(refused, Err(Refusal::TooLong { .. })), "{told}: {refused:?}");
    }
    let mut typed = life();
    typed.act(day, Command::Type { field: phone, from: "旧".repeat(9_000), to: "0472-0000001".into() });
    let told = typed.events.iter().find_map(|event| match &event.what {
        What::Typed { from, .. } => Some(from.chars().count()),
        _ => None,
    });
    assert_eq!(told, Some(bounds::VALUE), "what another device wrote can be put right, however long it is");
}
