//! The key file of a station: its name, its people, and for each person the database key wrapped with the PIN.

use std::fs;
use std::path::{Path, PathBuf};

use daiban_model::access::Role;
use daiban_model::api::Tile;
use daiban_model::ids::AgentId;
use daiban_model::stamp::Wall;
use serde::{Deserialize, Serialize};

use super::file::{self, Previous};
use super::hex::Hex;
use super::recovery::{self, Holder, Recovery, RecoveryCode};
use super::tries::Tries;
use super::wrap::{CHANCE, Cost, Wrap};
use super::{DatabaseKey, Pin, VaultFault};

/// The key file in a station's folder.
pub const KEYS: &str = "keys.json";
const FILE: &str = KEYS;
const TRIES: &str = "tries.json";

/// What the station shows before anybody has signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Station {
    /// Its name.
    pub name: String,
    /// The hub's address.
    pub hub: String,
}

/// One of the people who may sign in; all of it stands on the public staff list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub agent: AgentId,
    /// Name.
    pub name: String,
    /// Post.
    pub role: Role,
    /// The unit's name.
    pub unit: String,
}

/// The vault of a station. One per folder and process: it writes what it has read.
///
/// Everything it shows can be read by whoever has the disk; the database key cannot (K1).
pub struct Vault {
    folder: PathBuf,
    content: Content,
    tries: Tries,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    /// A random number that ties wraps to this station; its name may change.
    vault: Hex<16>,
    /// The mark of the key that every wrap holds. K3
    key: Hex<32>,
    station: Station,
    people: Vec<Entry>,
    /// Absent in a file of the first version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    recovery: Option<Recovery>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    person: Person,
    /// No longer on the roster, and kept because nobody else has a PIN yet. K2
    left: bool,
    wrap: Option<Wrap>,
}

impl Content {
    fn anyone_ready(&self) -> bool {
        self.people.iter().any(|entry| entry.wrap.is_some())
    }
}

impl Vault {
    /// Reads the key file of a folder; `None` on first run.
    pub fn load(folder: &Path) -> Result<Option<Self>, VaultFault> {
        Ok(file::load(folder, FILE)?.map(|content| Self::with(folder, content)))
    }

    /// Copies the key file into another folder as [`Self::load`] would read it, byte by byte.
    pub fn copy(folder: &Path, to: &Path) -> Result<(), VaultFault> {
        Ok(file::copy(folder, FILE, to)?)
    }

    /// After [`VaultFault::Damaged`]: sets the damaged file aside and goes back to the copy before the last change,
    /// where there is a whole one in which somebody has a PIN. A PIN set with that last change is not in it.
    pub fn go_back(folder: &Path) -> Result<Option<Self>, VaultFault> {
        Ok(file::go_back(folder, FILE, Content::anyone_ready)?.map(|content| Self::with(folder, content)))
    }

    /// Makes the key file of a new station. Nobody has a PIN yet: until the first one is set, `key` is kept by the
    /// caller alone, and a database written with it is lost with the process.
    ///
    /// An earlier file that nobody set a PIN in is replaced, for nothing can be opened with it; any other stays, with
    /// [`VaultFault::Io`].
    pub fn create(
        folder: &Path,
        station: Station,
        people: Vec<Person>,
        key: &DatabaseKey,
        chance: [u8; 16],
    ) -> Result<Self, VaultFault> {
        make_folder(folder)?;
        if Self::load(folder)?.is_some_and(|earlier| earlier.anyone_ready()) {
            tracing::error!("a station was to be made where one is");
            return Err(VaultFault::Io);
        }
        let people = entries(people, &[]);
        let content = Content { vault: Hex(chance), key: Hex(key.mark()), station, people, recovery: None };
        file::save(folder, FILE, &content, Previous::Kept)?;
        let vault = Self { folder: folder.to_owned(), content, tries: Tries::default() };
        vault.keep_tries();
        Ok(vault)
    }

    /// What the station shows.
    pub fn station(&self) -> &Station {
        &self.content.station
    }

