//! What a person types to open the station.

use std::fmt;

use zeroize::Zeroizing;

use super::VaultFault;

/// Fewest characters (R219).
const FEWEST: usize = 6;
/// Most characters: more is a stuck key or a pasted page.
const MOST: usize = 64;

/// A PIN or password as typed. Wiped from memory when dropped; never printed.
///
/// Full-width forms, which a Chinese input method gives for the same keys, count as the plain ones.
pub struct Pin(Zeroizing<String>);

impl Pin {
    /// Takes what was typed.
    pub fn new(typed: String) -> Self {
        let typed = Zeroizing::new(typed);
        // Never grows while it is filled: a plain form is no longer than its full-width one.
        let mut plain = Zeroizing::new(String::with_capacity(typed.len()));
        plain.extend(typed.chars().map(narrow));
        Self(plain)
    }

    /// Whether it may be chosen: long enough, and neither one character repeated nor a plain run such as `123456`,
    /// `fedcba` or `567890`.
    pub fn check(&self) -> Result<(), VaultFault> {
        let count = self.0.chars().count();
        let steps = || self.0.chars().zip(self.0.chars().skip(1)).map(|(one, next)| step(one, next));
        let simple = [0, 1, -1].iter().any(|way| steps().all(|step| step == *way));
        if (FEWEST..=MOST).contains(&count) && !simple { Ok(()) } else { Err(VaultFault::WeakPin) }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PIN")
    }
}

/// The half-width form of a character that has one.
fn narrow(typed: char) -> char {
    match typed {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => u32::from(typed).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(typed),
        plain => plain,
    }
}

/// How far one character lies from the next. On the keyboard 0 follows 9.
fn step(one: char, next: char) -> i64 {
    match (one, next) {
        ('9', '0') => 1,
        ('0', '9') => -1,
        _ => i64::from(u32::from(next)) - i64::from(u32::from(one)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_long_and_simple_pins_are_refused_and_others_are_not() {
        let long = "长".repeat(65);
        for weak in [
            "",
            "73910",
            "111111",
            "123456",
            "654321",
            "567890",
            "098765",
            "abcdef",
            "一一一一一一",
            "１２３４５６",
            &long,
        ] {
            assert_eq!(Pin::new(weak.to_owned()).check(), Err(VaultFault::WeakPin), "{weak}");
        }
        for good in ["739104", "112233", "123465", "石心代办好用", &"ab".repeat(32)] {
            assert_eq!(Pin::new(good.to_owned()).check(), Ok(()), "{good}");
        }
    }

    #[test]
    fn full_width_digits_are_the_same_pin() {
        let (wide, plain) = (Pin::new("７３９１０４".to_owned()), Pin::new("739104".to_owned()));
        assert_eq!(wide.as_bytes(), plain.as_bytes(), "the input method does not lock anybody out");
    }

    #[test]
    fn a_pin_does_not_print_itself() {
        assert_eq!(format!("{:?}", Pin::new("739104".to_owned())), "PIN", "logs may print what holds one");
    }
}
