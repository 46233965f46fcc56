//! A source file as the rules see it: code, code with its texts, and which lines are tests.
//!
//! No parser: comments, strings and test modules are blanked out by a small scanner that keeps every line in its place.

use std::fs;
use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the tests lie in a folder of the repository")
}

/// One Rust file.
pub struct Source {
    /// Path from the repository's root, with `/`.
    pub path: String,
    /// Everything as written.
    pub raw: String,
    /// Without comments and without the inside of strings.
    pub code: String,
    /// Without comments, strings kept.
    pub text: String,
    /// The same two without test modules; empty for a file that is a test as a whole.
    pub product: String,
    pub product_text: String,
}

impl Source {
    /// Splits `raw` as if it lay at `path`.
    pub fn new(path: &str, raw: &str) -> Source {
        let (code, text) = blank(raw);
        let is_test = path.starts_with("tests/") || path.ends_with("/tests.rs") || path.contains("/tests/");
        let (product, product_text) = if is_test { Default::default() } else { without_tests(&code, &text) };
        Source { path: path.to_owned(), raw: raw.to_owned(), code, text, product, product_text }
    }

    /// True when the file lies at or below one of these paths.
    pub fn is_in(&self, places: &[&str]) -> bool {
        places.iter().any(|place| match place.strip_suffix('/') {
            Some(folder) => self.path.starts_with(folder) && self.path[folder.len()..].starts_with('/'),
            None => self.path == *place,
        })
    }

    /// The code without what is product: what only tests run.
    pub fn test_code(&self) -> String {
        let product = self.product.split('\n').chain(std::iter::repeat(""));
        let only_test =
            |(code, product): (&str, &str)| if product.trim().is_empty() { code.to_owned() } else { String::new() };
        self.code.split('\n').zip(product).map(only_test).collect::<Vec<_>>().join("\n")
    }
}

/// Every Rust file of the house, in order of path.
pub fn house() -> Vec<Source> {
    let files = files_below(root(), &|path| path.extension().is_some_and(|end| end == "rs"));
    assert!(files.len() > 20, "the house has more than 20 Rust files; found {}", files.len());
    let mut sources: Vec<Source> = files.iter().map(|(path, file)| Source::new(path, &read(file))).collect();
    let declared: Vec<String> = sources.iter().flat_map(test_files_declared_by).collect();
    for source in &mut sources {
        let in_test_folder =
            |test: &String| source.path == format!("{test}.rs") || source.path.starts_with(&format!("{test}/"));
        if declared.iter().any(in_test_folder) {
            source.product.clear();
            source.product_text.clear();
        }
    }
    sources
}

/// Files of the repository that `wanted` accepts, as (path from the root, path), leaving out what git leaves out.
pub fn files_below(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Vec<(String, PathBuf)> {
    const LEFT_OUT: &[&str] = &["target", "gen", "dist", ".git", "node_modules"];
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("cannot read {}: {error}", folder.display()));
    for path in entries.map(|entry| entry.expect("a folder entry").path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !LEFT_OUT.contains(&name.as_str()) {
            found.extend(files_below(&path, wanted));
        } else if path.is_file() && wanted(&path) {
            let below = path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/");
            found.push((below, path));
        }
    }
    found.sort();
    found
}

/// A file's text; one that is not UTF-8 has no text.
pub fn read(file: &Path) -> String {
    String::from_utf8(fs::read(file).unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display())))
        .unwrap_or_default()
}

/// Paths (without `.rs`) of modules that a file declares under `#[cfg(test)]`.
fn test_files_declared_by(source: &Source) -> Vec<String> {
    let folder = match source.path.strip_suffix("/mod.rs").or(source.path.strip_suffix("/lib.rs")) {
        Some(folder) => folder.to_owned(),
        None => source.path.trim_end_matches("/main.rs").trim_end_matches(".rs").to_owned(),
    };
    let declared = source.code.split("#[cfg(test)]").skip(1).filter_map(|rest| {
        let module = rest.trim_start().trim_start_matches("pub ").strip_prefix("mod ")?;
        let (name, _) = module.split_once(|one: char| !one.is_alphanumeric() && one != '_')?;
        module[name.len()..].trim_start().starts_with(';').then(|| format!("{folder}/{name}"))
    });
    declared.collect()
}

