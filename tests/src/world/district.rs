//! The district: its hub, what it publishes, and what its operator looks at.

use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use daiban_core::edge::{Edge, Scripted, draw};
use daiban_core::store::blobs::SqliteBlobs;
use daiban_core::store::{PeerId, PeerQuery, Quarantined, Store};
use daiban_core::sync::http::{Road, RoadFault};
use daiban_core::sync::hub::{
    Audit, CaseMoved, DeviceView, FilesHere, Hub, HubFault, HubKeys, NewStation, SHARE, Turned,
};
use daiban_district::courier::{self, Report};
use daiban_district::import::{self, Content, Form};
use daiban_model::calendar::Calendar;
use daiban_model::case::secrecy;
use daiban_model::catalogue::{Assessment, Catalogue, Item};
use daiban_model::ids::{CaseId, DeviceId, ScopeCode};
use daiban_model::organisation::{Agent, Roster};
use daiban_model::wire::{Certificate, Cursor, PackageKind};
use serde::Serialize;
use serde_json::Value;

use super::{Shelf, day, must, now, people, some};

/// A hub and its operator. A clone is the same hub.
#[derive(Clone)]
pub struct District {
    hub: Hub<Shelf>,
    shelf: Shelf,
    clock: Scripted,
    requests: Rc<Cell<u32>>,
    blobs: Arc<SqliteBlobs>,
    keys: Vec<u8>,
}

impl District {
    pub(super) fn open(shelf: Shelf, clock: Scripted) -> Self {
        let keys = HubKeys::create(draw(&clock), clock.now());
        Self::with_keys(shelf, clock, keys)
    }

    fn with_keys(shelf: Shelf, clock: Scripted, keys: HubKeys) -> Self {
        let copy = keys.to_bytes().to_vec();
        let hub = must("the hub opens", now(Hub::open(shelf.clone(), keys)));
        let blobs = Arc::new(must("a place for attachments", SqliteBlobs::in_memory()));
        let hub = hub.with_files(FilesHere { blobs: blobs.clone(), share: SHARE });
        Self { blobs, hub, shelf, clock, requests: Rc::default(), keys: copy }
    }

    /// The hub's program starts again over the same data.
    pub fn start_again(&self) {
        let keys = some("keys", HubKeys::from_bytes(&self.keys));
        let hub = must("the hub opens", now(Hub::open(self.shelf.clone(), keys)));
        let files = FilesHere { blobs: self.blobs.clone(), share: SHARE };
        // Where the store is out of order it goes on at the next start.
        let _not_now = now(hub.with_files(files).carry_on());
    }

    /// A hub over the same data with other keys.
    pub fn impostor(&self) -> Self {
        Self::with_keys(self.shelf.clone(), self.clock.clone(), HubKeys::create([9; 96], self.clock.now()))
    }

    /// A hub over the same data whose root key is right and whose own key is another one, made from the first hub's chance.
    pub fn with_another_hub_key(&self, seed: u64) -> Self {
        let first = Scripted::new(seed, self.clock.now());
        let mut chance: [u8; 96] = draw(&first);
        chance[40] ^= 1;
        Self::with_keys(self.shelf.clone(), self.clock.clone(), HubKeys::create(chance, self.clock.now()))
    }

    pub(super) fn publish_all(&self) {
        let catalogue = catalogue();
        assert_eq!(catalogue.items().len(), 429, "the district's own catalogue");
        self.publish_with(catalogue);
        let bundles = import::bundles(&read("bundles.json"), catalogue, 1, day("2026-01-01"));
        self.publish(PackageKind::Bundles, &must("bundles", bundles));
    }

    /// Publishes a catalogue of these items alone: worlds that are made by the hundred do not wait for the others.
    pub(super) fn publish_few(&self, items: &[&str]) {
        let mut few = must("a catalogue", serde_json::to_value(catalogue()));
        let kept = some("items", few["items"].as_array_mut());
        kept.retain(|item| items.iter().any(|code| item["code"] == *code));
        assert_eq!(kept.len(), items.len(), "all of them are in the catalogue");
        self.publish_with(&few);
    }

    /// Publishes the catalogue as a department has completed it.
    pub(super) fn publish_completed(&self, complete: impl FnOnce(&mut Vec<serde_json::Value>)) {
        let mut all = must("a catalogue", serde_json::to_value(catalogue()));
        complete(some("items", all["items"].as_array_mut()));
        self.publish_with(&all);
    }

