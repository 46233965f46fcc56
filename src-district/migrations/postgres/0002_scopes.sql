-- Which scope a document lives in: bound by the first segment that gets a number (K5). What is there already was first seen in the
-- order of its rows.
CREATE TABLE home (
    doc bytea PRIMARY KEY,
    scope bigint NOT NULL
);
INSERT INTO home (doc, scope) SELECT DISTINCT ON (doc) doc, scope FROM change ORDER BY doc, id;

-- What a scope has beyond a place is compared after a restore.
CREATE INDEX segment_scope ON segment (scope);
