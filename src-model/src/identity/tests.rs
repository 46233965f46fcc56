use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::ids::ScopeCode;

const TODAY: Date = Date::constant(2026, 3, 2);

fn citizen(text: &str) -> CitizenId {
    CitizenId::parse(text, TODAY).unwrap()
}

#[test]
fn no_full_number_leaves_by_printing_or_debugging() {
    let shown = [
        (citizen("150205199001010005").to_string(), "150205********0005"),
        (format!("{:?}", citizen("150205199001010005")), "CitizenId(150205********0005)"),
        (Phone::parse("0472-0000001").unwrap().to_string(), "0472-***0001"),
        (Phone::parse("010-00000001").unwrap().to_string(), "010-****0001"),
        (format!("{:?}", Phone::parse("13800138000").unwrap()), "Phone(138****8000)"),
        (format!("{:?}", BankCard::parse("6217 0000 0000 0000 004").unwrap()), "BankCard(****0004)"),
        (CreditCode::parse("91150205MA0000007A").unwrap().to_string(), "91150205******007A"),
    ];
    for (found, expected) in shown {
        assert_eq!(found, expected, "masked");
    }
}

#[test]
fn numbers_survive_storage_in_full_and_are_checked_on_the_way_back() {
    let id = citizen("150205202603010007");
    let stored = serde_json::to_string(&id).unwrap();
    assert_eq!(stored, "\"150205202603010007\"", "the store is encrypted, the value is whole");
    assert_eq!(serde_json::from_str::<CitizenId>(&stored).unwrap(), id, "and comes back");
    let bytes = postcard::to_stdvec(&(id.clone(), Phone::parse("13800138000").unwrap())).unwrap();
    assert_eq!(postcard::from_bytes::<(CitizenId, Phone)>(&bytes).unwrap().0, id, "in binary too");
    let fault = serde_json::from_str::<CitizenId>("\"150205199001010006\"").unwrap_err().to_string();
    assert!(!fault.contains("19900101"), "an error repeats nothing of what it read: {fault}");
}

#[test]
fn a_child_needs_a_guardian_until_the_fourteenth_birthday() {
    let child = citizen("150205201503150008");
    assert_eq!(child.birth(), date(2015, 3, 15), "孙小雨");
    assert!(child.is_under_14_on(date(2029, 3, 14)), "the day before");
    assert!(!child.is_under_14_on(date(2029, 3, 15)), "the birthday itself");
    let leap = citizen("150205199202290007");
    assert_eq!(leap.age_on(date(2006, 2, 28)), 13, "born on a leap day: not before the first of March");
    assert_eq!(leap.age_on(date(2006, 3, 1)), 14, "but then");
    assert_eq!(leap.age_on(date(1990, 1, 1)), 0, "before birth there is no age");
}

#[test]
fn a_division_is_doubted_only_where_its_neighbours_are_known() {
    let counties: Vec<ScopeCode> =
        ["150000", "150200", "150205", "150202"].iter().map(|code| code.parse().unwrap()).collect();
    for (id, expected) in [
        ("150205199001010005", vec![]),
        ("150221198510100004", vec![CitizenIdWarning::UnknownCounty]),
        ("41152519880506000X", vec![]),
        ("810000199001010000", vec![]),
        ("910000199001010004", vec![]),
    ] {
        assert_eq!(citizen(id).warnings(&counties), expected, "{id}");
    }
}

#[test]
fn what_is_wrong_says_where_to_look() {
    for (text, fault) in [
        ("1502051990010X0005", CitizenIdFault::Character { at: 14 }),
        ("15020519900101000", CitizenIdFault::Length { found: 17 }),
        ("110105194912310021", CitizenIdFault::CheckSign { expected: 'X' }),
        ("一二三", CitizenIdFault::Length { found: 3 }),
        ("  ", CitizenIdFault::Empty),
    ] {
        assert_eq!(CitizenId::parse(text, TODAY), Err(fault), "{fault}");
    }
    for (text, fault) in [
        ("", PhoneFault::Empty),
        ("无", PhoneFault::NotANumber),
        ("1", PhoneFault::MobileLength { found: 1 }),
        ("12800138000", PhoneFault::MobilePrefix),
        ("0472", PhoneFault::LandlineLength { found: 0 }),
        ("047", PhoneFault::LandlineLength { found: 0 }),
        ("0472-000001", PhoneFault::LandlineLength { found: 6 }),
        ("0128-0013800", PhoneFault::AreaCode),
        ("12345é", PhoneFault::NotANumber),
    ] {
        assert_eq!(Phone::parse(text), Err(fault), "{fault}");
    }
    assert_eq!(CreditCode::parse("9115O205MA0000007A"), Err(CreditCodeFault::Character { at: 5 }), "O for zero");
    assert_eq!(BankCard::parse("6217000000000000005"), Err(BankCardFault::CheckDigit { expected: '4' }), "Luhn");
}

