CREATE SEQUENCE outbox_mail_id AS bigint;
-- times are milliseconds since 1970, by the clock of the database
CREATE TABLE outbox_mail (
    id bigint PRIMARY KEY,
    message_id text COLLATE "C" NOT NULL UNIQUE,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('alert', 'notification')),
    may_resend boolean NOT NULL,
    resends integer NOT NULL DEFAULT 0,
    sender text COLLATE "C" NOT NULL,
    header_from text COLLATE "C",
    follows_settings boolean NOT NULL DEFAULT false,
    international boolean NOT NULL,
    size bigint NOT NULL,
    lifetime bigint NOT NULL,
    created bigint NOT NULL,
    expires bigint NOT NULL,
    had_last_chance boolean NOT NULL DEFAULT false,
    attempts integer NOT NULL DEFAULT 0,
    state text COLLATE "C" NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'sending', 'deferred', 'sent', 'failed', 'unknown')),
    since bigint NOT NULL,
    next bigint,
    -- the order within a kind and a number of attempts: the turn of the sender at first, then `next`
    place bigint NOT NULL,
    token bigint NOT NULL DEFAULT 0,
    lease bigint,
    node text,
    queue_id text,
    reply text
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
    autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 1);
CREATE INDEX outbox_mail_order ON outbox_mail (kind, attempts, place, id) WHERE next IS NOT NULL;
CREATE INDEX outbox_mail_turn ON outbox_mail (sender, place) WHERE next IS NOT NULL AND attempts = 0;
CREATE INDEX outbox_mail_expiry ON outbox_mail (expires) WHERE next IS NOT NULL;
CREATE INDEX outbox_mail_rest ON outbox_mail (state, since, id) WHERE next IS NULL;
CREATE INDEX outbox_mail_own ON outbox_mail (header_from) WHERE NOT follows_settings AND state <> 'sent';
-- apart, so that a row that changes often is small
CREATE TABLE outbox_content (
    mail bigint PRIMARY KEY,
    bytes bytea NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500, toast.autovacuum_vacuum_scale_factor = 0.05);
CREATE TABLE outbox_recipient (
    mail bigint NOT NULL,
    number integer NOT NULL,
    address text COLLATE "C" NOT NULL,
    progress text COLLATE "C" NOT NULL DEFAULT 'pending' CHECK (progress IN ('pending', 'sent', 'failed', 'unknown')),
    reply text,
    PRIMARY KEY (mail, address)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
-- outlives its mail, so that a mail that was sent is not added again
CREATE TABLE outbox_key (
    name text COLLATE "C" PRIMARY KEY,
    mail bigint NOT NULL,
    until bigint,
    sent boolean NOT NULL DEFAULT false,
    retries integer NOT NULL DEFAULT 0
);
CREATE INDEX outbox_key_mail ON outbox_key (mail);
CREATE INDEX outbox_key_until ON outbox_key (until) WHERE until IS NOT NULL;
-- one row; `until` is null while the queue runs
CREATE TABLE outbox_circuit (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    since bigint,
    until bigint,
    failures integer NOT NULL DEFAULT 0,
    why text NOT NULL DEFAULT ''
);
INSERT INTO outbox_circuit DEFAULT VALUES;
-- one row: the sender that the settings name
CREATE TABLE outbox_sender (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    header_from text,
    sender text
);
INSERT INTO outbox_sender DEFAULT VALUES;
CREATE TABLE outbox_moment (
    task text PRIMARY KEY,
    at bigint NOT NULL
);
CREATE FUNCTION outbox_now() RETURNS bigint LANGUAGE sql VOLATILE AS
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint';
-- a function, so that the steps take one round trip and no lock waits for a client
CREATE FUNCTION outbox_enqueue(
    new_message_id text, new_kind text, new_may_resend boolean, new_sender text, new_header_from text,
    new_international boolean, new_lifetime bigint, new_content bytea, new_recipients text[],
    new_key text, new_key_lifetime bigint, new_now bigint, OUT mail bigint, OUT is_new boolean
) LANGUAGE plpgsql AS $$
DECLARE
    moment bigint := coalesce(new_now, outbox_now());
    number bigint := nextval('outbox_mail_id');
    known outbox_key%ROWTYPE;
BEGIN
    is_new := false;
    IF new_key IS NOT NULL THEN
        -- waits for a transaction that adds the same key
        INSERT INTO outbox_key (name, mail, until) VALUES (new_key, number, moment + new_key_lifetime)
            ON CONFLICT (name) DO NOTHING;
        IF NOT FOUND THEN
            SELECT * INTO known FROM outbox_key WHERE name = new_key FOR UPDATE;
            IF (known.until IS NULL OR known.until > moment)
                AND (known.sent OR EXISTS (SELECT FROM outbox_mail WHERE id = known.mail)) THEN
                mail := known.mail;
                RETURN;
            END IF;
        END IF;
    END IF;
    INSERT INTO outbox_mail (id, message_id, kind, may_resend, sender, header_from, follows_settings, international,
            size, lifetime, created, expires, since, next, place)
        VALUES (number, new_message_id, new_kind, new_may_resend, new_sender, new_header_from,
            EXISTS (SELECT FROM outbox_sender s WHERE s.header_from = new_header_from AND s.sender = new_sender),
            new_international, length(new_content), new_lifetime, moment, moment + new_lifetime, moment, moment,
            -- one of many mails of a sender is placed after the others, and before it those of senders with few
            coalesce((SELECT max(m.place) FROM outbox_mail m WHERE m.sender = new_sender AND m.place >= moment
                AND m.next IS NOT NULL AND m.attempts = 0) + 100, moment))
        ON CONFLICT (message_id) DO NOTHING;
    is_new := FOUND;
    IF is_new THEN
        mail := number;
        INSERT INTO outbox_content (mail, bytes) VALUES (number, new_content);
        INSERT INTO outbox_recipient (mail, number, address)
            SELECT number, r.position, r.address FROM unnest(new_recipients) WITH ORDINALITY AS r (address, position)
            ON CONFLICT DO NOTHING;
    ELSE
        SELECT id INTO mail FROM outbox_mail WHERE message_id = new_message_id;
    END IF;
    IF new_key IS NOT NULL THEN
        UPDATE outbox_key SET mail = outbox_enqueue.mail, until = moment + new_key_lifetime, sent = false
            WHERE name = new_key AND (outbox_key.mail, until) IS DISTINCT FROM (outbox_enqueue.mail, moment + new_key_lifetime);
    END IF;
END
$$;
