//! Bombs: a little that claims to be, or becomes, far too much. Each is given to the code that reads such bytes and must be refused,
//! at once, for a plain reason.

use std::fmt::Debug;

use daiban_core::courier::{Ask, Part};
use daiban_core::doc;
use daiban_core::files::intake;
use daiban_core::store::{DocKind, DocState, Snapshot, Stored};
use daiban_core::sync::sign::{self, Domain};
use daiban_core::sync::{columns, segment};
use daiban_district::import::{self, Form};
use daiban_model::wire::{self, Cursors, Envelope, ExchangeRequest, Hash, PackageKind, Packing, Record, Segment};

use super::imports::{workbook, zipped};
use super::stage::{Stage, at, scope};
use super::{pictures, village};
use crate::world::{must, now};

/// A bomb.
pub struct Bomb {
    /// What it is.
    pub name: &'static str,
    /// The bytes that are sent or brought.
    pub bytes: Vec<u8>,
    /// Gives them to the code that reads them; answers the reason of the refusal. An acceptance is an answer without a reason.
    pub read: fn(&[u8]) -> Option<String>,
}

/// Makes a bomb; they are made one at a time, for some are large themselves.
pub type Maker = fn() -> Bomb;

/// All of them.
pub fn bombs() -> Vec<(&'static str, Maker)> {
    vec![
        ("zstd, 10 GB stated", || request("zstd, 10 GB stated", zstd(10 << 30, Stated::Whole))),
        ("zstd, 10 GB and nothing stated", || {
            request("zstd, 10 GB and nothing stated", zstd(10 << 30, Stated::Nothing))
        }),
        ("zstd, 10 GB and 1 kB stated", || request("zstd, 10 GB and 1 kB stated", zstd(10 << 30, Stated::Little))),
        ("zstd, as much as a body may be", || {
            request("zstd, as much as a body may be", zstd(wire::MAX_INFLATED as u64, Stated::Whole))
        }),
        ("a snapshot of 10 GB", || Bomb {
            name: "a snapshot of 10 GB",
            bytes: zstd(10 << 30, Stated::Nothing),
            read: snapshot,
        }),
        ("an answer of 10 GB", || Bomb {
            name: "an answer of 10 GB",
            bytes: zstd(10 << 30, Stated::Whole),
            read: answer,
        }),
        ("records without end", || request("records without end", packed(&endless_records()))),
        ("cuts without end", || request("cuts without end", packed(&endless_cuts()))),
        ("cursors without end", || request("cursors without end", packed(&endless_cursors()))),
        ("lengths beyond all bytes", || request("lengths beyond all bytes", packed(&[0xFF; 64]))),
        ("a compressed change of 512 MB", || change("a compressed change of 512 MB", compressed_change(512 << 20))),
        ("a change that repeats an act without end", || {
            change("a change that repeats an act without end", endless_change())
        }),
        ("a change with dependencies without end", || change("a change with dependencies without end", endless_deps())),
        ("a letter of requests without end", || Bomb {
            name: "a letter of requests without end",
            bytes: endless_ask(),
            read: letter,
        }),
        ("a part with a head of 4 GB", || Bomb {
            name: "a part with a head of 4 GB",
            bytes: [b"DAIBAN\x00\x01".as_slice(), &[0xFF; 4], &[0; 64]].concat(),
            read: part,
        }),
        ("a PNG of 50,000 by 50,000", || Bomb {
            name: "a PNG of 50,000 by 50,000",
            bytes: large_png(50_000),
            read: picture,
        }),
        ("a JPEG of 65,500 by 65,500", || Bomb {
            name: "a JPEG of 65,500 by 65,500",
            bytes: large_jpeg(65_500),
            read: picture,
        }),
        ("a WebP of 16,383 by 16,383", || Bomb {
            name: "a WebP of 16,383 by 16,383",
            bytes: large_webp(),
            read: picture,
        }),
        ("a workbook in a workbook in a workbook", || Bomb {
            name: "a workbook in a workbook in a workbook",
            bytes: nested(),
            read: xlsx,
        }),
        ("a workbook of 1 GB", || Bomb { name: "a workbook of 1 GB", bytes: gigabyte_book(), read: xlsx }),
        ("a workbook whose parts lie over one another", || Bomb {
            name: "a workbook whose parts lie over one another",
            bytes: overlapping(),
            read: xlsx,
        }),
        ("a sheet of a million rows", || Bomb { name: "a sheet of a million rows", bytes: million_rows(), read: xlsx }),
        ("a table of a million lines", || Bomb {
            name: "a table of a million lines",
            bytes: [b"code,name_zh\n".as_slice(), &b"A,B\n".repeat(1_000_000)].concat(),
            read: csv,
        }),
        ("JSON of 10,000 levels", || Bomb { name: "JSON of 10,000 levels", bytes: deep("[", "]"), read: json }),
        ("JSON objects of 10,000 levels", || Bomb {
            name: "JSON objects of 10,000 levels",
            bytes: deep("{\"a\":", "}"),
            read: json,
        }),
        ("a call of 10,000 levels", || Bomb { name: "a call of 10,000 levels", bytes: deep("[", "]"), read: call }),
        ("an act of 10,000 levels", || Bomb { name: "an act of 10,000 levels", bytes: deep("[", "]"), read: event }),
    ]
}

