//! Papers of the set for a bedside, filled in.

use daiban_model::case::event::Signature;
use daiban_model::form::*;
use daiban_model::visit::{Asked, Spoken};

use super::{Filling, citizen, day, moment};

fn interview(f: Filling) -> InterviewRecord {
    InterviewRecord {
        person: f.of("李春梅"),
        id: Shown::masked(&citizen()),
        matter: Some(Matter::WorkInjury),
        place: f.of("某医院骨科6床"),
        from: Some(moment()),
        until: Some(moment()),
        asked_by: f.of("许文"),
        written_by: f.of("彭飞"),
        present: vec![f.of("王秀英")],
        interpreter: f.of("乌兰图雅"),
        lines: f.list(|_| Spoken { question: f.of("怎么受的伤？"), answer: f.of("石头滚下来砸了脚。") }),
        read_back: Some(Asked::Yes),
        signature: Some(Signature::Thumb { witness: f.of("王秀英") }),
        additions: f.list(|_| Added { text: f.of("证人是工友老张"), signature: Signature::Hand }),
    }
}

pub(super) fn all(f: Filling) -> Vec<Form> {
    let guide = SpokenGuide {
        person: f.of("李春梅"),
        item: ItemLine { name: f.of("工伤认定申请"), ..ItemLine::default() },
        matter: Some(Matter::WorkInjury),
        papers: f.list(|_| f.of("诊断证明")),
        employer_by: Some(day(4, 3)),
        worker_by: Some(day(12, 4)),
        enquiry: "0472-0000001".into(),
        ..SpokenGuide::default()
    };
    let checklist = Checklist {
        person: f.of("李春梅"),
        item: ItemLine { department: String::new(), ..f.item() },
        papers: f.papers().into_iter().map(|row| PaperRow { note: String::new(), ..row }).collect(),
        enquiry: "0472-0000001".into(),
    };
    let privacy = PrivacyNotice {
        person: f.of("李春梅"),
        item: ItemLine { department: String::new(), ..f.item() },
        unit: f.of("白菜沟便民服务站"),
        enquiry: "0472-0000001".into(),
        mongolian: "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ".into(),
    };
    let copies = CopiesList {
        rows: f.list(|at| CopyLine {
            number: format!("石拐-202202-20260302-07-{:04}", at + 1),
            handed_over: Some(day(3, 31)),
            due: Some(day(6, 29)),
            files: Some(2),
        }),
        files: Some(6),
        days: Some(90),
    };
    vec![
        Form::CopiesList(Box::new(copies)),
        Form::SpokenGuide(Box::new(guide)),
        Form::SpokenGuide(Box::new(SpokenGuide { said: f.of("先看材料够不够。"), ..SpokenGuide::default() })),
        Form::Checklist(Box::new(checklist)),
        Form::Interview(Box::new(interview(f))),
        Form::PrivacyNotice(Box::new(privacy)),
    ]
}
