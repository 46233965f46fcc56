//! A station that reads what a target makes, with the real engine: a fresh one every few inputs, so that what one input left behind
//! does not shadow the next ones for ever.

use std::cell::RefCell;

use daiban_core::edge::{Scripted, draw};
use daiban_core::store::{PeerQuery, Store as _};
use daiban_model::ids::CaseId;
use ed25519_dalek::SigningKey;

use crate::world::{BAICAIGOU, QIMUGE, Station, World, ZHAO_YUNFENG, must, now, wall};

/// Inputs that one station reads.
const INPUTS: u32 = 48;
/// What the world's chance follows from.
const SEED: u64 = 4_002;

/// A station, its district, and the case it has.
pub struct Village {
    /// The district.
    pub world: World,
    /// The station.
    pub station: Station,
    /// Its one case.
    pub case: CaseId,
    /// How many inputs it has read.
    pub inputs: u32,
}

thread_local! {
    static VILLAGE: RefCell<Option<Village>> = const { RefCell::new(None) };
}

/// Gives the present village to some work.
pub fn with<T>(work: impl FnOnce(&mut Village) -> T) -> T {
    VILLAGE.with(|place| {
        // Taken out while it works: one that panicked is not used again.
        let village = place.borrow_mut().take().filter(|village| village.inputs < INPUTS);
        let mut village = village.unwrap_or_else(Village::new);
        village.inputs += 1;
        let done = work(&mut village);
        *place.borrow_mut() = Some(village);
        done
    })
}

impl Village {
    fn new() -> Self {
        let world = World::small(SEED, &["MZ-007", "YB-001"]);
        let mut station = world.station("白菜沟便民服务站", BAICAIGOU, QIMUGE);
        let case = station.receive(&ZHAO_YUNFENG, "MZ-007");
        station.sync(&world.hub);
        Self { world, station, case, inputs: 0 }
    }

    /// What must hold whatever came in: people go on working, and what they had is there.
    pub fn still_works(&mut self) {
        if self.inputs % 4 != 1 {
            self.station.view();
            return;
        }
        let seen: Vec<CaseId> = self.station.list().into_iter().map(|row| row.id).collect();
        assert!(seen.contains(&self.case), "the station's own case is there");
        for case in seen {
            self.station.page(case);
        }
        self.station.note(self.case, "照常办理");
        self.station.view();
    }
}

/// The district's secret keys: root and hub. Its world draws them first of all.
pub fn keys() -> (SigningKey, SigningKey) {
    let chance: [u8; 96] = draw(&Scripted::new(SEED, wall("2026-03-02T09:00")));
    let part = |at: usize| {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(&chance[at..at + 32]);
        SigningKey::from_bytes(&bytes)
    };
    (part(0), part(32))
}

/// Why the present village has set something aside.
pub fn quarantined() -> Vec<String> {
    VILLAGE.with(|place| {
        let place = place.borrow();
        let Some(village) = place.as_ref() else { return Vec::new() };
        let aside = must("the quarantine", now(village.station.shelf().peer(PeerQuery::Quarantine))).quarantine;
        aside.into_iter().map(|one| one.why).collect()
    })
}
