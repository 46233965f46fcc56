//! 委托处理登记: whom a device or data were given to, for what, and that it came back (个人信息保护法 art 21; R209).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::stamp::Wall;

/// The register of what was entrusted to others, latest first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ListEntrusted {}

/// Write down that something is given to somebody outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entrust {
    /// Who takes it.
    pub party: String,
    /// For what.
    pub purpose: String,
    /// Which kinds of data are on it.
    pub kinds: String,
    /// What is given: the number of a laptop.
    pub device: String,
    /// The last day on which it comes back, or what is on it is deleted.
    pub until: Date,
    /// Whether the key stays here.
    pub key: Key,
}

/// Whether the key of a device goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    /// 锁着给，口令不给
    StaysHere,
    /// It would go along: refused.
    GoesAlong,
}

/// Write down that it came back, or that what was on it was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndEntrusted {
    /// The number of the entry.
    pub no: u32,
    /// How it ended.
    pub how: Ending,
    /// Who signed for the other side.
    pub signed: String,
}

/// How an entry ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// 归还
    Returned,
    /// 删除
    Deleted,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entrusted {
    /// Its number.
    pub no: u32,
    /// What was given to whom.
    pub given: Entrust,
    /// When.
    pub at: Wall,
    /// Who wrote it, by name.
    pub by: String,
    /// How it ended, when, who signed there and who here; `None` while it is away.
    pub ended: Option<(Ending, Wall, String, String)>,
}
