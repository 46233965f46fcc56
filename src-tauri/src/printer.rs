//! How papers leave the program on a desktop: through the printing programs of the system (CUPS), or as files in a folder of the person.
//!
//! - L1: programs are called by their full path, with words of ours and no shell between; a paper goes to them through a pipe, so that
//!   no copy of it is left on the disk.
//! - L2: a saved paper can be read by its owner alone, and never takes the place of another file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use daiban_core::engine::{Outcome, Printer, PrinterFault};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::time::timeout;

/// The folder of papers within the folder of documents.
const FOLDER: &str = "石心代办";
/// Files of one name: a paper that was saved that often is looked for among them.
const MOST_OF_A_NAME: u32 = 99;
/// A printing service that says nothing for so long is not there.
const ASKED: Duration = Duration::from_secs(10);
/// It takes a paper within this time or not at all.
const TAKEN: Duration = Duration::from_secs(60);

/// The ways out of a desktop.
pub(crate) struct Desktop {
    lp: PathBuf,
    lpstat: PathBuf,
    /// Where the person keeps documents.
    documents: Option<PathBuf>,
}

impl Desktop {
    /// Those of this system.
    pub(crate) fn of_system(documents: Option<PathBuf>) -> Self {
        Self { lp: "/usr/bin/lp".into(), lpstat: "/usr/bin/lpstat".into(), documents }
    }

    /// The printer that the person set up: the default one, or the first where none is.
    async fn queue(&self) -> Result<String, PrinterFault> {
        let default = self.lpstat("-d").await?;
        let default = default.lines().find_map(|line| line.strip_prefix("system default destination:"));
        if let Some(name) = default {
            return Ok(name.trim().to_owned());
        }
        let all = self.lpstat("-e").await?;
        all.lines().map(str::trim).find(|name| !name.is_empty()).map(str::to_owned).ok_or(PrinterFault::NoPrinter)
    }

    async fn lpstat(&self, what: &str) -> Result<String, PrinterFault> {
        let mut command = Command::new(&self.lpstat);
        // Its answer is read: in one language, whatever the desktop speaks.
        command.arg(what).env("LC_ALL", "C").stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        match timeout(ASKED, command.output()).await {
            Ok(Ok(said)) => Ok(String::from_utf8_lossy(&said.stdout).into_owned()),
            _ => Err(PrinterFault::NoPrinter),
        }
    }

    /// L1
    async fn lp(&self, title: &str, pdf: &[u8], copies: u8) -> Result<(), PrinterFault> {
        let queue = self.queue().await?;
        let mut command = Command::new(&self.lp);
        command.args(["-s", "-d", &queue, "-n", &copies.to_string(), "-t", title]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let taken = async {
            let mut child = command.spawn()?;
            if let Some(mut pipe) = child.stdin.take() {
                pipe.write_all(pdf).await?;
                pipe.shutdown().await?;
            }
            child.wait().await
        };
        match timeout(TAKEN, taken).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            _ => Err(PrinterFault::Refused),
        }
    }
}

impl Printer for Desktop {
    fn ready(&self) -> Outcome<'_, ()> {
        Box::pin(async { self.queue().await.map(drop) })
    }

    fn print<'a>(&'a self, title: &'a str, pdf: &'a [u8], copies: u8) -> Outcome<'a, ()> {
        Box::pin(self.lp(title, pdf, copies))
    }

    fn save<'a>(&'a self, title: &'a str, pdf: &'a [u8]) -> Outcome<'a, String> {
        Box::pin(async move {
            let folder = self.documents.as_ref().ok_or(PrinterFault::NotSaved)?.join(FOLDER);
            let (title, pdf) = (title.to_owned(), pdf.to_vec());
            let written = tokio::task::spawn_blocking(move || written(&folder, &title, &pdf)).await;
            let place = written.map_err(|_| PrinterFault::NotSaved)?.map_err(|_| PrinterFault::NotSaved)?;
            Ok(place.to_string_lossy().into_owned())
        })
    }
}

