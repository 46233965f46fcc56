//! 年度认证: when somebody was seen last for what must be shown every year, and when it is due again (R113).

use daiban_model::api::CheckView;
use daiban_model::case::event::Way;
use daiban_model::ids::ItemCode;
use daiban_model::person::{Checked, Command};
use leptos::prelude::*;

use super::Open;
use crate::dates;
use crate::parts::{Field, Icon};

/// The checks that were made, and one more.
#[component]
pub(super) fn Yearly(open: Open) -> impl IntoView {
    let checks = open.part(|page| page.checks.clone());
    let (item, on) = (RwSignal::new(None::<ItemCode>), RwSignal::new(String::new()));
    let line = |it: CheckView| {
        let (last, due) = it.last.zip(it.due)?;
        let text = t!("kept.yearly_line", name = it.name, last = dates::full(last), due = dates::full(due));
        Some(view! { <li data-test="yearly"><div class="body"><p>{text}</p></div></li> })
    };
    let choice = move |it: CheckView| {
        let (mine, code) = (it.item.clone(), it.item.clone());
        view! {
            <label data-test=format!("check-{}", it.item)>
                <input type="radio" name="yearly" prop:checked=move || item.with(|item| item.as_ref() == Some(&mine))
                    on:change=move |_| item.set(Some(code.clone()))/>
                {it.name}
            </label>
        }
    };
    let save = move |_| {
        let day = on.get_untracked().trim().parse().ok();
        if let Some((item, on)) = item.get_untracked().zip(day) {
            open.act(Command::Check(Checked { item, on, way: Way::Home }), || {});
        }
    };
    view! {
        <section aria-labelledby="h-yearly" data-test="yearly-checks">
            <div class="sec-head"><h2 id="h-yearly">{t!("kept.yearly")}</h2></div>
            <ul class="rows plain">{move || checks.get().into_iter().filter_map(line).collect_view()}</ul>
            <details>
                <summary class="link">{t!("kept.yearly_item")}</summary>
                <div class="stack-1">
                    <span class="stack-1">{move || checks.get().into_iter().map(choice).collect_view()}</span>
                    <Field id="yearly_on" label=t!("kept.yearly_on") value=on typed=move |text| on.set(text)/>
                    <button type="button" class="btn btn-sm" data-test="save-check" on:click=save>
                        <Icon name="check"/>{t!("kept.yearly_save")}
                    </button>
                </div>
            </details>
        </section>
    }
}
