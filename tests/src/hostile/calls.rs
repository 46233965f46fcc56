//! Calls of the window: JSON by name, as the shell hands it to the engine.

use daiban_core::engine::Answer;
use daiban_model::api::{self, Call, Failure};
use daiban_model::case::Command;
use daiban_model::case::field::Field;
use serde_json::Value;

use super::village::{self, Village};
use crate::world::{PIN, Papers, QIAN_XIUYING, QIMUGE, Shelf, must};

fn answered<C: Answer<Shelf>>(village: &mut Village, body: Value) -> Result<(), Failure> {
    // What is no such call is turned away where its JSON is read.
    let Ok(call) = serde_json::from_value::<C>(body) else { return Ok(()) };
    village.station.call(call).map(drop)
}

macro_rules! calls {
    ($($call:ident),* $(,)?) => {
        /// The calls the engine answers by itself, by their place.
        const NAMES: &[&str] = &[$(api::$call::NAME),*];

        fn by_name(village: &mut Village, name: &str, body: Value) -> Result<(), Failure> {
            match name {
                $(api::$call::NAME => answered::<api::$call>(village, body),)*
                _ => Ok(()),
            }
        }
    };
}

calls!(
    GetSession,
    SetPin,
    Unlock,
    Lock,
    GetToday,
    ListCases,
    SearchCases,
    OpenCase,
    Act,
    SetField,
    RevealField,
    RevealConflict,
    ListReveals,
    SettleField,
    AddFile,
    GetFile,
    ListPapers,
    FindPeople,
    FindTwins,
    OpenPerson,
    RegisterPerson,
    ActOnPerson,
    RevealFact,
    FillFromPerson,
    GetMyData,
    ListWipe,
    ApproveWipe,
    StartDraft,
    ListDrafts,
    GetDraft,
    SaveDraft,
    DropDraft,
    PreviewDraft,
    ReceiveDraft,
    ListItems,
    GetItem,
    GetSync,
    SyncNow,
    LookAtWipe,
    ListWiped,
);

/// The first byte names the call, the rest is its JSON. What comes back is an answer or a reason, and the engine goes on.
pub(super) fn call(bytes: &[u8]) {
    let Some((which, json)) = bytes.split_first() else { return };
    let Some(name) = NAMES.get(usize::from(*which) % NAMES.len()) else { return };
    let Ok(body) = serde_json::from_slice::<Value>(json) else { return };
    village::with(|village| {
        let failed = by_name(village, name, body).err();
        assert!(
            !matches!(failed, Some(Failure::Storage { .. } | Failure::Internal { .. })),
            "{name} is refused with a reason that a person can act on: {failed:?}"
        );
        if matches!(village.station.call(api::GetToday {}), Err(Failure::Locked)) {
            village.inputs = u32::MAX; // somebody signed out, or in with another PIN
            return;
        }
        village.still_works();
    });
}

fn sample<C: Call>(call: &C) -> Vec<u8> {
    let which = NAMES.iter().position(|name| *name == C::NAME).unwrap_or(0);
    let json = must("JSON", serde_json::to_vec(call));
    [vec![u8::try_from(which).unwrap_or(0)], json].concat()
}

/// One of each kind that carries anything.
pub(super) fn samples() -> Vec<Vec<u8>> {
    village::with(|village| {
        let id = village.case;
        let (agent, pin) = (must("a staff number", QIMUGE.parse()), PIN.to_owned());
        let draft = village.station.draft(&QIAN_XIUYING, "YB-001", Papers::All, |_| {});
        let saved = Box::new(village.station.saved(draft));
        let view = api::View::All;
        let after = Some(api::PageKey("1.2".into()));
        let file = daiban_model::ids::FileHash([4; 32]);
        let all = vec![
            sample(&api::SetPin { agent, pin: pin.clone() }),
            sample(&api::Unlock { agent: must("a staff number", QIMUGE.parse()), pin }),
            sample(&api::ListCases { view, after: after.clone(), limit: 200 }),
            sample(&api::SearchCases { text: "钱秀英 qxy 0002".into(), after, limit: 50 }),
            sample(&api::OpenCase { id }),
            sample(&api::Act { id, command: Command::Note { text: "下周上门".into() } }),
            sample(&api::Act { id, command: Command::HandOver { to: "苏木便民服务中心".into() } }),
            sample(&api::Act { id, command: Command::Withdraw { reason: "本人要求".into(), papers_returned: 2 } }),
            sample(&api::SetField { id, field: Field::Address, value: "缸房地村".into() }),
            sample(&api::RevealField { id, field: Field::CitizenId, why: api::Why::FillForm }),
            sample(&api::SettleField {
                id,
                field: Field::Phone,
                kept: api::Kept::Typed { value: "0472-0000001".into() },
            }),
            sample(&api::AddFile {
                case: id,
                paper: "本人身份证".into(),
                label: "a.jpg".into(),
                bytes: api::Bytes(vec![255, 216, 255]),
            }),
            sample(&api::GetFile { case: id, file, size: api::FileSize::Thumb }),
            sample(&api::ListPapers { id }),
            sample(&api::FindPeople { text: "赵云凤".into() }),
            sample(&api::StartDraft { from: Some(id), item: None }),
            sample(&api::SaveDraft { draft: saved }),
            sample(&api::PreviewDraft { id: draft }),
            sample(&api::ReceiveDraft { id: draft }),
        ];
        village.station.ask(api::DropDraft { id: draft });
        all
    })
}
