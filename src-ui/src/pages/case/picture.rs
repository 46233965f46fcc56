//! One attachment, large. Esc closes it; what is still at the district comes when there is a road.

use daiban_model::api::{Act, FileSize, FileView, GetFile, GotFile};
use daiban_model::case::Command;
use daiban_model::case::event::FileKind;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Open;
use super::files::shown;
use crate::desk::desk;
use crate::load::Load;
use crate::parts::{Bad, Dialog, Skeleton};
use crate::{say, transport};

/// The dialog around it.
#[component]
pub(super) fn Picture(open: Open, looking: RwSignal<Option<FileView>>) -> impl IntoView {
    let is_open = RwSignal::new(false);
    // Each follows the other; neither may set what is so already, or they would never come to rest.
    Effect::new(move |_| {
        let wanted = looking.with(Option::is_some);
        if is_open.get_untracked() != wanted {
            is_open.set(wanted);
        }
    });
    Effect::new(move |_| {
        if !is_open.get() && looking.with_untracked(Option::is_some) {
            looking.set(None);
        }
    });
    let title = move || {
        looking.with(|file| match file {
            Some(file) if !file.paper.is_empty() => file.paper.clone(),
            _ => t!("files.other").to_owned(),
        })
    };
    view! {
        <Dialog id="picture" open=is_open title=Signal::derive(title)>
            {move || looking.get().map(|file| view! { <Large open file is_open/> })}
        </Dialog>
    }
}

#[component]
fn Large(open: Open, file: FileView, is_open: RwSignal<bool>) -> impl IntoView {
    let close = move |_| is_open.set(false);
    let content = match file.kind {
        FileKind::Jpeg => view! { <Whole open file=file.clone()/> }.into_any(),
        FileKind::Pdf => view! { <p class="quiet">{t!("files.pdf")}</p> }.into_any(),
    };
    view! {
        {content}
        <SetAside open file is_open/>
        <div class="btns">
            <button type="button" class="btn" autofocus data-primary="" data-test="picture-close" on:click=close>
                {t!("files.close")}
                <kbd>"Esc"</kbd>
            </button>
        </div>
    }
}

#[component]
fn Whole(open: Open, file: FileView) -> impl IntoView {
    let answer = RwSignal::new(Load::Waiting);
    let ask = GetFile { case: open.id, file: file.hash, size: FileSize::Whole };
    Effect::new(move |_| {
        // Asked again whenever the exchange moved on, until it is here.
        desk().exchanged.track();
        if answer.with_untracked(|answer| matches!(answer, Load::Ready(GotFile::Here { .. }))) {
            return;
        }
        spawn_local(async move {
            let got = transport::call(ask).await;
            desk().note_failure(got.as_ref().err());
            let _ = answer.try_set(got.map_or_else(Load::Failed, Load::Ready));
        });
    });
    let alt = t!("files.alt", paper = file.paper);
    move || {
        answer.with(|answer| match answer {
            Load::Waiting => view! { <Skeleton/> }.into_any(),
            Load::Failed(failure) => view! { <Bad text=say::failure(failure)/> }.into_any(),
            Load::Ready(GotFile::Coming) => {
                view! { <p role="status" data-test="picture-coming">{t!("files.coming")}</p> }.into_any()
            }
            Load::Ready(GotFile::NotYetThere) => {
                view! { <p role="status" data-test="picture-not-yet">{t!("files.not_yet")}</p> }.into_any()
            }
            Load::Ready(GotFile::Here { bytes, .. }) => {
                view! { <img class="picture" data-test="picture-whole" src=shown(bytes) alt=alt.clone()/> }.into_any()
            }
        })
    }
}

/// 这张不算: an addition, with its reason.
#[component]
fn SetAside(open: Open, file: FileView, is_open: RwSignal<bool>) -> impl IntoView {
    let asked = RwSignal::new(false);
    let why = RwSignal::new(String::new());
    let (id, hash, paper) = (open.id, file.hash, file.paper);
    let set_aside = move || {
        let (reason, paper) = (why.get_untracked().trim().to_owned(), paper.clone());
        spawn_local(async move {
            match transport::call(Act { id, command: Command::SetAsideFile { hash, paper, reason } }).await {
                Ok(page) => {
                    desk().failed.set(None);
                    let _ = is_open.try_set(false);
                    let _ = open.page.try_set(Load::Ready(page));
                }
                Err(failure) => desk().fail(&failure),
            }
        });
    };
    view! {
        <Show when=move || asked.get() fallback=move || view! {
            <p>
                <button type="button" class="link" data-test="set-aside" on:click=move |_| asked.set(true)>
                    {t!("files.set_aside")}
                </button>
            </p>
        }>
            {
                let set_aside = set_aside.clone();
                view! {
                    <form class="stack-1" on:submit=move |event| { event.prevent_default(); set_aside(); }>
                        <label for="set-aside-why">{t!("files.set_aside_why")}</label>
                        <input class="input" id="set-aside-why" data-test="set-aside-why" autocomplete="off" prop:value=why
                            on:input=move |event| why.set(event_target_value(&event))/>
                        <p class="small quiet">{t!("files.set_aside_note")}</p>
                        <button type="submit" class="btn btn-sm" data-test="set-aside-do">{t!("files.set_aside")}</button>
                    </form>
                }
            }
        </Show>
    }
}
