//! The program as its operator runs it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// What a command left behind.
#[derive(Debug)]
pub struct Ran {
    pub out: String,
    pub said: String,
    pub done: bool,
}

impl Ran {
    /// The one line of JSON on stdout, of a command that was done.
    pub fn json(&self) -> Value {
        assert!(self.done, "{self:#?}");
        serde_json::from_str(&self.out).unwrap()
    }

    /// What was said by a command that was not done, and that it gave no result.
    pub fn refusal(&self) -> &str {
        assert!(!self.done && self.out.is_empty(), "{self:#?}");
        &self.said
    }
}

fn program() -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_daiban-district"));
    program.env_remove("DAIBAN_STORE");
    program
}

/// A hub's data folder, gone with the test.
pub struct District {
    folder: tempfile::TempDir,
    /// The PostgreSQL database its data are in, if they are.
    store: Option<String>,
}

impl District {
    /// A new hub.
    pub fn new() -> Self {
        let district = Self::planned(None);
        assert!(district.run("init", &[]).done, "a new folder becomes a hub");
        district
    }

    /// A hub that is not made yet.
    pub fn planned(store: Option<String>) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), store }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("hub")
    }

    /// A file of the operator's.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn run(&self, command: &str, arguments: &[&str]) -> Ran {
        self.run_on(self.store.as_deref(), command, arguments)
    }

    /// The same with its data looked for there.
    pub fn run_on(&self, store: Option<&str>, command: &str, arguments: &[&str]) -> Ran {
        let mut program = program();
        program.arg(command).arg("--data").arg(self.data()).args(arguments);
        program.args(store.into_iter().flat_map(|store| ["--store", store]));
        let output = program.output().unwrap();
        Ran {
            out: String::from_utf8(output.stdout).unwrap(),
            said: String::from_utf8(output.stderr).unwrap(),
            done: output.status.success(),
        }
    }

    /// Everything the demo district publishes.
    pub fn import_demo(&self) -> Value {
        let [places, roster, items, calendar] =
            ["places.json", "demo/roster.csv", "items.csv", "calendar.json"].map(asset);
        let files = ["--places", &places, "--roster", &roster, "--items", &items, "--calendar", &calendar];
        self.run("import", &files).json()
    }

    /// Starts to serve; answers once it is ready.
    pub fn serve(&self) -> Served {
        self.serve_with(&["--listen", "127.0.0.1:0"])
    }

    /// The same with these options.
    pub fn serve_with(&self, options: &[&str]) -> Served {
        let mut command = program();
        command.arg("serve").args(options).arg("--data").arg(self.data());
        if let Some(store) = &self.store {
            command.env("DAIBAN_STORE", store);
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        Served { child, address: ready["listening"].as_str().unwrap().to_owned() }
    }
}

/// A serving hub, ended with the test.
pub struct Served {
    pub child: Child,
    pub address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// A file of the house.
pub fn asset(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/data").join(name).to_str().unwrap().to_owned()
}