fn told<T, E: Debug>(read: Result<T, E>) -> Option<String> {
    read.err().map(|fault| format!("{fault:?}"))
}

/// A request that the writer signed over what is packed already.
fn request(name: &'static str, body: Vec<u8>) -> Bomb {
    let writer = &Stage::get().writer;
    let sig = sign::sign(writer, Domain::Request, &[&body]);
    let envelope = Envelope { signer: writer.verifying_key().to_bytes(), sig, packing: Packing::Zstd, body };
    let read = |bytes: &[u8]| told(now(Stage::get().hub().exchange(bytes, at())));
    Bomb { name, bytes: wire::encode(&envelope), read }
}

fn packed(plain: &[u8]) -> Vec<u8> {
    zstd::bulk::compress(plain, 3).unwrap_or_default()
}

/// What a frame says of its size.
#[derive(Clone, Copy)]
enum Stated {
    Whole,
    Nothing,
    Little,
}

/// A zstd frame of blocks that repeat one zero each 128 KiB (RFC 8878 section 3.1.1): four bytes for each.
fn zstd(size: u64, stated: Stated) -> Vec<u8> {
    const BLOCK: u64 = 128 << 10;
    let mut bytes = vec![0x28, 0xB5, 0x2F, 0xFD];
    let content = match stated {
        Stated::Nothing => None,
        Stated::Whole => Some(size),
        Stated::Little => Some(1_000),
    };
    // A window of 128 KiB; where a size is stated, in eight bytes.
    bytes.extend([if content.is_some() { 0b1100_0000 } else { 0 }, 7 << 3]);
    bytes.extend(content.into_iter().flat_map(u64::to_le_bytes));
    let blocks = size.div_ceil(BLOCK);
    for nth in 1..=blocks {
        let last = u32::from(nth == blocks);
        let head = (u32::try_from(BLOCK).unwrap_or(0) << 3) | 0b010 | last;
        bytes.extend_from_slice(&head.to_le_bytes()[..3]);
        bytes.push(0);
    }
    bytes
}

fn snapshot(bytes: &[u8]) -> Option<String> {
    let state = Some(DocState { doc: [1; 16], kind: DocKind::Case, scope: scope(), heads: Vec::new() });
    let snapshot = Some(Snapshot { bytes: bytes.to_vec(), heads: Vec::new(), changes: 1 });
    told(doc::Doc::open(&Stored { state, snapshot, ..Stored::default() }).map(drop))
}

/// An answer that the right hub signed, read by a station.
fn answer(bytes: &[u8]) -> Option<String> {
    village::with(|village| {
        let out = must("a request", village.station.next_request());
        let asked: Option<Envelope> = out.and_then(|out| wire::decode(&out.body, wire::MAX_BODY).ok());
        let hash = asked.map_or(Hash::default(), |asked| sign::hash(&asked.body));
        let (_, hub) = village::keys();
        let sig = sign::sign(&hub, Domain::Reply, &[&hash.0, bytes]);
        let signer = hub.verifying_key().to_bytes();
        let envelope = Envelope { signer, sig, packing: Packing::Zstd, body: bytes.to_vec() };
        must("the engine goes on", village.station.answered(Ok(wire::encode(&envelope))));
        let problems = village.station.view().problems;
        village.still_works();
        (!problems.is_empty()).then(|| format!("{:?}", problems[0].code))
    })
}

fn bare(segments: Vec<Segment>, cursors: Cursors) -> ExchangeRequest {
    let (nonce, epoch) = (Stage::get().thread.nonce, Stage::get().thread.epoch);
    ExchangeRequest { version: wire::VERSION, nonce, epoch, cursors, max_bytes: 1 << 20, packages: 0, segments }
}

/// As many records as fit, each without a byte in it.
fn endless_records() -> Vec<u8> {
    let (mut segment, _) = Stage::get().sealed((0, Hash::default()), &Stage::get().changes[..1]);
    segment.records = vec![Record { doc: [1; 16], change: Vec::new() }; wire::MAX_INFLATED / 24];
    columns::encode(&bare(vec![segment], Cursors::All(Vec::new())))
}

/// As many cuts as fit, five bytes each that become twenty.
fn endless_cuts() -> Vec<u8> {
    let cuts = vec![[0_u32; 5]; wire::MAX_INFLATED / 5 - 100];
    let empty: Vec<u8> = Vec::new();
    wire::encode(&(bare(Vec::new(), Cursors::All(Vec::new())), (cuts, &empty, &empty, &empty)))
}

