//! 委托处理登记 (个人信息保护法 art 21; R209): kept where whoever keeps the frame signs in.
//!
//! E1: an entry is written once and ended once; what stands in it is never changed.

use daiban_model::api::{EndEntrusted, Entrust, Entrusted, Failure, Key, ListEntrusted};

use super::Engine;
use super::answer::Answer;
use super::desk::Desk;
use super::register::Register;
use crate::store::Store;

/// The register.
const ENTRUSTED: Register = Register { name: "entrusted/", longest: 200, lacks: "entrusted_empty" };

impl<S: Store> Answer<S> for ListEntrusted {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<Entrusted>, Failure> {
        let desk = engine.desk()?;
        desk.may_oversee(&desk.who)?;
        desk.entrusted_register().await
    }
}

impl<S: Store> Answer<S> for Entrust {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<Entrusted>, Failure> {
        let desk = engine.desk()?;
        desk.may_oversee(&desk.who)?;
        ENTRUSTED.filled(&[&self.party, &self.purpose, &self.kinds, &self.device])?;
        if self.key == Key::GoesAlong {
            return Err(bad("entrusted_with_key"));
        }
        if self.until < desk.now().date() {
            return Err(bad("until_past"));
        }
        let no = desk.next_no(&ENTRUSTED).await?;
        let entry = Entrusted { no, given: self, at: desk.now(), by: desk.who.name.clone(), ended: None };
        desk.enter(&ENTRUSTED, &Register::numbered(no), &entry).await?;
        desk.entrusted_register().await
    }
}

impl<S: Store> Answer<S> for EndEntrusted {
    async fn answer(self, engine: &mut Engine<S>) -> Result<Vec<Entrusted>, Failure> {
        let desk = engine.desk()?;
        desk.may_oversee(&desk.who)?;
        ENTRUSTED.filled(&[&self.signed])?;
        let found = desk.entrusted_register().await?.into_iter().find(|entry| entry.no == self.no);
        // E1
        let mut entry = found.filter(|entry| entry.ended.is_none()).ok_or(Failure::NotFound)?;
        entry.ended = Some((self.how, desk.now(), self.signed, desk.who.name.clone()));
        desk.enter(&ENTRUSTED, &Register::numbered(entry.no), &entry).await?;
        desk.entrusted_register().await
    }
}

impl<S: Store> Desk<S> {
    /// Latest first.
    async fn entrusted_register(&self) -> Result<Vec<Entrusted>, Failure> {
        let mut entries: Vec<Entrusted> = self.entries(&ENTRUSTED).await?;
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.no));
        Ok(entries)
    }
}

fn bad(code: &str) -> Failure {
    Failure::BadValue { code: code.to_owned(), arg: String::new() }
}
