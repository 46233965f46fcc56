//! Writing the rows of cases and what they are found by.

use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::search;
use crate::store::{CaseRecord, Flag, Standing, StoreError};

/// Sorts after every date.
pub(super) const NO_DATE: u32 = 99_999_999;

/// The columns lists sort and filter by. Most acts leave most of them, and an index that is not touched is not written.
#[derive(PartialEq, Eq)]
struct Keys {
    sorted: Sorted,
    number: Number,
    counted: Counted,
    tokens: [u8; 16],
}

#[derive(PartialEq, Eq)]
struct Sorted {
    due: u32,
    remind: u32,
    citizen_id: String,
    item: String,
    person: Option<[u8; 16]>,
}

/// What a device's numbers of a day are found by; written once.
#[derive(PartialEq, Eq)]
struct Number {
    numbered: i64,
    counter: u16,
}

#[derive(PartialEq, Eq)]
struct Counted {
    scope: u64,
    handler: Option<String>,
    standing: u8,
    supplementing: u8,
    no_limit: u8,
    attention: u8,
}

/// A day and a device as one column holds them.
pub(super) fn numbered(date: Date, device: u8) -> i64 {
    let part = |n: i8| i64::from(n);
    let day = i64::from(date.year()) * 10_000 + part(date.month()) * 100 + part(date.day());
    day * 100 + i64::from(device)
}

impl Keys {
    fn of(record: &CaseRecord) -> Self {
        let mut tokens = [0; 16];
        tokens.copy_from_slice(&blake3::hash(indexed(record).as_bytes()).as_bytes()[..16]);
        Self {
            sorted: Sorted {
                due: record.due.unwrap_or(NO_DATE),
                remind: record.remind.unwrap_or(NO_DATE),
                citizen_id: record.citizen_id.clone(),
                item: record.item.clone(),
                person: record.person.map(|person| person.0.into_bytes()),
            },
            number: record.number().map_or(Number { numbered: 0, counter: 0 }, |number| Number {
                numbered: numbered(number.date(), number.device()),
                counter: number.counter(),
            }),
            counted: Counted {
                scope: record.scope.number(),
                handler: record.handler.as_ref().map(ToString::to_string),
                standing: u8::from(record.standing == Standing::Finished),
                supplementing: u8::from(record.supplementing == Flag::Yes),
                no_limit: u8::from(record.no_limit == Flag::Yes),
                attention: u8::from(record.shown.attention > 0),
            },
            tokens,
        }
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<(i64, Self)> {
        let sorted = Sorted {
            due: row.get(1)?,
            citizen_id: row.get(2)?,
            item: row.get(3)?,
            person: row.get(13)?,
            remind: row.get(14)?,
        };
        let counted = Counted {
            scope: row.get(4)?,
            handler: row.get(5)?,
            standing: row.get(6)?,
            supplementing: row.get(7)?,
            no_limit: row.get(8)?,
            attention: row.get(9)?,
        };
        let number = Number { numbered: row.get(11)?, counter: row.get(12)? };
        Ok((row.get(0)?, Self { sorted, number, counted, tokens: row.get(10)? }))
    }
}

pub(super) fn store(tx: &Connection, records: &[CaseRecord]) -> Result<(), StoreError> {
    const KNOWN: &str = "
        SELECT row, due, citizen_id, item, scope, handler, standing, supplementing, no_limit, attention, tokens,
               numbered, counter, person, remind
        FROM case_row WHERE doc = ?1";
    for record in records {
        let doc = record.shown.id.0.into_bytes();
        let shown = serde_json::to_string(&record.shown).map_err(|fault| StoreError::Backend(Box::new(fault)))?;
        let keys = Keys::of(record);
        match tx.prepare_cached(KNOWN)?.query_row([doc], Keys::read).optional()? {
            Some((row, known)) => {
                replace(tx, row, &known, &keys, record.updated_ms, &shown)?;
                if known.tokens != keys.tokens {
                    tx.prepare_cached("DELETE FROM case_search WHERE rowid = ?1")?.execute([row])?;
                    index(tx, row, &indexed(record))?;
                }
            }
            None => {
                let row = insert(tx, &doc, &keys, record.updated_ms, &shown)?;
                index(tx, row, &indexed(record))?;
            }
        }
    }
    Ok(())
}

/// What the index holds of a case: its tokens, and who may see it.
fn indexed(record: &CaseRecord) -> String {
    let mut text = record.tokens.text.clone();
    for mark in search::marks(record.scope, record.handler.as_ref()) {
        text.push(' ');
        text.push_str(&mark);
    }
    text
}

fn index(tx: &Connection, row: i64, tokens: &str) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO case_search (rowid, tokens) VALUES (?1, ?2)")?.execute(params![row, tokens])?;
    Ok(())
}

