//! Every call a shell can make and what it answers: the contract between the engine and its shells.
//!
//! Plain data, no behaviour. The window, the loopback shell and the tests all speak it; nothing here is stored or sent to
//! the hub, so it may change with the program. A call is a struct that implements [`Call`].

mod bytes;
mod case;
mod catalogue;
mod draft;
mod failure;
mod files;
mod letters;
mod lists;
mod neighbours;
mod reveal;
mod session;
mod sync;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use bytes::Bytes;
pub use case::*;
pub use catalogue::*;
pub use draft::*;
pub use failure::*;
pub use files::*;
pub use letters::*;
pub use lists::*;
pub use neighbours::*;
pub use reveal::*;
pub use session::*;
pub use sync::*;

/// One request to the engine.
pub trait Call: Serialize + DeserializeOwned + Send + 'static {
    /// The name shells know it by. Unique; never reused for another meaning.
    const NAME: &'static str;
    /// What is answered.
    type Reply: Serialize + DeserializeOwned + Send + 'static;
}

/// Declares calls: doc, name, request type, reply type.
macro_rules! calls {
    ($($request:ident = $name:literal -> $reply:ty;)*) => {
        $(impl Call for $request {
            const NAME: &'static str = $name;
            type Reply = $reply;
        })*

        /// The names of all calls, for the shells' allow lists and the test that compares them.
        pub const NAMES: &[&str] = &[$($name),*];
    };
}

calls! {
    GetSession = "get_session" -> Session;
    Enrol = "enrol" -> Session;
    SetPin = "set_pin" -> Session;
    Unlock = "unlock" -> Session;
    GoBackKeys = "go_back_keys" -> Session;
    Recover = "recover" -> Session;
    Lock = "lock" -> Session;
    GetToday = "get_today" -> Today;
    ListCases = "list_cases" -> Page;
    SearchCases = "search_cases" -> Page;
    OpenCase = "open_case" -> Box<CasePage>;
    Act = "act" -> Box<CasePage>;
    SetField = "set_field" -> Box<CasePage>;
    RevealField = "reveal_field" -> Revealed;
    RevealConflict = "reveal_conflict" -> Revealed;
    ListReveals = "list_reveals" -> Reveals;
    SettleField = "settle_field" -> Box<CasePage>;
    AddFile = "add_file" -> Box<CasePage>;
    GetFile = "get_file" -> GotFile;
    GetSheets = "get_sheets" -> Sheets;
    FindPeople = "find_people" -> Vec<PersonHit>;
    StartDraft = "start_draft" -> Box<Draft>;
    ListDrafts = "list_drafts" -> Vec<DraftRow>;
    GetDraft = "get_draft" -> Box<Draft>;
    SaveDraft = "save_draft" -> Saved;
    DropDraft = "drop_draft" -> Saved;
    PreviewDraft = "preview_draft" -> DraftPreview;
    ReceiveDraft = "receive_draft" -> Taken;
    ListItems = "list_items" -> Items;
    GetItem = "get_item" -> Box<ItemGuide>;
    GetSync = "get_sync" -> SyncView;
    SyncNow = "sync_now" -> SyncView;
    ListRefused = "list_refused" -> Vec<RefusedCase>;
    SendRefusedAgain = "send_refused_again" -> SyncView;
    ListSticks = "list_sticks" -> Vec<Stick>;
    WriteStick = "write_stick" -> StickWritten;
    ReadStick = "read_stick" -> LettersRead;
    GetNeighbours = "get_neighbours" -> Neighbours;
    SetNeighbours = "set_neighbours" -> Neighbours;
    MeetNeighbour = "meet_neighbour" -> Neighbours;
}
