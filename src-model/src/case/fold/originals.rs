//! Originals that were taken, and who has them (R67).

use super::{Case, Mark, Misfit};
use crate::case::event::{Keeper, OriginalsMoved, PaperLine, PaperState};
use crate::stamp::Wall;

/// An original that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// The paper.
    pub paper: String,
    /// How many.
    pub count: u8,
    /// Who has it.
    pub keeper: Keeper,
    /// Since when.
    pub since: Wall,
    /// Where it is kept.
    pub place: String,
}

impl Case {
    /// Originals that have still to come back.
    pub fn originals_out(&self) -> impl Iterator<Item = &Original> {
        self.originals.iter().filter(|original| original.keeper.is_out())
    }

    /// Whoever takes an original answers for it.
    pub(super) fn take_originals(&mut self, mark: &Mark, papers: &[PaperLine]) {
        for line in papers.iter().filter(|line| line.state == PaperState::Original) {
            let keeper = Keeper::Agent { agent: mark.by.clone() };
            let (paper, count, since, place) = (line.name.clone(), line.count, mark.at, String::new());
            self.originals.retain(|original| original.paper != paper || !original.keeper.is_out());
            self.originals.push(Original { paper, count, keeper, since, place });
        }
    }

    /// What lies at the station goes with the file; the sheet counts it (R41).
    pub(super) fn originals_handed_over(&mut self, mark: &Mark, to: &str) {
        for original in self.originals.iter_mut().filter(|one| matches!(one.keeper, Keeper::Agent { .. })) {
            (original.keeper, original.since) = (Keeper::Office { name: to.to_owned() }, mark.at);
            original.place.clear();
        }
    }

    pub(super) fn originals_moved(&mut self, mark: &Mark, moved: &OriginalsMoved) -> Result<(), Misfit> {
        self.at_work()?;
        let known = |name: &String| self.originals.iter().any(|original| original.paper == *name);
        if moved.papers.is_empty() || !moved.papers.iter().all(known) {
            return Err(Misfit::NothingToReferTo);
        }
        let out = |name: &String| self.originals_out().any(|original| original.paper == *name);
        if !moved.papers.iter().all(out) {
            return Err(Misfit::DoneBefore);
        }
        let wanted = |original: &&mut Original| original.keeper.is_out() && moved.papers.contains(&original.paper);
        for original in self.originals.iter_mut().filter(wanted) {
            (original.keeper, original.since) = (moved.to.clone(), mark.at);
            original.place.clone_from(&moved.place);
        }
        Ok(())
    }
}
