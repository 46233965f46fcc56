//! Home service (上门服务): who asked for it and why, who went, what was done at the door or the bedside (requirements S5,
//! templates §13).
//!
//! A booking, a visit and an interview are acts of the case they are about; each is known by the stamp of the act that began it, so
//! two desks never give one name to two of them. What was signed is never changed: an interview is added to, and the addition is
//! signed again (R100).

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::case::event::{Grade, PaperLine, Signature};
use crate::ids::AgentId;
use crate::stamp::Stamp;

/// Why somebody is served at home (rules §9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HomeReason {
    /// 高龄
    Aged,
    /// 病残
    Ill,
    /// 孕产
    Pregnant,
    /// 独居
    LivesAlone,
    /// 其他
    Other,
}

impl HomeReason {
    /// Every reason.
    pub const ALL: [Self; 5] = [Self::Aged, Self::Ill, Self::Pregnant, Self::LivesAlone, Self::Other];
}

/// A visit that was agreed on (R94).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// Who called.
    pub caller: String,
    /// What the caller is to the person; empty for the person's own call.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub relation: String,
    /// Where the caller can be reached; empty where there is no phone.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// Why at home.
    pub reasons: BTreeSet<HomeReason>,
    /// When. Stored under a name of its own: beside it the act has the hour at which it was done.
    #[serde(rename = "when")]
    pub at: DateTime,
    /// Where: a house, a ward.
    pub place: String,
    /// Who goes; two where possible.
    pub staff: Vec<AgentId>,
    /// Why only one goes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alone: String,
}

/// Whether something that must be asked for or shown was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// It was, and yes.
    Yes,
    /// No, or it was refused.
    No,
}

/// What was done at the door (R96).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The booking it answers; `None` for one that nobody had booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub booking: Option<Stamp>,
    /// When they came.
    pub arrived: DateTime,
    /// When they left.
    pub left: DateTime,
    /// Where.
    pub place: String,
    /// Who went.
    pub staff: Vec<AgentId>,
    /// The badge was shown.
    pub badge: Asked,
    /// The person's document was looked at and given back.
    pub id_checked: Asked,
    /// The person was seen.
    pub person_seen: Asked,
    /// Pictures of what the item needs were agreed to (rules §7).
    pub consent: Asked,
    /// Forms filled in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<String>,
    /// Papers taken along, with a receipt given at the door.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<PaperLine>,
    /// Papers left there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_there: Vec<String>,
    /// Advice given.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub advice: String,
    /// What goes beyond the station and must be passed on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub beyond: String,
    /// The next step.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub next: String,
    /// On which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_on: Option<Date>,
    /// How the person, or somebody for the person, signed.
    pub signature: Signature,
}

/// A question and its answer, as they were spoken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// The question.
    #[serde(rename = "q")]
    pub question: String,
    /// The answer.
    #[serde(rename = "a")]
    pub answer: String,
}

/// A faithful record of what somebody said (R100). Signed when it is written down here; it never changes afterwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interview {
    /// Where.
    pub place: String,
    /// From when.
    pub from: DateTime,
    /// Until when: the signature.
    pub until: DateTime,
    /// Who asked.
    pub asked_by: String,
    /// Who wrote; never the one who asked.
    pub written_by: String,
    /// Who else was there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub present: Vec<String>,
    /// Who interpreted, where somebody speaks another language.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub interpreter: String,
    /// What was asked and answered.
    pub lines: Vec<Spoken>,
    /// It was read back before the signature.
    pub read_back: Asked,
    /// How the person signed each page.
    pub signature: Signature,
}

/// What was added to a signed interview, signed again (R100).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addition {
    /// The interview.
    pub to: Stamp,
    /// In words.
    pub text: String,
    /// How it was signed.
    pub signature: Signature,
}

/// A booking and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booked {
    /// The act that made it.
    pub act: Stamp,
    /// As it stands after every move.
    pub booking: Booking,
    /// What became of it.
    pub outcome: BookingOutcome,
}

/// What became of a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookingOutcome {
    /// It is still to come.
    Open,
    /// They went.
    Made {
        /// The act of the record.
        visit: Stamp,
    },
    /// 不上门: it counts as refused in the month's figures (R95).
    Refused,
}

/// A visit that was made, and the call afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The act of the record.
    pub act: Stamp,
    /// The record.
    pub visit: Visit,
    /// What the person said in the call afterwards (templates §13).
    pub grade: Option<Grade>,
}

/// A signed interview with what was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The act of the record.
    pub act: Stamp,
    /// The record.
    pub interview: Interview,
    /// Additions, in their order.
    pub additions: Vec<Addition>,
}

/// Everything of home service in one case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HomeService {
    /// Bookings.
    pub bookings: Vec<Booked>,
    /// Visits.
    pub visits: Vec<Made>,
    /// Interviews.
    pub interviews: Vec<Signed>,
}

impl HomeService {
    /// The next visit that is still to come.
    pub fn next(&self) -> Option<&Booked> {
        self.bookings
            .iter()
            .filter(|booked| booked.outcome == BookingOutcome::Open)
            .min_by_key(|booked| booked.booking.at)
    }
}

/// Shortest reason, in characters, for not going where somebody asked for it (R95).
pub const SHORTEST_REFUSAL: usize = 10;
