//! The papers of a case as a task list, and the story as a line.

use daiban_model::api::StoryLine;
use daiban_model::case::event::{PaperLine, PaperState};
use daiban_model::stamp::TimeQuality;
use jiff::civil::Date;
use leptos::prelude::*;

use super::{Held, Icon, Tag, Weight};
use crate::{dates, say, words};

/// The papers, missing ones first.
#[component]
pub fn Papers(
    papers: Vec<PaperLine>,
    /// Picks files for a paper, where that is possible.
    pick: Option<Callback<String>>,
) -> impl IntoView {
    let mut papers = papers;
    papers.sort_by_key(|paper| paper.state != PaperState::Missing);
    let line = |paper: PaperLine| {
        let missing = paper.state == PaperState::Missing;
        let (weight, icon) = match paper.state {
            PaperState::Missing => (Weight::Mine, "lack"),
            PaperState::Electronic => (Weight::Plain, "shield"),
            _ => (Weight::Plain, "check"),
        };
        let why = words::one_of("paper_why", &say::code(&paper.state)).unwrap_or_default();
        let count = (paper.count > 1).then(|| t!("papers.count", n = paper.count));
        let state = words::one_of("paper_state", &say::code(&paper.state)).unwrap_or_default();
        let name = paper.name.clone();
        let pick = pick.map(|pick| {
            view! {
                <span class="act">
                    <button type="button" class="link" data-test="pick-for-paper"
                        aria-label=t!("files.pick_for", paper = name) on:click=move |_| pick.run(name.clone())>
                        {t!("files.pick")}
                    </button>
                </span>
            }
        });
        view! {
            <li data-test=if missing { "paper-missing" } else { "paper" }>
                <b>{paper.name}</b>
                <span class="why">{why}{count}</span>
                <Tag weight icon text=state/>
                {pick}
            </li>
        }
    };
    view! { <ul class="task" data-test="papers">{papers.into_iter().map(line).collect_view()}</ul> }
}

/// What happened, latest first.
#[component]
pub fn Story(story: Vec<StoryLine>) -> impl IntoView {
    view! { <ol class="line line-top" data-test="story">{story.into_iter().map(story_line).collect_view()}</ol> }
}

/// One act: what, anything special, when and who.
pub fn story_line(line: StoryLine) -> impl IntoView {
    let kind = line.kind.rsplit('.').next().unwrap_or_default().to_owned();
    let doubt = (line.quality == TimeQuality::Unconfirmed).then_some(t!("story_line.doubt"));
    let detail = told(&kind, line.detail);
    let detail = (!detail.is_empty()).then(|| view! { <p><Held text=detail/></p> });
    view! {
        <li data-test="story-line" data-kind=kind.clone()>
            <Icon name=story_icon(&kind)/>
            <b>{words::one_of("story", &kind).unwrap_or(t!("story_line.unknown"))}</b>
            {detail}
            <p class="when">
                <Held text=t!("story_line.when", at = dates::moment(line.at), by = line.by, unit = line.unit)/>
                {doubt}
            </p>
        </li>
    }
}

/// A day and a grade come as data; everything else as it was written.
fn told(kind: &str, detail: String) -> String {
    match detail.parse::<Date>() {
        Ok(day) => dates::full(day),
        Err(_) if kind.starts_with("printed") => printed(&detail).unwrap_or(detail),
        Err(_) if kind == "told" => t!("story_line.notice", n = detail),
        Err(_) if kind == "rated" => words::one_of("grade", &detail).map_or(detail, str::to_owned),
        Err(_) => detail,
    }
}

/// Which paper, its number, which print, and by what it can be told from another.
fn printed(detail: &str) -> Option<String> {
    let mut parts = detail.split(' ');
    let (paper, number, turn, hash) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let name = words::one_of("paper_name", paper)?;
    Some(t!("print.told", paper = name, number = number, turn = turn, hash = hash))
}

fn story_icon(kind: &str) -> &'static str {
    match kind {
        "received" | "archived" => "doc",
        "printed" | "printed_again" => "print",
        "handed_over" => "send",
        "noticed" | "supplemented" => "lack",
        "mandated" | "mandate_ended" => "sign",
        "accepted" | "started" | "resumed" | "extended" => "clock",
        "suspended" => "pause",
        "granted" | "denied" | "delivered" => "done",
        "rated" => "star",
        "returned" | "withdrawn" => "back",
        "settled" | "reviewed" | "linked" => "split",
        "corrected" | "typed" => "edit",
        "file_added" | "file_set_aside" => "clip",
        _ if kind.starts_with("not_accepted") => "back",
        _ => "note",
    }
}
