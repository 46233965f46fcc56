-- Which case numbers a device has given on a day, so that none is given twice after a disk was put back: `numbered` is
-- yyyymmdd * 100 + device, 0 before the receipt. A number ends in `-yyyymmdd-dd-nnnn`.
ALTER TABLE case_row ADD COLUMN numbered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE case_row ADD COLUMN counter INTEGER NOT NULL DEFAULT 0;
UPDATE case_row
SET numbered = substr(json_extract(shown, '$.number'), -16, 8) * 100 + substr(json_extract(shown, '$.number'), -7, 2),
    counter = CAST(substr(json_extract(shown, '$.number'), -4) AS INTEGER)
WHERE json_extract(shown, '$.number') <> '';
CREATE INDEX case_numbered ON case_row (numbered, counter) WHERE numbered > 0;
