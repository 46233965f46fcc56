//! Names and sizes: no drawer for odds and ends, no file that has become two things.

use crate::rule::hold;
use crate::source::Source;

const LINES: usize = 450;

#[test]
fn no_file_is_a_drawer_for_odds_and_ends() {
    let breaches = |source: &Source| -> Vec<String> {
        const DRAWERS: &[&str] = &["util", "utils", "helper", "helpers", "manager", "managers", "misc", "common"];
        let stems = source.path.trim_end_matches(".rs").split('/');
        stems.filter(|stem| DRAWERS.contains(stem)).map(|stem| format!("{}: {stem}", source.path)).collect()
    };
    let mend = "Put the function beside its one caller, or name the file after the noun it is about.";
    hold(breaches, ("src-core/src/utils.rs", ""), ("src-core/src/outbox.rs", ""), mend);
}

#[test]
fn no_type_is_named_after_a_pattern() {
    let breaches = |source: &Source| -> Vec<String> {
        let names = source.product.split(|one: char| !one.is_alphanumeric() && one != '_').collect::<Vec<_>>();
        let declared = names.windows(2).filter(|pair| matches!(pair[0], "struct" | "enum" | "trait" | "type" | "mod"));
        let vague = declared.filter(|pair| {
            let endings = ["Manager", "Helper", "Helpers", "Util", "Utils", "Impl"];
            endings.iter().any(|end| pair[1].ends_with(end))
                || matches!(pair[1], "util" | "utils" | "helper" | "helpers")
        });
        vague.map(|pair| format!("{}: {}", source.path, pair[1])).collect()
    };
    let mend = "Name what it is in the trade: an outbox, a calendar, a feed.";
    hold(
        breaches,
        ("src-core/src/sync.rs", "pub struct SyncManager;"),
        ("src-core/src/sync.rs", "pub struct Outbox;"),
        mend,
    );
}

#[test]
fn no_public_function_takes_what_it_does_not_use() {
    let breaches = |source: &Source| -> Vec<String> {
        let mut found = Vec::new();
        for (at, _) in source.product.match_indices("fn ") {
            // The line up to the name says whether it is public; what follows up to the body is its signature.
            let line = source.product[..at].rsplit('\n').next().unwrap_or_default();
            let signature = source.product[at..].split(['{', ';']).next().unwrap_or_default();
            let unused = signature.split(['(', ',', '|']).map(str::trim_start).find_map(|parameter| {
                let (name, _) = parameter.split_once(':')?;
                (name.starts_with('_') && name.len() > 1).then_some(name)
            });
            if let Some(name) = unused.filter(|_| line.trim_start().starts_with("pub")) {
                let number = source.product[..at].matches('\n').count() + 1;
                found.push(format!("{}:{number}: {name}", source.path));
            }
        }
        found
    };
    let mend = "Take the parameter out, at the callers too: a signature says what the answer depends on.";
    hold(
        breaches,
        (
            "src-core/src/sync.rs",
            "impl Hub {\n    pub async fn packages(\n        &self,\n        _now: Wall,\n    ) {}\n}",
        ),
        (
            "src-core/src/sync.rs",
            "pub fn f(a: u8) { let _unused: u8 = a; }\nfn g(_now: Wall) {}\nimpl T { fn h(_: u8) {} }",
        ),
        mend,
    );
}

#[test]
fn no_file_is_longer_than_one_thing() {
    let breaches = |source: &Source| -> Vec<String> {
        let lines = source.product.lines().collect::<Vec<_>>();
        // Comments count: a file is read with them. Blanked tests at the end do not.
        let end = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
        if end > LINES { vec![format!("{}: {end} lines", source.path)] } else { Vec::new() }
    };
    let long = "fn f() {}\n".repeat(LINES + 1);
    let tested = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{\n{}}}\n", "fn t() {}\n".repeat(LINES));
    let mend = "Split it by noun: one file, one reason to open it.";
    hold(breaches, ("src-core/src/engine.rs", &long), ("src-core/src/engine.rs", &tested), mend);
}
