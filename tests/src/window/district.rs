//! The district's hub, run by its own commands as an operator runs it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::programs::{Running, built};

/// A hub's folder, and where it listens.
pub struct District {
    folder: PathBuf,
    address: Option<String>,
}

/// A hub that answers, until this value is dropped.
pub struct Serving {
    _hub: Running,
}

impl District {
    /// A new hub with the organisation, the roster, the items and the calendar of the demo district.
    pub fn found(folder: &Path) -> Result<Self> {
        let district = Self { folder: folder.join("hub"), address: None };
        district.run("init", &[])?;
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/data");
        let mut words = Vec::new();
        let files = [
            ("--places", "places.json"),
            ("--roster", "demo/roster.csv"),
            ("--items", "items.csv"),
            ("--bundles", "bundles.json"),
            ("--calendar", "calendar.json"),
        ];
        for (option, file) in files {
            words.extend([option.to_owned(), data.join(file).to_string_lossy().into_owned()]);
        }
        district.run("import", &words.iter().map(String::as_str).collect::<Vec<_>>())?;
        Ok(district)
    }

    /// Starts to serve, at the same address as before if it served already.
    pub fn serve(&mut self) -> Result<Serving> {
        let listen = self.address.clone().unwrap_or_else(|| "127.0.0.1:0".to_owned());
        let mut command = self.command("serve")?;
        command.args(["--listen", &listen]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut hub = Running::start(&mut command)?;
        let out = hub.child().stdout.take().context("the hub has no output")?;
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).context("the hub said nothing")?;
        let said: Value = serde_json::from_str(&line).context("the hub ended before it listened")?;
        let address = said["listening"].as_str().context("the hub did not say where it listens")?;
        self.address = Some(address.to_owned());
        Ok(Serving { _hub: hub })
    }

    /// The address pages and stations know.
    pub fn address(&self) -> Result<String> {
        let address = self.address.as_ref().context("the hub has not served yet")?;
        Ok(format!("http://{address}"))
    }

    /// A new one-time code for a station of this unit and these divisions, as `URL#CODE`.
    pub fn code(&self, station: &str, unit: &str) -> Result<String> {
        let made = self.run("code", &["--station", station, "--unit", unit])?;
        let code = made["code"].as_str().context("the hub made no code")?;
        Ok(format!("{}#{code}", self.address()?))
    }

    /// The code that opens the only station for somebody who forgot a PIN; an error until the station has left it here.
    pub fn recovery_code(&self) -> Result<String> {
        let devices = self.run("devices", &["--json"])?;
        let device = devices[0]["device"].as_str().context("a station")?;
        let told = self.run("recover", &["--device", device, "--reason", "本人来电，已回拨核实"])?;
        Ok(told["code"].as_str().context("a code")?.to_owned())
    }

    /// The audit of every feed.
    pub fn verify(&self) -> Result<Value> {
        self.run("verify", &[])
    }

    /// Takes the letters on a stick and leaves the answers there.
    pub fn courier(&self, stick: &Path) -> Result<Value> {
        self.run("courier", &["--stick", stick.to_str().context("the stick's place is not text")?])
    }

    fn command(&self, task: &str) -> Result<Command> {
        let mut command = Command::new(built("daiban-district")?);
        command.arg(task).arg("--data").arg(&self.folder);
        Ok(command)
    }

    fn run(&self, task: &str, words: &[&str]) -> Result<Value> {
        let ran = self.command(task)?.args(words).output().context("the hub's program cannot be started")?;
        ensure!(ran.status.success(), "daiban-district {task}: {}", String::from_utf8_lossy(&ran.stderr));
        serde_json::from_slice(&ran.stdout).with_context(|| format!("daiban-district {task} gave no result"))
    }
}
