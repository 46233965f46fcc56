//! A sheet as the one file that templates read, and the QR sign beside it.

use daiban_model::form::Sheet;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde_json::Value;

use super::{PrintFault, Template};

/// What a template is given.
pub(super) struct Values {
    /// `/sheet.json`
    pub(super) json: String,
    /// `/qr.svg`: the case number and nothing else (R183).
    pub(super) qr: String,
}

impl Values {
    pub(super) fn of(sheet: &Sheet) -> Result<Self, PrintFault> {
        let mut value = serde_json::to_value(sheet).map_err(|_| Template("a sheet that is not JSON"))?;
        clean(&mut value);
        let code = code(&value.to_string());
        if let Value::Object(fields) = &mut value {
            fields.insert("code".to_owned(), Value::String(code));
        }
        let qr = sheet.head.case_number.as_ref().map(|number| qr(&number.to_string())).transpose()?;
        Ok(Self { json: value.to_string(), qr: qr.unwrap_or_default() })
    }

    /// Every sign that may come onto the paper.
    pub(super) fn signs(&self) -> impl Iterator<Item = char> {
        self.json.chars().filter(|sign| !sign.is_ascii() && !is_unseen(*sign))
    }
}

/// 核对码: eight signs by which a paper is compared with what the log says was printed. It follows from everything on the paper
/// that is not the same on all of its kind.
fn code(values: &str) -> String {
    let hash = blake3::hash(values.as_bytes());
    let [a, b, c, d, ..] = hash.as_bytes();
    format!("{a:02X}{b:02X} {c:02X}{d:02X}")
}

fn qr(number: &str) -> Result<String, PrintFault> {
    let code =
        QrCode::with_error_correction_level(number, EcLevel::M).map_err(|_| Template("a number without a QR sign"))?;
    // The quiet zone of four modules belongs to the sign (ISO/IEC 18004).
    Ok(code.render::<svg::Color<'_>>().quiet_zone(true).min_dimensions(200, 200).build())
}

/// Leaves out what steers text and is not text: control signs and those that turn its direction. P3
fn clean(value: &mut Value) {
    match value {
        Value::String(text) if text.contains(steers) => text.retain(|sign| !steers(sign)),
        Value::Array(all) => all.iter_mut().for_each(clean),
        Value::Object(fields) => fields.values_mut().for_each(clean),
        _ => {}
    }
}

fn steers(sign: char) -> bool {
    (sign.is_control() && sign != '\n')
        || matches!(sign, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{061C}' | '\u{FEFF}')
}

/// Signs that no font draws: joiners and the selectors of variants.
fn is_unseen(sign: char) -> bool {
    matches!(sign, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}
