use daiban_model::wire::Certificate;

use super::*;

const NUMBER: &str = "石拐-202202-20260302-07-0001";

fn attached(paper: &str, byte: u8) -> Attached {
    Attached { paper: paper.into(), label: "正面".into(), kind: FileKind::Jpeg, bytes: vec![byte; 300] }
}

fn pack() -> Pack {
    Pack {
        number: NUMBER.into(),
        metadata: vec![("item_code", "事项代码", "MZ-007".into()), ("number", "办件编号", NUMBER.into())],
        story: vec!["2026-03-02 09:30 其木格 收件".into(), "一\n二".into()],
        acts: vec![r#"{"k":"received"}"#.into()],
        papers: vec![("居民身份证".into(), "原件".into()), ("户口簿".into(), "复印件".into())],
        files: vec![attached("居民身份证", 1), attached("户口簿", 2)],
    }
}

fn district() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

fn packed() -> Vec<u8> {
    let station = SigningKey::from_bytes(&[7; 32]);
    let certificate = Certificate {
        device: daiban_model::ids::DeviceId(station.verifying_key().to_bytes()),
        station: "白菜沟便民服务站".into(),
        unit: "150205202202".parse().unwrap(),
        scopes: vec!["150205202202".parse().unwrap()],
        device_no: 7,
        not_after: 1_900_000_000_000,
        serial: 1,
    };
    let certificate = sign::seal(&district(), Domain::Certificate, &certificate);
    write(&pack(), &station, &certificate).unwrap()
}

fn place(bytes: &[u8], of: &[u8]) -> usize {
    bytes.windows(of.len()).position(|window| window == of).unwrap()
}

#[test]
fn r206_a_pack_of_nine_files_names_the_one_that_was_changed() {
    let bytes = packed();
    let root = district().verifying_key().to_bytes();
    let checked = verify(&bytes, Some(&root)).unwrap();
    assert_eq!((checked.number.as_str(), checked.files), (NUMBER, 9));
    assert_eq!(checked.station, "白菜沟便民服务站");
    let at = place(&bytes, &[2; 300]);
    for (at, name) in [
        (at + 150, "papers/002.jpg"),
        (place(&bytes, "MZ-007\"".as_bytes()), "00-metadata.json"),
        (place(&bytes, "其木格 收件".as_bytes()), "01-story.txt"),
    ] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert_eq!(verify(&changed, None), Err(Fault::Changed { name: name.into() }), "one bit at {at}");
    }
}

#[test]
fn a1_the_same_file_gives_the_same_bytes() {
    assert_eq!(packed(), packed());
}

#[test]
fn a3_whatever_bit_is_changed_the_content_is_the_same_or_it_is_found() {
    let bytes = packed();
    let whole = verify(&bytes, None).unwrap();
    let mut found = 0;
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        match verify(&changed, None) {
            // A time or a right in the frame of the archive, which says nothing about the file.
            Ok(checked) => assert_eq!(checked, whole, "bit at {at}"),
            Err(_) => found += 1,
        }
    }
    assert!(found * 10 > bytes.len() * 8, "most bits are content: {found} of {}", bytes.len());
}

#[test]
fn a_seal_of_another_district_and_another_list_are_refused() {
    let bytes = packed();
    let other = SigningKey::from_bytes(&[9; 32]).verifying_key().to_bytes();
    assert_eq!(verify(&bytes, Some(&other)), Err(Fault::ForeignSeal));
    assert_eq!(verify(b"not a pack", None), Err(Fault::NotAnArchive));
    // A list that fits changed files does not fit the seal.
    let mut forged = pack();
    forged.files[0].bytes[0] = 9;
    let files = named(&forged);
    let (old, new) = (hash_list(&named(&pack())), hash_list(&files));
    assert_ne!(old, new);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut source = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut seal = String::new();
    std::io::Read::read_to_string(&mut source.by_name(SEAL).unwrap(), &mut seal).unwrap();
    let last = [(HASHES.to_owned(), new.into_bytes()), (SEAL.to_owned(), seal.into_bytes())];
    for (name, bytes) in files.iter().chain(&last) {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    assert_eq!(verify(&zip.finish().unwrap().into_inner(), None), Err(Fault::BadSeal));
}

#[test]
fn papers_stand_in_their_order_and_a_text_stays_on_its_line() {
    let pack = pack();
    let papers = "01 居民身份证 原件\n    papers/001.jpg 正面\n02 户口簿 复印件\n    papers/002.jpg 正面\n";
    assert_eq!(texts::papers(&pack), papers);
    assert_eq!(texts::lines(&pack.story).lines().count(), 2);
    assert_eq!(act_word("received"), "收件，给回执");
    assert_eq!(act_word("of_a_newer_version"), "of_a_newer_version");
}
