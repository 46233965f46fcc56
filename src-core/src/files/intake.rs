//! From bytes that somebody picked to a content that may be kept. A1, A2.
//!
//! Pure and bounded: no clock, no file. It may take a second of a thread, so shells run it beside the engine.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use daiban_model::case::event::FileKind;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, Limits};

use super::{jpeg, shrink};

/// Largest picture as it is picked, in bytes.
pub const MAX_PICTURE: usize = 40 << 20;
/// Largest PDF; it is kept as it is.
pub const MAX_PDF: usize = 10 << 20;
/// Most bytes of pixels that a decoder may fill.
pub(super) const MAX_DECODED: u64 = 96 << 20;
/// Longest side of what is kept.
pub const LONGEST_SIDE: u32 = 2000;
/// Longest side of a thumbnail: enough to know a paper again, too little to read a number off it.
pub const THUMB_SIDE: u32 = 240;
/// Most bytes of a kept picture.
pub const MAX_KEPT: usize = 250_000;
/// Most bytes of a thumbnail.
pub const MAX_THUMB: usize = 24_000;

/// A content that may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// What it is.
    pub kind: FileKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// A small picture of it; a PDF has none.
    pub thumb: Option<Vec<u8>>,
}

/// Why bytes are not taken in; each has its own sentence that says what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IntakeFault {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
    /// More bytes than the bound.
    #[error("the file has too many bytes")]
    TooLarge,
    /// More pixels than this machine should unpack.
    #[error("the picture has too many pixels")]
    TooManyPixels,
    /// A phone's HEIC or AVIF.
    #[error("the picture is HEIC")]
    Heic,
    /// None of the kinds that are taken.
    #[error("the file is of a kind that is not taken")]
    OtherKind,
    /// It breaks off or contradicts itself.
    #[error("the file is damaged")]
    Damaged,
}

impl IntakeFault {
    /// The key of its sentence.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "file_empty",
            Self::TooLarge => "file_too_large",
            Self::TooManyPixels => "file_too_many_pixels",
            Self::Heic => "file_heic",
            Self::OtherKind => "file_other_kind",
            Self::Damaged => "file_damaged",
        }
    }
}

/// What the first bytes say. A1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Magic {
    Jpeg,
    Png,
    WebP,
    Pdf,
}

fn magic(bytes: &[u8]) -> Result<Magic, IntakeFault> {
    let at = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
    match bytes {
        [] => Err(IntakeFault::Empty),
        [0xFF, 0xD8, 0xFF, ..] => Ok(Magic::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Ok(Magic::Png),
        [b'%', b'P', b'D', b'F', b'-', ..] => Ok(Magic::Pdf),
        _ if at(0, 4) == b"RIFF" && at(8, 12) == b"WEBP" => Ok(Magic::WebP),
        _ if at(4, 8) == b"ftyp" && is_heif(at(8, 12)) => Err(IntakeFault::Heic),
        _ => Err(IntakeFault::OtherKind),
    }
}

/// Brands of ISO/IEC 23008-12 and of AVIF.
fn is_heif(brand: &[u8]) -> bool {
    const BRANDS: [&[u8; 4]; 10] =
        [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"];
    BRANDS.iter().any(|known| brand == *known)
}

/// Takes bytes in. A1, A2.
pub fn take(bytes: &[u8]) -> Result<Intake, IntakeFault> {
    let magic = magic(bytes)?;
    let bound = if magic == Magic::Pdf { MAX_PDF } else { MAX_PICTURE };
    if bytes.len() > bound {
        return Err(IntakeFault::TooLarge);
    }
    let decode: fn(&[u8]) -> Result<Picture, IntakeFault> = match magic {
        Magic::Pdf => return Ok(Intake { kind: FileKind::Pdf, bytes: bytes.to_owned(), thumb: None }),
        Magic::Jpeg => jpeg::decode,
        Magic::Png => png,
        Magic::WebP => webp,
    };
    // A decoder that panics on damaged bytes takes nothing else with it.
    let made = catch_unwind(AssertUnwindSafe(|| decode(bytes).and_then(rewritten)));
    let (bytes, thumb) = made.map_err(|_| IntakeFault::Damaged)??;
    Ok(Intake { kind: FileKind::Jpeg, bytes, thumb: Some(thumb) })
}

/// Pixels, and how they must be turned to stand upright.
pub(super) struct Picture {
    pub(super) pixels: DynamicImage,
    pub(super) turn: Orientation,
}

/// The kept picture and its thumbnail. A2.
fn rewritten(picture: Picture) -> Result<(Vec<u8>, Vec<u8>), IntakeFault> {
    let mut pixels = shrink::flat(shrink::within(picture.pixels, LONGEST_SIDE));
    pixels.apply_orientation(picture.turn);
    let whole = shrink::jpeg(pixels.clone(), MAX_KEPT).ok_or(IntakeFault::Damaged)?;
    let thumb = shrink::jpeg(shrink::within(pixels, THUMB_SIDE), MAX_THUMB).ok_or(IntakeFault::Damaged)?;
    Ok((whole, thumb))
}

fn png(bytes: &[u8]) -> Result<Picture, IntakeFault> {
    unpacked(PngDecoder::with_limits(Cursor::new(bytes), limits()).map_err(fault)?)
}

fn webp(bytes: &[u8]) -> Result<Picture, IntakeFault> {
    unpacked(WebPDecoder::new(Cursor::new(bytes)).map_err(fault)?)
}

fn fault(fault: ImageError) -> IntakeFault {
    if matches!(fault, ImageError::Limits(_)) { IntakeFault::TooManyPixels } else { IntakeFault::Damaged }
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_DECODED);
    limits
}

/// The first frame of a picture, once its header has said that it is not too large.
fn unpacked(mut decoder: impl ImageDecoder) -> Result<Picture, IntakeFault> {
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(IntakeFault::Damaged);
    }
    if decoder.total_bytes() > MAX_DECODED {
        return Err(IntakeFault::TooManyPixels);
    }
    decoder.set_limits(limits()).map_err(fault)?;
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let pixels = DynamicImage::from_decoder(decoder).map_err(fault)?;
    Ok(Picture { pixels, turn })
}

#[cfg(test)]
#[path = "intake_tests.rs"]
mod tests;
