//! The exchange as the engine sees it: what to ask next, and what to make of the answer. Carrying bytes is somebody else's part.
//!
//! X1: a frame and the cursor behind it are stored in one commit. X2: outbox changes leave only on the hub's receipt.
//! X3: whatever the answer is, the next request can be made; nothing here can wedge.

mod attached;
mod backed;
mod beside;
mod carried;
mod files;
mod forget;
mod incoming;
mod letters;
mod link;
mod meeting;
pub(super) mod moved;
mod nearby;
mod outgoing;
mod parcels;
mod recovery;
mod refusals;
mod repair;
mod standing;
mod view;

use daiban_model::api::{Changed, Failure, Link, ProblemCode, StorageFault};
use daiban_model::stamp::{TimeQuality, Wall};
use daiban_model::wire::{
    Delivery, ExchangeReply, FilesReply, Frame, LetterReply, More, Outcome, Packages, RecoveryReply, Refused,
    RepairReply, Signed, Standing, Why,
};

use self::beside::Beside;
use self::incoming::FrameTaken;
pub use self::letters::Outbound;
pub(super) use self::link::LinkState;
use self::link::{Asked, Brevity, measured};
pub use self::meeting::MeetFault;
pub(super) use self::meeting::{Meets, Seen};
use super::desk::Desk;
use super::{Engine, vault_failure};
use crate::courier::LetterId;
use crate::keys::incarnation;
use crate::store::Store;
use crate::sync::certificates::covers;
use crate::sync::http::{Place, Road, RoadFault};
use crate::sync::station::{self, Telling, Thread};

/// Bytes to be carried.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// To whom.
    pub to: Place,
    /// Where to.
    pub road: Road,
    /// The body.
    pub body: Vec<u8>,
}

/// What to do after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Ask again: there is more.
    Again,
    /// Enough for now.
    Done,
}

/// Segments of one request, in raw bytes, as a multiple of what is asked for in frames.
const UP_FACTOR: usize = 6;
/// A difference of clocks that people are told about.
const SKEW_MS: u64 = 5 * 60 * 1000;
/// No answer takes longer; where it seems so, the clock was put forward meanwhile.
const LONGEST_TRIP_MS: i64 = 3 * 60 * 1000;

impl<S: Store> Engine<S> {
    /// The next request, if somebody is signed in. Seals what waits.
    pub async fn next_request(&mut self) -> Result<Option<Outgoing>, Failure> {
        let request = self.request().await;
        if let Err(fault) = &request {
            self.failed(fault);
        }
        request
    }

    /// What a failed store means for the exchange: it waits, and a full disk is something a person can act on.
    fn failed(&mut self, fault: &Failure) {
        self.link.state = Link::Offline;
        if *fault == (Failure::Storage { why: StorageFault::Full }) {
            self.link.problem(ProblemCode::DiskFull, self.home.edge.now(), 0);
        }
    }

    async fn request(&mut self) -> Result<Option<Outgoing>, Failure> {
        if let Some(out) = self.recovery_request() {
            return Ok(Some(out));
        }
        let Some(desk) = self.desk.as_mut() else {
            // Locked in the middle of a run: that run is over, and a late answer to it is nobody's.
            self.link.drop_run();
            return Ok(None);
        };
        let link = &mut self.link;
        link.begin();
        let inherited = desk.inherited().await?;
        // H2 of [`super::successor`]
        link.packages_wanted |= inherited.is_empty() && desk.owes_succession() && !link.hub_is_older;
        let to = desk.place();
        if let Some(asked) = files::in_turn(desk, link).await? {
            self.tell(Changed::Sync);
            return Ok(asked.map(|body| self.out(to, Road::Files, body)));
        }
        if let Some(body) = carried::in_turn(desk, link).await? {
            return Ok(Some(self.out(to, Road::Letter, body)));
        }
        let repairs = desk.repairs().await?;
        link.repair.bring_first(inherited);
        let (asked, (body, hash)) = if link.packages_wanted {
            standing::ask(desk, link).await?
        } else if !repairs.is_empty() || link.is_unknown() || link.owes_packages() || link.repair.brings() {
            let ask = desk.repair(link, &repairs).await?;
            (Asked::Repair as fn(_) -> _, station::request(&desk.key, &ask))
        } else {
            let limit = usize::try_from(link.max_bytes).unwrap_or(usize::MAX).saturating_mul(UP_FACTOR);
            if !link.held {
                desk.seal_waiting(limit).await?;
            }
            let segments = desk.sendable(limit).await?;
            link.digest = desk.published.digest(desk.standing_serial().await?);
            let (telling, digest) = (link.telling, link.digest);
            let ask = station::exchange(desk.thread, &desk.cursors, telling, link.max_bytes, digest, segments);
            let signed;
            (link.beside, signed) = beside::alone_if_large(&desk.key, link.brevity, ask);
            (Asked::Exchange as fn(_) -> _, signed)
        };
        let asked = asked(hash);
        link.asked = Some((asked, desk.edge.now()));
        Ok(Some(self.out(to, asked.road(), body)))
    }

