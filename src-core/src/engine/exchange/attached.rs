//! Attachments by letter: in letters of their own behind the one with the cases, so that a part that is torn costs no case. U1, U4.
//!
//! A letter cannot ask first what the hub has. It brings all chunks that the hub has not said to have, and brings them again until a receipt is
//! here; the hub keeps what came and takes nothing twice.

use daiban_model::api::{Failure, LettersRead, ProblemCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, Bring, CHUNK, Fetch, FilesDone, FilesOutcome, FilesReply, FilesRequest, Hash, Nonce, Part as Piece, chunk_len,
};

use super::letters::{FILES_ASKED, MOST_FILES_ASKED, Outbound};
use crate::courier::letter::{self, LetterKind, MAX_CONTENT, PART_BYTES, Sealing};
use crate::courier::{Answer, Ask, Letter, LetterId};
use crate::edge::draw;
use crate::engine::desk::Desk;
use crate::engine::{Engine, internal, storage};
use crate::store::Store;
use crate::store::blobs::{Debt, Party};
use crate::sync::files;

/// Chunks in one letter: it has one part, so that a torn one costs no other.
const CHUNKS: usize = PART_BYTES / CHUNK as usize - 2;
/// What one letter takes on a medium, at most.
const LETTER_BYTES: u64 = (PART_BYTES + (64 << 10)) as u64;
/// Bytes of all letters with attachments that are written at once.
const MOST_BYTES: u64 = 64 << 20;
/// Contents wanted in one letter.
const WANTED: usize = 16;

/// What one letter brings: contents with the numbers of their chunks.
type Load = Vec<(Debt, Vec<u32>)>;

impl<S: Store> Engine<S> {
    /// Writes attachments that the hub has not receipted into letters, as many as there is room for on a medium; the first one also asks for
    /// what somebody here wants to see.
    pub async fn write_files_letters(&mut self, room: u64) -> Result<Vec<Outbound>, Failure> {
        let desk = self.desk()?;
        let most = usize::try_from(room.min(MOST_BYTES) / LETTER_BYTES).unwrap_or(usize::MAX);
        let mut loads = desk.loads()?;
        let mut wanted = desk.wanted()?;
        if loads.is_empty() && !wanted.is_empty() {
            loads.push(Load::new());
        }
        let mut letters = Vec::new();
        for load in loads.into_iter().take(most) {
            letters.push(desk.files_letter(load, std::mem::take(&mut wanted)).await?);
        }
        Ok(letters)
    }

    /// Takes in the answer to a letter with attachments.
    pub(super) async fn take_files_answer(&mut self, letter: &Letter, read: &mut LettersRead) -> Result<(), Failure> {
        let desk = self.desk()?;
        let now = desk.now();
        let opened = letter.open(&desk.key).ok();
        let Some(answer) = opened.and_then(|content| wire::decode::<Answer>(&content, MAX_CONTENT).ok()) else {
            read.unreadable += 1;
            return Ok(());
        };
        let Some(asked) = desk.asked_by(FILES_ASKED, answer.to).await? else {
            read.unknown += 1;
            return Ok(());
        };
        read.letters += 1;
        for (hash, reply) in &answer.replies {
            let desk = self.desk()?;
            match asked.contains(hash).then(|| files::reply(reply, *hash, &desk.trust)) {
                Some(Ok(reply)) => self.take_files_reply(reply, now, read)?,
                _ => read.unreadable += 1,
            }
        }
        Ok(())
    }

    fn take_files_reply(&mut self, reply: FilesReply, now: Wall, read: &mut LettersRead) -> Result<(), Failure> {
        let FilesDone { brought, fetched } = match reply.outcome {
            FilesOutcome::Done(done) => *done,
            FilesOutcome::Revoked => {
                self.link.problem(ProblemCode::Revoked, now, 0);
                return Ok(());
            }
            // Of a hub that takes none. The first is no answer to a letter.
            FilesOutcome::StaleNonce | FilesOutcome::Closed => return Ok(()),
        };
        let desk = self.desk()?;
        let owed = desk.attachments.blobs()?.owed().map_err(storage)?.items;
        let up = desk.brought(brought)?;
        let left = desk.attachments.blobs()?.owed().map_err(storage)?.items;
        let wanted = desk.attachments.wanted.len();
        let down = desk.fetched(fetched, now)?;
        let came = wanted.saturating_sub(desk.attachments.wanted.len());
        read.files = read.files.saturating_add(owed.saturating_sub(left));
        read.files = read.files.saturating_add(u32::try_from(came).unwrap_or(u32::MAX));
        self.link.tell_of(ProblemCode::FilesRefused, up.refused, now);
        self.link.tell_of(ProblemCode::FileDamaged, up.damaged + down.damaged, now);
        Ok(())
    }
}

