//! What a free note tells beyond what its item needs (R195).

use serde::{Deserialize, Serialize};

use crate::case::need::Private;
use crate::ids::ItemCode;

/// Does a note tell something that none of these items needs?
#[derive(Clone, Serialize, Deserialize)]
pub struct FindNeedless {
    /// What is being typed.
    pub text: String,
    /// What the case is about.
    pub items: Vec<ItemCode>,
}

/// A word that should go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needless {
    /// What it tells.
    pub about: Private,
    /// The word.
    pub word: String,
}
