//! Attachments on the road: after case data, in chunks, as far as the line is good for; what people type meanwhile goes first.
//! X3 holds here too: whatever the answer is, the next request can be made.

use daiban_model::api::{Failure, ProblemCode, StorageFault};
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, Bring, Brought, Fetch, Fetched, Fetching, FilesOutcome, FilesReply, FilesRequest, Hash, NotTaken, Part,
    Taking,
};

use super::link::{Asked, FilesTurn, LinkState};
use super::{Engine, Turn};
use crate::engine::desk::Desk;
use crate::engine::files::Want;
use crate::engine::storage;
use crate::files::queue::{self, Load};
use crate::store::blobs::{Arrival, Arrived, Debt, Party, Tried};
use crate::store::{PeerQuery, Store};
use crate::sync::files;
use crate::sync::station::Thread;

/// Debts looked at for one request.
const LOOK: u16 = 200;
/// Contents wanted in one request.
const WANTED: usize = 16;

/// What a request about attachments came to.
pub(super) struct Moved {
    /// Whether anything is nearer its end than before.
    on: bool,
    pub(super) refused: u32,
    pub(super) damaged: u32,
}

/// The body of a request about attachments, when it is their turn: the inner `None` says that there is nothing to carry after all.
pub(super) async fn in_turn<S: Store>(
    desk: &mut Desk<S>,
    link: &mut LinkState,
) -> Result<Option<Option<Vec<u8>>>, Failure> {
    if link.files == FilesTurn::Later || link.packages_wanted {
        return Ok(None);
    }
    let typed = desk.store.peer(PeerQuery::Outbox { limit: 1 }).await.map_err(storage)?.outbox;
    if !typed.is_empty() {
        link.files = FilesTurn::Later;
        return Ok(None);
    }
    match desk.files_request(link.max_bytes) {
        Ok(Some((body, hash))) => {
            link.asked = Some((Asked::Files(hash), desk.edge.now()));
            Ok(Some(Some(body)))
        }
        Ok(None) => {
            link.over();
            Ok(Some(None))
        }
        Err(fault) => {
            // Case data went through; that attachments cannot be read is told and stops nothing else.
            link.problem(problem_of(&fault), desk.edge.now(), 0);
            link.over();
            Ok(Some(None))
        }
    }
}

fn problem_of(fault: &Failure) -> ProblemCode {
    match fault {
        Failure::Storage { why: StorageFault::Full } => ProblemCode::DiskFull,
        _ => ProblemCode::FileDamaged,
    }
}

impl<S: Store> Engine<S> {
    /// After the exchange of case data it is the attachments' turn, where there are any.
    pub(super) fn then_files(&mut self, turn: Turn) -> Turn {
        let Some(desk) = &self.desk else { return turn };
        let done = turn == Turn::Done && self.link.state == daiban_model::api::Link::Working;
        if done && self.link.files == FilesTurn::Later && desk.has_file_work() {
            self.link.files = FilesTurn::Now;
            return Turn::Again;
        }
        turn
    }

    /// Takes in the answer to a request about attachments.
    pub(super) fn files_reply(&mut self, reply: FilesReply, now: Wall) -> Turn {
        let Some(desk) = self.desk.as_mut() else { return Turn::Done };
        desk.thread = Thread { nonce: reply.nonce, ..desk.thread };
        let (brought, fetched) = match reply.outcome {
            FilesOutcome::Done(done) => (done.brought, done.fetched),
            FilesOutcome::StaleNonce => return self.link.detour(),
            // Of a revoked device the exchange tells. A hub that is closed for attachments may open again: they wait.
            FilesOutcome::Revoked | FilesOutcome::Closed => return Turn::Done,
        };
        let moved = desk.brought(brought).and_then(|up| Ok((up, desk.fetched(fetched, now)?)));
        match moved {
            Ok((up, down)) => {
                self.link.tell_of(ProblemCode::FilesRefused, up.refused, now);
                self.link.tell_of(ProblemCode::FileDamaged, up.damaged + down.damaged, now);
                let more = self.desk.as_ref().is_some_and(Desk::has_file_work);
                match (more, up.on || down.on) {
                    (true, true) => Turn::Again,
                    (true, false) => self.link.detour(),
                    (false, _) => Turn::Done,
                }
            }
            Err(fault) => {
                self.link.problem(problem_of(&fault), now, 0);
                Turn::Done
            }
        }
    }
}

impl LinkState {
    /// The run ends here with everything carried that could be.
    fn over(&mut self) {
        self.drop_run();
        self.state = daiban_model::api::Link::Done;
    }

    pub(super) fn tell_of(&mut self, code: ProblemCode, records: u32, now: Wall) {
        if records > 0 {
            self.problem(code, now, records);
        }
    }
}

impl<S: Store> Desk<S> {
    pub(super) fn open_debts(&self) -> Result<Vec<Debt>, Failure> {
        let refused = u16::try_from(self.attachments.refused.len()).unwrap_or(u16::MAX);
        let debts = self.attachments.blobs()?.debts(LOOK.saturating_add(refused)).map_err(storage)?;
        let open = |debt: &Debt| !self.attachments.refused.contains(&(debt.name, debt.scope));
        Ok(debts.into_iter().filter(open).collect())
    }

