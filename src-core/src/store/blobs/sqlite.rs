//! Contents in SQLite: encrypted by SQLCipher on a station, plain at the hub. One connection; a content is read or written in a
//! few milliseconds, and nobody waits behind it for long.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use daiban_model::ids::{FileHash, ScopeCode};
use daiban_model::wire::{CHUNK, Have, Part, chunk_len, chunks};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{Arrival, Arrived, Blobs, Debt, Kept, Owed, Party, Receipted, Standing, Stays, StoreError, Tried};
use crate::keys::DatabaseKey;
use crate::store::sqlite::schema;

/// Migrations in order. Never edited after a release.
const MIGRATIONS: &[&str] = &[include_str!("../../../migrations/files/0001_base.sql")];

/// A content that was looked at within this time counts as just used: looking costs no write each time.
const USED_MS: u64 = 60 * 60 * 1000;

/// Contents in one file.
pub struct SqliteBlobs {
    connection: Mutex<Connection>,
}

impl SqliteBlobs {
    /// Opens or makes an encrypted file. A newer or damaged one, or one of another key, is left untouched.
    pub fn open(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        Ok(Self::over(schema::writer_of(path, Some(key), MIGRATIONS)?))
    }

    /// Opens or makes a file without encryption, for the hub on its own server.
    pub fn open_plain(path: &Path) -> Result<Self, StoreError> {
        Ok(Self::over(schema::writer_of(path, None, MIGRATIONS)?))
    }

    /// Contents that are gone with the program, for simulations.
    pub fn in_memory() -> Result<Self, StoreError> {
        let connection = Connection::open_in_memory()?;
        for sql in MIGRATIONS {
            connection.execute_batch(sql)?;
        }
        Ok(Self::over(connection))
    }

    fn over(connection: Connection) -> Self {
        Self { connection: Mutex::new(connection) }
    }

    /// Copies what nobody else may have into an empty file: what is owed to the hub, and thumbnails. Of the rest the copy knows that the
    /// hub has it, and it is fetched again when somebody looks.
    pub fn spare_to(&self, copy: &Self) -> Result<(), StoreError> {
        const NAMES: &str = "
            SELECT name, stays, used_ms FROM blob
            WHERE stays = 1 OR EXISTS (SELECT 1 FROM claim WHERE claim.name = blob.name AND claim.receipt IS NULL)";
        const CLAIMS: &str = "SELECT name, scope, party, size, small, at_ms, tried, receipt FROM claim";
        const ENTER: &str = "
            INSERT INTO claim (name, scope, party, size, small, at_ms, tried, receipt)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let mut connection = self.connection();
        // As of one moment.
        let from = connection.transaction()?;
        copy.write(|tx| {
            let mut names = from.prepare(NAMES)?;
            let mut names = names.query([])?;
            while let Some(row) = names.next()? {
                let (name, stays, used_ms) = (FileHash(row.get(0)?), row.get(1)?, row.get(2)?);
                if let Some((.., bytes)) = read_whole(&from, name)? {
                    insert(tx, name, &bytes, stays, used_ms)?;
                }
            }
            let mut claims = from.prepare(CLAIMS)?;
            let mut claims = claims.query([])?;
            while let Some(row) = claims.next()? {
                let values: Vec<rusqlite::types::Value> =
                    (0..8).map(|at| row.get(at)).collect::<Result<_, rusqlite::Error>>()?;
                tx.prepare_cached(ENTER)?.execute(rusqlite::params_from_iter(values))?;
            }
            Ok(())
        })?;
        copy.gather_into_one_file()
    }

    /// Brings everything into the one file and looks through it: whoever copies the file has all of it, or hears that it is not so.
    fn gather_into_one_file(&self) -> Result<(), StoreError> {
        let connection = self.connection();
        let open: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if open != 0 {
            return Err(StoreError::Busy);
        }
        let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if found == "ok" { Ok(()) } else { Err(StoreError::Damaged { what: "attachments" }) }
    }

