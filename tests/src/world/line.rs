//! The road between a station and the district, and everything that can be wrong with it.

use daiban_core::engine::Outgoing;
use daiban_core::sync::http::{Road, RoadFault};
use daiban_model::wire::{self, Envelope};

use super::District;

/// A road. What it does, it does until the story says otherwise.
#[derive(Clone, Default)]
pub enum Line {
    /// Both ways.
    #[default]
    Open,
    /// Nobody answers.
    Cut,
    /// What is sent arrives; the answer does not.
    LosesReply,
    /// Something in between answers with a page of its own.
    Garbage,
    /// A bit of each answer goes over.
    Bent,
    /// The hub's machine says 500.
    Fault,
    /// The hub is of an earlier version: it knows neither the road on which a station asks how it stands nor the dictionary of small bodies.
    Older,
    /// Another district's hub stands at the address.
    Elsewhere(District),
}

impl Line {
    /// Carries a request, and its answer back.
    pub fn carry(&self, hub: &District, out: &Outgoing) -> Result<Vec<u8>, RoadFault> {
        match self {
            Self::Open => hub.answer(out.road, &out.body),
            Self::Cut => Err(RoadFault::Unreachable),
            Self::LosesReply => {
                let _ = hub.answer(out.road, &out.body);
                Err(RoadFault::Unreachable)
            }
            Self::Garbage => Ok(b"<html><body>Sign in to the free network</body></html>".to_vec()),
            Self::Bent => hub.answer(out.road, &out.body).map(|mut answer| {
                let last = answer.len() - 1;
                answer[last] ^= 1;
                answer
            }),
            Self::Fault => Err(RoadFault::HubFault),
            Self::Older if out.road == Road::Standing => Err(RoadFault::Garbled),
            Self::Older if out.road == Road::Exchange && is_brief(&out.body) => Err(RoadFault::Garbled),
            Self::Older => hub.answer(out.road, &out.body),
            Self::Elsewhere(other) => other.answer(out.road, &out.body),
        }
    }
}

/// Whether a request is packed in a way that came later.
fn is_brief(body: &[u8]) -> bool {
    wire::decode::<Envelope>(body, wire::MAX_BODY).is_ok_and(|envelope| envelope.packing.reads_first())
}
