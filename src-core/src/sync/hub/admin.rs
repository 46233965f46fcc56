//! What the district's operator does: codes, devices, publications, audits; and enrolment, which redeems a code.

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, Certificate, Cursor, EnrolReply, EnrolRequest, Hash, Package, PackageKind, Signed, Welcome,
};
use serde::{Deserialize, Serialize};

use super::{Destruction, Hub, HubFault, Turned};
use crate::store::{Batch, DeviceRow, PeerId, PeerQuery, Store, StoreError, chain_next};
use crate::sync::certificates;
use crate::sync::code::{self, Code as EnrolmentCode};
use crate::sync::segment;
use crate::sync::sign::{self, Domain};

/// A station to be enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewStation {
    /// Its name, as on slips.
    pub name: String,
    /// The unit it stands for.
    pub unit: ScopeCode,
    /// Divisions it reads and writes.
    pub scopes: Vec<ScopeCode>,
    /// The two digits in its case numbers; the next free ones where not given (R77).
    pub device_no: Option<u8>,
}

/// An enrolment code as the hub keeps it: by its hash, good for one device until that device first exchanges.
#[derive(Serialize, Deserialize)]
struct Code {
    station: NewStation,
    device_no: u8,
    until_ms: u64,
    device: Option<DeviceId>,
}

/// A device as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceView {
    /// Its key.
    pub device: DeviceId,
    /// The station's name.
    pub station: String,
    /// The unit.
    pub unit: ScopeCode,
    /// Divisions.
    pub scopes: Vec<ScopeCode>,
    /// The two digits in its case numbers.
    pub device_no: u8,
    /// End of validity, in milliseconds since 1970.
    pub not_after: u64,
    /// When it was revoked, in milliseconds since 1970.
    pub revoked_ms: Option<u64>,
    /// How many numbers of each feed it has read.
    pub read: Vec<(ScopeCode, u64)>,
    /// Divisions that were taken from it and that it has not said to have erased.
    #[serde(default)]
    pub leaving: Vec<ScopeCode>,
    /// Divisions that it has said to have erased.
    #[serde(default)]
    pub erased: Vec<ScopeCode>,
    /// Of a retired one: the device that goes on from its backup.
    #[serde(default)]
    pub successor: Option<DeviceId>,
    /// Of a revoked one: whether it was ordered to destroy its keys.
    #[serde(default)]
    pub destruction: Option<Destruction>,
}

/// What an audit of the feeds found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Audit {
    /// Feeds read to their end.
    pub feeds: u32,
    /// Segments whose root, signature and chain were reckoned anew.
    pub segments: u64,
    /// Changes in them.
    pub changes: u64,
    /// What does not fit.
    pub faults: Vec<AuditFault>,
}

/// Something in a feed that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditFault {
    /// The feed.
    pub scope: ScopeCode,
    /// The number.
    pub seq: u64,
    /// What: a short code.
    pub what: String,
}

/// A value under its name, as a batch takes it.
type NamedValue = (String, Option<Vec<u8>>);

const SEVEN_DAYS_MS: u64 = 7 * 24 * 60 * 60 * 1000;
/// Under this name the hub keeps which versions are published.
const VERSIONS: &str = "published";

impl<S: Store> Hub<S> {
    /// Makes a one-time enrolment code, such as `ABCD-EFGH-JKMN`: twelve of thirty letters, good for seven days. [`Self::vouched`] adds by
    /// what a station knows the district.
    pub async fn make_code(&self, station: NewStation, now: Wall, chance: [u8; 16]) -> Result<String, HubFault> {
        let fits = !station.name.trim().is_empty() && (1..=wire::MAX_SCOPES).contains(&station.scopes.len());
        if !fits {
            return Err(HubFault::BadStation);
        }
        let device_no = self.device_no(station.device_no).await?;
        let drawn = code::draw(chance);
        let letters = EnrolmentCode::read(&drawn).letters().to_owned();
        let code = Code { station, device_no, until_ms: now.0.max(0).unsigned_abs() + SEVEN_DAYS_MS, device: None };
        let states =
            vec![(code_key(&letters), Some(wire::encode(&code))), (format!("device-no/{device_no:02}"), Some(vec![1]))];
        self.store.commit(Batch { states, ..Batch::default() }).await?;
        Ok(drawn)
    }

    /// The code with the check of this district's root key: what an operator hands out. Slow on purpose.
    pub fn vouched(&self, code: &str) -> Option<String> {
        code::with_check(code, &self.keys.root_public())
    }

    async fn device_no(&self, wanted: Option<u8>) -> Result<u8, HubFault> {
        let given = self.store.states("device-no/").await?;
        let is_free = |no: u8| !given.iter().any(|(name, _)| *name == format!("device-no/{no:02}"));
        match wanted {
            Some(no) if !(1..=99).contains(&no) => Err(HubFault::NoDeviceNumber),
            Some(no) if is_free(no) => Ok(no),
            Some(_) => Err(HubFault::DeviceNumberTaken),
            None => (1..=99).find(|no| is_free(*no)).ok_or(HubFault::NoDeviceNumber),
        }
    }

