//! The way back in for somebody who forgot a PIN: a code that opens the station, kept sealed for the district alone.
//!
//! - R1: the code is random, 120 bits, and stored nowhere in clear. At the station it is a wrap of the database key and a box that
//!   only the district's root key opens; the hub keeps a copy of the box.
//! - R2: wrap and box are written together, so that the code the district reads out is the code that opens.
//! - R3: a code that has opened the station once is replaced by another one.

use std::fmt;

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, Key, KeyInit, Nonce, Tag};
use daiban_model::ids::DeviceId;
use ed25519_dalek::{SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::DatabaseKey;
use super::agree::agree;
use super::hex::Hex;

/// Bytes of a code.
const SECRET: usize = 15;
/// Letters that carry them, five bits each; one more checks the others.
const LETTERS: usize = 24;
/// Digits and letters that are not taken for one another when they are read out (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const TAG: usize = 16;
/// Bytes of a sealed box: the key made for it, the code, the tag.
const BOX: usize = 32 + SECRET + TAG;
/// Random bytes that a new code needs: the code, and the key that its box is sealed with.
pub const CHANCE: usize = SECRET + 32;

/// The code. Wiped from memory when dropped; never printed.
pub struct RecoveryCode(Zeroizing<[u8; SECRET]>);

/// What was typed is no code: a letter is wrong, missing or too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a recovery code")]
pub struct Mistyped;

impl RecoveryCode {
    /// Takes a code as it was heard: spaces, dashes, small letters, and the letters that look like digits do not matter.
    pub fn read(typed: &str) -> Result<Self, Mistyped> {
        let mut values = Zeroizing::new([0_u8; LETTERS + 1]);
        let mut count = 0;
        for sign in typed.chars().map(plain).filter(|sign| !matches!(sign, ' ' | '-' | '\u{2014}')) {
            let value = ALPHABET.iter().position(|known| char::from(*known) == sign).ok_or(Mistyped)?;
            *values.get_mut(count).ok_or(Mistyped)? = u8::try_from(value).map_err(|_| Mistyped)?;
            count += 1;
        }
        let (check, letters) = values.split_last().ok_or(Mistyped)?;
        if count != LETTERS + 1 || *check != check_of(letters) {
            return Err(Mistyped);
        }
        let mut secret = Zeroizing::new([0; SECRET]);
        for (group, bytes) in letters.chunks_exact(8).zip(secret.chunks_exact_mut(5)) {
            let bits = group.iter().fold(0_u64, |bits, value| bits << 5 | u64::from(*value));
            bytes.copy_from_slice(&bits.to_be_bytes()[3..]);
        }
        Ok(Self(secret))
    }

    /// The code as it is read out: five groups of five.
    pub fn text(&self) -> Zeroizing<String> {
        let mut values = Zeroizing::new([0_u8; LETTERS]);
        for (bytes, group) in self.0.chunks_exact(5).zip(values.chunks_exact_mut(8)) {
            let bits = bytes.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
            for (place, value) in group.iter_mut().rev().enumerate() {
                *value = (bits >> (5 * place) & 31).to_le_bytes()[0];
            }
        }
        let mut text = Zeroizing::new(String::with_capacity(LETTERS + 5));
        for (at, value) in values.iter().copied().chain([check_of(&*values)]).enumerate() {
            if at > 0 && at % 5 == 0 {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(value & 31)]));
        }
        text
    }

    /// The district's end: opens the box of a device with the root key. `None` for another district's, or one that was changed.
    pub fn open(root: &SigningKey, device: &DeviceId, sealed: &[u8]) -> Option<Self> {
        let (once, rest) = sealed.split_first_chunk::<32>()?;
        let (secret, tag) = rest.split_last_chunk::<TAG>()?;
        let mut secret = Zeroizing::new(<[u8; SECRET]>::try_from(secret).ok()?);
        let public = VerifyingKey::from_bytes(once).ok()?;
        let cipher = box_cipher(root, &public, once, device)?;
        cipher.decrypt_inout_detached(&Nonce::default(), &[], secret.as_mut_slice().into(), &Tag::from(*tag)).ok()?;
        Some(Self(secret))
    }

    /// The key of its wrap. The code has all the chance that is needed: nothing has to be made slow.
    fn wrap_cipher(&self, vault: &[u8; 16]) -> ChaCha20Poly1305 {
        let mut hasher = blake3::Hasher::new_derive_key("daiban recovery wrap v1");
        hasher.update(self.0.as_slice());
        hasher.update(vault);
        ChaCha20Poly1305::new(&Key::from(*hasher.finalize().as_bytes()))
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("recovery code")
    }
}

/// What a station keeps of its code. R1, R2
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recovery {
    key: Hex<32>,
    tag: Hex<TAG>,
    sealed: Hex<BOX>,
}

/// For whom a box is sealed, and what it opens.
pub struct Holder {
    /// The district's root key.
    pub root: [u8; 32],
    /// The station's device.
    pub device: DeviceId,
}

impl Recovery {
    /// Makes a new code and forgets it. `None` when the root key is none.
    pub(super) fn make(key: &DatabaseKey, vault: &[u8; 16], holder: &Holder, chance: [u8; CHANCE]) -> Option<Self> {
        let chance = Zeroizing::new(chance);
        let mut code = RecoveryCode(Zeroizing::new([0; SECRET]));
        code.0.copy_from_slice(&chance[..SECRET]);
        let mut once = Zeroizing::new([0; 32]);
        once.copy_from_slice(&chance[SECRET..]);
        let sealed = seal(&code, &SigningKey::from_bytes(&once), holder)?;
        let mut wrapped = Zeroizing::new(*key.as_bytes());
        let cipher = code.wrap_cipher(vault);
        // The cipher's key serves once, so the nonce can stay what it is.
        let tag = cipher.encrypt_inout_detached(&Nonce::default(), &[], wrapped.as_mut_slice().into()).ok()?;
        Some(Self { key: Hex(*wrapped), tag: Hex(tag.into()), sealed: Hex(sealed) })
    }

