//! A long list in leaves of one page each. Leaves far from the screen are only their height; the rest are rows.

use std::collections::BTreeSet;

use daiban_model::api::{CaseRow, Counts, Failure, Page, PageKey, WipedCopy};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent};

use crate::parts::{Due, StageTag, held_name};

/// What is loaded of a list, and what of it stands in the document.
#[derive(Clone, Copy)]
pub struct Book {
    leaves: RwSignal<Vec<Vec<CaseRow>>>,
    next: RwSignal<Option<PageKey>>,
    counts: RwSignal<Option<Counts>>,
    failed: RwSignal<Option<Failure>>,
    wiped: RwSignal<Option<Box<WipedCopy>>>,
    waiting: RwSignal<bool>,
    near: RwSignal<BTreeSet<usize>>,
    heights: StoredValue<Vec<f64>>,
    asked: StoredValue<(u32, bool, String)>,
    at: RwSignal<usize>,
}

impl Book {
    /// An empty one that waits for its first page.
    pub fn new() -> Self {
        Self {
            leaves: RwSignal::new(Vec::new()),
            next: RwSignal::new(None),
            counts: RwSignal::new(None),
            failed: RwSignal::new(None),
            wiped: RwSignal::new(None),
            waiting: RwSignal::new(true),
            near: RwSignal::new(BTreeSet::from([0])),
            heights: StoredValue::new(Vec::new()),
            asked: StoredValue::new((0, false, String::new())),
            at: RwSignal::new(0),
        }
    }

    /// What stays of a copy that went, where its number was searched for.
    pub fn wiped(self) -> Option<Box<WipedCopy>> {
        self.wiped.get()
    }

    /// Marks a new question; answers to older ones are dropped.
    pub fn turn(self) -> u32 {
        self.asked.update_value(|(turn, busy, _)| {
            *turn += 1;
            *busy = true;
        });
        self.asked.with_value(|(turn, ..)| *turn)
    }

    /// Whether the list is asked for again, rather than another list.
    pub fn same_question(self, question: &str) -> bool {
        let same = self.asked.with_value(|(.., before)| before == question);
        self.asked.update_value(|(.., before)| *before = question.to_owned());
        if !same {
            self.at.set(0);
        }
        same
    }

    /// The first page, cut into leaves.
    pub fn take_first(self, turn: u32, reply: Result<Page, Failure>, leaf: usize) {
        if !self.is_turn(turn) {
            return;
        }
        self.waiting.set(false);
        match reply {
            Ok(page) => {
                self.failed.set(None);
                if page.counts.is_some() {
                    self.counts.set(page.counts);
                }
                self.next.set(page.next);
                self.wiped.set(page.wiped);
                let leaves: Vec<_> = page.rows.chunks(leaf.max(1)).map(<[CaseRow]>::to_vec).collect();
                self.leaves.set(leaves);
            }
            Err(failure) => self.failed.set(Some(failure)),
        }
    }

    /// A further page.
    pub fn take_more(self, turn: u32, reply: Result<Page, Failure>) {
        if !self.is_turn(turn) {
            return;
        }
        match reply {
            Ok(page) => {
                self.next.set(page.next);
                self.leaves.update(|leaves| leaves.push(page.rows));
            }
            Err(failure) => self.failed.set(Some(failure)),
        }
    }

    fn is_turn(self, turn: u32) -> bool {
        let mine = self.asked.try_with_value(|(latest, ..)| *latest == turn).unwrap_or(false);
        if mine {
            self.asked.update_value(|(_, busy, _)| *busy = false);
        }
        mine
    }

    /// Where to go on, if there is more and nothing is under way.
    pub fn next(self) -> Option<PageKey> {
        let busy = self.asked.with_value(|(_, busy, _)| *busy);
        self.next.get_untracked().filter(|_| !busy)
    }

    /// How many rows are loaded.
    pub fn loaded(self) -> usize {
        self.leaves.with_untracked(|leaves| leaves.iter().map(Vec::len).sum())
    }

    /// How many rows are loaded, followed.
    pub fn count(self) -> usize {
        self.leaves.with(|leaves| leaves.iter().map(Vec::len).sum())
    }

    /// Whether there is no more.
    pub fn ended(self) -> bool {
        self.next.with(Option::is_none)
    }

    /// Whether there is nothing at all.
    pub fn is_empty(self) -> bool {
        self.leaves.with(|leaves| leaves.iter().all(Vec::is_empty))
    }

    /// Whether the first page is still to come.
    pub fn waiting(self) -> bool {
        self.waiting.get()
    }

    /// Why the last page did not come.
    pub fn failure(self) -> Option<Failure> {
        self.failed.get()
    }

    /// The figures of the views.
    pub fn counts(self) -> Option<Counts> {
        self.counts.get()
    }

    fn row(self, index: usize) -> Option<CaseRow> {
        self.leaves.with_untracked(|leaves| leaves.iter().flatten().nth(index).cloned())
    }

