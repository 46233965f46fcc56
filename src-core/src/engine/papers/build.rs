//! From the facts of a case to what stands on its papers. What no fact says stays blank.

mod bedside;
mod end;
mod entrusted;
mod intake;

use daiban_model::access::Permit;
use daiban_model::api::PaperRef;
use daiban_model::case::clocks::{Clock, ClockKind};
use daiban_model::case::event::{Outcome, PaperName, PaperState, PromiseKind, What};
use daiban_model::case::field::Field;
use daiban_model::case::fold::Stage;
use daiban_model::form::{ChangeKind, Form, Head, ItemLine, PaperRow, Sheet, Shown, Term};
use daiban_model::identity::{CitizenId, Phone};
use daiban_model::ids::AgentId;
use jiff::civil::Date;

pub(in crate::engine) use bedside::is_injury;

use super::Made;
use crate::engine::desk::{Desk, OpenFile};
use crate::projection::Facts;
use crate::store::Store;

/// Which papers a case has: those of the desk in the order of its life, then those for a bedside.
pub(super) fn papers(file: &OpenFile) -> Vec<PaperRef> {
    let mut papers = at_the_desk(file);
    papers.extend(bedside::papers(file));
    papers
}

fn at_the_desk(file: &OpenFile) -> Vec<PaperRef> {
    let case = &file.facts.case;
    if case.receipt.is_none() {
        return Vec::new();
    }
    let mut papers = Vec::new();
    let mut add = |name: PaperName, no: u8| papers.push(PaperRef { name, no });
    add(PaperName::Receipt, 0);
    add(PaperName::Label, 0);
    for (_, notice) in &case.notices {
        add(PaperName::Notice, notice.no);
        add(PaperName::Supplement, notice.no);
    }
    if let Some(state) = &case.mandate {
        let no = mandates(&file.facts);
        add(PaperName::Mandate, no);
        if no > 1 {
            add(PaperName::MandateRenewal, no);
        }
        if state.paused.is_some() {
            add(PaperName::MandatePause, no);
        }
        if state.ended.is_some() {
            add(PaperName::MandateEnd, no);
        }
    }
    for (no, promised) in (1..).zip(&case.promises) {
        match promised.promise.kind {
            PromiseKind::Later { .. } => add(PaperName::Conditional, no),
            PromiseKind::Instead => add(PaperName::Promise, no),
        }
    }
    let at_station = matches!(case.stage, Stage::Received | Stage::Supplementing { .. });
    if at_station || case.handed_over.is_some() {
        add(PaperName::HandOver, 0);
    }
    if case.acceptance.is_some() {
        add(PaperName::Acceptance, 0);
    }
    if case.stage == Stage::NotAccepted {
        add(PaperName::Refusal, 0);
    }
    if let Some(decision) = &case.decision {
        add(PaperName::Completion, 0);
        if matches!(decision.outcome, Outcome::Granted | Outcome::Denied) {
            add(PaperName::DecisionCover, 0);
        }
        add(PaperName::DeliveryProof, 0);
    }
    papers
}

/// What a paper is called, in a queue, in a folder and at its head.
pub(in crate::engine) fn title(paper: PaperName) -> &'static str {
    match paper {
        PaperName::Receipt => "收件回执",
        PaperName::Notice => "一次性告知书",
        PaperName::Supplement => "补正通知书",
        PaperName::Mandate => "代办委托书",
        PaperName::MandateEnd => "代办终止单",
        PaperName::HandOver => "交接单",
        PaperName::Acceptance => "受理通知书",
        PaperName::Refusal => "不予受理通知书",
        PaperName::Completion => "办结单",
        PaperName::DecisionCover => "决定书送达页",
        PaperName::DeliveryProof => "送达回证",
        PaperName::Conditional => "容缺受理承诺书",
        PaperName::Promise => "告知承诺书",
        PaperName::InjuryClaim => "工伤认定申请表",
        PaperName::SpokenGuide => "讲给您听",
        PaperName::Checklist => "材料清单",
        PaperName::Interview => "询问笔录",
        PaperName::PrivacyNotice => "个人信息告知",
        PaperName::HomeVisit => "上门服务记录",
        PaperName::MandatePause => "代办中止单",
        PaperName::MandateRenewal => "续办委托书",
        PaperName::Label => "办件标签",
    }
}

/// The number of a paper: 机关简称+文书字+〔年份〕+序号 (R183). What follows the year comes from the case number, which is given
/// without a network and never twice (R77); so is this one, and nothing has to be counted. Before a receipt there is none, and a
/// paper is told from others of its kind by which it is.
pub(super) fn number(file: &OpenFile, paper: PaperRef) -> String {
    let Some((_, receipt)) = file.facts.case.receipt.as_ref() else {
        return if paper.no > 1 { format!("第{}份", paper.no) } else { String::new() };
    };
    let number = &receipt.number;
    let kind = match paper.name {
        PaperName::Receipt => return number.to_string(),
        PaperName::Notice => "告",
        PaperName::Supplement => "补",
        PaperName::Mandate => "委",
        PaperName::MandateEnd => "终",
        PaperName::HandOver => "交",
        PaperName::Acceptance => "受",
        PaperName::Refusal => "不受",
        PaperName::Completion => "结",
        PaperName::DecisionCover => "送",
        PaperName::DeliveryProof => "证",
        PaperName::Conditional => "容",
        PaperName::Promise => "诺",
        PaperName::InjuryClaim => "申",
        PaperName::SpokenGuide => "讲",
        PaperName::Checklist => "单",
        PaperName::Interview => "询",
        PaperName::PrivacyNotice => "知",
        PaperName::HomeVisit => "访",
        PaperName::MandatePause => "中",
        PaperName::MandateRenewal => "续",
        PaperName::Label => "签",
    };
    let (date, whole) = (number.date(), number.to_string());
    let tail = whole.rsplit_once('-').map_or("", |(_, counter)| counter);
    let (unit, device) = (number.unit(), number.device());
    let nth = if paper.no > 1 { format!("-{}", paper.no) } else { String::new() };
    let day = format!("{:02}{:02}", date.month(), date.day());
    format!("石拐政{kind}字〔{}〕{}-{day}-{device:02}-{tail}{nth}号", date.year(), unit.unit())
}

