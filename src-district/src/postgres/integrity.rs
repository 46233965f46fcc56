//! Looking through the whole database: what the transactions hold together without foreign keys, feeds against their ends, figures
//! against rows. Takes as long as reading it; others read and write meanwhile, this sees one moment.

use daiban_core::store::StoreError;

use super::fault::Fault;
use super::line::Line;

/// What is looked for, and a statement that answers a row where it does not hold.
const CHECKS: [(&str, &str); 9] = [
    (
        "feed",
        "SELECT 1 FROM scope_seq e LEFT JOIN (
            SELECT scope, count(*) AS n, max(seq) AS last, min(seq) AS first FROM feed GROUP BY scope
         ) f ON f.scope = e.scope
         WHERE e.n <> coalesce(f.n, 0) OR e.n <> coalesce(f.last, 0) OR coalesce(f.first, 1) <> 1 LIMIT 1",
    ),
    ("feed", "SELECT 1 FROM feed f WHERE NOT EXISTS (SELECT 1 FROM scope_seq e WHERE e.scope = f.scope) LIMIT 1"),
    ("feed", "SELECT 1 FROM feed f LEFT JOIN segment s ON s.id = f.segment WHERE s.scope IS DISTINCT FROM f.scope LIMIT 1"),
    (
        "record",
        "SELECT 1 FROM record r LEFT JOIN segment s ON s.id = r.segment LEFT JOIN change c ON c.id = r.change
         WHERE s.id IS NULL OR c.id IS NULL LIMIT 1",
    ),
    (
        "change",
        "SELECT 1 FROM change c LEFT JOIN segment s ON s.id = c.segment
         WHERE c.segment IS NOT NULL AND s.id IS NULL LIMIT 1",
    ),
    (
        "outbox",
        "SELECT 1 FROM outbox o LEFT JOIN change c ON c.id = o.change LEFT JOIN segment s ON s.id = o.segment
         WHERE c.doc IS DISTINCT FROM o.doc OR (o.segment IS NOT NULL AND s.id IS NULL) LIMIT 1",
    ),
    ("sealed", "SELECT 1 FROM sealed o WHERE NOT EXISTS (SELECT 1 FROM segment s WHERE s.id = o.segment) LIMIT 1"),
    (
        "snapshot",
        "SELECT 1 FROM snapshot s
         WHERE s.changes <> (SELECT count(*) FROM change c WHERE c.doc = s.doc AND c.id <= s.covered) LIMIT 1",
    ),
    (
        "case_tally",
        "SELECT 1 FROM (
            SELECT scope, coalesce(handler, '') AS handler, sum(1 - standing) AS open, sum(supplementing) AS supplementing,
                   sum(no_limit) AS no_limit, sum(attention) AS attention, count(*) AS n
            FROM case_row GROUP BY 1, 2
         ) r FULL JOIN (SELECT * FROM case_tally WHERE n <> 0) t USING (scope, handler)
         WHERE (r.open, r.supplementing, r.no_limit, r.attention, r.n)
            IS DISTINCT FROM (t.open, t.supplementing, t.no_limit, t.attention, t.n) LIMIT 1",
    ),
];

/// Reads everything, and tells the first thing that does not hold.
pub(super) async fn look_through(line: &mut Line) -> Result<(), Fault> {
    let mut flight = line.begin(super::READING).await;
    // Whole tables are read here, by whatever plan reads them fastest.
    flight
        .say(
            "SET LOCAL statement_timeout = 0; SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; \
             SET LOCAL enable_mergejoin = on",
        )
        .await;
    flight.land().await?;
    for (what, sql) in CHECKS {
        let mut flight = line.flight();
        let seat = flight.send(sql, Vec::new()).await;
        if !flight.land().await?.rows(seat).is_empty() {
            return Err(StoreError::Damaged { what }.into());
        }
    }
    let mut flight = line.flight();
    flight.say("COMMIT").await;
    flight.land().await?;
    line.done();
    Ok(())
}