    /// `POST /v1/enrol`: redeems a code for a certificate. Until the device's first exchange the same code may be redeemed
    /// again, so that a machine that was switched off between the two does not need a new one.
    pub async fn enrol(&self, body: &[u8], now: Wall) -> Result<Vec<u8>, Turned> {
        let request: EnrolRequest = wire::decode(body, 4096).map_err(|_| Turned::Malformed)?;
        let proof = [request.code.as_bytes(), &request.device.0];
        if !sign::verify(&request.device.0, Domain::Enrol, &proof, &request.sig) {
            return Err(Turned::BadSignature);
        }
        let reply = match self.redeem(&request, now).await? {
            Some(welcome) => EnrolReply::Welcome(Box::new(welcome)),
            None => EnrolReply::BadCode,
        };
        Ok(wire::encode(&reply))
    }

    async fn redeem(&self, request: &EnrolRequest, now: Wall) -> Result<Option<Welcome>, Turned> {
        // A station of before sends the check along.
        let key = code_key(EnrolmentCode::read(&request.code).letters());
        let stored = self.store.states(&key).await?.into_iter().find(|(name, _)| *name == key);
        let Some(code) = stored.and_then(|(_, bytes)| wire::decode::<Code>(&bytes, 65_536).ok()) else {
            return Ok(None);
        };
        let now_ms = now.0.max(0).unsigned_abs();
        if now_ms > code.until_ms || self.has_worked(code.device).await? {
            return Ok(None);
        }
        let rows = self.store.peer(PeerQuery::AllDevices).await?.devices;
        if self.is_number_of_another(&code, request.device, &rows).await? {
            return Ok(None);
        }
        let NewStation { name: station, unit, scopes, .. } = code.station.clone();
        // Divisions given or taken since the code was made stay so.
        let before = rows.iter().find(|row| Some(row.device) == code.device).and_then(|row| self.certificate(row));
        let scopes = before.map_or(scopes, |before| before.scopes);
        let (device, device_no) = (request.device, code.device_no);
        let next = Certificate { device, station, unit, scopes, device_no, not_after: 0, serial: 0 };
        let (certificate, batch) = self.next_certificate(next, &rows, now).await?;
        // One code, one device: whoever redeemed it before and never exchanged is out.
        let revoked =
            code.device.filter(|before| *before != device).map(|before| (before, now_ms)).into_iter().collect();
        let redeemed = Code { device: Some(device), ..code };
        let mut batch = Batch { revoked, ..batch };
        batch.states.push((key, Some(wire::encode(&redeemed))));
        self.store.commit(batch).await?;
        Ok(Some(Welcome {
            root: self.keys.root_public(),
            hub: self.keys.certificate().clone(),
            certificate: certificate.signed,
            epoch: self.read_epoch().await?,
            packages: self.published().await?.into_iter().map(|(.., package)| package).collect(),
            hub_ms: now_ms,
        }))
    }

    /// Whether another device has the code's device number: a hub that went back to a backup forgot that the code was redeemed, and
    /// that device has shown its certificate since.
    async fn is_number_of_another(
        &self,
        code: &Code,
        device: DeviceId,
        rows: &[DeviceRow],
    ) -> Result<bool, StoreError> {
        let other = |row: &&DeviceRow| {
            let another = row.device != device && Some(row.device) != code.device && row.revoked_ms.is_none();
            another && self.certificate(row).is_some_and(|one| one.device_no == code.device_no)
        };
        Ok(self.renewals().await? > 0 && rows.iter().any(|row| other(&row)))
    }

    /// Whether the device a code was redeemed for has exchanged since.
    async fn has_worked(&self, device: Option<DeviceId>) -> Result<bool, StoreError> {
        let Some(device) = device else { return Ok(false) };
        Ok(!self.read_by(device).await?.is_empty())
    }

    /// How far a device has read.
    async fn read_by(&self, device: DeviceId) -> Result<Vec<Cursor>, StoreError> {
        let asked = PeerQuery::CursorsUnder { peer: PeerId::Device(device), scopes: Vec::new() };
        Ok(self.store.peer(asked).await?.cursors)
    }

    /// All devices.
    pub async fn devices(&self) -> Result<Vec<DeviceView>, HubFault> {
        let mut views = Vec::new();
        for row in self.store.peer(PeerQuery::AllDevices).await?.devices {
            let Certificate { device, station, unit, scopes, device_no, not_after, .. } =
                self.certificate(&row).ok_or(HubFault::Damaged("device"))?;
            if device_no == wire::HUB_NO {
                continue;
            }
            let cursors = self.read_by(device).await?;
            let read = cursors.iter().map(|cursor| (cursor.scope, cursor.seq)).collect();
            let (revoked_ms, (leaving, erased)) = (row.revoked_ms, self.leaving(device).await?);
            let (destruction, successor) = (self.destruction_of(device).await?, self.successor(device).await?);
            views.push(DeviceView {
                device,
                station,
                unit,
                scopes,
                device_no,
                not_after,
                revoked_ms,
                read,
                leaving,
                erased,
                successor,
                destruction,
            });
        }
        Ok(views)
    }

