//! 和邻近的站点交换: off until a person wants it; then who was met, what came of it, and an address to type where nobody is found.

use daiban_model::api::{Call, Failure, GetNeighbours, MeetNeighbour, NeighbourRow, Neighbours, SetNeighbours, Switch};
use daiban_model::wire::NotMet;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::desk::desk;
use crate::load::{Load, load, show};
use crate::parts::{Field, Icon};
use crate::{dates, say, transport, words};

#[derive(Clone, Copy)]
struct Work {
    view: RwSignal<Load<Neighbours>>,
    busy: RwSignal<bool>,
    address: RwSignal<String>,
    wrong: RwSignal<Option<String>>,
}

/// The road to the stations nearby, below the line.
#[component]
pub fn NeighbourRoad() -> impl IntoView {
    let view = load(|| {
        desk().exchanged.track();
        Some(GetNeighbours {})
    });
    let work =
        Work { view, busy: RwSignal::new(false), address: RwSignal::new(String::new()), wrong: RwSignal::new(None) };
    view! {
        <section class="stack" aria-labelledby="h-near" data-test="near">
            <div class="sec-head"><h2 id="h-near">{t!("near.title")}</h2></div>
            <p class="quiet">{t!("near.lead")}</p>
            {show(view, move |it: &Neighbours| stand(work, it.clone()))}
            {move || is_on(work).then(|| typed(work))}
        </section>
    }
}

fn is_on(work: Work) -> bool {
    work.view.with(|view| matches!(view, Load::Ready(it) if it.switch == Switch::On))
}

fn stand(work: Work, it: Neighbours) -> impl IntoView {
    let on = it.switch == Switch::On;
    let turn = move |_| {
        let switch = if on { Switch::Off } else { Switch::On };
        act(work, SetNeighbours { switch }, |failure| desk().fail(&failure));
    };
    let words = if on { t!("near.switch_off") } else { t!("near.switch_on") };
    let addresses = it.addresses.join(t!("near.or"));
    let here = match (on, addresses.is_empty()) {
        (false, _) => t!("near.is_off").to_owned(),
        (true, true) => t!("near.opening").to_owned(),
        (true, false) => t!("near.here", address = addresses),
    };
    let rows = it.stations.into_iter().map(station).collect_view();
    view! {
        <p data-test="near-here">{here}</p>
        <div class="btns">
            <button type="button" class="btn" data-test="near-switch" aria-pressed=on.to_string() on:click=turn>
                <Icon name="sync"/>{words}
            </button>
        </div>
        <ul class="stack-1" data-test="near-stations">{rows}</ul>
        {(it.carried > 0).then(|| view! {
            <p class="quiet" data-test="near-carried">{t!("near.carried", n = it.carried)}</p>
        })}
    }
}

/// One station: its name from its certificate, when, and what came of it or why nothing did.
fn station(row: NeighbourRow) -> impl IntoView {
    let NeighbourRow { station, at, received, given, letters, common, why } = row;
    let name = if station.is_empty() { t!("near.nameless").to_owned() } else { station };
    let what = match why {
        Some(why) => words::one_of("not_met", &say::code(&why)).unwrap_or_default().to_owned(),
        None if common.is_empty() => t!("near.letters_only", n = letters),
        None => t!("near.exchanged", received = received, given = given, places = common.join("、")),
    };
    let icon = match why {
        None => "check",
        Some(NotMet::SameDevice) => "flag",
        Some(_) => "lock",
    };
    view! {
        <li class="note" data-test="near-station">
            <Icon name=icon/>
            <div>
                <b>{name}</b>
                <p>{what}</p>
                <p class="small quiet">{t!("near.at", at = dates::moment(at))}</p>
            </div>
        </li>
    }
}

/// The way that always works.
fn typed(work: Work) -> impl IntoView {
    let meet = move |_| {
        let call = MeetNeighbour { address: work.address.get_untracked() };
        act(work, call, move |failure| {
            let _ = work.wrong.try_set(Some(say::failure(&failure)));
        });
    };
    let words = move || if work.busy.get() { t!("near.meeting") } else { t!("near.meet") };
    view! {
        <div class="stack-1">
            <Field id="near-address" label=t!("near.address").to_owned() hint=t!("near.address_hint").to_owned()
                value=work.address typed=move |text| work.address.set(text) wrong=work.wrong/>
            <div class="btns">
                <button type="button" class="btn" data-test="near-meet" aria-busy=move || work.busy.get().to_string()
                    on:click=meet>{words}</button>
            </div>
        </div>
    }
}

/// Asks the engine, and shows how things stand after it.
fn act<C: Call<Reply = Neighbours>>(work: Work, call: C, failed: impl Fn(Failure) + 'static) {
    if work.busy.get_untracked() {
        return;
    }
    work.busy.set(true);
    work.wrong.set(None);
    spawn_local(async move {
        match transport::call(call).await {
            Ok(view) => drop(work.view.try_set(Load::Ready(view))),
            Err(failure) => failed(failure),
        }
        let _ = work.busy.try_set(false);
    });
}
