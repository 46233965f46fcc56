//! Photographs as a phone makes them: large for what they show, lying on their side, with the place they were taken at inside.

use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::must;

/// What the phone wrote into a photograph about where it was.
pub const PLACE: &str = "GPS 40.674203,110.284401";

/// A photograph that no packing makes small: what is kept of it has three chunks or four. Equal seeds give equal photographs.
pub fn photo(seed: u8) -> Vec<u8> {
    const SIDE: u32 = 620;
    let mut state = u32::from(seed).wrapping_mul(0x9E37_79B9) | 1;
    let noise = (0..SIDE * SIDE * 3).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [high, ..] = state.to_be_bytes();
        160 | (high >> 3)
    });
    with_place(&jpeg(&noise.collect::<Vec<u8>>(), SIDE))
}

/// A small photograph of one colour.
pub fn snapshot(seed: u8) -> Vec<u8> {
    const SIDE: u32 = 48;
    let pixels: Vec<u8> = [seed.wrapping_mul(53), 120, seed.wrapping_mul(101)].repeat((SIDE * SIDE) as usize);
    with_place(&jpeg(&pixels, SIDE))
}

fn jpeg(pixels: &[u8], side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 92);
    must("a photograph", encoder.write_image(pixels, side, side, ExtendedColorType::Rgb8));
    bytes
}

/// Puts an EXIF segment behind the start of the image.
fn with_place(jpeg: &[u8]) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    exif.extend(PLACE.as_bytes());
    let length = must("a length", u16::try_from(exif.len() + 2)).to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}
