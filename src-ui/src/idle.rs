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
    let keys = window_event_listener(ev::keydown, move |_| begin());
    let pointer = window_event_listener(ev::pointerdown, move |_| begin());
    let wheel = window_event_listener(ev::wheel, move |_| begin());
    on_cleanup(move || {
        keys.remove();
        pointer.remove();
        wheel.remove();
    });
}
