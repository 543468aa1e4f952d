-- Why people do not take part. A slip is sealed under the round's public key like an answer and
-- belongs to nobody: two backups tell no more of whoever declined in between than that they did.
CREATE TABLE said_slip (
    id       UUID  NOT NULL PRIMARY KEY,
    round_id UUID  NOT NULL,
    body     BYTEA NOT NULL
)/*WR*/;

-- What came out of the slips when the box was opened.
CREATE TABLE reason_count (
    round_id UUID   NOT NULL,
    said     TEXT   NOT NULL CHECK (said IN ('refused', 'not_eligible')),
    reason   TEXT   NOT NULL,
    n        BIGINT NOT NULL,
    PRIMARY KEY (round_id, said, reason)
);
