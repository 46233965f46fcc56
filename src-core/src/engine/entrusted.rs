//! 委托处理登记 (个人信息保护法 art 21; R209): kept where whoever keeps the frame signs in.
//!
//! E1: an entry is written once and ended once; what stands in it is never changed.

use daiban_model::api::{EndEntrusted, Entrust, Entrusted, Failure, Key, ListEntrusted};

use super::answer::Answer;
use super::desk::Desk;
use super::{Engine, internal, storage};
use crate::store::{Batch, Store};

/// Under which names the entries are kept.
const REGISTER: &str = "entrusted/";
/// Longest text of an entry, in characters.
const LONGEST: usize = 200;

impl<S: Store> Answer<S> for ListEntrusted {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<Entrusted>, Failure> {
        let desk = engine.desk()?;
        desk.may_wipe(&desk.who)?;
        desk.entrusted_register().await
    }
}

impl<S: Store> Answer<S> for Entrust {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<Entrusted>, Failure> {
        let desk = engine.desk()?;
        desk.may_wipe(&desk.who)?;
        for text in [&self.party, &self.purpose, &self.kinds, &self.device] {
            filled(text)?;
        }
        if self.key == Key::GoesAlong {
            return Err(bad("entrusted_with_key"));
        }
        if self.until < desk.now().date() {
            return Err(bad("until_past"));
        }
        let before = desk.entrusted_register().await?;
        let no = before.iter().map(|entry| entry.no).max().unwrap_or(0).saturating_add(1);
        let entry = Entrusted { no, given: self, at: desk.now(), by: desk.who.name.clone(), ended: None };
        desk.keep_entrusted(&entry).await?;
        desk.entrusted_register().await
    }
}

impl<S: Store> Answer<S> for EndEntrusted {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<Entrusted>, Failure> {
        let desk = engine.desk()?;
        desk.may_wipe(&desk.who)?;
        filled(&self.signed)?;
        let found = desk.entrusted_register().await?.into_iter().find(|entry| entry.no == self.no);
        let mut entry = found.filter(|entry| entry.ended.is_none()).ok_or(Failure::NotFound)?;
        entry.ended = Some((self.how, desk.now(), self.signed, desk.who.name.clone()));
        desk.keep_entrusted(&entry).await?;
        desk.entrusted_register().await
    }
}

impl<S: Store> Desk<S> {
    async fn entrusted_register(&self) -> Result<Vec<Entrusted>, Failure> {
        let stored = self.store.states(REGISTER).await.map_err(storage)?;
        let mut entries: Vec<Entrusted> =
            stored.iter().filter_map(|(_, bytes)| serde_json::from_slice(bytes).ok()).collect();
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.no));
        Ok(entries)
    }

    async fn keep_entrusted(&self, entry: &Entrusted) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(entry).map_err(|_| internal("an entry does not write"))?;
        let states = vec![(format!("{REGISTER}{:08}", entry.no), Some(bytes))];
        self.commit(Batch { states, ..Batch::default() }).await
    }
}

fn filled(text: &str) -> Result<(), Failure> {
    match text.trim().chars().count() {
        0 => Err(bad("entrusted_empty")),
        length if length > LONGEST => Err(Failure::BadValue { code: "too_long".to_owned(), arg: LONGEST.to_string() }),
        _ => Ok(()),
    }
}

fn bad(code: &str) -> Failure {
    Failure::BadValue { code: code.to_owned(), arg: String::new() }
}
