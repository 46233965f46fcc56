//! The fonts of the house: static, ours to ship, and the only ones there are. A paper looks the same on every machine.
//!
//! How they were made stands in `assets/fonts/README.md`.

use std::io::Read;
use std::sync::LazyLock;

use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use super::{PrintFault, Template};

/// Song, Song Bold, Hei, other letters, Mongolian: read where they lie in the program.
const EVERYDAY: [&[u8]; 5] = [
    include_bytes!("../../../assets/fonts/song.otf"),
    include_bytes!("../../../assets/fonts/song-bold.otf"),
    include_bytes!("../../../assets/fonts/hei.otf"),
    include_bytes!("../../../assets/fonts/latin.ttf"),
    include_bytes!("../../../assets/fonts/mongolian.ttf"),
];

/// Extensions B to F of the Han characters, packed.
const RARE: &[u8] = include_bytes!("../../../assets/fonts/rare.ttf.zst");

/// Room for the unpacked font.
const MOST_RARE: u64 = 40 << 20;

static LOADED: LazyLock<Option<Fonts>> = LazyLock::new(|| {
    let fonts: Option<Vec<Font>> = EVERYDAY.iter().map(|bytes| Font::new(Bytes::new(*bytes), 0)).collect();
    fonts.map(Fonts::of)
});

/// Fonts with what is known of them.
pub(super) struct Fonts {
    pub(super) book: LazyHash<FontBook>,
    pub(super) all: Vec<Font>,
}

impl Fonts {
    fn of(all: Vec<Font>) -> Self {
        Self { book: LazyHash::new(FontBook::from_fonts(&all)), all }
    }

    /// Those for almost every name: the 8,105 signs of 通用规范汉字表, GB 2312, GBK, Extension A and what Song has of others.
    pub(super) fn everyday() -> Result<&'static Self, PrintFault> {
        LOADED.as_ref().ok_or(Template("a font that is built in does not read").into())
    }

    /// With the rare ones beside them.
    pub(super) fn with_rare(&self) -> Result<Self, PrintFault> {
        let broken = || PrintFault::from(Template("the rare font does not unpack"));
        let unpack = zstd::Decoder::new(RARE).map_err(|_| broken())?;
        let mut bytes = Vec::new();
        unpack.take(MOST_RARE).read_to_end(&mut bytes).map_err(|_| broken())?;
        let rare = Font::new(Bytes::new(bytes), 0).ok_or_else(broken)?;
        Ok(Self::of(self.all.iter().cloned().chain([rare]).collect()))
    }

    /// Whether any of them has a sign.
    pub(super) fn have(&self, sign: char) -> bool {
        self.all.iter().any(|font| font.info().coverage.contains(u32::from(sign)))
    }
}
