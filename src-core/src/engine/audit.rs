//! 审计 (rules §7; R208): lines are only added, each signed and after the one before it. Nobody but a supervisor reads them, and nobody,
//! whoever keeps the frame, can change one without its place being seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use daiban_model::api::{Audit, AuditLine, AuditWritten, Audited, Chain, ExportAudit, Failure, ListAudit, Seen, Why};
use daiban_model::case::field::Field;
use daiban_model::ids::{AgentId, CaseId};
use daiban_model::person::Fact;
use daiban_model::stamp::Wall;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::archive::keep;
use super::desk::Desk;
use super::papers::title;
use super::trail::{Numbered, Trail};
use super::{Engine, storage};
use crate::store::{Batch, RowQuery, Store};
use crate::sync::sign::Domain;

/// The log.
const ACTS: Trail = Trail { log: "audit/", end: "audited", domain: Domain::Audit };
/// From how many digits in a row a search is one by number.
const DIGITS: usize = 15;

/// What one line says.
#[derive(Serialize, Deserialize)]
struct Act {
    at: Wall,
    by: AgentId,
    act: Audited,
}

impl<S: Store> Answer<S> for ListAudit {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Audit, Failure> {
        let desk = engine.desk()?;
        desk.may_audit()?;
        desk.audit_of(self.month).await
    }
}

impl<S: Store> Answer<S> for ExportAudit {
    async fn answer(self, engine: &mut Engine<S>) -> Result<AuditWritten, Failure> {
        let desk = engine.desk()?;
        desk.may_audit()?;
        // That it was written out is a line of its own: of this month, whichever month is written.
        desk.audit(&[Audited::Exported]).await?;
        let audit = desk.audit_of(self.month).await?;
        let last = audit.lines.first().map_or(0, |line| line.number);
        let name = format!("audit-{}-{last}.txt", self.month.strftime("%Y%m"));
        keep(&Path::new(&self.folder).join(&name), text(&audit).as_bytes())?;
        Ok(AuditWritten { name, lines: u32::try_from(audit.lines.len()).unwrap_or(u32::MAX) })
    }
}

impl<S: Store> Desk<S> {
    /// Writes down what whoever is signed in does.
    pub(super) async fn audit(&self, acts: &[Audited]) -> Result<(), Failure> {
        let states = self.audited(&self.who.agent, acts).await?;
        self.commit(Batch { states, ..Batch::default() }).await
    }

    /// The states that add these lines, for a commit that holds more.
    pub(super) async fn audited(
        &self,
        by: &AgentId,
        acts: &[Audited],
    ) -> Result<Vec<(String, Option<Vec<u8>>)>, Failure> {
        let at = self.now();
        let acts = acts.iter().map(|act| Act { at, by: by.clone(), act: *act }).collect();
        self.added(&ACTS, at, acts).await
    }

    /// A search by a whole number is written down; never the number.
    pub(super) async fn audit_search(&self, text: &str) -> Result<(), Failure> {
        let text: String = text.chars().filter(|sign| !sign.is_whitespace()).collect();
        let by_number = text.split(|sign: char| !sign.is_ascii_digit()).any(|run| run.len() >= DIGITS);
        if by_number { self.audit(&[Audited::SearchedByNumber]).await } else { Ok(()) }
    }

    async fn audit_of(&self, month: jiff::civil::Date) -> Result<Audit, Failure> {
        let (lines, chain) = self.month_of::<Act>(&ACTS, month).await?;
        let docs: BTreeSet<_> =
            lines.iter().filter_map(|line| line.said.act.case()).map(|case| case.0.into_bytes()).collect();
        let rows = self.store.rows(RowQuery::ByDoc(docs.into_iter().collect())).await.map_err(storage)?.cases;
        let mut numbers: BTreeMap<CaseId, String> =
            rows.into_iter().map(|row| (row.shown.id, row.shown.number)).collect();
        self.with_wiped(&mut numbers, lines.iter().filter_map(|line| line.said.act.case())).await?;
        let told = |Numbered { number, said: Act { at, by, act }, .. }: Numbered<Act>| {
            let case_number = act.case().and_then(|case| numbers.get(&case)).cloned().unwrap_or_default();
            AuditLine { number, at, by: self.published.agent(&by), act, case_number }
        };
        Ok(Audit { lines: lines.into_iter().rev().map(told).collect(), chain })
    }
}

/// One line each, first to last, and what the check says.
fn text(audit: &Audit) -> String {
    let line = |line: &AuditLine| {
        let at = line.at.local().strftime("%Y-%m-%d %H:%M:%S");
        format!("{}\t{at}\t{}\t{}\t{}\n", line.number, line.by, what(line.act), line.case_number)
    };
    let lines: String = audit.lines.iter().rev().map(line).collect();
    match audit.chain {
        Chain::Whole => lines + "连续\n",
        Chain::BrokenAfter { number } => format!("{lines}第 {number} 行后不连续\n"),
    }
}

/// What was done, as the screen says it; never what was read.
fn what(act: Audited) -> String {
    match act {
        Audited::SignedIn => "登录".to_owned(),
        Audited::Looked { seen, .. } => looked(seen),
        Audited::SearchedByNumber => "按证件号查找".to_owned(),
        Audited::Printed { paper, .. } => format!("打印{}", title(paper)),
        Audited::Exported => "导出审计记录".to_owned(),
        Audited::TakenIn { letters } => format!("从优盘收进 {letters} 封信"),
        Audited::RightsChanged { version } => format!("权限变动，人员名册第 {version} 版"),
    }
}

fn looked(seen: Seen) -> String {
    match seen {
        Seen::Field(field) => format!("看了全号：{}", of_field(field)),
        Seen::FieldFor(field, why) => format!("看了全号：{}，为了{}", of_field(field), reason(why)),
        Seen::Fact(fact) => format!("看了全号：{}", of_fact(fact)),
        Seen::FactFor(fact, why) => format!("看了全号：{}，为了{}", of_fact(fact), reason(why)),
        Seen::File(hash) => format!("看了附件大图 {hash}"),
        Seen::MyData => "打印了本人的全部资料".to_owned(),
        Seen::Archived => "打成归档包".to_owned(),
        Seen::Wiped => "签字清掉附件副本".to_owned(),
        Seen::Destroyed => "签字销毁到期档案".to_owned(),
    }
}

/// Only what is masked is looked at in full.
fn of_field(field: Field) -> &'static str {
    match field {
        Field::CitizenId => "证件号",
        Field::Phone => "电话",
        Field::ContactPhone => "联系人电话",
        _ => "其他",
    }
}

fn of_fact(fact: Fact) -> &'static str {
    match fact {
        Fact::Number => "证件号、信用代码",
        Fact::Phone => "电话",
        Fact::ContactPhone => "联系人电话",
        _ => "其他",
    }
}

fn reason(why: Why) -> &'static str {
    match why {
        Why::FillForm => "填表",
        Why::Compare => "核对证件",
        Why::Call => "打电话",
        Why::Asked => "本人要看",
    }
}
