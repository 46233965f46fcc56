//! A second exchange beside a large one: while much goes up, what is new comes down. A line carries both directions at once, so
//! on a slow one the longer of the two is waited for, not their sum.
//!
//! X4: the two lean on nothing of each other. The large one asks for nothing, and the hub leaves its cursors alone; the one beside it
//! brings nothing, and what it cannot do is done by the next exchange.

use daiban_model::api::Failure;
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, Delivery, ExchangeReply, ExchangeRequest, Hash, Outcome};
use ed25519_dalek::SigningKey;

use super::link::Brevity;
use super::{Came, Outgoing, Thread, skew};
use crate::engine::Engine;
use crate::store::Store;
use crate::sync::http::{Road, RoadFault};
use crate::sync::station::{self, Telling};

/// Bytes from which on a request goes alone: three seconds of a 2G line.
const LARGE: usize = 24 << 10;

/// The exchange beside the large one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Beside {
    /// What goes up is small: one exchange does both.
    #[default]
    None,
    /// It may be asked for.
    Free,
    /// It is on its way.
    Asked(Hash, Wall),
}

/// The signed bytes of a request; where they are many, it only brings, and another one beside it is free to fetch.
pub(super) fn alone_if_large(
    key: &SigningKey,
    brevity: Brevity,
    mut ask: ExchangeRequest,
) -> (Beside, (Vec<u8>, Hash)) {
    let whole = match brevity {
        Brevity::Assumed => station::brief_request(key, &ask),
        Brevity::NotUnderstood => station::request(key, &ask),
    };
    if whole.0.len() < LARGE {
        return (Beside::None, whole);
    }
    ask.max_bytes = wire::NO_FRAMES;
    (Beside::Free, station::request(key, &ask))
}

impl<S: Store> Engine<S> {
    /// A request to be carried at the same time as the last one, where that is large. A carrier that does one thing after the
    /// other need not ask for it.
    pub fn beside_request(&mut self) -> Option<Outgoing> {
        let desk = self.desk.as_ref().filter(|_| self.link.beside == Beside::Free)?;
        let (link, now) = (&mut self.link, desk.edge.now());
        let ask = station::exchange(desk.thread, &desk.cursors, link.telling, link.max_bytes, link.digest, Vec::new());
        let (body, hash) = station::request(&desk.key, &ask);
        link.beside = Beside::Asked(hash, now);
        link.progress.bytes_up += body.len() as u64;
        Some(Outgoing { to: desk.place(), road: Road::Exchange, body })
    }

    /// Takes in its answer. Whatever is wrong with it, the answer to the large one tells. X1, X4.
    pub async fn answered_beside(&mut self, answer: Result<Vec<u8>, RoadFault>) -> Result<(), Failure> {
        let (Beside::Asked(hash, since), Ok(bytes)) = (std::mem::take(&mut self.link.beside), answer) else {
            return Ok(());
        };
        let Some(desk) = self.desk.as_mut() else { return Ok(()) };
        let Ok(reply) = station::reply(&bytes, hash, &desk.trust) else { return Ok(()) };
        let ExchangeReply { outcome: Outcome::Done(delivery), hub_ms, nonce, epoch } = reply else { return Ok(()) };
        if epoch != desk.thread.epoch {
            return Ok(());
        }
        let now = desk.edge.now();
        desk.thread = Thread { epoch, nonce };
        skew(desk, &mut self.link, hub_ms, since, now);
        self.link.progress.bytes_down += bytes.len() as u64;
        self.link.max_bytes = super::measured(bytes.len(), since, now, self.link.max_bytes);
        let Delivery { frames, .. } = *delivery;
        self.link.telling = match self.take_frames(frames, now).await? {
            Came::Unusable => Telling::All,
            Came::Nothing | Came::Something => Telling::Same,
        };
        Ok(())
    }
}
