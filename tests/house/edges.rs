//! Time and chance come in at named edges only, and no test waits for a while or is left out.

use crate::rule::{Part, Rule};

/// Files that may read a clock or draw a number, each with its reason. Everything behind them gets values.
const EDGES: &[(&str, &str)] = &[
    ("src-core/src/edge.rs", "the engine's clock and source of chance, handed in when it starts"),
    ("src-district/src/main.rs", "the hub's process"),
    ("src-district/src/edge.rs", "the hub's clock"),
    ("src-tauri/src/", "the window's process"),
    ("src-ui/src/idle.rs", "how long nobody touched the window: a machine that slept must know afterwards (R126)"),
    ("src-xtask/src/", "set-up runs on a developer's machine and decides nothing of the trade"),
];

#[test]
fn time_and_chance_enter_at_the_named_edges_only() {
    Rule {
        forbidden: &[
            "SystemTime::now",
            "Instant::now",
            "Timestamp::now",
            "Zoned::now",
            "Uuid::new_v4",
            "Uuid::now_v7",
            "getrandom::",
            "OsRng",
            "thread_rng",
            "rand::",
            "Date::now",
            "Date::new_0",
            "Math::random",
        ],
        part: Part::Product,
        within: &[],
        except: EDGES,
        mend: "Take `now` or the bytes as an argument and let the caller's edge supply them.",
        bad: ("src-core/src/engine.rs", "let at = std::time::SystemTime::now();"),
        good: ("src-core/src/edge.rs", "let at = std::time::SystemTime::now();"),
    }
    .holds();
}

#[test]
fn no_test_is_left_out() {
    Rule {
        forbidden: &["#[ignore]", "#[ignore =", "#[should_panic]", "#[should_panic("],
        part: Part::Code,
        within: &[],
        except: &[],
        mend: "Make it pass or take it out; a long one goes behind its own program. A panic is no answer to test for.",
        bad: ("src-core/src/engine.rs", "#[ignore]\n#[test]\nfn slow() {}"),
        good: ("src-core/src/engine.rs", "#[test]\nfn quick() {}"),
    }
    .holds();
}

#[test]
fn no_test_sleeps() {
    Rule {
        forbidden: &["thread::sleep", "time::sleep", "sleep("],
        part: Part::Tests,
        within: &[],
        except: &[],
        mend: "Wait for the event itself (a channel, a line of output, an element) with a time limit around it.",
        bad: ("tests/window/main.rs", "std::thread::sleep(Duration::from_secs(1));"),
        good: ("tests/window/main.rs", "client.wait().for_element(slip).await?;"),
    }
    .holds();
}

#[test]
fn no_product_code_sleeps_for_a_while_and_hopes() {
    Rule {
        forbidden: &["thread::sleep"],
        part: Part::Product,
        within: &["src-model/", "src-core/", "src-district/", "src-ui/", "src-tauri/"],
        except: &[],
        mend: "Block on a channel, a lock with a limit, or a timer of the runtime.",
        bad: ("src-core/src/store/sqlite.rs", "std::thread::sleep(pause);"),
        good: ("src-core/src/store/sqlite.rs", "receiver.recv_timeout(pause);"),
    }
    .holds();
}
