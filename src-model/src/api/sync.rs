//! The exchange with the district.

use serde::{Deserialize, Serialize};

use super::files::FilesWaiting;
use crate::ids::{CaseId, ScopeCode};
use crate::stamp::Wall;

/// How the exchange with the district stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GetSync {}

/// Exchange now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SyncNow {}

/// How the exchange stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SyncView {
    /// State.
    pub state: Link,
    /// The hub's address.
    pub hub: String,
    /// Changes not yet receipted.
    pub outbox: u32,
    /// Their bytes.
    pub outbox_bytes: u64,
    /// Cases they belong to, latest first; at most twenty.
    pub waiting: Vec<WaitingCase>,
    /// Attachments not yet receipted; they go after case data.
    pub files: FilesWaiting,
    /// Progress of the exchange under way.
    pub progress: Option<Progress>,
    /// The last exchange that went through.
    pub last_ok: Option<Wall>,
    /// The last receipt of the hub.
    pub last_receipt: Option<ReceiptView>,
    /// Changes of this station that the district has receipted.
    pub received_total: u64,
    /// Up to which numbers the hub said that it has a backup, over all divisions.
    #[serde(default)]
    pub backed_up: u64,
    /// How far this station's clock was from the hub's at the last exchange, in milliseconds: ahead of it above zero.
    #[serde(default)]
    pub clock_ahead: Option<i64>,
    /// What a person must act on.
    pub problems: Vec<Problem>,
    /// What the district decided about this station, the latest first.
    #[serde(default)]
    pub decisions: Vec<Decision>,
}

/// Something the district decided about a division that this station serves or served, or about a case of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// What: words by code (`decision.given`).
    pub what: Decided,
    /// The division's name.
    pub place: String,
    /// The number of the case, where it is about one.
    #[serde(default)]
    pub case: String,
    /// When this station heard of it, or did it.
    pub at: Wall,
    /// Of a division that is leaving: changes that must reach the district first.
    pub changes: u32,
    /// The same of attachments.
    pub files: u32,
}

/// What the district decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decided {
    /// This station serves it from now on.
    Given,
    /// It does not any more; what is here of it goes as soon as the district has all of it.
    Leaving,
    /// All that was here of it is gone; the district has it.
    Forgotten,
    /// A case went there, and is not worked on here any more.
    CaseMoved,
}

/// State of the link. Offline is not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Link {
    /// No exchange tried yet since start.
    Idle,
    /// 离线，照常办件
    Offline,
    /// Exchanging.
    Working,
    /// 连着，都发完了
    Done,
}

/// A case with unsent changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingCase {
    /// Which.
    pub id: CaseId,
    /// Whose.
    pub name: String,
    /// What.
    pub item: String,
    /// How many changes.
    pub changes: u32,
    /// Their bytes.
    pub bytes: u64,
}

/// Progress in items and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Changes sent and receipted.
    pub sent: u32,
    /// Changes received and stored.
    pub received: u32,
    /// Bytes sent.
    pub bytes_up: u64,
    /// Bytes received.
    pub bytes_down: u64,
    /// Seconds that what waits will take at most, by the line as it was just now; nothing until it has carried enough to tell.
    pub seconds_left: Option<u32>,
}

/// The hub's receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptView {
    /// Which division's feed.
    pub scope: ScopeCode,
    /// Its name.
    pub place: String,
    /// The number in the feed.
    pub seq: u64,
    /// Changes it covers.
    pub changes: u32,
    /// The hub's time.
    pub at: Wall,
}

/// Which cases have records that the hub did not take.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListRefused {}

/// Send once more what the hub did not take for a reason that the district can have removed meanwhile.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendRefusedAgain {}

/// Records that the hub did not take, by case. All of them are still at this station.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedCase {
    /// Which case.
    pub id: CaseId,
    /// Whose.
    pub name: String,
    /// What.
    pub item: String,
    /// How many changes.
    pub changes: u32,
    /// Since when.
    pub since: Wall,
    /// A key of the words (`refused.out_of_scope`).
    pub why: RefusedWhy,
}

/// Why the hub does not take records, as far as a person acts differently on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedWhy {
    /// The district has not given this station the place the case belongs to: once it has, they can be sent again.
    OutOfScope,
    /// They did not pass the checks: the district must look at them.
    Unsound,
}

/// Something about the exchange that a person must act on: what happened, what is safe, what to do are words by code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A key of the words (`problem.revoked`).
    pub code: ProblemCode,
    /// Since when.
    pub since: Wall,
    /// How many records it concerns.
    pub records: u32,
}

/// Kinds of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The hub answered something that is not an answer.
    HubGarbled,
    /// The hub reported a fault of its own (5xx).
    HubFault,
    /// The hub is not the one this station was enrolled with.
    HubChanged,
    /// What answers at the hub's address does not speak TLS: nothing was sent.
    NoTls,
    /// The hub's public certificate has run out, by the time this station takes for the right one.
    Dates,
    /// This device is not known to the hub.
    UnknownDevice,
    /// This device was revoked.
    Revoked,
    /// Records from another station did not verify and were set aside.
    Quarantined,
    /// The hub set records of this station aside.
    RefusedByHub,
    /// The hub knows another history of this device (a copied or restored disk).
    Forked,
    /// This station's clock and the hub's differ by more than five minutes.
    ClockSkew,
    /// The disk is full.
    DiskFull,
    /// A published list came that this version cannot read, or one lies here that is damaged; the one before is in use.
    UnreadablePackage,
    /// Documents of cases on this station do not open.
    UnreadableCase,
    /// The hub did not take attachments of this station; they stay here.
    FilesRefused,
    /// The content of an attachment is not what its name says, here or at the hub.
    FileDamaged,
    /// A neighbour is a copy of this very device, or knows another history of it.
    CopiedDisk,
}
