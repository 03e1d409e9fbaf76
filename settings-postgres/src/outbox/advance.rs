//! Several steps of deliveries in one statement.

use std::collections::HashMap;
use std::sync::Arc;

use settings_core::mail::outbox::MailState;
use tokio_postgres::Client;
use tokio_postgres::types::{ToSql, Type};

use super::clock::length;
use super::delivery::{count, pending};
use super::step::{Change, Step};
use crate::failure::Failure;

/// Takes several steps, which concern different mails. Returns the states of the mails whose leases are held.
pub(crate) async fn advance(
    client: &Client,
    steps: &[Arc<Step>],
) -> Result<HashMap<i64, MailState>, Failure> {
    let statement = "SELECT mail, state \
        FROM outbox_advance($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";
    // locks are taken in one order
    let mut steps: Vec<&Step> = steps.iter().map(|step| &**step).collect();
    steps.sort_by_key(|step| step.id);
    let (mut settled, mut marked, mut begun) = (Settled::default(), Marked::default(), Begun::default());
    for Step { id, token, now, change } in steps {
        let (id, token) = (id.as_i64(), token.as_i64());
        match change {
            Change::Settle(settlement) => {
                let (state, next) = pending(settlement);
                settled.mails.push(id);
                settled.tokens.push(token);
                settled.attempts.push(count(settlement.attempts));
                settled.moments.push(*now);
                settled.states.push(state);
                settled.nexts.push(next);
                settled.replies.push(&settlement.reply);
                settled.queue_ids.push(settlement.queue_id.as_deref());
                for (address, progress, reply) in &settlement.marks {
                    marked.mails.push(id);
                    marked.addresses.push(address.as_str());
                    marked.progresses.push(progress.name());
                    marked.replies.push(reply);
                }
            }
            Change::Begin { attempt, lease } => {
                begun.mails.push(id);
                begun.tokens.push(token);
                begun.attempts.push(count(*attempt));
                begun.moments.push(*now);
                begun.leases.push(length(*lease));
            }
        }
    }
    let parameters: [(&(dyn ToSql + Sync), Type); 17] = [
        (&settled.mails, Type::INT8_ARRAY),
        (&settled.tokens, Type::INT8_ARRAY),
        (&settled.attempts, Type::INT4_ARRAY),
        (&settled.moments, Type::INT8_ARRAY),
        (&settled.states, Type::TEXT_ARRAY),
        (&settled.nexts, Type::INT8_ARRAY),
        (&settled.replies, Type::TEXT_ARRAY),
        (&settled.queue_ids, Type::TEXT_ARRAY),
        (&marked.mails, Type::INT8_ARRAY),
        (&marked.addresses, Type::TEXT_ARRAY),
        (&marked.progresses, Type::TEXT_ARRAY),
        (&marked.replies, Type::TEXT_ARRAY),
        (&begun.mails, Type::INT8_ARRAY),
        (&begun.tokens, Type::INT8_ARRAY),
        (&begun.attempts, Type::INT4_ARRAY),
        (&begun.moments, Type::INT8_ARRAY),
        (&begun.leases, Type::INT8_ARRAY),
    ];
    let mut states = HashMap::new();
    for row in client.query_typed(statement, &parameters).await? {
        let state: String = row.try_get(1)?;
        let state = state.parse().map_err(|error| Failure::Invalid(format!("{error}")))?;
        states.insert(row.try_get(0)?, state);
    }
    Ok(states)
}

/// The columns of the mails to settle.
#[derive(Default)]
struct Settled<'s> {
    mails: Vec<i64>,
    tokens: Vec<i64>,
    attempts: Vec<i32>,
    moments: Vec<i64>,
    states: Vec<&'s str>,
    nexts: Vec<i64>,
    replies: Vec<&'s str>,
    queue_ids: Vec<Option<&'s str>>,
}

/// The columns of their recipients.
#[derive(Default)]
struct Marked<'s> {
    mails: Vec<i64>,
    addresses: Vec<&'s str>,
    progresses: Vec<&'s str>,
    replies: Vec<&'s str>,
}

/// The columns of the mails to begin.
#[derive(Default)]
struct Begun {
    mails: Vec<i64>,
    tokens: Vec<i64>,
    attempts: Vec<i32>,
    moments: Vec<i64>,
    leases: Vec<i64>,
}
