//! 一次性告知书 in words, as it builds itself while the papers are answered. What is printed the engine sets.

use daiban_model::api::NoticeAhead;
use daiban_model::case::event::NoticeLine;
use leptos::prelude::*;

use super::Held;
use crate::dates;

/// What would be told if the draft were received now.
#[component]
pub fn NoticeText(notice: NoticeAhead) -> impl IntoView {
    let items = notice.items.join("、");
    let line = |line: NoticeLine| {
        let hint = (!line.hint.is_empty()).then(|| view! { <br/>{line.hint} });
        view! { <li><b>{line.paper}</b>{hint}</li> }
    };
    let term = match notice.term {
        Some(day) => t!("notice.by", day = dates::full(day)),
        None => t!("notice.no_term").to_owned(),
    };
    view! {
        <div data-test="notice">
            <p class="mini-title">{t!("notice.title")}</p>
            <p>{t!("notice.head", name = notice.name, items = items)}</p>
            <ol>{notice.lines.into_iter().map(line).collect_view()}</ol>
            <p><Held text=term/></p>
        </div>
    }
}
