//! Who is here and may work.

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::ids::AgentId;
use crate::stamp::{TimeQuality, Wall};

/// Who is here, and is the station ready?
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetSession {}

/// First run: make this station known to the district.
#[derive(Clone, Serialize, Deserialize)]
pub struct Enrol {
    /// The hub's address, such as `http://127.0.0.1:8440`.
    pub hub: String,
    /// The one-time code from the district.
    pub code: String,
}

/// A person of the roster chooses a PIN: the first one right after enrolment, others while someone is signed in.
#[derive(Clone, Serialize, Deserialize)]
pub struct SetPin {
    /// Who.
    pub agent: AgentId,
    /// At least six digits or letters (R219).
    pub pin: String,
}

/// Sign in; works without a network.
#[derive(Clone, Serialize, Deserialize)]
pub struct Unlock {
    /// Who.
    pub agent: AgentId,
    /// The PIN.
    pub pin: String,
}

/// After [`SessionState::KeysDamaged`]: take the key file as it was before its last change. The damaged one is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GoBackKeys {}

/// Somebody forgot a PIN: the code that the district reads out opens the station once, for a new PIN. Works without a network.
#[derive(Clone, Serialize, Deserialize)]
pub struct Recover {
    /// Who.
    pub agent: AgentId,
    /// The code as it was heard: 25 letters and digits.
    pub code: String,
    /// The new PIN.
    pub pin: String,
}

/// Sign out; drafts stay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Lock {}

/// The state of the station.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// How far it is.
    pub state: SessionState,
    /// The station's name, once enrolled.
    pub station: Option<String>,
    /// People who may sign in here, in the order of the roster.
    pub people: Vec<Tile>,
    /// The station's clock.
    pub now: Wall,
    /// Whether the clock can be trusted.
    pub clock: TimeQuality,
    /// The hub's address to propose on first run.
    pub hub_hint: Option<String>,
    /// The enrolment code to propose on first run.
    pub code_hint: Option<String>,
    /// Cases and drafts that were open when the program stopped without being closed.
    pub recovered: u32,
}

/// How far the station is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum SessionState {
    /// Not enrolled.
    Fresh,
    /// A backup was put back: the district's code for a new device is needed before anybody signs in.
    Restored,
    /// Enrolled; nobody has a PIN yet.
    NeedsPin,
    /// Somebody must sign in.
    Locked,
    /// The key file is damaged: nobody can sign in before somebody goes back to the one before.
    KeysDamaged,
    /// The district ordered this station's keys to be destroyed: nobody opens what lies on its disk any more.
    Destroyed {
        /// When.
        at: Wall,
    },
    /// The screen is handed over to whoever comes (R126): nobody is signed in, and somebody who wants to be needs a PIN.
    SelfService,
    /// Somebody is at work.
    Open {
        /// Who.
        agent: AgentId,
        /// Name.
        name: String,
        /// Post.
        role: Role,
        /// The unit's name.
        unit: String,
    },
}

/// One person on the unlock screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tile {
    /// Who.
    pub agent: AgentId,
    /// Name.
    pub name: String,
    /// Post.
    pub role: Role,
    /// The unit's name.
    pub unit: String,
    /// Whether a PIN is set.
    pub ready: bool,
}

/// Say what time it is, because the machine's clock is wrong (R79). It holds until the district finds the clock right, or the clock jumps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellTime {
    /// The time in the district.
    pub at: jiff::civil::DateTime,
}