#[test]
fn a_public_address_ends_at_the_village() {
    for (address, expected) in [
        ("石拐区五当召镇缸房地村幸福大院3号", "石拐区五当召镇缸房地村"),
        ("石拐区吉忽伦图苏木白菜沟嘎查2号", "石拐区吉忽伦图苏木白菜沟嘎查"),
        ("石拐街道欣望社区1栋2单元", "石拐街道欣望社区"),
        ("五当召镇3号院", "五当召镇"),
        ("幸福大院3号", ""),
        ("", ""),
    ] {
        assert_eq!(public_address(address), expected, "{address}");
    }
}

#[test]
fn case_numbers_are_refused_before_they_could_be_given_twice() {
    let unit: ScopeCode = "150205202202".parse().unwrap();
    assert_eq!(CaseNumber::new(unit, TODAY, 100, 1), Err(CaseNumberFault::Device), "two digits");
    assert_eq!(CaseNumber::new(unit, TODAY, 7, 0), Err(CaseNumberFault::Counter), "the first is 0001");
    assert_eq!(CaseNumber::new(unit, TODAY, 7, 10_000), Err(CaseNumberFault::Counter), "four digits");
    let elsewhere: ScopeCode = "411525".parse().unwrap();
    assert_eq!(CaseNumber::new(elsewhere, TODAY, 7, 1), Err(CaseNumberFault::OtherDistrict), "not 石拐");
    for text in ["石拐-202202-20260302-07-0001-1", "东河-202202-20260302-07-0001", "石拐-20220２-20260302-07-0001", ""]
    {
        assert_eq!(text.parse::<CaseNumber>(), Err(CaseNumberFault::Form), "{text}");
    }
}

proptest! {
    #[test]
    fn a_case_number_reads_back_as_itself(
        unit in 0u32..1_000_000, day in 0i32..20_000, device in 0u8..100, counter in 1u16..10_000,
    ) {
        let unit = format!("150205{unit:06}").parse().unwrap();
        let date = date(2020, 1, 1).saturating_add(jiff::Span::new().days(day));
        let number = CaseNumber::new(unit, date, device, counter).unwrap();
        prop_assert_eq!(number.to_string().parse(), Ok(number));
        let parts = (number.unit(), number.date(), number.device(), number.counter());
        prop_assert_eq!(parts, (unit, date, device, counter));
    }

    #[test]
    fn one_wrong_digit_never_passes(at in 0usize..17, more in 1u8..10) {
        let good = "150205199001010005";
        let mut typed = good.as_bytes().to_vec();
        typed[at] = b'0' + (typed[at] - b'0' + more) % 10;
        let typed = String::from_utf8(typed).unwrap();
        prop_assert!(CitizenId::parse(&typed, TODAY).is_err(), "{typed}");
    }

    #[test]
    fn any_text_is_answered_without_a_crash(text in "\\PC{0,24}") {
        let _ = (CitizenId::parse(&text, TODAY), CreditCode::parse(&text), Phone::parse(&text), BankCard::parse(&text));
        let _ = (Postcode::parse(&text), text.parse::<CaseNumber>(), public_address(&text));
    }

    #[test]
    fn what_was_parsed_parses_to_itself(text in "[0-9 +-]{0,22}") {
        if let Ok(phone) = Phone::parse(&text) {
            prop_assert_eq!(Phone::parse(phone.reveal()), Ok(phone.clone()));
            prop_assert!(!phone.to_string().contains(phone.reveal()), "masked");
        }
    }
}
