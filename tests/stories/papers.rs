//! Every paper form, filled in ordinarily and badly, as programs read it that did not make it.

use daiban_core::print::{PrintFault, lay_out};
use daiban_model::form::{Form, Head, Sheet, Size};
use daiban_tests::forms::{Filling, HOSTILE, LONG_NAME, all, head, receipt};
use daiban_tests::paper::{faults, pages, qr_signs, run_on, text};
use daiban_tests::world::must;
use jiff::civil::{Date, DateTime, Time, date};
use serde_json::Value;

const DAY: Date = date(2026, 3, 2);

fn pdf(sheet: &Sheet) -> Vec<u8> {
    must(sheet.form.template(), lay_out(sheet, DAY).and_then(|pages| pages.pdf()))
}

/// Fields that a form of this kind has no place for: they are asked of everybody and each paper takes what it needs.
const NO_PLACE: &[(&str, &[&str])] = &[
    ("receipt", &["items.code"]),
    ("one-time-notice", &["item.department"]),
    ("supplement", &["notice.agent", "notice.item.department"]),
    ("refusal", &["item.department"]),
    ("acceptance", &["item.department"]),
    (
        "mandate",
        &["principal.ethnic_group", "principal.household", "principal.postcode", "principal.born", "items.department"],
    ),
    ("mandate-change", &["item.department"]),
    ("conditional", &["item.department"]),
    ("promise", &["item.department"]),
    ("completion", &["terms.due"]),
    ("decision-cover", &["item.department"]),
    ("injury-claim", &["worker.ethnic_group", "worker.id_kind", "worker.household"]),
    ("appraisal", &["worker.ethnic_group", "worker.id_kind", "worker.household", "worker.postcode", "worker.born"]),
    ("subsistence", &["head.ethnic_group", "head.id_kind", "head.postcode", "head.born"]),
    ("old-age", &["person.id_kind", "person.postcode"]),
    ("one-thing", &["person.ethnic_group", "person.id_kind", "person.postcode", "person.born", "items.item.code"]),
];

/// What a value looks like on paper; nothing for the code of a choice, which is a tick or a word of the template.
fn on_paper(value: &str) -> Option<String> {
    if value.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_') {
        return None;
    }
    let time = |at: Time| format!("{}时{:02}分", at.hour(), at.minute());
    let day = |on: Date| format!("{}年{}月{}日", on.year(), on.month(), on.day());
    if let Ok(at) = value.parse::<DateTime>()
        && value.contains('T')
    {
        return Some(day(at.date()) + &time(at.time()));
    }
    if let Ok(on) = value.parse::<Date>() {
        return Some(day(on));
    }
    match value.parse::<Time>() {
        Ok(at) if value.contains(':') => Some(time(at)),
        _ => Some(value.to_owned()),
    }
}

/// Every text below a value, with its path without places in lists.
fn texts(path: &str, value: &Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        Value::Array(all) => all.iter().for_each(|one| texts(path, one, found)),
        Value::Object(fields) => {
            for (name, one) in fields {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                texts(&below, one, found);
            }
        }
        _ => {}
    }
}

/// Values that are not on the paper they belong to.
fn lost(sheet: &Sheet, pdf: &[u8]) -> Vec<String> {
    let printed = run_on(&text(pdf));
    let template = sheet.form.template();
    let absent = NO_PLACE.iter().find(|(name, _)| *name == template).map_or(&[][..], |(_, paths)| paths);
    let mut found = Vec::new();
    texts("", &must("JSON", serde_json::to_value(&sheet.form))["data"], &mut found);
    texts("head", &must("JSON", serde_json::to_value(&sheet.head)), &mut found);
    let words = [("certainty", "Certain"), ("due", "Unknown")];
    found.retain(|(path, value)| {
        let coded = words.iter().any(|(name, word)| path.ends_with(name) && value == word) || path == "head.dated";
        let placeless = absent.iter().any(|place| path.starts_with(place));
        !coded && !placeless && path != "board" && path != "head.size"
    });
    let missing = |(path, value): (String, String)| {
        let wanted = run_on(&on_paper(&value)?);
        (!printed.contains(&wanted)).then(|| format!("{template} {path}: {value}"))
    };
    found.into_iter().filter_map(missing).collect()
}

/// Every form with one filling: made, sound, and whole.
fn whole(filling: Filling) {
    for sheet in all(filling) {
        let pdf = pdf(&sheet);
        assert_eq!(faults(&pdf), "", "{} is a sound PDF", sheet.form.template());
        assert_eq!(lost(&sheet, &pdf), Vec::<String>::new(), "all of it is on the paper");
    }
}

#[test]
fn r183_every_form_says_what_its_values_say() {
    whole(Filling::ORDINARY);
}

#[test]
fn r86_the_longest_names_and_lists_are_never_cut() {
    whole(Filling::LONG);
}

#[test]
fn row_16_what_looks_like_markup_is_printed_as_it_was_typed() {
    whole(Filling::HOSTILE);
}

