//! Attachments of cases: taken in, looked at, asked for.
//!
//! The content is durable before the case names it (B4), so a case never names what nobody has. Whole pictures show numbers of
//! people: to look at one needs the right to see them and is written down first, like a revealed field (rules §7, V1).

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use daiban_model::access::{Action, permit};
use daiban_model::api::{
    AddFile, Bytes, CasePage, Changed, Failure, FileSize, FileState, FileView, FilesOpen, FilesWaiting, GetFile,
    GotFile, Seen, StorageFault, ThumbView,
};
use daiban_model::case::Command;
use daiban_model::case::event::{FileLine, Thumb};
use daiban_model::case::fold::Mark;
use daiban_model::ids::{CaseId, FileHash, ScopeCode};
use daiban_model::stamp::Wall;

use super::answer::Answer;
use super::desk::{Desk, OpenFile};
use super::{Engine, FILES, storage};
use crate::files::intake::{self, Intake, IntakeFault};
use crate::files::queue::Known;
use crate::files::{label, name_of};
use crate::keys::DatabaseKey;
use crate::store::Store;
use crate::store::blobs::{Blobs, Kept, Party, Receipted, SqliteBlobs, Stays};

/// Bytes of whole contents that a station keeps for looking at; what is owed to the hub does not count against it.
const ROOM: u64 = 2 << 30;
/// Longest name of a paper.
const LONGEST_PAPER: usize = 120;
/// After how long a content that the district did not have is asked for again by itself.
const ASK_AGAIN_MS: i64 = 60_000;

/// Where a picked file belongs.
#[derive(Debug, Clone)]
pub struct FilePlace {
    /// The case.
    pub case: CaseId,
    /// The paper it shows.
    pub paper: String,
    /// What it was called.
    pub label: String,
}

/// A content that somebody here wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Want {
    pub(super) name: FileHash,
    pub(super) size: u32,
    pub(super) stays: Stays,
}

/// The attachments of an open station.
pub(crate) struct Attachments {
    /// Why there are none does not keep anybody from working on cases.
    blobs: Result<Arc<dyn Blobs>, StorageFault>,
    /// What the hub said it has, since the last cut.
    pub(super) known: Known,
    pub(super) wanted: Vec<Want>,
    /// What the hub did not have, and when it said so.
    pub(super) absent: HashMap<FileHash, Wall>,
    /// What the hub did not take, in this session.
    pub(super) refused: HashSet<(FileHash, ScopeCode)>,
}

impl Attachments {
    pub(super) fn open(folder: &Path, key: &DatabaseKey) -> Self {
        let blobs = match SqliteBlobs::open(&folder.join(FILES), key) {
            Ok(blobs) => Ok(Arc::new(blobs) as Arc<dyn Blobs>),
            Err(fault) => match storage(fault) {
                Failure::Storage { why } => Err(why),
                _ => Err(StorageFault::Io),
            },
        };
        let (known, wanted, absent, refused) = Default::default();
        Self { blobs, known, wanted, absent, refused }
    }

    pub(super) fn blobs(&self) -> Result<&Arc<dyn Blobs>, Failure> {
        self.blobs.as_ref().map_err(|why| Failure::Storage { why: *why })
    }

    /// After a cut: what the hub has is asked anew.
    pub(super) fn unsure(&mut self) {
        self.known.clear();
    }

    /// The hub began another history, from a backup perhaps: what it promised in the last one is asked for again. B6.
    pub(super) fn another_history(&mut self) {
        self.known.clear();
        if let Some(Err(fault)) = self.blobs.as_ref().ok().map(|blobs| blobs.reopen()) {
            tracing::warn!(%fault, "debts were not opened again");
        }
    }

    /// Asks for a content at the next opportunity; whether it is a new wish.
    fn want(&mut self, want: Want) -> bool {
        let new = !self.wanted.iter().any(|other| other.name == want.name);
        if new {
            self.wanted.push(want);
        }
        new
    }
}

impl<S: Store> Answer<S> for AddFile {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Box<CasePage>, Failure> {
        let intake = intake::take(&self.bytes.0);
        let place = FilePlace { case: self.case, paper: self.paper, label: self.label };
        engine.add_file(place, intake).await
    }
}

