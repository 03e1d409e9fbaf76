-- Settles and begins several mails, which takes little more time than one: those to settle (s_) with their recipients (r_),
-- and those to begin (b_). Returns the new state of each mail whose lease is held.
CREATE FUNCTION outbox_advance(
    s_mails bigint[], s_tokens bigint[], s_attempts integer[], s_moments bigint[], s_states text[], s_nexts bigint[],
    s_replies text[], s_queue_ids text[],
    r_mails bigint[], r_addresses text[], r_progresses text[], r_replies text[],
    b_mails bigint[], b_tokens bigint[], b_attempts integer[], b_moments bigint[], b_leases bigint[]
) RETURNS TABLE (mail bigint, state text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
    held bigint[];
    settled bigint[];
    new_states text[];
    finished bigint[];
BEGIN
    IF cardinality(s_mails) > 0 THEN
        held := ARRAY(
            SELECT m.id FROM unnest(s_mails, s_tokens) AS s (mail, token) JOIN outbox_mail m ON m.id = s.mail
            WHERE m.token = s.token AND m.lease IS NOT NULL ORDER BY m.id FOR UPDATE OF m);
        UPDATE outbox_recipient r SET progress = mark.progress, reply = mark.reply
            FROM unnest(r_mails, r_addresses, r_progresses, r_replies) AS mark (mail, address, progress, reply)
            WHERE r.mail = mark.mail AND r.address = mark.address AND r.progress = 'pending' AND r.mail = ANY (held);
        WITH changed AS (
            UPDATE outbox_mail m SET state = CASE WHEN r.is_pending THEN s.state WHEN r.is_unknown THEN 'unknown'
                    WHEN r.has_failed THEN 'failed' ELSE 'sent' END,
                since = s.moment, next = CASE WHEN r.is_pending THEN s.next END, place = s.next, attempts = s.attempts,
                reply = s.reply, queue_id = s.queue_id,
                resends = m.resends + (r.is_pending AND s.state = 'unknown')::integer, lease = NULL, node = NULL
            FROM unnest(s_mails, s_attempts, s_moments, s_states, s_nexts, s_replies, s_queue_ids)
                    AS s (mail, attempts, moment, state, next, reply, queue_id)
                CROSS JOIN LATERAL (
                    SELECT coalesce(bool_or(r.progress = 'pending'), false) AS is_pending,
                        coalesce(bool_or(r.progress = 'unknown'), false) AS is_unknown,
                        coalesce(bool_or(r.progress = 'failed'), false) AS has_failed
                    FROM outbox_recipient r WHERE r.mail = s.mail) r
            WHERE m.id = s.mail AND s.mail = ANY (held)
            RETURNING m.id, m.state)
        SELECT array_agg(c.id), array_agg(c.state), array_agg(c.id) FILTER (WHERE c.state = 'sent')
            INTO settled, new_states, finished FROM changed c;
        DELETE FROM outbox_content c WHERE c.mail = ANY (finished);
        UPDATE outbox_key k SET sent = true WHERE k.mail = ANY (finished);
        RETURN QUERY SELECT * FROM unnest(settled, new_states);
    END IF;
    IF cardinality(b_mails) > 0 THEN
        RETURN QUERY
            UPDATE outbox_mail m SET state = 'sending', since = b.moment, next = NULL, attempts = b.attempts,
                lease = outbox_now() + b.lease
            FROM unnest(b_mails, b_tokens, b_attempts, b_moments, b_leases) AS b (mail, token, attempts, moment, lease)
            WHERE m.id = b.mail AND m.token = b.token AND m.lease IS NOT NULL AND m.next IS NOT NULL
            RETURNING m.id, m.state;
    END IF;
END
$$;
