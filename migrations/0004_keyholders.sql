-- Rounds whose box key was split among three keyholders and never lay on the server. The public file
-- of the split: public key, who holds which share, a fingerprint of each share; nothing of the key.
CREATE TABLE box_split (
    round_id UUID   NOT NULL PRIMARY KEY,
    split    BIGINT NOT NULL, -- 1 for the first; one more for each that replaced it
    document TEXT   NOT NULL
);

-- The day on which a share of the latest split was last proved to open a trial answer.
CREATE TABLE share_rehearsal (
    round_id UUID   NOT NULL,
    number   BIGINT NOT NULL CHECK (number IN (1, 2, 3)),
    day      TEXT   NOT NULL,
    PRIMARY KEY (round_id, number)
);
