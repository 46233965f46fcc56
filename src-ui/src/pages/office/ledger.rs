//! What the sections share: lines, forms and months. Nothing here is generic over what is shown: the program is small that way.

use daiban_model::api::{Call, Failure};
use jiff::ToSpan;
use jiff::civil::Date;
use leptos::prelude::*;

use crate::desk::{desk, today};
use crate::once::Once;
use crate::parts::{Empty, FailNote, Field, Held, Icon};
use crate::{keys, transport};

/// A line: what it is about, the rest in small print, and what can be done or how it stands.
pub(super) fn line(test: &'static str, head: String, why: String, act: AnyView) -> AnyView {
    view! {
        <li data-test=test>
            <b><Held text=head/></b>
            <span class="why"><Held text=why/></span>
            <span class="act">{act}</span>
        </li>
    }
    .into_any()
}

/// Lines under a heading, or what stands in their place.
pub(super) fn list(title: &'static str, lines: Vec<AnyView>, none: (&'static str, &'static str)) -> AnyView {
    let body = match lines.is_empty() {
        true => view! { <Empty title=none.0 next=none.1/> }.into_any(),
        false => view! { <ol class="task">{lines}</ol> }.into_any(),
    };
    view! { <div class="sec-head"><h2>{title}</h2></div>{body} }.into_any()
}

/// A sentence that stands apart.
pub(super) fn note(test: &'static str, class: &'static str, icon: &'static str, text: String) -> AnyView {
    view! { <p class=class data-test=test role="status"><Icon name=icon/><span>{text}</span></p> }.into_any()
}

/// A button that opens a form or does something small.
pub(super) fn button(test: &'static str, words: &'static str, press: impl Fn() + 'static) -> AnyView {
    pressed(test, words, Box::new(press))
}

fn pressed(test: &'static str, words: &'static str, press: Box<dyn Fn()>) -> AnyView {
    view! { <button type="button" class="btn btn-sm" data-test=test on:click=move |_| press()>{words}</button> }
        .into_any()
}

/// Asks the engine, once at a time. What it refuses stands in the form, with what to do.
pub(super) fn act<C: Call>(once: Once, call: C, done: impl FnOnce(C::Reply) + 'static) {
    let heard = move |text: String| {
        let reply = transport::unpack(&text)?;
        desk().failed.set(None);
        done(reply);
        Ok(())
    };
    ask(once, C::NAME, transport::pack(&call), Box::new(heard));
}

/// What becomes of a reply.
type Heard = Box<dyn FnOnce(String) -> Result<(), Failure>>;

/// What of it knows no call by its type: compiled once for all of them.
fn ask(once: Once, name: &'static str, body: Result<String, Failure>, heard: Heard) {
    once.act(async move {
        if let Err(failure) = transport::ask(name, body).await.and_then(heard) {
            desk().fail(&failure);
        }
    });
}

/// What is typed or chosen in answer to one question. It outlives the form, which may be put away and taken up again.
#[derive(Clone, Copy, Default)]
pub(super) struct Typed(RwSignal<String>);

impl Typed {
    /// What was typed.
    pub(super) fn get(self) -> String {
        self.0.get_untracked()
    }

    /// A question answered in words, a date or a PIN.
    pub(super) fn field(self, id: &'static str, label: &'static str, kind: &'static str) -> AnyView {
        let class = if kind == "text" { "input" } else { "input w-8" };
        view! { <Field id label=label.to_owned() value=self.0 typed=move |text| self.0.set(text) kind class/> }
            .into_any()
    }

    /// A question with a few answers, none of them given beforehand.
    pub(super) fn choice(self, id: &'static str, label: &'static str, all: &[(String, String)]) -> AnyView {
        let before = self.get();
        let option = |(value, words): &(String, String)| {
            view! { <option value=value.clone() selected=*value == before>{words.clone()}</option> }
        };
        let options = all.iter().map(option).collect_view();
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <select class="select" id=id data-test=id prop:value=self.0
                    on:change=move |event| self.0.set(event_target_value(&event))>
                    <option value=""></option>
                    {options}
                </select>
            </div>
        }
        .into_any()
    }
}

/// Forgets what was typed, once it is written down.
pub(super) fn forget(all: &[Typed]) {
    all.iter().for_each(|typed| typed.0.set(String::new()));
}

/// A form: its questions, what was refused, and a button that says what it does. Enter does it, Esc puts it away.
pub(super) fn form(
    test: &'static str,
    title: &'static str,
    fields: Vec<AnyView>,
    go: AnyView,
    submit: Box<dyn Fn()>,
    close: Option<Box<dyn Fn()>>,
) -> AnyView {
    let close = close.map(|close| {
        let put_away = move |_| {
            desk().failed.set(None);
            close();
        };
        view! {
            <button type="button" class="btn btn-text" data-back="" on:click=put_away>
                {t!("case.not_now")}<kbd>"Esc"</kbd>
            </button>
        }
    });
    if close.is_some() {
        request_animation_frame(|| keys::focus(".act-form input, .act-form select"));
    }
    view! {
        <form class="note note-next act-form" data-test=test on:submit=move |event| { event.prevent_default(); submit(); }>
            <Icon name="edit"/>
            <div class="stack">
                <h3>{title}</h3>
                {fields}
                <FailNote/>
                <div class="btns">{go}{close}</div>
            </div>
        </form>
    }
    .into_any()
}

/// The button of a form.
pub(super) fn go(once: Once, words: &'static str) -> AnyView {
    view! {
        <button type="submit" class="btn btn-go" data-primary="" data-test="do" aria-busy=move || once.busy()>
            {words}<kbd>"Enter"</kbd>
        </button>
    }
    .into_any()
}

/// Which month is looked at; it begins with this one, and there is none after it.
pub(super) fn month_row(month: RwSignal<Date>) -> AnyView {
    let turn = move |by: i64| month.update(|month| *month = month.first_of_month().saturating_add(by.months()));
    let name = move || month.with(|month| t!("office.month", y = month.year(), m = month.month()));
    let last = move || month.get() >= today().first_of_month();
    view! {
        <div class="row">
            {button("month-before", t!("office.month_before"), move || turn(-1))}
            <b data-test="month">{name}</b>
            {move || (!last()).then(|| button("month-after", t!("office.month_after"), move || turn(1)))}
        </div>
    }
    .into_any()
}
