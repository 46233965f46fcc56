//! Which papers of a case were printed.

use super::{Case, Mark, Misfit, Stage};
use crate::case::event::{PaperName, PrintLine};

/// The prints of a case, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prints {
    lines: Vec<(Mark, PrintLine)>,
}

impl Prints {
    /// All of them, each with who printed it.
    pub fn iter(&self) -> impl Iterator<Item = &(Mark, PrintLine)> {
        self.lines.iter()
    }

    /// How often a paper with this number was printed. Two desks that printed it apart printed it twice.
    pub fn count(&self, paper: PaperName, number: &str) -> u16 {
        let same = self.lines.iter().filter(|(_, line)| line.paper == paper && line.number == number);
        u16::try_from(same.count()).unwrap_or(u16::MAX)
    }
}

impl Case {
    /// A print changes nothing, so it fits wherever the case stands, also when the file is closed: who needs a sheet again gets it.
    pub(super) fn printed(&mut self, mark: Mark, line: &PrintLine) -> Result<(), Misfit> {
        if self.stage == Stage::New {
            return Err(self.no_move());
        }
        self.prints.lines.push((mark, line.clone()));
        Ok(())
    }
}
