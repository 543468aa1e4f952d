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

-- How often a version of the notice was agreed to. Who agreed stands nowhere.
CREATE TABLE consent_count (
    round_id UUID   NOT NULL,
    notice   TEXT   NOT NULL,
    n        BIGINT NOT NULL,
    n_shown  BIGINT NOT NULL, -- refreshed once a day
    PRIMARY KEY (round_id, notice)
);

-- How many people took how many minutes to answer a version of a form. It is added to in lots of
-- twenty and more, at midnight, so that no difference between two copies is of fewer.
CREATE TABLE pace (
    form      TEXT    NOT NULL,
    version   TEXT    NOT NULL,
    synthetic BOOLEAN NOT NULL, -- made-up people
    minutes   BIGINT  NOT NULL,
    n         BIGINT  NOT NULL,
    PRIMARY KEY (form, version, synthetic, minutes)
);
