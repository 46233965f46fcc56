//! Erasing a document or a division. What the server keeps of deleted rows goes with its next VACUUM.

use daiban_core::store::{Erased, StoreError};
use daiban_model::ids::ScopeCode;

use super::columns::{self, scope_number};
use super::fault::Fault;
use super::flight::values;
use super::line::Line;

/// One after the other, each on what the last one left.
pub(super) async fn erase(line: &Line, erased: &[Erased]) -> Result<(), Fault> {
    for one in erased {
        match one {
            Erased::Doc(doc) => docs(line, vec![doc.to_vec()]).await?,
            Erased::Scope(scope) => {
                docs(line, docs_of(line, *scope).await?).await?;
                feed(line, *scope).await?;
            }
        }
    }
    Ok(())
}

async fn docs_of(line: &Line, scope: ScopeCode) -> Result<Vec<Vec<u8>>, Fault> {
    const LOCK: &str = "SELECT 1 FROM scope_seq WHERE scope = $1 FOR UPDATE";
    const DOCS: &str = "
        SELECT id FROM doc WHERE scope = $1
        UNION SELECT c.doc FROM change c WHERE c.scope = $1 AND NOT EXISTS (SELECT 1 FROM doc d WHERE d.id = c.doc)";
    let mut flight = line.flight();
    flight.send(LOCK, values![scope_number(scope)]).await;
    let seat = flight.send(DOCS, values![scope_number(scope)]).await;
    let rows = flight.land().await?.rows(seat);
    Ok(rows.iter().map(|row| columns::value(row, 0)).collect::<Result<_, StoreError>>()?)
}

async fn docs(line: &Line, docs: Vec<Vec<u8>>) -> Result<(), Fault> {
    const UNSEALED: &str = "SELECT 1 FROM outbox WHERE segment IS NULL AND doc = ANY ($1::bytea[]) LIMIT 1";
    const TALLY: &str = "
        UPDATE case_tally t SET
            open = t.open - r.open, supplementing = t.supplementing - r.supplementing, finished = t.finished - r.finished,
            no_limit = t.no_limit - r.no_limit, attention = t.attention - r.attention, n = t.n - r.n
        FROM (
            SELECT scope, coalesce(handler, '') AS handler, sum(1 - standing) AS open, sum(supplementing) AS supplementing,
                   sum(standing) AS finished, sum(no_limit) AS no_limit, sum(attention) AS attention, count(*) AS n
            FROM case_row WHERE doc = ANY ($1::bytea[]) GROUP BY 1, 2
        ) r
        WHERE t.scope = r.scope AND t.handler = r.handler";
    const GONE: [&str; 7] = [
        "DELETE FROM case_row WHERE doc = ANY ($1::bytea[])",
        "DELETE FROM person_row WHERE doc = ANY ($1::bytea[])",
        "DELETE FROM outbox WHERE doc = ANY ($1::bytea[])",
        "DELETE FROM record r USING change c WHERE c.id = r.change AND c.doc = ANY ($1::bytea[])",
        "DELETE FROM snapshot WHERE doc = ANY ($1::bytea[])",
        "DELETE FROM change WHERE doc = ANY ($1::bytea[])",
        "DELETE FROM doc WHERE id = ANY ($1::bytea[])",
    ];
    let mut flight = line.flight();
    let seat = flight.send(UNSEALED, values![docs.clone()]).await;
    if !flight.land().await?.rows(seat).is_empty() {
        return Err(StoreError::Clash.into());
    }
    let mut flight = line.flight();
    flight.send(TALLY, values![docs.clone()]).await;
    for sql in GONE {
        flight.send(sql, values![docs.clone()]).await;
    }
    flight.land().await.map(drop)
}

/// What is left of a feed.
async fn feed(line: &Line, scope: ScopeCode) -> Result<(), Fault> {
    const GONE: [&str; 8] = [
        "DELETE FROM record r USING segment s WHERE s.id = r.segment AND s.scope = $1",
        "DELETE FROM feed WHERE scope = $1",
        "DELETE FROM scope_seq WHERE scope = $1",
        "UPDATE change c SET segment = NULL FROM segment s
         WHERE s.id = c.segment AND s.scope = $1 AND NOT EXISTS (SELECT 1 FROM sealed o WHERE o.segment = s.id)",
        "DELETE FROM segment s WHERE s.scope = $1 AND NOT EXISTS (SELECT 1 FROM sealed o WHERE o.segment = s.id)",
        "DELETE FROM cursor WHERE scope = $1",
        "DELETE FROM pending WHERE scope = $1",
        "DELETE FROM quarantine WHERE scope = $1",
    ];
    let mut flight = line.flight();
    for sql in GONE {
        flight.send(sql, values![scope_number(scope)]).await;
    }
    flight.land().await.map(drop)
}
