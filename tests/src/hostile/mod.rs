//! Bytes that mean harm: every place where something from outside is read, as plain functions of bytes.
//!
//! A [`Target`] is such a place. It is given bytes as somebody could send them, mends what an attacker could mend as well
//! (checksums, hashes, signatures of a device that the district knows, compression, encryption), so that they come past the outer
//! check, and hands them to the code that people run. It answers nothing: what must hold is that it comes back.
//!
//! - H1: no target panics or ends its process. What the document library panics on is contained where documents are read.
//! - H2: no input costs more than a hundred milliseconds of an optimised build, or 64 MiB beyond what was there before.
//!
//! The same functions run under `cargo fuzz` (the folder `fuzz`), and in every check with ten thousand seeded mutants each of real
//! encoded samples ([`trial`]).

mod bombs;
mod calls;
mod changes;
mod exchange;
mod imports;
mod letters;
mod measure;
mod meetings;
mod mutate;
mod pictures;
mod stage;
mod standing;
mod village;

pub use bombs::{Bomb, bombs};
pub use changes::panicking;
pub use exchange::frame_of;
pub use imports::workbook;
pub use measure::{Cost, Meter};
pub use mutate::mutant;
pub use pictures::{Heic, Jpeg, PLACE, animated_png, animated_webp, png, still_webp};
pub use stage::Stage;
pub use village::quarantined;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::sim::Dice;

/// A place where bytes from outside are read.
#[derive(Clone, Copy)]
pub struct Target {
    /// What it reads.
    pub name: &'static str,
    /// Reads some bytes.
    pub run: fn(&[u8]),
    /// Real ones, encoded as the product does.
    pub samples: fn() -> Vec<Vec<u8>>,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self { name: "frame", run: exchange::reply, samples: exchange::reply_samples },
        Self { name: "request", run: exchange::request, samples: exchange::request_samples },
        Self { name: "segment", run: exchange::segment, samples: exchange::segment_samples },
        Self { name: "letter", run: letters::letter, samples: letters::samples },
        Self { name: "meeting", run: meetings::meeting, samples: meetings::samples },
        Self { name: "change", run: changes::change, samples: changes::samples },
        Self { name: "call", run: calls::call, samples: calls::samples },
        Self { name: "import", run: imports::import, samples: imports::samples },
        Self { name: "attachment", run: exchange::files, samples: exchange::files_samples },
        Self { name: "standing", run: standing::standing, samples: standing::samples },
        Self { name: "picture", run: pictures::picture, samples: pictures::samples },
    ];

    /// The one that reads this.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|target| target.name == name)
    }
}

/// What came of a run of mutants.
#[derive(Debug, Clone, Copy, Default)]
pub struct Trial {
    /// How many there were.
    pub mutants: u32,
    /// The longest that one took.
    pub slowest: Duration,
    /// The most that one took beyond what was there before; `None` where the system does not tell.
    pub most_kib: Option<u64>,
}

/// Runs a target on mutants of its samples; or tells what must not be, and the mutant that did it.
pub fn trial(target: &Target, mutants: u32, seed: u64, most: Cost) -> Result<Trial, String> {
    let (samples, mut meter, mut dice) = ((target.samples)(), Meter::new(), Dice::new(seed));
    for (at, sample) in samples.iter().enumerate() {
        survives(target, sample).map_err(|why| format!("{}: sample {at}: {why}", target.name))?;
    }
    let mut trial = Trial { mutants, ..Trial::default() };
    for number in 0..mutants {
        let bytes = mutant(&samples, &mut dice);
        let (well, cost) = meter.measure(|| survives(target, &bytes));
        let told = |what: String| format!("{}: mutant {number} of seed {seed} {what}: {}", target.name, shown(&bytes));
        well.map_err(|why| told(format!("panics, {why}")))?;
        let large = cost.kib.zip(most.kib).is_some_and(|(kib, most)| kib > most);
        if large || cost.time > most.time {
            return Err(told(format!("took {cost:?}")));
        }
        trial.slowest = trial.slowest.max(cost.time);
        trial.most_kib = trial.most_kib.max(cost.kib);
    }
    Ok(trial)
}

fn survives(target: &Target, bytes: &[u8]) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
    })
}

/// Bytes to be pasted into a test of their own.
fn shown(bytes: &[u8]) -> String {
    const SHOWN: usize = 6_000;
    let hex: String = bytes.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
    format!("{} bytes, {hex}", bytes.len())
}
