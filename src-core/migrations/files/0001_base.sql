-- The tables of attachments, at stations and at the hub. Never edited after a release: a change is a new numbered file.
-- Names are hashes of contents; times are milliseconds since 1970; scopes are numbers of twelve digits.

-- Whole contents, each once. `stays` is 1 for thumbnails, which are never freed.
CREATE TABLE blob (
    row INTEGER PRIMARY KEY,
    name BLOB NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    stays INTEGER NOT NULL,
    used_ms INTEGER NOT NULL
);
CREATE INDEX blob_freeable ON blob (used_ms) WHERE stays = 0;
CREATE TABLE chunk (
    blob INTEGER NOT NULL REFERENCES blob (row),
    n INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (blob, n)
);

-- A division that a content belongs to, and who brought it. At a station `party` is empty and `receipt` is the hub's.
CREATE TABLE claim (
    name BLOB NOT NULL,
    scope INTEGER NOT NULL,
    party BLOB NOT NULL,
    size INTEGER NOT NULL,
    small INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    tried INTEGER NOT NULL,
    receipt BLOB,
    PRIMARY KEY (name, scope)
) WITHOUT ROWID;
CREATE INDEX claim_owed ON claim (small DESC, at_ms, name, scope) WHERE receipt IS NULL;
CREATE INDEX claim_party ON claim (party);

-- Contents that have come in part, apart for each party that brings them.
CREATE TABLE arrival (
    party BLOB NOT NULL,
    name BLOB NOT NULL,
    size INTEGER NOT NULL,
    begun_ms INTEGER NOT NULL,
    PRIMARY KEY (party, name)
) WITHOUT ROWID;
CREATE TABLE part (
    party BLOB NOT NULL,
    name BLOB NOT NULL,
    n INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (party, name, n)
);