fn endless_cursors() -> Vec<u8> {
    let cursor = wire::Cursor { scope: scope(), seq: 0, chain: Hash::default() };
    columns::encode(&bare(Vec::new(), Cursors::All(vec![cursor; wire::MAX_INFLATED / 45])))
}

/// A change as a device would send it, signed.
fn change(name: &'static str, packed: Vec<u8>) -> Bomb {
    let read = |bytes: &[u8]| {
        let stage = Stage::get();
        let (segment, _) = stage.sealed((0, Hash::default()), &[([1; 16], doc::unpack(bytes))]);
        let checked = segment::check(&segment, &stage.admission.certificate);
        told(
            checked
                .map_err(|why| why.to_string())
                .and_then(|_| doc::parse(&doc::unpack(bytes)).map_err(|fault| fault.to_string())),
        )
    };
    Bomb { name, bytes: packed, read }
}

/// A number as changes write it.
fn leb(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = number.to_le_bytes()[0] & 0x7F;
        number >>= 7;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

/// Kind 2: the change's body deflated. A zip archive holds just such a stream.
fn compressed_change(size: usize) -> Vec<u8> {
    let archive = zipped(&[("x", vec![0; size])]);
    // Behind the local header of thirty bytes and the name of one; what follows the stream is not looked at.
    let stream = &archive[31..archive.len().min(1 << 20)];
    [vec![2], leb(stream.len() as u64), stream.to_vec()].concat()
}

/// A plain change whose columns say that one act is repeated a million million times, in a few bytes.
fn endless_change() -> Vec<u8> {
    let times: u64 = 1 << 40;
    // A run: how often as a signed number, then the value.
    let signed = |mut number: u64| {
        let mut bytes = Vec::new();
        loop {
            let low = number.to_le_bytes()[0] & 0x7F;
            number >>= 7;
            let done = number == 0 && low & 0x40 == 0;
            bytes.push(if done { low } else { low | 0x80 });
            if done {
                return bytes;
            }
        }
    };
    let run = |value: u64| [signed(times), leb(value)].concat();
    let key = [signed(times), leb(1), b"a".to_vec()].concat();
    // Key text, insert (a count of false), action, value's kind and length, how many it replaces.
    let columns: [(u64, Vec<u8>); 5] =
        [(0x15, key), (0x34, leb(times)), (0x42, run(1)), (0x56, run(0)), (0x70, run(0))];
    let mut body = Vec::new();
    body.extend(leb(0)); // rests on nothing
    body.extend(leb(16));
    body.extend([5; 16]); // actor
    body.extend([1, 1, 0, 0]); // number, first operation, time, message
    body.extend(leb(0)); // other actors
    body.extend(leb(columns.len() as u64));
    for (kind, content) in &columns {
        body.extend(leb(*kind));
        body.extend(leb(content.len() as u64));
    }
    columns.iter().for_each(|(_, content)| body.extend(content));
    [vec![1], leb(body.len() as u64), body].concat()
}

fn endless_deps() -> Vec<u8> {
    let body = [leb(u64::MAX >> 8), vec![7; 900_000]].concat();
    [vec![1], leb(body.len() as u64), body].concat()
}

fn endless_ask() -> Vec<u8> {
    wire::encode(&Ask {
        have: vec![(PackageKind::Catalogue, 1); 8],
        requests: vec![Vec::new(); 2 << 20],
        repairs: Vec::new(),
        certificates: Vec::new(),
    })
}

fn letter(content: &[u8]) -> Option<String> {
    let stage = Stage::get();
    let to = super::stage::hub_key().verifying_key().to_bytes();
    let kind = daiban_core::courier::LetterKind::Ask;
    let sealing =
        daiban_core::courier::letter::Sealing { from: &stage.writer, to, kind, letter: [7; 16], once: [9; 32] };
    let files = daiban_core::courier::letter::seal(&sealing, content)?;
    let parts: Vec<Part> = files.iter().filter_map(|file| Part::read(file).ok()).collect();
    let letter = daiban_core::courier::letter::gather(parts).letters.pop()?;
    told(now(stage.hub().take_letter(&letter, daiban_core::sync::hub::Room::Stick, at(), [3; 48])).map(drop))
}

fn part(bytes: &[u8]) -> Option<String> {
    told(Part::read(bytes).map(drop))
}

fn picture(bytes: &[u8]) -> Option<String> {
    told(intake::take(bytes).map(drop))
}

fn large_png(side: u32) -> Vec<u8> {
    let mut bytes = pictures::png(8, 8, 1);
    bytes[16..20].copy_from_slice(&side.to_be_bytes());
    bytes[20..24].copy_from_slice(&side.to_be_bytes());
    pictures::checked(&bytes)
}

fn large_jpeg(side: u16) -> Vec<u8> {
    let mut bytes = pictures::Jpeg { width: 8, height: 8, seed: 1 }.encoded();
    let at = bytes.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap_or(0);
    bytes[at + 5..at + 7].copy_from_slice(&side.to_be_bytes());
    bytes[at + 7..at + 9].copy_from_slice(&side.to_be_bytes());
    bytes
}

/// A lossless picture states its size in twice fourteen bits behind its signature.
fn large_webp() -> Vec<u8> {
    let mut bytes = pictures::still_webp(8, 8, 1);
    let at = bytes.windows(5).position(|five| &five[..4] == b"VP8L").unwrap_or(0) + 9;
    let sizes: u32 = 16_382 | 16_382 << 14;
    bytes[at..at + 4].copy_from_slice(&sizes.to_le_bytes());
    bytes
}

fn imported(form: Form, bytes: &[u8]) -> Option<String> {
    import::parse(form, bytes).err().and_then(|faults| faults.first().map(ToString::to_string))
}

fn xlsx(bytes: &[u8]) -> Option<String> {
    imported(Form::Xlsx, bytes)
}

fn csv(bytes: &[u8]) -> Option<String> {
    imported(Form::Csv, bytes)
}

fn json(bytes: &[u8]) -> Option<String> {
    imported(Form::Json, bytes)
}

/// Ten in each, five deep.
fn nested() -> Vec<u8> {
    let mut inner = zipped(&[("0.xml", vec![b' '; 4 << 20])]);
    for _ in 0..4 {
        let names: Vec<String> = (0..10).map(|nth| format!("{nth}.xlsx")).collect();
        let parts: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (name.as_str(), inner.clone())).collect();
        inner = zipped(&parts);
    }
    inner
}

