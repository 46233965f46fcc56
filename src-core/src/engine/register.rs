//! Registers that an office keeps: of incidents, of what was entrusted to others, of what was destroyed. One shape for all: an entry has a
//! name of its own in the store and is written as JSON, so that it can be read when this program is long gone.
//!
//! G1: an entry stays where it was written first; what may change in it is said by its own register.

use daiban_model::api::Failure;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::desk::Desk;
use super::{internal, storage};
use crate::store::{Batch, Store};

/// One register.
pub(super) struct Register {
    /// Under which names its entries are kept, with the stroke.
    pub(super) name: &'static str,
    /// Longest text of an entry, in characters.
    pub(super) longest: usize,
    /// What is said where a text is missing.
    pub(super) lacks: &'static str,
}

/// A small named value to be written.
pub(super) type State = (String, Option<Vec<u8>>);

impl Register {
    /// Where the entry of this number is kept: in the order of their numbers.
    pub(super) fn numbered(no: u32) -> String {
        format!("{no:08}")
    }

    /// The state that writes an entry, for a commit that may hold more.
    pub(super) fn state(&self, key: &str, entry: &impl Serialize) -> Result<State, Failure> {
        let bytes = serde_json::to_vec(entry).map_err(|_| internal("an entry does not write"))?;
        Ok((format!("{}{key}", self.name), Some(bytes)))
    }

    /// Whether all of these say something, and none too much.
    pub(super) fn filled(&self, texts: &[&str]) -> Result<(), Failure> {
        let bad = |code: &str, arg: String| Failure::BadValue { code: code.to_owned(), arg };
        for text in texts {
            match text.trim().chars().count() {
                0 => return Err(bad(self.lacks, String::new())),
                length if length > self.longest => return Err(bad("too_long", self.longest.to_string())),
                _ => {}
            }
        }
        Ok(())
    }
}

impl<S: Store> Desk<S> {
    /// The entries, in the order of their names.
    pub(super) async fn entries<T: DeserializeOwned>(&self, register: &Register) -> Result<Vec<T>, Failure> {
        let stored = self.store.states(register.name).await.map_err(storage)?;
        Ok(stored.iter().filter_map(|(_, bytes)| serde_json::from_slice(bytes).ok()).collect())
    }

    /// The number of the next entry: one that this version cannot read keeps its own. G1
    pub(super) async fn next_no(&self, register: &Register) -> Result<u32, Failure> {
        let stored = self.store.states(register.name).await.map_err(storage)?;
        let numbers = stored.iter().filter_map(|(name, _)| name.rsplit('/').next()?.parse::<u32>().ok());
        Ok(numbers.max().unwrap_or(0).saturating_add(1))
    }

    /// Whether an entry of this name stands in the register.
    pub(super) async fn is_entered(&self, register: &Register, key: &str) -> Result<bool, Failure> {
        let name = format!("{}{key}", register.name);
        Ok(!self.store.states(&name).await.map_err(storage)?.is_empty())
    }

    /// The entry of this name.
    pub(super) async fn entry<T: DeserializeOwned>(
        &self,
        register: &Register,
        key: &str,
    ) -> Result<Option<T>, Failure> {
        let name = format!("{}{key}", register.name);
        let stored = self.store.states(&name).await.map_err(storage)?;
        let own = stored.iter().find(|(found, _)| *found == name);
        Ok(own.and_then(|(_, bytes)| serde_json::from_slice(bytes).ok()))
    }

    /// Writes one entry. G1
    pub(super) async fn enter(&self, register: &Register, key: &str, entry: &impl Serialize) -> Result<(), Failure> {
        let states = vec![register.state(key, entry)?];
        self.commit(Batch { states, ..Batch::default() }).await
    }
}
