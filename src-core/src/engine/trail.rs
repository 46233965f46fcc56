//! Lines that are only added (V2): each is signed by this station and names the one before it, so that a line that was taken out, changed
//! or cut off the end shows, and where.

use std::collections::BTreeMap;

use daiban_model::api::{Chain, Failure};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Hash, Signed};
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::desk::Desk;
use super::storage;
use crate::store::{Store, StoreError};
use crate::sync::sign::{self, Domain};

/// Longest stored line.
const LINE: usize = 1_024;

/// One log.
pub(super) struct Trail {
    /// Under which names its lines are kept, with the stroke.
    pub(super) log: &'static str,
    /// Where it is kept how many there are, and the hash of the last.
    pub(super) end: &'static str,
    /// For what its lines are signed.
    pub(super) domain: Domain,
}

/// A line as it is signed. Stored by place: what is said comes last.
#[derive(Serialize, Deserialize)]
pub(super) struct Numbered<T> {
    pub(super) number: u64,
    pub(super) before: Hash,
    pub(super) said: T,
}

/// A small named value to be written.
type State = (String, Option<Vec<u8>>);

impl Trail {
    /// Where the lines of one month are kept, each under its number.
    fn month(&self, day: Date) -> String {
        format!("{}{:04}{:02}/", self.log, day.year(), day.month())
    }
}

impl<S: Store> Desk<S> {
    /// The states that add these lines to a log; nothing where there are none.
    pub(super) async fn added<T: Serialize>(
        &self,
        trail: &Trail,
        at: Wall,
        all: Vec<T>,
    ) -> Result<Vec<State>, Failure> {
        let (mut number, mut before) = self.trail_end(trail).await?;
        let mut states = Vec::new();
        for said in all {
            number += 1;
            let signed = wire::encode(&sign::seal(&self.key, trail.domain, &Numbered { number, before, said }));
            before = sign::hash(&signed);
            states.push((format!("{}{number:012}", trail.month(at.date())), Some(signed)));
        }
        if !states.is_empty() {
            states.push((trail.end.to_owned(), Some(wire::encode(&(number, before)))));
        }
        Ok(states)
    }

    async fn trail_end(&self, trail: &Trail) -> Result<(u64, Hash), Failure> {
        let found = self.store.states(trail.end).await.map_err(storage)?;
        match found.into_iter().find(|(name, _)| name == trail.end) {
            None => Ok((0, Hash::default())),
            Some((_, bytes)) => wire::decode(&bytes, 64).map_err(|_| storage(StoreError::Damaged { what: "trail" })),
        }
    }

    /// A line that this station signed.
    pub(super) fn opened<T: DeserializeOwned>(&self, trail: &Trail, bytes: &[u8]) -> Option<Numbered<T>> {
        let signed: Signed = wire::decode(bytes, LINE).ok()?;
        // Or the device from whose backup it goes on.
        let hands = std::iter::once(self.certificate.device).chain(self.succession.devices());
        hands.into_iter().find_map(|device| sign::open(&device.0, trail.domain, &signed))
    }

    /// The lines of a month, first to last, and whether the whole log is as it was written.
    pub(super) async fn month_of<T: DeserializeOwned>(
        &self,
        trail: &Trail,
        day: Date,
    ) -> Result<(Vec<Numbered<T>>, Chain), Failure> {
        let stored = self.store.states(trail.log).await.map_err(storage)?;
        let (count, end) = self.trail_end(trail).await?;
        let wanted = trail.month(day);
        let numbered = |(name, bytes): &'_ (String, Vec<u8>)| {
            let number: u64 = name.rsplit('/').next()?.parse().ok()?;
            Some((number, (sign::hash(bytes), name.starts_with(&wanted).then(|| bytes.clone()))))
        };
        let all: BTreeMap<u64, (Hash, Option<Vec<u8>>)> = stored.iter().filter_map(numbered).collect();
        let before = |number: u64| match number {
            1 => Some(Hash::default()),
            _ => all.get(&(number - 1)).map(|(hash, _)| *hash),
        };
        let mut lines = Vec::new();
        // The end is known by itself, so that lines cut off there are missed too.
        let last = all.get(&count).map(|(hash, _)| *hash).unwrap_or_default();
        let mut bad = if last == end { None } else { Some(count.max(1)) };
        bad = (1..=count).find(|number| !all.contains_key(number)).or(bad);
        for (number, (_, bytes)) in &all {
            let Some(bytes) = bytes else { continue };
            match self
                .opened(trail, bytes)
                .filter(|line| line.number == *number && before(*number) == Some(line.before))
            {
                Some(line) => lines.push(line),
                None => bad = Some(bad.map_or(*number, |earlier| earlier.min(*number))),
            }
        }
        Ok((lines, bad.map_or(Chain::Whole, |number| Chain::BrokenAfter { number: number.saturating_sub(1) })))
    }
}
