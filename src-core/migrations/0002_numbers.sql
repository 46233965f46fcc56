-- Which case numbers a device has given on a day, so that none is given twice after a disk was put back: `numbered` is
-- yyyymmdd * 100 + device, 0 before the receipt. Rows written before this are made anew from their documents.
ALTER TABLE case_row ADD COLUMN numbered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE case_row ADD COLUMN counter INTEGER NOT NULL DEFAULT 0;
CREATE INDEX case_numbered ON case_row (numbered, counter) WHERE numbered > 0;
