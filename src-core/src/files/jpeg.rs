//! JPEG, read straight into a half, a quarter or an eighth where it is larger than what is kept: a photograph of 100 megapixels
//! takes the memory of one of six.

use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_decoder::{Decoder, PixelFormat};

use super::intake::{IntakeFault, LONGEST_SIDE, MAX_DECODED, Picture};

/// Most pixels of a sequential JPEG; only time is spent on them.
const MAX_PIXELS: u64 = 130_000_000;
/// Most scans: a progressive picture needs ten. Each one walks over the whole picture, however few bytes it has.
const MAX_SCANS: usize = 64;

/// What the frame header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Frame {
    width: u64,
    height: u64,
    /// Coefficients of all components; a progressive decoder keeps them all.
    samples: u64,
    way: Way,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Sequential,
    Progressive,
}

pub(super) fn decode(bytes: &[u8]) -> Result<Picture, IntakeFault> {
    let frame = frame(bytes).ok_or(IntakeFault::Damaged)?;
    bounded(frame)?;
    if scans(bytes) > MAX_SCANS || !ends(bytes) {
        return Err(IntakeFault::Damaged);
    }
    let mut decoder = Decoder::new(bytes);
    decoder.set_max_decoding_buffer_size(usize::try_from(MAX_DECODED).unwrap_or(usize::MAX));
    decoder.read_info().map_err(|_| IntakeFault::Damaged)?;
    let (width, height) = wanted(frame);
    let (width, height) = decoder.scale(width, height).map_err(|_| IntakeFault::Damaged)?;
    let pixels = decoder.decode().map_err(|_| IntakeFault::Damaged)?;
    let format = decoder.info().ok_or(IntakeFault::Damaged)?.pixel_format;
    let turn = decoder.exif_data().and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms);
    let pixels = picture(u32::from(width), u32::from(height), format, pixels).ok_or(IntakeFault::Damaged)?;
    Ok(Picture { pixels, turn })
}

fn bounded(frame: Frame) -> Result<(), IntakeFault> {
    let fits = match frame.way {
        Way::Sequential => frame.width * frame.height <= MAX_PIXELS,
        Way::Progressive => frame.samples.saturating_mul(2) <= MAX_DECODED,
    };
    if fits { Ok(()) } else { Err(IntakeFault::TooManyPixels) }
}

/// The size asked for: the longest side as it is kept. The decoder answers with the next larger one it can do.
fn wanted(frame: Frame) -> (u16, u16) {
    let longest = frame.width.max(frame.height);
    let side = u64::from(LONGEST_SIDE).min(longest);
    let part = |length: u64| u16::try_from((length * side / longest).max(1)).unwrap_or(u16::MAX);
    (part(frame.width), part(frame.height))
}

fn picture(width: u32, height: u32, format: PixelFormat, pixels: Vec<u8>) -> Option<DynamicImage> {
    match format {
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        PixelFormat::L16 => {
            let high = pixels.chunks_exact(2).map(|pair| u16::from_ne_bytes([pair[0], pair[1]]).to_be_bytes()[0]);
            GrayImage::from_raw(width, height, high.collect()).map(DynamicImage::ImageLuma8)
        }
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
        PixelFormat::CMYK32 => {
            // Without a colour profile this is all that can be said: each ink takes its light, black takes of all.
            let light = |ink: u8, black: u8| {
                u8::try_from(u32::from(255 - ink) * u32::from(255 - black) / 255).unwrap_or(u8::MAX)
            };
            let rgb = pixels.chunks_exact(4).flat_map(|ink| [0, 1, 2].map(|at| light(ink[at], ink[3])));
            RgbImage::from_raw(width, height, rgb.collect()).map(DynamicImage::ImageRgb8)
        }
    }
}

