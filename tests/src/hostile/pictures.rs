//! Pictures: what somebody picks as a photograph of a paper.

use daiban_core::files::intake::{self, Intake, MAX_KEPT, MAX_THUMB};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::world::must;

/// Takes bytes in. The checks of a PNG's chunks are right; what is kept is small and carries nothing but pixels.
pub(super) fn picture(bytes: &[u8]) {
    if let Ok(intake) = intake::take(&checked(bytes)) {
        assert!(intake.thumb.is_none() || (intake.bytes.len() <= MAX_KEPT && bare(&intake)), "A2");
    }
}

fn bare(intake: &Intake) -> bool {
    let thumb = intake.thumb.as_deref().unwrap_or_default();
    let marks = |jpeg: &[u8]| jpeg.windows(2).any(|pair| pair[0] == 0xFF && matches!(pair[1], 0xE1..=0xEF | 0xFE));
    thumb.len() <= MAX_THUMB && !marks(&intake.bytes) && !marks(thumb)
}

/// Small ones of each kind.
pub(super) fn samples() -> Vec<Vec<u8>> {
    let jpeg = Jpeg { width: 64, height: 48, seed: 1 };
    let mut all = vec![
        jpeg.encoded(),
        jpeg.with_place(6),
        png(40, 30, 2),
        still_webp(32, 32, 3),
        animated_png(24, 24, 2),
        animated_webp(16, 16, 3),
        Heic::default().bytes(),
        b"%PDF-1.7\n1 0 obj".to_vec(),
    ];
    let mut ink = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut ink, 40);
    must("grey", encoder.write_image(&noise(24 * 24, 4), 24, 24, ExtendedColorType::L8));
    all.push(ink);
    all
}

fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new_derive_key("hostile pictures").update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

/// Edges and shades with some noise, as bytes of RGB.
fn pixels(width: u32, height: u32, seed: u64) -> Vec<u8> {
    let grain = noise((width * height) as usize, seed);
    let mut all = Vec::with_capacity(grain.len() * 3);
    for (at, grain) in (0..).zip(grain) {
        let (x, y): (u32, u32) = (at % width, at / width);
        let line = if (x / 17 + y / 11) % 5 == 0 { 20 } else { 200 };
        all.extend([line + (grain & 15), (x * 255 / width).to_le_bytes()[0], (y * 255 / height).to_le_bytes()[0]]);
    }
    all
}

/// A photograph as a phone makes it.
#[derive(Debug, Clone, Copy)]
pub struct Jpeg {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// What its grain follows from.
    pub seed: u64,
}

impl Jpeg {
    /// Without anything but pixels.
    pub fn encoded(self) -> Vec<u8> {
        let Self { width, height, seed } = self;
        let mut bytes = Vec::new();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, 80);
        must("a photograph", encoder.write_image(&pixels(width, height, seed), width, height, ExtendedColorType::Rgb8));
        bytes
    }

    /// With all that phones and programs write beside the pixels: EXIF with orientation and the place on earth, XMP, ICC, IPTC and
    /// a comment; each names the place.
    pub fn with_place(self, orientation: u8) -> Vec<u8> {
        let jpeg = self.encoded();
        let mut tiff = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
        tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38, 0, 0, 0, 0]);
        tiff.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0");
        tiff.extend(PLACE.as_bytes());
        let xmp = format!(
            "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><exif:GPSLatitude>{PLACE}</exif:GPSLatitude></x:xmpmeta>"
        );
        let icc = format!("ICC_PROFILE\0\x01\x01{PLACE}");
        let iptc = format!("Photoshop 3.0\x008BIM\x04\x04{PLACE}");
        let segment = |marker: u8, body: &[u8]| {
            let length = u16::try_from(body.len() + 2).unwrap_or(u16::MAX).to_be_bytes();
            [&[0xFF, marker], length.as_slice(), body].concat()
        };
        let beside = [
            segment(0xE1, &tiff),
            segment(0xE1, xmp.as_bytes()),
            segment(0xE2, icc.as_bytes()),
            segment(0xED, iptc.as_bytes()),
            segment(0xFE, PLACE.as_bytes()),
        ];
        let tail = [b"camera maker's own data ".as_slice(), PLACE.as_bytes()].concat();
        [&jpeg[..2], &beside.concat(), &jpeg[2..], &tail].concat()
    }
}

