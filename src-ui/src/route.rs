//! Where the window is. The address bar never changes: the place is kept in the history entry, so that nothing personal
//! gets into an address, back and forward work, and a reload comes back to the same place.

use daiban_model::ids::{CaseId, ItemCode, PersonId};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

/// A place in the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// 今天
    Today,
    /// 办件, with what is searched for
    Cases(String),
    /// One case
    Case(CaseId),
    /// One person, household or enterprise
    Person(PersonId),
    /// 新办件: the draft it goes on with, if any
    New(Option<String>),
    /// 走访: the route of a day
    Visits,
    /// 交接
    Handing,
    /// 取号
    Queue,
    /// 监督
    Office,
    /// 清单, with the item that is open
    Catalogue(Option<ItemCode>),
    /// 同步
    Sync,
    /// Two values for one field: case and field path
    Conflict(CaseId, String),
}

impl Route {
    /// The place as text; read back by [`Route::parse`].
    pub fn path(&self) -> String {
        match self {
            Self::Today => "/".to_owned(),
            Self::Cases(find) if find.is_empty() => "/cases".to_owned(),
            Self::Cases(find) => format!("/cases?{find}"),
            Self::Case(case) => format!("/cases/{case}"),
            Self::Person(person) => format!("/people/{person}"),
            Self::New(None) => "/new".to_owned(),
            Self::New(Some(draft)) => format!("/new/{draft}"),
            Self::Visits => "/visits".to_owned(),
            Self::Handing => "/handing".to_owned(),
            Self::Queue => "/queue".to_owned(),
            Self::Office => "/office".to_owned(),
            Self::Catalogue(None) => "/catalogue".to_owned(),
            Self::Catalogue(Some(code)) => format!("/catalogue/{code}"),
            Self::Sync => "/sync".to_owned(),
            Self::Conflict(case, field) => format!("/conflicts/{case}/{field}"),
        }
    }

    /// Reads a place; whatever is not one is today's desk.
    pub fn parse(path: &str) -> Self {
        let (path, find) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            ["cases"] => Self::Cases(find.to_owned()),
            ["cases", id] => id.parse().map_or(Self::Cases(String::new()), Self::Case),
            ["people", id] => id.parse().map_or(Self::Today, Self::Person),
            ["new"] => Self::New(None),
            ["new", draft] => Self::New(Some((*draft).to_owned())),
            ["visits"] => Self::Visits,
            ["handing"] => Self::Handing,
            ["queue"] => Self::Queue,
            ["office"] => Self::Office,
            ["catalogue"] => Self::Catalogue(None),
            ["catalogue", code] => Self::Catalogue(code.parse().ok()),
            ["sync"] => Self::Sync,
            ["conflicts", id, field] => {
                id.parse().map_or(Self::Today, |case| Self::Conflict(case, (*field).to_owned()))
            }
            _ => Self::Today,
        }
    }
}

/// The window's place, as a signal.
#[derive(Clone, Copy)]
pub struct Router(RwSignal<Route>);

impl Router {
    /// Reads the place the history entry remembers and follows back and forward.
    pub fn start() -> Self {
        let here = RwSignal::new(remembered());
        let handle = window_event_listener_untyped("popstate", move |_| here.set(remembered()));
        on_cleanup(move || handle.remove());
        Self(here)
    }

    /// The place now.
    pub fn get(self) -> Route {
        self.0.get()
    }

    /// Goes somewhere.
    pub fn go(self, to: Route) {
        if self.0.with_untracked(|here| *here == to) {
            return;
        }
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&JsValue::from_str(&to.path()), "", None);
        }
        window().scroll_to_with_x_and_y(0.0, 0.0);
        self.0.set(to);
    }

    /// Changes what the present entry remembers (a search being typed), without a new entry.
    pub fn note(self, to: Route) {
        if let Ok(history) = window().history() {
            let _ = history.replace_state_with_url(&JsValue::from_str(&to.path()), "", None);
        }
        self.0.set(to);
    }
}

fn remembered() -> Route {
    let state = window().history().and_then(|history| history.state()).ok();
    state.and_then(|state| state.as_string()).map_or(Route::Today, |path| Route::parse(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_read_back_as_it_was_written() {
        let case: CaseId = "0197a0b1c2d37e4f8a9b0c1d2e3f4a5b".parse().unwrap();
        let places = [
            Route::Today,
            Route::Cases(String::new()),
            Route::Cases("zgx".to_owned()),
            Route::Case(case),
            Route::Person("0197a0b1c2d37e4f8a9b0c1d2e3f4a5c".parse().unwrap()),
            Route::New(None),
            Route::New(Some("d1".to_owned())),
            Route::Visits,
            Route::Handing,
            Route::Queue,
            Route::Office,
            Route::Catalogue(None),
            Route::Catalogue("MZ-007".parse().ok()),
            Route::Sync,
            Route::Conflict(case, "applicant.phone".to_owned()),
        ];
        for place in places {
            assert_eq!(Route::parse(&place.path()), place, "{}", place.path());
        }
        assert_eq!(Route::parse("/nowhere/at/all"), Route::Today, "an unknown place is the desk");
    }
}
