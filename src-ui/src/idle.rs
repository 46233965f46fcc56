//! Nobody leaves a desk open (R200): after five minutes without a key, a pointer or a wheel the station locks itself. What was being typed
//! is kept, as it is when somebody locks it.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;

use crate::desk::Desk;

/// How long nobody may be there.
const IDLE: Duration = Duration::from_secs(5 * 60);

/// Begins to watch.
pub fn watch(desk: Desk) {
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let begin = move || {
        let turn = set_timeout_with_handle(
            move || {
                if desk.is_open() {
                    desk.lock();
                }
            },
            IDLE,
        );
        let before = waiting.try_update_value(|waiting| std::mem::replace(waiting, turn.ok()));
        if let Some(before) = before.flatten() {
            before.clear();
        }
    };
    begin();
    touched(begin);
}

/// Hears every key, pointer and wheel as long as the caller's owner lives.
pub fn touched(heard: impl Fn() + Copy + 'static) {
    let keys = window_event_listener(ev::keydown, move |_| heard());
    let pointer = window_event_listener(ev::pointerdown, move |_| heard());
    let wheel = window_event_listener(ev::wheel, move |_| heard());
    on_cleanup(move || {
        keys.remove();
        pointer.remove();
        wheel.remove();
    });
}

/// The machine's clock in milliseconds: a machine that slept knows afterwards how long, which no timer does.
pub fn clock_ms() -> i64 {
    js_sys::Date::now() as i64
}
