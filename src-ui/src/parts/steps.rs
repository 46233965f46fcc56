//! The six steps of taking a case: where one is, and what was answered on the way.

use leptos::prelude::*;

/// One step: its name, and its answer once it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: &'static str,
    /// The answer in a few words.
    pub answer: String,
}

/// The column. Steps before the present one lead back, as long as there is a way back.
#[component]
pub fn VSteps(
    #[prop(into)] steps: Signal<Vec<Step>>,
    #[prop(into)] at: Signal<usize>,
    #[prop(into)] closed: Signal<bool>,
    #[prop(into)] go: Callback<usize>,
) -> impl IntoView {
    let line = move |(index, step): (usize, Step), at: usize| {
        let done = index < at;
        let name = if done && !closed.get() {
            view! { <button type="button" class="link" on:click=move |_| go.run(index)>{step.name}</button> }.into_any()
        } else {
            step.name.into_any()
        };
        let answer = (done && !step.answer.is_empty()).then(|| view! { <span class="val">{step.answer}</span> });
        view! { <li class:is-done=done aria-current=(index == at).then_some("step")><b>{name}</b>{answer}</li> }
    };
    view! {
        <ol class="vsteps" aria-label=t!("new.steps")>
            {move || {
                let at = at.get();
                steps.get().into_iter().enumerate().map(|step| line(step, at)).collect_view()
            }}
        </ol>
    }
}
