//! How an act is written down (E1): one envelope for every kind of acts, and what it does with a kind it does not know.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Event, What};
use crate::ids::{AgentId, ScopeCode};
use crate::stamp::{Stamp, TimeQuality, Wall};

/// A kind of acts: those of a case, of a person. E1 holds for all of them.
pub trait Deed: Serialize + DeserializeOwned {
    /// An act whose kind this version does not know, with its whole stored text.
    fn unknown(kind: String, raw: String) -> Self;
    /// The stored text of such an act.
    fn raw(&self) -> Option<&str>;
}

/// The stored text of an event beside its stamp. Field names are short because they are stored once per act.
#[derive(Serialize, Deserialize)]
struct Stored<W> {
    by: AgentId,
    unit: ScopeCode,
    /// Left out where the stamp says the same, which it does while the clock runs on: it would be a twelfth of what a case
    /// takes on the road.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Wall>,
    #[serde(default, skip_serializing_if = "is_confirmed", rename = "q")]
    quality: TimeQuality,
    #[serde(flatten)]
    what: W,
}

/// What is read of an event whose kind this version does not know.
#[derive(Deserialize)]
struct Kind {
    k: String,
}

/// The wall clock as a stamp has it.
fn wall(stamp: Stamp) -> Wall {
    Wall(i64::try_from(stamp.hlc.ms).unwrap_or(i64::MAX))
}

fn is_confirmed(quality: &TimeQuality) -> bool {
    *quality == TimeQuality::Confirmed
}

/// Why a stored text is not an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored text is not an event")]
pub struct NotAnEvent;

impl<W: Deed> Event<W> {
    /// The text to be stored under the event's stamp.
    pub fn to_text(&self) -> String {
        if let Some(raw) = self.what.raw() {
            return raw.to_owned();
        }
        let (by, unit, quality) = (self.by.clone(), self.unit, self.quality);
        let at = (self.at != wall(self.stamp)).then_some(self.at);
        let stored = Stored { by, unit, at, quality, what: &self.what };
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// Reads a stored text. A known envelope with an unknown act is an event of kind [`Deed::unknown`].
    pub fn from_text(stamp: Stamp, text: &str) -> Result<Self, NotAnEvent> {
        if let Ok(Stored { by, unit, at, quality, what }) = serde_json::from_str::<Stored<W>>(text) {
            return Ok(Self { stamp, by, unit, at: at.unwrap_or(wall(stamp)), quality, what });
        }
        let Stored { by, unit, at, quality, what } =
            serde_json::from_str::<Stored<Kind>>(text).map_err(|_| NotAnEvent)?;
        let (at, what) = (at.unwrap_or(wall(stamp)), W::unknown(what.k, text.to_owned()));
        Ok(Self { stamp, by, unit, at, quality, what })
    }
}

impl Deed for What {
    fn unknown(kind: String, raw: String) -> Self {
        Self::Unknown { kind, raw }
    }

    fn raw(&self) -> Option<&str> {
        if let Self::Unknown { raw, .. } = self { Some(raw) } else { None }
    }
}
