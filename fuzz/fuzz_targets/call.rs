//! `cargo +nightly fuzz run call`: see `daiban_tests::hostile::Target`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| daiban_fuzz::run("call", bytes));