fn insert(tx: &Connection, doc: &[u8; 16], keys: &Keys, updated_ms: u64, shown: &str) -> Result<i64, StoreError> {
    const INSERT: &str = "
        INSERT INTO case_row (doc, scope, handler, standing, due, supplementing, no_limit, attention, updated_ms,
                              citizen_id, item, tokens, shown, numbered, counter, person, remind)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)";
    let Keys { sorted, number, counted, tokens } = keys;
    Ok(tx.prepare_cached(INSERT)?.insert(params![
        doc,
        counted.scope,
        counted.handler,
        counted.standing,
        sorted.due,
        counted.supplementing,
        counted.no_limit,
        counted.attention,
        updated_ms,
        sorted.citizen_id,
        sorted.item,
        tokens,
        shown,
        number.numbered,
        number.counter,
        sorted.person,
        sorted.remind,
    ])?)
}

/// Writes what changed and no other column: SQLite rewrites every index that a named column stands in.
fn replace(
    tx: &Connection,
    row: i64,
    known: &Keys,
    keys: &Keys,
    updated_ms: u64,
    shown: &str,
) -> Result<(), StoreError> {
    const SHOWN: &str = "UPDATE case_row SET shown = ?2, updated_ms = ?3, tokens = ?4 WHERE row = ?1";
    const SORTED: &str =
        "UPDATE case_row SET due = ?2, citizen_id = ?3, item = ?4, person = ?5, remind = ?6 WHERE row = ?1";
    const COUNTED: &str = "
        UPDATE case_row
        SET scope = ?2, handler = ?3, standing = ?4, supplementing = ?5, no_limit = ?6, attention = ?7 WHERE row = ?1";
    const NUMBER: &str = "UPDATE case_row SET numbered = ?2, counter = ?3 WHERE row = ?1";
    let Keys { sorted, number, counted, tokens } = keys;
    tx.prepare_cached(SHOWN)?.execute(params![row, shown, updated_ms, tokens])?;
    if known.sorted != *sorted {
        tx.prepare_cached(SORTED)?.execute(params![
            row,
            sorted.due,
            sorted.citizen_id,
            sorted.item,
            sorted.person,
            sorted.remind
        ])?;
    }
    if known.number != *number {
        tx.prepare_cached(NUMBER)?.execute(params![row, number.numbered, number.counter])?;
    }
    if known.counted != *counted {
        let Counted { scope, handler, standing, supplementing, no_limit, attention } = counted;
        tx.prepare_cached(COUNTED)?.execute(params![
            row,
            scope,
            handler,
            standing,
            supplementing,
            no_limit,
            attention
        ])?;
    }
    Ok(())
}

pub(super) fn wipe(tx: &Connection) -> Result<(), StoreError> {
    tx.execute("DELETE FROM case_row", [])?;
    tx.execute("DELETE FROM case_tally", [])?;
    tx.execute("INSERT INTO case_search (case_search) VALUES ('delete-all')", [])?;
    Ok(())
}
