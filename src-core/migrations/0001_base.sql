-- The tables of stations and the hub. Never edited after a release: a change is a new numbered file.
-- Scopes are numbers of twelve digits, hashes and keys are blobs, times are milliseconds since 1970.

-- Frames of sealed segments, own and foreign.
CREATE TABLE segment (
    row INTEGER PRIMARY KEY,
    device BLOB NOT NULL,
    incarnation INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    prev BLOB NOT NULL,
    root BLOB NOT NULL,
    sig BLOB NOT NULL,
    hlc_ms INTEGER NOT NULL,
    hlc_counter INTEGER NOT NULL,
    agent TEXT NOT NULL,
    count INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    UNIQUE (device, incarnation, scope, number)
);

-- Every change, once; rows rise as they are stored, so that reading a document by row is causal.
-- The unique index by document finds its tail and is the fork detector. One hash may stand in two documents: it does not
-- cover the document's id.
CREATE TABLE change (
    row INTEGER PRIMARY KEY,
    hash BLOB NOT NULL,
    doc BLOB NOT NULL,
    scope INTEGER NOT NULL,
    actor BLOB NOT NULL,
    actor_seq INTEGER NOT NULL,
    segment INTEGER,
    bytes BLOB NOT NULL,
    UNIQUE (hash, doc),
    UNIQUE (doc, actor, actor_seq)
);

-- Which changes a segment carries. A change may travel in two (after a restore), so this is not a column of `change`.
CREATE TABLE record (
    segment INTEGER NOT NULL REFERENCES segment (row),
    ordinal INTEGER NOT NULL,
    change INTEGER NOT NULL REFERENCES change (row),
    PRIMARY KEY (segment, ordinal)
) WITHOUT ROWID;

-- Gap-free numbers: the end of each scope's feed, and every place in it.
CREATE TABLE scope_seq (
    scope INTEGER PRIMARY KEY,
    n INTEGER NOT NULL,
    chain BLOB NOT NULL
);
CREATE TABLE feed (
    scope INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    segment INTEGER NOT NULL UNIQUE REFERENCES segment (row),
    chain BLOB NOT NULL,
    PRIMARY KEY (scope, seq)
) WITHOUT ROWID;

-- `seq` is the highest place one of the document's changes has in the feed, as far as known.
CREATE TABLE doc (
    id BLOB PRIMARY KEY,
    kind INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    heads BLOB NOT NULL,
    seq INTEGER
) WITHOUT ROWID;

-- Covers the document's changes up to and including row `covered`.
CREATE TABLE snapshot (
    doc BLOB PRIMARY KEY,
    covered INTEGER NOT NULL,
    changes INTEGER NOT NULL,
    heads BLOB NOT NULL,
    bytes BLOB NOT NULL
);

-- Own changes without a receipt; `segment` is null until they are sealed.
CREATE TABLE outbox (
    doc BLOB NOT NULL,
    change INTEGER NOT NULL REFERENCES change (row),
    size INTEGER NOT NULL,
    segment INTEGER,
    PRIMARY KEY (doc, change)
) WITHOUT ROWID;

-- Own segments; `total` counts the changes receipted up to and including this receipt.
CREATE TABLE sealed (
    segment INTEGER PRIMARY KEY REFERENCES segment (row),
    changes INTEGER NOT NULL,
    receipt BLOB,
    seq INTEGER,
    hub_ms INTEGER,
    nth INTEGER,
    total INTEGER
);
CREATE INDEX sealed_waiting ON sealed (segment) WHERE receipt IS NULL;
CREATE UNIQUE INDEX sealed_receipted ON sealed (nth) WHERE nth IS NOT NULL;

