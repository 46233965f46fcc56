//! What the screens before sign-in share: the station's side and the foot with the text size.

use daiban_model::api::Session;
use daiban_model::stamp::TimeQuality;
use leptos::prelude::*;

use crate::dates;
use crate::desk::desk;
use crate::parts::{Icon, Mark};

/// The mark, the station, today and the clock the deadlines are counted by.
#[component]
pub fn StationSide(session: Session) -> impl IntoView {
    // The clock goes on while the screen waits.
    let now = move || desk().session.with(|it| it.as_ref().map_or(session.now, |it| it.now));
    let day = move || t!("unlock.today", day = dates::full(now().date()), weekday = dates::weekday(now().date()));
    let doubt = (session.clock == TimeQuality::Unconfirmed).then(|| {
        view! {
            <p class="note note-warn" data-test="clock-doubt">
                <Icon name="clock"/>
                <span>{t!("unlock.clock_doubt")}</span>
            </p>
        }
    });
    let recovered = (session.recovered > 0).then(|| {
        view! {
            <p class="note" data-test="recovered">
                <Icon name="undo"/>
                <span>{t!("unlock.recovered", n = session.recovered)}</span>
            </p>
        }
    });
    view! {
        <section class="unlock-side" aria-label=t!("unlock.station")>
            <div class="unlock-brand">
                <Mark/>
                <p class="unlock-name song">{t!("app.name")}</p>
                <p class="unlock-place" data-test="station">{session.station}</p>
            </div>
            {recovered}
            <div class="unlock-date">
                <p class="quiet">{day}</p>
                <p class="unlock-clock">{move || dates::clock(now())}</p>
                <p class="small quiet">{t!("unlock.by_this_clock")}</p>
            </div>
            {doubt}
        </section>
    }
}

/// Text size, for those who need it before they can read anything else.
#[component]
pub fn UnlockFoot() -> impl IntoView {
    let desk = desk();
    let size = move |(percent, word): (u16, &'static str)| {
        view! {
            <label>
                <input type="radio" name="size" prop:checked=move || desk.size.get() == percent
                    on:change=move |_| desk.set_size(percent)/>
                {word}
            </label>
        }
    };
    let sizes = [(100, t!("size.plain")), (125, t!("size.large")), (150, t!("size.larger")), (200, t!("size.largest"))];
    view! {
        <footer class="unlock-foot">
            <fieldset class="row">
                <legend class="sr">{t!("size.legend")}</legend>
                <span class="seg" data-test="text-size">{sizes.map(size).into_iter().collect_view()}</span>
            </fieldset>
        </footer>
    }
}
