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

/// Row 6: a torn bundle. Every byte of 64 KiB.
#[test]
fn u1_a_part_cut_at_any_byte_is_no_part() {
    let file = &sealed(&noise(64 << 10, 4))[0];
    for at in 0..file.len() {
        assert!(Part::read(&file[..at]).is_err(), "cut after {at} bytes");
    }
    assert!(Part::read(file).is_ok(), "whole it is one");
    let longer = [file.as_slice(), b"x"].concat();
    assert_eq!(Part::read(&longer).unwrap_err(), PartFault::Damaged, "nor with a byte more");
}

/// Row 6: a torn bundle. Two thousand cuts of fifty megabytes: what was copied by then is told part by part, nothing of it is opened,
/// and copying what is missing is enough.
#[test]
fn u1_fifty_megabytes_cut_anywhere_say_what_is_missing_and_are_made_whole_by_it() {
    let content = noise(50 << 20, 8);
    let files = sealed(&content);
    let parts = read(&files);
    assert_eq!(parts.len(), 13, "in parts of four megabytes");
    let mut ends = Vec::new();
    for file in &files {
        ends.push(ends.last().copied().unwrap_or(0) + file.len());
    }
    let whole_after: Vec<Vec<u16>> = (0..files.len())
        .map(|there| {
            let gathered = gather(parts[..there].iter().cloned());
            assert!(gathered.letters.is_empty(), "with {there} parts there is nothing to open");
            gathered.torn.first().map_or_else(Vec::new, |torn| torn.missing.clone())
        })
        .collect();
    let mut draws = vec![0; 8 * 2_000];
    blake3::Hasher::new_derive_key("cuts").finalize_xof().fill(&mut draws);
    for draw in draws.chunks_exact(8) {
        let at = u64::from_le_bytes(draw.try_into().expect("eight bytes")) % ends[12] as u64;
        let at = usize::try_from(at).expect("a place");
        let there = ends.iter().filter(|end| **end <= at).count();
        let begun = at - if there == 0 { 0 } else { ends[there - 1] };
        assert!(Part::read(&files[there][..begun]).is_err(), "part {} cut after {begun} bytes", there + 1);
        let missing: Vec<u16> = (there + 1..=13).map(|part| u16::try_from(part).expect("a number")).collect();
        let told = if there == 0 { missing.clone() } else { whole_after[there].clone() };
        assert_eq!(told, missing, "says which parts are missing");
    }
    let (again, rest) = parts.split_at(5);
    let letter = gather(rest.iter().chain(again).cloned()).letters.pop().expect("whole with what was missing");
    assert!(letter.open(&key(2)).as_deref() == Ok(content.as_slice()), "as it was written");
}

/// Row 8: a tampered bundle. Ten thousand bits.
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

/// Row 8: a tampered bundle. Parts swapped, removed, taken from elsewhere.
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