    pub(super) fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolled it back; the connection is as good as before.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write<T>(&self, act: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = self.connection();
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = act(&tx)?;
        tx.commit()?;
        Ok(done)
    }
}

/// How a party is written: empty for the station itself and its hub.
fn key_of(party: Party) -> Vec<u8> {
    match party {
        Party::Own => Vec::new(),
        Party::Device(device) => device.0.to_vec(),
    }
}

fn scope_of(number: u64) -> Result<ScopeCode, StoreError> {
    format!("{number:012}").parse().map_err(|_| StoreError::Damaged { what: "scope" })
}

fn stays(stays: Stays) -> u8 {
    u8::from(stays == Stays::Always)
}

/// Stores a whole content; one that is there stays as it is.
fn insert(tx: &Transaction<'_>, name: FileHash, bytes: &[u8], stays: u8, at_ms: u64) -> Result<(), StoreError> {
    let size = u32::try_from(bytes.len()).map_err(|_| StoreError::Damaged { what: "size" })?;
    let mut new = tx.prepare_cached(
        "INSERT INTO blob (name, size, stays, used_ms) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE SET stays = max(stays, excluded.stays), used_ms = max(used_ms, excluded.used_ms)
         RETURNING row, (SELECT count(*) FROM chunk WHERE blob = row)",
    )?;
    let (row, there): (i64, u32) =
        new.query_row(params![name.0, size, stays, at_ms], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if there == 0 {
        let mut add = tx.prepare_cached("INSERT INTO chunk (blob, n, bytes) VALUES (?1, ?2, ?3)")?;
        for (n, piece) in (0_u32..).zip(bytes.chunks(CHUNK as usize)) {
            add.execute(params![row, n, piece])?;
        }
    }
    Ok(())
}

fn read_whole(connection: &Connection, name: FileHash) -> Result<Option<(u32, u64, Vec<u8>)>, StoreError> {
    let mut head = connection.prepare_cached("SELECT row, size, used_ms FROM blob WHERE name = ?1")?;
    let head = head.query_row([name.0], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))).optional()?;
    let Some((row, size, used_ms)) = head else { return Ok(None) };
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    let mut pieces = connection.prepare_cached("SELECT bytes FROM chunk WHERE blob = ?1 ORDER BY n")?;
    let mut pieces = pieces.query([row])?;
    while let Some(piece) = pieces.next()? {
        bytes.extend_from_slice(piece.get_ref(0)?.as_blob().map_err(|_| StoreError::Damaged { what: "chunk" })?);
    }
    Ok(Some((size, used_ms, bytes)))
}

fn arrived_of(connection: &Connection, party: &[u8], name: FileHash) -> Result<Have, StoreError> {
    let mut have = connection.prepare_cached("SELECT n FROM part WHERE party = ?1 AND name = ?2")?;
    let numbers = have.query_map(params![party, name.0], |row| row.get::<_, u32>(0))?;
    numbers.map(|n| n.map_err(StoreError::from)).collect()
}

/// Puts away what has come of a content.
fn clear(tx: &Transaction<'_>, party: &[u8], name: FileHash) -> Result<(), StoreError> {
    tx.prepare_cached("DELETE FROM part WHERE party = ?1 AND name = ?2")?.execute(params![party, name.0])?;
    tx.prepare_cached("DELETE FROM arrival WHERE party = ?1 AND name = ?2")?.execute(params![party, name.0])?;
    Ok(())
}

fn claim(
    tx: &Transaction<'_>,
    (name, scope, size): (FileHash, ScopeCode, u32),
    party: &[u8],
    small: u8,
    at_ms: u64,
) -> Result<(), StoreError> {
    tx.prepare_cached(
        "INSERT INTO claim (name, scope, party, size, small, at_ms, tried) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)
         ON CONFLICT (name, scope) DO NOTHING",
    )?
    .execute(params![name.0, scope.number(), party, size, small, at_ms])?;
    Ok(())
}

