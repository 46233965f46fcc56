//! When, and how far that is: the same block everywhere. Date first, then distance. An unknown limit is said, never guessed.

use daiban_model::api::CaseRow;
use daiban_model::case::clocks::{Pressing, Whose};
use daiban_model::case::fold::Stage;
use daiban_model::deadline::Due as End;
use leptos::prelude::*;

use super::{Icon, Tag, Weight};
use crate::desk::today;
use crate::{dates, say, words};

/// The due block of a row.
#[component]
pub fn Due(
    left: Option<i32>,
    pressing: Option<Pressing>,
    /// `due due-1` where it must fit one line
    #[prop(default = "due")]
    class: &'static str,
) -> impl IntoView {
    let (shade, first, second) = match (pressing.as_ref().map(|it| it.due), left) {
        (None, _) => (" due-none", t!("due.none").to_owned(), String::new()),
        (Some(End::Unknown), _) => (" due-none", t!("due.unknown").to_owned(), String::new()),
        (Some(End::Paused { .. }), _) => (" due-none", t!("due.paused").to_owned(), String::new()),
        (Some(due), Some(left)) if left < 0 => (
            " due-late",
            t!("due.late", n = -left),
            due.date().map(|date| dates::near(date, today())).unwrap_or_default(),
        ),
        (Some(due), left) => ("", near(due, left), distance(due, left, pressing.as_ref())),
    };
    let late = (shade == " due-late").then(|| view! { <Icon name="late"/> });
    view! {
        <span class=format!("{class}{shade}") data-test="due"><b>{late}{first}</b>" "<small>{second}</small></span>
    }
}

fn near(due: End, left: Option<i32>) -> String {
    match (left, due.date()) {
        (Some(0), _) => t!("due.today").to_owned(),
        (Some(1), _) => t!("due.tomorrow").to_owned(),
        (_, Some(date)) => dates::near(date, today()),
        (_, None) => String::new(),
    }
}

fn distance(due: End, left: Option<i32>, pressing: Option<&Pressing>) -> String {
    match (due, left) {
        (End::At { at, .. }, Some(0 | 1)) => t!("due.before", h = at.hour(), m = format!("{:02}", at.minute())),
        (_, Some(left)) if left > 1 => t!("due.left", n = left),
        _ => pressing
            .and_then(|it| it.kind)
            .and_then(|kind| words::one_of("clock", &say::code(&kind)))
            .unwrap_or("")
            .to_owned(),
    }
}

/// Whose move it is, as a tag with the stage's word.
#[component]
pub fn StageTag(row: CaseRow) -> impl IntoView {
    view! { <Tag weight=weight(&row) text=say::stage(row.stage)/> }
}

/// The weight of a case's tag.
pub fn weight(row: &CaseRow) -> Weight {
    let left = row.days_left.filter(|_| row.stage.is_open() || row.stage.awaits_delivery());
    match (row.stage, left, row.pressing.as_ref().map(|it| it.whose)) {
        (_, Some(left), _) if left < 0 => Weight::Late,
        (Stage::Delivered | Stage::Rated | Stage::Archived, ..) => Weight::Done,
        (Stage::NotAccepted, ..) => Weight::Plain,
        (Stage::Decided { .. }, ..) => Weight::Mine,
        (Stage::Supplementing { .. } | Stage::Suspended, ..) => Weight::Pause,
        (Stage::New | Stage::Consulting | Stage::Mandated | Stage::Received, ..) | (.., Some(Whose::Mine)) => {
            Weight::Mine
        }
        (_, Some(0 | 1), _) => Weight::Soon,
        _ => Weight::Wait,
    }
}

/// The verb that leads on from where a case stands.
pub fn next_verb(stage: Stage) -> &'static str {
    words::one_of("verb", &say::code(&stage)).unwrap_or(t!("today.look"))
}
