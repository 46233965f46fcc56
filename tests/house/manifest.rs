//! Who may know whom, by manifest: the graph of our packages, and which crates may ask for which outer package.

use std::collections::BTreeSet;

use crate::source::{files_below, read, root};

/// Package, its manifest, and those of ours it may depend on.
const GRAPH: &[(&str, &str, &[&str])] = &[
    ("daiban-model", "src-model/Cargo.toml", &[]),
    ("daiban-core", "src-core/Cargo.toml", &["daiban-model"]),
    ("daiban-ui", "src-ui/Cargo.toml", &["daiban-model"]),
    ("daiban-district", "src-district/Cargo.toml", &["daiban-model", "daiban-core"]),
    ("daiban", "Cargo.toml", &["daiban-model", "daiban-core"]),
    ("daiban-tests", "tests/Cargo.toml", &["daiban-model", "daiban-core", "daiban-district", "daiban"]),
    ("daiban-xtask", "src-xtask/Cargo.toml", &[]),
];

/// Packages that are no part of the product and of no build of it: each a workspace of its own, with its reason.
const OUTSIDE: &[(&str, &str)] = &[(
    "fuzz/Cargo.toml",
    "cargo-fuzz wants a nightly compiler, flags of its own for all code, and a library that the product does not ship",
)];

/// Everything the model may build on: no clock, no chance, no input or output, no async among it. `serde_json` is here because an
/// event is kept as JSON text, so that an older program can carry a newer one's event through untouched.
const MODEL: &[&str] = &["jiff", "postcard", "serde", "serde_json", "thiserror", "uuid"];

/// Outer packages behind a wall, and the packages of ours that may ask for them.
const WALLED: &[(&str, &[&str])] = &[
    ("automerge", &["daiban-core"]),
    ("axum", &["daiban-district"]),
    ("deadpool-postgres", &["daiban-district"]),
    ("leptos", &["daiban-ui"]),
    ("reqwest", &["daiban-core", "daiban-tests"]),
    ("rusqlite", &["daiban-core", "daiban-tests"]),
    ("tauri", &["daiban"]),
    ("typst", &["daiban-core"]),
    ("tokio-postgres", &["daiban-district", "daiban-tests"]),
    ("wasm-bindgen", &["daiban-ui"]),
];

/// A dependency line: in which table, which package, and what follows the name.
#[derive(Debug)]
struct Line {
    table: String,
    name: String,
    rest: String,
}

/// The dependency tables of a manifest. Ours are kept in one form, an entry for each package, which a test here guards.
fn lines_of(manifest: &str) -> Vec<Line> {
    let mut table = String::new();
    let mut lines = Vec::new();
    let mut open = 0; // brackets of an entry that goes on over several lines
    for line in manifest.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        let starts_entry = open == 0;
        if starts_entry && line.starts_with('[') {
            table = line.trim_matches(['[', ']']).to_owned();
            continue;
        }
        open += line.matches(['[', '{']).count() as i32 - line.matches([']', '}']).count() as i32;
        if starts_entry
            && table.ends_with("dependencies")
            && let Some((name, rest)) = line.split_once(['.', ' ', '='])
        {
            let (name, rest) = (name.trim_matches('"').to_owned(), rest.trim_start_matches(['=', ' ']).to_owned());
            lines.push(Line { table: table.clone(), name, rest });
        }
    }
    lines
}

/// Dependencies of one package; the workspace's own table only says which versions there are.
fn dependencies(manifest: &str) -> Vec<Line> {
    lines_of(manifest).into_iter().filter(|line| line.table != "workspace.dependencies").collect()
}

fn manifest_of(path: &str) -> String {
    read(&root().join(path))
}

fn strangers(manifest: &str, allowed: &[&str]) -> Vec<String> {
    let ours: BTreeSet<&str> = GRAPH.iter().map(|(name, _, _)| *name).collect();
    let asked = dependencies(manifest).into_iter().map(|line| line.name);
    asked.filter(|name| ours.contains(name.as_str()) && !allowed.contains(&name.as_str())).collect()
}

