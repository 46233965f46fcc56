//! `import`: read all files, tell every fault, and publish only when there is none.

use std::path::Path;

use anyhow::{Result, bail};
use daiban_core::store::Store;
use daiban_core::sync::hub::Hub;
use daiban_district::edge;
use daiban_district::import::{self, Content, Fault};
use daiban_district::published::{Difference, Published};
use daiban_model::calendar::Calendar;
use daiban_model::catalogue::Catalogue;
use daiban_model::organisation::PlaceTree;
use daiban_model::wire::PackageKind;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Import, answer, hub, said};

/// A checked content, ready to be published.
struct Draft {
    kind: PackageKind,
    content: Value,
    difference: Difference,
    /// The version in force, 0 for none.
    version: u32,
}

/// What was found wrong, file by file.
#[derive(Default)]
struct Complaints(Vec<(String, Vec<Fault>)>);

impl Complaints {
    /// Keeps the value, or notes the faults of its file.
    fn note<T>(&mut self, file: &Path, read: Result<T, Vec<Fault>>) -> Option<T> {
        read.map_err(|faults| self.0.push((file.display().to_string(), faults))).ok()
    }

    fn tell(&self) {
        for (file, faults) in &self.0 {
            eprintln!("{file}：{} 处问题", faults.len());
            for fault in faults {
                eprintln!("  {fault}");
            }
        }
    }
}

pub(super) async fn import(command: Import) -> Result<()> {
    let files = [&command.places, &command.roster, &command.items, &command.bundles, &command.calendar];
    if files.iter().all(|file| file.is_none()) {
        bail!("没有指定文件：请至少给出 --places、--roster、--items、--bundles、--calendar 中的一个");
    }
    let hub = hub(&command.at).await?;
    let mut complaints = Complaints::default();
    let contents = read(&hub, &command, &mut complaints).await?;
    if !complaints.0.is_empty() {
        complaints.tell();
        bail!("以上各处改好后再导入；这次没有发布任何内容");
    }
    let mut told = Vec::new();
    for (kind, content) in contents {
        let draft = compared(&hub, kind, content).await?;
        told.push(if command.dry_run { told_of(&draft, "checked") } else { publish(&hub, draft, &command).await? });
    }
    answer(&json!({ "packages": told }))
}

/// Reads and checks every file that was named; the contents stand in the order in which they rest on one another.
async fn read<S: Store>(
    hub: &Hub<S>,
    command: &Import,
    complaints: &mut Complaints,
) -> Result<Vec<(PackageKind, Value)>> {
    let mut contents = Vec::new();
    let named = |file: &Path| import::read(file);
    let mut tree = None;
    if let Some(file) = &command.places {
        tree = complaints.note(file, named(file).and_then(|content| import::places(&content)));
        push(&mut contents, PackageKind::Organisation, tree.as_ref())?;
    } else if let Some(published) = Published::of(hub, PackageKind::Organisation).await.map_err(said::hub)? {
        tree = Some(published.read::<PlaceTree>().map_err(said::hub)?);
    }
    if let Some(file) = &command.roster {
        let read = named(file).and_then(|content| import::roster(&content, tree.as_ref()));
        push(&mut contents, PackageKind::Roster, complaints.note(file, read).as_ref())?;
    }
    let valid_from = command.valid_from.unwrap_or_else(|| edge::wall().date());
    let mut catalogue = None;
    if let Some(file) = &command.items {
        let version = last(hub, PackageKind::Catalogue).await?;
        let checked = |content: Content| import::catalogue(&content, version + 1, valid_from);
        catalogue = complaints.note(file, named(file).and_then(checked));
        push(&mut contents, PackageKind::Catalogue, catalogue.as_ref())?;
    }
    if let Some(file) = &command.bundles {
        if catalogue.is_none() && command.items.is_none() {
            let published = Published::of(hub, PackageKind::Catalogue).await.map_err(said::hub)?;
            catalogue = published.map(|published| published.read::<Catalogue>()).transpose().map_err(said::hub)?;
        }
        let version = last(hub, PackageKind::Bundles).await?;
        // Items that do not read are complained of already; nothing is said of bundles that rest on them.
        match &catalogue {
            Some(catalogue) => {
                let checked = |content: Content| import::bundles(&content, catalogue, version + 1, valid_from);
                push(
                    &mut contents,
                    PackageKind::Bundles,
                    complaints.note(file, named(file).and_then(checked)).as_ref(),
                )?;
            }
            None if command.items.is_none() => bail!("还没有发布事项清单：请先导入事项，或与 --items 一起导入"),
            None => {}
        }
    }
    if let Some(file) = &command.calendar {
        let read = complaints.note(file, named(file).and_then(|content| import::calendar(&content)));
        push(&mut contents, PackageKind::Calendar, joined(hub, read).await?.as_ref())?;
    }
    Ok(contents)
}

/// A file of one year, or of the local days, is laid over what is in force (R80, R82).
async fn joined<S: Store>(hub: &Hub<S>, read: Option<Calendar>) -> Result<Option<Calendar>> {
    let Some(newer) = read else { return Ok(None) };
    let Some(published) = Published::of(hub, PackageKind::Calendar).await.map_err(said::hub)? else {
        return Ok(Some(newer));
    };
    let before = published.read::<Calendar>().map_err(said::hub)?;
    Ok(Some(before.renewed(&newer)?))
}

/// The version in force, 0 before the first publication.
async fn last<S: Store>(hub: &Hub<S>, kind: PackageKind) -> Result<u32> {
    Ok(Published::of(hub, kind).await.map_err(said::hub)?.map_or(0, |last| last.version))
}

fn push<T: Serialize>(contents: &mut Vec<(PackageKind, Value)>, kind: PackageKind, read: Option<&T>) -> Result<()> {
    if let Some(value) = read {
        contents.push((kind, serde_json::to_value(value)?));
    }
    Ok(())
}

async fn compared<S: Store>(hub: &Hub<S>, kind: PackageKind, content: Value) -> Result<Draft> {
    let last = Published::of(hub, kind).await.map_err(said::hub)?;
    let difference = Difference::between(kind, last.as_ref().map(|last| &last.content), &content);
    Ok(Draft { kind, content, difference, version: last.map_or(0, |last| last.version) })
}

/// What is in force already is not published again, so that stations do not fetch it again; unless a day was named for it.
async fn publish<S: Store>(hub: &Hub<S>, mut draft: Draft, command: &Import) -> Result<Value> {
    let dated = matches!(draft.kind, PackageKind::Catalogue | PackageKind::Bundles) && command.valid_from.is_some();
    if draft.difference.is_none() && draft.version > 0 && !dated {
        return Ok(told_of(&draft, "unchanged"));
    }
    let json = serde_json::to_vec(&draft.content)?;
    draft.version = hub.publish(draft.kind, json).await.map_err(said::hub)?;
    Ok(told_of(&draft, "published"))
}

fn told_of(draft: &Draft, outcome: &str) -> Value {
    let Difference { entries, added, changed, removed } = draft.difference;
    json!({
        "kind": draft.kind, "outcome": outcome, "version": draft.version,
        "entries": entries, "added": added, "changed": changed, "removed": removed,
    })
}
