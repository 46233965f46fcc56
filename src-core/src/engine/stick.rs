//! Letters to a stick and from it: the engine makes and takes the bytes, the slow medium is used beside it. N2.

use std::path::{Path, PathBuf};

use daiban_model::api::{Failure, LettersRead, ListSticks, ReadStick, Stick, StickFault, StickWritten, WriteStick};
use daiban_model::stamp::Wall;

use super::{Outbound, internal};
use crate::courier::folder::{self, Found, MediumFault};
use crate::courier::letter::{LetterId, LetterKind, Part};

/// The media that are plugged in.
pub(super) async fn list(_: ListSticks) -> Result<Vec<Stick>, Failure> {
    let media = beside(folder::media).await?;
    Ok(media.into_iter().map(|it| Stick { path: it.path.to_string_lossy().into_owned(), free: it.free }).collect())
}

/// Writes a letter and reads it back; earlier letters of this station that it stands for are taken away after that.
pub(super) async fn write(call: &WriteStick, letter: Outbound, now: Wall) -> Result<StickWritten, Failure> {
    let medium = place(&call.path)?;
    beside(move || write_now(&medium, &letter, now)).await?.map_err(failure)
}

fn write_now(medium: &Path, out: &Outbound, now: Wall) -> Result<StickWritten, MediumFault> {
    let files = folder::write(medium, out.letter, out.kind, &out.parts)?;
    folder::supersede(medium, &out.from, &out.to, out.kind, &[out.letter])?;
    Ok(StickWritten {
        letter: out.letter[..4].iter().map(|byte| format!("{byte:02X}")).collect(),
        files: u32::try_from(files.len()).unwrap_or(u32::MAX),
        bytes: out.parts.iter().map(|part| part.len() as u64).sum(),
        segments: out.segments,
        contents: 0,
        at: now,
    })
}

/// Writes a parcel and reads it back; an earlier one for the same station, which it stands for, is taken away after that.
pub(super) async fn write_parcel(path: &str, out: Outbound) -> Result<(), Failure> {
    let medium = place(path)?;
    let work = move || {
        folder::write(&medium, out.letter, out.kind, &out.parts)?;
        folder::supersede(&medium, &out.from, &out.to, out.kind, &[out.letter])
    };
    beside(work).await?.map_err(failure)
}

/// The parcels that lie on a stick, whomever they are for.
pub(super) async fn parcels(path: &str) -> Result<Vec<LetterId>, Failure> {
    let medium = place(path)?;
    let found = beside(move || folder::read(&medium)).await?.map_err(failure)?;
    let parcels = found.parts.iter().filter(|(_, part)| part.kind() == LetterKind::Parcel);
    Ok(parcels.map(|(_, part)| part.letter()).collect())
}

/// Takes letters off a stick; how many files that were.
pub(super) async fn remove(path: &str, letters: Vec<LetterId>) -> Result<u32, Failure> {
    let medium = place(path)?;
    beside(move || folder::remove(&medium, &letters)).await?.map_err(failure)
}

/// How much room a stick has; one whose system does not say is taken to have some.
pub(super) async fn room(call: &WriteStick) -> Result<u64, Failure> {
    let medium = place(&call.path)?;
    Ok(beside(move || folder::free(&medium)).await?.unwrap_or(u64::MAX))
}

/// Writes letters with attachments behind the one with the cases, each read back. A stick that is full carries fewer of them.
pub(super) async fn write_files(
    call: &WriteStick,
    letters: Vec<Outbound>,
    written: StickWritten,
) -> Result<StickWritten, Failure> {
    let medium = place(&call.path)?;
    beside(move || write_files_now(&medium, &letters, written)).await?.map_err(failure)
}

fn write_files_now(medium: &Path, all: &[Outbound], mut written: StickWritten) -> Result<StickWritten, MediumFault> {
    let (mut keep, Some(first)) = (Vec::new(), all.first()) else { return Ok(written) };
    for out in all {
        match folder::write(medium, out.letter, out.kind, &out.parts) {
            Ok(files) => written.files = written.files.saturating_add(u32::try_from(files.len()).unwrap_or(u32::MAX)),
            // The cases are there and were read back.
            Err(MediumFault::Full) => break,
            Err(fault) => return Err(fault),
        }
        written.bytes += out.parts.iter().map(|part| part.len() as u64).sum::<u64>();
        written.contents = written.contents.saturating_add(out.contents);
        keep.push(out.letter);
    }
    folder::supersede(medium, &first.from, &first.to, first.kind, &keep)?;
    Ok(written)
}

/// The parts on a stick, and how many files are damaged.
pub(super) async fn read(call: &ReadStick) -> Result<(Vec<Part>, u32), Failure> {
    let medium = place(&call.path)?;
    let Found { parts, damaged } = beside(move || folder::read(&medium)).await?.map_err(failure)?;
    Ok((parts.into_iter().map(|(_, part)| part).collect(), damaged))
}

/// What the engine made of the parts, with what was no part at all.
pub(super) fn told(read: LettersRead, damaged: u32) -> LettersRead {
    LettersRead { damaged: read.damaged.saturating_add(damaged), ..read }
}

pub(super) fn place(path: &str) -> Result<PathBuf, Failure> {
    let path = PathBuf::from(path.trim());
    // A relative path would mean another place each time.
    if path.is_absolute() { Ok(path) } else { Err(Failure::Stick { why: StickFault::Gone }) }
}

pub(super) async fn beside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|_| internal("a stick's work stopped"))
}

pub(super) fn failure(fault: MediumFault) -> Failure {
    let why = match fault {
        MediumFault::Gone => StickFault::Gone,
        MediumFault::Full => StickFault::Full,
        MediumFault::ReadOnly => StickFault::ReadOnly,
        MediumFault::Unreliable => StickFault::Unreliable,
        MediumFault::Io(_) => StickFault::Io,
    };
    Failure::Stick { why }
}
