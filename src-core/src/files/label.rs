//! What a picked file was called, as a label that can be shown and stored anywhere. A3.

/// Most characters of a label.
const LONGEST: usize = 60;

/// The last part of a name from outside, without anything that is not seen as it is: no path, no control or direction
/// characters. May come out empty.
pub fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\', '\0']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let shown: String = last.chars().filter(|one| !one.is_control() && !is_unseen(*one)).collect();
    let shown = shown.trim().trim_matches('.').trim();
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => shown[..end].to_owned(),
        None => shown.to_owned(),
    }
}

/// Characters that change how others are read, or that cannot be seen at all: direction marks and overrides, joiners, tags.
fn is_unseen(one: char) -> bool {
    matches!(one, '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_becomes_the_label_a_person_would_read() {
        for (name, label) in [
            ("IMG_0001.jpg", "IMG_0001.jpg"),
            ("/DCIM/100ANDRO/身份证 正面.jpg", "身份证 正面.jpg"),
            ("C:\\Users\\x\\..\\证.png", "证.png"),
            ("..", ""),
            ("../", ""),
            ("photo\u{202E}gpj.exe", "photogpj.exe"),
            ("a\u{0}b", "b"),
            ("", ""),
        ] {
            assert_eq!(clean(name), label, "{name:?}");
        }
        assert_eq!(clean(&"长".repeat(4096)).chars().count(), LONGEST);
    }

    proptest! {
        #[test]
        fn no_label_is_a_path_or_holds_what_is_not_seen(name in any::<String>()) {
            let label = clean(&name);
            prop_assert!(!label.contains(['/', '\\', '\0']) && label != ".." && label != ".");
            prop_assert!(!label.chars().any(|one| one.is_control() || is_unseen(one)));
            prop_assert!(label.chars().count() <= LONGEST);
            prop_assert_eq!(clean(&label), label, "clean is clean");
        }
    }
}
