//! 取号: numbers for a hall that is full: given at the door, called at the windows, shown without names (R127); and its self-service
//! screens (R126).

use daiban_model::api::{Call, CallNumber, GetQueue, GroupQueue, Queue, TakeNumber};
use daiban_model::queue::{First, Group, Ticket};
use leptos::prelude::*;

use super::self_service::Areas;
use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::once::{Once, is_second};
use crate::parts::{Empty, FailNote, Field, Icon};
use crate::{say, transport, words};

/// Groups that a small hall has.
const GROUPS: [char; 6] = ['A', 'B', 'C', 'D', 'E', 'F'];
/// Why somebody goes first, after "nothing".
const FIRST: [Option<First>; 4] = [None, Some(First::Old), Some(First::Disabled), Some(First::Infant)];

/// What is chosen at the door and which window calls. It outlives every answer.
#[derive(Clone, Copy)]
struct Work {
    queue: RwSignal<Load<Queue>>,
    group: RwSignal<char>,
    first: RwSignal<Option<First>>,
    window: RwSignal<String>,
    given: RwSignal<Option<String>>,
    once: Once,
}

/// The page of a hall's numbers.
#[component]
pub fn QueuePage() -> impl IntoView {
    let work = Work {
        queue: load(|| Some(GetQueue {})),
        group: RwSignal::new('A'),
        first: RwSignal::new(None),
        window: RwSignal::new("1".to_owned()),
        given: RwSignal::new(None),
        once: Once::default(),
    };
    view! {
        <main class="page" id="main" tabindex="-1" data-page="queue">
            <header class="page-head"><h1>{t!("queue.title")}</h1></header>
            <FailNote/>
            <Door work/>
            {show(work.queue, move |queue: &Queue| board(queue.clone(), work))}
            <Areas/>
        </main>
    }
}

/// Where numbers are given.
#[component]
fn Door(work: Work) -> impl IntoView {
    let give = move || {
        let Ok(group) = Group::try_from(work.group.get_untracked()) else { return };
        let first = work.first.get_untracked();
        ask(work, TakeNumber { group, first }, move |queue| {
            let given = queue.groups.iter().find(|one| one.group == group).map(|one| one.given);
            work.given.set(given.map(|no| format!("{}{no:03}", char::from(group))));
            // The next one at the door is asked anew.
            work.first.set(None);
        });
    };
    let letters = GROUPS.map(|letter| {
        let chosen = move || work.group.get() == letter;
        let choose = move |_| work.group.set(letter);
        view! {
            <label data-test=format!("group-{letter}")>
                <input type="radio" name="group" prop:checked=chosen on:change=choose/>{letter.to_string()}
            </label>
        }
    });
    let firsts = FIRST.map(|first| {
        let code = first.map_or_else(|| "nobody".to_owned(), |first| say::code(&first));
        let word = words::one_of("queue_first", &code).unwrap_or_default();
        let (chosen, choose) = (move || work.first.get() == first, move |_| work.first.set(first));
        view! {
            <label data-test=format!("first-{code}")>
                <input type="radio" name="first" prop:checked=chosen on:change=choose/>{word}
            </label>
        }
    });
    view! {
        <form class="note note-next" data-test="door" on:submit=move |event| { event.prevent_default(); give(); }>
            <Icon name="users"/>
            <div class="stack">
                <div class="field" role="group" aria-label=t!("queue.group")>
                    <span class="legend">{t!("queue.group")}</span><span class="seg">{letters}</span>
                </div>
                <div class="field" role="group" aria-label=t!("queue.first")>
                    <span class="legend">{t!("queue.first")}</span><span class="seg">{firsts}</span>
                </div>
                <div class="btns">
                    <button type="submit" class="btn btn-go" data-primary="" data-test="take-number"
                        aria-busy=move || work.once.busy()
                        on:click=|click| if is_second(&click) { click.prevent_default() }>
                        {t!("queue.take")}<kbd>"Enter"</kbd>
                    </button>
                    <span class="big" role="status" data-test="number-given">
                        {move || work.given.get().map(|no| t!("queue.given", no = no))}
                    </span>
                </div>
            </div>
        </form>
    }
}