fn store_parts(tx: &Transaction<'_>, party: &[u8], arrival: &Arrival<'_>, at_ms: u64) -> Result<(), StoreError> {
    let Arrival { name, size, parts, .. } = *arrival;
    let mut known = tx.prepare_cached("SELECT size FROM arrival WHERE party = ?1 AND name = ?2")?;
    let known: Option<u32> = known.query_row(params![party, name.0], |row| row.get(0)).optional()?;
    if known.is_some_and(|known| known != size) {
        // Said to be of another size than before: only one of the two can be true, and the later one is what comes.
        clear(tx, party, name)?;
    }
    tx.prepare_cached(
        "INSERT INTO arrival (party, name, size, begun_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )?
    .execute(params![party, name.0, size, at_ms])?;
    let mut add = tx.prepare_cached("INSERT OR REPLACE INTO part (party, name, n, bytes) VALUES (?1, ?2, ?3, ?4)")?;
    for Part { n, bytes } in parts {
        if chunk_len(size, *n).and_then(|length| usize::try_from(length).ok()) == Some(bytes.len()) {
            add.execute(params![party, name.0, n, bytes])?;
        }
    }
    Ok(())
}

fn assembled(tx: &Transaction<'_>, party: &[u8], name: FileHash) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let mut pieces = tx.prepare_cached("SELECT bytes FROM part WHERE party = ?1 AND name = ?2 ORDER BY n")?;
    let mut pieces = pieces.query(params![party, name.0])?;
    while let Some(piece) = pieces.next()? {
        bytes.extend_from_slice(piece.get_ref(0)?.as_blob().map_err(|_| StoreError::Damaged { what: "part" })?);
    }
    Ok(bytes)
}

fn hash(bytes: &[u8]) -> FileHash {
    FileHash(*blake3::hash(bytes).as_bytes())
}

impl Blobs for SqliteBlobs {
    fn keep(&self, contents: &[Kept<'_>], scope: ScopeCode, at_ms: u64) -> Result<Vec<FileHash>, StoreError> {
        self.write(|tx| {
            let mut names = Vec::with_capacity(contents.len());
            for kept in contents {
                let (name, small) = (hash(kept.bytes), stays(kept.stays));
                let size = u32::try_from(kept.bytes.len()).map_err(|_| StoreError::Damaged { what: "size" })?;
                insert(tx, name, kept.bytes, small, at_ms)?;
                claim(tx, (name, scope, size), &[], small, at_ms)?;
                names.push(name);
            }
            Ok(names)
        })
    }

    fn whole(&self, name: FileHash, at_ms: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let connection = self.connection();
        let Some((size, used_ms, bytes)) = read_whole(&connection, name)? else { return Ok(None) };
        if usize::try_from(size).ok() != Some(bytes.len()) || hash(&bytes) != name {
            return Err(StoreError::Damaged { what: "content" });
        }
        if at_ms.saturating_sub(used_ms) > USED_MS {
            let mut used = connection.prepare_cached("UPDATE blob SET used_ms = ?2 WHERE name = ?1")?;
            used.execute(params![name.0, at_ms])?;
        }
        Ok(Some(bytes))
    }

    fn chunk(&self, name: FileHash, n: u32) -> Result<Option<Vec<u8>>, StoreError> {
        let connection = self.connection();
        let mut ask = connection
            .prepare_cached("SELECT bytes FROM chunk WHERE blob = (SELECT row FROM blob WHERE name = ?1) AND n = ?2")?;
        Ok(ask.query_row(params![name.0, n], |row| row.get(0)).optional()?)
    }

    fn standing(&self, name: FileHash, party: Party) -> Result<Standing, StoreError> {
        let connection = self.connection();
        let mut size = connection.prepare_cached("SELECT size FROM blob WHERE name = ?1")?;
        let whole = size.query_row([name.0], |row| row.get(0)).optional()?;
        let mut claims = connection.prepare_cached("SELECT scope, receipt IS NULL FROM claim WHERE name = ?1")?;
        let claims = claims.query_map([name.0], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, u8>(1)?)))?;
        let scopes = claims.map(|claim| {
            let (scope, owed) = claim?;
            Ok((scope_of(scope)?, if owed == 1 { Receipted::No } else { Receipted::Yes }))
        });
        let scopes = scopes.collect::<Result<Vec<_>, StoreError>>()?;
        Ok(Standing { whole, scopes, arrived: arrived_of(&connection, &key_of(party), name)? })
    }

    fn debts(&self, limit: u16) -> Result<Vec<Debt>, StoreError> {
        let connection = self.connection();
        let mut ask = connection.prepare_cached(
            "SELECT name, scope, size, tried FROM claim WHERE receipt IS NULL
             ORDER BY small DESC, at_ms, name, scope LIMIT ?1",
        )?;
        let mut rows = ask.query([limit])?;
        let mut debts = Vec::new();
        while let Some(row) = rows.next()? {
            let tried = if row.get::<_, u8>(3)? == 1 { Tried::Yes } else { Tried::No };
            debts.push(Debt { name: FileHash(row.get(0)?), scope: scope_of(row.get(1)?)?, size: row.get(2)?, tried });
        }
        Ok(debts)
    }

    fn owed(&self) -> Result<Owed, StoreError> {
        let connection = self.connection();
        let mut ask =
            connection.prepare_cached("SELECT count(*), coalesce(sum(size), 0) FROM claim WHERE receipt IS NULL")?;
        Ok(ask.query_row([], |row| Ok(Owed { items: row.get(0)?, bytes: row.get(1)? }))?)
    }

    fn tried(&self, debts: &[(FileHash, ScopeCode)]) -> Result<(), StoreError> {
        self.write(|tx| {
            let mut mark = tx.prepare_cached("UPDATE claim SET tried = 1 WHERE name = ?1 AND scope = ?2")?;
            for (name, scope) in debts {
                mark.execute(params![name.0, scope.number()])?;
            }
            Ok(())
        })
    }

    fn receipted(&self, name: FileHash, scope: ScopeCode, receipt: &[u8]) -> Result<(), StoreError> {
        self.write(|tx| {
            let mut note = tx.prepare_cached("UPDATE claim SET receipt = ?3 WHERE name = ?1 AND scope = ?2")?;
            note.execute(params![name.0, scope.number(), receipt])?;
            Ok(())
        })
    }

    fn reopen(&self) -> Result<(), StoreError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE claim SET receipt = NULL
                 WHERE party = x'' AND EXISTS (SELECT 1 FROM blob WHERE blob.name = claim.name)",
                [],
            )?;
            Ok(())
        })
    }

    fn arrive(&self, arrival: Arrival<'_>, at_ms: u64) -> Result<Arrived, StoreError> {
        let Arrival { party, name, size, scope, .. } = arrival;
        let party = key_of(party);
        self.write(|tx| {
            store_parts(tx, &party, &arrival, at_ms)?;
            let have = arrived_of(tx, &party, name)?;
            if have.count() < chunks(size) {
                return Ok(Arrived::Some(have));
            }
            let bytes = assembled(tx, &party, name)?;
            clear(tx, &party, name)?;
            if hash(&bytes) != name {
                return Ok(Arrived::OtherBytes);
            }
            let small = stays(arrival.stays);
            insert(tx, name, &bytes, small, at_ms)?;
            if let Some(scope) = scope {
                claim(tx, (name, scope, size), &party, small, at_ms)?;
            }
            Ok(Arrived::Whole)
        })
    }

    fn share(&self, name: FileHash, from: ScopeCode, to: ScopeCode) -> Result<(), StoreError> {
        const SHARE: &str = "
            INSERT INTO claim (name, scope, party, size, small, at_ms, tried)
            SELECT name, ?3, x'', 0, small, at_ms, 0 FROM claim
            WHERE name = ?1 AND scope = ?2 AND EXISTS (SELECT 1 FROM blob WHERE blob.name = claim.name)
            ON CONFLICT (name, scope) DO NOTHING";
        self.write(|tx| {
            tx.prepare_cached(SHARE)?.execute(params![name.0, from.number(), to.number()])?;
            Ok(())
        })
    }

    fn brought(&self, party: Party) -> Result<u64, StoreError> {
        let connection = self.connection();
        let mut ask = connection.prepare_cached(
            "SELECT (SELECT coalesce(sum(size), 0) FROM claim WHERE party = ?1)
                  + (SELECT coalesce(sum(size), 0) FROM arrival WHERE party = ?1)",
        )?;
        Ok(ask.query_row([key_of(party)], |row| row.get(0))?)
    }

    fn of(&self, scope: ScopeCode) -> Result<Vec<FileHash>, StoreError> {
        let connection = self.connection();
        let mut ask = connection.prepare_cached("SELECT name FROM claim WHERE scope = ?1 ORDER BY name")?;
        let names = ask.query_map([scope.number()], |row| Ok(FileHash(row.get(0)?)))?;
        Ok(names.collect::<Result<_, _>>()?)
    }

    fn erase(&self, gone: &[(FileHash, ScopeCode)]) -> Result<(), StoreError> {
        let done = self.write(|tx| {
            for (name, scope) in gone {
                let drop_claim = "DELETE FROM claim WHERE name = ?1 AND scope = ?2";
                tx.prepare_cached(drop_claim)?.execute(params![name.0, scope.number()])?;
                if tx.prepare_cached("SELECT 1 FROM claim WHERE name = ?1")?.exists([name.0])? {
                    continue;
                }
                let chunks = "DELETE FROM chunk WHERE blob = (SELECT row FROM blob WHERE name = ?1)";
                tx.prepare_cached(chunks)?.execute([name.0])?;
                tx.prepare_cached("DELETE FROM blob WHERE name = ?1")?.execute([name.0])?;
                clear(tx, &[], *name)?;
            }
            Ok(())
        });
        // What was deleted was written over; the log still has it.
        self.connection().query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        done
    }

    fn make_room(&self, most: u64) -> Result<u64, StoreError> {
        self.write(|tx| {
            let mut all = tx.prepare_cached("SELECT coalesce(sum(size), 0) FROM blob WHERE stays = 0")?;
            let mut all: u64 = all.query_row([], |row| row.get(0))?;
            if all <= most {
                return Ok(0);
            }
            let mut oldest = tx.prepare_cached(
                "SELECT row, size FROM blob WHERE stays = 0
                    AND NOT EXISTS (SELECT 1 FROM claim WHERE claim.name = blob.name AND claim.receipt IS NULL)
                 ORDER BY used_ms",
            )?;
            let mut oldest = oldest.query([])?;
            let mut freed = 0;
            while let (true, Some(row)) = (all > most, oldest.next()?) {
                let (row, size): (i64, u64) = (row.get(0)?, row.get(1)?);
                tx.prepare_cached("DELETE FROM chunk WHERE blob = ?1")?.execute([row])?;
                tx.prepare_cached("DELETE FROM blob WHERE row = ?1")?.execute([row])?;
                (all, freed) = (all - size, freed + size);
            }
            Ok(freed)
        })
    }

    fn forget(&self, names: &[FileHash]) -> Result<u64, StoreError> {
        const FOUND: &str = "
            SELECT row, size FROM blob WHERE name = ?1
                AND NOT EXISTS (SELECT 1 FROM claim WHERE claim.name = blob.name AND claim.receipt IS NULL)";
        self.write(|tx| {
            let mut freed = 0;
            for name in names {
                let found = tx.prepare_cached(FOUND)?.query_row([name.0], |row| Ok((row.get(0)?, row.get(1)?)));
                let Some((row, size)) = found.optional()? else { continue };
                let (row, size): (i64, u64) = (row, size);
                tx.prepare_cached("DELETE FROM chunk WHERE blob = ?1")?.execute([row])?;
                tx.prepare_cached("DELETE FROM blob WHERE row = ?1")?.execute([row])?;
                freed += size;
            }
            Ok(freed)
        })
    }
}
