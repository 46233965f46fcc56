//! How the window was started.

use std::path::PathBuf;

/// Options of the command line. All are for demonstrations and tests; an installed program is started without any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// `--data DIR`: the station's folder.
    pub(crate) data: PathBuf,
    /// `--enrol URL#CODE`: what first run proposes.
    pub(crate) enrol: Option<(String, String)>,
    /// Whether a second start raises the first window. With a folder of its own a station stands for itself.
    pub(crate) alone: bool,
}

/// Why the window cannot start so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadOptions {
    #[error("`{0}` is not an option; there are --data DIR and --enrol URL#CODE")]
    Unknown(String),
    #[error("`{0}` needs a value")]
    NoValue(&'static str),
    #[error("--enrol needs an address, a #, and a code")]
    NoCode,
    #[error("this system has no place for a program's data; start with --data DIR")]
    NoPlace,
}

impl Options {
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self, BadOptions> {
        let (mut data, mut enrol) = (None, None);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--data" => data = Some(PathBuf::from(words.next().ok_or(BadOptions::NoValue("--data"))?)),
                "--enrol" => {
                    let text = words.next().ok_or(BadOptions::NoValue("--enrol"))?;
                    let (hub, code) = text.rsplit_once('#').ok_or(BadOptions::NoCode)?;
                    enrol = Some((hub.to_owned(), code.to_owned()));
                }
                _ => return Err(BadOptions::Unknown(word)),
            }
        }
        let alone = data.is_none();
        let data = data.or_else(own_place).ok_or(BadOptions::NoPlace)?;
        Ok(Self { data, enrol, alone })
    }
}

/// The folder for data of this program and person.
fn own_place() -> Option<PathBuf> {
    let (base, rest) = if cfg!(windows) {
        ("LOCALAPPDATA", "daiban")
    } else if let Some(base) = std::env::var_os("XDG_DATA_HOME") {
        return Some(PathBuf::from(base).join("daiban"));
    } else {
        ("HOME", ".local/share/daiban")
    };
    Some(PathBuf::from(std::env::var_os(base)?).join(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str]) -> Result<Options, BadOptions> {
        Options::read(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn a_demonstration_names_its_folder_and_its_code() {
        let options = read(&["--data", "x", "--enrol", "http://127.0.0.1:1#ABCD-EFGH-JKMN"]).unwrap();
        assert_eq!(options.enrol, Some(("http://127.0.0.1:1".into(), "ABCD-EFGH-JKMN".into())));
        assert!(!options.alone, "a station in its own folder stands beside others");
    }

    #[test]
    fn a_word_that_is_no_option_is_named() {
        assert_eq!(read(&["--date", "x"]), Err(BadOptions::Unknown("--date".into())));
        assert_eq!(read(&["--data"]), Err(BadOptions::NoValue("--data")));
        assert_eq!(read(&["--enrol", "http://127.0.0.1"]), Err(BadOptions::NoCode));
    }
}
