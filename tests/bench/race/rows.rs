//! What both ends show after a workload: whether it is the same, and whether something that somebody wrote is in neither.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::bench::corpus::{Case, Edit};

/// What one end shows: each case by its hash, and in full those that edits are about.
pub struct Shown {
    hashes: HashMap<String, u64>,
    edited: HashMap<String, Case>,
}

impl Shown {
    /// Reads rows of JSON; cases of `edits` are kept whole.
    pub fn read(file: &Path, edits: &[&Edit]) -> Result<Self> {
        let wanted: HashSet<&str> = edits.iter().map(|edit| edit.case.as_str()).collect();
        let lines = BufReader::new(File::open(file).with_context(|| file.display().to_string())?).lines();
        let (mut hashes, mut edited) = (HashMap::new(), HashMap::new());
        for line in lines {
            // Through the type, so that the order of members does not count.
            let case: Case = serde_json::from_str(&line?)?;
            let mut hasher = DefaultHasher::new();
            serde_json::to_string(&case)?.hash(&mut hasher);
            hashes.insert(case.id.clone(), hasher.finish());
            if wanted.contains(case.id.as_str()) {
                edited.insert(case.id.clone(), case);
            }
        }
        Ok(Self { hashes, edited })
    }

    /// How many cases there are.
    pub fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// Whether another end shows the same cases in the same state.
    pub fn is_equal(&self, other: &Self) -> bool {
        self.hashes == other.hashes
    }

    /// Edits of which something is not in sight. Where both sides set one field, either value may stand.
    pub fn hidden(&self, edits: &[&Edit]) -> usize {
        let mut allowed: BTreeMap<(&str, &str), BTreeSet<String>> = BTreeMap::new();
        for edit in edits {
            for (field, value) in &edit.set {
                allowed.entry((&edit.case, field)).or_default().insert(value.to_string());
            }
        }
        let in_sight = |edit: &Edit| {
            let Some(case) = self.edited.get(&edit.case) else { return false };
            let told = case.events.iter().any(|event| event.id == edit.event.id)
                && case.notes.iter().any(|note| note.id == edit.note.id && note.text == edit.note.text);
            let row = serde_json::to_value(case).unwrap_or_default();
            let stands = |field: &str| {
                let at = row.pointer(&format!("/{}", field.replace('.', "/"))).map(Value::to_string);
                at.is_some_and(|at| allowed.get(&(edit.case.as_str(), field)).is_some_and(|all| all.contains(&at)))
            };
            let told = told && (edit.photo.is_none() || case.photos > 0);
            told && edit.set.keys().all(|field| stands(field))
        };
        edits.iter().filter(|edit| !in_sight(edit)).count()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::bench::corpus::Corpus;

    fn written(cases: &[Case]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let rows: String = cases.iter().map(|case| serde_json::to_string(case).unwrap() + "\n").collect();
        fs::write(file.path(), rows).unwrap();
        file
    }

    fn with(case: &Case, edit: &Edit) -> Case {
        let mut row = serde_json::to_value(case).unwrap();
        for (field, value) in &edit.set {
            *row.pointer_mut(&format!("/{}", field.replace('.', "/"))).unwrap() = value.clone();
        }
        let mut case: Case = serde_json::from_value(row).unwrap();
        case.events.push(edit.event.clone());
        case.notes.push(edit.note.clone());
        case
    }

    #[test]
    fn an_edit_is_hidden_when_any_part_of_it_is_out_of_sight() {
        let corpus = Corpus::made(60, 1).unwrap();
        let (edit, _) = corpus.edits_of("W3", "hub").next().unwrap();
        let before = corpus.cases.iter().map(|(case, _)| case).find(|case| case.id == edit.case).unwrap();
        let hidden = |case: &Case| {
            let file = written(std::slice::from_ref(case));
            Shown::read(file.path(), &[edit]).unwrap().hidden(&[edit])
        };
        let after = with(before, edit);
        assert_eq!(hidden(&after), 0, "all of it is there");
        assert_eq!(hidden(before), 1, "nothing of it is");
        assert_eq!(hidden(&Case { status: "草稿".into(), ..after.clone() }), 1, "the field has another value");
        assert_eq!(hidden(&Case { notes: before.notes.clone(), ..after }), 1, "the note is gone");
    }

    #[test]
    fn ends_are_equal_whatever_the_order_of_rows_and_differ_by_one_letter() {
        let corpus = Corpus::made(3, 1).unwrap();
        let mut cases: Vec<Case> = corpus.cases.into_iter().map(|(case, _)| case).collect();
        let shown = |cases: &[Case]| Shown::read(written(cases).path(), &[]).unwrap();
        let here = shown(&cases);
        cases.reverse();
        assert!(here.is_equal(&shown(&cases)), "order is no difference");
        cases[0].channel.push('。');
        assert!(!here.is_equal(&shown(&cases)), "a letter is");
        assert!(!here.is_equal(&shown(&cases[1..])), "a missing case is");
    }
}
