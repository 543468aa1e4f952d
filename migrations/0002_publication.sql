-- Figures as they were published. Answers may be withdrawn later; what was published stays as it is,
-- or else somebody's answer could be worked out from the figures with it and without it.
CREATE TABLE publication (
    round_id UUID   NOT NULL REFERENCES round (id),
    number   BIGINT NOT NULL, -- 1 for the first version
    day      TEXT   NOT NULL,
    document TEXT   NOT NULL, -- the figures by every rule of the survey, a JSON document
    PRIMARY KEY (round_id, number)
);
