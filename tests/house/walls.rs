//! Which word may stand where: each outer library has one home.

use crate::rule::{Part, Rule};

#[test]
fn automerge_lives_in_the_document_module() {
    Rule {
        forbidden: &["automerge"],
        part: Part::Code,
        within: &[],
        except: &[
            ("src-core/src/doc/", "the only code that opens documents"),
            ("src-core/src/doc.rs", "its front page"),
        ],
        mend: "Say what you need from a document as a function of `doc`, in words of the trade.",
        bad: ("src-core/src/sync/plan.rs", "use automerge::Change;"),
        good: ("src-core/src/doc/genesis.rs", "use automerge::Automerge;"),
    }
    .holds();
}

#[test]
fn rusqlite_lives_in_the_store() {
    Rule {
        forbidden: &["rusqlite"],
        part: Part::Code,
        within: &[],
        except: &[
            ("src-core/src/store/", "the only code that speaks SQL"),
            ("src-core/src/store.rs", "its front page"),
            ("tests/src/bin/", "measurements compare with the bare database"),
            ("tests/bench/", "measurements compare with the bare database"),
        ],
        mend: "Ask the store: a query of the closed set, or a field of its batch.",
        bad: ("src-core/src/query/list.rs", "fn f(c: &rusqlite::Connection) {}"),
        good: ("src-core/src/store/sqlite.rs", "use rusqlite::Connection;"),
    }
    .holds();
}

#[test]
fn pictures_are_decoded_where_they_are_taken_in() {
    Rule {
        forbidden: &["jpeg_decoder", "image::DynamicImage", "image::ImageReader", "image::load_from_memory"],
        part: Part::Product,
        within: &[],
        except: &[
            ("src-core/src/files/", "the bounds stand before the decoder there"),
            ("tests/", "what came out is looked at"),
            ("src-core/tests/", "what came out is looked at"),
        ],
        mend: "Give the bytes to `files::intake::take`; elsewhere a picture is bytes with a hash.",
        bad: ("src-core/src/engine/files.rs", "let picture = image::load_from_memory(&bytes);"),
        good: ("src-core/src/files/jpeg.rs", "use image::DynamicImage;"),
    }
    .holds();
}

#[test]
fn postgresql_lives_in_its_store_at_the_hub() {
    Rule {
        forbidden: &["tokio_postgres", "deadpool_postgres"],
        part: Part::Code,
        within: &[],
        except: &[
            ("src-district/src/postgres/", "the only code that speaks to this database"),
            ("src-district/tests/postgres/", "tests look at the server from outside"),
            ("tests/bench/", "measurements compare with the bare database"),
        ],
        mend: "Ask the store: a query of the closed set, or a field of its batch.",
        bad: ("src-district/src/cli/serve.rs", "fn f(c: &tokio_postgres::Client) {}"),
        good: ("src-district/src/postgres/line.rs", "use tokio_postgres::Client;"),
    }
    .holds();
}

#[test]
fn axum_lives_in_the_district_hub() {
    Rule {
        forbidden: &["axum"],
        part: Part::Code,
        within: &[],
        except: &[("src-district/", "the hub is the one server of this house")],
        mend: "Keep the behaviour in the engine; only a shell speaks HTTP.",
        bad: ("src-core/src/engine.rs", "use axum::Router;"),
        good: ("src-district/src/router.rs", "use axum::Router;"),
    }
    .holds();
}

#[test]
fn tauri_lives_in_the_shell() {
    Rule {
        forbidden: &["tauri", "tauri_build", "tauri_plugin_single_instance", "tauri_plugin_window_state"],
        part: Part::Code,
        within: &[],
        except: &[("src-tauri/", "the desktop shell")],
        mend: "Give the engine a plain argument instead of a handle of the window.",
        bad: ("src-core/src/engine.rs", "fn f(app: tauri::AppHandle) {}"),
        good: ("src-tauri/src/lib.rs", "fn f(app: tauri::AppHandle) {}"),
    }
    .holds();
}

#[test]
fn typst_lives_in_printing() {
    Rule {
        forbidden: &["typst", "typst_layout", "typst_pdf", "typst_svg"],
        part: Part::Code,
        within: &[],
        except: &[("src-core/src/print/", "the one maker of PDFs"), ("src-core/src/print.rs", "its front page")],
        mend: "Call `print` with a template's name and its fields.",
        bad: ("src-core/src/files/export.rs", "use typst::World;"),
        good: ("src-core/src/print/world.rs", "use typst::World;"),
    }
    .holds();
}

#[test]
fn pages_reach_the_engine_through_the_transport_only() {
    Rule {
        forbidden: &[
            "invoke",
            "fetch",
            "fetch_with_str",
            "fetch_with_request",
            "XmlHttpRequest",
            "WebSocket",
            "__TAURI__",
            "__TAURI_INTERNALS__",
        ],
        part: Part::ProductText,
        within: &["src-ui/"],
        except: &[
            ("src-ui/src/transport.rs", "the one road out of the window"),
            ("src-ui/src/transport/", "its parts"),
        ],
        mend: "Call the engine with `transport::call(request)`; another shell must not touch a page.",
        bad: (
            "src-ui/src/pages/today.rs",
            "#[wasm_bindgen(js_namespace = [\"window\", \"__TAURI__\", \"core\"])] fn x();",
        ),
        good: (
            "src-ui/src/pages/today.rs",
            "let cases = transport::call(ListCases::default()).await; // no fetch here",
        ),
    }
    .holds();
}

#[test]
fn no_page_decides_or_folds() {
    Rule {
        forbidden: &["case::decide", "case::{decide", "fold::fold", "case::fold("],
        part: Part::Product,
        within: &["src-ui/"],
        except: &[],
        mend: "Pages show views and send calls; the rule belongs to the model and runs in the engine.",
        bad: ("src-ui/src/pages/case.rs", "use daiban_model::case::decide;"),
        good: ("src-ui/src/pages/case.rs", "use daiban_model::api::CaseView;"),
    }
    .holds();
}

#[test]
fn only_the_set_up_calls_other_programs() {
    Rule {
        forbidden: &["std::process::Command", "process::Command", "Command::new"],
        part: Part::Product,
        within: &[],
        except: &[
            ("src-xtask/", "its very purpose"),
            (
                "src-tauri/src/renderer.rs",
                "starts itself anew, in its own process: a variable cannot be set in a running one",
            ),
            ("src-tauri/src/printer.rs", "the system's printer is reached by its own programs, by their full path"),
        ],
        mend: "Use a library, or make it a task of `cargo xtask`.",
        bad: ("src-core/src/files/convert.rs", "let out = std::process::Command::new(\"convert\").output();"),
        good: ("src-xtask/src/run.rs", "let window = Command::new(program);"),
    }
    .holds();
}

#[test]
fn the_model_neither_waits_nor_reads_nor_writes() {
    Rule {
        forbidden: &["async", "std::fs", "std::net", "std::env", "std::thread", "std::time", "std::io"],
        part: Part::Product,
        within: &["src-model/"],
        except: &[],
        mend: "Take the value as an argument; the core does the reading and waiting.",
        bad: ("src-model/src/calendar.rs", "fn load() { std::fs::read(\"calendar.json\"); }"),
        good: ("src-model/src/calendar.rs", "fn load(json: &str) {}"),
    }
    .holds();
}
