-- Which scope a document lives in: bound at the hub by the first segment that gets a number (K5). What is there already was
-- first seen in the order of its rows.
CREATE TABLE home (
    doc BLOB PRIMARY KEY,
    scope INTEGER NOT NULL
) WITHOUT ROWID;
INSERT OR IGNORE INTO home (doc, scope) SELECT doc, scope FROM change ORDER BY row;

-- What a scope has beyond a place is compared after a restore.
CREATE INDEX segment_scope ON segment (scope);
