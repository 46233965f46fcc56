//! Printed papers looked at from outside, by programs that did not make them.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::world::{must, some};

/// The text of a PDF in the order in which it was set, without the signs that only steer lines.
pub fn text(pdf: &[u8]) -> String {
    let printed = through("pdftotext", &["-raw", "-enc", "UTF-8", "-", "-"], pdf);
    must("text", String::from_utf8(printed)).replace('\u{2060}', "")
}

/// The same without any white space: lines that were wrapped are whole again.
pub fn run_on(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_whitespace() && *sign != '\u{2060}').collect()
}

/// What a program that knows PDF says is wrong with one; empty when nothing is.
pub fn faults(pdf: &[u8]) -> String {
    let mut file = must("a file", tempfile::NamedTempFile::new());
    must("written", file.write_all(pdf));
    let checked = must("qpdf", Command::new("qpdf").arg("--check").arg(file.path()).output());
    if checked.status.success() { String::new() } else { String::from_utf8_lossy(&checked.stderr).into_owned() }
}

/// The size of the first page, in points, and how many pages there are.
pub fn pages(pdf: &[u8]) -> (u32, u32, usize) {
    let told = must("text", String::from_utf8(through("pdfinfo", &["-"], pdf)));
    let line = |name: &str| some(name, told.lines().find_map(|line| line.strip_prefix(name)));
    let size: Vec<f64> = line("Page size:").split_whitespace().filter_map(|word| word.parse().ok()).collect();
    (size[0].round() as u32, size[1].round() as u32, must("a number", line("Pages:").trim().parse()))
}

/// What the QR signs of the first page say.
pub fn qr_signs(pdf: &[u8]) -> Vec<String> {
    let picture = through("pdftoppm", &["-r", "150", "-gray", "-png", "-singlefile", "-"], pdf);
    let picture = must("a picture", image::load_from_memory(&picture)).to_luma8();
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let at = |x: usize, y: usize| picture.as_raw()[y * width + x];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, at);
    prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, said)| said).collect()
}

fn through(program: &str, words: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut running = must(program, command.spawn());
    let mut into = some("a pipe", running.stdin.take());
    let out = std::thread::scope(|scope| {
        scope.spawn(move || into.write_all(input));
        must(program, running.wait_with_output())
    });
    assert!(out.status.success(), "{program} refused");
    out.stdout
}
