//! Every call a shell can make and what it answers: the contract between the engine and its shells.
//!
//! Plain data, no behaviour. The window, the loopback shell and the tests all speak it; nothing here is stored or sent to
//! the hub, so it may change with the program. A call is a struct that implements [`Call`].

mod archive;
mod audit;
mod backup;
mod beside;
mod bundle;
mod bytes;
mod care;
mod case;
mod catalogue;
mod destroy;
mod draft;
mod entrusted;
mod failure;
mod files;
mod half_day;
mod handing;
mod home;
mod incident;
mod letters;
mod lists;
mod moved;
mod need;
mod neighbours;
mod papers;
mod parcel;
mod person;
mod progress;
mod queue;
mod reveal;
mod self_service;
mod session;
mod supervise;
mod sync;
mod wipe;
mod yearly;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use archive::*;
pub use audit::*;
pub use backup::*;
pub use beside::*;
pub use bundle::*;
pub use bytes::Bytes;
pub use care::*;
pub use case::*;
pub use catalogue::*;
pub use destroy::*;
pub use draft::*;
pub use entrusted::*;
pub use failure::*;
pub use files::*;
pub use half_day::*;
pub use handing::*;
pub use home::*;
pub use incident::*;
pub use letters::*;
pub use lists::*;
pub use moved::*;
pub use need::*;
pub use neighbours::*;
pub use papers::*;
pub use parcel::*;
pub use person::*;
pub use progress::*;
pub use queue::*;
pub use reveal::*;
pub use self_service::*;
pub use session::*;
pub use supervise::*;
pub use sync::*;
pub use wipe::*;
pub use yearly::*;

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
    TellTime = "tell_time" -> Session;
    GetToday = "get_today" -> Today;
    ListCases = "list_cases" -> Page;
    ListReminders = "list_reminders" -> Vec<ReminderRow>;
    ListOriginals = "list_originals" -> Vec<HeldOriginal>;
    GetDayEnd = "get_day_end" -> DayEnd;
    SearchCases = "search_cases" -> Page;
    OpenCase = "open_case" -> Box<CasePage>;
    Act = "act" -> Box<CasePage>;
    SetField = "set_field" -> Box<CasePage>;
    RevealField = "reveal_field" -> Revealed;
    RevealConflict = "reveal_conflict" -> Revealed;
    ListReveals = "list_reveals" -> Reveals;
    ListAudit = "list_audit" -> Audit;
    ExportAudit = "export_audit" -> AuditWritten;
    SettleField = "settle_field" -> Box<CasePage>;
    AddFile = "add_file" -> Box<CasePage>;
    GetFile = "get_file" -> GotFile;
    ListPapers = "list_papers" -> Vec<PaperOffer>;
    LookAtPaper = "look_at_paper" -> PaperView;
    PrintPaper = "print_paper" -> PaperOut;
    FindPeople = "find_people" -> Vec<PersonHit>;
    FindTwins = "find_twins" -> Vec<Twin>;
    OpenPerson = "open_person" -> Box<PersonPage>;
    RegisterPerson = "register_person" -> Box<PersonPage>;
    ActOnPerson = "act_on_person" -> Box<PersonPage>;
    RevealFact = "reveal_fact" -> Revealed;
    FillFromPerson = "fill_from_person" -> FilledIn;
    WriteArchive = "write_archive" -> Archived;
    ListWipe = "list_wipe" -> Vec<WipeRow>;
    LookAtWipe = "look_at_wipe" -> PaperView;
    PrintWipe = "print_wipe" -> PaperOut;
    ApproveWipe = "approve_wipe" -> Wiped;
    ListWiped = "list_wiped" -> Vec<WipedCopy>;
    ListIncidents = "list_incidents" -> Box<Incidents>;
    ReportIncident = "report_incident" -> Box<Incidents>;
    ListEntrusted = "list_entrusted" -> Vec<Entrusted>;
    Entrust = "entrust" -> Vec<Entrusted>;
    EndEntrusted = "end_entrusted" -> Vec<Entrusted>;
    ListExpired = "list_expired" -> Vec<ExpiredFile>;
    SignDestruction = "sign_destruction" -> Vec<DestroyedFile>;
    ListDestroyed = "list_destroyed" -> Vec<DestroyedFile>;
    GetMyData = "get_my_data" -> Box<MyData>;
    StartDraft = "start_draft" -> Box<Draft>;
    ListDrafts = "list_drafts" -> Vec<DraftRow>;
    GetDraft = "get_draft" -> Box<Draft>;
    SaveDraft = "save_draft" -> Saved;
    DropDraft = "drop_draft" -> Saved;
    PreviewDraft = "preview_draft" -> DraftPreview;
    ReceiveDraft = "receive_draft" -> Taken;
    ListItems = "list_items" -> Items;
    GetItem = "get_item" -> Box<ItemGuide>;
    ListAssessments = "list_assessments" -> Vec<AssessedItem>;
    LogCall = "log_call" -> Box<CasePage>;
    GetRoute = "get_route" -> Route;
    GetKit = "get_kit" -> Kit;
    GetBundle = "get_bundle" -> Box<BundleGuide>;
    AdvanceBundle = "advance_bundle" -> Box<CasePage>;
    DeliverResults = "deliver_results" -> Box<CasePage>;
    ListMoved = "list_moved" -> Vec<Moved>;
    SeenMoved = "seen_moved" -> Vec<Moved>;
    ListLate = "list_late" -> Vec<LateLine>;
    ListHelp = "list_help" -> Vec<HelpRow>;
    ListFurtherNotices = "list_further_notices" -> Vec<FurtherNotice>;
    ListMonth = "list_month" -> Vec<UnitMonth>;
    GiveCases = "give_cases" -> HandSheet;
    AnswerSheet = "answer_sheet" -> Vec<HandSheet>;
    ListHandSheets = "list_hand_sheets" -> Vec<HandSheet>;
    GetHanding = "get_handing" -> Box<Handing>;
    GetLeaving = "get_leaving" -> Box<Leaving>;
    GetHalfDays = "get_half_days" -> HalfDays;
    ListYearly = "list_yearly" -> Vec<YearlyLine>;
    FindNeedless = "find_needless" -> Option<Needless>;
    GetQueue = "get_queue" -> Queue;
    TakeNumber = "take_number" -> Queue;
    CallNumber = "call_number" -> Queue;
    OpenSelfService = "open_self_service" -> Session;
    GetSelfService = "get_self_service" -> SelfService;
    ListSelfPapers = "list_self_papers" -> Vec<String>;
    LeaveForm = "leave_form" -> LeftAs;
    GetAreas = "get_areas" -> Areas;
    DropForm = "drop_form" -> Areas;
    TakeForm = "take_form" -> TakenForm;
    AskProgress = "ask_progress" -> Vec<HowFar>;
    ListDoubles = "list_doubles" -> Vec<Double>;
    GetSync = "get_sync" -> SyncView;
    SyncNow = "sync_now" -> SyncView;
    ListRefused = "list_refused" -> Vec<RefusedCase>;
    SendRefusedAgain = "send_refused_again" -> SyncView;
    ListSticks = "list_sticks" -> Vec<Stick>;
    WriteStick = "write_stick" -> StickWritten;
    ReadStick = "read_stick" -> LettersRead;
    ListParcels = "list_parcels" -> Parcels;
    WriteParcel = "write_parcel" -> ParcelLine;
    DropParcels = "drop_parcels" -> ParcelsDropped;
    GetBackup = "get_backup" -> BackupView;
    WriteBackup = "write_backup" -> BackupMade;
    FindBackups = "find_backups" -> BackupsFound;
    RestoreBackup = "restore_backup" -> Session;
    GetNeighbours = "get_neighbours" -> Neighbours;
    SetNeighbours = "set_neighbours" -> Neighbours;
    MeetNeighbour = "meet_neighbour" -> Neighbours;
}
