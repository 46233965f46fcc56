//! What a template can see: its own source, the house's style, the values and the fonts. Nothing else exists for it.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use super::fonts::Fonts;
use super::values::Values;
use super::{PrintFault, Template};

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        /// Every template, by its path.
        const TEMPLATES: &[(&str, &str)] =
            &[$((concat!("/", $name, ".typ"), include_str!(concat!("../../../assets/forms/", $name, ".typ"))),)*];
    };
}

templates!(
    "house",
    "receipt",
    "acceptance",
    "one-time-notice",
    "supplement",
    "refusal",
    "mandate",
    "mandate-change",
    "conditional",
    "promise",
    "delivery-proof",
    "completion",
    "decision-cover",
    "home-visit",
    "outreach",
    "injury-claim",
    "appraisal",
    "subsistence",
    "old-age",
    "late-hours",
    "rating",
    "rectification",
    "board",
    "hand-over",
    "one-thing",
    "spoken",
    "checklist",
    "label",
    "copies",
    "interview",
    "privacy",
);

/// Read once: a source is the same for every paper.
static SOURCES: LazyLock<Vec<Source>> = LazyLock::new(|| {
    let source = |(path, text): &(&str, &str)| Some(Source::new(id(path)?, (*text).to_owned()));
    TEMPLATES.iter().filter_map(source).collect()
});

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

fn id(path: &str) -> Option<FileId> {
    Some(RootedPath::new(VirtualRoot::Project, VirtualPath::new(path).ok()?).intern())
}

/// One paper about to be laid out.
pub(super) struct Paper<'a> {
    main: FileId,
    sheet: (FileId, Bytes),
    qr: (FileId, Bytes),
    fonts: &'a Fonts,
}

impl<'a> Paper<'a> {
    pub(super) fn new(template: &str, values: Values, fonts: &'a Fonts) -> Result<Self, PrintFault> {
        let place = |path: &str| id(path).ok_or(Template("a path that is none"));
        Ok(Self {
            main: place(&format!("/{template}.typ"))?,
            sheet: (place("/sheet.json")?, Bytes::from_string(values.json)),
            qr: (place("/qr.svg")?, Bytes::from_string(values.qr)),
            fonts,
        })
    }
}

impl World for Paper<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.fonts.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = SOURCES.iter().find(|source| source.id() == id);
        found.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let found = [&self.sheet, &self.qr].into_iter().find(|(place, _)| *place == id);
        found.map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.all.get(index).cloned()
    }

    /// P2: papers bear the dates of what happened, which are values.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
