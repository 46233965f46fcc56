//! Finding an item by what the resident says or what the agent types (R8). Four hundred items need no index.

use serde::{Deserialize, Serialize};

use super::{Catalogue, Item};
use crate::ids::ItemCode;

/// A word people use for an item that its name does not hold, such as 老人钱 for the old-age allowance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spoken {
    /// The word.
    pub word: String,
    /// The item that is meant.
    pub item: ItemCode,
}

/// How well an item fits, best first. Within one rank items stand in the order of their codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Exact,
    Begins,
    Holds,
    Spoken,
    /// One sign is wrong or missing.
    Nearly,
}

impl Catalogue {
    /// Items that fit `text`, the best first: code, part of the name, part of the pinyin initials, or a name with one
    /// sign wrong or missing. Nothing typed finds everything.
    pub fn find(&self, text: &str) -> Vec<&Item> {
        self.find_spoken(text, &[])
    }

    /// As [`Self::find`], with a table of spoken words.
    pub fn find_spoken(&self, text: &str, spoken: &[Spoken]) -> Vec<&Item> {
        let wanted: String = text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>().to_lowercase();
        if wanted.is_empty() {
            return self.items().iter().collect();
        }
        let meant = |item: &Item| spoken.iter().any(|entry| entry.item == item.code && entry.word.contains(&wanted));
        let rank = |item| by_text(item, &wanted).or_else(|| meant(item).then_some(Rank::Spoken));
        let mut found: Vec<_> = self.items().iter().filter_map(|item| Some((rank(item)?, item))).collect();
        if found.is_empty() {
            found.extend(
                self.items().iter().filter(|item| holds_nearly(&item.name, &wanted)).map(|item| (Rank::Nearly, item)),
            );
        }
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, item)| item).collect()
    }
}

fn by_text(item: &Item, wanted: &str) -> Option<Rank> {
    let code = item.code.as_str().to_lowercase();
    let texts = [item.name.to_lowercase(), item.initials.clone(), code.replace('-', ""), code];
    let rank = |text: &String| match text.find(wanted)? {
        0 if text.len() == wanted.len() => Some(Rank::Exact),
        0 => Some(Rank::Begins),
        _ => Some(Rank::Holds),
    };
    texts.iter().filter_map(rank).min()
}

/// Whether a part of `name` differs from `wanted` by one sign that is wrong, missing or too many. Words of fewer than
/// three signs are not bent: nearly everything would fit them.
fn holds_nearly(name: &str, wanted: &str) -> bool {
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let wanted: Vec<char> = wanted.chars().collect();
    let width = wanted.len();
    if width < 3 {
        return false;
    }
    (width - 1..=width + 1).any(|part| name.windows(part).any(|text| differs_by_one(text, &wanted)))
}

fn differs_by_one(a: &[char], b: &[char]) -> bool {
    let same_head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let same_tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let longer = a.len().max(b.len());
    a.len().abs_diff(b.len()) <= 1 && same_head + same_tail + 1 >= longer
}