-- `peer` is empty for the hub and a key for a device.
CREATE TABLE cursor (
    peer BLOB NOT NULL,
    scope INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    chain BLOB NOT NULL,
    PRIMARY KEY (peer, scope)
) WITHOUT ROWID;
CREATE TABLE device (
    key BLOB PRIMARY KEY,
    certificate BLOB NOT NULL,
    not_after INTEGER NOT NULL,
    revoked_ms INTEGER
);
CREATE TABLE actor (
    actor BLOB PRIMARY KEY,
    device BLOB NOT NULL,
    incarnation INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE quarantine (
    row INTEGER PRIMARY KEY,
    device BLOB NOT NULL,
    incarnation INTEGER NOT NULL,
    scope INTEGER NOT NULL,
    number INTEGER NOT NULL,
    digest BLOB NOT NULL,
    why TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (device, incarnation, scope, number, digest)
);
CREATE TABLE pending (
    scope INTEGER NOT NULL,
    device BLOB NOT NULL,
    incarnation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (scope, device, incarnation, number)
);
CREATE TABLE state (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
);

-- Rows are a cache of documents. `row` rises as cases come in; `due` is 99999999 where there is no date, so that those
-- sort last. Each list has the index it is read from, with the columns that decide who may see a row.
CREATE TABLE case_row (
    row INTEGER PRIMARY KEY,
    doc BLOB NOT NULL UNIQUE,
    scope INTEGER NOT NULL,
    handler TEXT,
    standing INTEGER NOT NULL,
    due INTEGER NOT NULL,
    supplementing INTEGER NOT NULL,
    no_limit INTEGER NOT NULL,
    attention INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    citizen_id TEXT NOT NULL,
    item TEXT NOT NULL,
    tokens BLOB NOT NULL,
    shown TEXT NOT NULL
);
CREATE INDEX case_open ON case_row (due, row, scope, handler) WHERE standing = 0;
CREATE INDEX case_supplementing ON case_row (due, row, scope, handler) WHERE supplementing = 1;
CREATE INDEX case_no_limit ON case_row (due, row, scope, handler) WHERE no_limit = 1;
CREATE INDEX case_attention ON case_row (due, row, scope, handler) WHERE attention = 1;
CREATE INDEX case_finished ON case_row (updated_ms, row, scope, handler) WHERE standing = 1;
CREATE INDEX case_person ON case_row (citizen_id, row) WHERE citizen_id <> '';

-- Figures of the lists by who may see them, kept by the triggers below; a count reads a few dozen rows.
CREATE TABLE case_tally (
    scope INTEGER NOT NULL,
    handler TEXT NOT NULL,
    open INTEGER NOT NULL,
    supplementing INTEGER NOT NULL,
    finished INTEGER NOT NULL,
    no_limit INTEGER NOT NULL,
    attention INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (scope, handler)
) WITHOUT ROWID;
CREATE TRIGGER case_counted AFTER INSERT ON case_row
BEGIN
    INSERT INTO case_tally (scope, handler, open, supplementing, finished, no_limit, attention, n)
    VALUES (new.scope, coalesce(new.handler, ''), 1 - new.standing, new.supplementing, new.standing, new.no_limit,
            new.attention, 1)
    ON CONFLICT (scope, handler) DO UPDATE SET
        open = open + excluded.open,
        supplementing = supplementing + excluded.supplementing,
        finished = finished + excluded.finished,
        no_limit = no_limit + excluded.no_limit,
        attention = attention + excluded.attention,
        n = n + 1;
END;
CREATE TRIGGER case_recounted AFTER UPDATE OF scope, handler, standing, supplementing, no_limit, attention ON case_row
BEGIN
    UPDATE case_tally SET
        open = open - (1 - old.standing),
        supplementing = supplementing - old.supplementing,
        finished = finished - old.standing,
        no_limit = no_limit - old.no_limit,
        attention = attention - old.attention,
        n = n - 1
    WHERE scope = old.scope AND handler = coalesce(old.handler, '');
    INSERT INTO case_tally (scope, handler, open, supplementing, finished, no_limit, attention, n)
    VALUES (new.scope, coalesce(new.handler, ''), 1 - new.standing, new.supplementing, new.standing, new.no_limit,
            new.attention, 1)
    ON CONFLICT (scope, handler) DO UPDATE SET
        open = open + excluded.open,
        supplementing = supplementing + excluded.supplementing,
        finished = finished + excluded.finished,
        no_limit = no_limit + excluded.no_limit,
        attention = attention + excluded.attention,
        n = n + 1;
END;

-- Texts come already cut into tokens separated by blanks. `ascii` takes every sign beyond ASCII as part of a token, also
-- the rare characters that `unicode61` does not know; the lone `|` keeps fields apart, and words that start with it mark who
-- may see the case.
CREATE VIRTUAL TABLE case_search USING fts5(
    tokens,
    content = '',
    contentless_delete = 1,
    prefix = '2 3 4 5 6 7 8',
    tokenize = "ascii tokenchars '|'"
);
