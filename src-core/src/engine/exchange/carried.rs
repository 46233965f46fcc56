//! Sealed letters carried for neighbours: theirs to the hub, the hub's answers back to them; and this station's own, given to a neighbour
//! that may have a line (sync.md section 6). U2 and U4 hold: who carries a letter sees keys and sizes, and nothing leaves the outbox
//! of its writer before the answer is there.

use daiban_model::api::Failure;
use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Hash, LetterOutcome, LetterReply, LetterRequest, MAX_CARRIED, MAX_LETTERS, Parts};
use serde::{Deserialize, Serialize};

use super::letters::Measure;
use super::link::{Asked, LettersTurn};
use super::{Engine, Turn};
use crate::courier::letter::{self, Gathered, Letter};
use crate::courier::{LetterId, LetterKind, Part};
use crate::engine::desk::Desk;
use crate::engine::storage;
use crate::store::{Batch, Store};
use crate::sync::neighbour::Neighbour;
use crate::sync::station::{self, Thread};

/// Letters of others on their way to the hub, by writer.
const ASKS: &str = "carried/ask/";
/// Answers of the hub on their way to others, by recipient.
const ANSWERS: &str = "carried/answer/";
/// What was last given to a neighbour, by neighbour.
const HANDED: &str = "handed/";
/// For how many others letters are kept.
const MOST: usize = 16;

/// A letter that is carried.
#[derive(Serialize, Deserialize)]
struct Carried {
    letter: LetterId,
    /// Since when.
    at: Wall,
    parts: Parts,
}

/// An own letter given to a neighbour.
#[derive(Serialize, Deserialize)]
struct Handed {
    letter: LetterId,
    /// Of what waited for a receipt when it was written.
    owed: Hash,
    /// Whether the neighbour said that it is in safe keeping.
    kept: Kept,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Kept {
    No,
    Yes,
}

/// What came of letters that were handed over.
#[derive(Default)]
pub(super) struct HandedOver {
    /// In safe keeping here.
    pub(super) got: Vec<LetterId>,
    /// Parts of answers to this station's own letters.
    pub(super) answers: Vec<Part>,
}

impl<S: Store> Desk<S> {
    /// What a neighbour is given: the hub's answers to its letters, and an own letter where something waits that it does not carry yet.
    pub(super) async fn letters_for(&mut self, neighbour: &Neighbour) -> Result<Vec<Parts>, Failure> {
        let device = neighbour.certificate.device;
        let mut letters: Vec<Parts> =
            self.carried(&named(ANSWERS, &device)).await?.map(|one| one.parts).into_iter().collect();
        self.seal_waiting(usize::MAX).await?;
        let owed = self.owed(usize::MAX).await?;
        if owed.is_empty() {
            return Ok(letters);
        }
        let mut hasher = blake3::Hasher::new();
        for segment in &owed {
            hasher.update(&wire::encode(&segment.header.key())).update(&segment.sig.0);
        }
        let owed = Hash(*hasher.finalize().as_bytes());
        if self.handed(&device).await?.is_some_and(|last| last.owed == owed && last.kept == Kept::Yes) {
            return Ok(letters);
        }
        let out = self.letter(Measure::NEIGHBOUR).await?;
        if out.parts.iter().map(Vec::len).sum::<usize>() <= MAX_CARRIED {
            let handed = Handed { letter: out.letter, owed, kept: Kept::No };
            self.set_value(named(HANDED, &device), Some(wire::encode(&handed))).await?;
            letters.push(Parts(out.parts));
        }
        Ok(letters)
    }

    /// Takes what a neighbour hands over: its own letters for the hub of this district, and answers for this station. Anything else is
    /// left with it.
    pub(super) async fn take_letters_of(
        &self,
        neighbour: &Neighbour,
        letters: Vec<Parts>,
        now: Wall,
    ) -> Result<HandedOver, Failure> {
        let (device, own) = (neighbour.certificate.device, self.certificate.device);
        let mut over = HandedOver::default();
        for parts in letters.into_iter().take(MAX_LETTERS) {
            let Some(letter) = whole(&parts) else { continue };
            let for_hub =
                letter.kind() == LetterKind::Ask && letter.from() == device.0 && letter.to() == self.trust.hub;
            let for_us = letter.kind() == LetterKind::Answer && letter.from() == self.trust.hub && letter.to() == own.0;
            if for_us {
                over.got.push(letter.id());
                over.answers.extend(parts.0.iter().filter_map(|part| Part::read(part).ok()));
            } else if for_hub && self.has_room(&device).await? {
                over.got.push(letter.id());
                let carried = Carried { letter: letter.id(), at: now, parts };
                self.set_value(named(ASKS, &device), Some(wire::encode(&carried))).await?;
            }
        }
        Ok(over)
    }

    /// A neighbour has these in safe keeping.
    pub(super) async fn handed_over(&self, neighbour: &Neighbour, got: &[LetterId]) -> Result<(), Failure> {
        let device = neighbour.certificate.device;
        if let Some(handed) = self.handed(&device).await?.filter(|handed| got.contains(&handed.letter)) {
            let kept = Handed { kept: Kept::Yes, ..handed };
            self.set_value(named(HANDED, &device), Some(wire::encode(&kept))).await?;
        }
        let answer = self.carried(&named(ANSWERS, &device)).await?;
        if answer.is_some_and(|answer| got.contains(&answer.letter)) {
            self.set_value(named(ANSWERS, &device), None).await?;
        }
        Ok(())
    }

    /// How many letters lie here for others.
    pub(in crate::engine) async fn carries(&self) -> Result<u32, Failure> {
        let (asks, answers) = (self.store.states(ASKS).await, self.store.states(ANSWERS).await);
        let many = asks.map_err(storage)?.len() + answers.map_err(storage)?.len();
        Ok(u32::try_from(many).unwrap_or(u32::MAX))
    }

