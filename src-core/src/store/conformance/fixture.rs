//! Invented devices, segments, changes and cases, small enough to read in a check.

use daiban_model::api::{CaseRow, PersonRow};
use daiban_model::case::Stage;
use daiban_model::ids::{AgentId, CaseId, DeviceId, PersonId, ScopeCode};
use daiban_model::person::Kind;
use daiban_model::stamp::{Hlc, Wall};
use daiban_model::wire::{DocId, Hash, Header, SegmentKey, Sig, VERSION};
use uuid::Uuid;

use crate::query::{SearchFields, Tokens};
use crate::store::{
    Batch, CaseRecord, DocKind, DocState, Eyes, Flag, PersonRecord, Placed, Sealed, Standing, StoreError, StoredChange,
    StoredSegment, chain_next,
};

/// A village of the first township (`1` to `9`) or of the second (`11` to `19`).
pub(in crate::store) fn village(n: u64) -> Result<ScopeCode, StoreError> {
    let digits = 150_205_200_200 + n / 10 * 1000 + n % 10;
    digits.to_string().parse().map_err(|_| StoreError::Damaged { what: "fixture" })
}

/// The township of such a village.
pub(in crate::store) fn township(n: u64) -> Result<ScopeCode, StoreError> {
    village(n).map(ScopeCode::parent)
}

pub(in crate::store) fn agent(n: u32) -> Result<AgentId, StoreError> {
    ["SG-", &n.to_string()].concat().parse().map_err(|_| StoreError::Damaged { what: "fixture" })
}

pub(in crate::store) fn device(n: u8) -> DeviceId {
    DeviceId([n; 32])
}

pub(in crate::store) fn hash(n: u64) -> Hash {
    Hash(*blake3::hash(&n.to_le_bytes()).as_bytes())
}

pub(in crate::store) fn doc(n: u128) -> DocId {
    Uuid::from_u128(n).into_bytes()
}

/// The `number`-th segment of a device for village 1.
pub(in crate::store) fn key(of: u8, number: u32) -> Result<SegmentKey, StoreError> {
    key_in(1, of, number)
}

pub(in crate::store) fn key_in(n: u64, of: u8, number: u32) -> Result<SegmentKey, StoreError> {
    Ok(SegmentKey { device: device(of), incarnation: 0, scope: village(n)?, number })
}

/// A frame under this key; its root follows from the key.
pub(in crate::store) fn segment(key: SegmentKey) -> Result<StoredSegment, StoreError> {
    let SegmentKey { device, incarnation, scope, number } = key;
    let agent = agent(1)?;
    let hlc = Hlc { ms: 1_772_415_000_000 + u64::from(number), counter: 7 };
    let header = Header {
        version: VERSION,
        device,
        incarnation,
        scope,
        number,
        prev: hash(u64::from(number) - 1),
        hlc,
        agent,
        count: 1,
    };
    let root = hash(scope.number() ^ (u64::from(device.0[0]) << 48) ^ u64::from(number));
    Ok(StoredSegment { header, root, sig: Sig([9; 64]), received_ms: 1_772_415_000_500 })
}

/// A change that is not yet sent: `n` makes its hash and bytes, `seq` is its actor's number.
pub(in crate::store) fn change(n: u64, doc: DocId, seq: u64) -> Result<StoredChange, StoreError> {
    let bytes = [&n.to_le_bytes()[..], &[7; 92]].concat();
    Ok(StoredChange { hash: hash(n), doc, scope: village(1)?, actor: [1; 16], actor_seq: seq, segment: None, bytes })
}

/// A change that came in a segment.
pub(in crate::store) fn carried(
    n: u64,
    doc: DocId,
    seq: u64,
    key: SegmentKey,
    ordinal: u32,
) -> Result<StoredChange, StoreError> {
    let actor = [key.device.0[0]; 16];
    Ok(StoredChange { segment: Some((key, ordinal)), actor, scope: key.scope, ..change(n, doc, seq)? })
}

pub(in crate::store) fn state(doc: DocId, heads: Vec<Hash>) -> Result<DocState, StoreError> {
    Ok(DocState { doc, kind: DocKind::Case, scope: village(1)?, heads })
}

/// Segment `number` of device 2 with one change in it.
pub(in crate::store) fn foreign(number: u32, doc: DocId) -> Result<Batch, StoreError> {
    let key = key(2, number)?;
    let change = carried(1000 + u64::from(number), doc, u64::from(number), key, 0)?;
    Ok(Batch { segments: vec![segment(key)?], changes: vec![change], ..Batch::default() })
}

/// An own change on its way into the outbox.
pub(in crate::store) fn own(n: u64, doc: DocId, seq: u64) -> Result<Batch, StoreError> {
    let change = change(n, doc, seq)?;
    let docs = vec![state(doc, vec![change.hash])?];
    Ok(Batch { outbox: vec![change.hash], docs, changes: vec![change], ..Batch::default() })
}

