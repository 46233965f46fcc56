//! Figures: how long something took, medians, and the lines that are kept.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Serialize;

/// What a measurement was asked to do.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where lines are appended.
    pub json: Option<PathBuf>,
    /// Sizes, in cases.
    pub sizes: Option<Vec<usize>>,
    /// Everything else, as `--name value`.
    pub more: Vec<(String, String)>,
}

impl Options {
    /// Reads `--json F --sizes 1000,10000 --name value ...`.
    pub fn read(args: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self::default();
        let mut args = args;
        while let Some(name) = args.next() {
            let value = args.next().with_context(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--json" => options.json = Some(value.into()),
                "--sizes" => options.sizes = Some(value.split(',').map(str::parse).collect::<Result<_, _>>()?),
                _ => options.more.push((name.trim_start_matches('-').to_owned(), value)),
            }
        }
        Ok(options)
    }

    /// The value of another option.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.more.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One figure.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// Which program.
    pub bench: &'static str,
    /// What was measured.
    pub case: String,
    /// With how many cases.
    pub n: usize,
    /// The figure.
    pub value: f64,
    /// In what.
    pub unit: &'static str,
    /// The reference, measured in the same run; `null` where there is none.
    pub reference: Option<f64>,
    /// The figure over the reference.
    pub ratio: Option<f64>,
}

/// Writes figures down as they come.
pub struct Report {
    bench: &'static str,
    json: Option<PathBuf>,
}

impl Report {
    /// Begins, with the head of the table.
    #[expect(clippy::print_stdout, reason = "the table is what this program is for")]
    pub fn new(bench: &'static str, json: Option<PathBuf>) -> Self {
        println!("{:<44} {:>8} {:>14} {:>14} {:>7}", "case", "n", "value", "reference", "ratio");
        Self { bench, json }
    }

    /// A figure with its reference.
    pub fn line(
        &self,
        case: impl Into<String>,
        n: usize,
        unit: &'static str,
        value: f64,
        reference: f64,
    ) -> Result<()> {
        let ratio = (reference > 0.0).then(|| value / reference);
        self.write(Figure { bench: self.bench, case: case.into(), n, value, unit, reference: Some(reference), ratio })
    }

    /// A figure that stands alone.
    pub fn alone(&self, case: impl Into<String>, n: usize, unit: &'static str, value: f64) -> Result<()> {
        self.write(Figure { bench: self.bench, case: case.into(), n, value, unit, reference: None, ratio: None })
    }

    #[expect(clippy::print_stdout, reason = "the table is what this program is for")]
    fn write(&self, figure: Figure) -> Result<()> {
        let shown = |value: Option<f64>, unit: &str| value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3} {unit}"));
        let ratio = figure.ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"));
        let (value, reference) = (shown(Some(figure.value), figure.unit), shown(figure.reference, figure.unit));
        println!("{:<44} {:>8} {value:>14} {reference:>14} {ratio:>7}", figure.case, figure.n);
        if let Some(path) = &self.json {
            let mut file = OpenOptions::new().create(true).append(true).open(path)?;
            writeln!(file, "{}", serde_json::to_string(&figure)?)?;
        }
        Ok(())
    }
}

/// A running clock.
pub struct Clock(Instant);

impl Clock {
    /// Starts it.
    #[expect(clippy::disallowed_methods, reason = "a measurement reads a clock")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// How long it has run.
    pub fn passed(&self) -> Duration {
        self.0.elapsed()
    }

    /// The same in milliseconds.
    pub fn millis(&self) -> f64 {
        self.passed().as_secs_f64() * 1000.0
    }
}

/// Times of something repeated.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<f64>);

impl Times {
    /// One more, in milliseconds.
    pub fn push(&mut self, millis: f64) {
        self.0.push(millis);
    }

    /// The value that `share` of all are at or under; 0 of nothing.
    pub fn at(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let last = sorted.len().saturating_sub(1);
        sorted.get((share * last as f64).round() as usize).copied().unwrap_or(0.0)
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.at(0.5)
    }
}
