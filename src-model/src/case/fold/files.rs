//! Attachments of a case: those that count and those that were set aside.

use super::{Case, Mark, Misfit, Stage};
use crate::case::event::FileLine;
use crate::ids::FileHash;

/// The attachments of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    there: Vec<(Mark, FileLine)>,
    aside: Vec<(FileHash, String)>,
}

impl Files {
    /// Those that count, in the order in which they were added, each with who added it.
    pub fn iter(&self) -> impl Iterator<Item = &(Mark, FileLine)> {
        self.there.iter()
    }

    /// One that counts: a content and the paper it was added to.
    pub fn get(&self, hash: FileHash, paper: &str) -> Option<&FileLine> {
        self.there.iter().map(|(_, line)| line).find(|line| line.hash == hash && line.paper == paper)
    }

    /// The same picture of the same paper, added at two desks, is one attachment.
    fn add(&mut self, mark: Mark, line: &FileLine) {
        self.aside.retain(|(hash, paper)| *hash != line.hash || *paper != line.paper);
        if self.get(line.hash, &line.paper).is_none() {
            self.there.push((mark, line.clone()));
        }
    }

    /// Two desks may set the same one aside: both wanted it gone.
    pub(super) fn set_aside(&mut self, hash: FileHash, paper: &str) -> Result<(), Misfit> {
        let aside = (hash, paper.to_owned());
        if self.aside.contains(&aside) {
            return Ok(());
        }
        if self.get(hash, paper).is_none() {
            return Err(Misfit::NothingToReferTo);
        }
        self.there.retain(|(_, line)| line.hash != hash || line.paper != paper);
        self.aside.push(aside);
        Ok(())
    }
}

impl Case {
    /// From the first question until the file is closed; whatever else stands in doubt, a picture of it helps.
    pub(super) fn file_added(&mut self, mark: Mark, line: &FileLine) -> Result<(), Misfit> {
        if !self.takes_files() {
            return Err(self.no_move());
        }
        self.files.add(mark, line);
        Ok(())
    }

    /// Whether attachments may be added now.
    pub fn takes_files(&self) -> bool {
        !matches!(self.stage, Stage::New | Stage::Archived)
    }
}