    /// Looks which leaves are near the screen; true when the end is.
    fn look(self) -> bool {
        let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
        let Ok(leaves) = document().query_selector_all("tbody[data-leaf]") else { return false };
        let (mut near, mut end_near) = (BTreeSet::new(), false);
        for index in 0..leaves.length() {
            let Some(leaf) = leaves.item(index).and_then(|leaf| leaf.dyn_into::<Element>().ok()) else { continue };
            let place = leaf.get_bounding_client_rect();
            let index = index as usize;
            self.heights.update_value(|heights| {
                heights.resize(heights.len().max(index + 1), 0.0);
                heights[index] = place.height();
            });
            if place.bottom() > -height && place.top() < 2.0 * height {
                near.insert(index);
            }
            end_near = place.bottom() < 2.0 * height;
        }
        if !near.is_empty() && self.near.with_untracked(|before| *before != near) {
            self.near.set(near);
        }
        end_near
    }
}

/// Keeps the leaves near the screen in the document, and asks for more towards the end.
pub fn follow_scroll(book: Book, more: impl Fn() + Copy + 'static) {
    let waiting = StoredValue::new(false);
    let look = move || {
        if waiting.get_value() {
            return;
        }
        waiting.set_value(true);
        request_animation_frame(move || {
            // The page may be gone by the time the frame comes.
            if waiting.try_set_value(false).is_none() && book.look() {
                more();
            }
        });
    };
    let handles = ["scroll", "resize"].map(|event| window_event_listener_untyped(event, move |_| look()));
    Effect::new(move |_| {
        book.leaves.track();
        look();
    });
    on_cleanup(move || handles.into_iter().for_each(|handle| handle.remove()));
}

/// The table. Arrows move, Enter opens.
#[component]
pub fn Leaves(book: Book, #[prop(into)] open: Callback<CaseRow>) -> impl IntoView {
    let here = NodeRef::<html::Table>::new();
    let step = move |by: isize| {
        let last = book.loaded().saturating_sub(1);
        book.at.update(|at| *at = at.saturating_add_signed(by).min(last));
        bring_into_view(book.at.get_untracked());
    };
    let press = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(-1),
            "PageDown" => step(10),
            "PageUp" => step(-10),
            "Home" => step(isize::MIN),
            "Enter" => {
                if let Some(row) = book.row(book.at.get_untracked()) {
                    open.run(row);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let rows = move || if book.ended() { book.count().to_string() } else { "-1".to_owned() };
    let leaf = move |index: usize| leaf_view(book, index, open);
    view! {
        <table class="table table-pick cases" role="grid" tabindex="0" node_ref=here on:keydown=press data-test="cases"
            aria-label=t!("cases.title") aria-rowcount=rows aria-activedescendant=move || format!("row-{}", book.at.get())>
            <thead>
                <tr>
                    <th scope="col">{t!("cases.col_due")}</th>
                    <th scope="col">{t!("cases.col_who")}</th>
                    <th scope="col">{t!("cases.col_what")}</th>
                    <th scope="col">{t!("cases.col_now")}</th>
                    <th scope="col">{t!("cases.col_number")}</th>
                    <th scope="col">{t!("cases.col_place")}</th>
                </tr>
            </thead>
            {move || (0..book.leaves.with(Vec::len)).map(leaf).collect_view()}
        </table>
    }
}

fn leaf_view(book: Book, index: usize, open: Callback<CaseRow>) -> impl IntoView {
    let near = Memo::new(move |_| book.near.with(|near| near.contains(&index)));
    let content = move || {
        if !near.get() {
            let height = book.heights.with_value(|heights| heights.get(index).copied()).unwrap_or(2_800.0);
            return view! {
                <tr class="gap" aria-hidden="true"><td colspan="6" style:height=format!("{height}px")></td></tr>
            }
            .into_any();
        }
        book.leaves.with_untracked(|leaves| {
            let first: usize = leaves.iter().take(index).map(Vec::len).sum();
            let rows = leaves.get(index).map(Vec::as_slice).unwrap_or_default();
            rows.iter()
                .enumerate()
                .map(|(at, row)| row_view(book, first + at, row.clone(), open))
                .collect_view()
                .into_any()
        })
    };
    view! { <tbody data-leaf=index>{content}</tbody> }
}

fn row_view(book: Book, index: usize, row: CaseRow, open: Callback<CaseRow>) -> impl IntoView {
    let target = row.clone();
    // Station and district are the same all over the list; day and number tell the cases apart.
    let number = row.number.rsplit('-').take(2).collect::<Vec<_>>();
    let number = number.into_iter().rev().collect::<Vec<_>>().join("-");
    let tail = (!row.id_tail.is_empty()).then(|| format!("…{}", row.id_tail));
    view! {
        <tr id=format!("row-{index}") aria-rowindex=index + 2 data-test="case-row" data-id=row.id.to_string()
            aria-selected=move || (book.at.get() == index).to_string() on:click=move |_| open.run(target.clone())>
            <td><Due left=row.days_left pressing=row.pressing.clone() class="due due-1"/></td>
            <td><b data-test="case-name">{held_name(&row.name)}</b>" "<span class="small quiet num">{tail}</span></td>
            <td>{row.item.clone()}</td>
            <td><StageTag row=row.clone()/></td>
            <td class="small quiet num">{number}</td>
            <td class="small">{row.place.clone()}</td>
        </tr>
    }
}

fn bring_into_view(index: usize) {
    if let Some(row) = document().get_element_by_id(&format!("row-{index}")) {
        let how = web_sys::ScrollIntoViewOptions::new();
        how.set_block(web_sys::ScrollLogicalPosition::Nearest);
        row.scroll_into_view_with_scroll_into_view_options(&how);
    }
}