/// Own changes sealed into segment `number` of device 1.
pub(in crate::store) fn sealing(number: u32, changes: &[u64]) -> Result<Batch, StoreError> {
    let key = key(1, number)?;
    let sealed = Sealed { key, hashes: changes.iter().map(|n| hash(*n)).collect() };
    Ok(Batch { segments: vec![segment(key)?], sealed: vec![sealed], ..Batch::default() })
}

/// The places of segments one after the other from the beginning.
pub(in crate::store) fn places(keys: &[SegmentKey]) -> Result<Vec<Placed>, StoreError> {
    let mut chain = Hash::default();
    let place = |(seq, key): (u64, &SegmentKey)| {
        chain = chain_next(chain, segment(*key)?.root);
        Ok(Placed { key: *key, seq, chain })
    };
    (1..).zip(keys).map(place).collect()
}

pub(in crate::store) fn eyes(serves: &[ScopeCode]) -> Eyes {
    Eyes { serves: serves.to_vec(), only: None }
}

/// An open case of village 1 without a date.
pub(in crate::store) fn case(n: u128, name: &str) -> Result<CaseRecord, StoreError> {
    let number = ["石拐-200201-20260302-07-", &(10_000 + n).to_string()[1..]].concat();
    let citizen_id = ["150205196", &(1000 + n % 9000).to_string(), "10000"].concat();
    let item = "城乡居民养老保险待遇申领".to_owned();
    let tokens = Tokens::of(&SearchFields {
        name,
        citizen_id: &citizen_id,
        phone: &(13_800_000_000 + n).to_string(),
        number: &number,
        item_name: &item,
        item_initials: "cxjmylbxdysl",
        ..SearchFields::default()
    });
    let shown = CaseRow {
        id: CaseId(Uuid::from_u128(n)),
        number,
        name: name.to_owned(),
        id_tail: "0000".to_owned(),
        item,
        stage: Stage::Supplementing { notice: 1 },
        place: "红旗村".to_owned(),
        pressing: None,
        days_left: Some(-3),
        since: Wall(1_772_415_000_000),
        attention: 0,
        reserved: 0,
    };
    Ok(CaseRecord {
        shown,
        scope: village(1)?,
        handler: Some(agent(1)?),
        citizen_id,
        item: "RS-001".to_owned(),
        person: None,
        standing: Standing::Open,
        due: None,
        remind: None,
        supplementing: Flag::No,
        no_limit: Flag::No,
        updated_ms: 1_772_415_000_000,
        tokens,
    })
}

/// Somebody registered in village 1.
pub(in crate::store) fn person(n: u128, name: &str) -> Result<PersonRecord, StoreError> {
    let number = ["150205196", &(1000 + n % 9000).to_string(), "10000"].concat();
    let phone = (13_800_000_000 + n).to_string();
    let tokens = Tokens::of(&SearchFields { name, citizen_id: &number, phone: &phone, ..SearchFields::default() });
    let shown = PersonRow {
        id: PersonId(Uuid::from_u128(n)),
        kind: Kind::Person,
        name: name.to_owned(),
        number_masked: "150205********0000".to_owned(),
        phone_masked: "138****0000".to_owned(),
        address: String::new(),
        born_year: Some(1961),
        age: None,
        place: String::new(),
    };
    Ok(PersonRecord {
        shown,
        scope: village(1)?,
        handler: Some(agent(1)?),
        number,
        born: 19_610_101,
        household: None,
        same: Vec::new(),
        updated_ms: 1_772_415_000_000,
        tokens,
    })
}

/// Cases of all sorts, so that every view has some and lacks some.
pub(in crate::store) fn mixed(count: u128) -> Result<Vec<CaseRecord>, StoreError> {
    let yes = |is: bool| if is { Flag::Yes } else { Flag::No };
    let one = |n: u128| {
        let mut case = case(n, if n.is_multiple_of(3) { "赵桂香" } else { "王芳" })?;
        case.due = (!n.is_multiple_of(4)).then(|| 20_260_301 + (n * 7 % 20) as u32);
        case.remind = (!n.is_multiple_of(3)).then(|| 20_260_301 + (n * 11 % 19) as u32);
        case.standing = if n.is_multiple_of(5) { Standing::Finished } else { Standing::Open };
        case.supplementing = yes(n.is_multiple_of(6));
        case.no_limit = yes(n.is_multiple_of(7));
        case.shown.attention = if n.is_multiple_of(8) { 2 } else { 0 };
        case.updated_ms = 1_772_415_000_000 + (n * 13 % 17) as u64;
        case.scope = village(if n.is_multiple_of(9) { 11 } else { 1 + (n % 2) as u64 })?;
        case.handler = if n.is_multiple_of(10) { None } else { Some(agent(1 + (n % 3) as u32)?) };
        Ok(case)
    };
    (1..=count).map(one).collect()
}

/// As a store answers it: without tokens.
pub(in crate::store) fn answered(cases: &[CaseRecord]) -> Vec<CaseRecord> {
    cases.iter().cloned().map(|case| CaseRecord { tokens: Tokens::default(), ..case }).collect()
}
