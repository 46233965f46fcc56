//! Names in letters: pinyin whole and by initials, with the readings that surnames have of their own.

use pinyin::ToPinyinMulti;

use super::{Kind, cut, folded};

/// Most ways to read one name that are indexed.
const READINGS: usize = 12;

/// Surnames of one character whose reading dictionaries put second, or not at all.
const SURNAMES: &[(char, &str)] = &[
    ('单', "shan"),
    ('仇', "qiu"),
    ('区', "ou"),
    ('查', "zha"),
    ('解', "xie"),
    ('曾', "zeng"),
    ('朴', "piao"),
    ('任', "ren"),
    ('乐', "yue"),
    ('乜', "nie"),
    ('秘', "bi"),
    ('繁', "po"),
    ('翟', "zhai"),
    ('尉', "wei"),
    ('盖', "ge"),
    ('燕', "yan"),
    ('折', "she"),
    ('黑', "he"),
    ('员', "yun"),
    ('贠', "yun"),
    ('宓', "fu"),
    ('种', "chong"),
    ('重', "chong"),
    ('瞿', "qu"),
    ('覃', "qin"),
    ('晁', "chao"),
    ('逄', "pang"),
    ('逯', "lu"),
    ('隗', "kui"),
    ('哈', "ha"),
    ('华', "hua"),
    ('纪', "ji"),
    ('过', "guo"),
    ('冼', "xian"),
    ('召', "shao"),
    ('佴', "nai"),
    ('褚', "chu"),
    ('逢', "pang"),
    ('句', "gou"),
    ('缪', "miao"),
    ('那', "na"),
    ('宁', "ning"),
    ('应', "ying"),
    ('便', "pian"),
    ('车', "che"),
    ('葛', "ge"),
    ('洗', "xian"),
    ('长', "zhang"),
    ('呙', "guo"),
    ('適', "kuo"),
    ('炅', "gui"),
    ('郇', "xun"),
    ('令', "ling"),
    ('谌', "chen"),
    ('撒', "sa"),
    ('妫', "gui"),
    ('柏', "bai"),
    ('俞', "yu"),
    ('殷', "yin"),
    ('祭', "zhai"),
    ('阚', "kan"),
    ('璩', "qu"),
    ('兴', "xing"),
];

/// Surnames of two characters.
const DOUBLE: &[(&str, [&str; 2])] = &[
    ("尉迟", ["yu", "chi"]),
    ("万俟", ["mo", "qi"]),
    ("单于", ["chan", "yu"]),
    ("长孙", ["zhang", "sun"]),
    ("澹台", ["tan", "tai"]),
    ("令狐", ["ling", "hu"]),
    ("宇文", ["yu", "wen"]),
    ("鲜于", ["xian", "yu"]),
    ("欧阳", ["ou", "yang"]),
    ("司马", ["si", "ma"]),
    ("上官", ["shang", "guan"]),
    ("诸葛", ["zhu", "ge"]),
    ("夏侯", ["xia", "hou"]),
    ("东方", ["dong", "fang"]),
    ("皇甫", ["huang", "fu"]),
    ("慕容", ["mu", "rong"]),
    ("司徒", ["si", "tu"]),
    ("司空", ["si", "kong"]),
    ("公孙", ["gong", "sun"]),
    ("呼延", ["hu", "yan"]),
    ("端木", ["duan", "mu"]),
    ("独孤", ["du", "gu"]),
    ("南宫", ["nan", "gong"]),
    ("拓跋", ["tuo", "ba"]),
    ("赫连", ["he", "lian"]),
    ("闻人", ["wen", "ren"]),
    ("钟离", ["zhong", "li"]),
    ("轩辕", ["xuan", "yuan"]),
    ("淳于", ["chun", "yu"]),
    ("亓官", ["qi", "guan"]),
    ("申屠", ["shen", "tu"]),
    ("完颜", ["wan", "yan"]),
    ("纳兰", ["na", "lan"]),
    ("耶律", ["ye", "lv"]),
];