/// Who is called where, and who waits.
fn board(queue: Queue, work: Work) -> impl IntoView {
    if queue.groups.is_empty() {
        return view! { <Empty title=t!("queue.none") next=t!("queue.none_next")/> }.into_any();
    }
    let groups = queue.groups.clone();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        call_next(work, &groups);
    };
    view! {
        <form on:submit=submit>
            <Field id="queue-window" label=t!("queue.window").to_owned() value=work.window mode="numeric" class="input w-8"
                typed=move |text| work.window.set(text)/>
        </form>
        {queue.groups.into_iter().map(|group| group_view(group, work)).collect_view()}
    }
    .into_any()
}

fn group_view(all: GroupQueue, work: Work) -> impl IntoView {
    let GroupQueue { group, given, waiting, called, mean_minutes } = all;
    let letter = char::from(group);
    let call = move |click: web_sys::MouseEvent| {
        if let (false, Some(window)) = (is_second(&click), window_of(work)) {
            ask(work, CallNumber { group, window }, |_| ());
        }
    };
    let last = called.first().map(|ticket| {
        let (_, window) = ticket.called.unwrap_or((ticket.taken, 0));
        t!("queue.called", no = ticket, window = window)
    });
    let earlier = called.iter().skip(1).map(Ticket::to_string).collect::<Vec<_>>().join("、");
    let mean = mean_minutes.map(|minutes| t!("queue.mean", minutes = minutes));
    let nobody = waiting.is_empty();
    let line = |ticket: Ticket| {
        let why = ticket.first.and_then(|first| words::one_of("queue_first", &say::code(&first)));
        view! {
            <li data-test="waiting">
                <b>{ticket.to_string()}</b>
                {why.map(|why| view! { " " <span class="tag tag-soon">{why}</span> })}
            </li>
        }
    };
    view! {
        <section class="stack" data-test=format!("queue-{letter}")>
            <div class="sec-head">
                <h2>{t!("queue.of_group", letter = letter, n = waiting.len())}</h2>
                <span class="push quiet">{t!("queue.given_n", n = given)}{mean}</span>
            </div>
            <p class="big" aria-live="polite" data-test="called">{last}</p>
            {(!earlier.is_empty()).then(|| view! { <p class="quiet">{t!("queue.earlier", numbers = earlier)}</p> })}
            <div class="btns">
                <button type="button" class="btn" data-test="call-next" disabled=nobody on:click=call
                    aria-busy=move || work.once.busy()>
                    <Icon name="speak"/>{t!("queue.call")}
                </button>
            </div>
            <ol class="queue">{waiting.into_iter().map(line).collect_view()}</ol>
        </section>
    }
}

/// The window that calls; said if it is none.
fn window_of(work: Work) -> Option<u8> {
    let window = work.window.get_untracked().trim().parse().ok();
    if window.is_none() {
        desk().failed.set(Some(t!("queue.bad_window").to_owned()));
    }
    window
}

/// Calls the next one to the window: of the group it called last, or of the first in which somebody waits.
fn call_next(work: Work, groups: &[GroupQueue]) {
    let Some(window) = window_of(work) else { return };
    let last = |group: &&GroupQueue| {
        let calls = group.called.iter().filter_map(|ticket| ticket.called);
        calls.filter(|(_, at)| *at == window).map(|(when, _)| when).max()
    };
    // Of several that are the greatest, the last is taken: from behind, that is the first group.
    let waiting = groups.iter().rev().filter(|group| !group.waiting.is_empty());
    if let Some(next) = waiting.max_by_key(last) {
        ask(work, CallNumber { group: next.group, window }, |_| ());
    }
}

fn ask<C: Call<Reply = Queue>>(work: Work, call: C, then: impl Fn(&Queue) + 'static) {
    work.once.act(async move {
        match transport::call(call).await {
            Ok(queue) => {
                desk().failed.set(None);
                then(&queue);
                let _ = work.queue.try_set(Load::Ready(queue));
            }
            Err(failure) => desk().fail(&failure),
        }
    });
}
