//! An enrolment code: twelve letters that the hub knows, and eight by which a station knows the district.
//!
//! - E1: the last eight never leave the station. They are a check of the district's root key, made from the key and the first twelve: who
//!   would pass for the district must know the code, and then still search for a key that fits it, at the cost of a PIN each time.
//! - E2: the first twelve are shown to nobody who has not shown a root key that the check fits, and a hub's certificate by it.
//!
//! A code of before has no check. It serves on the very machine of the hub, where nobody stands in between.

use argon2::{Algorithm, Argon2, Params, Version};

/// Letters that are not taken for one another when read aloud or typed.
const ALPHABET: &[u8; 30] = b"ABCDEFGHJKMNPQRSTUVWXYZ2345678";
/// Letters the hub knows: 58 bits.
const SECRET: usize = 12;
/// Letters of the check: 39 bits, each try of which costs [`COST`].
const CHECK: usize = 8;
/// KiB and passes of one try; a tenth of a second on the machines in use.
const COST: (u32, u32) = (19 << 10, 2);

/// A code as it was typed.
#[derive(Clone, PartialEq, Eq)]
pub struct Code {
    letters: String,
    check: String,
}

impl Code {
    /// Reads what was typed: small letters and separators do not matter.
    pub fn read(typed: &str) -> Self {
        let mut letters: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
        letters.make_ascii_uppercase();
        let check = letters.split_off(letters.len().min(SECRET));
        Self { letters, check }
    }

    /// What the hub knows.
    pub fn letters(&self) -> &str {
        &self.letters
    }

    /// Whether it tells the district's key.
    pub fn has_check(&self) -> bool {
        !self.check.is_empty()
    }

    /// Whether its check fits a root key. E1. Slow on purpose.
    pub fn vouches_for(&self, root: &[u8; 32]) -> bool {
        self.has_check() && check(&self.letters, root).is_some_and(|check| check == self.check)
    }
}

/// New letters of chance, in groups of four.
pub(super) fn draw(chance: [u8; 16]) -> String {
    grouped(&spelled(u128::from_le_bytes(chance), SECRET))
}

/// A code with the check of a root key, as it is printed and typed.
pub(super) fn with_check(code: &str, root: &[u8; 32]) -> Option<String> {
    let Code { letters, .. } = Code::read(code);
    let check = check(&letters, root)?;
    Some(grouped(&(letters + &check)))
}

/// `None` where the letters are too few to be a code.
fn check(letters: &str, root: &[u8; 32]) -> Option<String> {
    let (kib, passes) = COST;
    let params = Params::new(kib, passes, 1, Some(16)).ok()?;
    let mut bytes = [0; 16];
    let salt = blake3::derive_key("daiban enrolment check v1", letters.as_bytes());
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into(root, &salt, &mut bytes).ok()?;
    (letters.len() == SECRET).then(|| spelled(u128::from_le_bytes(bytes), CHECK))
}

fn spelled(mut number: u128, many: usize) -> String {
    let base = ALPHABET.len() as u128;
    let mut letters = String::with_capacity(many);
    for _ in 0..many {
        let index = usize::try_from(number % base).unwrap_or(0);
        letters.push(char::from(ALPHABET[index]));
        number /= base;
    }
    letters
}

fn grouped(letters: &str) -> String {
    let groups: Vec<&str> =
        (0..letters.len()).step_by(4).filter_map(|at| letters.get(at..(at + 4).min(letters.len()))).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_its_district_from_others_however_it_is_typed() {
        let printed = with_check("ABCD-EFGH-JKMN", &[7; 32]).unwrap();
        assert_eq!(printed.len(), 24, "five groups of four: {printed}");
        assert!(printed.starts_with("ABCD-EFGH-JKMN-"), "{printed}");
        let typed = Code::read(&printed.to_lowercase().replace('-', " "));
        assert_eq!(typed.letters(), "ABCDEFGHJKMN");
        assert!(typed.vouches_for(&[7; 32]), "its own");
        assert!(!typed.vouches_for(&[8; 32]), "another one");
        let slip = Code::read(&printed.replacen("JKMN", "JKMP", 1));
        assert!(!slip.vouches_for(&[7; 32]), "a letter typed wrong is noticed before the code is shown to anybody");
    }

    #[test]
    fn a_code_of_before_vouches_for_nobody() {
        let old = Code::read("ABCD-EFGH-JKMN");
        assert!(!old.has_check() && !old.vouches_for(&[7; 32]));
        assert_eq!(with_check("ABCD", &[7; 32]), None, "too few letters are no code");
    }
}
