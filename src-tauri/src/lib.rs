//! The window: one engine, one command, one event. No rule of the trade stands here.
//!
//! - W1: pages reach the engine through `call` alone; the capability file allows nothing else.
//! - W2: a second start raises the first window.
//! - W3: nothing is started before `renderer` is settled: it may start the program anew.

#![warn(missing_docs, unreachable_pub)]

mod commands;
mod options;
mod printer;
mod renderer;

use std::process::ExitCode;
use std::sync::Arc;

use daiban_core::edge::System;
use daiban_core::engine::task::{self, Handle, Neighbourhood};
use daiban_core::engine::{DATABASE, Engine, Home};
use daiban_core::keys::Cost;
use daiban_core::store::sqlite::SqliteStore;
use daiban_core::sync::address::PlainLines;
use daiban_core::sync::http::Http;
use daiban_model::api::Failure;
use options::Options;
use printer::Desktop;
use tauri::{Emitter, Manager};

/// Opens the window and stays until it is closed.
pub fn run() -> ExitCode {
    tracing_subscriber::fmt().with_env_filter(log_filter()).with_writer(std::io::stderr).init();
    renderer::settle();
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(fault) => {
            tracing::error!(%fault, "cannot start");
            return ExitCode::FAILURE;
        }
    };
    match window(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            tracing::error!(%fault, "the window closed with a fault");
            ExitCode::FAILURE
        }
    }
}

fn log_filter() -> tracing_subscriber::EnvFilter {
    let default = || "daiban_core=info,daiban_shell=info,warn".into();
    tracing_subscriber::EnvFilter::try_from_env("DAIBAN_LOG").unwrap_or_else(|_| default())
}

#[expect(clippy::exit, reason = "the window's loop ends the program by itself; it stands in the generated context")]
fn window(options: Options) -> tauri::Result<()> {
    let mut builder = tauri::Builder::default();
    if options.alone {
        builder = builder.plugin(tauri_plugin_single_instance::init(|app, _, _| raise(app)));
    }
    builder
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .invoke_handler(tauri::generate_handler![commands::call])
        .setup(move |app| {
            let engine = engine(&options)?;
            let handle = tauri::async_runtime::block_on(async {
                task::spawn(engine, Http::new(plain_lines())).map_err(Box::<dyn std::error::Error>::from)
            })?;
            let places = app.path();
            let documents = places.document_dir().or_else(|_| places.home_dir()).ok();
            let handle = handle.with_printer(Desktop::of_system(documents));
            let neighbourhood = Neighbourhood::default();
            tauri::async_runtime::block_on(async { handle.meet_neighbours(neighbourhood) });
            pass_on_changes(app.handle().clone(), &handle);
            app.manage(handle);
            Ok(())
        })
        .run(tauri::generate_context!())
}

/// W2
fn raise(app: &tauri::AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        // A window that cannot be raised is still there.
        let _ = window.unminimize().and_then(|()| window.set_focus());
    }
}

fn engine(options: &Options) -> Result<Engine<SqliteStore>, Failure> {
    Engine::at(Home {
        folder: options.data.clone(),
        edge: Arc::new(System),
        cost: Cost::STATION,
        open: Box::new(|folder, key| SqliteStore::open(&folder.join(DATABASE), key)),
        hint: options.enrol.clone(),
    })
}

/// An operator whose line is encrypted by other means may let stations go without TLS: `DAIBAN_PLAIN=allow`.
fn plain_lines() -> PlainLines {
    match std::env::var("DAIBAN_PLAIN").as_deref() {
        Ok("allow") => PlainLines::Anywhere,
        _ => PlainLines::Loopback,
    }
}

/// Tells pages what changed, so that they ask anew.
fn pass_on_changes(app: tauri::AppHandle, handle: &Handle) {
    let mut changes = handle.changes();
    tauri::async_runtime::spawn(async move {
        loop {
            let change = match changes.recv().await {
                Ok(change) => change,
                // A page that fell behind is told that many cases changed.
                Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {
                    daiban_model::api::Changed::Cases { ids: Vec::new() }
                }
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
            };
            if let Err(fault) = app.emit("changed", change) {
                tracing::warn!(%fault, "a change was not told");
            }
        }
    });
}
