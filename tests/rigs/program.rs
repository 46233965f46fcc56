//! The rigs as a program, and the clerk they start: what `cargo xtask rigs` runs.
#![expect(clippy::print_stdout, reason = "this program talks to the person who started it")]

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use daiban_tests::rigs::{self, Call, Cuts, Report, Script};

fn main() -> Result<ExitCode> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.split_first() {
        Some((first, rest)) if first == "clerk" => {
            rigs::clerk(&Script::read(rest).context("clerk FOLDER SEED FROM ACTS [BALLAST]")?);
            Ok(ExitCode::SUCCESS)
        }
        Some((first, [seed])) if first == "reader" => {
            match rigs::reader(seed.parse()?) {
                Ok(()) => println!("done"),
                Err(fault) => println!("fault {fault}"),
            }
            Ok(ExitCode::SUCCESS)
        }
        Some((first, [folder])) if first == "home" => {
            rigs::home_in(folder.as_ref());
            Ok(ExitCode::SUCCESS)
        }
        Some((first, [])) if first == "--full" => all(10),
        None => all(1),
        Some(_) => bail!("--full, or nothing for a tenth of it"),
    }
}

/// All rigs, in tenths of the full figures.
fn all(tenths: u32) -> Result<ExitCode> {
    let program = std::env::current_exe()?;
    let mut sound = true;
    let mut tell = |what: &str, report: Report| {
        let Report { tries, confirmed, failed, faults } = report;
        println!("{what}: {tries} tries, {confirmed} acts confirmed, {failed} told as failed, {} faults", faults.len());
        faults.iter().for_each(|fault| println!("    {fault}"));
        sound &= faults.is_empty();
    };
    let whole = tenths == 10;
    for part in 0..u64::from(tenths) {
        tell("row 1, killed", rigs::kills(&program, 50, 1 + part));
    }
    let cuts = if whole { Cuts { acts: 200, every: 1 } } else { Cuts { acts: 60, every: 3 } };
    tell("row 2, the power goes", rigs::power_loss(&program, cuts, 1));
    let every = if whole { 1 } else { 10 };
    for call in Call::ALL {
        tell(&format!("row 3, {} {}", call.name, call.answer), rigs::failing(&program, call, every, 1));
    }
    tell("row 4, no room for a while", rigs::full_for_a_while(&program, every, 1));
    tell("row 4, a small disk", rigs::small_disk(&program, 2 * 1024 * tenths, 1));
    for mib in [256, 384, 512] {
        tell(&format!("row 5, {mib} MiB of address space"), rigs::little_memory(&program, mib, 20 * tenths, 1));
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
