//! Rows of people, households and enterprises: written, found, and told apart from others that look alike.

use daiban_model::wire::DocId;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::search;
use crate::query::{Term, Tokens};
use crate::store::{Eyes, MOST_PEOPLE, PeopleQuery, PersonRecord, Rows, StoreError};

/// Rows read at a time while those that may be seen are picked out.
const RUN: usize = 500;

pub(super) fn store(tx: &Connection, records: &[PersonRecord]) -> Result<(), StoreError> {
    const KNOWN: &str = "SELECT row, tokens FROM person_row WHERE doc = ?1";
    const INSERT: &str = "
        INSERT INTO person_row (doc, scope, handler, number, born, household, tokens, kept)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    const REPLACE: &str = "
        UPDATE person_row SET scope = ?2, handler = ?3, number = ?4, born = ?5, household = ?6, tokens = ?7, kept = ?8
        WHERE doc = ?1";
    for record in records {
        let doc = record.shown.id.0.into_bytes();
        let kept = serde_json::to_string(record).map_err(|fault| StoreError::Backend(Box::new(fault)))?;
        let digest = blake3::hash(record.tokens.text.as_bytes()).as_bytes()[..16].to_vec();
        let values = params![
            doc,
            record.scope.number(),
            record.handler.as_ref().map(ToString::to_string),
            record.number,
            record.born,
            record.household.map(|household| household.0.into_bytes()),
            digest,
            kept,
        ];
        let known: Option<(i64, Vec<u8>)> =
            tx.prepare_cached(KNOWN)?.query_row([doc], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        match known {
            None => {
                let row = tx.prepare_cached(INSERT)?.insert(values)?;
                index(tx, row, &record.tokens)?;
            }
            Some((row, before)) => {
                tx.prepare_cached(REPLACE)?.execute(values)?;
                if before != digest {
                    tx.prepare_cached("DELETE FROM person_search WHERE rowid = ?1")?.execute([row])?;
                    index(tx, row, &record.tokens)?;
                }
            }
        }
    }
    Ok(())
}

fn index(tx: &Connection, row: i64, tokens: &Tokens) -> Result<(), StoreError> {
    const INDEX: &str = "INSERT INTO person_search (rowid, tokens) VALUES (?1, ?2)";
    tx.prepare_cached(INDEX)?.execute(params![row, tokens.text])?;
    Ok(())
}

pub(super) fn wipe(tx: &Connection) -> Result<(), StoreError> {
    tx.execute("DELETE FROM person_row", [])?;
    tx.execute("INSERT INTO person_search (person_search) VALUES ('delete-all')", [])?;
    Ok(())
}

pub(super) fn ask(tx: &Connection, query: &PeopleQuery) -> Result<Rows, StoreError> {
    const ALIKE: &str = "
        SELECT kept FROM person_row WHERE row IN (
            SELECT row FROM person_row WHERE number = ?1 AND number <> ''
            UNION SELECT row FROM person_row WHERE born = ?2 AND born > 0)
        ORDER BY row LIMIT ?3";
    const MEMBERS: &str = "
        SELECT kept FROM person_row WHERE household = ?1 AND household IS NOT NULL ORDER BY row LIMIT ?2";
    let most = i64::try_from(MOST_PEOPLE).unwrap_or(i64::MAX);
    let people = match query {
        PeopleQuery::Find { terms, eyes, limit } => find(tx, terms, eyes, usize::from(*limit))?,
        PeopleQuery::Alike { number, born } => read(tx.prepare_cached(ALIKE)?.query(params![number, born, most])?)?,
        PeopleQuery::Members(household) => {
            read(tx.prepare_cached(MEMBERS)?.query(params![household.0.into_bytes(), most])?)?
        }
        PeopleQuery::ByDoc(docs) => by_doc(tx, docs)?,
    };
    Ok(Rows { people, ..Rows::default() })
}

/// Along the index from the one that came last; who may see a row is settled row by row.
fn find(tx: &Connection, terms: &[Term], eyes: &Eyes, limit: usize) -> Result<Vec<PersonRecord>, StoreError> {
    const FIND: &str = "
        SELECT r.kept, r.row FROM person_search CROSS JOIN person_row r ON r.row = person_search.rowid
        WHERE person_search MATCH ?1 AND person_search.rowid < ?2 ORDER BY person_search.rowid DESC LIMIT ?3";
    let asked = search::asked(terms).join(" AND ");
    let (mut found, mut before) = (Vec::new(), i64::MAX);
    if asked.is_empty() {
        return Ok(found);
    }
    let run = i64::try_from(RUN).unwrap_or(i64::MAX);
    while found.len() < limit {
        let mut statement = tx.prepare_cached(FIND)?;
        let mut rows = statement.query(params![asked, before, run])?;
        let mut read = 0;
        while let Some(row) = rows.next()? {
            (read, before) = (read + 1, row.get(1)?);
            let person = record(row)?;
            if eyes.see(person.scope, person.handler.as_ref()) && found.len() < limit {
                found.push(person);
            }
        }
        if read < RUN {
            break;
        }
    }
    Ok(found)
}

fn by_doc(tx: &Connection, docs: &[DocId]) -> Result<Vec<PersonRecord>, StoreError> {
    let mut statement = tx.prepare_cached("SELECT kept FROM person_row WHERE doc = ?1")?;
    let mut people = Vec::new();
    for doc in docs {
        people.extend(statement.query_row([doc], |row| Ok(record(row))).optional()?.transpose()?);
    }
    Ok(people)
}

fn read(mut rows: rusqlite::Rows<'_>) -> Result<Vec<PersonRecord>, StoreError> {
    let mut people = Vec::new();
    while let Some(row) = rows.next()? {
        people.push(record(row)?);
    }
    Ok(people)
}

fn record(row: &Row<'_>) -> Result<PersonRecord, StoreError> {
    let kept = row.get_ref(0)?.as_str().unwrap_or_default();
    serde_json::from_str(kept).map_err(|_| StoreError::Damaged { what: "person_row" })
}
