//! What a picture may cost: time and memory of whole intakes, in a process of their own so that memory can be measured.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a measurement that says what it found")]

use std::io::Write;
use std::time::{Duration, Instant};

use daiban_core::files::intake::{Intake, IntakeFault, LONGEST_SIDE, take};

/// Memory that one intake may take beyond what it is given.
const MOST_MIB: u64 = 200;

/// What one intake took: time, and the peak of resident memory above what there was before, in MiB.
#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn measured(bytes: &[u8]) -> (Result<Intake, IntakeFault>, Duration, Option<u64>) {
    // Writing 5 there sets the peak back to the present (man 5 proc).
    let settable = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let (before, begun) = (kib("VmRSS:"), Instant::now());
    let took = take(bytes);
    let time = begun.elapsed();
    let peak = kib("VmHWM:").zip(before).filter(|_| settable).map(|(peak, before)| peak.saturating_sub(before) >> 10);
    (took, time, peak)
}

fn kib(line: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let found = status.lines().find_map(|one| one.strip_prefix(line))?;
    found.trim().split(' ').next()?.parse().ok()
}

/// Bits of a JPEG's data, with a zero after each byte of ones (ITU-T T.81 F.1.2.3).
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    word: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, code: u32, length: u32) {
        for at in (0..length).rev() {
            self.word = self.word << 1 | code >> at & 1;
            self.count += 1;
            if self.count == 8 {
                let byte = self.word.to_be_bytes()[3];
                self.bytes.push(byte);
                if byte == 0xFF {
                    self.bytes.push(0);
                }
                (self.word, self.count) = (0, 0);
            }
        }
    }

    fn end(mut self) -> Vec<u8> {
        while self.count > 0 {
            self.put(1, 1);
        }
        self.bytes
    }
}

/// A whole JPEG of so many components, made without ever holding its pixels: in each block a difference of brightness and one
/// coefficient, coded with tables of two words.
fn jpeg(width: u16, height: u16, components: u8, adobe: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8];
    bytes.extend_from_slice(adobe);
    bytes.extend([0xFF, 0xDB, 0, 67, 0]);
    bytes.extend([16; 64]);
    bytes.extend([0xFF, 0xC0, 0, 8 + 3 * components, 8]);
    bytes.extend(height.to_be_bytes());
    bytes.extend(width.to_be_bytes());
    bytes.push(components);
    bytes.extend((1..=components).flat_map(|id| [id, 0x11, 0]));
    // Brightness: `0` is no difference, `10` is one of two bits. Coefficients: `0` ends the block, `10` is one of one bit.
    for (class, symbols) in [(0x00, [0_u8, 2]), (0x10, [0x00, 0x01])] {
        bytes.extend([0xFF, 0xC4, 0, 21, class, 1, 1]);
        bytes.extend([0; 14]);
        bytes.extend(symbols);
    }
    bytes.extend([0xFF, 0xDA, 0, 6 + 2 * components, components]);
    bytes.extend((1..=components).flat_map(|id| [id, 0x00]));
    bytes.extend([0, 63, 0]);
    let mut bits = Bits::default();
    let blocks = u64::from(width.div_ceil(8)) * u64::from(height.div_ceil(8)) * u64::from(components);
    for block in 0..blocks {
        match block % 7 {
            0 => bits.put(0b1010, 4),
            3 => bits.put(0b1001, 4),
            _ => bits.put(0, 1),
        }
        bits.put(if block % 2 == 0 { 0b1010 } else { 0 }, if block % 2 == 0 { 4 } else { 1 });
    }
    bytes.extend(bits.end());
    bytes.extend([0xFF, 0xD9]);
    bytes
}

/// A PNG's header that says so many pixels, and data of zeros that unpack to as much as the decoder will take.
fn png_bomb(side: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1A\n".to_vec();
    let mut chunk = |kind: &[u8; 4], body: &[u8]| {
        let all = [kind.as_slice(), body].concat();
        bytes.write_all(&u32::try_from(body.len()).unwrap().to_be_bytes()).unwrap();
        bytes.write_all(&all).unwrap();
        bytes.write_all(&crc(&all).to_be_bytes()).unwrap();
    };
    let header = [side.to_be_bytes().as_slice(), &side.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    chunk(b"IHDR", &header);
    chunk(b"IDAT", &[0x78, 0x01, 0x63, 0x60, 0x60, 0x60, 0x60, 0x00, 0x00]);
    chunk(b"IEND", &[]);
    bytes
}

/// The check of a PNG's chunk (ISO/IEC 15948 annex D).
fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}

fn side(intake: &Intake) -> u32 {
    let picture = image::load_from_memory(&intake.bytes).expect("a whole JPEG");
    picture.width().max(picture.height())
}

/// Row 17: 100 megapixels, CMYK, and pictures that claim too much. One test for all, so that nothing else takes memory meanwhile.
#[test]
fn a_picture_costs_bounded_time_and_memory_whatever_it_claims() {
    let large = jpeg(12_000, 8_400, 3, &[]);
    let (took, time, peak) = measured(&large);
    println!("100 megapixels in {} kB: {time:?}, {peak:?} MiB", large.len() >> 10);
    assert_eq!(side(&took.expect("read into a quarter")), LONGEST_SIDE);
    assert!(peak.is_none_or(|mib| mib <= MOST_MIB), "{peak:?} MiB for 100 megapixels");

    let adobe = [0xFF, 0xEE, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, 0];
    let (took, _, peak) = measured(&jpeg(4_000, 3_000, 4, &adobe));
    let kept = took.expect("four inks");
    let colour = image::load_from_memory(&kept.bytes).unwrap().color();
    assert_eq!((side(&kept), colour.channel_count()), (LONGEST_SIDE, 3), "CMYK comes out as colours of light");
    assert!(peak.is_none_or(|mib| mib <= MOST_MIB), "{peak:?} MiB for CMYK");

    let bombs = [
        ("a PNG of 50,000 by 50,000", png_bomb(50_000), IntakeFault::TooManyPixels),
        ("a PNG of 2 thousand million by as many", png_bomb(0x7FFF_FFFF), IntakeFault::TooManyPixels),
        ("a JPEG of 65,500 by 65,500", jpeg_header(65_500, 65_500), IntakeFault::TooManyPixels),
        ("a PNG that breaks off", png_bomb(2_000), IntakeFault::Damaged),
    ];
    for (what, bytes, fault) in bombs {
        let (took, time, peak) = measured(&bytes);
        assert_eq!(took.err(), Some(fault), "{what}");
        assert!(peak.is_none_or(|mib| mib <= 64) && time <= Duration::from_secs(1), "{what}: {time:?}, {peak:?} MiB");
    }
}

/// Only what is read before a decision is made.
fn jpeg_header(width: u16, height: u16) -> Vec<u8> {
    let mut bytes = jpeg(8, 8, 3, &[]);
    let at = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a frame");
    bytes[at + 5..at + 7].copy_from_slice(&height.to_be_bytes());
    bytes[at + 7..at + 9].copy_from_slice(&width.to_be_bytes());
    bytes
}