/// L2
fn written(folder: &Path, title: &str, pdf: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    // A number of a paper has no such sign; a name that comes from elsewhere must not lead elsewhere.
    let title = title.replace(['/', '\\', '\0'], "-");
    for nth in 1..=MOST_OF_A_NAME {
        let nth = if nth == 1 { String::new() } else { format!("-{nth}") };
        let place = folder.join(format!("{title}{nth}.pdf"));
        let mut file = match fresh(&place) {
            Ok(file) => file,
            Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(fault) => return Err(fault),
        };
        if let Err(fault) = file.write_all(pdf).and_then(|()| file.sync_all()) {
            // Half a paper is none.
            let _ = fs::remove_file(&place);
            return Err(fault);
        }
        return Ok(place);
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn fresh(place: &Path) -> io::Result<File> {
    let mut how = OpenOptions::new();
    how.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut how, 0o600);
    how.open(place)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const PDF: &[u8] = b"%PDF-1.7 \x00\xff";

    /// A system whose printing programs are these scripts.
    fn system(folder: &Path, lpstat: &str, lp: &str) -> Desktop {
        let program = |name: &str, script: &str| {
            let place = folder.join(name);
            fs::write(&place, format!("#!/bin/sh\ncd '{}'\n{script}\n", folder.display())).unwrap();
            fs::set_permissions(&place, fs::Permissions::from_mode(0o700)).unwrap();
            place
        };
        let (lpstat, lp) = (program("lpstat", lpstat), program("lp", lp));
        Desktop { lp, lpstat, documents: Some(folder.join("documents")) }
    }

    const ONE_QUEUE: &str = "case $1 in -d) echo 'no system default destination' ;; -e) echo office ;; esac";
    const DEFAULT: &str = "case $1 in -d) echo 'system default destination: hall' ;; *) exit 1 ;; esac";
    const KEEPS: &str = "printf '%s|' \"$@\" > words; cat > paper";

    #[tokio::test]
    async fn a_paper_goes_through_the_pipe_byte_for_byte_and_its_words_are_ours() {
        for (lpstat, queue) in [(DEFAULT, "hall"), (ONE_QUEUE, "office")] {
            let folder = tempfile::tempdir().unwrap();
            let desktop = system(folder.path(), lpstat, KEEPS);
            desktop.ready().await.unwrap();
            desktop.print("收件回执-1; rm x", PDF, 2).await.unwrap();
            assert_eq!(fs::read(folder.path().join("paper")).unwrap(), PDF);
            let words = fs::read_to_string(folder.path().join("words")).unwrap();
            assert_eq!(words, format!("-s|-d|{queue}|-n|2|-t|收件回执-1; rm x|"), "no shell reads them");
        }
    }

    #[tokio::test]
    async fn no_printer_and_a_printer_that_refuses_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let none = system(folder.path(), "echo 'no system default destination' >&2", KEEPS);
        assert_eq!(none.ready().await, Err(PrinterFault::NoPrinter), "no queue");
        let absent = Desktop { lpstat: folder.path().join("absent"), ..none };
        assert_eq!(absent.ready().await, Err(PrinterFault::NoPrinter), "no printing at all");
        let refuses = system(folder.path(), DEFAULT, "cat > /dev/null; exit 1");
        assert_eq!(refuses.print("收件回执-1", PDF, 1).await, Err(PrinterFault::Refused));
    }

    #[tokio::test]
    async fn a_saved_paper_is_its_owners_and_never_takes_the_place_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let desktop = system(folder.path(), DEFAULT, KEEPS);
        let first = desktop.save("收件回执-石拐/1", PDF).await.unwrap();
        let second = desktop.save("收件回执-石拐/1", b"again").await.unwrap();
        assert!(
            first.ends_with("收件回执-石拐-1.pdf") && second.ends_with("收件回执-石拐-1-2.pdf"),
            "{first} {second}"
        );
        assert_eq!(fs::read(&first).unwrap(), PDF);
        assert_eq!(fs::metadata(&first).unwrap().permissions().mode() & 0o077, 0, "nobody else reads it");
        let nowhere = Desktop { documents: None, ..desktop };
        assert_eq!(nowhere.save("x", PDF).await, Err(PrinterFault::NotSaved));
    }
}
