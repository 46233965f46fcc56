//! A clock that is wrong, and the time that somebody typed instead (R79, rules §10.1).
//!
//! - C1: what was typed holds while the machine's clock runs on from there. When that clock jumps back, or goes on as far as it would if
//!   somebody had put it right, or the district finds it right, it holds no more: a time in doubt is rather too early than too late.
//! - C2: what is written meanwhile is dated by what was typed and carries the doubt; the first case afterwards names both times.

use daiban_model::api::{Changed, Failure, Session, TellTime};
use daiban_model::case::Command;
use daiban_model::case::beside::Beside;
use daiban_model::stamp::{TimeQuality, Wall};
use daiban_model::wire;
use serde::{Deserialize, Serialize};

use super::Engine;
use super::answer::Answer;
use super::desk::{Desk, is_a_jump};
use crate::store::{Batch, Store, StoreError};

/// The name under which it is kept.
const TOLD: &str = "clock-told";

/// Whether somebody typed what time it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Nobody did.
    Never,
    /// Somebody did, and it holds.
    Holds(Word),
    /// Somebody did, and it holds no more.
    Over,
}

/// By how much the machine's clock is behind what somebody typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Word {
    behind_ms: i64,
    /// What the machine's clock showed when it was looked at last.
    seen: Wall,
    /// What it showed and what was typed, for the first case afterwards.
    first: Option<(Wall, Wall)>,
}

impl Word {
    /// C1
    fn holds(&self, shown: Wall) -> bool {
        let put_right = self.behind_ms > 0 && shown.0 >= self.seen.0.saturating_add(self.behind_ms);
        !put_right && !is_a_jump(self.seen, shown)
    }
}

impl Told {
    /// What a store keeps.
    pub(crate) async fn load<S: Store>(store: &S, shown: Wall) -> Result<Self, StoreError> {
        let found = store.states(TOLD).await?;
        let word = found.first().and_then(|(_, bytes)| wire::decode::<Word>(bytes, 64).ok());
        Ok(word.map_or(Self::Never, |word| Self::Holds(word).seen(shown)))
    }

    /// The time, by what the machine's clock shows.
    pub(crate) fn time(self, shown: Wall) -> Wall {
        match self {
            Self::Holds(word) if word.holds(shown) => Wall(shown.0.saturating_add(word.behind_ms)),
            Self::Holds(_) | Self::Never | Self::Over => shown,
        }
    }

    /// After a look at the machine's clock.
    pub(crate) fn seen(self, shown: Wall) -> Self {
        match self {
            Self::Holds(word) if word.holds(shown) => Self::Holds(Word { seen: shown, ..word }),
            Self::Holds(_) | Self::Over => Self::Over,
            Self::Never => Self::Never,
        }
    }

    /// The district found the machine's clock right.
    pub(crate) fn over(self) -> Self {
        if self == Self::Never { self } else { Self::Over }
    }

    /// What is to be written with a commit, if anything.
    pub(crate) fn state(self) -> Option<(String, Option<Vec<u8>>)> {
        match self {
            Self::Never => None,
            Self::Holds(word) => Some((TOLD.to_owned(), Some(wire::encode(&word)))),
            Self::Over => Some((TOLD.to_owned(), None)),
        }
    }
}

impl<S: Store> Answer<S> for TellTime {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Session, Failure> {
        let desk = engine.desk()?;
        let (shown, typed) = (desk.edge.now(), Wall::at(self.at));
        // Nobody lives before what was written last.
        let last = Wall(i64::try_from(desk.clock.last().ms).unwrap_or(i64::MAX));
        if typed.date() < last.date() {
            return Err(Failure::BadValue { code: "time_before_last".to_owned(), arg: last.date().to_string() });
        }
        // A slip of the hand would put everything that is written from now on far ahead of everybody else's.
        if typed.0.max(0).unsigned_abs() > desk.certificate.not_after {
            return Err(Failure::BadValue { code: "time_too_far".to_owned(), arg: String::new() });
        }
        let behind_ms = typed.0.saturating_sub(shown.0);
        desk.told = Told::Holds(Word { behind_ms, seen: shown, first: Some((shown, typed)) });
        (desk.quality, desk.seen) = (TimeQuality::Unconfirmed, shown);
        desk.commit(Batch::default()).await?;
        desk.catch_up_with_roster();
        engine.tell(Changed::Session);
        engine.session().await
    }
}

impl<S: Store> Desk<S> {
    /// The act by which the first case after such a word names both times. C2
    pub(super) fn both_times(&mut self) -> Option<Command> {
        let Told::Holds(word) = &mut self.told else { return None };
        let (shown, told) = word.first.take()?;
        Some(Command::Beside(Box::new(Beside::ClockTold { shown, told })))
    }
}
