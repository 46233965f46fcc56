//! Smaller pictures: by whole steps first, which needs no memory beside the result, then smoothly to the wanted side; and as
//! small a JPEG as is asked for.

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, RgbImage};

/// Qualities tried, best first. Below the last one letters on a paper begin to dissolve: then fewer pixels read better.
const QUALITIES: [u8; 5] = [85, 76, 66, 56, 46];
/// Sides tried after one another, in percent of the one before.
const STEP: u32 = 80;

/// The picture with no side longer than `side`; one that is small enough stays as it is.
pub(super) fn within(pixels: DynamicImage, side: u32) -> DynamicImage {
    let longest = pixels.width().max(pixels.height());
    if longest <= side {
        return pixels;
    }
    let whole = longest / side;
    let reduced = match whole {
        0 | 1 => pixels,
        _ => {
            let (width, height) = ((pixels.width() / whole).max(1), (pixels.height() / whole).max(1));
            let reduced = pixels.thumbnail_exact(width, height);
            drop(pixels);
            reduced
        }
    };
    let longest = reduced.width().max(reduced.height());
    if longest <= side {
        return reduced;
    }
    let part = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longest)).max(1);
    let part = |length: u32| u32::try_from(part(length)).unwrap_or(side);
    reduced.resize_exact(part(reduced.width()), part(reduced.height()), FilterType::Triangle)
}

/// Eight bits, grey or colour, on white where it was transparent.
pub(super) fn flat(pixels: DynamicImage) -> DynamicImage {
    match pixels {
        DynamicImage::ImageLuma8(_) | DynamicImage::ImageRgb8(_) => pixels,
        DynamicImage::ImageLuma16(_) => DynamicImage::ImageLuma8(pixels.into_luma8()),
        other if !other.color().has_alpha() => DynamicImage::ImageRgb8(other.into_rgb8()),
        other => {
            let rgba = other.into_rgba8();
            let on_white = |channel: u8, alpha: u8| {
                let (channel, alpha) = (u32::from(channel), u32::from(alpha));
                u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX)
            };
            let rgb = rgba.pixels().flat_map(|pixel| [0, 1, 2].map(|at| on_white(pixel.0[at], pixel.0[3])));
            let rgb: Vec<u8> = rgb.collect();
            RgbImage::from_raw(rgba.width(), rgba.height(), rgb).map(DynamicImage::ImageRgb8).unwrap_or_default()
        }
    }
}

/// A JPEG of at most `most` bytes: the best quality that fits, with fewer pixels where none does.
pub(super) fn jpeg(mut pixels: DynamicImage, most: usize) -> Option<Vec<u8>> {
    loop {
        for quality in QUALITIES {
            let mut bytes = Vec::with_capacity(most);
            let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
            encoder.encode(pixels.as_bytes(), pixels.width(), pixels.height(), pixels.color().into()).ok()?;
            if bytes.len() <= most {
                return Some(bytes);
            }
        }
        let longest = pixels.width().max(pixels.height());
        let next = longest * STEP / 100;
        if next == 0 || next == longest {
            return None;
        }
        pixels = within(pixels, next);
    }
}