    /// The database key, for the right code.
    pub(super) fn open(&self, code: &RecoveryCode, vault: &[u8; 16]) -> Option<DatabaseKey> {
        let mut opened = Zeroizing::new(self.key.0);
        let cipher = code.wrap_cipher(vault);
        cipher
            .decrypt_inout_detached(&Nonce::default(), &[], opened.as_mut_slice().into(), &Tag::from(self.tag.0))
            .ok()?;
        Some(DatabaseKey::new(*opened))
    }

    /// The box that the district keeps.
    pub(super) fn sealed(&self) -> &[u8] {
        &self.sealed.0
    }
}

fn seal(code: &RecoveryCode, once: &SigningKey, holder: &Holder) -> Option<[u8; BOX]> {
    let root = VerifyingKey::from_bytes(&holder.root).ok()?;
    let public = once.verifying_key().to_bytes();
    let cipher = box_cipher(once, &root, &public, &holder.device)?;
    let mut secret = Zeroizing::new(*code.0);
    let tag = cipher.encrypt_inout_detached(&Nonce::default(), &[], secret.as_mut_slice().into()).ok()?;
    let mut sealed = [0; BOX];
    sealed[..32].copy_from_slice(&public);
    sealed[32..32 + SECRET].copy_from_slice(&*secret);
    sealed[32 + SECRET..].copy_from_slice(&tag);
    Some(sealed)
}

fn box_cipher(
    secret: &SigningKey,
    public: &VerifyingKey,
    once: &[u8; 32],
    device: &DeviceId,
) -> Option<ChaCha20Poly1305> {
    agree(secret, public, "daiban recovery box v1", &[once, &device.0])
}

/// Every weight is odd, so a single wrong letter always shows.
fn check_of(letters: &[u8]) -> u8 {
    let sum = letters.iter().zip((1_u32..).step_by(2)).map(|(value, weight)| u32::from(*value) * weight).sum::<u32>();
    (sum & 31).to_le_bytes()[0]
}

/// A sign as the alphabet has it.
fn plain(sign: char) -> char {
    let half = match sign {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => u32::from(sign).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(sign),
        other => other,
    };
    match half.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holder(root: &SigningKey) -> Holder {
        Holder { root: root.verifying_key().to_bytes(), device: DeviceId([3; 32]) }
    }

    proptest! {
        #[test]
        fn r1_every_code_is_read_back_as_it_is_read_out(secret in any::<[u8; SECRET]>()) {
            let code = RecoveryCode(Zeroizing::new(secret));
            let text = code.text();
            prop_assert_eq!(text.len(), 29, "five groups of five: {}", &*text);
            let heard = text.to_lowercase().replace('-', "  ").replace('0', "o").replace('1', "l");
            prop_assert_eq!(*RecoveryCode::read(&heard).unwrap().0, secret);
        }

        #[test]
        fn one_wrong_letter_always_shows(secret in any::<[u8; SECRET]>(), at in 0..25_usize, by in 1..32_usize) {
            let text = RecoveryCode(Zeroizing::new(secret)).text();
            let mut signs: Vec<u8> = text.bytes().filter(|sign| *sign != b'-').collect();
            let value = ALPHABET.iter().position(|known| *known == signs[at]).unwrap();
            signs[at] = ALPHABET[(value + by) % 32];
            prop_assert_eq!(RecoveryCode::read(std::str::from_utf8(&signs).unwrap()).err(), Some(Mistyped));
        }
    }

    #[test]
    fn r2_what_the_district_reads_out_opens_the_station_and_nobody_else_can_read_it() {
        let (root, other) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let key = DatabaseKey::new([9; 32]);
        let kept = Recovery::make(&key, &[4; 16], &holder(&root), [5; CHANCE]).unwrap();
        let code = RecoveryCode::open(&root, &DeviceId([3; 32]), kept.sealed()).expect("the district's own");
        let typed = RecoveryCode::read(&code.text()).unwrap();
        assert_eq!(kept.open(&typed, &[4; 16]).unwrap().as_bytes(), &[9; 32]);
        assert!(kept.open(&typed, &[6; 16]).is_none(), "another station's code");
        assert!(RecoveryCode::open(&other, &DeviceId([3; 32]), kept.sealed()).is_none(), "another district");
        assert!(RecoveryCode::open(&root, &DeviceId([8; 32]), kept.sealed()).is_none(), "another device");
        for at in 0..BOX {
            let mut changed = kept.sealed.0;
            changed[at] ^= 1;
            assert!(RecoveryCode::open(&root, &DeviceId([3; 32]), &changed).is_none(), "a bit changed at {at}");
        }
        assert!(!format!("{code:?}").contains(&*code.text()), "never printed");
    }

    #[test]
    fn what_is_no_code_is_told_from_a_code_of_another_station() {
        for typed in ["", "12345", &"0".repeat(26), "00000-00000-00000-00000-0000U", "口令"] {
            assert_eq!(RecoveryCode::read(typed).err(), Some(Mistyped), "{typed}");
        }
        assert!(RecoveryCode::read(&"0".repeat(25)).is_ok(), "all zeros check");
    }
}
