//! Papers that tell and bind, filled in.

use daiban_model::api::Verification;
use daiban_model::case::clocks::{Basis, ClockKind};
use daiban_model::case::event::{
    AcceptanceBasis, DeliveryWay, IdCheck, MandateEnd, NotAccepted, NoticeLine, Outcome, Power, Signature, Way,
};
use daiban_model::deadline::{Certainty, Due, Limit, StopKind};
use daiban_model::form::*;
use daiban_model::stamp::TimeQuality;

use super::{Filling, citizen, day, moment, phone, reveal};

fn terms() -> Vec<Term> {
    let due = Due::On { date: day(3, 16), certainty: Certainty::Certain };
    let promised =
        Term { kind: ClockKind::Promised, limit: Some(Limit::WorkingDays(10)), due, basis: Basis::IfAcceptedToday };
    let statutory = Term { kind: ClockKind::Statutory, limit: None, due: Due::Unknown, basis: Basis::Fact };
    vec![promised, statutory]
}

fn thumb(f: Filling) -> Option<Signature> {
    Some(Signature::Thumb { witness: f.of("郝永胜") })
}

pub(super) fn receipt(f: Filling) -> Receipt {
    Receipt {
        applicant: f.of("赵云凤"),
        id: Shown::masked(&citizen()),
        id_check: IdCheck::Later,
        phone: Shown::tail(&phone()),
        contact: f.of("钱秀英"),
        way: Some(Way::Window),
        agent: f.of("其木格"),
        agent_no: "SG-202202-01".into(),
        received: Some(moment()),
        clock: Some(TimeQuality::Unconfirmed),
        items: vec![f.item()],
        powers: [Power::Submit, Power::Supplement, Power::Follow, Power::Collect].into(),
        mandate_until: Some(day(9, 2)),
        signature: thumb(f),
        papers: f.papers(),
        lacking: f.papers(),
        lacking_by: Some(day(3, 16)),
        send_to: f.of("吉忽伦图苏木便民服务中心"),
        send_by: Some(day(3, 3)),
        terms: terms(),
        verified: Some(Verification::Unverified),
        enquiry: "0472-0000001".into(),
    }
}

fn notice(f: Filling) -> OneTimeNotice {
    OneTimeNotice {
        no: 2,
        raised_by: f.of("新交的户口簿上地址不同"),
        applicant: f.of("赵云凤"),
        item: f.item(),
        received: Some(moment()),
        told: Some(moment()),
        lines: f.list(|_| NoticeLine { paper: f.of("近期免冠照片"), hint: f.of("两寸三张，本站可照") }),
        term: Some(day(3, 16)),
        agent: f.of("其木格"),
        enquiry: "0472-0000001".into(),
    }
}

fn mandate(f: Filling) -> MandateLetter {
    MandateLetter {
        principal: f.person(),
        reason: Some(MandateReason::Age),
        agent: f.of("其木格"),
        agent_post: f.of("专职代办员"),
        agent_no: "SG-202202-01".into(),
        agent_phone: "0472-0000001".into(),
        items: vec![f.item()],
        powers: [Power::Submit, Power::Collect].into(),
        fee_limit: "200".into(),
        papers: f.papers(),
        from: Some(day(3, 2)),
        until: Some(day(9, 2)),
        signature: thumb(f),
        witness_id: Shown::masked(&citizen()),
        guardian_proof: f.of("户口簿"),
        department: f.of("民政局"),
        notice_mongolian: "ᠬᠤᠪᠢ ᠶᠢᠨ ᠮᠡᠳᠡᠭᠡ".into(),
    }
}

fn change(f: Filling) -> MandateChange {
    MandateChange {
        kind: ChangeKind::Renewed,
        principal: f.of("赵云凤"),
        id: Shown::masked(&citizen()),
        item: f.item(),
        state: f.of("已移交"),
        reason: Some(MandateEnd::AgentLeft),
        words: f.of("原代办员离职，由白云霞续办"),
        agent: f.of("其木格"),
        new_agent: f.of("白云霞"),
        earlier: "石拐委字〔2026〕202202-0302-07-0001号".into(),
        from: Some(day(3, 9)),
        until: Some(day(9, 2)),
        returned: f.papers(),
    }
}

fn conditional(f: Filling) -> Conditional {
    Conditional {
        organ: f.of("民政局"),
        applicant: f.of("赵云凤"),
        id: Shown::masked(&citizen()),
        item: f.item(),
        papers: f.papers(),
        missing: f.papers(),
        supplement_by: Some(day(3, 16)),
        supplement_how: f.of("送到本站或者邮寄"),
        checked_by: f.of("白云霞"),
        accepted: Some(day(3, 2)),
    }
}

fn promise(f: Filling) -> Promise {
    Promise {
        organ: f.of("民政局"),
        applicant: f.of("赵云凤"),
        id: Shown::masked(&citizen()),
        item: f.item(),
        certificate: f.of("居住情况"),
        content: f.of("住在白菜沟嘎查"),
        basis: f.of("内蒙古自治区老年人优待规定"),
        checks: f.of("入户核查"),
        liability: f.of("停发并追回"),
        published: Some(Published::No),
    }
}

