//! A change that says where its document lives from now on. It changes nothing else: what it says stands in its message, so that it is
//! read without opening the document.

use automerge::transaction::CommitOptions;
use automerge::{ActorId, Change, ReadDoc};
use daiban_model::ids::ScopeCode;
use daiban_model::stamp::Wall;
use serde::{Deserialize, Serialize};

use super::{Doc, DocFault, Meta, NewChange};

/// From where to where. Only the hub says so; see [`crate::sync::trail`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moved {
    /// How manieth move of the document it is.
    pub nth: u32,
    /// The division it lived in.
    pub from: ScopeCode,
    /// The division it lives in.
    pub to: ScopeCode,
}

/// What the message begins with.
const WORD: &str = "daiban/moved";

impl Moved {
    fn message(self) -> String {
        let Self { nth, from, to } = self;
        format!("{WORD} {nth} {from} {to}")
    }

    /// What a change says.
    pub(super) fn of(change: &Change) -> Option<Self> {
        let mut words = change.message()?.strip_prefix(WORD)?.split_ascii_whitespace();
        let mut next = || words.next();
        let moved = Self { nth: next()?.parse().ok()?, from: next()?.parse().ok()?, to: next()?.parse().ok()? };
        words.next().is_none().then_some(moved)
    }
}

impl Doc {
    /// Makes the change that says so, by this actor.
    pub fn moved(&mut self, actor: [u8; 16], moved: Moved, at: Wall) -> Result<NewChange, DocFault> {
        self.am.set_actor(ActorId::from(actor));
        let hash = self.am.empty_commit(CommitOptions::default().with_message(moved.message()).with_time(at.0));
        let change = self.am.get_change_by_hash(&hash).ok_or(DocFault::Damaged)?;
        Ok(NewChange { meta: Meta::of(&change), bytes: change.raw_bytes().to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use daiban_model::stamp::Wall;

    use super::*;
    use crate::doc::{Edit, parse};
    use crate::store::DocKind;

    fn moved(nth: u32) -> Moved {
        Moved { nth, from: "150205202202".parse().unwrap(), to: "150205202203".parse().unwrap() }
    }

    #[test]
    fn a_move_is_read_from_its_change_alone_and_changes_nothing_else() {
        let mut doc = Doc::new(DocKind::Case).unwrap();
        let typed = [Edit::Register { path: "applicant.phone".into(), value: "15500000001".into() }];
        let typed = doc.edit([1; 16], &typed, Wall(5)).unwrap().unwrap();
        let (before, change) = (doc.registers(), doc.moved([2; 16], moved(3), Wall(6)).unwrap());
        assert_eq!((change.meta.moved, typed.meta.moved), (Some(moved(3)), None));
        assert_eq!(parse(&change.bytes).unwrap(), change.meta, "as everybody reads it");
        assert_eq!(change.meta.deps, [typed.meta.hash], "it rests on all there was");
        assert_eq!(doc.registers(), before);
        let mut other = Doc::new(DocKind::Case).unwrap();
        for bytes in [&typed.bytes, &change.bytes] {
            other.apply(bytes).unwrap();
        }
        assert_eq!(other.heads(), doc.heads(), "and goes into a document as any change does");
        assert_eq!(other.snapshot().changes, 2, "and is counted there");
    }

    #[test]
    fn a_message_of_another_shape_is_no_move() {
        let mut am = automerge::Automerge::new().with_actor(ActorId::from([7; 16]));
        for message in ["", "daiban/moved", "daiban/moved 1 150205202202", "daiban/moved 1 150205202202 150205202203 x"]
        {
            let hash = am.empty_commit(CommitOptions::default().with_message(message.to_owned()));
            assert_eq!(Moved::of(&am.get_change_by_hash(&hash).unwrap()), None, "{message}");
        }
    }
}
