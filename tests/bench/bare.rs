//! The bare PostgreSQL database: the same driver, tables and server as the store's, and nothing of the store.
//!
//! The least that puts the rows of a segment where a reader finds them: its scope's number, the frame, the changes, the records and
//! the place, each by one prepared statement with all rows at once, in one transaction that is on the disk when it ends.

use anyhow::{Context, Result};
use daiban_model::wire::Segment;
use tokio_postgres::{Client, NoTls, Statement};

/// One connection with its statements.
pub struct Bare {
    client: Client,
    number: Statement,
    frame: Statement,
    changes: Statement,
    records: Statement,
    place: Statement,
    read: Statement,
}

/// The rows of a segment, as they go in.
pub struct Rows {
    device: Vec<u8>,
    scope: i64,
    number: i64,
    sig: Vec<u8>,
    root: Vec<u8>,
    hashes: Vec<Vec<u8>>,
    docs: Vec<Vec<u8>>,
    actors: Vec<Vec<u8>>,
    seqs: Vec<i64>,
    changes: Vec<Vec<u8>>,
    ordinals: Vec<i64>,
}

impl Rows {
    /// The rows the hub would write for a segment.
    pub fn of(segment: &Segment) -> Result<Self> {
        let raws: Vec<Vec<u8>> =
            segment.records.iter().map(|record| daiban_core::doc::unpack(&record.change)).collect();
        let metas = raws.iter().map(|raw| daiban_core::doc::parse(raw)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            device: segment.header.device.0.to_vec(),
            scope: i64::try_from(segment.header.scope.number())?,
            number: i64::from(segment.header.number),
            sig: segment.sig.0.to_vec(),
            root: daiban_core::sync::segment::root(&segment.header, &segment.records).0.to_vec(),
            hashes: metas.iter().map(|meta| meta.hash.0.to_vec()).collect(),
            docs: segment.records.iter().map(|record| record.doc.to_vec()).collect(),
            actors: metas.iter().map(|meta| meta.actor.to_vec()).collect(),
            seqs: metas.iter().map(|meta| i64::try_from(meta.seq)).collect::<Result<_, _>>()?,
            ordinals: (0..i64::try_from(raws.len())?).collect(),
            changes: raws,
        })
    }
}

impl Bare {
    /// Connects to a database whose tables a store has made.
    pub async fn to(address: &str) -> Result<Self> {
        const NUMBER: &str = "
            INSERT INTO scope_seq AS s (scope, n, chain) VALUES ($1, 1, $2)
            ON CONFLICT (scope) DO UPDATE SET n = s.n + 1 RETURNING n";
        const FRAME: &str = "
            INSERT INTO segment (device, incarnation, scope, number, version, prev, root, sig, hlc_ms, hlc_counter, agent, count,
                                 received_ms)
            VALUES ($1, 1, $2, $3, 1, $4, $4, $5, 0, 0, 'SG-1', 1, 0) RETURNING id";
        const CHANGES: &str = "
            INSERT INTO change (hash, doc, scope, actor, actor_seq, segment, bytes)
            SELECT g.hash, g.doc, $6, g.actor, g.seq, $7, g.bytes
            FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::int8[], $5::bytea[]) g (hash, doc, actor, seq, bytes)
            RETURNING id";
        const RECORDS: &str = "
            INSERT INTO record (segment, ordinal, change) SELECT $1, * FROM unnest($2::int8[], $3::int8[])";
        const PLACE: &str = "INSERT INTO feed (scope, seq, segment, chain) VALUES ($1, $2, $3, $4)";
        const READ: &str = "
            SELECT c.hash, c.bytes FROM feed f JOIN record r ON r.segment = f.segment JOIN change c ON c.id = r.change
            WHERE f.scope = $1 AND f.seq > $2 AND f.seq <= $3 ORDER BY f.seq, r.ordinal";
        let (client, connection) = tokio_postgres::connect(address, NoTls).await?;
        tokio::spawn(async move { drop(connection.await) });
        // As the store's sessions: a plan made while the tables were empty would be the reference's handicap.
        client
            .batch_execute(
                "SET search_path = daiban; SET synchronous_commit = on; SET plan_cache_mode = force_generic_plan;
                 SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off",
            )
            .await?;
        Ok(Self {
            number: client.prepare(NUMBER).await?,
            frame: client.prepare(FRAME).await?,
            changes: client.prepare(CHANGES).await?,
            records: client.prepare(RECORDS).await?,
            place: client.prepare(PLACE).await?,
            read: client.prepare(READ).await?,
            client,
        })
    }

    /// The rows of one segment, on the disk.
    pub async fn insert(&self, rows: &Rows) -> Result<()> {
        let Self { client, .. } = self;
        let Rows { device, scope, number, sig, root, hashes, docs, actors, seqs, changes, ordinals } = rows;
        let (begun, seq, segment) = tokio::join!(
            biased;
            client.batch_execute("BEGIN"),
            async { client.query_one(&self.number, &[scope, root]).await },
            async { client.query_one(&self.frame, &[device, scope, number, root, sig]).await },
        );
        begun?;
        let (seq, segment): (i64, i64) = (seq?.get(0), segment?.get(0));
        let ids = client.query(&self.changes, &[hashes, docs, actors, seqs, changes, scope, &segment]).await?;
        let ids: Vec<i64> = ids.iter().map(|row| row.get(0)).collect();
        let (records, place, done) = tokio::join!(
            biased;
            async { client.execute(&self.records, &[&segment, ordinals, &ids]).await },
            async { client.execute(&self.place, &[scope, &seq, &segment, root]).await },
            client.batch_execute("COMMIT"),
        );
        records?;
        place?;
        Ok(done?)
    }

    /// Bytes of the changes of a stretch of a feed.
    pub async fn read(&self, scope: i64, after: i64, to: i64) -> Result<(usize, usize)> {
        let rows = self.client.query(&self.read, &[&scope, &after, &to]).await?;
        let bytes = rows.iter().map(|row| row.get::<_, &[u8]>(1).len()).sum();
        Ok((rows.len(), bytes))
    }

    /// How many changes there are, and that the server has looked at its tables.
    pub async fn settled(&self) -> Result<i64> {
        self.client.batch_execute("CHECKPOINT").await?;
        let row = self.client.query_one("SELECT count(*) FROM change", &[]).await.context("a count")?;
        Ok(row.get(0))
    }
}
