//! Parts on a medium: written so that a pulled stick shows, read back before anybody says "done". U3.
//!
//! All files lie in one folder of ours on the medium and are known by what they say, not by their names; what else lies there
//! is left alone.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use daiban_model::wire::Hash;

use super::letter::{LetterId, LetterKind, MAX_FILE, Part, PartFault};
use crate::sync::sign;

/// Our folder on a medium.
pub const FOLDER: &str = "daiban";
const ENDING: &str = "dbl";
/// Most files looked at in one folder.
const MOST_FILES: usize = 4096;

/// Why a medium could not be used; each has its own sentence.
#[derive(Debug, thiserror::Error)]
pub enum MediumFault {
    /// It is not there (any more).
    #[error("the medium is not there")]
    Gone,
    /// It is full: what was begun was taken away again.
    #[error("the medium is full")]
    Full,
    /// It cannot be written.
    #[error("the medium cannot be written")]
    ReadOnly,
    /// What was read back is not what was written: use another one.
    #[error("the medium did not keep what was written")]
    Unreliable,
    /// Reading or writing failed otherwise.
    #[error("the medium failed")]
    Io(#[source] io::Error),
}

impl From<io::Error> for MediumFault {
    fn from(fault: io::Error) -> Self {
        match fault.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly,
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Gone,
            _ => Self::Io(fault),
        }
    }
}

/// A medium to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Medium {
    /// Where it is.
    pub path: PathBuf,
    /// Free bytes.
    pub free: u64,
}

/// Writes all parts of a letter below a medium, each whole or not at all, and reads every one of them back. U3. On a fault, what
/// was written of this letter is taken away again.
pub fn write(
    medium: &Path,
    letter: LetterId,
    kind: LetterKind,
    parts: &[Vec<u8>],
) -> Result<Vec<PathBuf>, MediumFault> {
    if !medium.is_dir() {
        return Err(MediumFault::Gone);
    }
    let folder = ours(medium)?;
    fs::create_dir_all(&folder)?;
    let mut written = Vec::new();
    let done = write_all(&folder, letter, kind, parts, &mut written).and_then(|()| verify(&written, parts));
    match done {
        Ok(()) => Ok(written),
        Err(fault) => {
            // On a stick that was pulled this fails as well, and half a part is no part.
            written.iter().for_each(|file| drop(fs::remove_file(file)));
            Err(fault)
        }
    }
}

/// Our folder on a medium. One that leads elsewhere is nobody's to be written to, read, or cleared: a stick is nobody's to be trusted.
pub(crate) fn ours(medium: &Path) -> Result<PathBuf, MediumFault> {
    let folder = medium.join(FOLDER);
    let leads_elsewhere = fs::symlink_metadata(&folder).is_ok_and(|there| !there.is_dir());
    if leads_elsewhere { Err(MediumFault::ReadOnly) } else { Ok(folder) }
}

fn write_all(
    folder: &Path,
    letter: LetterId,
    kind: LetterKind,
    parts: &[Vec<u8>],
    written: &mut Vec<PathBuf>,
) -> Result<(), MediumFault> {
    for (at, part) in parts.iter().enumerate() {
        let file = folder.join(name(letter, kind, at + 1, parts.len()));
        let beginning = file.with_extension("tmp");
        let made = write_one(&beginning, part).and_then(|()| fs::rename(&beginning, &file));
        if let Err(fault) = made {
            drop(fs::remove_file(&beginning));
            return Err(fault.into());
        }
        written.push(file);
    }
    sync_folder(folder)?;
    Ok(())
}

fn write_one(file: &Path, bytes: &[u8]) -> io::Result<()> {
    // What is there under this name is taken away, not written into: it may lead elsewhere.
    match fs::remove_file(file) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
        _ => {}
    }
    let mut out = File::create_new(file)?;
    out.write_all(bytes)?;
    out.sync_all()
}

/// Makes the names durable too. Windows has no such call and needs none.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Reads back what the medium has, not what memory still holds of it.
fn verify(files: &[PathBuf], parts: &[Vec<u8>]) -> Result<(), MediumFault> {
    for (file, part) in files.iter().zip(parts) {
        if read_back(file)? != sign::hash(part) {
            return Err(MediumFault::Unreliable);
        }
    }
    Ok(())
}

/// The hash of a file as the medium gives it back.
pub(crate) fn read_back(file: &Path) -> Result<Hash, MediumFault> {
    let mut opened = File::open(file)?;
    forget_cached(&opened);
    let mut hasher = blake3::Hasher::new();
    io::copy(&mut opened, &mut hasher)?;
    Ok(Hash(*hasher.finalize().as_bytes()))
}

