//! The dictionary of small bodies: what requests and answers about single acts have in common, so that it need not travel.
//!
//! Never changed once stations use it: another one gets another number and another packing.

use std::sync::OnceLock;

use daiban_model::wire;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::CParameter;

/// The first dictionary.
const FIRST: &[u8] = include_bytes!("../../../assets/wire/exchange-1.dict");
/// zstd level: bodies that small cost nothing.
const LEVEL: i32 = 19;
/// Bodies up to this size are packed with it: of larger ones it saves next to nothing.
const MOST: usize = 32 << 10;

fn encoder() -> &'static EncoderDictionary<'static> {
    static READ: OnceLock<EncoderDictionary<'static>> = OnceLock::new();
    READ.get_or_init(|| EncoderDictionary::copy(FIRST, LEVEL))
}

fn decoder() -> &'static DecoderDictionary<'static> {
    static READ: OnceLock<DecoderDictionary<'static>> = OnceLock::new();
    READ.get_or_init(|| DecoderDictionary::copy(FIRST))
}

/// Packs a body; nothing where that does not make it smaller, or it is a large one.
pub(crate) fn squeeze(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() > MOST {
        return None;
    }
    let mut compressor = Compressor::with_prepared_dictionary(encoder()).ok()?;
    // Which one it is says the packing.
    compressor.set_parameter(CParameter::DictIdFlag(false)).ok()?;
    compressor.compress(bytes).ok().filter(|small| small.len() < bytes.len())
}

/// Unpacks a body, never to more than the bound.
pub(crate) fn unsqueeze(body: &[u8]) -> Option<Vec<u8>> {
    let claimed = zstd::zstd_safe::get_frame_content_size(body).ok().flatten()?;
    let size = usize::try_from(claimed).ok().filter(|size| *size <= wire::MAX_INFLATED)?;
    Decompressor::with_prepared_dictionary(decoder()).ok()?.decompress(body, size).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dictionary_is_these_bytes_for_ever() {
        let digest = blake3::hash(FIRST).to_hex();
        assert_eq!(
            (FIRST.len(), digest.as_str()),
            (4_096, "1b3919ce41209411e0206146669a05e7a4b4da9c38d18ce51528446505c89f0e"),
            "released stations have this one"
        );
    }

    #[test]
    fn a_body_comes_back_as_it_was_and_damaged_ones_do_not_come() {
        let body = br#"{"k":"noted","text":"a few words about a case"}"#.repeat(20);
        let small = squeeze(&body).expect("it gets smaller");
        assert_eq!(unsqueeze(&small).as_deref(), Some(body.as_slice()));
        assert_eq!(squeeze(&[7; 3]), None, "nothing to gain");
        assert_eq!(squeeze(&vec![0; MOST + 1]), None, "too large to be worth it");
        for cut in 0..small.len() {
            assert_ne!(unsqueeze(&small[..cut]).as_deref(), Some(body.as_slice()), "cut at {cut}");
        }
        assert_eq!(unsqueeze(b"no frame"), None);
    }
}
