//! Divisions that the district took away (sync.md section 5): what is owed of them is brought first, then all of them here is erased.
//!
//! - X8: nothing is erased that is owed: no act of a person here, no attachment. What the hub set aside because it did not pass its
//!   checks lies there, and is not owed. Neither is anything erased that a hub which goes back may need (X13 of [`super::backed`]).
//! - X9: what is erased, and this device's word that it was, land in one commit; until then the order is open, and whatever moment the
//!   power goes, the next exchange goes on with it.

use std::collections::BTreeSet;

use daiban_model::api::{Changed, Decided, Decision, Failure};
use daiban_model::ids::{FileHash, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{self, DocId, Forget, Forgot, SegmentKey, Signed};
use serde::{Deserialize, Serialize};

use super::outgoing::{self, REFUSED};
use super::repair::repair_name;
use crate::doc::Doc;
use crate::engine::desk::Desk;
use crate::engine::successor::SUCCESSION;
use crate::engine::{Engine, storage};
use crate::projection::Facts;
use crate::store::{Batch, Erased, PeerId, PeerQuery, RowQuery, Store};
use crate::sync::certificates::covers;
use crate::sync::sign;
use crate::sync::station;

/// Under which names orders are kept that are to be carried out.
const ORDER: &str = "order/";
/// Under which names this device's word is kept that it carried them out.
const FORGOTTEN: &str = "forgotten/";
/// Under which names it is kept what the district decided about divisions of this station, for the page of the exchange.
const DECISION: &str = "decision/";
/// Documents looked at at once.
const RUN: u16 = 500;

/// This device's word, as it is kept.
#[derive(Serialize, Deserialize)]
struct Word {
    signed: Signed,
    told: Told,
}

/// Whether the hub has it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Told {
    Yes,
    No,
}

/// What was decided about a division, as it is kept.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    Given,
    Leaving,
    Forgotten,
}

/// A small named value to be written.
type State = (String, Option<Vec<u8>>);

/// What is owed of the divisions of an order.
#[derive(Default)]
struct Owed {
    changes: usize,
    files: usize,
}

impl<S: Store> Desk<S> {
    async fn open_orders(&self) -> Result<Vec<(Forget, Signed)>, Failure> {
        let kept = self.store.states(ORDER).await.map_err(storage)?;
        let read = |(_, bytes): &(String, Vec<u8>)| {
            let signed: Signed = wire::decode(bytes, wire::MAX_BODY).ok()?;
            Some((station::order(&signed, self.certificate.device, &self.trust)?, signed))
        };
        Ok(kept.iter().filter_map(read).collect())
    }

    async fn words(&self) -> Result<Vec<(String, Word)>, Failure> {
        let kept = self.store.states(FORGOTTEN).await.map_err(storage)?;
        let read = |(name, bytes): (String, Vec<u8>)| Some((name, wire::decode(&bytes, wire::MAX_BODY).ok()?));
        Ok(kept.into_iter().filter_map(read).collect())
    }

    /// The serial number that the hub is told: of the last certificate all of whose consequences are carried out here.
    pub(super) async fn standing_serial(&self) -> Result<u32, Failure> {
        let open = self.open_orders().await?;
        let first = open.iter().map(|(forget, _)| forget.serial.saturating_sub(1)).min();
        Ok(first.unwrap_or(self.certificate.serial).min(self.certificate.serial))
    }

    /// What the hub has not been told yet, with the names it is kept under.
    pub(super) async fn untold(&self) -> Result<(Vec<String>, Vec<Signed>), Failure> {
        let untold = self.words().await?.into_iter().filter(|(_, word)| word.told == Told::No);
        let (mut names, mut words): (Vec<_>, Vec<_>) = untold.map(|(name, word)| (name, word.signed)).unzip();
        let succession = self.succession_words().await?;
        names.extend((!succession.is_empty()).then(|| SUCCESSION.to_owned()));
        words.extend(succession);
        Ok((names, words))
    }

