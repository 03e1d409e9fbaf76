-- The steps of a delivery as functions: each is one round trip, and its plans are kept by the connection. The plans do
-- not depend on statistics, which an outbox that was empty a moment ago does not have.
CREATE FUNCTION outbox_take(
    moment bigint, by_attempts boolean, wanted bigint, except_mails bigint[], lease_length bigint, new_node text,
    max_resends integer
) RETURNS TABLE (
    id bigint, token bigint, message_id text, sender text, international boolean, attempts integer, may_resend boolean,
    follows_settings boolean, expires bigint, content bytea, recipients text[]
) LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
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
CREATE FUNCTION outbox_begin(
    mail_id bigint, held bigint, new_attempts integer, moment bigint, lease_length bigint, is_again boolean
) RETURNS boolean LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
    UPDATE outbox_mail m SET state = 'sending', since = moment, next = NULL, attempts = new_attempts,
            lease = outbox_now() + lease_length
        WHERE m.id = mail_id AND m.token = held AND m.lease IS NOT NULL
            AND (m.next IS NOT NULL OR is_again AND m.state = 'sending' AND m.attempts = new_attempts);
    RETURN FOUND;
END
$$;
CREATE FUNCTION outbox_settle(
    mail_id bigint, held bigint, addresses text[], progresses text[], replies text[], pending_state text,
    pending_next bigint, moment bigint, new_attempts integer, new_reply text, new_queue_id text, is_again boolean
) RETURNS text LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    still_pending boolean;
    new_state text;
BEGIN
    PERFORM FROM outbox_mail m WHERE m.id = mail_id AND m.token = held AND m.lease IS NOT NULL FOR UPDATE;
    IF NOT FOUND THEN
        SELECT m.state INTO new_state FROM outbox_mail m
            WHERE is_again AND m.id = mail_id AND m.token = held AND m.lease IS NULL;
        RETURN new_state;
    END IF;
    UPDATE outbox_recipient r SET progress = mark.progress, reply = mark.reply
        FROM unnest(addresses, progresses, replies) AS mark (address, progress, reply)
        WHERE r.mail = mail_id AND r.address = mark.address AND r.progress = 'pending';
    SELECT coalesce(bool_or(r.progress = 'pending'), false), CASE WHEN bool_or(r.progress = 'pending') THEN pending_state
            WHEN bool_or(r.progress = 'unknown') THEN 'unknown' WHEN bool_or(r.progress = 'failed') THEN 'failed'
            ELSE 'sent' END
        INTO still_pending, new_state FROM outbox_recipient r WHERE r.mail = mail_id;
    UPDATE outbox_mail m SET state = new_state, since = moment, next = CASE WHEN still_pending THEN pending_next END,
            place = pending_next, attempts = new_attempts, reply = new_reply, queue_id = new_queue_id,
            resends = m.resends + (new_state = 'unknown' AND still_pending)::integer, lease = NULL, node = NULL
        WHERE m.id = mail_id;
    IF new_state = 'sent' THEN
        DELETE FROM outbox_content c WHERE c.mail = mail_id;
        UPDATE outbox_key k SET sent = true WHERE k.mail = mail_id;
    END IF;
    RETURN new_state;
END
$$;
