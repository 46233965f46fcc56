//! Work with a stick: it outlives the page and the sign-in, so that whoever comes back reads whether the stick may be pulled.

use daiban_model::api::{
    BackupMade, BackupsFound, Call, Failure, LettersRead, ListSticks, ParcelLine, ParcelsDropped, Stick, StickWritten,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::desk::desk;
use crate::{say, transport};

/// How far it is.
#[derive(Clone, PartialEq)]
pub enum At {
    Closed,
    Choosing,
    Busy(&'static str),
    Written(StickWritten),
    Read(LettersRead),
    BackedUp(BackupMade),
    Found(BackupsFound),
    Parcel(ParcelLine),
    Dropped(ParcelsDropped),
}

/// One per window, in [`crate::desk::Desk`].
#[derive(Clone, Copy)]
pub struct StickWork {
    /// How far it is.
    pub at: RwSignal<At>,
    /// The sticks that are plugged in.
    pub sticks: RwSignal<Vec<Stick>>,
    /// The one that is used.
    pub path: RwSignal<String>,
    /// Why the last act was refused.
    pub wrong: RwSignal<Option<String>>,
}

impl StickWork {
    /// Nothing is being done.
    pub fn new() -> Self {
        Self {
            at: RwSignal::new(At::Closed),
            sticks: RwSignal::new(Vec::new()),
            path: RwSignal::new(String::new()),
            wrong: RwSignal::new(None),
        }
    }

    /// What is under way, in words.
    pub fn busy(self) -> Option<&'static str> {
        self.at.with(|at| match at {
            At::Busy(what) => Some(*what),
            _ => None,
        })
    }

    /// Looks which sticks are plugged in.
    pub fn look(self) {
        self.at.set(At::Choosing);
        spawn_local(async move {
            match transport::call(ListSticks {}).await {
                Ok(sticks) => {
                    if let (Some(stick), true) = (sticks.first(), self.path.with_untracked(String::is_empty)) {
                        self.path.set(stick.path.clone());
                    }
                    self.sticks.set(sticks);
                }
                Err(failure) => desk().fail(&failure),
            }
        });
    }

    /// Calls the engine, one call at a time; a stick that does not work leads back to what was chosen from, with what to do.
    pub fn act<C: Call>(self, what: &'static str, call: C, then: impl FnOnce(C::Reply) -> At + 'static) {
        let then = move |text: String| transport::unpack(&text).map(then);
        self.ask(what, C::NAME, transport::pack(&call), Box::new(then));
    }

    /// What of it knows no call by its type: compiled once for all of them.
    fn ask(self, what: &'static str, name: &'static str, body: Result<String, Failure>, then: Then) {
        if untrack(|| self.busy()).is_some() {
            return;
        }
        let before = self.at.get_untracked();
        self.wrong.set(None);
        self.at.set(At::Busy(what));
        spawn_local(async move {
            let at = transport::ask(name, body).await.and_then(then).unwrap_or_else(|failure| {
                self.wrong.set(Some(say::failure(&failure)));
                before
            });
            self.at.set(at);
        });
    }
}

/// What follows from a reply.
type Then = Box<dyn FnOnce(String) -> Result<At, Failure>>;