    /// A body on its way.
    fn out(&mut self, to: Place, road: Road, body: Vec<u8>) -> Outgoing {
        self.link.asked_bytes = body.len();
        self.link.progress.bytes_up += body.len() as u64;
        self.tell(Changed::Sync);
        Outgoing { to, road, body }
    }

    /// Takes in the answer to the last request. X1, X2, X3.
    pub async fn answered(&mut self, answer: Result<Vec<u8>, RoadFault>) -> Result<Turn, Failure> {
        let turn = match self.turn(answer).await {
            Ok(turn) => self.then_letters(turn).await.map(|turn| self.then_files(turn)),
            fault => fault,
        };
        let turn = match turn {
            Ok(turn) => self.then_recovery(turn).await,
            fault => fault,
        };
        match &turn {
            Err(fault) => self.failed(fault),
            Ok(Turn::Done) if self.link.state == Link::Working => self.link.state = Link::Done,
            Ok(_) => {}
        }
        self.tell(Changed::Sync);
        turn
    }

    async fn turn(&mut self, answer: Result<Vec<u8>, RoadFault>) -> Result<Turn, Failure> {
        let Some(desk) = self.desk.as_mut() else {
            self.link.drop_run();
            return Ok(Turn::Done);
        };
        let link = &mut self.link;
        let (Some((asked, since)), now) = (link.asked.take(), desk.edge.now()) else { return Ok(Turn::Done) };
        let bytes = match answer {
            Ok(bytes) => bytes,
            Err(RoadFault::UnknownDevice) if !link.introduced => {
                // A hub that went back to an earlier backup may have forgotten this device; its certificate says who it is.
                link.introduced = true;
                return Ok(link.detour());
            }
            // A hub from before there were recovery codes: it will be asked again, and nothing else waits for it.
            Err(RoadFault::Garbled) if matches!(asked, Asked::Recovery(_)) => return Ok(Turn::Done),
            Err(RoadFault::Garbled) if matches!(asked, Asked::Standing(_)) => {
                // A hub that does not know this road is asked as stations asked before it.
                link.hub_is_older = true;
                return Ok(link.detour());
            }
            Err(RoadFault::Garbled) if matches!(asked, Asked::Exchange(_)) && link.brevity == Brevity::Assumed => {
                // Or one that does not read the dictionary of small bodies.
                link.brevity = Brevity::NotUnderstood;
                return Ok(link.detour());
            }
            Err(fault) => {
                link.lost(fault, now);
                desk.attachments.unsure();
                return Ok(Turn::Done);
            }
        };
        link.progress.bytes_down += bytes.len() as u64;
        link.carried(bytes.len() + link.asked_bytes, since, now);
        let carried = if matches!(asked, Asked::Files(_)) { bytes.len() + link.asked_bytes } else { bytes.len() };
        link.max_bytes = measured(carried, since, now, link.max_bytes);
        let taken = match asked {
            Asked::Packages(hash) => {
                link.packages_wanted = false;
                station::reply(&bytes, hash, &desk.trust).map(Taken::Packages)
            }
            Asked::Standing(hash) => {
                link.packages_wanted = false;
                station::reply(&bytes, hash, &desk.trust).map(Taken::Standing)
            }
            Asked::Exchange(hash) => station::reply(&bytes, hash, &desk.trust).map(Taken::Reply),
            Asked::Files(hash) => crate::sync::files::reply(&bytes, hash, &desk.trust).map(Taken::Files),
            Asked::Repair(hash) => station::reply(&bytes, hash, &desk.trust).map(Taken::Repair),
            Asked::Recovery(hash) => station::reply(&bytes, hash, &desk.trust).map(Taken::Recovery),
            Asked::Letter(hash, letter) => {
                station::reply(&bytes, hash, &desk.trust).map(|reply| Taken::Letter(letter, reply))
            }
        };
        match taken {
            Ok(taken) => {
                link.road_is_good();
                self.taken(taken, since, now).await
            }
            Err(fault) => {
                link.wrong(fault, now);
                desk.attachments.unsure();
                Ok(Turn::Done)
            }
        }
    }