#[test]
fn packages_know_only_whom_the_map_allows() {
    assert_eq!(
        strangers("[dependencies]\ndaiban-core.workspace = true\n", &["daiban-model"]),
        ["daiban-core"],
        "can fail"
    );
    for (package, path, allowed) in GRAPH {
        let found = strangers(&manifest_of(path), allowed);
        assert!(
            found.is_empty(),
            "{package} must not know {found:?}: move the shared part down, into the model or the core"
        );
    }
}

#[test]
fn every_package_of_the_house_is_on_the_map() {
    let known = GRAPH.iter().map(|(_, path, _)| *path).chain(OUTSIDE.iter().map(|(path, _)| *path));
    let known: BTreeSet<&str> = known.collect();
    let found = files_below(root(), &|path| path.ends_with("Cargo.toml"));
    let unknown: Vec<&String> =
        found.iter().map(|(path, _)| path).filter(|path| !known.contains(path.as_str())).collect();
    assert!(unknown.is_empty(), "add {unknown:?} to GRAPH with the packages it may know");
    for (path, reason) in OUTSIDE {
        assert!(manifest_of(path).contains("\n[workspace]\n"), "{path} is a workspace of its own: {reason}");
    }
    assert!(known.iter().all(|path| root().join(path).is_file()), "a package on the map is gone: take it off GRAPH");
}

#[test]
fn the_model_builds_on_its_short_list_only() {
    let beyond = |manifest: &str| -> Vec<String> {
        let plain = dependencies(manifest).into_iter().filter(|line| line.table == "dependencies");
        plain.map(|line| line.name).filter(|name| !MODEL.contains(&name.as_str())).collect()
    };
    assert_eq!(
        beyond("[dependencies]\ntokio.workspace = true\n[dev-dependencies]\ncsv.workspace = true\n"),
        ["tokio"],
        "can fail"
    );
    let found = beyond(&manifest_of("src-model/Cargo.toml"));
    assert!(
        found.is_empty(),
        "{found:?}: the model stays pure. Put what needs it into the core, or argue for a longer list"
    );
}

#[test]
fn outer_packages_stay_behind_their_walls() {
    let breaches = |package: &str, manifest: &str| -> Vec<String> {
        let names: Vec<String> = dependencies(manifest).into_iter().map(|line| line.name).collect();
        let broken = WALLED
            .iter()
            .filter(|(name, allowed)| names.iter().any(|asked| asked == name) && !allowed.contains(&package));
        broken.map(|(name, allowed)| format!("{package} asks for {name}, which is for {allowed:?}")).collect()
    };
    assert_eq!(breaches("daiban-ui", "[dependencies]\nrusqlite.workspace = true\n").len(), 1, "can fail");
    let found: Vec<String> =
        GRAPH.iter().flat_map(|(package, path, _)| breaches(package, &manifest_of(path))).collect();
    assert!(found.is_empty(), "call the crate that owns it instead: {found:#?}");
}

#[test]
fn versions_and_features_stand_in_the_one_table() {
    let elsewhere = |manifest: &str| -> Vec<Line> {
        dependencies(manifest)
            .into_iter()
            .filter(|line| !line.rest.starts_with("workspace = true") && !line.rest.starts_with("{ workspace = true"))
            .collect()
    };
    assert_eq!(elsewhere("[dev-dependencies]\nserde = \"1\"\n").len(), 1, "can fail");
    for (package, path, _) in GRAPH {
        let manifest = manifest_of(path);
        assert!(!dependencies(&manifest).is_empty(), "{package} has dependencies; this test has stopped reading them");
        let found = elsewhere(&manifest);
        assert!(
            found.is_empty(),
            "{package}: write `name.workspace = true` and put the version into the root manifest: {found:?}"
        );
    }
}

#[test]
fn every_package_takes_the_lints_of_the_house() {
    let takes = |manifest: &str| manifest.contains("[lints]\nworkspace = true");
    assert!(!takes("[package]\nname = \"x\"\n"), "can fail");
    let without: Vec<&str> =
        GRAPH.iter().filter(|(_, path, _)| !takes(&manifest_of(path))).map(|(name, ..)| *name).collect();
    assert!(without.is_empty(), "add `[lints] workspace = true` to {without:?}");
}
