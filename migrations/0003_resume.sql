-- A draft's key, wrapped under the number with which its respondent goes on elsewhere; null until
-- that number is asked for. It dies with the draft.
ALTER TABLE draft ADD COLUMN resume BYTEA;
