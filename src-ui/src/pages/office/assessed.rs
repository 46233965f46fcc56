//! 影响评估: what handles sensitive data, and what was thought through before (R205). Assessments come with the district's list of items.

use daiban_model::api::{AssessedItem, ListAssessments};
use leptos::prelude::*;

use super::ledger::{line, list};
use crate::dates;
use crate::load::{load, show};

pub(super) fn section() -> AnyView {
    let lines = |all: &Vec<AssessedItem>| {
        let none = (t!("assessed.none"), t!("assessed.none_next"));
        view! {
            {list(t!("assessed.title"), all.iter().map(item).collect(), none)}
            <p class="quiet">{t!("assessed.how")}</p>
        }
    };
    show(load(|| Some(ListAssessments {})), lines).into_any()
}

fn item(it: &AssessedItem) -> AnyView {
    let head = format!("{} {}", it.code, it.name);
    let Some((made, until)) = &it.assessment else {
        return line("assessed", head, t!("assessed.lacks").to_owned(), t!("assessed.off").into_any());
    };
    let why = t!(
        "assessed.why",
        on = dates::full(made.on),
        until = dates::full(*until),
        purpose = made.purpose,
        means = made.means,
        risk = made.risk,
        measures = made.measures
    );
    line("assessed", head, why, t!("assessed.on").into_any())
}