    /// The people who may sign in, in the order of the roster.
    pub fn people(&self) -> Vec<Tile> {
        let tile = |entry: &Entry| {
            let Person { agent, name, role, unit } = entry.person.clone();
            Tile { agent, name, role, unit, ready: entry.wrap.is_some() }
        };
        self.content.people.iter().map(tile).collect()
    }

    /// Whether somebody has a PIN.
    pub fn anyone_ready(&self) -> bool {
        self.content.anyone_ready()
    }

    /// The station's name or the hub's address changed.
    pub fn set_station(&mut self, station: Station) -> Result<(), VaultFault> {
        self.save(Content { station, ..self.content.clone() })
    }

    /// The roster changed. People who stay keep their PIN; the wraps of people who left are dropped.
    ///
    /// K2: if nobody who stays has a PIN, the people who have one remain until one of the others has set theirs, and
    /// are answered here. What they may still do is not the vault's matter.
    pub fn set_people(&mut self, people: Vec<Person>) -> Result<Vec<AgentId>, VaultFault> {
        let people = entries(people, &self.content.people);
        let remaining = people.iter().filter(|entry| entry.left).map(|entry| entry.person.agent.clone()).collect();
        self.save(Content { people, ..self.content.clone() })?;
        let here = |agent: &AgentId| self.content.people.iter().any(|entry| entry.person.agent == *agent);
        self.tries.retain(here);
        Ok(remaining)
    }

    /// Wraps the key for a person, instead of any earlier wrap. Blocks while the key is derived.
    pub fn set_pin(
        &mut self,
        agent: &AgentId,
        pin: &Pin,
        key: &DatabaseKey,
        cost: Cost,
        chance: [u8; CHANCE],
    ) -> Result<(), VaultFault> {
        pin.check()?;
        if key.mark() != self.content.key.0 {
            return Err(VaultFault::Damaged);
        }
        let mut content = self.content.clone();
        let entry = content.people.iter_mut().find(|entry| entry.person.agent == *agent);
        let entry = entry.ok_or(VaultFault::UnknownPerson)?;
        entry.wrap = Some(Wrap::seal(key, pin, &self.owner(agent), cost, chance)?);
        if !entry.left {
            content.people.retain(|entry| !entry.left);
        }
        self.save(content)?;
        self.tries.forget(agent);
        self.keep_tries();
        Ok(())
    }

    /// Opens the vault for a person. Works without a network. Blocks while the key is derived.
    ///
    /// The try is on the disk before it is made, so that ending the program does not make tries cheaper. K4
    pub fn unlock(&mut self, agent: &AgentId, pin: &Pin, now: Wall) -> Result<DatabaseKey, VaultFault> {
        let wrap = self.entry(agent)?.wrap.clone().ok_or(VaultFault::NoPin)?;
        let earlier = self.tries.clone();
        let begun = self.tries.begin(agent, now);
        if self.tries != earlier {
            self.keep_tries();
        }
        begun?;
        let key = wrap.open(pin, &self.owner(agent))?.ok_or_else(|| self.tries.refusal(agent))?;
        self.tries.forget(agent);
        self.keep_tries();
        if key.mark() == self.content.key.0 { Ok(key) } else { Err(VaultFault::Damaged) }
    }

    /// Makes a new recovery code, which only the district can read; an earlier one opens nothing any more. Lasts no longer than a write.
    pub fn renew_recovery(
        &mut self,
        key: &DatabaseKey,
        holder: &Holder,
        chance: [u8; recovery::CHANCE],
    ) -> Result<(), VaultFault> {
        if key.mark() != self.content.key.0 {
            return Err(VaultFault::Damaged);
        }
        let made = Recovery::make(key, &self.content.vault.0, holder, chance).ok_or(VaultFault::Io)?;
        self.save(Content { recovery: Some(made), ..self.content.clone() })
    }

    /// The box with the recovery code, for the district to keep; none before there is a code.
    pub fn recovery_box(&self) -> Option<&[u8]> {
        self.content.recovery.as_ref().map(Recovery::sealed)
    }

