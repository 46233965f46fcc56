//! Asking the engine for what a page shows, and asking again when something changed.

use std::rc::Rc;

use daiban_model::api::{Call, Failure};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::desk::desk;
use crate::parts::{Bad, Skeleton};
use crate::{say, transport};

/// What a page knows about its content. Once ready it stays so while it is asked for again: nothing flickers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Load<T> {
    /// Nothing came yet.
    Waiting,
    /// The last answer.
    Ready(T),
    /// It did not come.
    Failed(Failure),
}

/// A question on its way, or an answer.
type Packed = Result<String, Failure>;

/// An answer that follows its question: asked again when the question's signals change and when the engine says that
/// something changed. An answer to an older question never replaces a newer one.
pub fn load<C: Call>(question: impl Fn() -> Option<C> + 'static) -> RwSignal<Load<C::Reply>>
where
    C::Reply: Sync,
{
    let answer = RwSignal::new(Load::Waiting);
    let packed = move || question().map(|question| transport::pack(&question));
    let heard = move |reply: Result<String, Failure>| {
        let reply = reply.and_then(|text| transport::unpack(&text));
        let _ = answer.try_set(reply.map_or_else(Load::Failed, Load::Ready));
    };
    follow(C::NAME, Box::new(packed), Rc::new(heard));
    answer
}

/// What of it knows no call by its type: compiled once for all of them.
fn follow(name: &'static str, question: Box<dyn Fn() -> Option<Packed>>, heard: Rc<dyn Fn(Packed)>) {
    let asked = StoredValue::new(0_u32);
    Effect::new(move |_| {
        desk().changed.track();
        let Some(question) = question() else { return };
        asked.update_value(|n| *n += 1);
        let (turn, heard) = (asked.get_value(), heard.clone());
        spawn_local(async move {
            let reply = transport::ask(name, question).await;
            if asked.try_get_value() != Some(turn) {
                return;
            }
            desk().note_failure(reply.as_ref().err());
            heard(reply);
        });
    });
}

/// Shows an answer, or what stands in its place until it is there.
pub fn show<T, V>(
    answer: impl With<Value = Load<T>> + Send + Sync + 'static,
    view: impl Fn(&T) -> V + Send + Sync + 'static,
) -> impl IntoView
where
    T: Send + Sync + 'static,
    V: IntoView + 'static,
{
    move || {
        answer.with(|answer| match answer {
            Load::Waiting => view! { <Skeleton/> }.into_any(),
            Load::Ready(value) => view(value).into_any(),
            Load::Failed(failure) => view! { <Bad text=say::failure(failure)/> }.into_any(),
        })
    }
}
