//! What stands in texts: no screen words in page code, no SQL put together from pieces, nothing of the place where it was
//! written.

use crate::rule::hold;
use crate::source::{Source, files_below, read, root};

/// Characters only: a mark that joins a list (、；) is not a word.
fn is_han(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{323AF}')
}

#[test]
fn the_words_of_the_screens_lie_in_the_word_files() {
    let breaches = |source: &Source| -> Vec<String> {
        if !source.is_in(&["src-ui/src/"]) {
            return Vec::new();
        }
        let lines = source.product_text.lines().enumerate().filter(|(_, line)| line.chars().any(is_han));
        lines.map(|(at, line)| format!("{}:{}: {}", source.path, at + 1, line.trim())).collect()
    };
    let bad = ("src-ui/src/pages/unlock.rs", "view! { <h1>\"谁在值班？\"</h1> }");
    let good = ("src-ui/src/pages/unlock.rs", "view! { <h1>{word(\"unlock.title\")}</h1> } // 谁在值班？");
    hold(breaches, bad, good, "Add a key to assets/words/zh.json and show the word by its key.");
}

#[test]
fn no_sql_is_put_together_from_pieces() {
    let breaches = |source: &Source| -> Vec<String> {
        let calls = ["format!(", "write!(", "writeln!("];
        let found = calls.iter().flat_map(|call| source.product.match_indices(call));
        let sql = found.filter(|(at, call)| sql_in_call(source, at + call.len()));
        sql.map(|(at, call)| place(source, at, call)).collect()
    };
    let bad = ("src-core/src/store/sqlite.rs", "let sql = format!(\n  \"SELECT * FROM doc WHERE name = '{name}'\"\n);");
    let good =
        ("src-core/src/store/sqlite.rs", "let said = format!(\"{n} selected\"); let sql = \"SELECT id FROM doc\";");
    hold(breaches, bad, good, "Write the statement out and bind the values; a list goes in as one JSON parameter.");
}

/// Looks at the texts of a macro call whose arguments start at `from`.
fn sql_in_call(source: &Source, from: usize) -> bool {
    let mut depth = 1_i32;
    let closes = source.product[from..].bytes().position(|byte| {
        depth += i32::from(byte == b'(') - i32::from(byte == b')');
        depth == 0
    });
    let arguments = &source.product_text[from..from + closes.unwrap_or(0)];
    let words = arguments.split(|one: char| !one.is_alphanumeric() && one != '_');
    words.into_iter().any(|word| matches!(word, "SELECT" | "INSERT" | "UPDATE" | "DELETE"))
}

fn place(source: &Source, at: usize, found: &str) -> String {
    format!("{}:{}: {found}", source.path, source.product[..at].matches('\n').count() + 1)
}

#[test]
fn nothing_tells_of_the_machine_it_was_written_on() {
    // Put together here so that this file does not find itself.
    let words = [
        ["/", "work/"],
        ["/", "root/"],
        ["/", "home/"],
        ["/", "Users/"],
        ["C:\\", "Users"],
        ["/tmp/", "bash"],
        ["sha", "red/"],
        ["language ", "model"],
        ["as an ", "AI"],
        ["sub", "agent"],
        ["this ", "session of"],
        ["the ", "brief says"],
    ]
    .map(|pair| pair.concat());
    let told = |text: &str| -> Vec<String> {
        let lines = text.lines().enumerate();
        let found =
            lines.filter_map(|(at, line)| words.iter().find(|word| line.contains(*word)).map(|word| (at + 1, word)));
        found.map(|(line, word)| format!("{line}: {word}")).collect()
    };
    assert_eq!(told(&format!("see /{}x.md", "work/")).len(), 1, "can fail");
    let is_text = |path: &std::path::Path| {
        let ends = ["rs", "toml", "md", "json", "js", "html", "css", "sql", "csv", "yml", "typ", "run"];
        let end = path.extension().or(path.file_name()).unwrap_or_default().to_string_lossy().into_owned();
        ends.contains(&end.as_str())
    };
    let files = files_below(root(), &is_text);
    assert!(files.len() > 30, "this test has stopped finding files");
    let found: Vec<String> = files
        .iter()
        .flat_map(|(path, file)| told(&read(file)).into_iter().map(move |hit| format!("{path}:{hit}")))
        .collect();
    assert!(found.is_empty(), "Describe the thing itself, not where it was made:\n  {}", found.join("\n  "));
}

#[test]
fn nothing_is_left_for_later() {
    let marks = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["HA", "CK"]].map(|pair| pair.concat());
    let breaches = |source: &Source| -> Vec<String> {
        let lines = source.raw.lines().enumerate();
        let found = lines.filter_map(|(at, line)| {
            marks.iter().find(|mark| crate::rule::has_word(line, mark)).map(|mark| (at, mark))
        });
        found.map(|(at, mark)| format!("{}:{}: {mark}", source.path, at + 1)).collect()
    };
    let bad = format!("// {}: later", marks[0]);
    let mend = "Do it now, or open an issue and say plainly in the docs what is absent.";
    hold(breaches, ("src-core/src/engine.rs", &bad), ("src-core/src/engine.rs", "// why it is so"), mend);
}
