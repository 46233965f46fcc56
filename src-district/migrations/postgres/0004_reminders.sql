-- The day from which somebody is to be reminded of something about a case; 99999999 where there is nothing.
ALTER TABLE case_row ADD COLUMN remind bigint NOT NULL DEFAULT 99999999;
CREATE INDEX case_remind ON case_row (remind, id, scope, handler) WHERE remind < 99999999;
