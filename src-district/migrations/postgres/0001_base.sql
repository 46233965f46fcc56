-- The hub's tables on PostgreSQL: the same names and the same meaning as on SQLite, in a schema of their own. Never edited after
-- a release: a change is a new numbered file. Scopes are numbers of twelve digits, hashes and keys are bytes, times are
-- milliseconds since 1970. Texts that came from outside stand as bytes, because a text here cannot hold every character they can.
--
-- References are held by the transactions that write and looked through by `integrity`; no foreign keys, whose looking up would
-- cost a change about what writing it costs.

-- Frames of sealed segments, own and foreign.
CREATE TABLE segment (
    id bigserial PRIMARY KEY,
    device bytea NOT NULL,
    incarnation bigint NOT NULL,
    scope bigint NOT NULL,
    number bigint NOT NULL,
    version smallint NOT NULL,
    prev bytea NOT NULL,
    root bytea NOT NULL,
    sig bytea NOT NULL,
    hlc_ms bigint NOT NULL,
    hlc_counter integer NOT NULL,
    agent text NOT NULL,
    count bigint NOT NULL,
    received_ms bigint NOT NULL,
    UNIQUE (device, incarnation, scope, number)
);

-- Every change, once. What a change rests on was committed before it came, so within a document ids are causal; that none appears
-- later below one that was read is held by the locks of `guard`, see records.rs. The unique index by document finds its tail
-- and is the fork detector. One hash may stand in two documents.
CREATE TABLE change (
    id bigserial PRIMARY KEY,
    hash bytea NOT NULL,
    doc bytea NOT NULL,
    scope bigint NOT NULL,
    actor bytea NOT NULL,
    actor_seq bigint NOT NULL,
    segment bigint,
    bytes bytea NOT NULL,
    UNIQUE (hash, doc),
    UNIQUE (doc, actor, actor_seq)
);
-- Packed already, or too small to gain: packing again would only cost time.
ALTER TABLE change ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Which changes a segment carries. A change may travel in two (after a restore), so this is not a column of `change`.
CREATE TABLE record (
    segment bigint NOT NULL,
    ordinal bigint NOT NULL,
    change bigint NOT NULL,
    PRIMARY KEY (segment, ordinal)
);

