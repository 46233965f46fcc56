//! Writing the rows of cases and what they are found by.

use std::collections::HashMap;

use daiban_core::store::{CaseRecord, Flag, Standing, StoreError};
use jiff::civil::Date;

use super::columns::{self, scope_number};
use super::flight::{Flight, values};
use super::search;

/// Sorts after every date.
pub(super) const NO_DATE: u32 = 99_999_999;

/// Stores rows; one that is there is replaced as a whole, but keeps its place among the others.
pub(super) async fn send<'a>(flight: &mut Flight<'a>, records: &'a [CaseRecord]) -> Result<(), StoreError> {
    const STORE: &str = "
        INSERT INTO case_row (doc, scope, handler, standing, due, supplementing, no_limit, attention, updated_ms, citizen_id,
                              item, tokens, words, shown, numbered, counter, person, remind)
        SELECT g.doc, g.scope, g.handler, g.standing, g.due, g.supplementing, g.no_limit, g.attention, g.updated_ms,
               g.citizen_id, g.item, g.tokens, g.words::tsvector, g.shown, g.numbered, g.counter, g.person, g.remind
        FROM unnest($1::bytea[], $2::int8[], $3::text[], $4::int2[], $5::int8[], $6::int2[], $7::int2[], $8::int2[],
                    $9::int8[], $10::bytea[], $11::bytea[], $12::text[], $13::text[], $14::text[],
                    $15::int8[], $16::int8[], $17::bytea[], $18::int8[])
            g (doc, scope, handler, standing, due, supplementing, no_limit, attention, updated_ms, citizen_id, item, tokens,
               words, shown, numbered, counter, person, remind)
        ON CONFLICT (doc) DO UPDATE SET
            scope = excluded.scope, handler = excluded.handler, standing = excluded.standing, due = excluded.due,
            supplementing = excluded.supplementing, no_limit = excluded.no_limit, attention = excluded.attention,
            updated_ms = excluded.updated_ms, citizen_id = excluded.citizen_id, item = excluded.item,
            tokens = excluded.tokens, words = excluded.words, shown = excluded.shown,
            numbered = excluded.numbered, counter = excluded.counter, person = excluded.person,
            remind = excluded.remind";
    let records = last_of_each(records);
    if records.is_empty() {
        return Ok(());
    }
    let shown = |record: &&CaseRecord| {
        serde_json::to_string(&record.shown).map_err(|fault| StoreError::Backend(Box::new(fault)))
    };
    let number = |record: &&CaseRecord| {
        let number = record.number()?;
        Some((numbered(number.date(), number.device()), i64::from(number.counter())))
    };
    let numbers: Vec<(i64, i64)> = records.iter().map(|record| number(record).unwrap_or_default()).collect();
    let values = values![
        records.iter().map(|record| record.shown.id.0.into_bytes().to_vec()).collect::<Vec<_>>(),
        records.iter().map(|record| scope_number(record.scope)).collect::<Vec<_>>(),
        records.iter().map(|record| record.handler.as_ref().map(|agent| agent.as_str())).collect::<Vec<_>>(),
        records.iter().map(|record| i16::from(record.standing == Standing::Finished)).collect::<Vec<_>>(),
        records.iter().map(|record| i64::from(record.due.unwrap_or(NO_DATE))).collect::<Vec<_>>(),
        records.iter().map(|record| flag(record.supplementing)).collect::<Vec<_>>(),
        records.iter().map(|record| flag(record.no_limit)).collect::<Vec<_>>(),
        records.iter().map(|record| i16::from(record.shown.attention > 0)).collect::<Vec<_>>(),
        records.iter().map(|record| columns::int(record.updated_ms)).collect::<Result<Vec<_>, _>>()?,
        records.iter().map(|record| record.citizen_id.as_bytes()).collect::<Vec<_>>(),
        records.iter().map(|record| record.item.as_bytes()).collect::<Vec<_>>(),
        records.iter().map(|record| search::apart(&record.tokens.text)).collect::<Vec<_>>(),
        records.iter().map(|record| search::vector(&record.tokens.text)).collect::<Vec<_>>(),
        records.iter().map(shown).collect::<Result<Vec<_>, _>>()?,
        numbers.iter().map(|number| number.0).collect::<Vec<_>>(),
        numbers.iter().map(|number| number.1).collect::<Vec<_>>(),
        records.iter().map(|record| record.person.map(|person| person.0.into_bytes().to_vec())).collect::<Vec<_>>(),
        records.iter().map(|record| i64::from(record.remind.unwrap_or(NO_DATE))).collect::<Vec<_>>(),
    ];
    flight.send(STORE, values).await;
    Ok(())
}

/// A day and a device as one column holds them.
pub(super) fn numbered(date: Date, device: u8) -> i64 {
    let day = i64::from(date.year()) * 10_000 + i64::from(date.month()) * 100 + i64::from(date.day());
    day * 100 + i64::from(device)
}

fn flag(flag: Flag) -> i16 {
    i16::from(flag == Flag::Yes)
}

/// A case that comes twice has the place of its first row and the content of its last.
fn last_of_each(records: &[CaseRecord]) -> Vec<&CaseRecord> {
    let mut all: Vec<&CaseRecord> = Vec::with_capacity(records.len());
    let mut places = HashMap::with_capacity(records.len());
    for record in records {
        match places.get(&record.shown.id) {
            Some(place) => all[*place] = record,
            None => {
                places.insert(record.shown.id, all.len());
                all.push(record);
            }
        }
    }
    all
}

/// Empties the cache.
pub(super) async fn wipe(flight: &mut Flight<'_>) {
    flight.send("DELETE FROM case_row", Vec::new()).await;
    flight.send("DELETE FROM case_tally", Vec::new()).await;
}
