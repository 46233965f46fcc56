//! What must not be done twice because a hand trembled: pressed again while it is under way, a button does nothing.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::MouseEvent;

/// Whether an act is under way.
#[derive(Clone, Copy, Default)]
pub struct Once(RwSignal<bool>);

impl Once {
    /// Does it, unless it is being done.
    pub fn act(self, act: impl Future<Output = ()> + 'static) {
        if self.0.get_untracked() {
            return;
        }
        self.0.set(true);
        spawn_local(async move {
            act.await;
            let _ = self.0.try_set(false);
        });
    }

    /// For `aria-busy`.
    pub fn busy(self) -> String {
        self.0.get().to_string()
    }
}

/// The second half of a double click: a fast answer lets nothing be under way any more.
pub fn is_second(click: &MouseEvent) -> bool {
    click.detail() > 1
}
