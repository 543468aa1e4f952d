-- Surveys on their way: what an office is working on, until it is published or thrown away.
CREATE TABLE survey_draft (
    survey TEXT NOT NULL PRIMARY KEY,
    sha256 TEXT NOT NULL, -- of the files; who saves or publishes names what they saw
    files  TEXT NOT NULL, -- a JSON document, as in survey_copy
    day    TEXT NOT NULL
);

-- Published versions. No statement of ours changes or deletes one.
CREATE TABLE survey_version (
    survey  TEXT   NOT NULL,
    number  BIGINT NOT NULL, -- 1 for the first
    version TEXT   NOT NULL, -- as the files call it
    sha256  TEXT   NOT NULL REFERENCES survey_copy (sha256),
    day     TEXT   NOT NULL,
    PRIMARY KEY (survey, number),
    UNIQUE (survey, version)
);
