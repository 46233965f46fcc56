//! What a person typed, once it is theirs: while an input method composes, the text is not yet text.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Event, InputEvent};

/// The committed text of an `input` or `compositionend` event.
pub fn committed(event: &Event) -> Option<String> {
    let composing = event.dyn_ref::<InputEvent>().is_some_and(InputEvent::is_composing);
    (!composing).then(|| event_target_value(event))
}

/// Runs only the last of several calls that follow each other within the pause.
#[derive(Clone, Copy)]
pub struct Pause {
    running: StoredValue<Option<TimeoutHandle>>,
    length: Duration,
}

impl Pause {
    /// A pause of so many milliseconds.
    pub fn new(milliseconds: u64) -> Self {
        let running = StoredValue::new(None::<TimeoutHandle>);
        on_cleanup(move || {
            running.try_update_value(|running| running.take().map(|handle| handle.clear()));
        });
        Self { running, length: Duration::from_millis(milliseconds) }
    }

    /// Runs `then` after the pause, unless something else is asked for meanwhile.
    pub fn after(self, then: impl FnOnce() + 'static) {
        self.stop();
        if let Ok(handle) = set_timeout_with_handle(then, self.length) {
            self.running.set_value(Some(handle));
        }
    }

    /// Forgets what was asked for.
    pub fn stop(self) {
        if let Some(handle) = self.running.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    }
}
