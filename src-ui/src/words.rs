//! Words on screens, by key. All Chinese text lives in `assets/words/zh.json`, a file beside the program that is read before the first
//! view is made; a view names a key and its arguments.
//!
//! Nothing here can fail: a missing key shows itself, a missing argument leaves its placeholder. The tests below see to
//! it that neither happens.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::OnceLock;

use serde_json::Value;

static WORDS: OnceLock<HashMap<String, String>> = OnceLock::new();

/// `t!("today.empty")`, or with named arguments `t!("today.due", n = 3)`.
#[macro_export]
macro_rules! t {
    ($key:literal) => { $crate::words::text($key) };
    ($key:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::words::fill($crate::words::text($key), &[$((stringify!($name), &$value as &dyn std::fmt::Display)),+])
    };
}

/// Takes in the file of words, once. Answers nothing if it is none: a program that only shows keys must not begin.
pub fn take_in(file: &str) -> Option<()> {
    let mut flat = HashMap::new();
    flatten(String::new(), &serde_json::from_str(file).ok()?, &mut flat);
    let _taken_in_before = WORDS.set(flat);
    Some(())
}

fn words() -> &'static HashMap<String, String> {
    #[cfg(test)]
    let _there = take_in(include_str!("../../assets/words/zh.json"));
    WORDS.get_or_init(HashMap::new)
}

fn flatten(prefix: String, value: &Value, into: &mut HashMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(key, member, into);
            }
        }
        Value::String(text) => {
            into.insert(prefix, text.clone());
        }
        _ => {}
    }
}

/// The text under `key`.
pub fn text(key: &'static str) -> &'static str {
    words().get(key).map_or(key, String::as_str)
}

/// The text of one member of a family of codes, such as `one_of("stage", "received")`, if there is one.
pub fn one_of(family: &str, code: &str) -> Option<&'static str> {
    words().get(&format!("{family}.{code}")).map(String::as_str)
}

/// Puts arguments into `{name}` placeholders.
pub fn fill(text: &str, args: &[(&str, &dyn Display)]) -> String {
    args.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), &value.to_string()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    fn sources(folder: &Path, into: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, into);
            } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("words.rs") {
                into.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    fn named(source: &str, call: &str) -> BTreeSet<String> {
        source
            .match_indices(call)
            .filter_map(|(at, _)| {
                // `format!(` ends as `t!(` does.
                if source[..at].ends_with(|before: char| before.is_alphanumeric()) {
                    return None;
                }
                let rest = source[at + call.len()..].trim_start();
                Some(rest.strip_prefix('"')?.split('"').next()?.to_owned())
            })
            .collect()
    }

    #[test]
    fn every_word_asked_for_exists_and_every_word_that_exists_is_asked_for() {
        let mut source = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
        let (keys, families) = (named(&source, "t!("), named(&source, "one_of("));
        let missing: Vec<_> = keys.iter().filter(|key| !words().contains_key(*key)).collect();
        assert_eq!(missing, Vec::<&String>::new(), "keys without words");
        let in_family = |key: &str| families.iter().any(|family| key.starts_with(&format!("{family}.")));
        let unused: Vec<_> = words().keys().filter(|key| !keys.contains(*key) && !in_family(key)).collect();
        assert_eq!(unused, Vec::<&String>::new(), "words nobody asks for");
    }

    #[test]
    fn what_is_no_file_of_words_is_not_taken_in() {
        for file in ["", "<!doctype html><title>404</title>", "{ \"app\": { \"title\": \"ab"] {
            assert_eq!(take_in(file), None, "{file}");
        }
    }

    #[test]
    fn arguments_go_into_their_places() {
        assert_eq!(fill("{a} 件，共 {b} 件", &[("a", &1), ("b", &20)]), "1 件，共 20 件");
    }

    #[test]
    fn r99_what_is_said_to_somebody_is_short_and_has_no_words_of_the_law() {
        let said: Vec<_> = words().iter().filter(|(key, _)| key.starts_with("spoken.")).collect();
        assert!(said.len() > 5, "{}", said.len());
        for (key, text) in said {
            assert!(text.chars().count() <= 150, "{key} is longer than anybody listens");
            for bad in ["第", "条例", "依法", "申请人", "受理", "《", "法定"] {
                assert!(!text.contains(bad), "{key} says {bad}");
            }
        }
    }

    #[test]
    fn the_words_are_plain() {
        for (key, text) in words() {
            for bad in ["请您知悉", "进行操作", "提交成功", "格式错误", "！", "·", "…"] {
                assert!(!text.contains(bad), "{key} says {bad}");
            }
        }
    }
}
