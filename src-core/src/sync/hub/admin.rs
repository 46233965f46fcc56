//! What the district's operator does: codes, devices, publications, audits; and enrolment, which redeems a code.

use daiban_model::ids::{DeviceId, ScopeCode};
use daiban_model::stamp::Wall;
use daiban_model::wire::{
    self, Certificate, Cursor, EnrolReply, EnrolRequest, Hash, Package, PackageKind, Signed, Welcome,
};
use serde::{Deserialize, Serialize};

use super::{Hub, HubFault, Turned};
use crate::store::{Batch, DeviceRow, PeerId, PeerQuery, Store, StoreError, chain_next};
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
const TWO_YEARS_MS: u64 = 2 * 366 * 24 * 60 * 60 * 1000;
/// Under this name the hub keeps which versions are published.
const VERSIONS: &str = "published";
/// Letters that are not taken for one another when read aloud or typed.
const ALPHABET: &[u8; 30] = b"ABCDEFGHJKMNPQRSTUVWXYZ2345678";

impl<S: Store> Hub<S> {
    /// Makes a one-time enrolment code, such as `ABCD-EFGH-JKMN`: twelve of thirty letters, good for seven days.
    pub async fn make_code(&self, station: NewStation, now: Wall, chance: [u8; 16]) -> Result<String, HubFault> {
        let fits = !station.name.trim().is_empty() && (1..=wire::MAX_SCOPES).contains(&station.scopes.len());
        if !fits {
            return Err(HubFault::BadStation);
        }
        let device_no = self.device_no(station.device_no).await?;
        let letters: String = code_letters(chance);
        let code = Code { station, device_no, until_ms: now.0.max(0).unsigned_abs() + SEVEN_DAYS_MS, device: None };
        let states =
            vec![(code_key(&letters), Some(wire::encode(&code))), (format!("device-no/{device_no:02}"), Some(vec![1]))];
        self.store.commit(Batch { states, ..Batch::default() }).await?;
        Ok([&letters[..4], &letters[4..8], &letters[8..]].join("-"))
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
        let letters: String = request.code.chars().filter(char::is_ascii_alphanumeric).collect();
        let key = code_key(&letters.to_ascii_uppercase());
        let stored = self.store.states(&key).await?.into_iter().find(|(name, _)| *name == key);
        let Some(code) = stored.and_then(|(_, bytes)| wire::decode::<Code>(&bytes, 65_536).ok()) else {
            return Ok(None);
        };
        let now_ms = now.0.max(0).unsigned_abs();
        if now_ms > code.until_ms || self.has_worked(code.device).await? {
            return Ok(None);
        }
        let Some(serial) = self.next_serial(&code, request.device).await? else { return Ok(None) };
        let NewStation { name, unit, scopes, .. } = code.station.clone();
        let (device, not_after) = (request.device, now_ms + TWO_YEARS_MS);
        let certificate =
            Certificate { device, station: name, unit, scopes, device_no: code.device_no, not_after, serial };
        let certificate = sign::seal(self.keys.root(), Domain::Certificate, &certificate);
        let row = DeviceRow { device, certificate: wire::encode(&certificate), not_after, revoked_ms: None };
        // One code, one device: whoever redeemed it before and never exchanged is out.
        let revoked =
            code.device.filter(|before| *before != device).map(|before| (before, now_ms)).into_iter().collect();
        let redeemed = Code { device: Some(device), ..code };
        let states = vec![(key, Some(wire::encode(&redeemed)))];
        self.store.commit(Batch { devices: vec![row], revoked, states, ..Batch::default() }).await?;
        Ok(Some(Welcome {
            root: self.keys.root_public(),
            hub: self.keys.certificate().clone(),
            certificate,
            epoch: self.read_epoch().await?,
            packages: self.published().await?.into_iter().map(|(.., package)| package).collect(),
            hub_ms: now_ms,
        }))
    }

    /// The serial number of the next certificate; `None` when another device has the code's device number: a hub that went back to
    /// a backup forgot that the code was redeemed, and that device has shown its certificate since.
    async fn next_serial(&self, code: &Code, device: DeviceId) -> Result<Option<u32>, StoreError> {
        let rows = self.store.peer(PeerQuery::AllDevices).await?.devices;
        let certificates = rows.iter().filter_map(|row| Some((row.revoked_ms, self.certificate(row)?)));
        let (mut serial, went_back) = (0_u32, self.renewals().await? > 0);
        for (revoked_ms, one) in certificates {
            let other = one.device != device && Some(one.device) != code.device;
            if went_back && other && revoked_ms.is_none() && one.device_no == code.device_no {
                return Ok(None);
            }
            serial = serial.max(one.serial);
        }
        Ok(Some(serial.saturating_add(1)))
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
            let cursors = self.read_by(device).await?;
            let read = cursors.iter().map(|cursor| (cursor.scope, cursor.seq)).collect();
            let revoked_ms = row.revoked_ms;
            views.push(DeviceView { device, station, unit, scopes, device_no, not_after, revoked_ms, read });
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
        let devices = self.store.peer(PeerQuery::AllDevices).await?.devices;
        let certificates: Vec<Certificate> = devices.iter().filter_map(|row| self.certificate(row)).collect();
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
                    let certificate = certificates.iter().find(|c| c.device == segment.header.device);
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

fn code_letters(chance: [u8; 16]) -> String {
    let mut number = u128::from_le_bytes(chance);
    let mut letters = String::with_capacity(12);
    for _ in 0..12 {
        let index = usize::try_from(number % 30).unwrap_or(0);
        letters.push(char::from(ALPHABET[index]));
        number /= 30;
    }
    letters
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
