//! Prepares the window's build: a folder for the built pages, so that the program can be checked before any page is built, and the
//! list of commands a window may call.

fn main() -> std::io::Result<()> {
    std::fs::create_dir_all("dist")?;
    let commands = tauri_build::AppManifest::new().commands(&["call"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands)).map_err(std::io::Error::other)
}