    async fn taken(&mut self, taken: Taken, since: Wall, now: Wall) -> Result<Turn, Failure> {
        match taken {
            Taken::Packages(packages) => {
                self.adopt(packages, None, Vec::new()).await?;
                Ok(Turn::Again)
            }
            Taken::Reply(reply) => self.reply(reply, since, now).await,
            Taken::Standing(standing) => self.stands(standing).await,
            Taken::Files(reply) => Ok(self.files_reply(reply, now)),
            Taken::Repair(reply) => self.repaired(reply, now).await,
            Taken::Recovery(reply) => self.desk.as_mut().ok_or(Failure::Locked)?.recovery_answered(reply).await,
            Taken::Letter(letter, reply) => self.letter_reply(letter, reply).await,
        }
    }

    async fn reply(&mut self, reply: ExchangeReply, since: Wall, now: Wall) -> Result<Turn, Failure> {
        let ExchangeReply { outcome, hub_ms, nonce, epoch } = reply;
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        if desk.thread.epoch != epoch {
            desk.attachments.another_history();
        }
        // Another epoch is gone over to when it is known what that means for what was read so far.
        desk.thread.nonce = nonce;
        skew(desk, &mut self.link, hub_ms, since, now);
        match outcome {
            Outcome::StaleNonce => {
                // The nonce of this answer is later than a backup that was made meanwhile, and says that it was heard of. X15
                if desk.waits_for_backup().await? {
                    self.link.telling = Telling::All;
                }
                Ok(self.link.detour())
            }
            Outcome::SendCursors => {
                self.link.telling = Telling::All;
                Ok(self.link.detour())
            }
            Outcome::Revoked => {
                self.link.problem(ProblemCode::Revoked, now, 0);
                Ok(Turn::Done)
            }
            Outcome::Destroy(order) => {
                if station::destroy(&order, desk.certificate.device, &desk.trust).is_some() {
                    self.destroy_keys()?;
                }
                Ok(Turn::Done)
            }
            Outcome::Rewind(places) => {
                desk.go_back(places, Thread { epoch, nonce }).await?;
                self.link.telling = Telling::All;
                Ok(self.link.detour())
            }
            Outcome::Done(delivery) => {
                desk.thread.epoch = epoch;
                self.delivered(*delivery, now).await
            }
        }
    }

    async fn delivered(&mut self, delivery: Delivery, now: Wall) -> Result<Turn, Failure> {
        let Delivery { receipts, refused, frames, more, packages, backed_up } = delivery;
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        // A request that asked for nothing told nothing.
        let alone = std::mem::take(&mut self.link.beside) != Beside::None;
        let told = if alone { Telling::Same } else { std::mem::replace(&mut self.link.telling, Telling::Same) };
        let sent = desk.receipted(&receipts).await?;
        desk.note_backup(&backed_up).await?;
        self.link.progress.sent += sent;
        let settled = self.refused(&refused, now).await?;
        let came = self.take_frames(frames, now).await?;
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        desk.settle_thread(now).await?;
        for settled in [ProblemCode::DiskFull, ProblemCode::CopiedDisk] {
            self.link.problems.remove(&settled);
        }
        let rest = more == More::Yes || desk.has_more_to_send().await?;
        if let Err(fault) = self.forget_what_is_due().await {
            // It stays due; nothing else waits for it. X3
            tracing::warn!(%fault, "what was to be erased is still here");
        }
        let untold = !self.desk()?.untold().await?.0.is_empty() && !self.link.hub_is_older;
        let newer = packages == Packages::Changed && !self.link.fetched;
        self.link.fetched |= newer;
        self.link.packages_wanted = newer || untold;
        if let Came::Unusable = came {
            // Told all cursors, the hub sends everything whole from there on; if that was so already, it makes no sense.
            self.link.telling = Telling::All;
            if told == Telling::Same {
                return Ok(self.link.detour());
            }
            self.link.problem(ProblemCode::HubGarbled, now, 0);
        }
        if settled == Settled::Anew {
            // Once more, but not for ever: a fork that outlives a new incarnation needs a person.
            return Ok(self.link.detour());
        }
        let moved = sent > 0 || came == Came::Something;
        let again = (rest && (moved || self.link.held)) || self.link.packages_wanted;
        let again = again || self.desk()?.is_compared_today(now).await?;
        Ok(if again { Turn::Again } else { Turn::Done })
    }