impl<S: Store> Answer<S> for GetFile {
    async fn answer(self, engine: &mut Engine<S>) -> Result<GotFile, Failure> {
        let desk = engine.desk()?;
        let file = desk.file(self.case).await?;
        let line = file.facts.case.files.iter().map(|(_, line)| line).find(|line| line.hash == self.file);
        let line = line.cloned().ok_or(Failure::NotFound)?;
        let want = match self.size {
            FileSize::Thumb => thumb(&line).ok_or(Failure::NotFound)?,
            FileSize::Whole => {
                desk.may(Action::Reveal, &file.subject())?;
                Want { name: line.hash, size: line.bytes, stays: Stays::WhileThereIsRoom }
            }
        };
        let now = desk.now();
        let found = desk.attachments.blobs()?.whole(want.name, now.0.max(0).unsigned_abs()).map_err(storage)?;
        if let Some(bytes) = found {
            if self.size == FileSize::Whole {
                // V1: written down before it is shown.
                desk.looked(&file, &[Seen::File(line.hash)]).await?;
            }
            return Ok(GotFile::Here { kind: line.kind, bytes: Bytes(bytes) });
        }
        if desk.asked_lately(want.name, now) {
            return Ok(GotFile::NotYetThere);
        }
        let new = desk.attachments.want(want);
        engine.wish |= new;
        Ok(GotFile::Coming)
    }
}

impl<S: Store> Engine<S> {
    /// Adds what a picked file came to. Refused before anything is stored where the person may not or the rules say no.
    pub async fn add_file(
        &mut self,
        place: FilePlace,
        intake: Result<Intake, IntakeFault>,
    ) -> Result<Box<CasePage>, Failure> {
        let bad = |code: &str| Failure::BadValue { code: code.to_owned(), arg: String::new() };
        let desk = self.desk()?;
        let file = desk.file(place.case).await?;
        desk.may(Action::Collect, &file.subject())?;
        let paper = place.paper.trim().to_owned();
        if paper.chars().count() > LONGEST_PAPER {
            return Err(bad("too_long"));
        }
        let intake = intake.map_err(|fault| bad(fault.code()))?;
        let line = line_of(&intake, paper, label::clean(&place.label)).ok_or_else(|| bad("file_too_large"))?;
        let edits = desk.decided(&file, Command::AddFile(line))?;
        desk.keep_contents(&intake, file.scope)?;
        let file = desk.write(file, &edits).await?;
        let page = desk.case_page(&file).await?;
        self.tell(Changed::Cases { ids: vec![place.case] });
        self.tell(Changed::Sync);
        Ok(Box::new(page))
    }
}

/// The attachment as the case will know it.
fn line_of(intake: &Intake, paper: String, label: String) -> Option<FileLine> {
    let size = |bytes: &[u8]| u32::try_from(bytes.len()).ok();
    let thumb = match &intake.thumb {
        Some(bytes) => Some(Thumb { hash: name_of(bytes), bytes: size(bytes)? }),
        None => None,
    };
    let (hash, kind, bytes) = (name_of(&intake.bytes), intake.kind, size(&intake.bytes)?);
    Some(FileLine { hash, kind, bytes, thumb, paper, label })
}

fn thumb(line: &FileLine) -> Option<Want> {
    line.thumb.map(|thumb| Want { name: thumb.hash, size: thumb.bytes, stays: Stays::Always })
}

impl<S: Store> Desk<S> {
    /// Stores the contents of an intake, with the debts that come of them. B4.
    fn keep_contents(&self, intake: &Intake, scope: ScopeCode) -> Result<(), Failure> {
        let blobs = self.attachments.blobs()?;
        let thumb = intake.thumb.iter().map(|bytes| Kept { bytes, stays: Stays::Always });
        let whole = Kept { bytes: &intake.bytes, stays: Stays::WhileThereIsRoom };
        let contents: Vec<Kept<'_>> = thumb.chain(std::iter::once(whole)).collect();
        blobs.keep(&contents, scope, self.now().0.max(0).unsigned_abs()).map_err(storage)?;
        self.make_room();
        Ok(())
    }

