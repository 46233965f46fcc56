//! `cargo +nightly fuzz run change`: see `daiban_tests::hostile::Target`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| daiban_fuzz::run("change", bytes));
