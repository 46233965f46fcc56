//! What the whole window shares: where it is, who is here, how the exchange stands, what was last saved.

use std::cell::Cell;
use std::time::Duration;

use daiban_model::access::{Action, Role};
use daiban_model::api::{
    Changed, DayEnd, Failure, GetDayEnd, GetSession, GetSync, Lock, Session, SessionState, SyncView,
};
use daiban_model::stamp::Wall;
use jiff::civil::Date;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::medium::StickWork;
use crate::route::Router;
use crate::{say, transport};

/// One per window; see [`desk`].
#[derive(Clone, Copy)]
pub struct Desk {
    /// Where the window is.
    pub router: Router,
    /// Rises when cases, lists, people or the day changed.
    pub changed: RwSignal<u32>,
    /// Rises when the exchange with the district moved on.
    pub exchanged: RwSignal<u32>,
    heard: StoredValue<Heard>,
    /// Who is here; `None` until the engine has answered.
    pub session: RwSignal<Option<Session>>,
    /// Why the engine could not say who is here.
    pub stuck: RwSignal<Option<Failure>>,
    /// How the exchange stands; `None` while nobody is signed in.
    pub sync: RwSignal<Option<SyncView>>,
    /// When something was last saved.
    pub saved: RwSignal<Option<Wall>>,
    /// What a call answered instead of doing it, shown until the next act.
    pub failed: RwSignal<Option<String>>,
    /// A word in passing. Never the only trace of an error.
    pub toast: RwSignal<Option<String>>,
    /// Whether help is open.
    pub help: RwSignal<bool>,
    /// Whether the people of the station are shown.
    pub people: RwSignal<bool>,
    /// Whether somebody is asked about what is left before the station is locked (R48).
    pub leaving: RwSignal<bool>,
    /// What is left.
    pub left: RwSignal<Option<DayEnd>>,
    /// Text size in percent.
    pub size: RwSignal<u16>,
    /// What is being done with a stick.
    pub stick: StickWork,
}

/// What was heard since it was last passed on.
#[derive(Debug, Clone, Copy, Default)]
struct Heard {
    changed: bool,
    exchanged: bool,
}

thread_local! {
    /// Not a context: answers and key presses arrive where no component is being built.
    static DESK: Cell<Option<Desk>> = const { Cell::new(None) };
}

/// The shared state.
pub fn desk() -> Desk {
    DESK.get().unwrap_or_else(Desk::start)
}

/// The station's day, as the engine last said it.
pub fn today() -> Date {
    desk().session.with_untracked(|session| session.as_ref().map(|session| session.now.date())).unwrap_or_default()
}

/// Throws this page away, with everything in its memory, and begins with an empty one.
pub fn anew() {
    let _ = window().location().reload();
}

/// From this hour on the day ends.
const EVENING: i8 = 17;
/// The station's time, as the engine last said it.
pub fn now() -> jiff::civil::DateTime {
    desk().session.with_untracked(|session| session.as_ref().map(|session| session.now.local())).unwrap_or_default()
}

const SIZES: [u16; 4] = [100, 125, 150, 200];
const SIZE_KEY: &str = "text-size";

impl Desk {
    /// Sets the shared state up and begins to listen to the engine.
    pub fn start() -> Self {
        let it = Self {
            router: Router::start(),
            changed: RwSignal::new(0),
            exchanged: RwSignal::new(0),
            heard: StoredValue::new(Heard::default()),
            session: RwSignal::new(None),
            stuck: RwSignal::new(None),
            sync: RwSignal::new(None),
            saved: RwSignal::new(None),
            failed: RwSignal::new(None),
            toast: RwSignal::new(None),
            help: RwSignal::new(false),
            people: RwSignal::new(false),
            leaving: RwSignal::new(false),
            left: RwSignal::new(None),
            size: RwSignal::new(remembered_size()),
            stick: StickWork::new(),
        };
        DESK.set(Some(it));
        spawn_local(async move { transport::changes(move |changed| it.hear(&changed)).await });
        Effect::new(move |_| {
            it.changed.track();
            it.exchanged.track();
            it.refresh();
        });
        set_interval(move || it.refresh(), Duration::from_secs(30));
        Effect::new(move |_| it.show_size());
        it
    }

    /// Asks again who is here and how the exchange stands.
    pub fn refresh(self) {
        spawn_local(async move {
            match transport::call(GetSession {}).await {
                Ok(session) => self.adopt(session),
                Err(failure) => self.stuck.set(Some(failure)),
            }
            if self.is_open() {
                self.sync.set(transport::call(GetSync {}).await.ok());
            }
        });
    }

