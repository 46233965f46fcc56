//! A station: its folder, and its window while it is open.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use fantoccini::ClientBuilder;
use fantoccini::wd::Capabilities;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tokio::time::timeout;

use super::page::{Page, until};
use super::programs::{built, find_process, is_alive, kill_at_once};
use super::screen::Driver;

/// How long a window may take until it can be driven.
const START: Duration = Duration::from_secs(60);
/// How long one part of a story may take.
const STORY: Duration = Duration::from_secs(300);
/// How long a picture of a window may take that did something wrong.
const LAST_LOOK: Duration = Duration::from_secs(20);

/// A station on this machine.
pub struct Station {
    folder: PathBuf,
    data: PathBuf,
    enrol: Option<String>,
    shots: PathBuf,
}

impl Station {
    /// A station in its folder; `enrol` is what first run proposes, `shots` where its pictures go.
    pub fn new(folder: &Path, enrol: &str, shots: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize().context("the station has no folder")?;
        Ok(Self { data: folder.join("data"), folder, enrol: Some(enrol.to_owned()), shots: shots.to_owned() })
    }

    /// A station whose data lie where somebody has worked before; what the window itself keeps goes to `folder`.
    pub fn lived_in(data: &Path, folder: &Path, shots: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let folder = folder.canonicalize().context("the station has no folder")?;
        let data = data.canonicalize().context("nobody has worked there")?;
        Ok(Self { data, folder, enrol: None, shots: shots.to_owned() })
    }

    /// The folder of the program's data.
    pub fn data(&self) -> PathBuf {
        self.data.clone()
    }

    /// The folder in which its person keeps documents.
    pub fn documents(&self) -> PathBuf {
        self.folder.join("profile").join("documents")
    }

    /// Opens the window.
    pub async fn open(&self) -> Result<Window> {
        let driver = Driver::start(&self.folder.join("profile")).await?;
        let data = self.data();
        let data = data.to_str().context("the folder's name is not text")?;
        let mut words = vec!["--data", data];
        words.extend(self.enrol.iter().flat_map(|enrol| ["--enrol", enrol.as_str()]));
        let options = json!({ "binary": built("daiban")?, "args": words });
        let mut wanted = Capabilities::new();
        wanted.insert("webkitgtk:browserOptions".to_owned(), options);
        let mut client = ClientBuilder::new(HttpConnector::new());
        let connect = client.capabilities(wanted).connect(&driver.address);
        let client =
            timeout(START, connect).await.context("the window did not open")?.context("the window did not open")?;
        let process = until("the window's process is there", START, async || Ok(find_process("daiban", data))).await?;
        Ok(Window { page: Page::new(client, self.shots.clone()), process, _driver: driver })
    }

    /// Opens the window for one part of a story, and keeps what is on the screen when that part fails.
    pub async fn act<T>(&self, name: &str, story: impl AsyncFnOnce(&Page) -> Result<T>) -> Result<T> {
        let window = self.open().await?;
        let told = window.watch(name, story).await?;
        window.close().await?;
        Ok(told)
    }
}

/// An open window.
pub struct Window {
    /// What is in it.
    pub page: Page,
    process: u32,
    _driver: Driver,
}

impl Window {
    /// Plays a part of a story; keeps what is on the screen when it fails.
    pub async fn watch<T>(&self, name: &str, story: impl AsyncFnOnce(&Page) -> Result<T>) -> Result<T> {
        let told = match timeout(STORY, story(&self.page)).await {
            Ok(told) => told,
            Err(_) => Err(anyhow!("the window did not answer any more")),
        };
        if told.is_err() && !matches!(timeout(LAST_LOOK, self.page.keep_evidence(name)).await, Ok(Ok(()))) {
            return told.with_context(|| format!("in `{name}`, and the window could not be looked at afterwards"));
        }
        told.with_context(|| format!("in `{name}`"))
    }

    /// Ends the program as a power cut would.
    pub async fn kill(self) -> Result<()> {
        kill_at_once(self.process)?;
        let id = self.process;
        until("the window is gone", START, async || Ok((!is_alive(id)).then_some(()))).await
    }

    /// Closes the window.
    pub async fn close(self) -> Result<()> {
        timeout(START, self.page.clone().end()).await.context("the window does not close")??;
        let id = self.process;
        until("the window is closed", START, async || Ok((!is_alive(id)).then_some(()))).await
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // A window left by a story that failed; one that was closed is gone already.
        if is_alive(self.process) {
            let _gone = kill_at_once(self.process);
        }
    }
}
