-- from version 1 or 2 to version 3
CREATE TABLE IF NOT EXISTS moment (
    what TEXT    NOT NULL PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT;
ALTER TABLE mail RENAME COLUMN resent TO resends;
ALTER TABLE mail ADD COLUMN header_from TEXT;
ALTER TABLE mail ADD COLUMN follows_settings INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mail ADD COLUMN had_last_chance INTEGER NOT NULL DEFAULT 0;
UPDATE mail SET header_from = sender;
DROP TABLE circuit;
CREATE TABLE circuit (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    since    INTEGER,
    until    INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    why      TEXT    NOT NULL
) STRICT;