#[cfg(unix)]
fn forget_cached(file: &File) {
    // Where this is not possible the bytes are compared all the same.
    let _ = rustix::fs::fadvise(file, 0, None, rustix::fs::Advice::DontNeed);
}

#[cfg(not(unix))]
fn forget_cached(_: &File) {}

/// A label for people: what counts is inside.
fn name(letter: LetterId, kind: LetterKind, part: usize, parts: usize) -> String {
    let kind = match kind {
        LetterKind::Ask => "ask",
        LetterKind::Answer => "answer",
        LetterKind::AskFiles => "files",
        LetterKind::AnswerFiles => "files-answer",
        LetterKind::Parcel => "parcel",
    };
    let letter: String = letter[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{kind}-{letter}-{part:02}of{parts:02}.{ENDING}")
}

/// What lies on a medium.
#[derive(Debug, Default)]
pub struct Found {
    /// Parts that are right, with their files.
    pub parts: Vec<(PathBuf, Part)>,
    /// How many files bear our ending and are damaged.
    pub damaged: u32,
}

/// Reads every part below a medium.
pub fn read(medium: &Path) -> Result<Found, MediumFault> {
    if !medium.is_dir() {
        return Err(MediumFault::Gone);
    }
    let folder = ours(medium)?;
    let mut found = Found::default();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(&folder)?.take(MOST_FILES) {
        let entry = entry?;
        let file = entry.path();
        // Neither folders nor links: a stick is nobody's to be trusted.
        let ours = file.extension().is_some_and(|ending| ending == ENDING) && entry.file_type()?.is_file();
        if !ours {
            continue;
        }
        match bounded(&file)?.map(|bytes| Part::read(&bytes)) {
            Some(Ok(part)) => found.parts.push((file, part)),
            Some(Err(PartFault::Foreign)) => {}
            Some(Err(PartFault::Damaged)) | None => found.damaged += 1,
        }
    }
    Ok(found)
}

/// The bytes of a file; `None` when it is larger than any part.
fn bounded(file: &Path) -> Result<Option<Vec<u8>>, MediumFault> {
    let bound = MAX_FILE as u64;
    let mut bytes = Vec::new();
    File::open(file)?.take(bound + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= bound).then_some(bytes))
}