/// Blanks `#[cfg(test)]` items, however they are nested, in both renderings at the same places.
fn without_tests(code: &str, text: &str) -> (String, String) {
    let (mut code, mut text) = (code.as_bytes().to_vec(), text.as_bytes().to_vec());
    let mark = b"#[cfg(test)]";
    let mut from = 0;
    while let Some(start) = code[from..].windows(mark.len()).position(|window| window == mark).map(|at| at + from) {
        let end = end_of_item(&code, start + mark.len());
        for bytes in [&mut code, &mut text] {
            bytes[start..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
        from = end;
    }
    let utf8 = |bytes| String::from_utf8(bytes).expect("whole items were blanked");
    (utf8(code), utf8(text))
}

fn end_of_item(code: &[u8], from: usize) -> usize {
    let mut depth = 0_i32;
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(byte, b'}' | b';') {
            return at + 1;
        }
    }
    code.len()
}

/// Two renderings of the same length: without comments and texts, and without comments only.
fn blank(raw: &str) -> (String, String) {
    let bytes = raw.as_bytes();
    let (mut code, mut text) = (bytes.to_vec(), bytes.to_vec());
    let mut at = 0;
    while at < bytes.len() {
        let (kind, end) = piece(bytes, at);
        let wipe = |rendering: &mut Vec<u8>| {
            rendering[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        };
        match kind {
            Piece::Comment => {
                wipe(&mut code);
                wipe(&mut text);
            }
            Piece::Text => wipe(&mut code),
            Piece::Code => {}
        }
        at = end;
    }
    let utf8 = |bytes| String::from_utf8(bytes).expect("whole pieces were blanked");
    (utf8(code), utf8(text))
}

enum Piece {
    Comment,
    Text,
    Code,
}

fn piece(bytes: &[u8], at: usize) -> (Piece, usize) {
    let rest = &bytes[at..];
    let word_before = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    match rest {
        [b'/', b'/', ..] => (Piece::Comment, at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len())),
        [b'/', b'*', ..] => (Piece::Comment, at + block_comment(rest)),
        [b'"', ..] => (Piece::Text, at + plain_string(rest)),
        [b'r', b'"' | b'#', ..] if !word_before => match raw_string(rest) {
            Some(length) => (Piece::Text, at + length),
            None => (Piece::Code, at + 1),
        },
        [b'b', b'r', b'"' | b'#', ..] if !word_before => match raw_string(&rest[1..]) {
            Some(length) => (Piece::Text, at + 1 + length),
            None => (Piece::Code, at + 1),
        },
        [b'\'', ..] => match character(rest) {
            Some(length) => (Piece::Text, at + length),
            None => (Piece::Code, at + 1),
        },
        _ => (Piece::Code, at + 1),
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn plain_string(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw_string(rest: &[u8]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return None; // `r#type`: a raw name
    }
    let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    let inside = 2 + hashes;
    let end = rest[inside..].windows(close.len()).position(|window| window == close);
    Some(end.map_or(rest.len(), |end| inside + end + close.len()))
}

/// The length of a character literal; nothing for a lifetime.
fn character(rest: &[u8]) -> Option<usize> {
    let inside = std::str::from_utf8(&rest[1..rest.len().min(16)]).or_else(|error| {
        std::str::from_utf8(&rest[1..1 + error.valid_up_to()]) // the window of 16 bytes may cut a character
    });
    let mut characters = inside.ok()?.char_indices();
    let (_, first) = characters.next()?;
    if first == '\\' {
        return rest[3..].iter().take(12).position(|byte| *byte == b'\'').map(|end| end + 4);
    }
    characters.next().filter(|(_, second)| *second == '\'').map(|(at, _)| at + 2)
}

#[test]
fn the_scanner_tells_code_from_comments_texts_and_tests() {
    let raw = "let a = \"fetch // no\"; // fetch\nlet c = '\"'; let b: &'a str = r#\"x\"y\"#; /* a /* b */ c */ end();\n\
               #[cfg(test)]\nmod tests { fn t() { inner(); } }\nfn after() {}\n";
    let source = Source::new("src-x/src/a.rs", raw);
    assert!(!source.code.contains("fetch"), "neither text nor comment is code: {}", source.code);
    assert!(source.text.contains("\"fetch // no\";"), "a text keeps its slashes: {}", source.text);
    assert!(source.code.contains("&'a str ="), "a lifetime is no character: {}", source.code);
    assert!(source.code.contains("end();"), "comments nest: {}", source.code);
    assert!(!source.product.contains("inner") && source.product.contains("fn after"), "tests are cut out alone");
    assert!(source.test_code().contains("inner") && !source.test_code().contains("fn after"), "and found alone");
    assert_eq!(source.code.lines().count(), raw.lines().count(), "every line stays in its place");
}

#[test]
fn a_test_module_in_a_file_of_its_own_is_a_test() {
    let parent =
        Source::new("src-x/src/case/mod.rs", "#[cfg(test)]\nmod laws;\n#[cfg(test)]\nmod near { fn f() {} }\n");
    assert_eq!(test_files_declared_by(&parent), ["src-x/src/case/laws"], "only the module without a body has a file");
    let parent = Source::new("src-x/src/stamp.rs", "#[cfg(test)]\nmod laws;");
    assert_eq!(test_files_declared_by(&parent), ["src-x/src/stamp/laws"], "a module file's children lie in its folder");
}
