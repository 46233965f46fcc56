//! The database key, locked with one person's PIN.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, Key, KeyInit, Nonce, Tag};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::hex::Hex;
use super::{DatabaseKey, Pin, VaultFault};

/// Random bytes that a wrap needs: a salt of 16 and a nonce of 12.
pub(super) const CHANCE: usize = 28;

/// What one try of a PIN costs whoever tries it (Argon2id). Stored with each wrap, so that it can rise from one version
/// to the next without shutting anybody out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// A station's: 64 MiB, three passes. 0.3 to 1 s on the machines in use.
    pub const STATION: Self = Self { kib: 64 << 10, passes: 3, lanes: 1 };
    /// For tests and simulations, which open hundreds of stations: worth nothing as protection.
    pub const SIMULATION: Self = Self { kib: 8, passes: 1, lanes: 1 };

    /// Whether a try costs less memory or fewer passes than at `other`.
    fn is_below(self, other: Self) -> bool {
        self.kib < other.kib || self.passes < other.passes
    }

    /// A damaged or forged file must not ask for more than a laptop has: at most 1 GiB, 64 passes, 16 lanes.
    fn params(self) -> Option<Params> {
        let bearable = self.kib <= 1 << 20 && self.passes <= 64 && self.lanes <= 16;
        bearable.then(|| Params::new(self.kib, self.passes, self.lanes, Some(32)).ok()).flatten()
    }
}

/// One person's wrap: Argon2id of the PIN opens a ChaCha20-Poly1305 box with the database key.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wrap {
    cost: Cost,
    salt: Hex<16>,
    nonce: Hex<12>,
    sealed: Hex<32>,
    tag: Hex<16>,
}

impl Wrap {
    /// Locks the key. `owner` says whose wrap of which station it is; under another owner it does not open.
    pub(super) fn seal(
        key: &DatabaseKey,
        pin: &Pin,
        owner: &[u8],
        cost: Cost,
        chance: [u8; CHANCE],
    ) -> Result<Self, VaultFault> {
        let (mut salt, mut nonce) = ([0; 16], [0; 12]);
        salt.copy_from_slice(&chance[..16]);
        nonce.copy_from_slice(&chance[16..]);
        let cipher = derive(pin, &salt, cost)?;
        let mut sealed = Zeroizing::new(*key.as_bytes());
        let tag = cipher
            .encrypt_inout_detached(&Nonce::from(nonce), owner, sealed.as_mut_slice().into())
            .map_err(|_| VaultFault::Io)?;
        Ok(Self { cost, salt: Hex(salt), nonce: Hex(nonce), sealed: Hex(*sealed), tag: Hex(tag.into()) })
    }

    /// Opens the wrap; `None` when the PIN is wrong or something was changed, which cannot be told apart.
    pub(super) fn open(&self, pin: &Pin, owner: &[u8]) -> Result<Option<DatabaseKey>, VaultFault> {
        let cipher = derive(pin, &self.salt.0, self.cost)?;
        let mut opened = Zeroizing::new(self.sealed.0);
        let (nonce, tag) = (Nonce::from(self.nonce.0), Tag::from(self.tag.0));
        let right = cipher.decrypt_inout_detached(&nonce, owner, opened.as_mut_slice().into(), &tag).is_ok();
        Ok(right.then(|| DatabaseKey::new(*opened)))
    }

    /// Whether it was made cheaper than wraps are made today.
    pub(super) fn is_cheaper_than(&self, cost: Cost) -> bool {
        self.cost.is_below(cost)
    }
}

/// The slow step. Its memory is wiped afterwards, as the library leaves it behind.
fn derive(pin: &Pin, salt: &[u8; 16], cost: Cost) -> Result<ChaCha20Poly1305, VaultFault> {
    let params = cost.params().ok_or(VaultFault::Damaged)?;
    let mut memory = Zeroizing::new(Vec::new());
    memory.try_reserve_exact(params.block_count()).map_err(|_| VaultFault::Io)?;
    memory.resize(params.block_count(), Block::default());
    let mut bytes = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(pin.as_bytes(), salt, bytes.as_mut_slice(), memory.as_mut_slice())
        .map_err(|_| VaultFault::Damaged)?;
    Ok(ChaCha20Poly1305::new(&Key::from(*bytes)))
}
