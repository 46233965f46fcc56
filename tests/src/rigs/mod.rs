//! Rigs: the real engine on a real, encrypted database in a process of its own, and what a machine can do to it.
//!
//! A *clerk* is that process: it saves cases and says a line after each act that was confirmed to it. A rig kills it, lets its
//! disk lose what was not synced, fails its calls or takes its room away, and then looks at the folder as the next start finds it:
//!
//! - R1: nothing that was confirmed is lost.
//! - R2: no case is half there, no act stands twice, a draft and its case are never both there.
//! - R3: the file is whole: pages with their keys, indexes, references, search, feeds; rows are what folding anew gives.
//! - R4: what fails is told; the program goes on or ends, and the next start is clean.
//!
//! Calls of the operating system are failed and recorded by `strace`, from outside: neither the engine nor the database is built
//! otherwise than for people, the key files are under it as well, and no foreign code has to be called. A virtual file system in
//! the process would need unsafe code and see the database only.

mod base;
mod clerk;
mod failing;
mod inspect;
mod kill;
mod power;
mod small;
mod trace;

pub use base::home_in;
pub use clerk::{Script, clerk};
pub use failing::{Call, failing, full_for_a_while};
pub use kill::kills;
pub use power::{Cuts, power_loss, power_loss_on_a_lying_disk};
pub use small::{little_memory, reader, small_disk};

/// What a rig did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Kills, images or failed calls.
    pub tries: u32,
    /// Acts that were confirmed and looked for.
    pub confirmed: u64,
    /// Acts that were told to have failed.
    pub failed: u64,
    /// What must not be; empty where all is well.
    pub faults: Vec<String>,
}

impl Report {
    /// Panics with what must not be.
    pub fn sound(&self) {
        let shown: Vec<&String> = self.faults.iter().take(10).collect();
        assert!(shown.is_empty(), "{} faults, the first of them: {shown:#?}", self.faults.len());
    }
}
