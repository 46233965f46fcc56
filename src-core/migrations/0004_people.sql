-- People, households and enterprises, as rows of their documents. `kept` is the whole row; the other columns are what it is found
-- by: `number` is empty and `born` 0 where they are not known. `tokens` tells whether the index must be written anew.
CREATE TABLE person_row (
    row INTEGER PRIMARY KEY,
    doc BLOB NOT NULL UNIQUE,
    scope INTEGER NOT NULL,
    handler TEXT,
    number TEXT NOT NULL,
    born INTEGER NOT NULL,
    household BLOB,
    tokens BLOB NOT NULL,
    kept TEXT NOT NULL
);
CREATE INDEX person_number ON person_row (number, row) WHERE number <> '';
CREATE INDEX person_born ON person_row (born, row) WHERE born > 0;
CREATE INDEX person_household ON person_row (household, row) WHERE household IS NOT NULL;

-- As the index of cases.
CREATE VIRTUAL TABLE person_search USING fts5(
    tokens,
    content = '',
    contentless_delete = 1,
    prefix = '2 3 4 5 6 7 8',
    tokenize = "ascii tokenchars '|'"
);

-- Whom a case is for, where that is known here as a person, household or enterprise.
ALTER TABLE case_row ADD COLUMN person BLOB;
CREATE INDEX case_for ON case_row (person, row) WHERE person IS NOT NULL;
