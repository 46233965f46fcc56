//! 电脑丢了、信息泄露 (个人信息保护法 art 57; R204). Who is concerned is read from the cases of the divisions that the lost laptop served; what is
//! written to the authority and to the persons is drafted, and sent by hand.

use std::collections::{BTreeMap, BTreeSet};

use daiban_model::api::{
    Concerned, DataKind, Failure, Incident, IncidentKind, Incidents, Laptop, ListIncidents, ReportIncident, View,
};
use daiban_model::case::field::Field;
use daiban_model::stamp::Wall;
use daiban_model::wire::HUB_NO;
use jiff::ToSpan;

use super::answer::Answer;
use super::desk::Desk;
use super::register::Register;
use super::{Engine, story};
use crate::projection::Facts;
use crate::store::Store;
use crate::sync::certificates;

/// The register.
const INCIDENTS: Register = Register { name: "incident/", longest: 500, lacks: "incident_empty" };

impl<S: Store> Answer<S> for ListIncidents {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<Incidents>, Failure> {
        let desk = engine.desk()?;
        desk.may_audit()?;
        desk.incidents().await.map(Box::new)
    }
}

impl<S: Store> Answer<S> for ReportIncident {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<Incidents>, Failure> {
        let desk = engine.desk()?;
        desk.may_audit()?;
        INCIDENTS.filled(&[&self.cause, &self.harm, &self.measures, &self.contact])?;
        let persons = desk.concerned(&self).await?;
        let at = desk.now();
        let letter = letter(&self, &persons, at);
        // A drill needs nobody's name (art 6: no more than is needed).
        let persons = if self.kind == IncidentKind::Drill { Vec::new() } else { persons };
        let incident = Incident { report: self, at, by: desk.who.name.clone(), persons, letter };
        let no = desk.next_no(&INCIDENTS).await?;
        desk.enter(&INCIDENTS, &Register::numbered(no), &incident).await?;
        desk.incidents().await.map(Box::new)
    }
}

impl<S: Store> Desk<S> {
    async fn incidents(&self) -> Result<Incidents, Failure> {
        let mut all: Vec<Incident> = self.entries(&INCIDENTS).await?;
        all.reverse();
        let drill = all.iter().filter(|one| one.report.kind == IncidentKind::Drill).map(|one| one.at.date()).max();
        Ok(Incidents { all, drill_by: drill.map(|last| last.saturating_add(1.year())), laptops: self.laptops() })
    }

    /// The laptops of the district; its hub is none.
    fn laptops(&self) -> Vec<Laptop> {
        let stations = self.devices.values().filter(|device| device.device_no != HUB_NO);
        let mut laptops: Vec<Laptop> =
            stations.map(|device| Laptop { device_no: device.device_no, station: device.station.clone() }).collect();
        laptops.sort_by_key(|laptop| laptop.device_no);
        laptops.dedup_by_key(|laptop| laptop.device_no);
        laptops
    }

    /// Whose cases lay on a laptop: those of the divisions it served, each person once.
    async fn concerned(&self, report: &ReportIncident) -> Result<Vec<Concerned>, Failure> {
        let lost = self.devices.values().find(|device| device.device_no == report.device_no);
        let lost = lost.cloned().ok_or(Failure::NotFound)?;
        let mut found: BTreeMap<(String, String), Concerned> = BTreeMap::new();
        for row in self.rows_of(View::All, self.eyes(), |_| true).await? {
            let facts = self.facts_of(row.shown.id).await?;
            let written = facts.case.last.map(|last| Wall(i64::try_from(last.hlc.ms).unwrap_or(i64::MAX)).date());
            let recent = report.since.is_none_or(|since| written.is_some_and(|on| on >= since));
            if !recent || !certificates::covers(&lost, row.scope) {
                continue;
            }
            let (name, number) = (facts.field(Field::Name).to_owned(), facts.field(Field::CitizenId).to_owned());
            let id_masked = story::mask(Field::CitizenId, &number);
            // One number is one person; without one the name is.
            let key = if number.is_empty() { (name.clone(), number) } else { (String::new(), number) };
            let person = found.entry(key).or_insert(Concerned { name, id_masked, kinds: BTreeSet::new() });
            person.kinds.extend(kinds(&facts));
        }
        Ok(found.into_values().collect())
    }
}

fn kinds(facts: &Facts) -> impl Iterator<Item = DataKind> {
    let has = |field: Field| !facts.field(field).is_empty();
    let all = [
        (has(Field::Name), DataKind::Name),
        (has(Field::CitizenId), DataKind::Number),
        (has(Field::Phone) || has(Field::ContactPhone), DataKind::Phone),
        (has(Field::Address) || has(Field::Household), DataKind::Address),
        (has(Field::InjuredOn) || has(Field::InjuredPart), DataKind::Injury),
        (facts.case.files.iter().next().is_some(), DataKind::Pictures),
    ];
    all.into_iter().filter(|(there, _)| *there).map(|(_, kind)| kind)
}

/// Kind, cause, harm, measures and contact, as art 57 wants them; the same for the authority and for each person.
fn letter(report: &ReportIncident, persons: &[Concerned], at: Wall) -> String {
    let kinds: BTreeSet<DataKind> = persons.iter().flat_map(|person| person.kinds.iter().copied()).collect();
    let word = |kind: &DataKind| match kind {
        DataKind::Name => "姓名",
        DataKind::Number => "证件号",
        DataKind::Phone => "电话",
        DataKind::Address => "住址",
        DataKind::Injury => "伤病情况",
        DataKind::Pictures => "材料照片",
    };
    let kinds: Vec<&str> = kinds.iter().map(word).collect();
    let drill = if report.kind == IncidentKind::Drill { "（演练）" } else { "" };
    [
        format!("个人信息安全事件告知{drill}"),
        format!("时间：{}", at.local().strftime("%Y-%m-%d %H:%M")),
        format!("设备：{:02} 号电脑，涉及 {} 人", report.device_no, persons.len()),
        format!("信息种类：{}", kinds.join("、")),
        format!("原因：{}", report.cause.trim()),
        format!("可能造成的危害：{}", report.harm.trim()),
        format!("已采取的措施和您可以做的：{}", report.measures.trim()),
        format!("联系方式：{}", report.contact.trim()),
    ]
    .join("\n")
}