/// Every spelling of a name: whole and initials, of the whole name, of each part between dots, and without the surname.
pub(super) fn of_name(name: &str) -> Vec<String> {
    let parts: Vec<Vec<char>> = parts(name);
    let mut spellings = Vec::new();
    let whole: Vec<char> = parts.concat();
    if let [_, .., _] = parts.as_slice() {
        // A name with dots has no surname in front.
        add(&mut spellings, syllables(&whole, Front::Given));
        for part in &parts {
            add(&mut spellings, syllables(part, Front::Given));
        }
    } else {
        add(&mut spellings, syllables(&whole, Front::Surname));
        let surname = if double(&whole).is_some() { 2 } else { 1 };
        add(&mut spellings, syllables(whole.get(surname..).unwrap_or_default(), Front::Given));
    }
    spellings
}

/// The likeliest readings of a whole name, in letters without blanks; none for a name without Han characters.
pub(super) fn whole(name: &str) -> Vec<String> {
    let parts = parts(name);
    let front = if parts.len() > 1 { Front::Given } else { Front::Surname };
    let mut ways = vec![String::new()];
    for readings in syllables(&parts.concat(), front).iter().filter(|readings| !readings.is_empty()) {
        let longer = readings.iter().flat_map(|reading| ways.iter().map(move |way| [way, reading.as_str()].concat()));
        ways = longer.take(READINGS).collect();
    }
    ways.retain(|way| !way.is_empty());
    ways
}

/// By what names are put in order: their likeliest pinyin, or themselves in small letters where they have none (R86).
pub fn by_pinyin(name: &str) -> String {
    whole(name).into_iter().next().unwrap_or_else(|| name.to_lowercase())
}

/// Runs of Han characters; anything between them parts.
fn parts(name: &str) -> Vec<Vec<char>> {
    let signs: Vec<char> = name.chars().take(64).filter_map(folded).collect();
    let runs = signs.split(|sign| Kind::of(*sign) != Kind::Han && !sign.is_whitespace());
    let run = |run: &[char]| run.iter().copied().filter(|sign| !sign.is_whitespace()).collect::<Vec<_>>();
    runs.map(run).filter(|run| !run.is_empty()).collect()
}

/// Whether the first character may be read as a surname.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Front {
    /// It may.
    Surname,
    /// It is not one.
    Given,
}

/// The readings of each character, likeliest first.
fn syllables(signs: &[char], front: Front) -> Vec<Vec<String>> {
    let mut all: Vec<Vec<String>> = signs.iter().map(|sign| readings(*sign)).collect();
    if front == Front::Given {
        return all;
    }
    if let Some(double) = double(signs) {
        for (readings, own) in all.iter_mut().zip(double) {
            prefer(readings, own);
        }
    } else if let (Some(readings), Some(first)) = (all.first_mut(), signs.first()) {
        let own = SURNAMES.iter().find(|(surname, _)| surname == first);
        own.iter().for_each(|(_, own)| prefer(readings, own));
    }
    all
}

fn double(signs: &[char]) -> Option<[&'static str; 2]> {
    let pair: String = signs.get(..2)?.iter().collect();
    DOUBLE.iter().find(|(surname, _)| *surname == pair).map(|(_, own)| *own)
}

fn prefer(readings: &mut Vec<String>, own: &str) {
    readings.retain(|reading| reading != own);
    readings.insert(0, own.to_owned());
}

fn readings(sign: char) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for reading in sign.to_pinyin_multi().into_iter().flatten() {
        let plain: String = reading.plain().chars().map(|letter| if letter == 'ü' { 'v' } else { letter }).collect();
        if plain.is_ascii() && !plain.is_empty() && !all.contains(&plain) {
            all.push(plain);
        }
    }
    all
}

/// Adds the name whole, by initials, and as many type it: the first syllable whole, then initials. All in each reading; a
/// character without one is passed over.
fn add(spellings: &mut Vec<String>, syllables: Vec<Vec<String>>) {
    let mut ways = vec![[const { String::new() }; 3]];
    for readings in syllables.iter().filter(|readings| !readings.is_empty()) {
        // The first way stays the likeliest: what is cut off at the bound are readings of the later characters.
        let longer = readings.iter().flat_map(|reading| {
            let initial = &reading[..1];
            ways.iter().map(move |[whole, initials, mixed]| {
                let next = if mixed.is_empty() { reading } else { initial };
                [[whole, reading.as_str()].concat(), [initials, initial].concat(), [mixed, next].concat()]
            })
        });
        ways = longer.take(READINGS).collect();
    }
    for spelling in ways.into_iter().flatten().map(cut) {
        if !spelling.is_empty() && !spellings.contains(&spelling) {
            spellings.push(spelling);
        }
    }
}