#[test]
fn rare_signs_of_names_are_set_from_a_font_that_has_them() {
    whole(Filling::RARE);
}

#[test]
fn r183_an_empty_form_of_every_family_can_be_finished_by_hand() {
    for form in Form::blanks() {
        let sheet = Sheet { head: Head::default(), form };
        let pdf = pdf(&sheet);
        let said = text(&pdf);
        assert_eq!(faults(&pdf), "", "{}", sheet.form.template());
        assert!(said.contains("第1页"), "{} says which page it is", sheet.form.template());
        assert!(
            !said.contains("none") && !said.contains("null"),
            "{}: nothing stands for nothing",
            sheet.form.template()
        );
    }
}

#[test]
fn the_same_sheet_gives_the_same_bytes_and_another_one_others() {
    let sheet = receipt(Filling::ORDINARY);
    assert_eq!(pdf(&sheet), pdf(&sheet), "P2");
    let mut again = sheet.clone();
    again.head.print = 2;
    assert_ne!(pdf(&again), pdf(&sheet));
    assert!(run_on(&text(&pdf(&again))).contains("补打，第2次打印"), "R183: a reprint says so");
    assert!(!text(&pdf(&sheet)).contains("补打"));
}

#[test]
fn a_sign_that_no_font_has_is_named_and_never_a_box() {
    for sign in ['😀', '\u{31350}', '\u{E000}'] {
        let mut sheet = receipt(Filling::ORDINARY);
        let Form::Receipt(form) = &mut sheet.form else { panic!("a receipt") };
        form.applicant = format!("赵{sign}凤");
        assert_eq!(lay_out(&sheet, DAY).err(), Some(PrintFault::NoGlyph { sign }), "P4");
    }
}

#[test]
fn signs_that_turn_the_direction_of_text_are_left_out() {
    let mut sheet = receipt(Filling::ORDINARY);
    let Form::Receipt(form) = &mut sheet.form else { panic!("a receipt") };
    form.applicant = "赵\u{202E}凤云\u{202C}\u{2066}甲\u{2069}\u{0007}".into();
    let printed = text(&pdf(&sheet));
    assert!(printed.contains("赵凤云甲"), "P3: in the order in which they were typed");
    assert!(!printed.contains(['\u{202E}', '\u{2066}', '\u{0007}']));
}

#[test]
fn the_qr_sign_says_the_case_number_and_nothing_else() {
    let sheet = receipt(Filling::ORDINARY);
    assert_eq!(qr_signs(&pdf(&sheet)), ["石拐-202202-20260302-07-0001"], "R183: no personal data in it");
    let slip = Sheet { head: Head { size: Size::Slip, ..head(Filling::ORDINARY) }, ..sheet };
    assert_eq!(qr_signs(&pdf(&slip)), ["石拐-202202-20260302-07-0001"]);
}

#[test]
fn a_slip_is_as_wide_as_a_roll_and_a_form_is_a4() {
    let sheet = receipt(Filling::ORDINARY);
    assert_eq!(pages(&pdf(&sheet)), (595, 842, 1), "A4 upright, one page");
    let slip = Sheet { head: Head { size: Size::Slip, ..head(Filling::LONG) }, ..receipt(Filling::LONG) };
    let (width, _, count) = pages(&pdf(&slip));
    assert_eq!((width, count), (227, 1), "80 mm, as long as its words");
    assert_eq!(lost(&slip, &pdf(&slip)), Vec::<String>::new(), "R86 on the slip");
}

#[test]
fn a_long_list_runs_on_with_its_head_and_pages_are_counted() {
    let sheets = all(Filling::LONG);
    let sheet = sheets.iter().find(|sheet| sheet.form.template() == "hand-over");
    let pdf = pdf(must("a hand-over", sheet.ok_or("none")));
    let (_, _, count) = pages(&pdf);
    let printed = run_on(&text(&pdf));
    assert!(count > 2, "{count} pages");
    assert!(printed.contains(&format!("第{count}页，共{count}页")));
    let heads = printed.matches("序号办件号申请人事项材料其中原件").count();
    assert!(heads >= 2, "the head of the list stands on {heads} pages");
}

#[test]
fn r184_mongolian_stands_beside_chinese_where_it_was_translated() {
    let mut sheet = receipt(Filling::ORDINARY);
    sheet.head.mongolian = "ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ".into();
    let printed = run_on(&text(&pdf(&sheet)));
    assert!(printed.contains("ᠮᠣᠩᠭᠣᠯ") && printed.contains("ᠪᠢᠴᠢᠭ"));
    assert!(printed.contains("收件回执"));
}

#[test]
fn a_name_breaks_before_no_dot() {
    let sheet = receipt(Filling::LONG);
    let printed = text(&pdf(&sheet));
    assert!(!printed.lines().any(|line| line.starts_with('·')), "R86: no line begins with the dot of {LONG_NAME}");
    assert!(run_on(&printed).contains(LONG_NAME));
    assert!(!run_on(&printed).contains(&run_on(HOSTILE)));
}
