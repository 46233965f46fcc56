//! What a run is made from. The same options give the same run, to the letter.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::world::{Flaw, Keeping, Luck};

/// Everything a run follows from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Chance.
    pub seed: u64,
    /// How many things happen before the faults stop.
    pub steps: u32,
    /// Where the stations keep what they have.
    pub keeping: Keeping,
    /// What may go wrong.
    pub troubles: BTreeSet<Trouble>,
    /// A mistake in the program, to show that a check sees it.
    pub mistake: Option<Mistake>,
}

/// What may go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trouble {
    /// Roads cut, lose, repeat, reorder, truncate and bend.
    Roads,
    /// A station's program is gone from one moment to the next, also between two commits of one act.
    Kill,
    /// The same at the hub.
    HubKill,
    /// A station's disk comes back as it was earlier: all of it, or the database alone.
    Rollback,
    /// A second machine is made from a copy of a station's disk, and both work on.
    Clone,
    /// Clocks show 1970, 2038, three years ago, tomorrow.
    Clocks,
    /// The district revokes a device.
    Revoke,
    /// A disk is full for a while.
    Full,
    /// The hub's disk comes back as it was earlier.
    HubRestore,
    /// In every second seed: the district gives a station a division, takes one from it, or renews its certificate.
    Scopes,
    /// The district moves a case to another village.
    Moves,
    /// Stations meet on a local line and exchange without the hub; on lines as bad as the others.
    Neighbours,
}

impl Trouble {
    /// All of them, with the words they are asked for by.
    pub const ALL: [(Self, &str); 12] = [
        (Self::Roads, "roads"),
        (Self::Kill, "kill"),
        (Self::HubKill, "hub-kill"),
        (Self::Rollback, "rollback"),
        (Self::Clone, "clone"),
        (Self::Clocks, "clocks"),
        (Self::Revoke, "revoke"),
        (Self::Full, "full"),
        (Self::HubRestore, "hub-restore"),
        (Self::Scopes, "scopes"),
        (Self::Moves, "moves"),
        (Self::Neighbours, "neighbours"),
    ];

    /// What happens unless somebody says otherwise: all of it.
    pub fn usual() -> BTreeSet<Self> {
        Self::ALL.into_iter().map(|(trouble, _)| trouble).collect()
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(trouble, _)| trouble == self).map_or("", |(_, word)| word))
    }
}

impl FromStr for Trouble {
    type Err = anyhow::Error;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|(_, known)| *known == word).map(|(trouble, _)| trouble);
        found.ok_or_else(|| anyhow::anyhow!("no trouble is called {word}"))
    }
}

/// A mistake that an author might make. None of them is in the engine: they are wrapped around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mistake {
    /// The stations' stores have a flaw.
    Station(Flaw),
    /// The hub's store has a flaw.
    Hub(Flaw),
    /// Sessions draw the same actor again.
    PinnedActor,
    /// A page that got no answer does the act again without looking.
    BlindRetry,
}

impl Mistake {
    pub(super) fn luck(self) -> Luck {
        if self == Self::PinnedActor { Luck::Pinned } else { Luck::Seeded }
    }
}

impl Options {
    /// A run as most are: every eighth seed on real databases, every other one with neighbours that meet.
    pub fn of(seed: u64, steps: u32) -> Self {
        let keeping = if seed % 8 == 7 { Keeping::Disk } else { Keeping::Memory };
        let mut troubles = Trouble::usual();
        if seed.is_multiple_of(2) {
            troubles.remove(&Trouble::Neighbours);
        }
        Self { seed, steps, keeping, troubles, mistake: None }
    }

    /// The words that play this run again.
    pub fn words(&self) -> String {
        let mut words = format!("cargo xtask sim --seed {} --steps {}", self.seed, self.steps);
        let store = if self.keeping == Keeping::Disk { "disk" } else { "memory" };
        words.push_str(&format!(" --store {store}"));
        let usual = Trouble::usual();
        for trouble in usual.difference(&self.troubles) {
            words.push_str(&format!(" --without {trouble}"));
        }
        for trouble in self.troubles.difference(&usual) {
            words.push_str(&format!(" --with {trouble}"));
        }
        words
    }
}