/// Takes away letters of a kind of one sender that later ones stand for. Never others', and never the later ones.
pub fn supersede(
    medium: &Path,
    from: &[u8; 32],
    to: &[u8; 32],
    kind: LetterKind,
    keep: &[LetterId],
) -> Result<(), MediumFault> {
    for (file, part) in read(medium)?.parts {
        let stood_for = part.from() == *from && part.to() == *to && part.kind() == kind;
        if stood_for && !keep.contains(&part.letter()) {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

/// Takes away all parts of these letters; how many files that were.
pub fn remove(medium: &Path, letters: &[LetterId]) -> Result<u32, MediumFault> {
    let mut files = 0;
    for (file, part) in read(medium)?.parts {
        if letters.contains(&part.letter()) {
            fs::remove_file(file)?;
            files += 1;
        }
    }
    if files > 0 {
        sync_folder(&ours(medium)?)?;
    }
    Ok(files)
}

/// Free bytes of a medium; `None` where the system does not say.
pub fn free(medium_at: &Path) -> Option<u64> {
    medium(medium_at).map(|medium| medium.free).filter(|free| *free > 0)
}

/// Media that are plugged in: what the system mounted for people.
#[cfg(unix)]
pub fn media() -> Vec<Medium> {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let places = mounts.lines().filter_map(|line| line.split(' ').nth(1)).map(unescaped);
    let plugged = places.filter(|place| ["/media/", "/run/media/", "/mnt/"].iter().any(|top| place.starts_with(top)));
    plugged.filter_map(|place| medium(Path::new(&place))).collect()
}

/// Media that are plugged in: every drive but the first ones.
#[cfg(not(unix))]
pub fn media() -> Vec<Medium> {
    ('D'..='Z').filter_map(|letter| medium(Path::new(&format!("{letter}:\\")))).collect()
}

#[cfg(unix)]
fn medium(path: &Path) -> Option<Medium> {
    let room = rustix::fs::statvfs(path).ok()?;
    Some(Medium { path: path.to_owned(), free: room.f_bavail.saturating_mul(room.f_frsize) })
}

#[cfg(not(unix))]
fn medium(path: &Path) -> Option<Medium> {
    path.is_dir().then(|| Medium { path: path.to_owned(), free: 0 })
}

/// `/proc/self/mounts` writes blanks and the like in octal.
#[cfg(unix)]
fn unescaped(place: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(place.to_owned(), |place, (code, sign)| place.replace(code, sign))
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;

    use super::*;
    use crate::courier::letter::{self, Sealing};

    fn parts(letter: u8, from: u8, content: &[u8]) -> Vec<Vec<u8>> {
        let (from, to) = (SigningKey::from_bytes(&[from; 32]), SigningKey::from_bytes(&[2; 32]));
        let to = to.verifying_key().to_bytes();
        let sealing = Sealing { from: &from, to, kind: LetterKind::Ask, letter: [letter; 16], once: [letter; 32] };
        letter::seal(&sealing, content).expect("it fits")
    }

    /// Row 7: a lying stick. What it gives back is compared with what was written, and nothing says "done" before.
    #[test]
    fn u3_a_medium_that_gives_back_something_else_is_found_out() {
        let stick = tempfile::tempdir().expect("a folder");
        let parts = parts(1, 1, &[7; 10_000]);
        let files = write(stick.path(), [1; 16], LetterKind::Ask, &parts).expect("written");
        assert!(verify(&files, &parts).is_ok(), "an honest one");
        let whole = fs::read(&files[0]).expect("the file");
        for at in (0..whole.len()).step_by(97) {
            let mut lie = whole.clone();
            lie[at] ^= 1;
            fs::write(&files[0], &lie).expect("a lie");
            assert!(matches!(verify(&files, &parts), Err(MediumFault::Unreliable)), "byte {at}");
        }
        fs::write(&files[0], &whole[..5_000]).expect("half of it");
        assert!(matches!(verify(&files, &parts), Err(MediumFault::Unreliable)), "half of it");
        fs::remove_file(&files[0]).expect("pulled");
        assert!(matches!(verify(&files, &parts), Err(MediumFault::Gone)), "pulled before it was read back");
    }

    #[test]
    fn u3_what_was_written_is_found_again_and_leftovers_are_not_taken_for_it() {
        let stick = tempfile::tempdir().expect("a folder");
        let files = write(stick.path(), [1; 16], LetterKind::Ask, &parts(1, 1, b"first")).expect("written");
        fs::write(files[0].with_extension("tmp"), b"half").expect("a leftover");
        fs::write(stick.path().join(FOLDER).join("holiday.dbl"), b"a picture").expect("something else");
        fs::write(stick.path().join(FOLDER).join("torn.dbl"), &parts(3, 1, b"torn")[0][..60]).expect("a torn part");
        let found = read(stick.path()).expect("read");
        assert_eq!((found.parts.len(), found.damaged), (1, 1), "one part, one damaged, the picture left alone");
    }

    #[test]
    fn a_later_letter_takes_the_place_of_its_senders_earlier_ones_only() {
        let stick = tempfile::tempdir().expect("a folder");
        for (letter, from) in [(1, 1), (2, 5), (3, 1)] {
            write(stick.path(), [letter; 16], LetterKind::Ask, &parts(letter, from, b"x")).expect("written");
        }
        let key = |byte| SigningKey::from_bytes(&[byte; 32]).verifying_key().to_bytes();
        supersede(stick.path(), &key(1), &key(2), LetterKind::Ask, &[[3; 16]]).expect("cleared");
        let mut left: Vec<LetterId> =
            read(stick.path()).expect("read").parts.iter().map(|(_, it)| it.letter()).collect();
        left.sort_unstable();
        assert_eq!(left, [[2; 16], [3; 16]], "the other station's letter stays");
    }

    #[test]
    fn a_stick_that_is_not_there_is_said_to_be_gone() {
        let gone = Path::new("/nowhere/at/all");
        assert!(matches!(write(gone, [1; 16], LetterKind::Ask, &[]), Err(MediumFault::Gone)), "writing");
        assert!(matches!(read(gone), Err(MediumFault::Gone)), "reading");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_on_a_stick_is_not_followed() {
        let stick = tempfile::tempdir().expect("a folder");
        write(stick.path(), [1; 16], LetterKind::Ask, &parts(1, 1, b"x")).expect("written");
        let elsewhere = stick.path().join("elsewhere.dbl");
        fs::write(&elsewhere, &parts(9, 1, b"y")[0]).expect("a part elsewhere");
        std::os::unix::fs::symlink(&elsewhere, stick.path().join(FOLDER).join("link.dbl")).expect("a link");
        assert_eq!(read(stick.path()).expect("read").parts.len(), 1, "only what lies there itself");
    }
}
