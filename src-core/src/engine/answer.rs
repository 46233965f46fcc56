//! The closed set of calls, and the one place where a call's name becomes its type.

use std::future::Future;

use daiban_model::api::{self, Call, Failure};
use serde_json::Value;

use super::Engine;
use crate::store::Store;

/// A call the engine answers.
pub trait Answer<S: Store>: Call {
    /// Answers it.
    fn answer(self, engine: &mut Engine<S>) -> impl Future<Output = Result<Self::Reply, Failure>> + Send;
}

/// Reads a request, answers it, writes the reply.
async fn through<S: Store, C: Answer<S>>(engine: &mut Engine<S>, body: Value) -> Result<Value, Failure> {
    let call: C = serde_json::from_value(body).map_err(|_| super::internal("a call of another shape"))?;
    let reply = call.answer(engine).await?;
    serde_json::to_value(reply).map_err(|_| super::internal("a reply that is not JSON"))
}

/// Answers a call by its name. [`api::Enrol`] is not here: it needs a network, which [`super::task`] has.
pub(super) async fn by_name<S: Store>(engine: &mut Engine<S>, name: &str, body: Value) -> Result<Value, Failure> {
    macro_rules! dispatch {
        ($($call:ident),* $(,)?) => {
            match name {
                $(api::$call::NAME => through::<S, api::$call>(engine, body).await,)*
                _ => Err(Failure::NotFound),
            }
        };
    }
    dispatch!(
        GetSession,
        SetPin,
        Unlock,
        GoBackKeys,
        Recover,
        Lock,
        TellTime,
        GetToday,
        ListCases,
        ListReminders,
        ListOriginals,
        GetDayEnd,
        SearchCases,
        OpenCase,
        Act,
        SetField,
        RevealField,
        RevealConflict,
        ListReveals,
        ListAudit,
        ExportAudit,
        SettleField,
        AddFile,
        GetFile,
        ListPapers,
        LookAtPaper,
        FindPeople,
        FindTwins,
        OpenPerson,
        RegisterPerson,
        ActOnPerson,
        RevealFact,
        FillFromPerson,
        GetMyData,
        WriteArchive,
        ListWipe,
        LookAtWipe,
        ApproveWipe,
        ListWiped,
        ListIncidents,
        ReportIncident,
        ListEntrusted,
        Entrust,
        EndEntrusted,
        ListExpired,
        SignDestruction,
        ListDestroyed,
        StartDraft,
        ListDrafts,
        GetDraft,
        SaveDraft,
        DropDraft,
        PreviewDraft,
        ReceiveDraft,
        ListItems,
        GetItem,
        ListAssessments,
        LogCall,
        GetRoute,
        GetKit,
        GetBundle,
        AdvanceBundle,
        DeliverResults,
        ListMoved,
        SeenMoved,
        ListLate,
        ListHelp,
        ListFurtherNotices,
        ListMonth,
        GiveCases,
        AnswerSheet,
        ListHandSheets,
        GetHanding,
        GetLeaving,
        GetHalfDays,
        ListYearly,
        FindNeedless,
        GetQueue,
        TakeNumber,
        CallNumber,
        OpenSelfService,
        GetSelfService,
        ListSelfPapers,
        LeaveForm,
        GetAreas,
        DropForm,
        TakeForm,
        AskProgress,
        ListDoubles,
        GetSync,
        SyncNow,
        ListRefused,
        SendRefusedAgain,
        ListParcels,
        GetNeighbours,
        SetNeighbours,
        GetBackup,
    )
}