    /// Publishes the district's own catalogue with changes, as a later version.
    pub fn publish_changed(&self, version: u32, change: impl FnOnce(&mut Vec<Value>)) {
        let mut changed = must("a catalogue", serde_json::to_value(catalogue()));
        changed["version"] = version.into();
        change(some("items", changed["items"].as_array_mut()));
        self.publish(PackageKind::Catalogue, &changed);
    }

    /// The roster with a last day for somebody.
    pub fn roster_with_end(&self, agent: &str, last: &str) -> Roster {
        let mut agents: Vec<Agent> = people::roster().into();
        let leaving = some("somebody", agents.iter_mut().find(|listed| listed.id.to_string() == agent));
        leaving.ended = Some(day(last));
        must("a roster", Roster::new(agents))
    }

    /// The calendar it publishes at the beginning.
    pub fn calendar(&self) -> Calendar {
        must("calendar", import::calendar(&read("calendar.json")))
    }

    fn publish_with(&self, catalogue: &impl Serialize) {
        self.publish(PackageKind::Organisation, &must("places", import::places(&read("places.json"))));
        self.publish(PackageKind::Roster, &people::roster());
        self.publish(PackageKind::Catalogue, catalogue);
        self.publish(PackageKind::Calendar, &must("calendar", import::calendar(&read("calendar.json"))));
    }

    /// Publishes the next version of a package.
    pub fn publish(&self, kind: PackageKind, content: &impl Serialize) -> u32 {
        let json = must("a package", serde_json::to_vec(content));
        must("it is published", now(self.hub.publish(kind, json)))
    }

    /// An enrolment code.
    pub fn code(&self, station: NewStation) -> String {
        must("a code", now(self.hub.make_code(station, self.clock.now(), draw(&self.clock))))
    }

    /// Answers as the hub's server does, with its status codes as a station hears them.
    pub fn answer(&self, road: Road, body: &[u8]) -> Result<Vec<u8>, RoadFault> {
        self.requests.set(self.requests.get() + 1);
        let now_ms = self.clock.now();
        let answer = match road {
            Road::Hello => Ok(self.hub.hello()),
            Road::Enrol => now(self.hub.enrol(body, now_ms)),
            Road::Exchange => now(self.hub.exchange(body, now_ms)),
            Road::Packages => now(self.hub.packages(body)),
            Road::Files => now(self.hub.files(body, now_ms)),
            Road::Repair => now(self.hub.repair(body, now_ms)),
            Road::Recovery => now(self.hub.recovery(body, now_ms)),
            Road::Standing => now(self.hub.standing(body, now_ms)),
            Road::Letter => now(self.hub.letter(body, now_ms, draw(&self.clock))),
        };
        answer.map_err(|turned| match turned {
            Turned::UnknownDevice => RoadFault::UnknownDevice,
            Turned::Malformed | Turned::BadSignature | Turned::OtherHub => RoadFault::Garbled,
            Turned::Storage(_) => RoadFault::HubFault,
        })
    }

    /// Takes the letters on a stick and leaves the answers there.
    pub fn take_stick(&self, stick: &Path) -> Report {
        let chance = || Ok(draw(&self.clock));
        must("the stick", now(courier::take_all(&self.hub, stick, self.clock.now(), chance)))
    }

    /// The district's root key.
    pub fn root(&self) -> [u8; 32] {
        self.hub.root()
    }

    /// How many requests it has answered.
    pub fn requests(&self) -> u32 {
        self.requests.get()
    }

    /// Its clock.
    pub fn clock(&self) -> &Scripted {
        &self.clock
    }

    /// Its disk.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// Where its attachments lie.
    pub fn blobs(&self) -> &SqliteBlobs {
        &self.blobs
    }

    /// The ends of all feeds.
    pub fn ends(&self) -> Vec<Cursor> {
        must("the hub's feeds", now(self.shelf.peer(PeerQuery::Cursors(PeerId::Hub)))).ends
    }

    /// How many segments a feed has.
    pub fn end(&self, scope: ScopeCode) -> u64 {
        self.ends().iter().find(|end| end.scope == scope).map_or(0, |end| end.seq)
    }

    /// Reckons all feeds anew.
    pub fn verify(&self) -> Audit {
        must("the audit", now(self.hub.verify()))
    }

    /// All devices.
    pub fn devices(&self) -> Vec<DeviceView> {
        must("the devices", now(self.hub.devices()))
    }

    /// The device of a station.
    pub fn device(&self, station: &str) -> DeviceId {
        let found = self.devices().into_iter().find(|device| device.station == station);
        some(station, found).device
    }