/// How many mandates were signed; the letter in force is the last of them.
fn mandates(facts: &Facts) -> u8 {
    let signed = facts.events.iter().filter(|event| matches!(event.what, What::Mandated(_))).count();
    u8::try_from(signed).unwrap_or(u8::MAX)
}

fn id_of(facts: &Facts) -> Option<CitizenId> {
    CitizenId::parse(facts.field(Field::CitizenId), Date::MAX).ok()
}

fn phone_of(facts: &Facts, field: Field) -> Option<Phone> {
    Phone::parse(facts.field(field)).ok()
}

fn masked_id(facts: &Facts) -> Shown {
    id_of(facts).map(|id| Shown::masked(&id)).unwrap_or_default()
}

fn name_of(facts: &Facts) -> String {
    facts.field(Field::Name).to_owned()
}

/// The limits that were told, without the station's own dates.
fn decision_terms(clocks: &[Clock]) -> Vec<Term> {
    let told = [
        ClockKind::Statutory,
        ClockKind::Promised,
        ClockKind::ClearFacts,
        ClockKind::EmployerReport,
        ClockKind::WorkerReport,
    ];
    clocks.iter().filter(|clock| told.contains(&clock.kind)).map(Term::from).collect()
}

impl<S: Store> Desk<S> {
    /// What stands on a paper of a case; `None` where the case has no such paper.
    pub(super) fn sheet(&self, file: &OpenFile, paper: PaperRef, reveal: Option<&Permit>) -> Option<Made> {
        if !papers(file).contains(&paper) {
            return None;
        }
        if paper.no == 0 && matches!(paper.name, PaperName::Notice | PaperName::Mandate) {
            return self.at_the_bed(file, paper, reveal);
        }
        let (form, on) = match paper.name {
            PaperName::Receipt => self.receipt(file)?,
            PaperName::Label => self.label(file)?,
            PaperName::Notice => {
                let (notice, on) = self.one_time_notice(file, paper.no)?;
                (Form::OneTimeNotice(Box::new(notice)), on)
            }
            PaperName::Supplement => self.supplement_notice(file, paper.no)?,
            PaperName::Mandate => return self.mandate_letter(file, reveal),
            PaperName::MandateEnd => self.mandate_change(file, ChangeKind::Ended)?,
            PaperName::MandatePause => self.mandate_change(file, ChangeKind::Suspended)?,
            PaperName::MandateRenewal => self.mandate_change(file, ChangeKind::Renewed)?,
            PaperName::HandOver => self.hand_over(file)?,
            PaperName::Acceptance => self.acceptance(file)?,
            PaperName::Refusal => self.refusal(file)?,
            PaperName::Completion => self.completion(file)?,
            PaperName::DecisionCover => self.decision_cover(file)?,
            PaperName::DeliveryProof => self.delivery_proof(file)?,
            PaperName::Conditional => self.conditional(file, paper.no)?,
            PaperName::Promise => self.promise(file, paper.no)?,
            PaperName::InjuryClaim
            | PaperName::SpokenGuide
            | PaperName::Checklist
            | PaperName::Interview
            | PaperName::PrivacyNotice
            | PaperName::HomeVisit => return self.at_the_bed(file, paper, reveal),
        };
        let organ = matches!(paper.name, PaperName::Acceptance | PaperName::Refusal);
        Some(Made::masked(self.headed(file, form, on, organ.then(|| self.department(file))), on))
    }

    fn headed(&self, file: &OpenFile, form: Form, on: Date, organ: Option<String>) -> Sheet {
        let receipt = file.facts.case.receipt.as_ref().map(|(_, receipt)| receipt);
        let unit = organ.filter(|organ| !organ.is_empty()).unwrap_or_else(|| self.certificate.station.clone());
        let case_number = receipt.map(|receipt| receipt.number);
        // 石心实意: the name under which the district serves (R182).
        let head = Head { brand: "石心实意".to_owned(), unit, case_number, dated: Some(on), ..Head::default() };
        Sheet { head, form }
    }

    fn department(&self, file: &OpenFile) -> String {
        self.line(file).department
    }

    /// The matter of a case.
    fn line(&self, file: &OpenFile) -> ItemLine {
        let Some((_, receipt)) = &file.facts.case.receipt else { return ItemLine::default() };
        let department = self.item(&receipt.item).map(|item| item.department.clone()).unwrap_or_default();
        ItemLine { code: receipt.item.to_string(), name: receipt.item_name.clone(), department }
    }

    /// The published number of a member of staff.
    fn phone_of_agent(&self, agent: &AgentId) -> String {
        let found = self.published.roster.agents().iter().find(|one| one.id == *agent);
        found.and_then(|one| one.phone.as_ref()).map(|phone| phone.reveal().to_owned()).unwrap_or_default()
    }
}

/// The papers that are in.
fn taken(facts: &Facts) -> Vec<PaperRow> {
    let there = facts.case.papers.iter().filter(|paper| paper.state != PaperState::Missing);
    there.map(PaperRow::from).collect()
}
