//! Mutants: real bytes with a few things gone wrong in them, by chance that follows from a seed.

use crate::sim::Dice;

/// Numbers on which programs stumble, as they are written in one byte, in several, and as variable-length numbers.
const NUMBERS: [&[u8]; 16] = [
    &[0],
    &[1],
    &[0x7F],
    &[0x80],
    &[0xFF],
    &[0xFF, 0xFF],
    &[0x7F, 0xFF],
    &[0xFF, 0xFF, 0xFF, 0xFF],
    &[0xFF, 0xFF, 0xFF, 0x7F],
    &[0x80, 0x80, 0x80, 0x80, 0x08],
    &[0xFF, 0xFF, 0xFF, 0xFF, 0x07],
    &[0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
    &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
    &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7F],
    &[0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
    &[0x40],
];

/// No mutant is longer than this beyond its sample.
const LONGER: usize = 4_096;

/// A mutant of one of these samples.
pub fn mutant(samples: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.pick(samples).cloned().unwrap_or_default();
    let most = bytes.len() + LONGER;
    // Most have one thing wrong, so that the rest of them is still read.
    let times = dice.weighted(&[(50, 1), (20, 2), (15, 4), (10, 8), (5, 24)]).unwrap_or(1);
    for _ in 0..times {
        change(&mut bytes, samples, dice);
        bytes.truncate(most);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, samples: &[Vec<u8>], dice: &mut Dice) {
    if bytes.is_empty() {
        return bytes.push(dice.below(256).to_le_bytes()[0]);
    }
    let at = dice.below(bytes.len());
    match dice.below(9) {
        0 | 1 => bytes[at] ^= 1 << dice.below(8),
        2 => bytes[at] = dice.below(256).to_le_bytes()[0],
        3 => bytes[at] = bytes[at].wrapping_add(if dice.percent(50) { 1 } else { 255 }),
        4 => {
            let number = dice.pick(&NUMBERS).copied().unwrap_or(&[0]);
            let end = (at + number.len()).min(bytes.len());
            bytes.splice(at..end, number.iter().copied());
        }
        5 => {
            let number = dice.pick(&NUMBERS).copied().unwrap_or(&[0]);
            bytes.splice(at..at, number.iter().copied());
        }
        6 => drop(bytes.drain(at..reach(at, bytes.len(), dice))),
        7 => {
            let part = bytes[at..reach(at, bytes.len(), dice)].to_vec();
            let to = dice.below(bytes.len());
            bytes.splice(to..to, part);
        }
        _ => {
            let other = dice.pick(samples).cloned().unwrap_or_default();
            let from = dice.below(other.len().max(1)).min(other.len());
            let part = other[from..reach(from, other.len(), dice)].to_vec();
            let end = (at + part.len()).min(bytes.len());
            bytes.splice(at..end, part);
        }
    }
}

/// The end of a stretch: mostly a few bytes, now and then everything that is left.
fn reach(from: usize, length: usize, dice: &mut Dice) -> usize {
    let most = dice.weighted(&[(60, 4), (30, 40), (10, usize::MAX)]).unwrap_or(4);
    (from + 1).saturating_add(dice.below(most)).min(length)
}
