//! The draft in hand: every change is kept at the engine after the shortest pause, and answered with what is still
//! lacking. Nothing typed is ever lost: leaving, locking and crashing all find the last kept text.

use std::collections::HashMap;

use daiban_model::api::{
    Draft, DraftFault, DraftPaper, DraftPreview, DropDraft, Failure, PreviewDraft, ReceiveDraft, SaveDraft, Step, Taken,
};
use daiban_model::ids::ItemCode;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;

use crate::desk::desk;
use crate::route::Route;
use crate::typing::Pause;
use crate::{keys, say, transport};

/// How far keeping has got.
#[derive(Debug, Clone, Copy, Default)]
struct Keeping {
    dirty: bool,
    busy: bool,
}

/// The draft in hand.
#[derive(Clone, Copy)]
pub(super) struct Work {
    /// All that was typed.
    pub draft: RwSignal<Draft>,
    /// What the engine said about the last kept text.
    pub preview: RwSignal<Option<DraftPreview>>,
    /// The cases, once received.
    pub taken: RwSignal<Option<Taken>>,
    /// What stands in the way of going on.
    pub errors: RwSignal<Vec<DraftFault>>,
    /// Names of items met so far.
    pub names: RwSignal<HashMap<ItemCode, String>>,
    keeping: StoredValue<Keeping>,
    pause: Pause,
}

impl Work {
    /// Takes a draft in hand.
    pub fn start(draft: Draft) -> Self {
        let work = Self {
            draft: RwSignal::new(draft),
            preview: RwSignal::new(None),
            taken: RwSignal::new(None),
            errors: RwSignal::new(Vec::new()),
            names: RwSignal::new(HashMap::new()),
            keeping: StoredValue::new(Keeping::default()),
            pause: Pause::new(150),
        };
        on_cleanup(move || work.keep_last());
        let id = work.draft.with_untracked(|draft| draft.id);
        spawn_local(async move { work.look(transport::call(PreviewDraft { id }).await) });
        work
    }

    /// Changes the draft and keeps it.
    pub fn edit(self, change: impl FnOnce(&mut Draft)) {
        self.draft.update(change);
        self.keep_soon();
    }

    fn keep_soon(self) {
        self.keeping.update_value(|keeping| keeping.dirty = true);
        self.pause.after(move || self.keep());
    }

    /// Keeps the draft now; one text at a time is under way, the next waits for it.
    fn keep(self) {
        if !self.begin_keeping() {
            return;
        }
        spawn_local(async move {
            let preview = self.keep_and_ask().await;
            if self.keeping.try_update_value(|keeping| keeping.busy = false).is_none() {
                return;
            }
            self.look(preview);
            if self.keeping.with_value(|keeping| keeping.dirty) {
                self.keep_soon();
            }
        });
    }

    fn begin_keeping(self) -> bool {
        let free = self.keeping.try_with_value(|keeping| !keeping.busy && keeping.dirty).unwrap_or(false);
        if free {
            self.keeping.set_value(Keeping { dirty: false, busy: true });
        }
        free
    }

    async fn keep_and_ask(self) -> Result<DraftPreview, Failure> {
        let Some(draft) = self.draft.try_get_untracked() else { return Err(Failure::NotFound) };
        let id = draft.id;
        match transport::call(SaveDraft { draft: Box::new(draft) }).await {
            Ok(saved) => desk().saved.set(Some(saved.at)),
            Err(failure) => {
                let _ = self.keeping.try_update_value(|keeping| keeping.dirty = true);
                return Err(failure);
            }
        }
        transport::call(PreviewDraft { id }).await
    }

    /// The page goes away: what is not kept yet is kept without it.
    fn keep_last(self) {
        let dirty = self.keeping.try_with_value(|keeping| keeping.dirty).unwrap_or(false);
        let received = self.taken.try_with_untracked(Option::is_some).unwrap_or(true);
        if let (true, false, Some(draft)) = (dirty, received, self.draft.try_get_untracked()) {
            spawn_local(async move {
                let _ = transport::call(SaveDraft { draft: Box::new(draft) }).await;
            });
        }
    }