    /// The hub has these words.
    pub(super) async fn heard(&self, names: &[String]) -> Result<(), Failure> {
        let said = self.words().await?.into_iter().filter(|(name, _)| names.contains(name));
        let states = said.map(|(name, word)| (name, Some(wire::encode(&Word { told: Told::Yes, ..word }))));
        let states: Vec<State> = states.collect();
        if states.is_empty() { Ok(()) } else { self.commit(Batch { states, ..Batch::default() }).await }
    }

    /// Orders to this device among some signed values.
    pub(super) fn orders_among(&self, all: &[Signed]) -> Vec<Signed> {
        let device = self.certificate.device;
        all.iter().filter(|signed| station::order(signed, device, &self.trust).is_some()).cloned().collect()
    }

    /// What follows here from a certificate that comes into use with some orders, or after them.
    pub(super) async fn follow_certificate(
        &self,
        batch: &mut Batch,
        next: &wire::Certificate,
        orders: Vec<Signed>,
    ) -> Result<(), Failure> {
        let decided = |scope: ScopeCode, kind: Kind| decision(scope, kind, self.now());
        let given = next.scopes.iter().filter(|scope| !covers(&self.certificate, **scope));
        batch.states.extend(given.map(|scope| decided(*scope, Kind::Given)));
        let open = self.open_orders().await?;
        for (forget, _) in open.iter().filter(|(forget, _)| covers(next, forget.scope)) {
            batch.states.push((order_name(forget.scope), None));
            batch.states.push(decided(forget.scope, Kind::Given));
        }
        let words = self.words().await?;
        let refused = self.store.states(REFUSED).await.map_err(storage)?;
        for signed in orders {
            let Some(forget) = station::order(&signed, self.certificate.device, &self.trust) else { continue };
            if covers(next, forget.scope) {
                continue;
            }
            let (name, hash) = (forgotten_name(forget.scope), sign::hash(&signed.bytes));
            let word = words.iter().find(|(found, word)| *found == name && of_order(word) == Some(hash));
            if let Some((_, word)) = word {
                // Said once, and not heard.
                let again = Word { signed: word.signed.clone(), told: Told::No };
                batch.states.push((name, Some(wire::encode(&again))));
                continue;
            }
            if open.iter().all(|(_, known)| *known != signed) {
                batch.states.push((order_name(forget.scope), Some(wire::encode(&signed))));
                batch.states.push(decided(forget.scope, Kind::Leaving));
            }
            // What the hub did not take because the division was not this station's is taken before it leaves.
            let of_scope = refused.iter().filter(|(name, bytes)| {
                outgoing::refused_scope(name).is_some_and(|scope| forget.scope.covers(scope))
                    && outgoing::is_scope(bytes)
            });
            batch.states.extend(of_scope.map(|(name, _)| (name.clone(), None)));
        }
        Ok(())
    }

    /// Feeds here that lie in a division and that the certificate does not cover.
    async fn feeds_of(&self, scope: ScopeCode) -> Result<Vec<ScopeCode>, Failure> {
        let mut feeds: BTreeSet<ScopeCode> = self.cursors.iter().map(|cursor| cursor.scope).collect();
        let own = self.store.peer(PeerQuery::Lines(self.certificate.device)).await.map_err(storage)?.frames;
        feeds.extend(own.iter().map(|(stored, _)| stored.header.scope));
        let aside = self.store.peer(PeerQuery::Quarantine).await.map_err(storage)?.quarantine;
        feeds.extend(aside.iter().map(|one| one.key.scope));
        let marks = self.store.peer(PeerQuery::Cursors(PeerId::Hub)).await.map_err(storage)?;
        feeds.extend(marks.ends.iter().chain(&marks.cursors).map(|cursor| cursor.scope));
        feeds.extend(self.docs().await?.into_iter().map(|(_, home)| home));
        feeds.retain(|feed| scope.covers(*feed) && !covers(&self.certificate, *feed));
        Ok(feeds.into_iter().collect())
    }

