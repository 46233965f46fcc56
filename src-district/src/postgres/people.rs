//! Rows of people, households and enterprises: written, found, and told apart from others that look alike.

use std::collections::HashMap;

use daiban_core::query::Term;
use daiban_core::store::{Eyes, MOST_PEOPLE, PeopleQuery, PersonRecord, Rows, StoreError};
use daiban_model::wire::DocId;
use tokio_postgres::Row;

use super::columns::{self, scope_number};
use super::fault::Fault;
use super::flight::{Flight, Seat, values};
use super::line::Line;
use super::search;
use super::views::Seen;

/// Stores rows; one that is there is replaced as a whole, but keeps its place among the others.
pub(super) async fn send<'a>(flight: &mut Flight<'a>, records: &'a [PersonRecord]) -> Result<(), StoreError> {
    const STORE: &str = "
        INSERT INTO person_row (doc, scope, handler, number, born, household, tokens, words, kept)
        SELECT g.doc, g.scope, g.handler, g.number, g.born, g.household, g.tokens, g.words::tsvector, g.kept
        FROM unnest($1::bytea[], $2::int8[], $3::text[], $4::bytea[], $5::int8[], $6::bytea[], $7::text[], $8::text[],
                    $9::text[])
            g (doc, scope, handler, number, born, household, tokens, words, kept)
        ON CONFLICT (doc) DO UPDATE SET
            scope = excluded.scope, handler = excluded.handler, number = excluded.number, born = excluded.born,
            household = excluded.household, tokens = excluded.tokens, words = excluded.words, kept = excluded.kept";
    let records = last_of_each(records);
    if records.is_empty() {
        return Ok(());
    }
    let kept =
        |record: &&PersonRecord| serde_json::to_string(record).map_err(|fault| StoreError::Backend(Box::new(fault)));
    let household = |record: &&PersonRecord| record.household.map(|household| household.0.into_bytes().to_vec());
    let values = values![
        records.iter().map(|record| record.shown.id.0.into_bytes().to_vec()).collect::<Vec<_>>(),
        records.iter().map(|record| scope_number(record.scope)).collect::<Vec<_>>(),
        records.iter().map(|record| record.handler.as_ref().map(|agent| agent.as_str())).collect::<Vec<_>>(),
        records.iter().map(|record| record.number.as_bytes()).collect::<Vec<_>>(),
        records.iter().map(|record| i64::from(record.born)).collect::<Vec<_>>(),
        records.iter().map(household).collect::<Vec<_>>(),
        records.iter().map(|record| search::apart(&record.tokens.text)).collect::<Vec<_>>(),
        records.iter().map(|record| search::vector(&record.tokens.text)).collect::<Vec<_>>(),
        records.iter().map(kept).collect::<Result<Vec<_>, _>>()?,
    ];
    flight.send(STORE, values).await;
    Ok(())
}

/// One that comes twice has the place of its first row and the content of its last.
fn last_of_each(records: &[PersonRecord]) -> Vec<&PersonRecord> {
    let mut all: Vec<&PersonRecord> = Vec::with_capacity(records.len());
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
    flight.send("DELETE FROM person_row", Vec::new()).await;
}

/// Answers a question about people.
pub(super) async fn ask(line: &mut Line, query: &PeopleQuery) -> Result<Rows, Fault> {
    const ALIKE: &str = "
        SELECT kept FROM person_row WHERE id IN (
            SELECT id FROM person_row WHERE number = $1 AND number <> ''::bytea
            UNION SELECT id FROM person_row WHERE born = $2 AND born > 0)
        ORDER BY id LIMIT $3";
    const MEMBERS: &str = "
        SELECT kept FROM person_row WHERE household = $1 AND household IS NOT NULL ORDER BY id LIMIT $2";
    const BY_DOC: &str = "
        SELECT r.kept FROM unnest($1::bytea[]) WITH ORDINALITY g (doc, n) JOIN person_row r ON r.doc = g.doc
        ORDER BY g.n";
    let mut flight = line.flight();
    let most = columns::bound(MOST_PEOPLE);
    let seat = match query {
        PeopleQuery::Find { terms, eyes, limit } => match find(&mut flight, terms, eyes, *limit).await {
            Some(seat) => seat,
            None => return Ok(Rows::default()),
        },
        PeopleQuery::Alike { number, born } => {
            flight.send(ALIKE, values![number.as_bytes(), i64::from(*born), most]).await
        }
        PeopleQuery::Members(household) => flight.send(MEMBERS, values![household.0.into_bytes().to_vec(), most]).await,
        PeopleQuery::ByDoc(docs) => {
            flight.send(BY_DOC, values![docs.iter().map(|doc: &DocId| &doc[..]).collect::<Vec<_>>()]).await
        }
    };
    let rows = flight.land().await?.rows(seat);
    Ok(Rows { people: rows.iter().map(record).collect::<Result<_, _>>()?, ..Rows::default() })
}

/// Latest registered first. Terms that nothing can hit are not asked.
async fn find(flight: &mut Flight<'_>, terms: &[Term], eyes: &Eyes, limit: u16) -> Option<Seat> {
    const FIND: &str = concat!(
        "SELECT r.kept FROM person_row r WHERE r.words @@ $4::text::tsquery
         AND NOT EXISTS (SELECT 1 FROM unnest($5::text[]) p WHERE strpos(r.tokens, p) = 0)",
        super::views::seen!(),
        "ORDER BY r.id DESC LIMIT $6"
    );
    let search::Asked { words, phrases } = search::asked(terms)?;
    let mut values = Seen::of(eyes).values();
    values.append(&mut values![words, phrases, i64::from(limit)]);
    Some(flight.send(FIND, values).await)
}

fn record(row: &Row) -> Result<PersonRecord, StoreError> {
    serde_json::from_str(columns::value(row, 0)?).map_err(|_| StoreError::Damaged { what: "person_row" })
}