    /// Opens the vault with the code that the district read out. Wrong codes are not counted: nobody guesses 120 bits.
    pub fn recover(&self, code: &RecoveryCode) -> Result<DatabaseKey, VaultFault> {
        let opened = self.content.recovery.as_ref().and_then(|kept| kept.open(code, &self.content.vault.0));
        let key = opened.ok_or(VaultFault::WrongCode)?;
        if key.mark() == self.content.key.0 { Ok(key) } else { Err(VaultFault::Damaged) }
    }

    /// Whether the person's wrap was made cheaper than `cost`: set the same PIN again right after the person has signed
    /// in.
    pub fn is_cheaper_than(&self, agent: &AgentId, cost: Cost) -> bool {
        self.entry(agent).is_ok_and(|entry| entry.wrap.as_ref().is_some_and(|wrap| wrap.is_cheaper_than(cost)))
    }

    fn with(folder: &Path, content: Content) -> Self {
        // Tries that cannot be read are no reason to shut people out. K4
        let tries = file::load(folder, TRIES).ok().flatten().unwrap_or_default();
        Self { folder: folder.to_owned(), content, tries }
    }

    fn entry(&self, agent: &AgentId) -> Result<&Entry, VaultFault> {
        let found = self.content.people.iter().find(|entry| entry.person.agent == *agent);
        found.ok_or(VaultFault::UnknownPerson)
    }

    /// Whose wrap of which station: what a wrap is tied to.
    fn owner(&self, agent: &AgentId) -> Vec<u8> {
        [b"daiban wrap v1".as_slice(), &self.content.vault.0, agent.as_str().as_bytes()].concat()
    }

    /// Writes first and believes after. A wrap that is taken back, a person's or the district's, must not live on in the copy before,
    /// so the copy is written over as well; and with the first PIN too, for a copy that nobody can open is none to go back to.
    fn save(&mut self, content: Content) -> Result<(), VaultFault> {
        let known = self.folder.join(FILE).exists();
        if known && content == self.content {
            return Ok(());
        }
        let stays = |wrap: &Wrap| content.people.iter().any(|entry| entry.wrap.as_ref() == Some(wrap));
        let opens_first = content.anyone_ready() && !self.content.anyone_ready();
        let taken_back = self.content.people.iter().filter_map(|entry| entry.wrap.as_ref()).any(|wrap| !stays(wrap));
        let used_up = self.content.recovery.is_some() && self.content.recovery != content.recovery;
        file::save(&self.folder, FILE, &content, Previous::Kept)?;
        self.content = content;
        if taken_back || used_up || opens_first {
            file::save(&self.folder, FILE, &self.content, Previous::Kept)?;
        }
        Ok(())
    }

    /// A full disk must not shut people out: the count then holds as long as the program runs. K4
    fn keep_tries(&self) {
        if let Err(fault) = file::save(&self.folder, TRIES, &self.tries, Previous::Replaced) {
            tracing::warn!(%fault, "wrong tries could not be kept");
        }
    }
}

/// The new list, each person once, with the wraps that stay. K2
fn entries(people: Vec<Person>, earlier: &[Entry]) -> Vec<Entry> {
    let mut next: Vec<Entry> = Vec::with_capacity(people.len());
    for person in people {
        if next.iter().all(|entry| entry.person.agent != person.agent) {
            let known = earlier.iter().find(|entry| entry.person.agent == person.agent);
            next.push(Entry { wrap: known.and_then(|entry| entry.wrap.clone()), left: false, person });
        }
    }
    if next.iter().all(|entry| entry.wrap.is_none()) {
        let holders = earlier.iter().filter(|entry| entry.wrap.is_some());
        next.extend(holders.map(|entry| Entry { left: true, ..entry.clone() }));
    }
    next
}

/// The station's folder, closed to other users of the machine.
pub(crate) fn make_folder(folder: &Path) -> Result<(), VaultFault> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    Ok(builder.create(folder)?)
}
