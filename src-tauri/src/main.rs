//! The desktop window of 石心代办. Everything it does is in [`daiban_shell`].
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    daiban_shell::run()
}
