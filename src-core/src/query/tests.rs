use super::*;

fn name(name: &str) -> Tokens {
    Tokens::of(&SearchFields { name, ..SearchFields::default() })
}

fn hits(tokens: &Tokens, typed: &str) -> bool {
    let terms = terms(typed);
    !terms.is_empty() && tokens.answer(&terms)
}

#[test]
fn names_are_found_by_characters_letters_and_initials() {
    for (whole, typed, expected) in [
        ("赵桂香", "赵桂香", true),
        ("赵桂香", "桂香", true),
        ("赵桂香", "赵香", false),
        ("赵桂香", "zgx", true),
        ("赵桂香", "zg", true),
        ("赵桂香", "zhaoguixiang", true),
        ("赵桂香", "ZhaoGui", true),
        ("赵桂香", "zhao gui", true),
        ("赵桂香", "guixiang", true),
        ("赵桂香", "gx", true),
        ("赵桂香", "赵gx", true),
        ("赵桂香", "ｚｇｘ", true),
        ("赵桂香", "zhaogx", true),
        ("赵桂香", "xgz", false),
        ("单桂英", "shanguiying", true),
        ("单桂英", "dan", true),
        ("仇和", "qh", true),
        ("区建国", "oujianguo", true),
        ("查春生", "zcs", true),
        ("解海龙", "xiehailong", true),
        ("曾玉兰", "zengyulan", true),
        ("朴正花", "piao", true),
        ("任秀芳", "rxf", true),
        ("乐嘉", "yuejia", true),
        ("尉迟恭", "yuchigong", true),
        ("尉迟恭", "gong", true),
        ("万俟雪", "mqx", true),
        ("吕秀莲", "lvxiulian", true),
        ("吕秀莲", "lüx", true),
        ("其木格", "qimuge", true),
        ("阿丽米热·买买提依明", "阿丽米热·买买提", true),
        ("阿丽米热·买买提依明", "阿丽米热买买提", true),
        ("阿丽米热·买买提依明", "maimaiti", true),
        ("阿丽米热·买买提依明", "mmtym", true),
        ("阿丽米热·买买提依明", "almr", true),
        ("阿丽米热•买买提依明", "alimire", true),
        ("张𫝀", "张𫝀", true),
        ("张𫝀", "𫝀", true),
        ("葛\u{E0100}明", "葛明", true),
        ("Baatar Бат", "бат", true),
        ("Baatar Бат", "baa", true),
        ("", "a", false),
    ] {
        assert_eq!(hits(&name(whole), typed), expected, "{whole} by {typed}");
    }
}

#[test]
fn numbers_are_found_whole_and_by_their_tails() {
    let tokens = Tokens::of(&SearchFields {
        name: "王芳",
        citizen_id: "15020519620401000X",
        phone: "138 0013 8000",
        number: "石拐-202202-20260302-07-0001",
        item_name: "养老保险待遇申领",
        item_initials: "ylbxdysl",
        notes: &["送到村口小卖部", "RS-075 补正"],
        ..SearchFields::default()
    });
    for (typed, expected) in [
        ("000x", true),
        ("01000X", true),
        ("15020519620401000x", true),
        ("150205196204", true),
        ("8000", true),
        ("13800138000", true),
        ("0013", false),
        ("石拐-202202-20260302-07-0001", true),
        ("20260302", true),
        ("07-0001", true),
        ("070001", true),
        ("20220220260302070001", true),
        ("养老", true),
        ("老养", false),
        ("ylbx", true),
        ("小卖部", true),
        ("rs-075", true),
        ("rs075", false),
        ("王芳 养老 8000", true),
        ("王芳 养老 8001", false),
        ("芳养", false),
    ] {
        assert_eq!(hits(&tokens, typed), expected, "{typed}");
    }
}

#[test]
fn a_typed_text_has_no_operators() {
    let phrase = |text: &str| Term::Phrase(text.chars().map(String::from).collect());
    let prefix = |text: &str| Term::Prefix(text.to_owned());
    for (typed, expected) in [
        ("", vec![]),
        ("  ·—\"*^()-:+|{}\u{0}", vec![]),
        ("\"王芳\"", vec![phrase("王芳")]),
        ("王芳*", vec![phrase("王芳")]),
        ("NEAR(a b, 2)", vec![prefix("near"), prefix("a"), prefix("b"), prefix("2")]),
        ("a OR b", vec![prefix("a"), prefix("or"), prefix("b")]),
        ("tokens:x", vec![prefix("tokens"), prefix("x")]),
        ("'; DROP TABLE doc; --", vec![prefix("drop"), prefix("table"), prefix("doc")]),
        ("王a芳1", vec![phrase("王"), prefix("a"), phrase("芳"), prefix("1")]),
        ("０４７２Ａ", vec![prefix("0472a")]),
        ("İ", vec![prefix("i\u{307}")]),
    ] {
        assert_eq!(terms(typed), expected, "{typed}");
    }
}

#[test]
fn long_texts_are_bounded_and_nothing_panics() {
    let monsters = ["王".repeat(4096), "a".repeat(4096), "1 ".repeat(2048), "\u{FFFF}\u{0}\"".repeat(1024)];
    for monster in &monsters {
        let found = terms(monster);
        assert!(found.len() <= TERMS, "conditions are bounded");
        let tokens = Tokens::of(&SearchFields {
            name: monster,
            citizen_id: monster,
            phone: monster,
            number: monster,
            item_name: monster,
            item_initials: monster,
            names: &[monster],
            notes: &[monster, monster],
        });
        assert!(tokens.text.len() < 200_000, "tokens are bounded");
        assert!(tokens.text.split(' ').all(|token| token == FENCE || !token.contains(FENCE)), "the fence stands alone");
    }
    let readings = name(&"乐".repeat(60));
    assert!(readings.text.len() < 20_000, "readings do not multiply without end: {}", readings.text.len());
}
