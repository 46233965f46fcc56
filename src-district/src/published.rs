//! What the hub publishes at present, opened again: to check one file against the others and to tell what an import changes.

use std::collections::BTreeMap;
use std::io::Read;

use daiban_core::store::{Store, StoreError};
use daiban_core::sync::hub::{Hub, HubFault};
use daiban_model::wire::{self, Package, PackageKind};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A package in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Its version.
    pub version: u32,
    /// Its content.
    pub content: Value,
}

impl Published {
    /// The package of a kind, `None` before the first publication.
    pub async fn of<S: Store>(hub: &Hub<S>, kind: PackageKind) -> Result<Option<Self>, HubFault> {
        let found = hub.published().await?.into_iter().find(|(of, ..)| *of == kind);
        let Some((_, version, signed)) = found else { return Ok(None) };
        let damaged = || HubFault::Damaged("package");
        let package: Package = wire::decode(&signed.bytes, wire::MAX_INFLATED).map_err(|_| damaged())?;
        let inflated = zstd::Decoder::new(package.content.as_slice()).map_err(backend)?;
        let content = serde_json::from_reader(inflated.take(wire::MAX_INFLATED as u64)).map_err(|_| damaged())?;
        Ok(Some(Self { version, content }))
    }

    /// The content as the model's own type.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, HubFault> {
        T::deserialize(&self.content).map_err(|_| HubFault::Damaged("package"))
    }
}

fn backend(error: std::io::Error) -> HubFault {
    HubFault::Store(StoreError::Backend(Box::new(error)))
}

/// How a content differs from the one before, entry by entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Difference {
    /// Entries there are now.
    pub entries: usize,
    /// Entries that were not there.
    pub added: usize,
    /// Entries that say something else.
    pub changed: usize,
    /// Entries that are gone.
    pub removed: usize,
}

impl Difference {
    /// What `now` changes of `before`.
    pub fn between(kind: PackageKind, before: Option<&Value>, now: &Value) -> Self {
        let before = before.map(|before| entries(kind, before)).unwrap_or_default();
        let now = entries(kind, now);
        let common = now.iter().filter_map(|(key, entry)| before.get(key).map(|earlier| earlier == entry));
        let (same, changed) = common.fold((0, 0), |(same, changed), equal| match equal {
            true => (same + 1, changed),
            false => (same, changed + 1),
        });
        let kept = same + changed;
        Self { entries: now.len(), added: now.len() - kept, changed, removed: before.len() - kept }
    }

    /// Whether nothing is new, changed or gone.
    pub fn is_none(self) -> bool {
        self.added + self.changed + self.removed == 0
    }
}

/// The entries of a content under what tells them apart.
fn entries(kind: PackageKind, content: &Value) -> BTreeMap<String, &Value> {
    match kind {
        PackageKind::Organisation => {
            let mut all = keyed(content.get("places"), &["code"]);
            all.extend(keyed(content.get("service_points"), &["division", "name"]));
            all
        }
        PackageKind::Roster => keyed(Some(content), &["id"]),
        PackageKind::Catalogue => keyed(content.get("items"), &["code"]),
        PackageKind::Calendar => keyed(Some(content), &["year", "layer"]),
        PackageKind::Revocations => keyed(Some(content), &["device"]),
        PackageKind::Bundles => keyed(content.get("bundles"), &["id"]),
    }
}

fn keyed<'a>(list: Option<&'a Value>, fields: &[&str]) -> BTreeMap<String, &'a Value> {
    let key = |entry: &Value| fields.iter().map(|field| entry[*field].to_string()).collect::<Vec<_>>().join("/");
    list.and_then(Value::as_array).into_iter().flatten().map(|entry| (key(entry), entry)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_difference_counts_new_changed_and_gone_entries() {
        let before = json!({ "items": [{ "code": "A", "fee": "" }, { "code": "B" }, { "code": "C" }] });
        let now = json!({ "items": [{ "code": "A", "fee": "10" }, { "code": "B" }, { "code": "D" }, { "code": "E" }] });
        let found = Difference::between(PackageKind::Catalogue, Some(&before), &now);
        assert_eq!(
            found,
            Difference { entries: 4, added: 2, changed: 1, removed: 1 },
            "A changed, C went, D and E came"
        );
        assert!(
            Difference::between(PackageKind::Catalogue, Some(&now), &now).is_none(),
            "the same again changes nothing"
        );
    }
}
