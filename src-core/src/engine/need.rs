//! Only what the item needs (R195): a word too many is pointed out while it is typed, and nothing of it is kept here.

use daiban_model::api::{Draft, DraftFault, Failure, FindNeedless, Needless, Step};
use daiban_model::case::need;
use daiban_model::catalogue::Item;

use super::Engine;
use super::answer::Answer;
use super::desk::Desk;
use crate::store::Store;

impl<S: Store> Answer<S> for FindNeedless {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Option<Needless>, Failure> {
        let desk = engine.desk()?;
        let items: Vec<&Item> = self.items.iter().filter_map(|code| desk.item(code)).collect();
        if items.is_empty() {
            // Nobody knows yet what it is about.
            return Ok(None);
        }
        let needed: Vec<need::Private> = items.into_iter().flat_map(need::of).collect();
        let found = need::beyond(&self.text, &needed);
        Ok(found.map(|(about, word)| Needless { about, word: word.to_owned() }))
    }
}

impl<S: Store> Desk<S> {
    /// The day of an accident is asked for where there was one.
    pub(super) fn unasked(&self, draft: &Draft) -> Option<DraftFault> {
        let items: Vec<&Item> = draft.items.iter().filter_map(|code| self.item(code)).collect();
        let typed = !draft.person.injured_on.trim().is_empty();
        let asked = draft.bundle.is_some() || items.is_empty() || items.into_iter().any(need::is_of_an_injury);
        (typed && !asked).then(|| DraftFault {
            step: Step::Person,
            focus: "person.injured_on".into(),
            code: "not_asked".into(),
            arg: String::new(),
        })
    }
}
