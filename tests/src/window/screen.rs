//! A screen of its own for each window, so that no window takes the keys of another, and the program that drives it.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::page::until;
use super::programs::{Running, installed};

/// What an old office laptop has.
pub const SIZE: (u32, u32) = (1366, 768);

/// A virtual screen.
pub struct Screen {
    name: String,
    _server: Running,
}

impl Screen {
    /// Starts one at the first free number.
    pub fn start() -> Result<Self> {
        let size = format!("{}x{}x24", SIZE.0, SIZE.1);
        let mut command = Command::new(installed("Xvfb", "xvfb")?);
        command.args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp", "-noreset"]);
        let mut server = Running::start(command.stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null()))?;
        let out = server.child().stdout.take().context("the screen has no output")?;
        let mut number = String::new();
        BufReader::new(out).read_line(&mut number).context("the screen said nothing")?;
        if number.trim().is_empty() {
            bail!("the virtual screen did not start");
        }
        Ok(Self { name: format!(":{}", number.trim()), _server: server })
    }
}

/// The program that turns commands into key presses and clicks, on a screen of its own.
pub struct Driver {
    /// Where it listens.
    pub address: String,
    _program: Running,
    _screen: Screen,
}

impl Driver {
    /// Starts it. What the window keeps outside its data folder (text size, place on the screen, saved papers) goes below `profile`.
    pub async fn start(profile: &Path) -> Result<Self> {
        let screen = Screen::start()?;
        let (config, documents) = (profile.join("config"), profile.join("documents"));
        std::fs::create_dir_all(&config)?;
        std::fs::create_dir_all(&documents)?;
        let places = format!("XDG_DOCUMENTS_DIR=\"{}\"\n", documents.display());
        std::fs::write(config.join("user-dirs.dirs"), places)?;
        let port = free_port()?;
        let mut command = Command::new(installed("WebKitWebDriver", "webkit2gtk-driver")?);
        command
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .env("DISPLAY", &screen.name)
            .env("GDK_BACKEND", "x11")
            .env_remove("WAYLAND_DISPLAY")
            // The window lets itself be driven when these are set; an ordinary start never has them.
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            // Without a graphics card WebKit would paint white. Taking compositing away altogether would do as well, but later paints
            // are then lost now and then.
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_USE_PORTAL", "0")
            .env("XDG_DATA_HOME", profile.join("data"))
            .env("XDG_CONFIG_HOME", config)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        if std::env::var_os("DBUS_SESSION_BUS_ADDRESS").is_none() {
            // Otherwise every start waits for a bus that nobody started.
            command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
        }
        let program = Running::start(&mut command)?;
        until("the driver listens", Duration::from_secs(20), async || {
            Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok().then_some(()))
        })
        .await?;
        Ok(Self { address: format!("http://127.0.0.1:{port}"), _program: program, _screen: screen })
    }
}

/// A port nobody listens at. The driver cannot choose one and tell.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}