fn proof(f: Filling) -> DeliveryProof {
    DeliveryProof {
        organ: f.of("白菜沟便民服务站"),
        recipient: f.of("赵云凤"),
        place: f.of("白菜沟嘎查三组"),
        rows: f.list(|_| DeliveryRow {
            document: f.of("高龄津贴决定书"),
            number: "石民决字〔2026〕0012号".into(),
            on: Some(day(3, 20)),
            way: Some(DeliveryWay::ForOther),
            signer: f.of("钱秀英"),
            relation: f.of("女儿"),
        }),
        refused: f.of("没有拒收"),
        servers: vec![f.of("其木格"), f.of("白云霞")],
        note: f.of("送到家里"),
    }
}

fn charges(f: Filling) -> Vec<Charge> {
    f.list(|_| Charge {
        what: f.of("身份证工本费"),
        amount: "20".into(),
        payee: f.of("公安局"),
        receipt_no: "0012345".into(),
    })
}

fn completion(f: Filling) -> Completion {
    Completion {
        applicant: f.of("赵云凤"),
        id: Shown::masked(&citizen()),
        item: f.item(),
        agent: f.of("其木格"),
        received: Some(moment()),
        accepted: Some(day(3, 4)),
        decided: Some(day(3, 18)),
        days_used: Some(10),
        terms: terms(),
        outcome: Some(Outcome::Denied),
        result_number: "石民决字〔2026〕0012号".into(),
        valid_until: Some(day(12, 31)),
        reasons: f.of("年龄不够"),
        way: Some(DeliveryWay::ToAgent),
        returned: f.papers(),
        charges: charges(f),
    }
}

fn hand_over(f: Filling) -> HandOver {
    HandOver {
        from: f.of("白菜沟便民服务站"),
        to: f.of("吉忽伦图苏木便民服务中心"),
        at: Some(moment()),
        by: f.of("其木格"),
        files: f.list(|at| HandOverRow {
            number: format!("石拐-202202-20260302-07-{:04}", at + 1),
            applicant: f.of("赵云凤"),
            item: f.of("高龄津贴"),
            papers: Some(4),
            originals: Some(1),
        }),
        charges: charges(f),
        seal_no: "FT-0007".into(),
        packet: "7F3A91C2".into(),
    }
}

pub(super) fn all(f: Filling) -> Vec<Form> {
    let organ = || f.of("民政局");
    let (officer, enquiry) = (f.of("高建平"), "0472-0000001".to_owned());
    let acceptance = Acceptance {
        organ: organ(),
        applicant: f.of("赵云凤"),
        id: Shown::masked(&citizen()),
        contact: f.of("钱秀英"),
        phone: Shown::for_document(&phone(), Some(&reveal())),
        item: f.item(),
        applied: Some(moment()),
        accepted: Some(day(3, 4)),
        basis: Some(AcceptanceBasis::Complete),
        officer: officer.clone(),
        papers: f.papers(),
        terms: terms(),
        stops: vec![StopKind::Inspection, StopKind::ExpertReview],
        enquiry,
    };
    let supplement = Supplement {
        notice: notice(f),
        officer,
        brought: f.papers(),
        brought_on: Some(day(3, 9)),
        receiver: f.of("白云霞"),
    };
    let refusal = Refusal {
        organ: organ(),
        applicant: f.of("赵云凤"),
        id: Shown::masked(&citizen()),
        item: f.item(),
        applied: Some(moment()),
        reason: Some(NotAccepted::OtherOrgan),
        right_office: f.of("东河区民政局"),
        facts: f.of("户籍不在本区"),
        decided: Some(day(3, 4)),
        review_by: Some(day(5, 6)),
        suit_by: Some(day(9, 4)),
    };
    let cover = DecisionCover {
        organ: organ(),
        applicant: f.of("赵云凤"),
        item: f.item(),
        number: "石民决字〔2026〕0012号".into(),
        decided: Some(day(3, 18)),
        delivered: Some(day(3, 20)),
        review_by: Some(day(5, 19)),
        suit_by: Some(day(9, 21)),
    };
    vec![
        Form::Receipt(Box::new(receipt(f))),
        Form::Label(Box::new(Label {
            applicant: f.of("赵云凤"),
            item: f.item(),
            received: Some(moment()),
            papers: Some(4),
            agent: f.of("其木格"),
        })),
        Form::Acceptance(Box::new(acceptance)),
        Form::OneTimeNotice(Box::new(notice(f))),
        Form::Supplement(Box::new(supplement)),
        Form::Refusal(Box::new(refusal)),
        Form::Mandate(Box::new(mandate(f))),
        Form::MandateChange(Box::new(change(f))),
        Form::Conditional(Box::new(conditional(f))),
        Form::Promise(Box::new(promise(f))),
        Form::DeliveryProof(Box::new(proof(f))),
        Form::Completion(Box::new(completion(f))),
        Form::DecisionCover(Box::new(cover)),
        Form::HandOver(Box::new(hand_over(f))),
    ]
}
