//! What needs a person: values written apart, and acts that did not fit together. Both sides are kept; someone says what holds.

use daiban_model::api::{Act, AnomalyView, ConflictView};
use daiban_model::case::Command;
use daiban_model::case::field::WhileDisputed;
use daiban_model::ids::CaseId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Open;
use crate::desk::desk;
use crate::load::Load;
use crate::parts::{Go, Icon, story_line};
use crate::route::Route;
use crate::{say, transport};

/// Fields with two values, each with the way to choose.
pub(super) fn conflicts(id: CaseId, conflicts: &[ConflictView]) -> impl IntoView + use<> {
    let line = |conflict: &ConflictView| {
        let field = conflict.field;
        let rule = match field.while_disputed() {
            WhileDisputed::Waits => t!("conflict.waits"),
            WhileDisputed::GoesOn => t!("conflict.goes_on"),
        };
        view! {
            <div class="note note-warn" data-test="conflict">
                <Icon name="split"/>
                <div>
                    <b>{t!("case.two_values", field = say::field(field))}</b>
                    <br/>
                    <span class="quiet">{rule}</span>
                </div>
                <Go to=Route::Conflict(id, field.path().to_owned()) class="btn" test="open-conflict">
                    {t!("case.choose_value")}
                </Go>
            </div>
        }
    };
    conflicts.iter().map(line).collect_view()
}

/// Acts that did not fit and that nobody has looked at.
#[component]
pub(super) fn Anomalies(open: Open) -> impl IntoView {
    let anomalies = open.part(|page| page.anomalies.clone());
    move || {
        let lines = anomalies.get().into_iter().map(|anomaly| view! { <Anomaly open anomaly/> }).collect_view();
        (!anomalies.with(Vec::is_empty)).then(|| {
            view! {
                <section class="stack" aria-labelledby="h-anomalies" data-test="anomalies">
                    <div class="sec-head">
                        <h2 id="h-anomalies">{t!("case.anomalies")}</h2>
                        <span class="push">{t!("case.anomalies_note")}</span>
                    </div>
                    {lines}
                </section>
            }
        })
    }
}

#[component]
fn Anomaly(open: Open, anomaly: AnomalyView) -> impl IntoView {
    let (act, id) = (anomaly.line.stamp, open.id);
    let finding = RwSignal::new(String::new());
    let review = move || {
        let finding = finding.get_untracked().trim().to_owned();
        spawn_local(async move {
            match transport::call(Act { id, command: Command::Review { act, finding } }).await {
                Ok(page) => {
                    desk().failed.set(None);
                    let _ = open.page.try_set(Load::Ready(page));
                }
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    view! {
        <div class="note note-warn" data-test="anomaly">
            <Icon name="split"/>
            <div>
                <b>{say::misfit(anomaly.why)}</b>
                <ol class="line">{story_line(anomaly.line)}</ol>
                <form class="row" on:submit=move |event| { event.prevent_default(); review(); }>
                    <input class="input w-16" data-test="finding" autocomplete="off" aria-label=t!("case.finding")
                        placeholder=t!("case.finding")
                        prop:value=finding on:input=move |event| finding.set(event_target_value(&event))/>
                    <button type="submit" class="btn btn-sm" data-test="review">{t!("case.review")}</button>
                </form>
            </div>
        </div>
    }
}
