//! `cargo +nightly fuzz run standing`: see `daiban_tests::hostile::Target`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| daiban_fuzz::run("standing", bytes));
