//! Gives the bytes of libFuzzer to the targets of the tests. A panic that the product contains is no finding, so it must not end the
//! process: libFuzzer's own hook, which does, is put aside, and what comes through is brought to an end here.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::abort;
use std::sync::Once;

use daiban_tests::hostile::Target;

/// Runs a target; a panic that nothing contained is a finding.
pub fn run(name: &str, bytes: &[u8]) {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| ())));
    let Some(target) = Target::of(name) else { abort() };
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))) {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        eprintln!("{name}: {}", text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic"));
        abort();
    }
}
