//! How this station stands with the district: what is published, and its own certificate, taken into use as they come.
//!
//! X7: what came is stored before it is used, all of one answer in one commit: packages, certificate, and what follows from it.

use daiban_model::api::{Audited, Changed, Failure, ProblemCode};
use daiban_model::wire::{self, Certificate, Hash, PackageKind, Signed, Standing, StandingRequest};

use super::Turn;
use super::link::{Asked, LinkState};
use crate::engine::Engine;
use crate::engine::desk::{Desk, IDENTITY, Identity};
use crate::engine::published::Published;
use crate::engine::refold::Refold;
use crate::engine::successor::SUCCESSION;
use crate::store::{Batch, Store};
use crate::sync::certificates;
use crate::sync::station;

/// The request for what is newer here.
pub(super) async fn ask<S: Store>(desk: &Desk<S>, link: &mut LinkState) -> Result<Asking, Failure> {
    let have = desk.published.versions();
    if link.hub_is_older {
        return Ok((Asked::Packages, station::request(&desk.key, &station::packages_request(have))));
    }
    let (names, done) = desk.untold().await?;
    link.said = names;
    let ask = StandingRequest { version: wire::VERSION, have, serial: desk.standing_serial().await?, done };
    Ok((Asked::Standing, station::request(&desk.key, &ask)))
}

/// What is asked, the body, and the hash its answer must be signed for.
type Asking = (fn(Hash) -> Asked, (Vec<u8>, Hash));

impl<S: Store> Desk<S> {
    /// This device's own certificate among some signed values, where it is a later one than the one in use.
    pub(super) fn later_certificate(&self, all: &[Signed]) -> Option<Signed> {
        let later = |signed: &&Signed| self.opened_if_later(signed).is_some();
        all.iter().find(later).cloned()
    }

    fn opened_if_later(&self, signed: &Signed) -> Option<Certificate> {
        let opened = station::own_certificate(signed, self.certificate.device, &self.trust)?;
        (opened.serial > self.certificate.serial).then_some(opened)
    }

    /// Enters a certificate that comes into use. X7
    async fn enter_own(&self, batch: &mut Batch, certificate: &Certificate, signed: &Signed) -> Result<(), Failure> {
        let identity = Identity {
            secret: self.key.to_bytes(),
            root: self.trust.root,
            hub_key: self.trust.hub,
            hub: self.hub.clone(),
            certificate: signed.clone(),
        };
        batch.states.push((IDENTITY.to_owned(), Some(wire::encode(&identity))));
        self.enter_certificates(batch, &[(certificate.clone(), signed.clone())]).await
    }
}

impl<S: Store> Engine<S> {
    /// Takes in an answer: what is newer, and that the hub heard what it was told.
    pub(super) async fn stands(&mut self, standing: Standing) -> Result<Turn, Failure> {
        let Standing { packages, certificate, orders } = standing;
        let said = std::mem::take(&mut self.link.said);
        let desk = self.desk()?;
        desk.heard(&said).await?;
        if said.iter().any(|name| name == SUCCESSION) {
            desk.succession_heard().await?;
        }
        self.adopt(packages, certificate, orders).await?;
        Ok(Turn::Again)
    }

    /// Takes newer packages and a later certificate into use, and notes orders; the old ones stay when one does not read. X7
    pub(super) async fn adopt(
        &mut self,
        packages: Vec<Signed>,
        certificate: Option<Signed>,
        orders: Vec<Signed>,
    ) -> Result<(), Failure> {
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        let Some(opened) = station::open_packages(packages, &desk.trust) else {
            self.link.problem(ProblemCode::HubGarbled, desk.edge.now(), 0);
            return Ok(());
        };
        let mut batch = Batch::default();
        let before = desk.published.versions();
        for (package, signed) in &opened {
            if desk.published.adopt(package, desk.edge.now()).is_ok() {
                batch.states.push((Published::state_name(package.kind), Some(wire::encode(signed))));
            }
        }
        let changed = desk.published.versions().into_iter().filter(|version| !before.contains(version));
        if let Some((_, version)) = changed.into_iter().find(|(kind, _)| *kind == PackageKind::Roster) {
            // R208: from now on somebody may do something else.
            let act = Audited::RightsChanged { version };
            batch.states.extend(desk.audited(&desk.who.agent, &[act]).await?);
        }
        let dates_move = opened.iter().any(|(package, _)| package.kind == PackageKind::Calendar);
        // Dates of open cases follow the calendar in force (rules §10.3): all rows are looked at again, between other work.
        batch.states.extend(dates_move.then(Refold::due));
        let next = certificate.and_then(|signed| Some((desk.opened_if_later(&signed)?, signed)));
        if let Some((certificate, signed)) = &next {
            desk.enter_own(&mut batch, certificate, signed).await?;
        }
        let in_force = next.as_ref().map_or(&desk.certificate, |(certificate, _)| certificate);
        desk.follow_certificate(&mut batch, in_force, orders).await?;
        desk.commit(batch).await?;
        if dates_move {
            desk.refold = Refold::After(None);
        }
        if let Some((certificate, _)) = next {
            certificates::learn(&mut desk.devices, certificate.clone());
            desk.certificate = certificate;
            self.changes_everywhere();
        }
        let desk = self.desk.as_mut().ok_or(Failure::Locked)?;
        desk.catch_up_with_roster();
        self.tell(Changed::Catalogue);
        self.refresh_people()
    }

    /// What this station shows, and to whom, may be something else from now on.
    fn changes_everywhere(&mut self) {
        self.tell(Changed::Session);
        self.tell(Changed::Cases { ids: Vec::new() });
    }
}
