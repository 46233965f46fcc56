//! 归档包: a closed file written as a pack into a folder, for the archive (R206). Whoever may close a file may pack it; that it left the
//! station is written down.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use daiban_model::access::Action;
use daiban_model::api::{Archived, Failure, Seen, StorageFault, WriteArchive};
use daiban_model::case::event::{Event, Outcome, PaperLine, PaperState, What};
use daiban_model::case::field::Field;
use daiban_model::case::retention::{self, Term};
use daiban_model::case::{Case, Stage};
use daiban_model::catalogue::Item;
use daiban_model::wire;
use jiff::civil::Date;

use super::answer::Answer;
use super::desk::{Desk, IDENTITY, Identity, OpenFile};
use super::{Engine, internal, storage, story};
use crate::archive::{self, Attached, Pack};
use crate::projection::Facts;
use crate::store::{Store, StoreError};

impl<S: Store> Answer<S> for WriteArchive {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Archived, Failure> {
        let desk = engine.desk()?;
        let file = desk.file(self.id).await?;
        desk.may(Action::Archive, &file.subject())?;
        if file.facts.case.stage != Stage::Archived {
            return Err(bad("archive_not_closed", String::new()));
        }
        let pack = desk.pack(&file)?;
        let states = desk.store.states(IDENTITY).await.map_err(storage)?;
        let identity = states.into_iter().find(|(name, _)| name == IDENTITY);
        let identity: Option<Identity> = identity.and_then(|(_, bytes)| wire::decode(&bytes, 65_536).ok());
        let certificate = identity.ok_or_else(|| storage(StoreError::Damaged { what: "identity" }))?.certificate;
        let bytes = archive::write(&pack, &desk.key, &certificate).map_err(|_| bad("file_too_large", String::new()))?;
        let name = name(&pack.number, corrections(&file)).ok_or_else(|| internal("a case number without digits"))?;
        // Written down before it leaves, as a look is before it is shown.
        desk.looked_at(file.id, &[Seen::Archived]).await?;
        keep(&Path::new(&self.folder).join(&name), &bytes)?;
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(Archived { name, files: u16::try_from(pack.files.len() + 7).unwrap_or(u16::MAX), bytes: size })
    }
}

impl<S: Store> Desk<S> {
    fn pack(&self, file: &OpenFile) -> Result<Pack, Failure> {
        let facts = &file.facts;
        let line = |line: daiban_model::api::StoryLine| {
            let (at, word) = (line.at.local().strftime("%Y-%m-%d %H:%M"), archive::act_word(&line.kind));
            format!("{at} {} {} {word} {}", line.by, line.unit, line.detail)
        };
        Ok(Pack {
            number: number(&facts.case),
            metadata: self.metadata(file),
            story: story::story(facts, &self.published).into_iter().rev().map(line).collect(),
            acts: facts.events.iter().map(Event::to_text).collect(),
            papers: facts.case.papers.iter().map(paper).collect(),
            files: self.attached(file)?,
        })
    }