    /// Frees what can be fetched again where there is too much of it. What does not work now works later.
    pub(super) fn make_room(&self) {
        let Ok(blobs) = self.attachments.blobs() else { return };
        match blobs.make_room(ROOM) {
            Ok(0) => {}
            Ok(freed) => tracing::info!(freed, "attachments were freed that the district has"),
            Err(fault) => tracing::warn!(%fault, "no attachments were freed"),
        }
    }

    /// The attachments of a case, as its page shows them. Where their store cannot answer, they are shown as not here.
    pub(super) fn file_views(&self, file: &OpenFile) -> Vec<FileView> {
        let view = |(mark, line): &(Mark, FileLine)| FileView {
            hash: line.hash,
            kind: line.kind,
            bytes: line.bytes,
            paper: line.paper.clone(),
            label: line.label.clone(),
            by: self.published.agent(&mark.by),
            at: mark.at,
            thumb: match line.thumb {
                None => ThumbView::None,
                Some(thumb) if self.is_here(thumb.hash) => ThumbView::Here,
                Some(_) => ThumbView::Elsewhere,
            },
            state: self.file_state(line, file.scope),
        };
        file.facts.case.files.iter().map(view).collect()
    }

    pub(super) fn is_here(&self, name: FileHash) -> bool {
        let standing = self.attachments.blobs().ok().and_then(|blobs| blobs.standing(name, Party::Own).ok());
        standing.is_some_and(|standing| standing.whole.is_some())
    }

    fn file_state(&self, line: &FileLine, scope: ScopeCode) -> FileState {
        let standing = self.attachments.blobs().ok().and_then(|blobs| blobs.standing(line.hash, Party::Own).ok());
        let Some(standing) = standing else { return FileState::Elsewhere { percent: 0 } };
        if standing.whole.is_none() {
            return FileState::Elsewhere { percent: percent(standing.arrived.bytes(line.bytes), line.bytes) };
        }
        if standing.scopes.contains(&(scope, Receipted::No)) {
            let known = self.attachments.known.get(&(line.hash, scope));
            let sent = known.map_or(0, |have| have.bytes(line.bytes));
            return FileState::Waiting { percent: percent(sent, line.bytes) };
        }
        FileState::Arrived
    }

    pub(super) fn files_open(&self, file: &OpenFile) -> FilesOpen {
        let may = permit(&self.who, Action::Collect, &file.subject()).is_ok();
        if may && file.facts.case.takes_files() { FilesOpen::Open } else { FilesOpen::Closed }
    }

    /// Asks for the small pictures of a case that are not here. Whether any of them is a new wish.
    pub(super) fn want_thumbs(&mut self, file: &OpenFile) -> bool {
        let now = self.now();
        let wants = file.facts.case.files.iter().filter_map(|(_, line)| thumb(line));
        let wants: Vec<Want> =
            wants.filter(|want| !self.is_here(want.name) && !self.asked_lately(want.name, now)).collect();
        if self.attachments.blobs.is_err() {
            return false;
        }
        wants.into_iter().fold(false, |new, want| self.attachments.want(want) | new)
    }

    /// Whether the district said a moment ago that it does not have it.
    fn asked_lately(&self, name: FileHash, now: Wall) -> bool {
        self.attachments.absent.get(&name).is_some_and(|at| now.0.saturating_sub(at.0).abs() < ASK_AGAIN_MS)
    }

    /// Attachments without a receipt, for the page of the exchange. Where their store cannot answer, none are promised.
    pub(super) fn files_waiting(&self) -> FilesWaiting {
        let Ok(blobs) = self.attachments.blobs() else { return FilesWaiting::default() };
        let (Ok(owed), Ok(debts)) = (blobs.owed(), blobs.debts(200)) else { return FilesWaiting::default() };
        let sent = debts.iter().filter_map(|debt| {
            let have = self.attachments.known.get(&(debt.name, debt.scope))?;
            Some(u64::from(have.bytes(debt.size)))
        });
        FilesWaiting { items: owed.items, bytes: owed.bytes, sent: sent.sum() }
    }
}

fn percent(part: u32, whole: u32) -> u8 {
    u8::try_from(u64::from(part) * 100 / u64::from(whole.max(1))).unwrap_or(100)
}