    /// Takes over what the engine said: names, and the papers that the items ask for.
    fn look(self, preview: Result<DraftPreview, Failure>) {
        let preview = match preview {
            Ok(preview) => preview,
            Err(failure) => {
                if self.draft.try_with_untracked(|_| ()).is_some() && !matches!(failure, Failure::NotFound) {
                    desk().fail(&failure);
                }
                return;
            }
        };
        let steps = preview.bundle.iter().flat_map(|bundle| &bundle.steps);
        let of_steps = steps.filter_map(|step| Some((step.item.clone()?, step.name.clone())));
        let known = preview.outlook.iter().map(|it| (it.item.clone(), it.name.clone())).chain(of_steps);
        if self.names.try_update(|names| names.extend(known)).is_none() {
            return;
        }
        let merged = self.draft.with_untracked(|draft| merge(&draft.papers, &preview.papers));
        if self.draft.with_untracked(|draft| draft.papers != merged) {
            self.edit(|draft| draft.papers = merged);
        }
        self.preview.set(Some(preview));
    }

    /// Goes to a step; what was typed stays.
    pub fn go(self, step: Step) {
        self.edit(|draft| {
            draft.step = step;
            draft.focus = String::new();
        });
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    /// Goes on when nothing of this step stands in the way; otherwise says what does.
    pub fn advance(self, here: Step, next: Step) {
        self.pause.stop();
        spawn_local(async move {
            let preview = self.keep_and_ask().await;
            match &preview {
                Ok(preview) => {
                    desk().failed.set(None);
                    let faults: Vec<_> = preview.faults.iter().filter(|fault| fault.step == here).cloned().collect();
                    if faults.is_empty() {
                        self.go(next);
                    } else {
                        self.errors.set(faults);
                    }
                }
                Err(failure) => desk().fail(failure),
            }
            if preview.is_ok() {
                self.look(preview);
            }
        });
    }

    /// Receives the case: from here on it has a number.
    pub fn receive(self) {
        self.pause.stop();
        let id = self.draft.with_untracked(|draft| draft.id);
        spawn_local(async move {
            let reply = match self.keep_and_ask().await {
                Ok(_) => transport::call(ReceiveDraft { id }).await,
                Err(failure) => Err(failure),
            };
            match reply {
                Ok(taken) => {
                    desk().failed.set(None);
                    self.taken.set(Some(taken));
                    self.keeping.set_value(Keeping::default());
                    self.draft.update(|draft| draft.step = Step::Slip);
                    window().scroll_to_with_x_and_y(0.0, 0.0);
                }
                Err(Failure::DraftFaults { faults }) => self.errors.set(faults),
                Err(failure) => desk().fail(&failure),
            }
        });
    }

    /// 先放着: back to the desk. A draft in which nothing was typed leaves no trace.
    pub fn leave(self) {
        if self.draft.with_untracked(is_blank) && self.taken.with_untracked(Option::is_none) {
            self.throw_away();
        } else {
            desk().router.go(Route::Today);
        }
    }

    /// The draft is not wanted any more.
    pub fn throw_away(self) {
        let id = self.draft.with_untracked(|draft| draft.id);
        self.pause.stop();
        self.keeping.set_value(Keeping::default());
        spawn_local(async move {
            if let Err(failure) = transport::call(DropDraft { id }).await {
                desk().fail(&failure);
            }
            desk().router.go(Route::Today);
        });
    }

    /// Remembers which field has the cursor, so that a restart puts it there again.
    pub fn note_focus(self, event: &web_sys::FocusEvent) {
        let id = event.target().and_then(|at| at.dyn_into::<web_sys::Element>().ok()).map(|at| at.id());
        let Some(id) = id.filter(|id| !id.is_empty() && id != "main") else { return };
        if self.draft.with_untracked(|draft| draft.focus != id) {
            // Nothing on the screen depends on it.
            self.draft.update_untracked(|draft| draft.focus = id);
            if self.taken.with_untracked(Option::is_none) {
                self.keep_soon();
            }
        }
    }

    /// Puts the cursor where it was, or on the first field of the step.
    pub fn put_cursor(self) {
        let focus = self.draft.try_with_untracked(|draft| draft.focus.clone()).unwrap_or_default();
        if !put_cursor_on(&focus) {
            keys::focus("[data-first]");
        }
    }

    /// An item's name as far as it was met.
    pub fn name_of(self, code: &ItemCode) -> String {
        self.names.with(|names| names.get(code).cloned()).unwrap_or_else(|| code.to_string())
    }
}

/// Finds a field by the name faults and drafts use: its id, or a dotted path such as `person.name` or `paper.3`.
fn put_cursor_on(focus: &str) -> bool {
    let last = focus.rsplit('.').next().unwrap_or_default();
    let names = [focus.to_owned(), last.to_owned(), focus.replace('.', "-")];
    let found = names.into_iter().find(|id| document().get_element_by_id(id).is_some());
    found.inspect(|id| keys::go_on_in(&format!("[id=\"{id}\"]"))).is_some()
}

/// The papers the items ask for, with the answers given so far.
fn merge(mine: &[DraftPaper], asked: &[DraftPaper]) -> Vec<DraftPaper> {
    let answered = |paper: &DraftPaper| match mine.iter().find(|it| it.name == paper.name) {
        Some(it) => DraftPaper { state: it.state, count: it.count, ..paper.clone() },
        None => paper.clone(),
    };
    asked.iter().map(answered).collect()
}

fn is_blank(draft: &Draft) -> bool {
    let person = &draft.person;
    let typed = [&person.name, &person.citizen_id, &person.phone, &person.address, &person.contact, &draft.note];
    draft.items.is_empty() && draft.bundle.is_none() && typed.iter().all(|text| text.is_empty())
}

/// What stands in the way, on top of the step; each line leads to its step and field.
#[component]
pub(super) fn Errors(work: Work) -> impl IntoView {
    let here = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        if let (false, Some(summary)) = (work.errors.with(Vec::is_empty), here.get()) {
            let _ = summary.focus();
        }
    });
    let line = move |fault: DraftFault| {
        let text = say::draft_fault(&fault);
        let code = fault.code.rsplit('.').next().unwrap_or_default().to_owned();
        let lead = move |_| {
            if work.draft.with_untracked(|draft| draft.step != fault.step) {
                work.go(fault.step);
                work.draft.update_untracked(|draft| draft.focus = fault.focus.clone());
            } else if !put_cursor_on(&fault.focus) {
                keys::focus("[data-first]");
            }
        };
        view! {
            <li><button type="button" class="link" data-test=format!("fault-{code}") on:click=lead>{text}</button></li>
        }
    };
    view! {
        <Show when=move || !work.errors.with(Vec::is_empty)>
            <div class="err-sum" role="alert" tabindex="-1" node_ref=here data-test="error-summary">
                <h2>{t!("form.errors")}</h2>
                <ul>{move || work.errors.get().into_iter().map(line).collect_view()}</ul>
            </div>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use daiban_model::case::event::PaperState;

    use super::*;

    fn paper(name: &str, state: Option<PaperState>) -> DraftPaper {
        DraftPaper { name: name.to_owned(), state, count: 1, hint: String::new(), items: Vec::new() }
    }

    #[test]
    fn an_answer_given_meanwhile_outlives_the_engines_older_list() {
        let mine = [paper("居民身份证", Some(PaperState::Copy))];
        let asked = [paper("居民身份证", None), paper("居民户口簿", None)];
        let merged = merge(&mine, &asked);
        assert_eq!(merged[0].state, Some(PaperState::Copy), "the newer answer stays");
        assert_eq!(merged[1].state, None, "a new paper is not answered beforehand");
    }
}