impl<S: Store> Desk<S> {
    /// What is owed, cut into letters: the oldest first, as on a line.
    fn loads(&self) -> Result<Vec<Load>, Failure> {
        let (mut loads, mut load, mut chunks) = (Vec::new(), Load::new(), 0);
        for debt in self.open_debts()? {
            let nothing = wire::Have::default();
            let have = self.attachments.known.get(&(debt.name, debt.scope)).unwrap_or(&nothing);
            let mut lacking: Vec<u32> = have.lacks(debt.size).collect();
            // All is there, and no receipt is here: the name alone asks for it.
            if lacking.is_empty() {
                load.push((debt.clone(), Vec::new()));
            }
            while !lacking.is_empty() {
                let rest = lacking.split_off(lacking.len().min(CHUNKS - chunks));
                chunks += lacking.len();
                load.push((debt.clone(), lacking));
                lacking = rest;
                if chunks >= CHUNKS || load.len() >= wire::MAX_NAMED {
                    loads.push(std::mem::take(&mut load));
                    chunks = 0;
                }
            }
        }
        loads.extend((!load.is_empty()).then_some(load));
        Ok(loads)
    }

    fn wanted(&self) -> Result<Vec<Fetch>, Failure> {
        let blobs = self.attachments.blobs()?;
        let fetch = |name| Ok(Fetch { name, have: blobs.standing(name, Party::Own).map_err(storage)?.arrived });
        self.attachments.wanted.iter().take(WANTED).map(|want| fetch(want.name)).collect()
    }

    async fn files_letter(&mut self, load: Load, fetch: Vec<Fetch>) -> Result<Outbound, Failure> {
        let blobs = self.attachments.blobs()?.clone();
        let tried: Vec<_> = load.iter().map(|(debt, _)| (debt.name, debt.scope)).collect();
        blobs.tried(&tried).map_err(storage)?;
        let mut bring = Vec::with_capacity(load.len());
        for (debt, numbers) in load {
            let mut parts = Vec::with_capacity(numbers.len());
            for n in numbers {
                let Some(bytes) = blobs.chunk(debt.name, n).map_err(storage)? else { break };
                debug_assert_eq!(chunk_len(debt.size, n).map(|length| length as usize), Some(bytes.len()), "a chunk");
                parts.push(Piece { n, bytes });
            }
            bring.push(Bring { scope: debt.scope, name: debt.name, size: debt.size, parts });
        }
        let max_bytes = u32::try_from(CHUNKS).unwrap_or(u32::MAX).saturating_mul(CHUNK);
        let (version, nonce) = (wire::VERSION, Nonce::default());
        let asked = FilesRequest { version, nonce, max_bytes, bring, fetch };
        let (request, hash): (Vec<u8>, Hash) = files::request(&self.key, &asked);
        let certificates = self.certificates(vec![self.certificate.device]).await?;
        let ask = Ask { have: Vec::new(), certificates, repairs: Vec::new(), requests: vec![request] };
        let (letter, once): (LetterId, [u8; 32]) = (draw(&*self.edge), draw(&*self.edge));
        let sealing = Sealing { from: &self.key, to: self.trust.hub, kind: LetterKind::AskFiles, letter, once };
        let parts =
            letter::seal(&sealing, &wire::encode(&ask)).ok_or_else(|| internal("a letter that is too large"))?;
        self.remember_letter((FILES_ASKED, MOST_FILES_ASKED), letter, &[hash]).await?;
        Ok(Outbound {
            letter,
            kind: LetterKind::AskFiles,
            from: self.key.verifying_key().to_bytes(),
            to: self.trust.hub,
            parts,
            segments: 0,
            contents: u32::try_from(tried.len()).unwrap_or(u32::MAX),
        })
    }
}
