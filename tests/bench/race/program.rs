//! A program with a role: told what to do line by line, answering each line with one line of JSON, watched from outside.
//!
//! Memory and CPU are read where Linux keeps them, so that every system is measured by the same ruler, whatever it is written in.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A running program.
pub struct Program {
    child: Child,
    commands: Option<ChildStdin>,
    answers: Receiver<String>,
    /// What it says it is.
    pub version: String,
}

/// How an answer turned out that has a time limit.
#[derive(Debug)]
pub enum Answer {
    /// It came.
    Came(Value),
    /// It did not come in time.
    TooLate,
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Used {
    /// Most memory since it was last [`Program::forget_peak`], in MiB.
    pub peak_mib: f64,
    /// CPU seconds.
    pub cpu: f64,
}

/// For everything that is not measured: long enough for filling a store, short enough to notice that something hangs.
const PATIENCE: Duration = Duration::from_hours(2);
/// Clock ticks of a second in `/proc`, the same on every Linux that runs this.
const TICKS: f64 = 100.0;

impl Program {
    /// Starts a program and waits until it says that it is ready.
    pub fn start(command: &mut Command) -> Result<Self> {
        // A proxy for the outside world is none of the road that is measured.
        for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env_remove(name);
        }
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.with_context(|| format!("cannot start {:?}", command.get_program()))?;
        let output = child.stdout.take().context("a program's output")?;
        let (send, answers) = channel();
        thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.take_while(|line| send.send(line.clone()).is_ok()).for_each(drop);
        });
        let commands = child.stdin.take();
        let mut program = Self { child, commands, answers, version: String::new() };
        let ready = program.next(PATIENCE).context("a program did not get ready")?;
        if let Answer::Came(ready) = ready {
            program.version = ready["version"].as_str().unwrap_or_default().to_owned();
        }
        Ok(program)
    }

    /// Tells it something that must succeed.
    pub fn ask(&mut self, line: &str) -> Result<Value> {
        match self.ask_within(line, PATIENCE)? {
            Answer::Came(answer) => Ok(answer),
            Answer::TooLate => bail!("no answer to {line}"),
        }
    }

    /// Tells it something and waits for so long.
    pub fn ask_within(&mut self, line: &str, limit: Duration) -> Result<Answer> {
        let commands = self.commands.as_mut().context("a program that takes commands")?;
        writeln!(commands, "{line}").and_then(|()| commands.flush()).with_context(|| format!("telling it {line}"))?;
        self.next(limit).with_context(|| format!("after {line}"))
    }

    fn next(&self, limit: Duration) -> Result<Answer> {
        let line = match self.answers.recv_timeout(limit) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => return Ok(Answer::TooLate),
            Err(RecvTimeoutError::Disconnected) => bail!("the program ended"),
        };
        let answer: Value = serde_json::from_str(&line).with_context(|| line.clone())?;
        match answer["fault"].as_str() {
            Some(fault) => bail!("{fault}"),
            None => Ok(Answer::Came(answer)),
        }
    }

    /// What it has used.
    pub fn used(&self) -> Result<Used> {
        let of = |file: &str| fs::read_to_string(format!("/proc/{}/{file}", self.child.id()));
        let (status, stat) = (of("status")?, of("stat")?);
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
        let kib: f64 = peak.trim().trim_end_matches(" kB").parse()?;
        // The name in brackets may hold anything; behind it the 12th and 13th fields are ticks of the program and for it.
        let fields: Vec<&str> = stat.rsplit_once(')').context("a process's line")?.1.split_whitespace().collect();
        let ticks: f64 = fields.get(11..13).unwrap_or_default().iter().filter_map(|one| one.parse::<f64>().ok()).sum();
        Ok(Used { peak_mib: kib / 1024.0, cpu: ticks / TICKS })
    }

    /// Begins a new peak of memory. Where the kernel does not let us, the peak is that of the process's whole life.
    pub fn forget_peak(&self) {
        let _refused = fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5");
    }

    /// Lets it end by itself, and waits.
    pub fn end(mut self) -> Result<()> {
        drop(self.commands.take());
        while let Ok(_said) = self.answers.recv_timeout(PATIENCE) {}
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { bail!("a program ended with {status}") }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Only one that was not ended: it hangs, or its time is over.
        if self.child.try_wait().ok().flatten().is_none() {
            let _gone = (self.child.kill(), self.child.wait());
        }
    }
}
