//! The texts of a pack. A2

use std::collections::HashMap;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::{Pack, attached_name};

/// The words of the screens: a pack tells an act by the same name as the case's page did.
const WORDS: &str = include_str!("../../../assets/words/zh.json");

/// The name of an act by its kind, such as `received`; the kind itself for one of a newer version.
pub fn act_word(kind: &str) -> String {
    static STORY: OnceLock<HashMap<String, String>> = OnceLock::new();
    let words = STORY.get_or_init(|| {
        let all: Value = serde_json::from_str(WORDS).unwrap_or_default();
        let story = all.get("story").and_then(Value::as_object).cloned().unwrap_or_default();
        story.into_iter().filter_map(|(kind, word)| Some((kind, word.as_str()?.to_owned()))).collect()
    });
    words.get(kind).cloned().unwrap_or_else(|| kind.to_owned())
}

/// One line each. A text that somebody typed stays on its line.
pub(super) fn lines(all: &[String]) -> String {
    all.iter().map(|line| [one_line(line).as_str(), "\n"].concat()).collect()
}

fn one_line(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

pub(super) fn metadata_text(pack: &Pack) -> String {
    let all: Vec<String> = pack.metadata.iter().map(|(_, name, value)| format!("{name}：{value}")).collect();
    lines(&all)
}

/// In the order of the keys' alphabet, as every reader of JSON may put them.
pub(super) fn metadata_json(pack: &Pack) -> String {
    let map: Map<String, Value> =
        pack.metadata.iter().map(|(key, _, value)| ((*key).to_owned(), Value::String(value.clone()))).collect();
    serde_json::to_string_pretty(&Value::Object(map)).unwrap_or_default()
}

/// The papers in order, each with its attachments; then what belongs to no paper.
pub(super) fn papers(pack: &Pack) -> String {
    let mut all = Vec::new();
    let named = |paper: &str| -> Vec<String> {
        let files = (1..).zip(&pack.files).filter(|(_, file)| file.paper == paper);
        files.map(|(n, file)| format!("    {} {}", attached_name(n, file.kind), file.label)).collect()
    };
    for (n, (paper, state)) in (1..).zip(&pack.papers) {
        all.push(format!("{n:02} {paper} {state}"));
        all.extend(named(paper));
    }
    let others = pack.files.iter().map(|file| file.paper.as_str());
    let mut others: Vec<&str> = others.filter(|name| pack.papers.iter().all(|(paper, _)| paper != name)).collect();
    others.dedup();
    for paper in others {
        all.push(format!("-- {}", if paper.is_empty() { "其他" } else { paper }));
        all.extend(named(paper));
    }
    lines(&all)
}
