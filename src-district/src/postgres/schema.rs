//! The schema's version and its migrations. A newer schema is refused before anything is written.

use daiban_core::store::StoreError;

use super::columns;
use super::fault::{Fault, Trouble};
use super::flight::values;
use super::line::Line;

/// Migrations in order; the schema's version is how many were run. Never edited after a release.
const MIGRATIONS: &[&str] = &[
    include_str!("../../migrations/postgres/0001_base.sql"),
    include_str!("../../migrations/postgres/0002_scopes.sql"),
    include_str!("../../migrations/postgres/0003_people.sql"),
    include_str!("../../migrations/postgres/0004_reminders.sql"),
];

/// Whoever migrates holds this lock, so that processes started together do not do it twice.
const LOCK: i64 = 0x6461_6962_616e;

fn newest() -> u32 {
    u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX)
}

/// Brings the schema up to date, once the database is known to fit.
pub(super) async fn prepare(line: &mut Line) -> Result<(), Fault> {
    const ENCODING: &str = "SELECT current_setting('server_encoding')";
    let mut flight = line.flight();
    let seat = flight.send(ENCODING, Vec::new()).await;
    let encoding = flight.land().await?.rows(seat);
    let encoding = encoding.first().map_or(Ok(""), |row| columns::value(row, 0))?;
    if encoding != "UTF8" {
        return Err(Trouble::NotUtf8.into());
    }
    match version(line).await? {
        found if found > newest() => return Err(StoreError::NewerSchema { found }.into()),
        found if found == newest() => {}
        _ => migrate(line).await?,
    }
    forget_lanes(line).await
}

/// Lanes of processes that ended long ago. One that is still in use comes back with its next batch.
async fn forget_lanes(line: &Line) -> Result<(), Fault> {
    const FORGET: &str = "DELETE FROM lane WHERE used < now() - interval '30 days'";
    let mut flight = line.flight();
    flight.send(FORGET, Vec::new()).await;
    flight.land().await.map(drop)
}

/// The schema found; 0 for none.
async fn version(line: &Line) -> Result<u32, Fault> {
    const PRESENT: &str = "SELECT to_regclass('daiban.schema_version') IS NOT NULL";
    const VERSION: &str = "SELECT max(version)::int8 FROM daiban.schema_version";
    let mut flight = line.flight();
    let seat = flight.send(PRESENT, Vec::new()).await;
    let present = flight.land().await?.rows(seat);
    if !present.first().map_or(Ok(false), |row| columns::value(row, 0))? {
        return Ok(0);
    }
    let mut flight = line.flight();
    let seat = flight.send(VERSION, Vec::new()).await;
    let found = flight.land().await?.rows(seat);
    Ok(found.first().map_or(Ok(None), |row| columns::number_if(row, 0))?.unwrap_or(0))
}

/// All steps that are missing, in one transaction with the version they lead to.
async fn migrate(line: &mut Line) -> Result<(), Fault> {
    const SCHEMA: &str = "SELECT to_regnamespace('daiban') IS NOT NULL";
    const VERSION: &str = "INSERT INTO schema_version (version, at) VALUES ($1, now())";
    let mut flight = line.begin(super::WRITING).await;
    flight.say("SET LOCAL lock_timeout = '60s'; SET LOCAL statement_timeout = 0").await;
    flight.send("SELECT count(pg_advisory_xact_lock($1))", values![LOCK]).await;
    let seat = flight.send(SCHEMA, Vec::new()).await;
    let there = flight.land().await?.rows(seat);
    // Asked first: a role may own the schema and have no right to make another.
    if !there.first().map_or(Ok(false), |row| columns::value(row, 0))? {
        let mut flight = line.flight();
        flight.say("CREATE SCHEMA daiban").await;
        flight.land().await?;
    }
    // Read under the lock: another process may have come first.
    let present = version(line).await?;
    if present > newest() {
        return Err(StoreError::NewerSchema { found: present }.into());
    }
    let mut flight = line.flight();
    flight
        .say("CREATE TABLE IF NOT EXISTS schema_version (version integer PRIMARY KEY, at timestamptz NOT NULL)")
        .await;
    flight.land().await?;
    for (version, sql) in (1..).zip(MIGRATIONS).filter(|(version, _)| *version > present) {
        let mut flight = line.flight();
        flight.say(sql).await;
        flight.send(VERSION, values![i32::try_from(version).unwrap_or(i32::MAX)]).await;
        flight.land().await?;
    }
    line.committing();
    let mut flight = line.flight();
    flight.say("COMMIT").await;
    flight.land().await?;
    line.done();
    Ok(())
}
