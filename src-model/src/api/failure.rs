//! Why a call was not answered, and what changed.

use serde::{Deserialize, Serialize};

use super::backup::BackupFault;
use super::draft::DraftFault;
use super::letters::StickFault;
use super::neighbours::NeighbourFault;
use super::papers::PaperFault;
use crate::access::{Action, Denied};
use crate::case::Refusal;
use crate::ids::CaseId;

/// Why a call was not answered. Every case has one sentence on the screen that says what is safe and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "fail", rename_all = "snake_case")]
pub enum Failure {
    /// Somebody must sign in first.
    #[error("nobody is signed in")]
    Locked,
    /// Wrong PIN.
    #[error("wrong PIN")]
    WrongPin {
        /// Tries before a pause.
        left: u8,
    },
    /// Too many wrong PINs: wait.
    #[error("too many wrong PINs")]
    WaitForPin {
        /// Seconds.
        seconds: u32,
    },
    /// The PIN is too short or too simple.
    #[error("the PIN is too weak")]
    WeakPin,
    /// The district's code did not open the station.
    #[error("the recovery code did not open the station")]
    Recovery {
        /// Why.
        why: RecoveryFault,
    },
    /// The rules refused.
    #[error("{why}")]
    Refused {
        /// Why.
        why: Refusal,
    },
    /// No right.
    #[error("{why}")]
    Denied {
        /// Which.
        action: Action,
        /// Why.
        why: Denied,
    },
    /// No such thing here.
    #[error("not found")]
    NotFound,
    /// The rules for what is kept about people say no.
    #[error("the rules for people's data say no: {why}")]
    PersonRefused {
        /// Why.
        why: crate::person::Refusal,
    },
    /// The draft must be put right first.
    #[error("the draft is not complete")]
    DraftFaults {
        /// What.
        faults: Vec<DraftFault>,
    },
    /// A typed value is wrong.
    #[error("a value is wrong")]
    BadValue {
        /// A key of the words (`fault.id_check_sign`).
        code: String,
        /// What the sentence needs.
        arg: String,
    },
    /// Enrolment did not work.
    #[error("enrolment failed")]
    Enrolment {
        /// Why.
        why: EnrolmentFault,
    },
    /// The store could not do it.
    #[error("the store could not do it")]
    Storage {
        /// Why.
        why: StorageFault,
    },
    /// A stick could not be used.
    #[error("the stick could not be used")]
    Stick {
        /// Why.
        why: StickFault,
    },
    /// A backup could not be used.
    #[error("the backup could not be used: {why:?}")]
    Backup {
        /// Why.
        why: BackupFault,
    },
    /// There is no paper, or none came out.
    #[error("no paper: {why:?}")]
    Paper {
        /// Why.
        why: PaperFault,
    },
    /// There was no meeting with a neighbour.
    #[error("no meeting with a neighbour")]
    Neighbour {
        /// Why.
        why: NeighbourFault,
    },
    /// A defect of the program; the log has more under this number.
    #[error("internal fault {id}")]
    Internal {
        /// Number in the log.
        id: String,
    },
}

/// Why a recovery code did not open the station.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryFault {
    /// A letter was heard or typed wrong.
    Mistyped,
    /// A right code, but another station's or an earlier one: the district looks it up again.
    NotThisStation,
}

/// Why enrolment did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EnrolmentFault {
    /// The address is not one.
    BadAddress,
    /// Nobody answered.
    Unreachable,
    /// Something else answered, not a hub.
    NotAHub,
    /// The code is unknown, used or too old.
    BadCode,
    /// Another district answered, or somebody who passes for one; or a letter of the code is wrong. The code was not shown.
    OtherDistrict,
    /// The code has no check of the district in it, and the hub is not on this machine. Nothing was sent.
    NoCheck,
    /// What answered does not speak TLS. The code was not shown.
    NoTls,
    /// The hub's public certificate has run out, or this machine's clock is wrong.
    Dates,
    /// The station is enrolled already.
    Already,
}

/// Why the store could not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StorageFault {
    /// The disk is full: free some space; nothing is lost.
    Full,
    /// The database was written by a newer version: update the program.
    NewerSchema,
    /// The database is damaged: it was left as it is; restore from the district.
    Damaged,
    /// Another program holds it: wait.
    Busy,
    /// Reading or writing failed.
    Io,
}

/// What changed, told to every shell so that pages refresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "changed", rename_all = "snake_case")]
pub enum Changed {
    /// Sign-in or enrolment.
    Session,
    /// These cases; empty means many.
    Cases {
        /// Which.
        ids: Vec<CaseId>,
    },
    /// People, households or enterprises.
    People,
    /// The exchange.
    Sync,
    /// Published lists.
    Catalogue,
}
