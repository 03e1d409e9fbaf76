-- A statement that changes a row prepares the checks of its table first, which takes longer than the change. Programs write
-- no other texts, and reading one is an error. A table that somebody reads for long, such as pg_dump, keeps its checks: to
-- wait for it would stop all deliveries in the meantime.
DO $$
DECLARE
    usual text := current_setting('lock_timeout');
BEGIN
    PERFORM set_config('lock_timeout', '500ms', true);
    ALTER TABLE outbox_mail DROP CONSTRAINT IF EXISTS outbox_mail_kind_check,
        DROP CONSTRAINT IF EXISTS outbox_mail_state_check;
    ALTER TABLE outbox_recipient DROP CONSTRAINT IF EXISTS outbox_recipient_progress_check;
    PERFORM set_config('lock_timeout', usual, true);
EXCEPTION WHEN lock_not_available THEN
    NULL;
END
$$;
-- Settles in one statement, and begins in another. The recipients of a mail need no lock: whoever else changes them ends its
-- lease, and then the mail is not settled.
CREATE OR REPLACE FUNCTION outbox_advance(
    s_mails bigint[], s_tokens bigint[], s_attempts integer[], s_moments bigint[], s_states text[], s_nexts bigint[],
    s_replies text[], s_queue_ids text[],
    r_mails bigint[], r_addresses text[], r_progresses text[], r_replies text[],
    b_mails bigint[], b_tokens bigint[], b_attempts integer[], b_moments bigint[], b_leases bigint[]
) RETURNS TABLE (mail bigint, state text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
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
            emptied AS (DELETE FROM outbox_content o USING changed c WHERE o.mail = c.id AND c.state = 'sent'),
            known AS (UPDATE outbox_key k SET sent = true FROM changed c WHERE k.mail = c.id AND c.state = 'sent')
            SELECT c.id, c.state FROM changed c;
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
