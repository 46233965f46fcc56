//! Application forms of departments, filled in.

use daiban_model::form::*;
use daiban_model::identity::BankCard;

use super::{Filling, citizen, day, moment, phone, reveal};
use crate::world::must;

fn card() -> Shown {
    let card = must("a bank card", BankCard::parse("6222020000000000000"));
    Shown::for_document(&card, Some(&reveal()))
}

fn injury(f: Filling) -> InjuryClaim {
    InjuryClaim {
        applicant: f.of("周美玲"),
        relation: f.of("本人"),
        worker: f.person(),
        insurance_no: Shown::masked(&citizen()),
        filled: Some(day(3, 9)),
        employer: f.of("石拐区利民煤炭运输队"),
        employer_contact: f.of("孙丽娜"),
        employer_phone: "0472-0000002".into(),
        employer_address: f.of("石拐区大磁街道"),
        post: f.of("装卸工"),
        working_since: Some(day(1, 5)),
        injured: Some(moment()),
        injured_on: None,
        cause: f.of("货场卸车时被砸伤"),
        diagnosed: Some(day(3, 2)),
        injury: f.of("右小腿"),
        disease: f.of("没有"),
        exposed_at: f.of("没有接触"),
        exposed_for: f.of("不适用"),
        account: f.of("上午卸车时石块滚落，工友当场看见，送到区医院治疗。"),
        request: f.of("申请认定工伤"),
        papers: f.papers(),
    }
}

fn subsistence(f: Filling) -> Subsistence {
    Subsistence {
        head: f.person(),
        members: f.list(|_| Member {
            name: f.of("钱秀英"),
            relation: f.of("女儿"),
            id: Shown::masked(&citizen()),
            health: f.of("健康"),
            work: f.of("务农"),
            income: "800".into(),
        }),
        housing: f.of("土房三间"),
        vehicles: f.of("没有车辆"),
        land_and_stock: f.of("耕地五亩，羊二十只"),
        income: f.list(|_| Income { kind: f.of("种植养殖"), amount: "6000".into() }),
        savings: f.of("没有存款"),
        supporters: f.of("儿子一人"),
        reason: f.of("年老多病，收入低"),
        account: card(),
    }
}

fn one_thing(f: Filling) -> OneThing {
    OneThing {
        bundle: f.of("新生儿出生一件事"),
        person: f.person(),
        items: f.list(|_| Ticked { item: f.item(), wanted: Some(Wanted::Yes) }),
        extras: f.list(|_| Answer { question: f.of("孩子姓名"), answer: f.of("李春") }),
        papers: f.papers(),
        promised: f.of("五个工作日"),
        collect: Some(Collect::Window),
    }
}

pub(super) fn all(f: Filling) -> Vec<Form> {
    let appraisal = Appraisal {
        worker: f.person(),
        employer: f.of("石拐区利民煤炭运输队"),
        employer_phone: "0472-0000002".into(),
        finding_no: "石人社工认〔2026〕3号".into(),
        found: Some(day(3, 18)),
        injury: f.of("右小腿骨折"),
        treatment: f.of("住院二十天，手术固定"),
        kind: Some(AppraisalKind::First),
        papers: f.papers(),
    };
    let old_age = OldAge {
        person: f.person(),
        caregiver: f.of("钱秀英"),
        caregiver_phone: Shown::for_document(&phone(), Some(&reveal())),
        account: card(),
        since: f.of("二〇二六年四月"),
        standard: f.of("每月一百元"),
    };
    vec![
        Form::InjuryClaim(Box::new(injury(f))),
        Form::Appraisal(Box::new(appraisal)),
        Form::Subsistence(Box::new(subsistence(f))),
        Form::OldAge(Box::new(old_age)),
        Form::OneThing(Box::new(one_thing(f))),
    ]
}
