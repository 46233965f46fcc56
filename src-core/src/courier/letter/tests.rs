use super::*;

fn key(byte: u8) -> SigningKey {
    SigningKey::from_bytes(&[byte; 32])
}

fn sealed(content: &[u8]) -> Vec<Vec<u8>> {
    let (from, to) = (key(1), key(2).verifying_key().to_bytes());
    let sealing = Sealing { from: &from, to, kind: LetterKind::Ask, letter: [7; 16], once: [9; 32] };
    seal(&sealing, content).expect("it fits")
}

fn read(files: &[Vec<u8>]) -> Vec<Part> {
    files.iter().map(|file| Part::read(file).expect("a part")).collect()
}

/// Bytes that no packing or repetition hides.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new_derive_key("letter tests").update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

#[test]
fn u2_the_recipient_reads_it_and_nobody_else() {
    let content = noise(PART_BYTES * 2 + 77, 1);
    let files = sealed(&content);
    assert_eq!(files.len(), 3, "parts of four megabytes");
    let letter = gather(read(&files)).letters.pop().expect("whole");
    assert_eq!(letter.open(&key(2)).expect("ours"), content, "as it was written");
    assert_eq!(letter.open(&key(3)), Err(LetterFault::NotOurs), "a courier");
    let canary = "王秀英150205196404100008".as_bytes();
    let files = sealed(canary);
    assert!(!files[0].windows(12).any(|part| canary.windows(12).any(|it| it == part)), "nothing of it can be seen");
}

#[test]
fn parts_may_come_in_any_order_twice_and_among_others() {
    let content = noise(PART_BYTES + 5, 2);
    let mut parts = read(&sealed(&content));
    parts.reverse();
    parts.extend(parts.clone());
    parts.extend(read(&sealed(b"another letter under the same name")));
    let gathered = gather(parts);
    assert_eq!((gathered.letters.len(), gathered.torn.len()), (2, 0), "two letters, both whole");
    assert!(gathered.letters.iter().any(|letter| letter.open(&key(2)).as_deref() == Ok(content.as_slice())), "whole");
}

#[test]
fn u1_a_letter_that_lacks_a_part_says_which_and_has_no_effect() {
    let mut parts = read(&sealed(&noise(PART_BYTES * 3, 3)));
    parts.remove(1);
    let gathered = gather(parts);
    assert!(gathered.letters.is_empty(), "nothing to open");
    assert_eq!((gathered.torn[0].missing.clone(), gathered.torn[0].parts), (vec![2], 3), "part 2 of 3 is missing");
}

#[test]
fn u1_a_part_cut_at_any_byte_is_no_part() {
    let file = &sealed(&noise(64 << 10, 4))[0];
    for at in (0..2_000).chain((2_000..file.len()).step_by(37)) {
        assert!(Part::read(&file[..at]).is_err(), "cut after {at} bytes");
    }
    assert!(Part::read(file).is_ok(), "whole it is one");
    let longer = [file.as_slice(), b"x"].concat();
    assert_eq!(Part::read(&longer).unwrap_err(), PartFault::Damaged, "nor with a byte more");
}

#[test]
fn u1_a_flipped_bit_is_found_before_anything_is_opened() {
    let file = sealed(&noise(20_000, 5)).remove(0);
    let (mut flipped, step) = (file.clone(), (file.len() * 8).div_ceil(10_000));
    for bit in (0..file.len() * 8).step_by(step) {
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Part::read(&flipped).is_err(), "bit {bit}");
        flipped[bit / 8] ^= 1 << (bit % 8);
    }
    assert_eq!(flipped, file, "each was put back");
}

#[test]
fn a_part_of_another_letter_cannot_take_the_place_of_one() {
    let (ours, other) = (sealed(&noise(PART_BYTES + 1, 6)), sealed(&noise(PART_BYTES + 1, 7)));
    let mixed = read(&[ours[0].clone(), other[1].clone()]);
    let gathered = gather(mixed);
    assert!(gathered.letters.is_empty(), "two halves are no whole");
    assert_eq!(gathered.torn.len(), 2, "each is one of two");
}

#[test]
fn a_key_of_small_order_gets_no_letter() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let from = key(1);
    let sealing = Sealing { from: &from, to: identity, kind: LetterKind::Ask, letter: [7; 16], once: [9; 32] };
    assert!(seal(&sealing, b"secret").is_none(), "everybody could read it");
}
