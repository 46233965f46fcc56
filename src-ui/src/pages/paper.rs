//! A paper on the screen: the very pages that are printed, as pictures, with what stands on them in words beside.

use daiban_model::api::{Failure, PaperOffer, PaperPage, PaperView};
use daiban_model::case::event::PaperName;
use daiban_model::form::Size;
use daiban_model::ids::CaseId;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::desk::desk;
use crate::load::{Load, show};
use crate::parts::{Bad, Dialog, Icon};
use crate::print::{self, Way};
use crate::{say, words};

/// What a paper is called.
pub(super) fn title(paper: PaperName) -> &'static str {
    words::one_of("paper_name", &say::code(&paper)).unwrap_or_default()
}

/// How often it was printed.
pub(super) fn printed(offer: &PaperOffer) -> String {
    match offer.printed {
        0 => t!("print.never").to_owned(),
        n => t!("print.times", n = n),
    }
}

/// The pages of a paper.
pub(super) fn pages(view: &PaperView) -> impl IntoView + use<> {
    let all = view.pages.len();
    let page = |(at, page): (usize, &PaperPage)| {
        let source = format!("data:image/svg+xml;base64,{}", page.picture.to_base64());
        view! {
            <figure class="paper-page">
                <img data-test="paper-page" src=source alt=page.words.clone()/>
                <figcaption class="small quiet">{t!("print.page", n = at + 1, all = all)}</figcaption>
            </figure>
        }
    };
    view.pages.iter().enumerate().map(page).collect_view()
}

/// What was done, or why it was not, beside the buttons that did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// It is out.
    Out(String),
    /// It is not.
    Not(String),
}

impl Told {
    pub(super) fn of(result: &Result<String, Failure>) -> Self {
        match result {
            Ok(place) if place.is_empty() => Self::Out(t!("print.sent").to_owned()),
            Ok(place) => Self::Out(t!("print.saved", place = place)),
            Err(failure) => {
                desk().note_failure(Some(failure));
                Self::Not(say::failure(failure))
            }
        }
    }
}

/// [`Told`], as it stands on the page.
pub(super) fn told(told: RwSignal<Option<Told>>) -> impl IntoView {
    move || {
        told.get().map(|told| match told {
            Told::Out(text) => {
                view! { <p class="ok-note" role="status" data-test="paper-out"><Icon name="check"/>{text}</p> }
                    .into_any()
            }
            Told::Not(text) => view! { <Bad text/> }.into_any(),
        })
    }
}

/// A paper being looked at, in a dialog around the pages.
#[component]
pub(super) fn PaperDialog(case: CaseId, looking: RwSignal<Option<PaperOffer>>) -> impl IntoView {
    let open = RwSignal::new(false);
    // Each follows the other; neither may set what is so already, or they would never come to rest.
    Effect::new(move |_| {
        let wanted = looking.with(Option::is_some);
        if open.get_untracked() != wanted {
            open.set(wanted);
        }
    });
    Effect::new(move |_| {
        if !open.get() && looking.with_untracked(Option::is_some) {
            looking.set(None);
        }
    });
    let name = move || looking.with(|offer| offer.as_ref().map(|offer| title(offer.paper.name)).unwrap_or_default());
    view! {
        <Dialog id="paper" open title=Signal::derive(move || name().to_owned())>
            {move || looking.get().map(|offer| view! { <Looked case offer open/> })}
        </Dialog>
    }
}

#[component]
fn Looked(case: CaseId, offer: PaperOffer, open: RwSignal<bool>) -> impl IntoView {
    let view = RwSignal::new(Load::<PaperView>::Waiting);
    let (size, said, busy) = (RwSignal::new(Size::A4), RwSignal::new(None::<Told>), RwSignal::new(false));
    let paper = offer.paper;
    // A look at whole numbers is written down: so it is asked for when somebody wants it, and not whenever something changed.
    let look = move || {
        let size = size.get_untracked();
        spawn_local(async move {
            let pages = print::look(case, paper, size).await;
            let _ = view.try_set(pages.map_or_else(Load::Failed, Load::Ready));
        });
    };
    look();
    let copies = offer.copies;
    let offer = StoredValue::new(offer);
    let put_out = move |way: Way| {
        let Some(pages) =
            view.with_untracked(|view| if let Load::Ready(view) = view { Some(view.clone()) } else { None })
        else {
            return;
        };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let out = print::put_out(case, &offer.get_value(), size.get_untracked(), &pages, way).await;
            if out.as_ref().map_or_else(print::is_another_now, |_| true) {
                look();
            }
            let _ = said.try_set(Some(Told::of(&out.map(|out| out.place))));
            let _ = busy.try_set(false);
        });
    };
    let again = move || view.with(|view| matches!(view, Load::Ready(view) if view.turn > 1));
    let press = move || if again() { t!("print.again", n = copies) } else { t!("print.now", n = copies) };
    let sizes = (paper.name == PaperName::Receipt).then(|| sizes(size, look));
    view! {
        {told(said)}
        <div class="btns">
            <button type="button" class="btn btn-go" autofocus data-primary="" data-print="" data-test="print"
                aria-busy=move || busy.get().to_string() on:click=move |_| put_out(Way::Printer)>
                <Icon name="print"/>{press}<kbd>"Ctrl P"</kbd>
            </button>
            <button type="button" class="btn" data-test="save-paper" on:click=move |_| put_out(Way::File)>
                <Icon name="down"/>{t!("print.save")}
            </button>
            <button type="button" class="btn btn-text" data-test="paper-close" on:click=move |_| open.set(false)>
                {t!("files.close")}
                <kbd>"Esc"</kbd>
            </button>
            {sizes}
        </div>
        <div class="paper-pages" data-test="paper-pages">{show(view, pages)}</div>
    }
}

/// A4, or the roll of a slip printer.
fn sizes(size: RwSignal<Size>, look: impl Fn() + Copy + Send + 'static) -> impl IntoView {
    let one = move |this: Size, word: &'static str| {
        let take = move |_| {
            size.set(this);
            look();
        };
        view! {
            <label data-test=format!("size-{}", say::code(&this))>
                <input type="radio" name="size" prop:checked=move || size.get() == this on:change=take/>
                {word}
            </label>
        }
    };
    view! {
        <span class="seg" role="group" aria-label=t!("print.size")>
            {one(Size::A4, t!("print.a4"))}{one(Size::Slip, t!("print.roll"))}
        </span>
    }
}