fn gigabyte_book() -> Vec<u8> {
    let parts: Vec<String> = (0..16).map(|nth| format!("xl/{nth}.xml")).collect();
    let blank = vec![b' '; 64 << 20];
    let one = zipped(&[("xl/0.xml", blank)]);
    // The stream of one part under sixteen names, each with a directory entry of its own.
    repeated(&one, &parts)
}

/// One part, and as many entries in the directory that all point to it.
fn overlapping() -> Vec<u8> {
    let one = zipped(&[("xl/0.xml", vec![b' '; 8 << 20])]);
    let names: Vec<String> = (0..400).map(|nth| format!("xl/{nth:03}.xml")).collect();
    repeated(&one, &names)
}

/// An archive of one part whose directory names that part again and again (APPNOTE 4.3.12 and 4.3.16).
fn repeated(archive: &[u8], names: &[String]) -> Vec<u8> {
    let at = archive.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap_or(0);
    let end = archive.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap_or(archive.len());
    let (data, entry) = (&archive[..at], &archive[at..end]);
    let mut bytes = data.to_vec();
    for name in names {
        let mut entry = entry[..46].to_vec();
        entry[28..30].copy_from_slice(&u16::try_from(name.len()).unwrap_or(0).to_le_bytes());
        entry[30..34].copy_from_slice(&[0; 4]);
        bytes.extend(entry);
        bytes.extend(name.as_bytes());
    }
    let count = u16::try_from(names.len()).unwrap_or(0).to_le_bytes();
    let size = u32::try_from(bytes.len() - at).unwrap_or(0).to_le_bytes();
    let place = u32::try_from(at).unwrap_or(0).to_le_bytes();
    bytes.extend([b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &size, &place, &[0, 0]].concat());
    bytes
}

fn million_rows() -> Vec<u8> {
    let mut rows = Vec::with_capacity(48 << 20);
    for row in 1..=1_000_000 {
        rows.extend_from_slice(format!("<row r=\"{row}\"><c r=\"A{row}\"><v>1</v></c></row>").as_bytes());
    }
    workbook(&rows, b">")
}

fn deep(open: &str, close: &str) -> Vec<u8> {
    const LEVELS: usize = 10_000;
    [open.repeat(LEVELS), "1".into(), close.repeat(LEVELS)].concat().into_bytes()
}

fn call(bytes: &[u8]) -> Option<String> {
    told(serde_json::from_slice::<serde_json::Value>(bytes).map(drop))
}

/// As the text of an act in a document.
fn event(bytes: &[u8]) -> Option<String> {
    let text = format!(
        r#"{{"by":"SG-202000-01","unit":"150205202202","at":0,"k":"later","x":{}}}"#,
        String::from_utf8_lossy(bytes)
    );
    let stamp = daiban_model::stamp::Stamp { hlc: daiban_model::stamp::Hlc { ms: 1, counter: 0 }, device: 1 };
    told(<daiban_model::case::Event>::from_text(stamp, &text).map(drop))
}