    /// Takes in what came, and tells the pages.
    async fn take_frames(&mut self, frames: Vec<Frame>, now: Wall) -> Result<Came, Failure> {
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        let (mut came, mut touched) = (Came::Nothing, Vec::new());
        for frame in frames {
            if !covers(&desk.certificate, frame.scope) {
                // Given, and the certificate that says so is not here yet: nothing is kept that no order would ever have erased. It comes
                // again, because cursors are told.
                self.link.telling = Telling::All;
                continue;
            }
            match desk.take_frame(frame, now).await? {
                FrameTaken::Stored(stored) => {
                    self.link.progress.received += stored.changes;
                    touched.extend(stored.docs);
                    came = if came == Came::Nothing { Came::Something } else { came };
                }
                FrameTaken::Known => {}
                FrameTaken::Unusable => came = Came::Unusable,
            }
        }
        if !touched.is_empty() {
            let many = touched.len() > 200;
            let ids = if many { Vec::new() } else { touched.into_iter().map(crate::projection::case_id).collect() };
            self.tell(Changed::Cases { ids });
        }
        Ok(came)
    }

    /// Notes what the hub will not take. Where that leaves a hole in this device's numbers, or where the hub knows another
    /// history of them, everything else begins anew under the next incarnation (sync.md section 4). X3.
    async fn refused(&mut self, refused: &[Refused], now: Wall) -> Result<Settled, Failure> {
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        let is_fork = |refused: &&Refused| matches!(refused.why, Why::Forked { .. });
        let waits = |refused: &&Refused| matches!(refused.why, Why::Gap { .. } | Why::Expired | Why::Revoked);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let (forked, waiting) = (refused.iter().filter(is_fork).count(), refused.iter().filter(waits).count());
        self.link.problems.remove(&ProblemCode::RefusedByHub);
        if waiting > 0 {
            self.link.problem(ProblemCode::RefusedByHub, now, count(waiting));
        }
        let never: Vec<&Refused> = refused.iter().filter(|one| !is_fork(one) && !waits(one)).collect();
        let parted = desk.part_foreign(&never).await?;
        let kept: Vec<&Refused> = never.iter().filter(|one| !parted.contains(&one.key)).copied().collect();
        desk.set_refused(&kept, now).await?;
        let hole = never.iter().any(|one| one.why != Why::OutOfScope);
        if forked == 0 && !hole {
            return Ok(Settled::AsBefore);
        }
        if forked > 0 {
            self.link.problem(ProblemCode::Forked, now, count(forked));
        }
        // First what is to be sealed anew, then the number it is sealed under: killed in between, the same is refused once more. The
        // other way round, what is written later would go out under the new number before what was written earlier.
        desk.withdraw_open().await?;
        let next = incarnation::raise(&self.home.folder).map_err(vault_failure)?;
        desk.reincarnate(desk.meets.incarnation(next, &*desk.edge));
        Ok(Settled::Anew)
    }
}

enum Taken {
    Packages(Vec<Signed>),
    Standing(Standing),
    Reply(ExchangeReply),
    Files(FilesReply),
    Repair(RepairReply),
    Recovery(RecoveryReply),
    Letter(LetterId, LetterReply),
}

/// What the frames of an answer brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Came {
    Nothing,
    Something,
    /// At least one of them does not go on from where this station is.
    Unusable,
}

/// What became of this device's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settled {
    AsBefore,
    /// They begin anew under another incarnation.
    Anew,
}

/// Measures the difference of clocks and marks this station's when it is large (sync.md section 8).
fn skew<S>(desk: &mut Desk<S>, link: &mut LinkState, hub_ms: u64, asked: Wall, now: Wall) {
    // The hub looked at its clock about halfway, unless this one jumped meanwhile.
    let trip = now.0.saturating_sub(asked.0);
    let half = if (0..=LONGEST_TRIP_MS).contains(&trip) { trip / 2 } else { 0 };
    let ahead = now.0.saturating_sub(half).saturating_sub_unsigned(hub_ms);
    link.clock_ahead = Some(ahead);
    desk.seen = now;
    if ahead.unsigned_abs() > SKEW_MS {
        link.problem(ProblemCode::ClockSkew, now, 0);
        desk.quality = TimeQuality::Unconfirmed;
    } else {
        link.problems.remove(&ProblemCode::ClockSkew);
        (desk.quality, desk.told) = (TimeQuality::Confirmed, desk.told.over());
    }
}
