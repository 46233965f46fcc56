//! Attachments: pictures of papers and documents. Picked files are read here and handed to the engine as they are; what becomes of
//! them is its affair.

use daiban_model::api::{
    AddFile, Bytes, Failure, FileSize, FileState, FileView, FilesOpen, GetFile, GotFile, ThumbView,
};
use daiban_model::case::event::FileKind;
use daiban_model::ids::FileHash;
use daiban_model::visit::Asked;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;

use super::Open;
use super::picture::Picture;
use crate::desk::desk;
use crate::load::Load;
use crate::parts::{Held, Icon, Tag, Weight};
use crate::{dates, say, transport};

/// Larger than anything the engine takes in: not even read.
const MOST_BYTES: f64 = 64.0 * 1024.0 * 1024.0;

/// Picking files for one case.
#[derive(Clone, Copy)]
pub(super) struct Picking {
    open: Open,
    files_open: Memo<FilesOpen>,
    input: NodeRef<html::Input>,
    /// The paper that is being photographed; empty for anything else.
    paper: RwSignal<String>,
    /// Which of how many is being taken in.
    busy: RwSignal<Option<(usize, usize)>>,
    /// What was not taken, and why. Stays until the next picking.
    refused: RwSignal<Vec<String>>,
}

impl Picking {
    pub(super) fn start(open: Open) -> Self {
        let (paper, busy, refused) = (RwSignal::default(), RwSignal::default(), RwSignal::default());
        let files_open = open.part(|page| page.files_open);
        Self { open, files_open, input: NodeRef::new(), paper, busy, refused }
    }

    fn is_open(self) -> bool {
        self.files_open.get() == FilesOpen::Open
    }

    /// What a paper's button does, where files may be added.
    pub(super) fn for_paper(self) -> Option<Callback<String>> {
        self.is_open().then(|| Callback::new(move |paper: String| self.ask(paper)))
    }

    /// Opens the system's own choice of files.
    fn ask(self, paper: String) {
        self.paper.set(paper);
        if let Some(input) = self.input.get_untracked() {
            // The same file may be picked again.
            input.set_value("");
            input.click();
        }
    }

    fn picked(self) {
        let Some(list) = self.input.get_untracked().and_then(|input| input.files()) else { return };
        let files: Vec<web_sys::File> = (0..list.length()).filter_map(|at| list.get(at)).collect();
        let paper = self.paper.get_untracked();
        self.refused.set(Vec::new());
        spawn_local(async move {
            let all = files.len();
            for (at, file) in files.into_iter().enumerate() {
                let _ = self.busy.try_set(Some((at + 1, all)));
                self.add(file, paper.clone()).await;
            }
            let _ = self.busy.try_set(None);
        });
    }

    async fn add(self, file: web_sys::File, paper: String) {
        let (case, label) = (self.open.id, file.name());
        let failure = match read(&file).await {
            Err(failure) => failure,
            Ok(bytes) => match transport::call(AddFile { case, paper, label: label.clone(), bytes }).await {
                Ok(page) => {
                    let _ = self.open.page.try_set(Load::Ready(page));
                    return;
                }
                Err(failure) => failure,
            },
        };
        desk().note_failure(Some(&failure));
        let label = if label.is_empty() { t!("files.no_label").to_owned() } else { label };
        let line = t!("files.refused", label = label, why = say::failure(&failure));
        let _ = self.refused.try_update(|lines| lines.push(line));
    }
}

/// The bytes of a picked file. Nothing about the file itself changes.
async fn read(file: &web_sys::File) -> Result<Bytes, Failure> {
    let bad = |code: &str| Failure::BadValue { code: code.to_owned(), arg: String::new() };
    if file.size() > MOST_BYTES {
        return Err(bad("file_too_large"));
    }
    let buffer = JsFuture::from(file.array_buffer()).await.map_err(|_| bad("file_damaged"))?;
    Ok(Bytes(js_sys::Uint8Array::new(&buffer).to_vec()))
}

/// The section of all attachments.
#[component]
pub(super) fn FileSection(open: Open, picking: Picking) -> impl IntoView {
    let files = open.part(|page| page.files.clone());
    let looking = RwSignal::new(None::<FileView>);
    // A row is made anew only when its picture has arrived; what changes otherwise changes inside.
    let key = |file: &FileView| (file.hash, file.paper.clone(), file.thumb == ThumbView::Here);
    view! {
        <section id="files" aria-labelledby="h-files" data-test="files">
            <div class="sec-head">
                <h2 id="h-files">{t!("case.files")}</h2>
                <span class="push" data-test="files-count">{move || files.with(|files| head(files))}</span>
            </div>
            <ul class="rows plain">
                <For each=move || files.get() key=key let:file>
                    {row(open, file, looking)}
                </For>
            </ul>
            <Refused picking/>
            <PickButton picking/>
            <Picture open looking/>
        </section>
    }
}

