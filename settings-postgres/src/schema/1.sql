CREATE TABLE settings_head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version bigint NOT NULL DEFAULT 0,
    checksum text NOT NULL DEFAULT ''
);
INSERT INTO settings_head DEFAULT VALUES;
CREATE TABLE settings_version (
    version bigint PRIMARY KEY,
    base_checksum text NOT NULL,
    format text NOT NULL,
    document text,
    sealed bytea,
    data_key bytea,
    key_id text,
    checksum text NOT NULL,
    author text,
    reason text,
    restored bigint,
    program text NOT NULL,
    token text NOT NULL UNIQUE,
    written timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((document IS NULL) <> (sealed IS NULL)),
    CHECK ((sealed IS NULL) = (data_key IS NULL) AND (sealed IS NULL) = (key_id IS NULL))
);
CREATE TABLE settings_node (
    instance text PRIMARY KEY,
    name text NOT NULL,
    program text NOT NULL,
    version bigint NOT NULL,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    refused_version bigint,
    refused text,
    note text,
    seen timestamptz NOT NULL DEFAULT clock_timestamp()
) WITH (fillfactor = 70);
