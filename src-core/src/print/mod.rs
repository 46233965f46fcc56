//! Papers: a sheet of values becomes pages, and the same pages are looked at, printed and saved.
//!
//! - P1: one layout. The pages on the screen and the PDF come from the same laid-out document.
//! - P2: nothing but its values decides how a paper looks: no clock, no file system, no network, no chance. The same sheet gives
//!   the same bytes.
//! - P3: values are text. Whatever somebody typed is printed as it was typed and never read as markup; signs that only steer text,
//!   such as those that turn its direction, are left out.
//! - P4: no sign is silently replaced by a box. What no font here has is a fault that names the sign.
//!
//! This is the only place that knows typst. Templates lie in `assets/forms`, fonts in `assets/fonts`.

mod fonts;
mod values;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use daiban_model::form::Sheet;
use jiff::civil::Date;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Datetime, Smart};
use typst::layout::{Abs, Frame, FrameItem, Point};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use typst_svg::SvgOptions;

use fonts::Fonts;
use values::Values;
use world::Paper;

/// More pages than any paper has.
const MOST_PAGES: usize = 200;

/// Why there is no paper.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrintFault {
    /// No font here has this sign. It is written by hand, or the name is asked again.
    #[error("no font has a sign")]
    NoGlyph {
        /// The sign.
        sign: char,
    },
    /// More pages than a paper may have.
    #[error("more than {MOST_PAGES} pages")]
    TooLong,
    /// A defect of a template or of the library.
    #[error("the template failed: {why}")]
    Template {
        /// Its kind, without values.
        why: String,
    },
}

/// A laid-out paper.
pub struct Pages {
    document: PagedDocument,
    made: Date,
}

/// Lays a sheet out. `made` is the day the file says it was made: the paper's own date, so that looking and printing agree (P2).
pub fn lay_out(sheet: &Sheet, made: Date) -> Result<Pages, PrintFault> {
    let values = Values::of(sheet)?;
    let fonts = Fonts::everyday()?;
    // Thirty megabytes are unpacked only for somebody whose name needs them, and let go afterwards.
    let rare = if values.signs().all(|sign| fonts.have(sign)) { None } else { Some(fonts.with_rare()?) };
    let paper = Paper::new(sheet.form.template(), values, rare.as_ref().unwrap_or(fonts))?;
    // The library is large and not ours: a defect in it must not take the station down.
    let document = catch_unwind(AssertUnwindSafe(|| typst::compile::<PagedDocument>(&paper).output));
    // What it remembers of one paper is of no use to the next, and holds its values.
    typst::comemo::evict(0);
    let document = document.map_err(|_| Template("a panic"))?.map_err(|all| told(&all))?;
    if document.pages().len() > MOST_PAGES {
        return Err(PrintFault::TooLong);
    }
    match document.pages().iter().find_map(|page| without_glyph(&page.frame)) {
        Some(sign) => Err(PrintFault::NoGlyph { sign }),
        None => Ok(Pages { document, made }),
    }
}

impl Pages {
    /// How many pages.
    pub fn count(&self) -> usize {
        self.document.pages().len()
    }

    /// The paper as PDF/A-2u: what an archive can read in thirty years, with every sign readable as text. P2.
    pub fn pdf(&self) -> Result<Vec<u8>, PrintFault> {
        let (year, month, day) = (self.made.year(), self.made.month(), self.made.day());
        let date = Datetime::from_ymd(year.into(), month.unsigned_abs(), day.unsigned_abs());
        let options = PdfOptions {
            creator: Smart::Custom(Some("石心代办".to_owned())),
            timestamp: date.map(Timestamp::new_utc),
            standards: PdfStandards::new(&[PdfStandard::A_2u]).map_err(|_| Template("the standard"))?,
            ..PdfOptions::default()
        };
        let pdf = catch_unwind(AssertUnwindSafe(|| typst_pdf::pdf(&self.document, &options)));
        typst::comemo::evict(0);
        pdf.map_err(|_| Template("a panic"))?.map_err(|all| told(&all))
    }

    /// Each page as an SVG picture for the screen, and everything that stands on it in words. P1.
    pub fn pictures(&self) -> Vec<(String, String)> {
        let options = SvgOptions::default();
        let page = |page: &typst_layout::Page| {
            let mut runs = Vec::new();
            read(&page.frame, Point::zero(), &mut runs);
            (typst_svg::svg(page, &options), joined(&runs))
        };
        let pages = self.document.pages().iter().map(page).collect();
        typst::comemo::evict(0);
        pages
    }
}

/// A defect with words of ours.
struct Template(&'static str);

impl From<Template> for PrintFault {
    fn from(Template(why): Template) -> Self {
        Self::Template { why: why.to_owned() }
    }
}

/// What the library said, as far as its first words: they name the kind of fault; what follows may quote a value.
fn told(all: &[SourceDiagnostic]) -> PrintFault {
    let why = all.first().map(|one| one.message.split([':', '"', '`']).next().unwrap_or_default().to_owned());
    PrintFault::Template { why: why.unwrap_or_default() }
}

/// A run of text: where it begins and ends on its line, how far down it stands, and what it says.
type Run = (Abs, Abs, Abs, String);

/// The runs of a frame that stands at `at`, in the order in which they were set.
fn read(frame: &Frame, at: Point, runs: &mut Vec<Run>) {
    for (point, item) in frame.items() {
        let here = at + *point;
        match item {
            FrameItem::Group(group) => read(&group.frame, here, runs),
            FrameItem::Text(text) => {
                runs.push((here.x, here.x + text.width(), here.y, text.text.as_str().replace('\u{2060}', "")));
            }
            _ => {}
        }
    }
}

/// Runs that touch are one word; apart on a line they are two; further down begins a line.
fn joined(runs: &[Run]) -> String {
    let mut words = String::new();
    let mut before: Option<(Abs, Abs)> = None;
    for (from, to, down, said) in runs {
        match before {
            Some((end, line)) if line == *down && *from <= end + Abs::pt(1.0) => {}
            Some((_, line)) if line == *down => words.push(' '),
            Some(_) => words.push('\n'),
            None => {}
        }
        words.push_str(said);
        before = Some((*to, *down));
    }
    words
}

/// A sign that was set with the box of its font, wherever it stands. P4
fn without_glyph(frame: &Frame) -> Option<char> {
    frame.items().find_map(|(_, item)| match item {
        FrameItem::Group(group) => without_glyph(&group.frame),
        FrameItem::Text(text) => {
            let missing = text.glyphs.iter().find(|glyph| glyph.id == 0)?;
            text.text[missing.range()].chars().next()
        }
        _ => None,
    })
}
