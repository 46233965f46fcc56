-- People, households and enterprises, as rows of their documents. `kept` is the whole row; the other columns are what it is found
-- by: `number` is empty and `born` 0 where they are not known.
CREATE TABLE person_row (
    id bigserial PRIMARY KEY,
    doc bytea NOT NULL UNIQUE,
    scope bigint NOT NULL,
    handler text,
    number bytea NOT NULL,
    born bigint NOT NULL,
    household bytea,
    tokens text NOT NULL,
    words tsvector NOT NULL,
    kept text NOT NULL
);
CREATE INDEX person_number ON person_row (number, id) WHERE number <> ''::bytea;
CREATE INDEX person_born ON person_row (born, id) WHERE born > 0;
CREATE INDEX person_household ON person_row (household, id) WHERE household IS NOT NULL;
CREATE INDEX person_words ON person_row USING gin (words);

-- Whom a case is for, where that is known here as a person, household or enterprise.
ALTER TABLE case_row ADD COLUMN person bytea;
CREATE INDEX case_for ON case_row (person, id) WHERE person IS NOT NULL;
