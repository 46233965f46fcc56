//! What somebody promises instead of bringing it now: a secondary paper later (容缺受理, R61), or to be telling the truth in place of
//! a certificate (告知承诺, R62).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Signature;
use crate::stamp::Stamp;

/// A signed promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// What was promised.
    pub kind: PromiseKind,
    /// The papers it is about.
    pub papers: Vec<String>,
    /// How it was signed.
    pub signature: Signature,
}

/// What was promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "promised", rename_all = "snake_case")]
pub enum PromiseKind {
    /// 容缺受理: the papers come later; the result is handed over only then (rules §9).
    Later {
        /// The last day to bring them.
        until: Date,
    },
    /// 告知承诺: the person answers for the facts, and brings no certificate (国办发〔2020〕42号).
    Instead,
}

/// What a check of a promise found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PromiseCheck {
    /// The act that made the promise.
    pub of: Stamp,
    /// Whether it was true.
    pub finding: Finding,
    /// What was done about a false one: what was stopped, what was revoked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub measure: String,
}

/// Whether a promise was true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// 属实
    True,
    /// 不实
    False,
}