    /// All documents, with where they live.
    pub(super) async fn docs(&self) -> Result<Vec<(DocId, ScopeCode)>, Failure> {
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let docs = self.store.rows(RowQuery::Docs { after, limit: RUN }).await.map_err(storage)?.docs;
            after = docs.last().map(|state| state.doc);
            all.extend(docs.iter().map(|state| (state.doc, state.scope)));
            if docs.len() < usize::from(RUN) {
                return Ok(all);
            }
        }
    }

    /// X8.
    async fn owed_of(&self, feeds: &[ScopeCode]) -> Result<Owed, Failure> {
        let waiting = self.store.peer(PeerQuery::Outbox { limit: usize::MAX }).await.map_err(storage)?.outbox;
        let mut owed =
            Owed { changes: waiting.iter().filter(|change| feeds.contains(&change.scope)).count(), files: 0 };
        let refused = self.store.states(REFUSED).await.map_err(storage)?;
        let lies_there = |key: &SegmentKey| {
            let name = outgoing::refused_name(key);
            refused.iter().any(|(found, bytes)| *found == name && !outgoing::is_scope(bytes))
        };
        let open = self.store.peer(PeerQuery::Unreceipted { limit: usize::MAX }).await.map_err(storage)?.segments;
        for (stored, records) in open {
            let key = stored.header.key();
            if feeds.contains(&key.scope) && !lies_there(&key) {
                owed.changes += records.len();
            }
        }
        let debts = self.attachments.blobs()?.debts(u16::MAX).map_err(storage)?;
        owed.files = debts.iter().filter(|debt| feeds.contains(&debt.scope)).count();
        Ok(owed)
    }

    /// Carries out what orders can be carried out. Whether there was any. X8, X9
    async fn carry_out(&mut self) -> Result<bool, Failure> {
        let mut any = false;
        for (forget, signed) in self.open_orders().await? {
            let feeds = self.feeds_of(forget.scope).await?;
            let owed = self.owed_of(&feeds).await?;
            if owed.changes + owed.files > 0 || !self.are_safe(&feeds).await? {
                continue;
            }
            self.erase(&forget, &signed, &feeds).await?;
            any = true;
        }
        Ok(any)
    }

    async fn are_safe(&self, feeds: &[ScopeCode]) -> Result<bool, Failure> {
        for feed in feeds {
            if !self.is_safe(*feed).await? {
                return Ok(false);
            }
        }
        // What moved out of these divisions goes with them, and may be in segments of one that stays.
        self.are_cases_safe(self.leaving_from(feeds).into_iter().map(|(doc, _)| doc)).await
    }

    /// Feeds here of divisions that are to be erased.
    pub(super) async fn leaving_feeds(&self) -> Result<Vec<ScopeCode>, Failure> {
        let mut leaving = Vec::new();
        for (forget, _) in self.open_orders().await? {
            leaving.extend(self.feeds_of(forget.scope).await?);
        }
        Ok(leaving)
    }

    /// X9.
    async fn erase(&mut self, forget: &Forget, order: &Signed, feeds: &[ScopeCode]) -> Result<(), Failure> {
        let mut docs: Vec<_> = self.docs().await?.into_iter().filter(|(_, home)| feeds.contains(home)).collect();
        // Those that moved away and wait for the hub's backup go with their division.
        let moved = self.leaving_from(feeds);
        docs.extend(&moved);
        // First the attachments: which they are is told by the documents.
        self.erase_files(&docs, feeds).await?;
        let now = self.now();
        let word = Forgot {
            order: sign::hash(&order.bytes),
            device: self.certificate.device,
            scope: forget.scope,
            erased: feeds.iter().map(|feed| self.cursor(*feed)).collect(),
            documents: u32::try_from(docs.len()).unwrap_or(u32::MAX),
            at_ms: now.0.max(0).unsigned_abs(),
        };
        let word = Word { signed: station::forgot(&self.key, &word), told: Told::No };
        let erased = feeds.iter().map(|feed| Erased::Scope(*feed));
        let erased = moved.iter().map(|(doc, _)| Erased::Doc(*doc)).chain(erased).collect();
        let mut batch = Batch { erased, ..Batch::default() };
        batch.states = vec![
            (order_name(forget.scope), None),
            (forgotten_name(forget.scope), Some(wire::encode(&word))),
            decision(forget.scope, Kind::Forgotten, now),
        ];
        for (name, _) in self.store.states(REFUSED).await.map_err(storage)? {
            let gone = outgoing::refused_scope(&name).is_some_and(|scope| feeds.contains(&scope));
            batch.states.extend(gone.then_some((name, None)));
        }
        for feed in feeds {
            batch.states.push((repair_name(*feed), None));
        }
        // Of a feed of which nothing ever came, too: what was backed up of it may have been told under the certificate before.
        batch.states.extend(self.backups_of(forget.scope).await?.into_iter().map(|name| (name, None)));
        for (doc, _) in &docs {
            batch.states.push((outgoing::foreign_name(doc), None));
            batch.states.push((crate::engine::refold::flag(*doc), None));
        }
        self.commit(batch).await?;
        self.cursors.retain(|cursor| !feeds.contains(&cursor.scope));
        tracing::info!(scope = %forget.scope, documents = docs.len(), "a division was erased");
        Ok(())
    }

    /// Attachments of documents that go, and what else their divisions have.
    async fn erase_files(&self, docs: &[(DocId, ScopeCode)], feeds: &[ScopeCode]) -> Result<(), Failure> {
        let blobs = self.attachments.blobs()?;
        let mut gone: BTreeSet<(FileHash, ScopeCode)> = BTreeSet::new();
        for feed in feeds {
            gone.extend(blobs.of(*feed).map_err(storage)?.into_iter().map(|name| (name, *feed)));
        }
        for (doc, home) in docs {
            let stored = self.store.load(*doc).await.map_err(storage)?;
            // One that does not open names nothing that can be told.
            let Ok(open) = Doc::open(&stored) else { continue };
            let names = Facts::of(&open).files().into_iter().map(|name| (name, *home));
            gone.extend(names);
        }
        let gone: Vec<_> = gone.into_iter().collect();
        if gone.is_empty() { Ok(()) } else { blobs.erase(&gone).map_err(storage) }
    }

    /// What the district decided about divisions of this station, the latest first.
    pub(super) async fn decisions(&self) -> Result<Vec<Decision>, Failure> {
        let open = self.open_orders().await?;
        let mut decisions = Vec::new();
        for (name, bytes) in self.store.states(DECISION).await.map_err(storage)? {
            let scope = name.strip_prefix(DECISION).and_then(|code| code.parse::<ScopeCode>().ok());
            let (Some(scope), Ok((kind, at))) = (scope, wire::decode::<(Kind, Wall)>(&bytes, 64)) else { continue };
            let mut owed = Owed::default();
            if open.iter().any(|(forget, _)| forget.scope == scope) {
                owed = self.owed_of(&self.feeds_of(scope).await?).await.unwrap_or_default();
            }
            let what = match kind {
                Kind::Given => Decided::Given,
                Kind::Leaving => Decided::Leaving,
                Kind::Forgotten => Decided::Forgotten,
            };
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let (changes, files) = (count(owed.changes), count(owed.files));
            let (place, case) = (self.published.place(scope), String::new());
            decisions.push(Decision { what, place, case, at, changes, files });
        }
        decisions.extend(self.moved_away());
        decisions.sort_by_key(|decision| std::cmp::Reverse(decision.at.0));
        Ok(decisions)
    }
}

impl<S: Store> Engine<S> {
    /// Erases what is due, and tells the pages. What cannot be done now is done after the next exchange.
    pub(super) async fn forget_what_is_due(&mut self) -> Result<(), Failure> {
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        if desk.carry_out().await? | desk.leave_moved().await? {
            self.tell(Changed::Cases { ids: Vec::new() });
            self.tell(Changed::Sync);
        }
        Ok(())
    }
}

fn of_order(word: &Word) -> Option<wire::Hash> {
    // What lies here was signed here.
    wire::decode::<Forgot>(&word.signed.bytes, wire::MAX_BODY).ok().map(|forgot| forgot.order)
}

fn decision(scope: ScopeCode, kind: Kind, at: Wall) -> State {
    (format!("{DECISION}{scope}"), Some(wire::encode(&(kind, at))))
}

fn order_name(scope: ScopeCode) -> String {
    format!("{ORDER}{scope}")
}

fn forgotten_name(scope: ScopeCode) -> String {
    format!("{FORGOTTEN}{scope}")
}
