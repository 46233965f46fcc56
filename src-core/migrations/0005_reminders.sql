-- The day from which somebody is to be reminded of something about a case; 99999999 where there is nothing. Rows are made anew
-- after this, so the column begins empty.
ALTER TABLE case_row ADD COLUMN remind INTEGER NOT NULL DEFAULT 99999999;
CREATE INDEX case_remind ON case_row (remind, row, scope, handler) WHERE remind < 99999999;