    /// The code that opens a station for somebody who forgot a PIN, as the operator reads it out.
    pub fn recovery_code(&self, station: &str, reason: &str) -> Result<String, HubFault> {
        let code = now(self.hub.recovery_code(self.device(station), reason, self.clock.now()))?;
        Ok(code.text().to_string())
    }

    /// Revokes the device of a station.
    pub fn revoke(&self, station: &str) {
        must("it is revoked", now(self.hub.revoke(self.device(station), self.clock.now())));
    }

    /// Gives the device of a station divisions more.
    pub fn give(&self, station: &str, scopes: &[&str]) -> Certificate {
        let scopes: Vec<ScopeCode> = scopes.iter().map(|scope| super::division(scope)).collect();
        must("divisions", now(self.hub.give(self.device(station), &scopes, self.clock.now())))
    }

    /// Takes divisions from the device of a station.
    pub fn take_away(&self, station: &str, scopes: &[&str]) -> Certificate {
        let scopes: Vec<ScopeCode> = scopes.iter().map(|scope| super::division(scope)).collect();
        must("divisions", now(self.hub.take_away(self.device(station), &scopes, self.clock.now())))
    }

    /// Moves a case to another division.
    pub fn move_case(&self, case: CaseId, to: &str) -> CaseMoved {
        must("it moves", self.try_move_case(case, to))
    }

    /// The same, where it may not.
    pub fn try_move_case(&self, case: CaseId, to: &str) -> Result<CaseMoved, HubFault> {
        let by = must("a staff number", super::LIN_FANG.parse());
        now(self.hub.move_case(case, super::division(to), &by, self.clock.now()))
    }

    /// Gives the device of a station its next certificate.
    pub fn renew(&self, station: &str) -> Certificate {
        must("a certificate", now(self.hub.renew(self.device(station), self.clock.now())))
    }

    /// Two people order the keys of a revoked station to be destroyed.
    pub fn destroy_keys(&self, station: &str) {
        let by = [super::TIAN_WEIGUO, super::LUO_JIE].map(|agent| must("a staff number", agent.parse()));
        must("the order", now(self.hub.destroy_keys(self.device(station), by, self.clock.now())));
    }

    /// The operator lets stand what neighbours took from a revoked station before they knew; answers how many segments. A hub that went
    /// back may not know yet that it is revoked.
    pub fn let_stand(&self, station: &str) -> u32 {
        let Some(device) = self.devices().into_iter().find(|device| device.station == station) else { return 0 };
        now(self.hub.let_stand(device.device, self.clock.now())).unwrap_or(0)
    }

    /// What a backup made now holds; the operator notes that it is safe.
    pub fn back_up(&self) -> Shelf {
        let ends = must("the ends", now(self.hub.ends()));
        let image = self.shelf.image();
        must("it is noted", now(self.hub.note_backup(ends, self.clock.now())));
        image
    }

    /// The backup is put back, and the operator forgets to begin a new history.
    pub fn put_back(&self, backup: &Shelf) {
        self.shelf.put_back(backup);
    }

    /// The backup is put back as the guide says.
    pub fn restore(&self, backup: &Shelf) {
        self.put_back(backup);
        must("a new history", now(self.hub.renew_epoch(self.clock.now(), draw(&self.clock))));
    }

    /// What was set aside.
    pub fn quarantine(&self) -> Vec<Quarantined> {
        must("the quarantine", now(self.shelf.peer(PeerQuery::Quarantine))).quarantine
    }
}

fn read(name: &str) -> Content {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/data").join(name);
    let form = if name.ends_with("csv") { Form::Csv } else { Form::Json };
    must(name, import::parse(form, &must(name, std::fs::read(file))))
}

/// The district's own items, read once for all worlds of a process.
fn catalogue() -> &'static Catalogue {
    static READ: OnceLock<Catalogue> = OnceLock::new();
    READ.get_or_init(|| {
        let read = must("items", import::catalogue(&read("items.csv"), 1, day("2026-01-01")));
        let assessed = read.items().iter().cloned().map(|item| match secrecy::is_sensitive(&item.code) {
            // Of what is sensitive the district has thought before it was switched on (R205).
            true => Item { assessment: Some(assessment()), ..item },
            false => item,
        });
        must("items", Catalogue::new(read.version, read.valid_from, assessed.collect()))
    })
}

/// 2026-03-02: purpose, means, risk and measures.
fn assessment() -> Assessment {
    Assessment {
        on: day("2026-03-02"),
        purpose: "发放困境儿童补助".into(),
        means: "登记证件号、监护人和病情".into(),
        risk: "泄露会伤害孩子".into(),
        measures: "加密，名单不显示姓名，只给经办人看".into(),
    }
}
