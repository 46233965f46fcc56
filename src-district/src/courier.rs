//! Letters on a stick, at the hub: each whole one for this hub is taken and answered, everything else stays where it is.

use std::collections::BTreeMap;
use std::path::Path;

use daiban_core::courier::folder::{self, Found, MediumFault};
use daiban_core::courier::letter::{self, Gathered, Letter};
use daiban_core::courier::{LetterId, LetterKind};
use daiban_core::store::Store;
use daiban_core::sync::hub::{Answered, Hub, Room, Turned};
use daiban_model::ids::DeviceId;
use daiban_model::stamp::Wall;
use serde::Serialize;

/// What came of a stick.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Letters taken and answered.
    pub answered: Vec<Done>,
    /// Letters that were turned away.
    pub turned: Vec<TurnedAway>,
    /// Letters that lack parts.
    pub torn: Vec<Torn>,
    /// Files that are damaged.
    pub damaged: u32,
}

/// A letter taken and answered.
#[derive(Debug, Serialize)]
pub struct Done {
    /// The letter's name, as its writer was told it.
    pub letter: String,
    /// Who wrote it.
    pub device: DeviceId,
    /// Segments taken, also those taken before.
    pub taken: u32,
    /// Segments not taken.
    pub refused: u32,
    /// Attachments that are whole now.
    pub contents: u32,
    /// Files of the answer.
    pub files: usize,
}

/// A letter that was turned away.
#[derive(Debug, Serialize)]
pub struct TurnedAway {
    /// The letter's name.
    pub letter: String,
    /// Why: a short code.
    pub why: &'static str,
}

/// A letter that lacks parts.
#[derive(Debug, Serialize)]
pub struct Torn {
    /// The letter's name.
    pub letter: String,
    /// The parts that are missing, from 1.
    pub missing: Vec<u16>,
    /// How many it should have.
    pub parts: u16,
}

/// Why the work stopped.
#[derive(Debug, thiserror::Error)]
pub enum CourierFault {
    /// The stick.
    #[error(transparent)]
    Medium(#[from] MediumFault),
    /// The hub's own store, or the system's chance.
    #[error("the hub could not do it: {0}")]
    Hub(Turned),
    /// The system gave no random bytes.
    #[error("the system gives no random bytes")]
    Chance(#[source] std::io::Error),
}

/// Takes the letters on a medium and writes the answers beside them, each read back (U3). Nothing of a station's is taken away: it
/// does that itself when it has the answer.
pub async fn take_all<S: Store>(
    hub: &Hub<S>,
    medium: &Path,
    now: Wall,
    mut chance: impl FnMut() -> std::io::Result<[u8; 48]>,
) -> Result<Report, CourierFault> {
    let Found { parts, damaged } = folder::read(medium)?;
    let asks = parts.into_iter().map(|(_, part)| part).filter(|part| !part.kind().is_answer());
    let Gathered { mut letters, torn } = letter::gather(asks);
    // Cases first.
    letters.sort_by_key(Letter::kind);
    let mut kept: BTreeMap<([u8; 32], LetterKind), Vec<LetterId>> = BTreeMap::new();
    let mut report = Report { damaged, ..Report::default() };
    report.torn = torn
        .into_iter()
        .map(|torn| Torn { letter: name(torn.letter), missing: torn.missing, parts: torn.parts })
        .collect();
    for letter in letters {
        let chance = chance().map_err(CourierFault::Chance)?;
        match hub.take_letter(&letter, Room::Stick, now, chance).await {
            Ok(answered) => {
                kept.entry((answered.device.0, answered.kind)).or_default().push(answered.letter);
                report.answered.push(written(medium, &letter, answered)?);
            }
            Err(Turned::Storage(fault)) => return Err(CourierFault::Hub(Turned::Storage(fault))),
            Err(turned) => report.turned.push(TurnedAway { letter: name(letter.id()), why: code(&turned) }),
        }
    }
    for ((device, kind), letters) in kept {
        folder::supersede(medium, &hub.identity_key(), &device, kind, &letters)?;
    }
    Ok(report)
}

fn written(medium: &Path, letter: &Letter, answered: Answered) -> Result<Done, MediumFault> {
    let Answered { device, kind, taken, refused, contents, letter: answer, parts, .. } = answered;
    let files = folder::write(medium, answer, kind, &parts)?.len();
    Ok(Done { letter: name(letter.id()), device, taken, refused, contents, files })
}

/// The eight signs a letter is called by.
fn name(letter: LetterId) -> String {
    letter[..4].iter().map(|byte| format!("{byte:02X}")).collect()
}

fn code(turned: &Turned) -> &'static str {
    match turned {
        Turned::Malformed => "malformed",
        Turned::UnknownDevice => "unknown_device",
        Turned::BadSignature => "bad_signature",
        Turned::OtherHub => "other_hub",
        Turned::Storage(_) => "storage",
    }
}
