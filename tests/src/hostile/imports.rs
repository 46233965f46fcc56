//! The district's own files: CSV, workbooks and JSON, as an operator imports them.

use std::io::{Cursor, Write as _};
use std::path::Path;

use daiban_district::import::{self, Form};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::world::{day, must};

/// The first byte says which form: 0 CSV, 1 JSON, 2 a workbook as it is, 3 the sheet of a workbook that is zipped here, 4 its shared
/// texts.
pub(super) fn import(bytes: &[u8]) {
    let Some((form, rest)) = bytes.split_first() else { return };
    let cells =
        "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row><row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c></row>";
    match form % 5 {
        0 => read(Form::Csv, rest),
        1 => read(Form::Json, rest),
        2 => read(Form::Xlsx, rest),
        3 => read(Form::Xlsx, &workbook(rest, b">")),
        _ => read(Form::Xlsx, &workbook(cells.as_bytes(), rest)),
    }
}

fn read(form: Form, bytes: &[u8]) {
    let told = |faults: Vec<import::Fault>| faults.iter().for_each(|fault| assert!(!fault.to_string().is_empty()));
    match import::parse(form, bytes) {
        Err(faults) => told(faults),
        Ok(content) => {
            let _ = import::catalogue(&content, 1, day("2026-01-01")).map_err(told);
            let _ = import::places(&content).map_err(told);
            let _ = import::roster(&content, None).map_err(told);
            let _ = import::calendar(&content).map_err(told);
        }
    }
}

/// A workbook of one sheet, whose rows and whose shared texts are as given.
pub fn workbook(rows: &[u8], shared: &[u8]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
    let around = |before: &str, inside: &[u8], after: &str| [before.as_bytes(), inside, after.as_bytes()].concat();
    let relations =
        |inside: &str| around(&format!("<Relationships xmlns=\"{RELATIONS}\">"), inside.as_bytes(), "</Relationships>");
    let related = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
    };
    let book =
        related("rId1", "worksheet", "worksheets/sheet1.xml") + &related("rId2", "sharedStrings", "sharedStrings.xml");
    zipped(&[
        ("[Content_Types].xml", b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_vec()),
        ("_rels/.rels", relations(&related("rId1", "officeDocument", "xl/workbook.xml"))),
        ("xl/_rels/workbook.xml.rels", relations(&book)),
        (
            "xl/workbook.xml",
            format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets><sheet name=\"1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>").into_bytes(),
        ),
        ("xl/sharedStrings.xml", around(&format!("<sst xmlns=\"{MAIN}\" "), shared, "</sst>")),
        ("xl/worksheets/sheet1.xml", around(&format!("<worksheet xmlns=\"{MAIN}\"><sheetData>"), rows, "</sheetData></worksheet>")),
    ])
}

/// An archive of some parts.
pub(super) fn zipped(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        must("a part", writer.start_file(*name, SimpleFileOptions::default()));
        must("a part", writer.write_all(content));
    }
    must("an archive", writer.finish()).into_inner()
}

/// The first lines of the district's own files, in each form.
pub(super) fn samples() -> Vec<Vec<u8>> {
    let data = |name: &str| {
        must(name, std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/data").join(name)))
    };
    let lines = |text: &str, count: usize| text.lines().take(count).collect::<Vec<_>>().join("\n");
    let (items, roster) = (lines(&data("items.csv"), 12), lines(&data("demo/roster.csv"), 12));
    let cell = |(column, text): (usize, &str)| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let name = char::from(b'A'.wrapping_add(u8::try_from(column).unwrap_or(0)));
        format!("<c r=\"{name}#\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    let row = |(number, line): (usize, &str)| {
        let cells: String = line.split(',').enumerate().map(cell).collect();
        format!("<row r=\"{number}\">{}</row>", cells.replace('#', &number.to_string()))
    };
    let sheet: String = (1..).zip(roster.lines()).map(row).collect();
    let shared = "count=\"2\" uniqueCount=\"2\"><si><t>code</t></si><si><t>MZ-007</t></si>";
    let of = |form: u8, bytes: &[u8]| [&[form], bytes].concat();
    vec![
        of(0, items.as_bytes()),
        of(0, roster.as_bytes()),
        of(1, data("calendar.json").as_bytes()),
        of(1, data("places.json").as_bytes()),
        of(2, &workbook(sheet.as_bytes(), b">")),
        of(3, sheet.as_bytes()),
        of(4, shared.as_bytes()),
    ]
}
