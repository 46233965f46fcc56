//! The machine a figure comes from, and what else it was doing.

use std::fs;

use daiban_core::edge::{Edge, System};
use serde::{Deserialize, Serialize};

/// The machine and the moment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Processor, number of cores, memory, kernel.
    pub machine: String,
    /// The day.
    pub measured: String,
    /// Mean number of running processes in the minute before: above the number of cores, others were working too.
    pub load: f64,
}

impl Machine {
    /// This one, now.
    pub fn now() -> Self {
        let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
            line.map(|value| value.trim().to_owned()).unwrap_or_default()
        };
        let processors = read("/proc/cpuinfo");
        let cores = processors.lines().filter(|line| line.starts_with("processor")).count();
        let memory = field(&read("/proc/meminfo"), "MemTotal");
        let gib = memory.trim_end_matches(" kB").parse::<f64>().unwrap_or(0.0) / f64::from(1 << 20);
        let kernel = read("/proc/sys/kernel/osrelease");
        let model = field(&processors, "model name");
        let load = read("/proc/loadavg").split(' ').next().and_then(|one| one.parse().ok()).unwrap_or(0.0);
        Self {
            machine: format!("{model}, {cores} cores, {gib:.0} GiB, Linux {}", kernel.trim()),
            measured: System.now().date().to_string(),
            load,
        }
    }
}
