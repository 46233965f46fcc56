//! Parcels: what one station brings another one of its district on a stick, sealed for it (R201).

use serde::{Deserialize, Serialize};

use crate::stamp::Wall;

/// For whom parcels can be written, and which went and came.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListParcels {}

/// For whom parcels can be written, and which went and came.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Parcels {
    /// Stations whose certificate is known here and that read something this one reads.
    pub receivers: Vec<Receiver>,
    /// Latest first.
    pub log: Vec<ParcelLine>,
}

/// A station that a parcel can be written for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// The number of its laptop, as it stands in the numbers of its cases.
    pub device_no: u8,
    /// Its name.
    pub station: String,
    /// The divisions both read.
    pub common: Vec<String>,
}

/// Write a parcel for a station: what it lacks of what both read, as far as is known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WriteParcel {
    /// Where the stick is.
    pub path: String,
    /// The number of the laptop it is for.
    pub to: u8,
}

/// Take parcels off a stick that were taken in whole and written down. Never others', and never one of which something waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropParcels {
    /// Where the stick is.
    pub path: String,
}

/// How many files went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelsDropped {
    /// Files.
    pub files: u32,
}

/// A parcel in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParcelLine {
    /// The parcel's name: eight signs.
    pub parcel: String,
    /// Which way it went.
    pub way: ParcelWay,
    /// The other station.
    pub station: String,
    /// The number of its laptop.
    pub device_no: u8,
    /// When it was written and read back, or taken in.
    pub at: Wall,
    /// Who sat here, by name.
    pub by: String,
    /// Cases that something in it is about.
    pub cases: u32,
    /// Changes in it.
    pub changes: u32,
    /// The hash over all of it, as its writer signed it.
    pub hash: String,
    /// Segments that could not be taken yet, because what they rest on is not here.
    #[serde(default)]
    pub waits: u32,
    /// Whether there was more to say than a parcel holds.
    #[serde(default)]
    pub more: bool,
}

/// Which way a parcel went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelWay {
    /// Written here.
    Sent,
    /// Taken in here.
    Taken,
}

/// Why a parcel on a stick was not taken: nothing of it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelFault {
    /// It is for another laptop, and does not open here.
    NotOurs,
    /// A part is missing or was changed.
    Torn,
    /// It opens and is not what its writer says, by count or form.
    Malformed,
    /// Its writer is of no station of this district.
    Stranger,
    /// Its writer's laptop was reported lost, or taken out of use.
    Revoked,
    /// Its writer's certificate, or this one's, is too old.
    Expired,
    /// Both read nothing in common.
    NothingShared,
}
