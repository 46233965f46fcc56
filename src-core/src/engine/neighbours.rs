//! The stations of the neighbourhood, for the page that shows them.

use daiban_model::api::{Failure, GetNeighbours, NeighbourRow, Neighbours, SetNeighbours};
use daiban_model::wire::{Certificate, NotMet};

use super::Engine;
use super::answer::Answer;
use super::desk::Desk;
use super::exchange::Seen;
use crate::store::Store;
use crate::sync::sign::{self, Domain};

/// Stations that a page shows.
const SHOWN: usize = 20;

impl<S: Store> Answer<S> for GetNeighbours {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Neighbours, Failure> {
        engine.neighbours().await
    }
}

impl<S: Store> Answer<S> for SetNeighbours {
    /// Listening itself is done by [`super::task`].
    async fn answer(self, engine: &mut Engine<S>) -> Result<Neighbours, Failure> {
        engine.switch_meetings(self.switch).await?;
        engine.neighbours().await
    }
}

impl<S: Store> Engine<S> {
    async fn neighbours(&mut self) -> Result<Neighbours, Failure> {
        let desk = self.desk()?;
        let mut seen: Vec<&Seen> = desk.meets.seen.values().collect();
        seen.sort_by_key(|one| std::cmp::Reverse(one.at));
        let stations = seen.into_iter().take(SHOWN).map(|one| desk.neighbour_row(one)).collect();
        let carried = desk.carries().await?;
        Ok(Neighbours { switch: desk.meets.switch, addresses: Vec::new(), stations, carried })
    }
}

impl<S: Store> Desk<S> {
    fn neighbour_row(&self, seen: &Seen) -> NeighbourRow {
        // A name counts only where the district signed it.
        let shown: Option<Certificate> = sign::open(&self.trust.root, Domain::Certificate, &seen.certificate);
        let judged = shown.as_ref().map(|shown| self.bench().judge(&shown.device.0, &seen.certificate));
        let shared = judged.and_then(Result::ok).map(|neighbour| neighbour.shared).unwrap_or_default();
        let why = if shown.is_none() { Some(NotMet::OtherDistrict) } else { seen.why };
        NeighbourRow {
            station: shown.map(|shown| shown.station).unwrap_or_default(),
            at: seen.at,
            received: seen.tally.received,
            given: seen.tally.given,
            letters: seen.tally.letters,
            common: shared.into_iter().map(|scope| self.published.place(scope)).collect(),
            why,
        }
    }
}
