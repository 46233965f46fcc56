//! Whether two names may be one: the same, or written by different hands from the same sound or the same look.
//!
//! Only ever asked of two born on one day, or of one number: by itself a likeness of names says nothing.

use super::{Kind, folded, spelling};

/// How two names are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alike {
    /// The same signs, whatever stands between them.
    Same,
    /// They sound alike, or differ in signs that are easily taken for each other.
    Nearly,
}

/// Signs that are taken for each other in handwriting or on a worn card. A row each.
const LOOKS: &[&str] = &[
    "未末",
    "土士",
    "己已巳",
    "日曰",
    "戊戌戍成",
    "王玉五",
    "荣容蓉",
    "风凤",
    "兰蓝",
    "丽莉",
    "云芸",
    "英瑛莹",
    "梅海",
    "娟捐",
    "晴睛",
    "侯候",
    "付傅",
    "肖萧",
    "闫阎",
    "仝全",
    "冶治",
    "干千于",
    "田由甲申",
    "刁刀",
    "毛手",
    "束朿",
    "佳住隹",
    "萍苹",
    "香番",
    "秀季",
    "贵责",
    "枝技",
    "淑椒",
    "珍诊",
    "霞震",
    "艳滟",
    "玲铃",
    "红虹",
    "宏洪",
    "军车",
    "建健",
    "国囯",
    "强疆",
    "明朋",
    "旺汪",
];

/// Compares two names. Two of different length in signs are alike only by sound, as a name with and without its middle dots is the same.
pub fn alike(left: &str, right: &str) -> Option<Alike> {
    let (left_signs, right_signs) = (signs(left), signs(right));
    if left_signs.is_empty() || right_signs.is_empty() {
        return None;
    }
    if left_signs == right_signs {
        return Some(Alike::Same);
    }
    let pairs = || left_signs.iter().zip(&right_signs);
    let one_look = left_signs.len() == right_signs.len() && pairs().all(|(a, b)| a == b || look_alike(*a, *b));
    (one_look || sound_alike(left, right)).then_some(Alike::Nearly)
}

fn look_alike(a: char, b: char) -> bool {
    LOOKS.iter().any(|row| row.contains(a) && row.contains(b))
}

/// Some reading of the whole name is shared.
fn sound_alike(left: &str, right: &str) -> bool {
    let (left, right) = (spelling::whole(left), spelling::whole(right));
    left.iter().any(|one| right.contains(one))
}

fn signs(name: &str) -> Vec<char> {
    let known = name.chars().filter_map(folded).filter(|sign| Kind::of(*sign) != Kind::Gap);
    known.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_written_by_different_hands_are_found() {
        for (left, right, expected) in [
            ("钱秀英", "钱秀英", Some(Alike::Same)),
            ("阿丽米热·买买提依明", "阿丽米热买买提依明", Some(Alike::Same)),
            ("钱秀英", "钱秀瑛", Some(Alike::Nearly)),
            ("赵云凤", "赵云风", Some(Alike::Nearly)),
            ("乌兰图雅", "乌兰图娅", Some(Alike::Nearly)),
            ("单桂英", "善桂英", Some(Alike::Nearly)),
            ("钱秀英", "孙丽娜", None),
            ("钱秀英", "钱秀", None),
            ("", "钱秀英", None),
            ("钱秀英", "···", None),
        ] {
            assert_eq!(alike(left, right), expected, "{left} and {right}");
            assert_eq!(alike(right, left), expected, "{right} and {left}: the order does not matter");
        }
    }
}
