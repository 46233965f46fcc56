use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::*;

/// A picture with edges and shades, as bytes of RGB.
fn pixels(width: u32, height: u32) -> Vec<u8> {
    let mut all = Vec::with_capacity((width * height * 3) as usize);
    for y in 0..height {
        for x in 0..width {
            let line = if (x / 70 + y / 50) % 9 == 0 { 20 } else { 220 };
            all.extend([line, (x * 255 / width) as u8, (y * 255 / height) as u8]);
        }
    }
    all
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.write_image(&pixels(width, height), width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&pixels(width, height), width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// An EXIF segment with an orientation and a position on earth, in either order of bytes.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0*\0\0\0\x08\0\x02".to_vec();
    tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend([0x88, 0x25, 0, 4, 0, 0, 0, 1, 0, 0, 0, 38]);
    tiff.extend([0, 0, 0, 0]);
    tiff.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0GPS 40.6742,110.2844");
    tiff
}

fn with_exif(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let exif = [b"Exif\0\0".as_slice(), &exif(orientation)].concat();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

fn size(jpeg: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).expect("a whole JPEG");
    (picture.width(), picture.height())
}

/// Kinds of segments before the picture itself: what is kept has the frame of JFIF and no others that could carry data.
fn carries_nothing(jpeg: &[u8]) -> bool {
    let has = |needle: &[u8]| jpeg.windows(needle.len()).any(|part| part == needle);
    let marker = |n: u8| jpeg.windows(2).any(|pair| pair == [0xFF, n]);
    !(has(b"Exif") || has(b"GPS") || has(b"http://ns.adobe.com") || has(b"ICC_PROFILE"))
        && (0xE1..=0xEF).chain([0xFE]).all(|n| !marker(n))
}

fn taken(bytes: &[u8]) -> Intake {
    let intake = take(bytes).expect("it is taken");
    let thumb = intake.thumb.as_deref().expect("a thumbnail");
    assert!(carries_nothing(&intake.bytes) && carries_nothing(thumb), "A2: nothing but pixels");
    let (longest, thumb_longest) = (size(&intake.bytes), size(thumb));
    assert!(longest.0.max(longest.1) <= LONGEST_SIDE && thumb_longest.0.max(thumb_longest.1) <= THUMB_SIDE, "A2");
    assert!(intake.bytes.len() <= MAX_KEPT && thumb.len() <= MAX_THUMB, "A2: {} bytes", intake.bytes.len());
    intake
}

#[test]
fn a2_a_photograph_comes_out_upright_small_and_clean() {
    assert_eq!(size(&taken(&jpeg(2600, 400)).bytes), (2000, 307));
    assert_eq!(size(&taken(&jpeg(600, 4100)).bytes), (292, 2000), "read at half its size, then brought to the bound");
    // EXIF 2.32 table 6: 5 to 8 lie on their side.
    for orientation in 1..=8 {
        let intake = taken(&with_exif(&jpeg(300, 120), orientation));
        let upright = if orientation >= 5 { (120, 300) } else { (300, 120) };
        assert_eq!(size(&intake.bytes), upright, "orientation {orientation}");
        assert_eq!(size(intake.thumb.as_deref().unwrap()).0 < 200, orientation >= 5, "the thumbnail too");
    }
}

#[test]
fn a_turned_photograph_shows_its_corner_where_it_belongs() {
    let mut rgb = vec![255; 64 * 32 * 3];
    // A dark corner at the upper left, as the sensor saw it.
    for y in 0..16 {
        rgb[y * 64 * 3..y * 64 * 3 + 16 * 3].fill(0);
    }
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 95).write_image(&rgb, 64, 32, ExtendedColorType::Rgb8).unwrap();
    let intake = taken(&with_exif(&bytes, 6));
    let upright = image::load_from_memory(&intake.bytes).unwrap().into_luma8();
    assert_eq!(upright.dimensions(), (32, 64));
    assert!(upright.get_pixel(27, 4).0[0] < 60, "orientation 6: what was left above is right above");
    assert!(upright.get_pixel(4, 4).0[0] > 200);
}

