//! What a process did to the files of a folder, call by call, as `strace` tells it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use daiban_model::ids::CaseId;

use super::clerk::{Said, Script};
use crate::world::must;

/// Something that happened, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Bytes were written at a place; `None` goes on from where this file was left.
    Write { file: String, at: Option<usize>, bytes: Vec<u8> },
    /// A file was cut to a length.
    Cut { file: String, length: usize },
    /// A file was made, or emptied.
    Make { file: String },
    /// A name went.
    Remove { file: String },
    /// A name was given to another file.
    Rename { from: String, to: String },
    /// A file's content is on the disk.
    Sync { file: String },
    /// The folder's names are on the disk.
    SyncFolder,
    /// An act was confirmed to a person.
    Confirmed(u32, CaseId),
}

/// Calls that change files. One that is not understood below is a fault of the rig.
const CALLS: &str = "openat,write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,ftruncate,fallocate,unlink,unlinkat,\
                     rename,renameat,renameat2,copy_file_range,sync_file_range";

/// Lets a clerk do its script and answers what happened in its folder.
pub(super) fn recorded(program: &Path, script: &Script) -> Vec<Step> {
    let folder = must("a folder", tempfile::tempdir());
    let file = folder.path().join("trace");
    let mut strace = Command::new("strace");
    strace.args(["-qq", "-y", "-xx", "-s", "1048576", "-e"]).arg(format!("trace={CALLS}")).arg("-o").arg(&file);
    strace.arg(program).args(script.words()).stdin(Stdio::null()).stdout(Stdio::null());
    let status = must("strace is installed and may trace", strace.status());
    assert!(status.success(), "a clerk under strace: {status}");
    let lines = BufReader::new(must("a trace", std::fs::File::open(&file))).lines();
    let mut steps = Vec::new();
    for line in lines.map_while(Result::ok) {
        steps.extend(step(&line, &script.folder));
    }
    steps
}

/// One line; nothing when it is about another place, failed, or only reads.
fn step(line: &str, folder: &Path) -> Option<Step> {
    let (call, rest) = line.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(") = ")?;
    if result.starts_with('-') {
        return None;
    }
    let parts: Vec<&str> = arguments.split(", ").collect();
    let inside = |path: String| {
        let path = Path::new(&path).strip_prefix(folder).ok()?.to_str()?.to_owned();
        (!path.ends_with("-shm")).then_some(path)
    };
    let of = |part: &str| inside(text(part.split_once('<')?.1.strip_suffix('>')?)?);
    let named = |part: &str| inside(text(part.strip_prefix('"')?.strip_suffix('"')?)?);
    let number = |part: &str| part.parse::<usize>().ok();
    match call {
        "openat" => {
            let made = parts.get(2)?.contains("O_CREAT");
            // An existing file that is opened with leave to make one keeps its content unless it is emptied.
            let emptied = parts.get(2)?.contains("O_TRUNC") || parts.get(2)?.contains("O_EXCL");
            let file = named(parts.get(1)?)?;
            match (made, emptied) {
                (true, true) => Some(Step::Make { file }),
                (true, false) => Some(Step::Write { file, at: Some(0), bytes: Vec::new() }),
                _ => None,
            }
        }
        "write" if parts.first()?.starts_with("1<") => {
            match Said::read(bytes(parts.get(1)?).as_deref().map(trimmed)?) {
                Some(Said::Confirmed(act, case)) => Some(Step::Confirmed(act, case)),
                _ => None,
            }
        }
        "write" => Some(Step::Write { file: of(parts.first()?)?, at: None, bytes: bytes(parts.get(1)?)? }),
        "pwrite64" => {
            let (file, at) = (of(parts.first()?)?, number(parts.get(3)?));
            Some(Step::Write { file, at, bytes: bytes(parts.get(1)?)? })
        }
        "fsync" | "fdatasync" => {
            let file = of(parts.first()?)?;
            Some(if file.is_empty() { Step::SyncFolder } else { Step::Sync { file } })
        }
        "ftruncate" => Some(Step::Cut { file: of(parts.first()?)?, length: number(parts.get(1)?)? }),
        "unlink" => Some(Step::Remove { file: named(parts.first()?)? }),
        "rename" => Some(Step::Rename { from: named(parts.first()?)?, to: named(parts.get(1)?)? }),
        other => match of(parts.first()?) {
            Some(file) => panic!("a call that this rig does not know: {other} of {file}"),
            None => None,
        },
    }
}

fn trimmed(line: &[u8]) -> &str {
    std::str::from_utf8(line).unwrap_or_default().trim_end()
}

fn bytes(part: &str) -> Option<Vec<u8>> {
    hex(part.strip_prefix('"')?.strip_suffix('"')?)
}

fn text(hexed: &str) -> Option<String> {
    String::from_utf8(hex(hexed)?).ok()
}

/// `\x2f\x74…`
fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let one = |four: &[u8]| match four {
        [b'\\', b'x', high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(4).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hexed(text: &str) -> String {
        text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
    }

    #[test]
    fn calls_are_read_as_strace_writes_them() {
        let folder = Path::new("/d");
        let wal = hexed("/d/x.db-wal");
        let line = format!("pwrite64(4<{wal}>, \"\\x00\\xff\", 2, 32) = 2");
        let write = Step::Write { file: "x.db-wal".into(), at: Some(32), bytes: vec![0, 255] };
        assert_eq!(step(&line, folder), Some(write));
        assert_eq!(step(&format!("fsync(4<{wal}>) = 0"), folder), Some(Step::Sync { file: "x.db-wal".into() }));
        assert_eq!(step(&format!("fsync(4<{}>) = 0", hexed("/d")), folder), Some(Step::SyncFolder));
        assert_eq!(step(&format!("unlink(\"{wal}\") = -1 ENOENT (No such file)"), folder), None, "it did not happen");
        assert_eq!(step(&format!("pwrite64(4<{}>, \"\\x00\", 1, 0) = 1", hexed("/e/x")), folder), None, "elsewhere");
        let said = hexed("ack 7 019cac0f268077eca2d0df8fca5b0784\n");
        let confirmed = step(&format!("write(1<{}>, \"{said}\", 39) = 39", hexed("pipe:[7]")), folder);
        assert!(matches!(confirmed, Some(Step::Confirmed(7, _))), "{confirmed:?}");
    }
}