    /// Publishes the next version of a package; `json` must be of the kind's own type, which the caller has checked.
    pub async fn publish(&self, kind: PackageKind, json: Vec<u8>) -> Result<u32, HubFault> {
        let (version, states) = self.package(kind, &json).await?;
        self.store.commit(Batch { states, ..Batch::default() }).await?;
        Ok(version)
    }

    /// The next version of a package, signed, as it is stored.
    pub(super) async fn package(&self, kind: PackageKind, json: &[u8]) -> Result<(u32, Vec<NamedValue>), StoreError> {
        let published = self.published().await?;
        let last = published.iter().find(|(k, ..)| *k == kind).map_or(0, |(_, version, _)| *version);
        let version = self.next_version(last).await?;
        let content = zstd::bulk::compress(json, 19).map_err(|fault| StoreError::Backend(Box::new(fault)))?;
        let package = sign::seal(self.keys.root(), Domain::Package, &Package { kind, version, content });
        Ok((version, Self::entered(&published, (kind, version, package))))
    }

    /// A package as it is stored, and beside the packages their versions, so that an exchange need not read them to know that
    /// nothing is new.
    pub(super) fn entered(
        published: &[(PackageKind, u32, Signed)],
        (kind, version, package): (PackageKind, u32, Signed),
    ) -> Vec<NamedValue> {
        let others = published.iter().filter(|(k, ..)| *k != kind).map(|(kind, version, _)| (*kind, *version));
        let versions: Vec<(PackageKind, u32)> = others.chain([(kind, version)]).collect();
        vec![
            (package_key(kind), Some(wire::encode(&(version, package)))),
            (VERSIONS.to_owned(), Some(wire::encode(&versions))),
        ]
    }

    /// The versions published.
    pub(super) async fn versions(&self) -> Result<Vec<(PackageKind, u32)>, StoreError> {
        let stored = self.store.states(VERSIONS).await?;
        match stored.first().map(|(_, bytes)| wire::decode(bytes, 4096)) {
            Some(Ok(versions)) => Ok(versions),
            // Nothing was published, or by an earlier program.
            _ => Ok(self.published().await?.into_iter().map(|(kind, version, _)| (kind, version)).collect()),
        }
    }

    /// The present version of each package.
    pub async fn published(&self) -> Result<Vec<(PackageKind, u32, Signed)>, StoreError> {
        let stored = self.store.states("package/").await?;
        let read = |kind: PackageKind| {
            let (_, bytes) = stored.iter().find(|(name, _)| *name == package_key(kind))?;
            let (version, package) = wire::decode::<(u32, Signed)>(bytes, wire::MAX_INFLATED).ok()?;
            Some((kind, version, package))
        };
        Ok(PackageKind::ALL.into_iter().filter_map(read).collect())
    }

    /// Reckons every root, signature and chain of every feed anew.
    pub async fn verify(&self) -> Result<Audit, HubFault> {
        let mut audit = Audit::default();
        let known = certificates::load(&*self.store).await?;
        for end in self.store.peer(PeerQuery::Cursors(PeerId::Hub)).await?.ends {
            audit.feeds += 1;
            let (mut seq, mut chain) = (0, Hash::default());
            while seq < end.seq {
                let entries = self.store.after(end.scope, seq, 4 << 20).await?;
                if entries.is_empty() {
                    audit.faults.push(AuditFault { scope: end.scope, seq: seq + 1, what: "missing".into() });
                    break;
                }
                for entry in entries {
                    let segment = segment::of_entry(&entry);
                    let certificate = known.get(&segment.header.device);
                    let checked = certificate.map(|certificate| segment::check(&segment, certificate));
                    chain = chain_next(chain, entry.segment.root);
                    let what = match checked {
                        None => Some("unknown device".to_owned()),
                        Some(Err(why)) => Some(why.to_string()),
                        Some(Ok(root)) if root != entry.segment.root => Some("another root".to_owned()),
                        Some(Ok(_)) if entry.seq != seq + 1 => Some("not dense".to_owned()),
                        Some(Ok(_)) if entry.chain != chain => Some("chain broken".to_owned()),
                        Some(Ok(_)) => None,
                    };
                    audit.segments += 1;
                    audit.changes += entry.records.len() as u64;
                    audit.faults.extend(what.map(|what| AuditFault { scope: end.scope, seq: entry.seq, what }));
                    seq = entry.seq;
                }
            }
        }
        Ok(audit)
    }
}

/// The hub keeps codes by their hash: its database does not tell how to enrol.
fn code_key(letters: &str) -> String {
    let hash = blake3::derive_key("daiban enrolment code v1", letters.as_bytes());
    let hex: String = hash[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("code/{hex}")
}

pub(super) fn package_key(kind: PackageKind) -> String {
    let name = match kind {
        PackageKind::Organisation => "organisation",
        PackageKind::Roster => "roster",
        PackageKind::Catalogue => "catalogue",
        PackageKind::Calendar => "calendar",
        PackageKind::Revocations => "revocations",
        PackageKind::Bundles => "bundles",
    };
    format!("package/{name}")
}