/// Walks over the markers before the first scan to the frame header (ITU-T T.81 annex B).
fn frame(bytes: &[u8]) -> Option<Frame> {
    let mut at = 2;
    loop {
        // Any number of fill bytes may stand before a marker.
        while bytes.get(at..at + 2)? == [0xFF, 0xFF] {
            at += 1;
        }
        let [0xFF, marker] = *bytes.get(at..at + 2)? else { return None };
        let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        let body = bytes.get(at + 4..at + 2 + length)?;
        match marker {
            0xC0 | 0xC1 => return header(body, Way::Sequential),
            0xC2 => return header(body, Way::Progressive),
            // A scan before a frame; lossless, hierarchical and arithmetic ones, which no camera writes.
            0xDA | 0xD9 | 0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => return None,
            _ => at += 2 + length,
        }
    }
}

fn header(body: &[u8], way: Way) -> Option<Frame> {
    let [_, h1, h0, w1, w0, count, components @ ..] = body else { return None };
    let (height, width) = (u64::from(u16::from_be_bytes([*h1, *h0])), u64::from(u16::from_be_bytes([*w1, *w0])));
    let sampling = components.chunks_exact(3).map(|one| (u64::from(one[1] >> 4), u64::from(one[1] & 15)));
    let sampling: Vec<(u64, u64)> = sampling.take(usize::from(*count)).collect();
    let (most_h, most_v) = (sampling.iter().map(|(h, _)| *h).max()?, sampling.iter().map(|(_, v)| *v).max()?);
    if width == 0 || height == 0 || most_h == 0 || most_v == 0 {
        return None;
    }
    let of = |(h, v): &(u64, u64)| (width * h).div_ceil(most_h) * (height * v).div_ceil(most_v);
    Some(Frame { width, height, samples: sampling.iter().map(of).sum(), way })
}

/// How often a scan begins. Inside the data of a scan these two bytes do not occur.
fn scans(bytes: &[u8]) -> usize {
    bytes.windows(2).filter(|pair| *pair == [0xFF, 0xDA]).count()
}

/// Whether the end is there: a photograph that was cut off while it was copied must not pass for a whole one.
fn ends(bytes: &[u8]) -> bool {
    // Some cameras add their own data behind it.
    bytes.windows(2).rposition(|pair| pair == [0xFF, 0xD9]).is_some_and(|end| {
        let last_scan = bytes.windows(2).rposition(|pair| pair == [0xFF, 0xDA]);
        last_scan.is_some_and(|scan| scan < end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG's beginning: start, frame header, nothing else.
    fn beginning(marker: u8, width: u16, height: u16) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8, 0xFF, marker, 0, 17, 8];
        bytes.extend(height.to_be_bytes());
        bytes.extend(width.to_be_bytes());
        bytes.extend([3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
        bytes
    }

    #[test]
    fn the_frame_header_says_how_much_there_is_before_anything_is_decoded() {
        let frame = frame(&beginning(0xC2, 4000, 3000)).expect("a frame");
        let samples = 4000 * 3000 + 2 * 2000 * 1500;
        assert_eq!(frame, Frame { width: 4000, height: 3000, samples, way: Way::Progressive });
        assert_eq!(wanted(frame), (2000, 1500));
    }

    #[test]
    fn a_progressive_picture_is_refused_earlier_than_a_sequential_one() {
        let bound = |marker| bounded(frame(&beginning(marker, 12_000, 8_400)).expect("a frame"));
        assert_eq!(bound(0xC0), Ok(()), "100 megapixels, read into a quarter");
        assert_eq!(bound(0xC2), Err(IntakeFault::TooManyPixels), "all its coefficients would be in memory");
        let most = frame(&beginning(0xC0, 65_500, 65_500)).expect("a frame");
        assert_eq!(bounded(most), Err(IntakeFault::TooManyPixels), "not even a header's worth of time is spent");
    }

    #[test]
    fn lossless_and_arithmetic_ones_and_zero_sizes_are_none() {
        for marker in [0xC3, 0xC9, 0xCA] {
            assert_eq!(frame(&beginning(marker, 10, 10)), None, "{marker:x}");
        }
        assert_eq!(frame(&beginning(0xC0, 0, 10)), None);
        assert_eq!(frame(&beginning(0xC0, 10, 0)), None, "a height that only the end would tell");
        assert_eq!(frame(&beginning(0xC0, 10, 10)[..12]), None, "cut off");
    }
}
