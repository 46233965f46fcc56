//! Records of service outside the window, and boards, filled in.

use daiban_model::case::event::{Grade, Signature};
use daiban_model::form::*;
use daiban_model::visit::{Asked, HomeReason};
use jiff::civil::time;

use super::{Filling, citizen, day, moment, phone};
use crate::world::must;

fn visit(f: Filling) -> HomeVisit {
    HomeVisit {
        caller: f.of("钱秀英"),
        phone: Shown::masked(&phone()),
        relation: f.of("女儿"),
        person: f.of("赵云凤"),
        matter: f.of("申请高龄津贴"),
        reasons: [HomeReason::Aged].into(),
        badge: Some(Asked::Yes),
        id_checked: Some(Asked::Yes),
        person_seen: Some(Asked::Yes),
        consent: Some(Asked::No),
        signature: Some(Signature::Thumb { witness: f.of("钱秀英") }),
        wished: f.of("周三上午"),
        on: Some(day(3, 4)),
        arrived: Some(time(9, 5, 0, 0)),
        left: Some(time(10, 30, 0, 0)),
        place: f.of("白菜沟嘎查三组"),
        staff: vec![f.of("其木格"), f.of("白云霞")],
        papers: f.papers(),
        content: f.of("讲清条件，帮着填表，收下材料。"),
        passed_on: f.of("取暖补贴转苏木办"),
        concern: f.of("独自居住，需要探望"),
        next: f.of("周五送表"),
    }
}

fn outreach(f: Filling) -> Outreach {
    Outreach {
        kind: Some(OutreachKind::Countryside),
        name: f.of("白菜沟合作社"),
        division: f.of("白菜沟嘎查"),
        contact: f.of("孙丽娜"),
        staff: vec![f.of("其木格")],
        on: Some(day(3, 4)),
        policies: f.of("草畜平衡补贴"),
        needs: f.of("想办营业执照变更"),
        advice: f.of("先核名称"),
        problems: f.list(|_| Problem {
            what: f.of("路不通车"),
            owner: f.of("高建平"),
            due: Some(day(4, 1)),
            result: f.of("已上报"),
        }),
        items: vec![must("an item", "SC-001".parse())],
        photos: Some(3),
    }
}

fn late_hours(f: Filling) -> LateHours {
    LateHours {
        window: f.of("综合窗口"),
        on: Some(day(3, 2)),
        rows: f.list(|_| LateRow {
            staff: f.of("林芳"),
            item: f.of("医保缴费"),
            applicant: f.of("李春梅"),
            start: Some(time(17, 30, 0, 0)),
            end: Some(time(18, 10, 0, 0)),
            reason: f.of("下班前已收件"),
            result: f.of("办结"),
            number: "石拐-000000-20260302-01-0009".into(),
        }),
    }
}

fn boards(f: Filling) -> Vec<Board> {
    let items = || {
        f.list(|_| BoardItem {
            name: f.of("申领《老年人优待证》"),
            department: f.of("民政局"),
            who: f.of("六十岁以上老年人"),
            term: f.of("三个工作日"),
            papers: Some(2),
        })
    };
    let staff = f.list(|_| BoardAgent {
        name: f.of("其木格"),
        post: f.of("专职代办员"),
        station: f.of("白菜沟站"),
        area: f.of("白菜沟嘎查"),
        phone: "0472-0000001".into(),
        times: f.of("工作日"),
    });
    let guide = Guide {
        item: f.of("申领《老年人优待证》"),
        department: f.of("民政局"),
        conditions: f.of("年满六十周岁"),
        papers: f.papers(),
        flow: f.of("申请、受理、发证"),
        statutory: f.of("二十个工作日"),
        promised: f.of("三个工作日"),
        fee: f.of("不收费"),
        place: f.of("便民服务站"),
        phone: "0472-0000001".into(),
    };
    vec![
        Board::Window { rows: items() },
        Board::Proxy { rows: items() },
        Board::Staff { rows: staff, supervision: "12345".into() },
        Board::Guide(Box::new(guide)),
        Board::Public {
            matter: f.of("最低生活保障"),
            rows: f.list(|_| BoardPerson::new(f.of("赵云凤"), &citizen(), f.of("缸房地村"))),
            from: Some(day(3, 10)),
            until: Some(day(3, 16)),
            objections: f.of("苏木民政办"),
        },
        Board::Oversight { window: f.of("三号"), supervision: "12345".into() },
    ]
}

pub(super) fn all(f: Filling) -> Vec<Form> {
    let rating = Rating { item: f.of("高龄津贴"), window: f.of("综合窗口"), staff_no: "SG-202202-01".into() };
    let rectification = Rectification {
        rating_no: "CP-2026-0003".into(),
        grade: Some(must("a grade", Grade::try_from(2))),
        facts: f.of("没有一次讲清"),
        responsible: f.of("其木格"),
        measure: f.of("重讲并道歉"),
        due: Some(day(3, 20)),
        done: Some(day(3, 12)),
        call_back: f.of("本人表示满意"),
        called: Some(moment()),
        closer: f.of("高建平"),
    };
    let mut forms = vec![
        Form::HomeVisit(Box::new(visit(f))),
        Form::Outreach(Box::new(outreach(f))),
        Form::LateHours(Box::new(late_hours(f))),
        Form::Rating(Box::new(rating)),
        Form::Rectification(Box::new(rectification)),
    ];
    forms.extend(boards(f).into_iter().map(|board| Form::Board(Box::new(board))));
    forms
}
