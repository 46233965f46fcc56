//! Where other people's originals are (R67). Each was taken by a receipt or a supplement; from then on every move is an act.

use serde::{Deserialize, Serialize};

use crate::ids::AgentId;

/// Originals that went from one hand to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalsMoved {
    /// Which, by the names of the papers.
    pub papers: Vec<String>,
    /// Who has them now.
    pub to: Keeper,
    /// Where they are kept: a drawer, a safe.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
}

/// Who has an original.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "with", rename_all = "snake_case")]
pub enum Keeper {
    /// An agent answers for it.
    Agent {
        /// Who.
        agent: AgentId,
    },
    /// It went on with the file.
    Office {
        /// Which.
        name: String,
    },
    /// It went back, against a signature.
    Person {
        /// Who signed.
        signer: String,
    },
    /// It stays in the file, as application forms do.
    File,
}

impl Keeper {
    /// Whether it has still to come back.
    pub fn is_out(&self) -> bool {
        matches!(self, Self::Agent { .. } | Self::Office { .. })
    }
}