    async fn has_room(&self, device: &DeviceId) -> Result<bool, Failure> {
        let kept = self.store.states(ASKS).await.map_err(storage)?;
        let name = named(ASKS, device);
        Ok(kept.len() < MOST || kept.iter().any(|(known, _)| *known == name))
    }

    async fn carried(&self, name: &str) -> Result<Option<Carried>, Failure> {
        let kept = self.store.states(name).await.map_err(storage)?;
        Ok(kept.first().and_then(|(_, bytes)| wire::decode(bytes, wire::MAX_INFLATED).ok()))
    }

    async fn handed(&self, device: &DeviceId) -> Result<Option<Handed>, Failure> {
        let kept = self.store.states(&named(HANDED, device)).await.map_err(storage)?;
        Ok(kept.first().and_then(|(_, bytes)| wire::decode(bytes, 256).ok()))
    }

    async fn set_value(&self, name: String, value: Option<Vec<u8>>) -> Result<(), Failure> {
        self.commit(Batch { states: vec![(name, value)], ..Batch::default() }).await
    }

    /// The first letter that is not yet at the hub.
    async fn to_bring(&self) -> Result<Option<Carried>, Failure> {
        let kept = self.store.states(ASKS).await.map_err(storage)?;
        Ok(kept.iter().find_map(|(_, bytes)| wire::decode(bytes, wire::MAX_INFLATED).ok()))
    }

    /// The hub has answered, or will never read it: the letter is gone, unless its writer has given another one meanwhile, and the
    /// answer goes home with the next meeting.
    async fn letter_brought(&self, letter: LetterId, outcome: LetterOutcome) -> Result<(), Failure> {
        let kept = self.store.states(ASKS).await.map_err(storage)?;
        let same =
            |bytes: &[u8]| wire::decode::<Carried>(bytes, wire::MAX_INFLATED).is_ok_and(|one| one.letter == letter);
        let gone = kept.into_iter().filter(|(_, bytes)| same(bytes)).map(|(name, _)| (name, None));
        let mut states: Vec<(String, Option<Vec<u8>>)> = gone.collect();
        if let LetterOutcome::Answered(parts) = outcome
            && let Some(answer) = whole(&parts)
            && answer.kind() == LetterKind::Answer
        {
            let name = named(ANSWERS, &DeviceId(answer.to()));
            let answer = Carried { letter: answer.id(), at: self.now(), parts };
            states.push((name, Some(wire::encode(&answer))));
        }
        self.commit(Batch { states, ..Batch::default() }).await
    }
}

/// The body of a request that brings a letter, when it is their turn: the inner `None` says that there is none after all.
pub(super) async fn in_turn<S: Store>(desk: &Desk<S>, link: &mut super::LinkState) -> Result<Option<Vec<u8>>, Failure> {
    if link.letters != LettersTurn::Now || link.packages_wanted {
        return Ok(None);
    }
    let Some(carried) = desk.to_bring().await? else {
        link.letters = LettersTurn::Over;
        return Ok(None);
    };
    let ask = LetterRequest { version: wire::VERSION, nonce: desk.thread.nonce, parts: carried.parts };
    let (body, hash) = station::request(&desk.key, &ask);
    link.asked = Some((Asked::Letter(hash, carried.letter), desk.edge.now()));
    Ok(Some(body))
}

impl<S: Store> Engine<S> {
    /// After the exchange of own case data it is the turn of others' letters, where there are any.
    pub(super) async fn then_letters(&mut self, turn: Turn) -> Result<Turn, Failure> {
        let Some(desk) = &self.desk else { return Ok(turn) };
        let done = turn == Turn::Done && self.link.state == daiban_model::api::Link::Working;
        if done && self.link.letters == LettersTurn::Later {
            let waits = desk.to_bring().await?.is_some();
            self.link.letters = if waits { LettersTurn::Now } else { LettersTurn::Over };
            return Ok(if waits { Turn::Again } else { turn });
        }
        Ok(turn)
    }

    /// Takes in what the hub says to a letter that was brought.
    pub(super) async fn letter_reply(&mut self, letter: LetterId, reply: LetterReply) -> Result<Turn, Failure> {
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        desk.thread = Thread { nonce: reply.nonce, ..desk.thread };
        match reply.outcome {
            LetterOutcome::StaleNonce => return Ok(self.link.detour()),
            // Of itself the exchange tells. The letter stays for another day.
            LetterOutcome::NotFromYou => {
                self.link.letters = LettersTurn::Over;
                return Ok(Turn::Done);
            }
            outcome @ (LetterOutcome::Answered(_) | LetterOutcome::Unread) => {
                desk.letter_brought(letter, outcome).await?;
            }
        }
        let more = desk.to_bring().await?.is_some();
        self.link.letters = if more { LettersTurn::Now } else { LettersTurn::Over };
        Ok(if more { Turn::Again } else { Turn::Done })
    }
}

/// The one letter of which these are all parts.
fn whole(parts: &Parts) -> Option<Letter> {
    let size: usize = parts.0.iter().map(Vec::len).sum();
    let read: Vec<Part> = parts.0.iter().filter_map(|part| Part::read(part).ok()).collect();
    let Gathered { mut letters, torn } = letter::gather(read);
    (size <= MAX_CARRIED && torn.is_empty() && letters.len() == 1).then(|| letters.pop()).flatten()
}

fn named(beginning: &str, device: &DeviceId) -> String {
    device.0.iter().fold(beginning.to_owned(), |name, byte| format!("{name}{byte:02x}"))
}
