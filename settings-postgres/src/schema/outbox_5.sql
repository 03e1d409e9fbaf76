-- The number of mails that wait changes faster than the statistics of the tables. After a time in which all mails were sent,
-- a plan that trusts them reads all that wait instead of looking up one. Here nothing is left to them: without sorting, rows
-- in an order come from the index that has it, and without joins over whole tables, a mail is looked up by its number. Sorts
-- of a few rows remain, but look so expensive that they would be compiled first if `jit` were on.
CREATE OR REPLACE FUNCTION outbox_take(
    moment bigint, by_attempts boolean, wanted bigint, except_mails bigint[], lease_length bigint, new_node text,
    max_resends integer
) RETURNS TABLE (
    id bigint, token bigint, message_id text, sender text, international boolean, attempts integer, may_resend boolean,
    follows_settings boolean, expires bigint, content bytea, recipients text[]
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off
    SET jit = off AS $$
#variable_conflict use_column
DECLARE
    clock bigint := outbox_now();
    picked bigint[] := '{}';
    due record;
BEGIN
    -- the kinds and numbers of attempts are few, and each is found by one look into the index, however many mails wait
    FOR due IN
        WITH RECURSIVE due_groups (kind, attempts) AS (
            (SELECT m.kind, m.attempts FROM outbox_mail m WHERE m.next IS NOT NULL ORDER BY m.kind, m.attempts LIMIT 1)
            UNION ALL
            SELECT n.kind, n.attempts FROM due_groups g CROSS JOIN LATERAL (
                SELECT m.kind, m.attempts FROM outbox_mail m
                WHERE m.next IS NOT NULL AND (m.kind, m.attempts) > (g.kind, g.attempts)
                ORDER BY m.kind, m.attempts LIMIT 1) n)
        SELECT g.kind, g.attempts FROM due_groups g
        ORDER BY CASE WHEN by_attempts THEN g.attempts END, g.kind, g.attempts
    LOOP
        picked := picked || ARRAY(
            SELECT m.id FROM outbox_mail m
            WHERE m.next IS NOT NULL AND m.kind = due.kind AND m.attempts = due.attempts
                AND m.place <= CASE WHEN due.attempts = 0 THEN 9223372036854775807 ELSE moment END
                AND m.next <= moment AND (m.lease IS NULL OR m.lease <= clock) AND m.id <> ALL (except_mails)
            ORDER BY m.place, m.id LIMIT wanted - cardinality(picked) FOR UPDATE SKIP LOCKED);
        EXIT WHEN cardinality(picked) >= wanted;
    END LOOP;
    IF cardinality(picked) = 0 THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH taken AS (
            UPDATE outbox_mail m SET token = m.token + 1, lease = clock + lease_length, node = new_node
            WHERE m.id = ANY (picked) RETURNING m.*)
        SELECT t.id, t.token, t.message_id, t.sender, t.international, t.attempts,
            t.may_resend AND t.resends < max_resends, t.follows_settings, t.expires,
            (SELECT c.bytes FROM outbox_content c WHERE c.mail = t.id),
            ARRAY(SELECT r.address FROM outbox_recipient r WHERE r.mail = t.id AND r.progress = 'pending' ORDER BY r.number)
        FROM taken t ORDER BY array_position(picked, t.id);
END
$$;
CREATE OR REPLACE FUNCTION outbox_advance(
    s_mails bigint[], s_tokens bigint[], s_attempts integer[], s_moments bigint[], s_states text[], s_nexts bigint[],
    s_replies text[], s_queue_ids text[],
    r_mails bigint[], r_addresses text[], r_progresses text[], r_replies text[],
    b_mails bigint[], b_tokens bigint[], b_attempts integer[], b_moments bigint[], b_leases bigint[]
) RETURNS TABLE (mail bigint, state text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
    SET enable_mergejoin = off AS $$
#variable_conflict use_column
BEGIN
    IF cardinality(s_mails) > 0 THEN
        RETURN QUERY
            WITH changed AS (
                UPDATE outbox_mail m SET state = CASE WHEN r.is_pending THEN s.state WHEN r.is_unknown THEN 'unknown'
                        WHEN r.has_failed THEN 'failed' ELSE 'sent' END,
                    since = s.moment, next = CASE WHEN r.is_pending THEN s.next END, place = s.next,
                    attempts = s.attempts, reply = s.reply, queue_id = s.queue_id,
                    resends = m.resends + (r.is_pending AND s.state = 'unknown')::integer, lease = NULL, node = NULL
                FROM unnest(s_mails, s_tokens, s_attempts, s_moments, s_states, s_nexts, s_replies, s_queue_ids)
                        AS s (mail, token, attempts, moment, state, next, reply, queue_id)
                    CROSS JOIN LATERAL (
                        SELECT coalesce(bool_or(p.progress = 'pending'), false) AS is_pending,
                            coalesce(bool_or(p.progress = 'unknown'), false) AS is_unknown,
                            coalesce(bool_or(p.progress = 'failed'), false) AS has_failed
                        FROM outbox_recipient o
                            LEFT JOIN unnest(r_mails, r_addresses, r_progresses) AS mark (mail, address, progress)
                                ON o.progress = 'pending' AND mark.mail = o.mail AND mark.address = o.address
                            CROSS JOIN LATERAL (SELECT coalesce(mark.progress, o.progress) AS progress) p
                        WHERE o.mail = s.mail) r
                WHERE m.id = s.mail AND m.token = s.token AND m.lease IS NOT NULL
                RETURNING m.id, m.state),
            marked AS (
                UPDATE outbox_recipient r SET progress = mark.progress, reply = mark.reply
                FROM unnest(r_mails, r_addresses, r_progresses, r_replies) AS mark (mail, address, progress, reply)
                    JOIN changed c ON c.id = mark.mail
                WHERE r.mail = mark.mail AND r.address = mark.address AND r.progress = 'pending'),
            emptied AS (
                DELETE FROM outbox_content o USING changed c
                WHERE o.mail = c.id AND c.state = 'sent'),
            known AS (
                UPDATE outbox_key k SET sent = true FROM changed c
                WHERE k.mail = c.id AND c.state = 'sent')
            SELECT c.id, c.state FROM changed c;
    END IF;
    IF cardinality(b_mails) > 0 THEN
        RETURN QUERY
            UPDATE outbox_mail m SET state = 'sending', since = b.moment, next = NULL, attempts = b.attempts,
                lease = outbox_now() + b.lease
            FROM unnest(b_mails, b_tokens, b_attempts, b_moments, b_leases) AS b (mail, token, attempts, moment, lease)
            WHERE m.id = b.mail AND m.token = b.token AND m.lease IS NOT NULL
                -- not the condition of the indexes of waiting mails, each of which could be read whole instead
                AND (m.next IS NOT NULL) IS TRUE
            RETURNING m.id, m.state;
    END IF;
END
$$;
-- Returns the time at which the next mail is due that has no lease.
CREATE OR REPLACE FUNCTION outbox_next_due() RETURNS bigint
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off
    SET jit = off AS $$
DECLARE
    clock bigint := outbox_now();
BEGIN
    RETURN (
        WITH RECURSIVE due_groups (kind, attempts) AS (
            (SELECT m.kind, m.attempts FROM outbox_mail m WHERE m.next IS NOT NULL ORDER BY m.kind, m.attempts LIMIT 1)
            UNION ALL
            SELECT n.kind, n.attempts FROM due_groups g CROSS JOIN LATERAL (
                SELECT m.kind, m.attempts FROM outbox_mail m
                WHERE m.next IS NOT NULL AND (m.kind, m.attempts) > (g.kind, g.attempts)
                ORDER BY m.kind, m.attempts LIMIT 1) n)
        SELECT min(first.next) FROM due_groups g CROSS JOIN LATERAL (
            SELECT m.next FROM outbox_mail m
            WHERE m.next IS NOT NULL AND m.kind = g.kind AND m.attempts = g.attempts AND (m.lease IS NULL OR m.lease <= clock)
            ORDER BY m.place, m.id LIMIT 1) first);
END
$$;
CREATE OR REPLACE FUNCTION outbox_enqueue(
    new_message_id text, new_kind text, new_may_resend boolean, new_sender text, new_header_from text,
    new_international boolean, new_lifetime bigint, new_content bytea, new_recipients text[],
    new_key text, new_key_lifetime bigint, new_now bigint, OUT mail bigint, OUT is_new boolean
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_sort = off
    SET jit = off AS $$
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
            coalesce((SELECT m.place FROM outbox_mail m WHERE m.sender = new_sender AND m.place >= moment
                AND m.next IS NOT NULL AND m.attempts = 0 ORDER BY m.place DESC LIMIT 1) + 100, moment))
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