    /// Takes note of a change; several within a moment make one new question.
    fn hear(self, changed: &Changed) {
        let waiting = self.heard.with_value(|heard| heard.changed || heard.exchanged);
        self.heard.update_value(|heard| match changed {
            Changed::Sync => heard.exchanged = true,
            _ => heard.changed = true,
        });
        if !waiting {
            set_timeout(move || self.pass_on(), Duration::from_millis(200));
        }
    }

    fn pass_on(self) {
        let heard = self.heard.get_value();
        self.heard.set_value(Heard::default());
        if heard.changed {
            self.changed.update(|n| *n = n.wrapping_add(1));
        }
        if heard.exchanged {
            self.exchanged.update(|n| *n = n.wrapping_add(1));
        }
    }

    /// Takes over an answer about the session. A new day makes every deadline look different.
    pub fn adopt(self, session: Session) {
        let before = self.session.with_untracked(|before| before.as_ref().map(|it| it.now.date()));
        if before.is_some_and(|day| day != session.now.date()) {
            self.changed.update(|n| *n = n.wrapping_add(1));
        }
        // Whoever ends a self-service screen works in a page that never knew what was typed there (R126).
        let served = |it: &Session| it.state == SessionState::SelfService;
        if !served(&session) && self.session.with_untracked(|before| before.as_ref().is_some_and(served)) {
            return anew();
        }
        self.stuck.set(None);
        self.session.set(Some(session));
    }

    /// Whether somebody is at work.
    pub fn is_open(self) -> bool {
        self.session.with_untracked(|session| {
            session.as_ref().is_some_and(|session| matches!(session.state, SessionState::Open { .. }))
        })
    }

    /// Takes note of a call that failed because the station was locked meanwhile.
    pub fn note_failure(self, failure: Option<&Failure>) {
        if matches!(failure, Some(Failure::Locked)) && self.is_open() {
            self.refresh();
        }
    }

    /// The post of whoever is at work.
    pub fn role(self) -> Option<Role> {
        self.session.with_untracked(|session| match session.as_ref().map(|session| &session.state) {
            Some(SessionState::Open { role, .. }) => Some(*role),
            _ => None,
        })
    }

    /// Whether whoever is at work sees to the frame.
    pub fn oversees(self) -> bool {
        self.role().is_some_and(Role::oversees)
    }

    /// Whether whoever is at work gives and calls numbers in a hall.
    pub fn serves_hall(self) -> bool {
        self.role().is_some_and(|role| role.includes(Action::Queue))
    }

    /// Says what a call answered instead of doing it.
    pub fn fail(self, failure: &Failure) {
        self.note_failure(Some(failure));
        self.failed.set(Some(say::failure(failure)));
    }

    /// Signs out, but asks first about what is left: always what was not registered, in the evening originals too (R48, R67).
    pub fn lock(self) {
        spawn_local(async move {
            let left = transport::call(GetDayEnd {}).await.ok();
            let evening = self.session.with_untracked(|session| {
                session.as_ref().is_some_and(|session| session.now.local().hour() >= EVENING)
            });
            let asks = |left: &DayEnd| !left.drafts.is_empty() || (evening && !left.originals.is_empty());
            match left.filter(asks) {
                Some(left) => {
                    self.left.set(Some(left));
                    self.leaving.set(true);
                }
                None => self.lock_now(),
            }
        });
    }

    /// Signs out. Drafts stay.
    pub fn lock_now(self) {
        spawn_local(async move {
            match transport::call(Lock {}).await {
                Ok(session) => self.adopt(session),
                Err(failure) => self.fail(&failure),
            }
        });
    }

    /// A word in passing.
    pub fn toast(self, text: impl Into<String>) {
        self.toast.set(Some(text.into()));
        set_timeout(move || self.toast.set(None), Duration::from_secs(4));
    }

    /// One step larger or smaller.
    pub fn resize(self, by: isize) {
        let at = SIZES.iter().position(|size| *size == self.size.get_untracked()).unwrap_or(0);
        let to = at.saturating_add_signed(by).min(SIZES.len() - 1);
        self.set_size(SIZES[to]);
    }

    /// Sets the text size; this machine remembers it.
    pub fn set_size(self, percent: u16) {
        self.size.set(percent);
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.set_item(SIZE_KEY, &percent.to_string());
        }
    }

    fn show_size(self) {
        let size = self.size.get();
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-size", &size.to_string());
        }
        // Engines do not look again at container queries in rem when the root size changes; a new container makes them.
        if let Some(body) = document().body() {
            body.set_class_name("");
            let _ = body.offset_width();
            body.set_class_name("root");
        }
    }
}

fn remembered_size() -> u16 {
    let stored = window().local_storage().ok().flatten().and_then(|storage| storage.get_item(SIZE_KEY).ok().flatten());
    stored.and_then(|size| size.parse().ok()).filter(|size| SIZES.contains(size)).unwrap_or(100)
}