fn head(files: &[FileView]) -> String {
    let size = dates::bytes(files.iter().map(|file| u64::from(file.bytes)).sum());
    let waiting = files.iter().filter(|file| matches!(file.state, FileState::Waiting { .. })).count();
    match (files.len(), waiting) {
        (0, _) => t!("case.files_none").to_owned(),
        (n, 0) => t!("case.files_n", n = n, size = size),
        (n, waiting) => t!("case.files_waiting", n = n, size = size, waiting = waiting),
    }
}

#[component]
fn Refused(picking: Picking) -> impl IntoView {
    let line = |text: String| view! { <li class="note note-warn"><Icon name="flag"/><div><Held text/></div></li> };
    move || {
        let lines = picking.refused.get();
        (!lines.is_empty()).then(|| {
            view! {
                <ul class="stack-1 pad-top" data-test="files-refused" role="alert">
                    {lines.into_iter().map(line).collect_view()}
                </ul>
            }
        })
    }
}

#[component]
fn PickButton(picking: Picking) -> impl IntoView {
    let busy = move || picking.busy.get().map(|(n, all)| t!("files.busy", n = n, all = all));
    // R97: outside the papers only what a visit needs, and only where the person agreed.
    let agreed = picking.open.part(|page| page.home.visits.iter().any(|made| made.visit.consent == Asked::Yes));
    view! {
        <input type="file" class="sr" tabindex="-1" aria-hidden="true" multiple accept="image/*,application/pdf"
            data-test="pick-input" node_ref=picking.input on:change=move |_| picking.picked()/>
        <Show when=move || picking.is_open() && agreed.get()>
            <div class="stack-1 pad-top">
                <button type="button" class="btn btn-sm" data-test="pick-other" aria-describedby="pick-hint"
                    on:click=move |_| picking.ask(String::new())>
                    <Icon name="camera"/>
                    {t!("files.pick")}
                </button>
                <p class="small quiet" id="pick-hint">{t!("files.hint")}</p>
            </div>
        </Show>
        <p role="status" data-test="files-busy">{busy}</p>
    }
}

fn row(open: Open, file: FileView, looking: RwSignal<Option<FileView>>) -> impl IntoView {
    let all = open.part(|page| page.files.clone());
    let (hash, paper) = (file.hash, file.paper.clone());
    let here = file.state;
    let state = Memo::new(move |_| {
        all.with(|all| all.iter().find(|it| it.hash == hash && it.paper == paper).map_or(here, |it| it.state))
    });
    let name = if file.paper.is_empty() { t!("files.other").to_owned() } else { file.paper.clone() };
    let by = t!("files.by", size = dates::bytes(file.bytes.into()), by = file.by, at = dates::moment(file.at));
    let label =
        (!file.label.is_empty()).then(|| view! { <span class="small quiet"><Held text=file.label.clone()/></span> });
    let picture = (file.thumb == ThumbView::Here).then(|| view! { <Thumb open hash alt=name.clone()/> });
    let act = if file.kind == FileKind::Jpeg { t!("files.look") } else { t!("files.open") };
    let shown = name.clone();
    let look = move |_| looking.set(Some(file.clone()));
    view! {
        <li data-test="file">
            <button type="button" class="file" data-test="file-open" on:click=look aria-label=format!("{act}：{shown}")>
                {picture}
                <span class="body">
                    <span><Icon name="clip"/>" "<Held text=name/>" "{label}</span>
                    <span class="why">{by}</span>
                </span>
            </button>
            <span data-test="file-state">{move || state_tag(state.get())}</span>
        </li>
    }
}

fn state_tag(state: FileState) -> impl IntoView {
    let (weight, icon, text) = match state {
        FileState::Waiting { percent: 0 } => (Weight::Plain, "sync", t!("files.waiting").to_owned()),
        FileState::Waiting { percent } => (Weight::Plain, "sync", t!("files.sending", n = percent)),
        FileState::Arrived => (Weight::Plain, "check", t!("files.arrived").to_owned()),
        FileState::Elsewhere { percent: 0 } => (Weight::Pause, "down", t!("files.elsewhere").to_owned()),
        FileState::Elsewhere { percent } => (Weight::Pause, "down", t!("files.fetching", n = percent)),
    };
    view! { <Tag weight icon text/> }
}

/// A small picture that is on this machine.
#[component]
fn Thumb(open: Open, hash: FileHash, alt: String) -> impl IntoView {
    let source = RwSignal::new(None::<String>);
    let case = open.id;
    spawn_local(async move {
        // One that does not come leaves the icon and the words beside it.
        if let Ok(GotFile::Here { bytes, .. }) =
            transport::call(GetFile { case, file: hash, size: FileSize::Thumb }).await
        {
            let _ = source.try_set(Some(shown(&bytes)));
        }
    });
    let alt = t!("files.alt", paper = alt);
    move || {
        source.get().map(|source| view! { <img class="file-thumb" data-test="file-thumb" src=source alt=alt.clone()/> })
    }
}

/// The address of a picture in memory: no file and no server stands behind it.
pub(super) fn shown(bytes: &Bytes) -> String {
    format!("data:image/jpeg;base64,{}", bytes.to_base64())
}
