//! A PostgreSQL server of a test's own: in a folder of its own, on a socket in that folder, gone with the test.
//!
//! As root it runs as another user, because the server refuses root. A shell stands between: it ends the server as soon as the
//! test's end of a pipe is closed, whatever ended the test.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Whether what is committed reaches the disk. Only a test that ends a server in the middle needs it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disk {
    Synced,
    Quick,
}

/// How long a server may take to start.
const START: Duration = Duration::from_secs(60);
/// Ends the server at once, as a crash would, when the pipe is closed.
const KEEPER: &str = "\"$@\" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server";

/// A running server.
pub struct Server {
    programs: PathBuf,
    folder: tempfile::TempDir,
    user: Option<(u32, u32)>,
    disk: Disk,
    keeper: Option<Child>,
    databases: AtomicU32,
}

impl Server {
    /// Makes and starts one.
    pub fn start(disk: Disk) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("daiban-pg-").tempdir()?;
        let user = if fs::metadata("/proc/self")?.uid() == 0 { Some(other_user()?) } else { None };
        if let Some((user, group)) = user {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let programs = programs()?;
        let mut server = Self { programs, folder, user, disk, keeper: None, databases: AtomicU32::new(0) };
        let data = server.data();
        let made = server
            .command("initdb")
            .args([
                "--username=daiban",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--no-instructions",
            ])
            .arg("--pgdata")
            .arg(data)
            .output()?;
        if !made.status.success() {
            bail!("initdb: {}", String::from_utf8_lossy(&made.stderr));
        }
        server.run()?;
        Ok(server)
    }

    /// Starts it again after [`Self::crash`].
    pub fn run(&mut self) -> Result<()> {
        let quick: &[&str] = match self.disk {
            Disk::Synced => &[],
            Disk::Quick => &["-c", "fsync=off", "-c", "full_page_writes=off"],
        };
        let mut command = self.under(Path::new("/bin/sh"));
        command.args(["-c", KEEPER, "sh"]).arg(self.programs.join("postgres")).arg("-D").arg(self.data());
        command
            .arg("-k")
            .arg(self.folder.path())
            .args(["-c", "listen_addresses=", "-c", "max_connections=120"])
            .args(quick);
        let mut keeper = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let said = keeper.stderr.take().context("its log")?;
        self.keeper = Some(keeper);
        wait_until_ready(said)
    }

    /// Ends it in the middle of whatever it does.
    pub fn crash(&mut self) -> Result<()> {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            keeper.wait()?;
        }
        Ok(())
    }

    /// A new empty database, and how it is addressed.
    pub fn database(&self) -> Result<String> {
        let name = format!("hub{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = self
            .command("createdb")
            .args(["--username=daiban", "--host"])
            .arg(self.folder.path())
            .arg(&name)
            .output()?;
        if !made.status.success() {
            bail!("createdb: {}", String::from_utf8_lossy(&made.stderr));
        }
        Ok(self.address(&name))
    }

    /// How a database is addressed.
    pub fn address(&self, database: &str) -> String {
        format!("postgres://daiban@/{database}?host={}", self.folder.path().display())
    }

    /// The socket it listens on.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(".s.PGSQL.5432")
    }

    /// The process that holds the server, to look at what it and its children take.
    pub fn keeper(&self) -> Option<u32> {
        self.keeper.as_ref().map(Child::id)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn command(&self, program: &str) -> Command {
        self.under(&self.programs.join(program))
    }

    fn under(&self, program: &Path) -> Command {
        let mut command = match self.user {
            None => Command::new(program),
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command
                    .arg(format!("--reuid={user}"))
                    .arg(format!("--regid={group}"))
                    .arg("--clear-groups")
                    .arg(program);
                command
            }
        };
        command.current_dir(self.folder.path()).env("LC_ALL", "C");
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.crash();
    }
}

/// Reads the server's log until it is ready, and goes on reading so that it never waits for a reader.
fn wait_until_ready(said: ChildStderr) -> Result<()> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(std::io::Result::ok) {
            // Nobody listens any more once it is ready.
            let _heard = tell.send(line);
        }
    });
    let mut log = Vec::new();
    while let Ok(line) = told.recv_timeout(START) {
        if line.contains("database system is ready to accept connections") {
            return Ok(());
        }
        log.push(line);
    }
    bail!("the server did not start: {log:#?}")
}

/// Where PostgreSQL's programs are: Debian keeps those of the server out of the search path.
fn programs() -> Result<PathBuf> {
    let versions =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<PathBuf> = versions.filter(|folder| folder.join("initdb").is_file()).collect();
    found.sort();
    let in_path = std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file());
    found.pop().or(in_path).context("PostgreSQL is not installed: `cargo xtask setup` does it")
}

/// Somebody who is not root.
fn other_user() -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).context("no user to run a server as")
}