/// A place on earth as metadata name it.
pub const PLACE: &str = "GPS 40.674203,110.284401";

/// A drawing; what programs write beside the pixels is there too.
pub fn png(width: u32, height: u32, seed: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new(&mut bytes);
    must("a drawing", encoder.write_image(&pixels(width, height, seed), width, height, ExtendedColorType::Rgb8));
    let place = |kind: &[u8; 4]| chunk(kind, &[b"Comment\0".as_slice(), PLACE.as_bytes()].concat());
    inserted(&bytes, &[place(b"tEXt"), place(b"eXIf"), place(b"iCCX")].concat())
}

/// A drawing that moves (the frames after the first are not for us).
pub fn animated_png(width: u32, height: u32, seed: u64) -> Vec<u8> {
    let control = [0, 0, 0, 1, 0, 0, 0, 0];
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let frame = [&[0, 0, 0, 0], size.as_slice(), &[0; 8], &[0, 1, 0, 10, 0, 0]].concat();
    inserted(&png(width, height, seed), &[chunk(b"acTL", &control), chunk(b"fcTL", &frame)].concat())
}

/// Behind the header: magic word 8 bytes, header chunk 25.
fn inserted(png: &[u8], chunks: &[u8]) -> Vec<u8> {
    [&png[..33], chunks, &png[33..]].concat()
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let all = [kind.as_slice(), body].concat();
    [u32::try_from(body.len()).unwrap_or(0).to_be_bytes().as_slice(), &all, &crc(&all).to_be_bytes()].concat()
}

/// The check of a PNG's chunk (ISO/IEC 15948 annex D).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

/// The same bytes; of a PNG with the checks of its chunks as they should be.
pub(super) fn checked(bytes: &[u8]) -> Vec<u8> {
    let (mut fixed, mut at) = (bytes.to_vec(), 8);
    if !bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        return fixed;
    }
    while let Some(length) =
        fixed.get(at..at + 4).and_then(|four| four.first_chunk()).map(|four| u32::from_be_bytes(*four))
    {
        let end = at.saturating_add(8).saturating_add(length as usize);
        let Some(body) = fixed.get(at + 4..end) else { break };
        let check = crc(body).to_be_bytes();
        let Some(place) = fixed.get_mut(end..end + 4) else { break };
        place.copy_from_slice(&check);
        at = end + 4;
    }
    fixed
}

/// A WebP of one picture.
pub fn still_webp(width: u32, height: u32, seed: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut bytes);
    must("a picture", encoder.encode(&pixels(width, height, seed), width, height, ExtendedColorType::Rgb8));
    bytes
}

/// A WebP that moves, with EXIF behind its frames.
pub fn animated_webp(width: u32, height: u32, seed: u64) -> Vec<u8> {
    let still = still_webp(width, height, seed);
    let part = |kind: &[u8; 4], body: &[u8]| {
        let padding = vec![0; body.len() % 2];
        [kind.as_slice(), &u32::try_from(body.len()).unwrap_or(0).to_le_bytes(), body, &padding].concat()
    };
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let size = [three(width - 1), three(height - 1)].concat();
    let head = part(b"VP8X", &[&[0b0000_1010, 0, 0, 0], size.as_slice()].concat());
    let moves = part(b"ANIM", &[0; 6]);
    let frame = part(b"ANMF", &[&[0; 6], size.as_slice(), &three(40), &[0], &still[12..]].concat());
    let exif = part(b"EXIF", PLACE.as_bytes());
    let body = [b"WEBP".as_slice(), &head, &moves, &frame, &frame, &exif].concat();
    [b"RIFF".as_slice(), &u32::try_from(body.len()).unwrap_or(0).to_le_bytes(), &body].concat()
}

/// The beginning of what newer phones make.
#[derive(Debug, Clone, Copy)]
pub struct Heic {
    /// Its brand.
    pub brand: [u8; 4],
}

impl Default for Heic {
    fn default() -> Self {
        Self { brand: *b"heic" }
    }
}

impl Heic {
    /// Its bytes.
    pub fn bytes(self) -> Vec<u8> {
        [b"\0\0\0\x18ftyp".as_slice(), &self.brand, b"\0\0\0\0mif1heic", PLACE.as_bytes()].concat()
    }
}
