//! The road by stick.

use serde::{Deserialize, Serialize};

use super::parcel::{ParcelFault, ParcelLine};
use crate::stamp::Wall;

/// Which sticks are plugged in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListSticks {}

/// A stick to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stick {
    /// Where it is.
    pub path: String,
    /// Free bytes; 0 where the system does not say.
    pub free: u64,
}

/// Write all that the district has not receipted to a stick.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WriteStick {
    /// Where the stick is.
    pub path: String,
}

/// What was written and read back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StickWritten {
    /// The letter's name, to be told at the district: eight signs.
    pub letter: String,
    /// Files it consists of.
    pub files: u32,
    /// Their bytes.
    pub bytes: u64,
    /// Segments in it; none means it only asks for what is new.
    pub segments: u32,
    /// Attachments beside it; one that is large may be in several files.
    #[serde(default)]
    pub contents: u32,
    /// When.
    pub at: Wall,
}

/// Take in the district's answers from a stick, and parcels of other stations.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReadStick {
    /// Where the stick is.
    pub path: String,
}

/// What was found on a stick.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LettersRead {
    /// Answers to letters of this station.
    pub letters: u32,
    /// Changes that have a receipt now.
    pub sent: u32,
    /// Changes that came.
    pub received: u32,
    /// Attachments that have a receipt now, or came.
    #[serde(default)]
    pub files: u32,
    /// Parts that are missing, each with how many there should be.
    pub missing: Vec<(u16, u16)>,
    /// Files that are damaged.
    pub damaged: u32,
    /// Answers to letters that this station does not remember.
    pub unknown: u32,
    /// Replies from before the district went back to a backup: nothing of them holds any more.
    pub late: u32,
    /// What could not be read although it was whole.
    pub unreadable: u32,
    /// The district knew another history of this device: all went back into the outbox and needs another letter.
    pub anew: bool,
    /// The district went back to a backup: the next letter brings what it lacks.
    pub restored: bool,
    /// Parcels of other stations that were taken in (R201).
    #[serde(default)]
    pub parcels: Vec<ParcelLine>,
    /// Parcels that were not, each with why.
    #[serde(default)]
    pub parcel_faults: Vec<ParcelFault>,
}

/// Why a stick could not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StickFault {
    /// It is not there any more: plug it in again.
    Gone,
    /// It is full: take another, or make room.
    Full,
    /// It cannot be written: its lock, or another stick.
    ReadOnly,
    /// It did not keep what was written: take another one.
    Unreliable,
    /// Reading or writing failed.
    Io,
}
