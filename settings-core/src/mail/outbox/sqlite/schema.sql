CREATE TABLE mail (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id       TEXT    NOT NULL,
    kind             TEXT    NOT NULL CHECK (kind IN ('notification', 'alert')),
    may_resend       INTEGER NOT NULL,
    resends          INTEGER NOT NULL DEFAULT 0,
    sender           TEXT    NOT NULL,
    international    INTEGER NOT NULL,
    size             INTEGER NOT NULL,
    lifetime         INTEGER NOT NULL,
    created          INTEGER NOT NULL,
    expires          INTEGER NOT NULL,
    attempts         INTEGER NOT NULL DEFAULT 0,
    state            TEXT    NOT NULL CHECK (state IN ('queued', 'sending', 'deferred', 'sent', 'failed', 'unknown')),
    since            INTEGER NOT NULL,
    next             INTEGER,
    queue_id         TEXT,
    reply            TEXT,
    header_from      TEXT,
    follows_settings INTEGER NOT NULL DEFAULT 0,
    had_last_chance  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX mail_order ON mail (kind, attempts, next) WHERE next IS NOT NULL;
CREATE INDEX mail_waiting ON mail (kind, size) WHERE next IS NOT NULL OR state = 'sending';
CREATE INDEX mail_state ON mail (state, since);

CREATE TABLE content (
    mail  INTEGER PRIMARY KEY REFERENCES mail (id) ON DELETE CASCADE,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE recipient (
    mail     INTEGER NOT NULL REFERENCES mail (id) ON DELETE CASCADE,
    address  TEXT    NOT NULL,
    progress TEXT    NOT NULL DEFAULT 'pending' CHECK (progress IN ('pending', 'sent', 'failed', 'unknown')),
    reply    TEXT,
    PRIMARY KEY (mail, address)
) STRICT;

-- outlives its mail, so that a mail that was sent is not added again
CREATE TABLE key (
    name    TEXT    NOT NULL PRIMARY KEY,
    mail    INTEGER NOT NULL,
    until   INTEGER,
    sent    INTEGER NOT NULL DEFAULT 0,
    retries INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX key_mail ON key (mail);

-- at most one row; none while the queue runs
CREATE TABLE circuit (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    since    INTEGER,
    until    INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    why      TEXT    NOT NULL
) STRICT;

-- when a recurring task was last done
CREATE TABLE moment (
    what TEXT    NOT NULL PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT;
