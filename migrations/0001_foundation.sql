-- One history for SQLite and PostgreSQL, in the SQL that both accept.
--
-- Types: TEXT, BIGINT, BOOLEAN, BYTEA and UUID only. Times are BIGINT milliseconds UTC, civil days TEXT.
-- Where a table's order of insertion could tell who answered when, the marker /*WR*/ stands after its
-- closing bracket; on SQLite it becomes WITHOUT ROWID, so that rows lie in the order of a random key.
-- The public side has no foreign keys: on PostgreSQL each check would lock, and mark, the row referred to.

-- ---------------------------------------------------------------- the installation

-- Facts about this installation: the fingerprint of its secrets, whether it holds demo data, the operator's password hash.
CREATE TABLE installation (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Signed-in browsers of the office. Only a hash of the cookie is kept.
CREATE TABLE office_session (
    hash    BYTEA  NOT NULL PRIMARY KEY,
    started BIGINT NOT NULL,
    seen    BIGINT NOT NULL
);

-- What staff did. Each entry carries the hash of the one before, so a removed or altered entry shows.
CREATE TABLE audit (
    number   BIGINT NOT NULL PRIMARY KEY,
    at       BIGINT NOT NULL,
    actor    TEXT   NOT NULL,
    act      TEXT   NOT NULL,
    detail   TEXT   NOT NULL,
    previous TEXT   NOT NULL,
    hash     TEXT   NOT NULL
);

-- ---------------------------------------------------------------- rounds

-- The files of a survey as they were when a round took them; named by their content.
CREATE TABLE survey_copy (
    sha256 TEXT NOT NULL PRIMARY KEY,
    files  TEXT NOT NULL
);

CREATE TABLE round (
    id             UUID    NOT NULL PRIMARY KEY,
    code           TEXT    NOT NULL UNIQUE,
    survey_sha256  TEXT    NOT NULL REFERENCES survey_copy (sha256),
    state          TEXT    NOT NULL CHECK (state IN ('setup', 'open', 'closed', 'opened')),
    opened_on      TEXT,             -- first day
    closes_on      TEXT,             -- announced last day
    lease          BIGINT  NOT NULL, -- how long a saved page keeps a draft's right to be submitted after closing
    last_extension BIGINT,           -- set at closing: no lease runs longer
    box_key        BYTEA,            -- public half; NULL before the round opens
    synthetic      BOOLEAN NOT NULL  -- made-up people and answers, said on every page
);

CREATE TABLE unit (
    id   UUID NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE
);

-- Unit x group in a round: where people are drawn, released and weighted.
CREATE TABLE stratum (
    id         UUID   NOT NULL PRIMARY KEY,
    round_id   UUID   NOT NULL REFERENCES round (id),
    unit_id    UUID   NOT NULL REFERENCES unit (id),
    grp        TEXT   NOT NULL,
    target     BIGINT NOT NULL CHECK (target >= 0),
    population BIGINT,               -- assigned persons; NULL when there is no frame
    released   BIGINT NOT NULL,
    UNIQUE (round_id, unit_id, grp)
);

-- Freezes, draws, releases, closings: numbered, each a JSON document that can be checked elsewhere.
CREATE TABLE draw_record (
    round_id UUID   NOT NULL REFERENCES round (id),
    number   BIGINT NOT NULL,
    kind     TEXT   NOT NULL CHECK (kind IN ('freeze', 'draw', 'release')),
    document TEXT   NOT NULL,
    PRIMARY KEY (round_id, number)
);

-- The frame as it was frozen: ids, strata and hashes, no names. In pieces, as it can be long.
CREATE TABLE frozen_frame (
    round_id UUID   NOT NULL REFERENCES round (id),
    piece    BIGINT NOT NULL,
    body     TEXT   NOT NULL,
    PRIMARY KEY (round_id, piece)
);

-- ---------------------------------------------------------------- the office side: people

-- The frame. A person found in several strata is assigned to one of them by the draw.
CREATE TABLE person (
    stratum_id UUID    NOT NULL REFERENCES stratum (id),
    frame_key  TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    subject    TEXT    NOT NULL, -- '' where the survey says who is judged
    phone      TEXT    NOT NULL,
    email      TEXT    NOT NULL,
    dossier    TEXT    NOT NULL,
    assigned   BOOLEAN NOT NULL,
    draw_rank  BIGINT,           -- NULL until released; 1 is the first of the stratum
    wave       BIGINT,           -- 0 main sample, 1.. waves of the reserve
    PRIMARY KEY (stratum_id, frame_key)
)/*WR*/;

-- The only join from a name to an invitation; deleted when the link is cut.
CREATE TABLE person_link (
    invitation_id UUID NOT NULL PRIMARY KEY,
    stratum_id    UUID NOT NULL,
    frame_key     TEXT NOT NULL
)/*WR*/;

CREATE INDEX person_link_person ON person_link (stratum_id, frame_key);

-- ---------------------------------------------------------------- the public side: no names

CREATE TABLE invitation (
    id         UUID   NOT NULL PRIMARY KEY,
    round_id   UUID   NOT NULL,
    stratum_id UUID   NOT NULL,
    draw_rank  BIGINT NOT NULL,
    issue      BIGINT NOT NULL,
    said       TEXT   NOT NULL CHECK (said IN ('', 'refused', 'not_eligible'))
)/*WR*/;

-- A keyed hash of each access code ever issued.
CREATE TABLE code (
    hash          BYTEA  NOT NULL PRIMARY KEY,
    invitation_id UUID   NOT NULL,
    issue         BIGINT NOT NULL,
    state         TEXT   NOT NULL CHECK (state IN ('live', 'replaced', 'misdirected'))
)/*WR*/;

-- Stratum x part (form x subject): where answers count. The last CHECK is the last wall of every quota.
CREATE TABLE cell (
    id              UUID   NOT NULL PRIMARY KEY,
    round_id        UUID   NOT NULL,
    stratum_id      UUID   NOT NULL,
    form            TEXT   NOT NULL,
    subject         TEXT   NOT NULL,
    position        BIGINT NOT NULL, -- order of the parts of one invitation
    policy          TEXT   NOT NULL CHECK (policy IN ('drawn', 'hard')),
    population      BIGINT,
    target          BIGINT NOT NULL,
    released        BIGINT NOT NULL,
    held            BIGINT NOT NULL,
    completed       BIGINT NOT NULL,
    over_allocation BIGINT NOT NULL,
    started_shown   BIGINT NOT NULL, -- refreshed once a day
    conflicts_shown BIGINT NOT NULL, -- refreshed once a day
    UNIQUE (stratum_id, form, subject),
    CHECK (held >= 0 AND completed >= 0 AND over_allocation >= 0 AND completed + held <= target)
);

-- One form about one subject for one invited person, and how far it came.
CREATE TABLE part (
    id            UUID    NOT NULL PRIMARY KEY,
    invitation_id UUID    NOT NULL,
    cell_id       UUID    NOT NULL,
    started       BOOLEAN NOT NULL,
    slot          BIGINT  NOT NULL CHECK (slot IN (0, 1, 2)), -- 0 none, 1 held, 2 used
    submits       BIGINT  NOT NULL,
    gate          TEXT    NOT NULL CHECK (gate IN ('', 'counted', 'over')),
    UNIQUE (invitation_id, cell_id)
)/*WR*/;

CREATE INDEX part_cell ON part (cell_id);
CREATE INDEX part_held ON part (cell_id) WHERE slot = 1;

-- Unsent answers, encrypted under a key that only the browser's cookie holds, and padded.
-- The lease lies here, on the row that a save writes anyway: a save touches nothing that others share,
-- and an invitation carries no time at all.
CREATE TABLE draft (
    id          UUID   NOT NULL PRIMARY KEY,
    part_id     UUID   NOT NULL,
    issue       BIGINT NOT NULL,
    version     BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    body        BYTEA  NOT NULL
)/*WR*/;

CREATE INDEX draft_part ON draft (part_id);

-- ---------------------------------------------------------------- the box

-- Submitted answers, sealed under the round's public key. All of it dies when the box is opened.
CREATE TABLE sealed (
    id             UUID    NOT NULL PRIMARY KEY,
    round_id       UUID    NOT NULL,
    part_id        UUID    NOT NULL,
    issue          BIGINT  NOT NULL,
    ordinal        BIGINT  NOT NULL,
    receipt_before BYTEA   NOT NULL UNIQUE,
    withdrawn      BOOLEAN NOT NULL,
    body           BYTEA   NOT NULL,
    UNIQUE (part_id, ordinal)
)/*WR*/;

-- ---------------------------------------------------------------- after opening

-- Everything that is known of a response besides its answers, merged so that at least 5 share it.
CREATE TABLE label (
    id           UUID   NOT NULL PRIMARY KEY,
    round_id     UUID   NOT NULL,
    cells        TEXT   NOT NULL, -- JSON array of cell ids, sorted
    form         TEXT   NOT NULL,
    form_version TEXT   NOT NULL,
    subject      TEXT   NOT NULL,
    mode         TEXT   NOT NULL,
    n            BIGINT NOT NULL CHECK (n >= 5)
);

CREATE TABLE response (
    id            UUID  NOT NULL PRIMARY KEY,
    label_id      UUID  NOT NULL,
    answers       TEXT  NOT NULL,
    receipt_after BYTEA NOT NULL UNIQUE
)/*WR*/;

CREATE INDEX response_label ON response (label_id);

-- Every receipt given out in an opened round, so that conflicting and counted answers look alike.
CREATE TABLE receipt (
    receipt_after BYTEA   NOT NULL PRIMARY KEY,
    round_id      UUID    NOT NULL,
    withdrawn     BOOLEAN NOT NULL
)/*WR*/;

-- Free text lies apart from the answers it came with.
CREATE TABLE free_text (
    id       UUID NOT NULL PRIMARY KEY,
    round_id UUID NOT NULL,
    question TEXT NOT NULL,
    body     TEXT NOT NULL
)/*WR*/;

-- How many invitations of a cell ended how, frozen at opening.
CREATE TABLE outcome_count (
    round_id UUID   NOT NULL,
    cell_id  UUID   NOT NULL,
    outcome  TEXT   NOT NULL,
    n        BIGINT NOT NULL,
    PRIMARY KEY (round_id, cell_id, outcome)
);

-- Submits per day of the whole round: the daily curve, and the only trace of a submit's day.
CREATE TABLE day_count (
    round_id UUID   NOT NULL,
    day      TEXT   NOT NULL,
    submits  BIGINT NOT NULL,
    PRIMARY KEY (round_id, day)
);