    fn has_file_work(&self) -> bool {
        !self.attachments.wanted.is_empty() || self.open_debts().is_ok_and(|debts| !debts.is_empty())
    }

    /// The next request; `None` when nothing is owed and nothing wanted.
    fn files_request(&mut self, max_bytes: u32) -> Result<Option<(Vec<u8>, Hash)>, Failure> {
        if !self.has_file_work() {
            return Ok(None);
        }
        let blobs = self.attachments.blobs()?.clone();
        let loads = queue::next(&self.open_debts()?, &self.attachments.known, max_bytes);
        let first: Vec<_> = loads.iter().filter(|load| load.debt.tried == Tried::No).collect();
        if !first.is_empty() {
            let first: Vec<_> = first.into_iter().map(|load| (load.debt.name, load.debt.scope)).collect();
            blobs.tried(&first).map_err(storage)?;
        }
        let mut bring = Vec::with_capacity(loads.len());
        for Load { debt, parts: numbers } in loads {
            let mut parts = Vec::with_capacity(numbers.len());
            for n in numbers {
                let Some(bytes) = blobs.chunk(debt.name, n).map_err(storage)? else {
                    // Owed and not here: a damaged file. It must not hold up what waits behind it. X3.
                    tracing::error!(name = ?debt.name, "an attachment that is owed is not here");
                    self.attachments.refused.insert((debt.name, debt.scope));
                    break;
                };
                parts.push(Part { n, bytes });
            }
            bring.push(Bring { scope: debt.scope, name: debt.name, size: debt.size, parts });
        }
        let mut fetch = Vec::new();
        for want in self.attachments.wanted.iter().take(WANTED) {
            let have = blobs.standing(want.name, Party::Own).map_err(storage)?.arrived;
            fetch.push(Fetch { name: want.name, have });
        }
        let (version, nonce) = (wire::VERSION, self.thread.nonce);
        Ok(Some(files::request(&self.key, &FilesRequest { version, nonce, max_bytes, bring, fetch })))
    }

    /// What became of what was brought. A debt is paid by the hub's own signature for this content and division, and nothing else.
    pub(super) fn brought(&mut self, all: Vec<Brought>) -> Result<Moved, Failure> {
        let mut moved = Moved { on: false, refused: 0, damaged: 0 };
        for Brought { name, scope, taking } in all {
            let at = (name, scope);
            match taking {
                Taking::Whole(signed) => {
                    let receipt = files::receipt(&signed, &self.trust);
                    if receipt.is_some_and(|receipt| (receipt.name, receipt.scope) == at) {
                        self.attachments.blobs()?.receipted(name, scope, &wire::encode(&signed)).map_err(storage)?;
                        self.attachments.known.remove(&at);
                        moved.on = true;
                    }
                }
                Taking::Some(have) => {
                    moved.on |= self.attachments.known.get(&at) != Some(&have);
                    self.attachments.known.insert(at, have);
                }
                Taking::Not(why) => {
                    self.attachments.refused.insert(at);
                    match why {
                        NotTaken::OtherBytes => moved.damaged += 1,
                        NotTaken::OutOfScope | NotTaken::Quota | NotTaken::Malformed => moved.refused += 1,
                    }
                }
            }
        }
        Ok(moved)
    }

    /// What came of what was wanted.
    pub(super) fn fetched(&mut self, all: Vec<Fetched>, now: Wall) -> Result<Moved, Failure> {
        let mut moved = Moved { on: false, refused: 0, damaged: 0 };
        for Fetched { name, fetching } in all {
            let Some(want) = self.attachments.wanted.iter().find(|want| want.name == name).copied() else { continue };
            let parts = match fetching {
                Fetching::Parts(parts) if parts.is_empty() => continue,
                Fetching::Parts(parts) => parts,
                Fetching::Absent => {
                    self.attachments.absent.insert(name, now);
                    self.attachments.wanted.retain(|want| want.name != name);
                    moved.on = true;
                    continue;
                }
            };
            let arrived = self.arrived(want, &parts, now)?;
            moved.on = true;
            moved.damaged += u32::from(arrived == Arrived::OtherBytes);
            if !matches!(arrived, Arrived::Some(_)) {
                self.attachments.wanted.retain(|want| want.name != name);
            }
        }
        Ok(moved)
    }

    fn arrived(&self, want: Want, parts: &[Part], now: Wall) -> Result<Arrived, Failure> {
        let Want { name, size, stays } = want;
        let arrival = Arrival { party: Party::Own, name, size, parts, stays, scope: None };
        let blobs = self.attachments.blobs()?;
        let arrived = blobs.arrive(arrival, now.0.max(0).unsigned_abs()).map_err(storage)?;
        if arrived == Arrived::Whole {
            self.make_room();
        }
        Ok(arrived)
    }
}