-- Gap-free numbers: the end of each scope's feed, and every place in it. The row of a scope is locked while it is extended.
CREATE TABLE scope_seq (
    scope bigint PRIMARY KEY,
    n bigint NOT NULL,
    chain bytea NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE feed (
    scope bigint NOT NULL,
    seq bigint NOT NULL,
    segment bigint NOT NULL UNIQUE,
    chain bytea NOT NULL,
    PRIMARY KEY (scope, seq)
);

-- `seq` is the highest place one of the document's changes has in the feed, as far as known.
CREATE TABLE doc (
    id bytea PRIMARY KEY,
    kind smallint NOT NULL,
    scope bigint NOT NULL,
    heads bytea NOT NULL,
    seq bigint
) WITH (fillfactor = 80);

-- Covers the document's changes up to and including id `covered`.
CREATE TABLE snapshot (
    doc bytea PRIMARY KEY,
    covered bigint NOT NULL,
    changes bigint NOT NULL,
    heads bytea NOT NULL,
    bytes bytea NOT NULL
);
ALTER TABLE snapshot ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Own changes without a receipt; `segment` is null until they are sealed.
CREATE TABLE outbox (
    doc bytea NOT NULL,
    change bigint NOT NULL,
    size bigint NOT NULL,
    segment bigint,
    PRIMARY KEY (doc, change)
);

-- Own segments; `total` counts the changes receipted up to and including this receipt.
CREATE TABLE sealed (
    segment bigint PRIMARY KEY,
    changes bigint NOT NULL,
    receipt bytea,
    seq bigint,
    hub_ms bigint,
    nth bigint,
    total bigint
);
CREATE INDEX sealed_waiting ON sealed (segment) WHERE receipt IS NULL;
CREATE UNIQUE INDEX sealed_receipted ON sealed (nth) WHERE nth IS NOT NULL;

-- `peer` is empty for the hub and a key for a device.
CREATE TABLE cursor (
    peer bytea NOT NULL,
    scope bigint NOT NULL,
    seq bigint NOT NULL,
    chain bytea NOT NULL,
    PRIMARY KEY (peer, scope)
) WITH (fillfactor = 70);
CREATE TABLE device (
    key bytea PRIMARY KEY,
    certificate bytea NOT NULL,
    not_after bigint NOT NULL,
    revoked_ms bigint
);
CREATE TABLE actor (
    actor bytea PRIMARY KEY,
    device bytea NOT NULL,
    incarnation bigint NOT NULL
);
CREATE TABLE quarantine (
    id bigserial PRIMARY KEY,
    device bytea NOT NULL,
    incarnation bigint NOT NULL,
    scope bigint NOT NULL,
    number bigint NOT NULL,
    digest bytea NOT NULL,
    why text NOT NULL,
    at_ms bigint NOT NULL,
    bytes bytea NOT NULL,
    UNIQUE (device, incarnation, scope, number, digest)
);
CREATE TABLE pending (
    scope bigint NOT NULL,
    device bytea NOT NULL,
    incarnation bigint NOT NULL,
    number bigint NOT NULL,
    bytes bytea NOT NULL,
    PRIMARY KEY (scope, device, incarnation, number)
);
-- Names as bytes: they are listed by their beginning, in the order of their bytes, whatever the database's collation.
CREATE TABLE state (
    name bytea PRIMARY KEY,
    value bytea NOT NULL
);

-- How far each writer has got: a batch moves its lane in its own transaction, so that after a lost connection the writer
-- can find out whether the batch landed. One small row for each connection of each process.
CREATE TABLE lane (
    id bytea PRIMARY KEY,
    n bigint NOT NULL,
    used timestamptz NOT NULL
) WITH (fillfactor = 20);

-- Rows are a cache of documents. Ids rise as cases come in; `due` is 99999999 where there is no date, so that those sort last.
-- Each list has the index it is read from, with the columns that decide who may see a row. `tokens` are the search words with
-- blanks around each, for phrases; `words` the same as a set, for the index. `numbered` is yyyymmdd * 100 + device of the case
-- number, 0 before the receipt.
CREATE TABLE case_row (
    id bigserial PRIMARY KEY,
    doc bytea NOT NULL UNIQUE,
    scope bigint NOT NULL,
    handler text,
    standing smallint NOT NULL,
    due bigint NOT NULL,
    supplementing smallint NOT NULL,
    no_limit smallint NOT NULL,
    attention smallint NOT NULL,
    updated_ms bigint NOT NULL,
    citizen_id bytea NOT NULL,
    item bytea NOT NULL,
    tokens text NOT NULL,
    words tsvector NOT NULL,
    shown text NOT NULL,
    numbered bigint NOT NULL,
    counter bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX case_open ON case_row (due, id, scope, handler) WHERE standing = 0;
CREATE INDEX case_supplementing ON case_row (due, id, scope, handler) WHERE supplementing = 1;
CREATE INDEX case_no_limit ON case_row (due, id, scope, handler) WHERE no_limit = 1;
CREATE INDEX case_attention ON case_row (due, id, scope, handler) WHERE attention = 1;
CREATE INDEX case_finished ON case_row (updated_ms, id, scope, handler) WHERE standing = 1;
CREATE INDEX case_person ON case_row (citizen_id, id) WHERE citizen_id <> ''::bytea;
CREATE INDEX case_numbered ON case_row (numbered, counter) WHERE numbered > 0;
CREATE INDEX case_words ON case_row USING gin (words);

-- Figures of the lists by who may see them, kept by the triggers below; a count reads a few dozen rows.
CREATE TABLE case_tally (
    scope bigint NOT NULL,
    handler text NOT NULL,
    open bigint NOT NULL,
    supplementing bigint NOT NULL,
    finished bigint NOT NULL,
    no_limit bigint NOT NULL,
    attention bigint NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (scope, handler)
) WITH (fillfactor = 50);
CREATE FUNCTION case_recount() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        UPDATE case_tally SET
            open = open - (1 - OLD.standing),
            supplementing = supplementing - OLD.supplementing,
            finished = finished - OLD.standing,
            no_limit = no_limit - OLD.no_limit,
            attention = attention - OLD.attention,
            n = n - 1
        WHERE scope = OLD.scope AND handler = coalesce(OLD.handler, '');
    END IF;
    INSERT INTO case_tally AS t (scope, handler, open, supplementing, finished, no_limit, attention, n)
    VALUES (NEW.scope, coalesce(NEW.handler, ''), 1 - NEW.standing, NEW.supplementing, NEW.standing, NEW.no_limit,
            NEW.attention, 1)
    ON CONFLICT (scope, handler) DO UPDATE SET
        open = t.open + excluded.open,
        supplementing = t.supplementing + excluded.supplementing,
        finished = t.finished + excluded.finished,
        no_limit = t.no_limit + excluded.no_limit,
        attention = t.attention + excluded.attention,
        n = t.n + 1;
    RETURN NULL;
END;
$$;
CREATE TRIGGER case_counted AFTER INSERT ON case_row FOR EACH ROW EXECUTE FUNCTION case_recount();
CREATE TRIGGER case_recounted AFTER UPDATE ON case_row FOR EACH ROW
WHEN ((OLD.scope, OLD.handler, OLD.standing, OLD.supplementing, OLD.no_limit, OLD.attention)
      IS DISTINCT FROM (NEW.scope, NEW.handler, NEW.standing, NEW.supplementing, NEW.no_limit, NEW.attention))
EXECUTE FUNCTION case_recount();