    /// The metadata of DA/T 85-2019 as far as a case has them.
    fn metadata(&self, file: &OpenFile) -> Vec<(&'static str, &'static str, String)> {
        let (facts, case) = (&file.facts, &file.facts.case);
        let receipt = case.receipt.as_ref();
        let item = receipt.map(|(_, receipt)| receipt.item.clone());
        let department = item.as_ref().and_then(|code| self.item(code)).map(|item| item.department.clone());
        let when = |is: fn(&What) -> bool| {
            let event = facts.events.iter().find(|event| is(&event.what));
            event.map(|event| event.at.local().strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
        };
        let mut handlers: Vec<String> = Vec::new();
        for event in &facts.events {
            let name = self.published.agent(&event.by);
            if !handlers.contains(&name) {
                handlers.push(name);
            }
        }
        let term = self.keeping(facts);
        let until = self.kept_until(facts);
        let decision = case.decision.as_ref();
        vec![
            ("item_code", "事项代码", item.map(|code| code.to_string()).unwrap_or_default()),
            ("item_name", "事项名称", receipt.map(|(_, receipt)| receipt.item_name.clone()).unwrap_or_default()),
            ("number", "办件编号", number(case)),
            ("applicant", "申请人", facts.field(Field::Name).to_owned()),
            ("applicant_number", "申请人证件号", facts.field(Field::CitizenId).to_owned()),
            ("department", "承办部门", department.unwrap_or_default()),
            ("handlers", "承办人", handlers.join("、")),
            ("place", "行政区划", self.published.place(file.scope)),
            ("received", "收件时间", when(|what| matches!(what, What::Received(_)))),
            ("accepted", "受理时间", when(|what| matches!(what, What::Accepted { .. }))),
            ("decided", "办结时间", when(|what| matches!(what, What::Decided(_) | What::Withdrawn { .. }))),
            ("result", "办理结果", decision.map(|it| outcome(it.outcome).to_owned()).unwrap_or_default()),
            ("result_number", "结果文号", decision.map(|it| it.number.clone()).unwrap_or_default()),
            ("archived", "归档时间", when(|what| matches!(what, What::Archived))),
            ("keep", "保管期限", term.map(keep_word).unwrap_or_default().to_owned()),
            ("keep_until", "保管到", until.map(|day| day.to_string()).unwrap_or_default()),
            ("corrections", "归档后补正", corrections(file).to_string()),
        ]
    }

    /// The class of a file: its department's, else the rule for all (R207).
    pub(super) fn keeping(&self, facts: &Facts) -> Option<Term> {
        let (_, receipt) = facts.case.receipt.as_ref()?;
        Some(self.item(&receipt.item).map_or_else(|| retention::term(&receipt.item), Item::keeping))
    }

    /// The last day a closed file is kept at least; `None` for ever, or while it is not closed.
    pub(super) fn kept_until(&self, facts: &Facts) -> Option<Date> {
        self.keeping(facts)?.until(facts.closed_on()?)
    }

    /// Attachments in the order of the papers; those of no paper last. All must be here, whole.
    fn attached(&self, file: &OpenFile) -> Result<Vec<Attached>, Failure> {
        let case = &file.facts.case;
        let place = |paper: &str| case.papers.iter().position(|line| line.name == paper).unwrap_or(usize::MAX);
        let mut lines: Vec<_> = case.files.iter().map(|(_, line)| line).collect();
        lines.sort_by_key(|line| place(&line.paper));
        let now = self.now().0.max(0).unsigned_abs();
        let (mut files, mut absent) = (Vec::new(), 0);
        for line in lines {
            match self.attachments.blobs()?.whole(line.hash, now).map_err(storage)? {
                Some(bytes) => {
                    let (paper, label, kind) = (line.paper.clone(), line.label.clone(), line.kind);
                    files.push(Attached { paper, label, kind, bytes });
                }
                None => absent += 1,
            }
        }
        if absent == 0 { Ok(files) } else { Err(bad("archive_files_missing", absent.to_string())) }
    }
}

fn number(case: &Case) -> String {
    case.receipt.as_ref().map(|(_, receipt)| receipt.number.to_string()).unwrap_or_default()
}

/// What was added after the file was closed.
fn corrections(file: &OpenFile) -> usize {
    file.facts.events.iter().filter(|event| matches!(event.what, What::Corrected { .. })).count()
}

/// Digits and hyphens only: nothing personal, and a name that every system takes. A pack made after a correction lies beside the first.
fn name(number: &str, corrections: usize) -> Option<String> {
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let digits: Vec<&str> = number.split('-').filter(is_number).collect();
    let added = if corrections == 0 { String::new() } else { format!("-c{corrections}") };
    (!digits.is_empty()).then(|| format!("{}{added}.zip", digits.join("-")))
}

fn paper(line: &PaperLine) -> (String, String) {
    let state = match line.state {
        PaperState::Original => "原件",
        PaperState::Copy => "复印件",
        PaperState::Electronic => "电子证照",
        PaperState::Missing => "缺",
    };
    (line.name.clone(), format!("{state} {} 份", line.count))
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Granted => "准予",
        Outcome::Denied => "不予",
        Outcome::Returned => "退回",
        Outcome::Withdrawn => "撤回",
    }
}

fn keep_word(term: Term) -> &'static str {
    match term {
        Term::Ten => "定期10年",
        Term::Thirty => "定期30年",
        Term::Permanent => "永久",
    }
}

/// Writes a pack that only can be read from then on. The same pack once more changes nothing; another one is never written over.
pub(super) fn keep(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = match file {
        Ok(mut file) => file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| {
            let mut rights = file.metadata()?.permissions();
            rights.set_readonly(true);
            fs::set_permissions(path, rights)
        }),
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => match fs::read(path) {
            Ok(there) if there == bytes => Ok(()),
            Ok(_) => return Err(bad("archive_other_there", String::new())),
            Err(fault) => Err(fault),
        },
        Err(fault) => Err(fault),
    };
    written.map_err(|fault| match fault.kind() {
        io::ErrorKind::StorageFull => Failure::Storage { why: StorageFault::Full },
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => bad("archive_folder", String::new()),
        _ => Failure::Storage { why: StorageFault::Io },
    })
}

fn bad(code: &str, arg: String) -> Failure {
    Failure::BadValue { code: code.to_owned(), arg }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_is_named_by_numbers_alone() {
        let number = "石拐-202202-20260302-07-0001";
        assert_eq!(name(number, 0).as_deref(), Some("202202-20260302-07-0001.zip"));
        assert_eq!(name(number, 2).as_deref(), Some("202202-20260302-07-0001-c2.zip"), "beside the first");
        assert_eq!(name("", 0), None, "nothing to name it by");
    }

    #[test]
    fn a_pack_is_written_once_and_read_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.zip");
        keep(&path, b"one").unwrap();
        keep(&path, b"one").unwrap();
        assert_eq!(keep(&path, b"two"), Err(bad("archive_other_there", String::new())), "never written over");
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert!(fs::metadata(&path).unwrap().permissions().readonly());
        assert_eq!(keep(&folder.path().join("x/a.zip"), b"one"), Err(bad("archive_folder", String::new())));
    }
}