#[test]
fn a1_the_first_bytes_say_what_it_is() {
    assert_eq!(taken(&png(300, 200)).kind, FileKind::Jpeg, "a PNG is written anew as well");
    let mut webp = Vec::new();
    WebPEncoder::new_lossless(&mut webp).encode(&pixels(64, 48), 64, 48, ExtendedColorType::Rgb8).unwrap();
    assert_eq!(size(&taken(&webp).bytes), (64, 48));
    let pdf = take(b"%PDF-1.7 whatever it holds").expect("a PDF");
    assert_eq!(
        (pdf.kind, pdf.thumb, pdf.bytes.as_slice()),
        (FileKind::Pdf, None, b"%PDF-1.7 whatever it holds".as_slice())
    );
    for brand in [b"heic", b"mif1", b"avif"] {
        let phone = [b"\0\0\0\x18ftyp".as_slice(), brand, &[0; 12]].concat();
        assert_eq!(take(&phone), Err(IntakeFault::Heic), "says what to do");
    }
    for other in [b"GIF89a\x01\0\x01\0".as_slice(), b"PK\x03\x04", b"MZ", b"<svg onload=alert(1)>", b"#!/bin/sh"] {
        assert_eq!(take(other), Err(IntakeFault::OtherKind), "{other:?}");
    }
    assert_eq!(take(b""), Err(IntakeFault::Empty));
}

#[test]
fn a1_bytes_and_pixels_are_bounded_before_anything_is_decoded() {
    let mut large = b"\xFF\xD8\xFF".to_vec();
    large.resize(MAX_PICTURE + 1, 0);
    assert_eq!(take(&large), Err(IntakeFault::TooLarge));
    let mut large = b"%PDF-".to_vec();
    large.resize(MAX_PDF + 1, 0);
    assert_eq!(take(&large), Err(IntakeFault::TooLarge));
    let mut bomb = png(8, 8);
    // The header's width and height: 50,000 by 50,000 pixels.
    bomb[16..24].copy_from_slice(&[0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50]);
    let check = crc(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&check.to_be_bytes());
    assert_eq!(take(&bomb), Err(IntakeFault::TooManyPixels));
}

/// The check of a PNG's chunk (ISO/IEC 15948 annex D).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

#[test]
fn what_breaks_off_is_refused_and_never_half_a_picture() {
    let (photo, drawing) = (jpeg(400, 300), png(400, 300));
    for share in [1, 20, 50, 80, 97] {
        assert_eq!(take(&photo[..photo.len() * share / 100]), Err(IntakeFault::Damaged), "{share} % of a JPEG");
        assert_eq!(take(&drawing[..drawing.len() * share / 100]), Err(IntakeFault::Damaged), "{share} % of a PNG");
    }
    let mut scans = photo[..photo.len() - 2].to_vec();
    let first = photo.windows(2).position(|pair| pair == [0xFF, 0xDA]).expect("a scan");
    for _ in 0..100 {
        scans.extend_from_slice(&photo[first..first + 14]);
    }
    scans.extend([0xFF, 0xD9]);
    assert_eq!(take(&scans), Err(IntakeFault::Damaged), "a hundred scans: time without end");
}

#[test]
fn what_is_transparent_comes_out_on_white_and_noise_still_fits() {
    let clear = [10, 20, 30, 0].repeat(64 * 64);
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&clear, 64, 64, ExtendedColorType::Rgba8).unwrap();
    let white = image::load_from_memory(&taken(&bytes).bytes).unwrap().into_luma8();
    assert!(white.pixels().all(|pixel| pixel.0[0] > 250), "a stamp without a ground is not black");
    let mut noise = vec![0; 600 * 600 * 3];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&noise, 600, 600, ExtendedColorType::Rgb8).unwrap();
    assert!(taken(&bytes).bytes.len() <= MAX_KEPT, "what no quality makes small enough gets fewer pixels");
}

#[test]
fn sixteen_bits_and_grey_come_out_as_eight() {
    let grey: Vec<u8> = (0..128 * 64_u32).flat_map(|n| (n as u16).wrapping_mul(8).to_ne_bytes()).collect();
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(&grey, 128, 64, ExtendedColorType::L16).unwrap();
    let kept = image::load_from_memory(&taken(&bytes).bytes).unwrap();
    assert_eq!((kept.width(), kept.height()), (128, 64));
}

#[test]
fn a_thousand_damaged_pictures_neither_panic_nor_pass_for_something_else() {
    let originals = [jpeg(96, 64), png(96, 64)];
    let mut draws = vec![0; 1_000 * 4];
    blake3::Hasher::new().finalize_xof().fill(&mut draws);
    for (n, draw) in draws.chunks(4).enumerate() {
        let mut bytes = originals[n % 2].clone();
        let at = usize::from(u16::from_be_bytes([draw[0], draw[1]])) % bytes.len();
        bytes[at] = draw[2];
        if let Ok(intake) = take(&bytes) {
            assert!(carries_nothing(&intake.bytes), "picture {n}");
        }
    }
}
