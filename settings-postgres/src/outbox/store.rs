//! The interface of a store, for blocking code.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use settings_core::mail::outbox::{
    BeginOutcome, Circuit, Claim, Clock, DeliverySteps, DueMail, DueOrder, EnqueueError, Enqueued, KnownMail,
    LeaseToken, MailId, MailState, NewMail, OutboxEntry, OutboxError, OutboxLimits, OutboxStore,
    OutboxSummary, RemoveOutcome, RetryOutcome, Settlement, Sharing,
};
use settings_core::mail::{Address, MailObject, ReversePath};
use tokio_postgres::types::Type;

use super::clock::{millis, time};
use super::intake::{self, Refused};
use super::pool::Patience;
use super::{DISTRUST_INTERVAL, PostgresOutbox, delivery, is_time, listing, sweep};

impl OutboxStore for PostgresOutbox {
    fn enqueue(
        &self,
        mail: &NewMail,
        limits: &OutboxLimits,
        now: SystemTime,
    ) -> Result<Enqueued, EnqueueError> {
        let (shared, mail, limits) = (Arc::clone(&self.shared), Arc::new(mail.clone()), *limits);
        let now = millis(now);
        self.run(Patience::Long, move |connection, is_again| {
            let (shared, mail) = (Arc::clone(&shared), Arc::clone(&mail));
            async move {
                let client = &connection.client;
                match intake::enqueue(client, &mail, &limits, Some(now), &shared.room).await {
                    // an attempt before has added it, and its answer was lost
                    Ok(known) if is_again && intake::is_of(client, known.id, &mail).await? => {
                        Ok(Ok(Enqueued::added(known.id)))
                    }
                    Ok(enqueued) => Ok(Ok(enqueued)),
                    Err(Refused::Mail(error)) => Ok(Err(error)),
                    Err(Refused::Database(failure)) => Err(failure),
                }
            }
        })?
    }

    fn find(&self, key: &str) -> Result<Option<KnownMail>, OutboxError> {
        let key: Arc<str> = key.into();
        self.run(Patience::Once, move |connection, _| {
            let key = Arc::clone(&key);
            async move { intake::find(&connection.client, &key).await }
        })
    }

    fn sharing(&self) -> Option<Sharing> {
        let clock: Arc<dyn Clock> = Arc::<super::DatabaseClock>::clone(&self.shared.clock);
        Some(Sharing::new(self.lease, self.poll, clock))
    }

    fn claim(&self) -> Result<Option<Claim>, OutboxError> {
        Ok(Some(Claim::new(())))
    }

    fn recover(&self, now: SystemTime) -> Result<u64, OutboxError> {
        let now = millis(now);
        self.run(Patience::Once, move |connection, _| async move {
            delivery::recover(&connection.client, now).await
        })
    }

    fn sweep(&self, limits: &OutboxLimits, now: SystemTime) -> Result<u64, OutboxError> {
        let (limits, now) = (*limits, millis(now));
        let distrusts = is_time(&self.shared.checked, DISTRUST_INTERVAL);
        let expired = self.run(Patience::Slow, move |connection, _| async move {
            sweep::sweep(&connection.client, &limits, now, distrusts).await
        })?;
        self.report_old_snapshot();
        Ok(expired)
    }

    fn due(
        &self,
        now: SystemTime,
        order: DueOrder,
        limit: usize,
        except: &[MailId],
    ) -> Result<Vec<DueMail>, OutboxError> {
        let (now, lease, node) = (millis(now), self.lease, Arc::clone(&self.node));
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let except: Arc<[i64]> = except.iter().map(|id| id.as_i64()).collect();
        self.run(Patience::Once, move |connection, _| {
            let (except, node) = (Arc::clone(&except), Arc::clone(&node));
            async move {
                delivery::take(&connection.client, now, order, limit, &except, (lease, &node)).await
            }
        })
    }

    fn adopt_sender(&self, from: &Address, envelope: &ReversePath) -> Result<(), OutboxError> {
        let sender = Arc::new((from.clone(), envelope.clone()));
        self.run(Patience::Slow, move |connection, _| {
            let sender = Arc::clone(&sender);
            async move { delivery::adopt_sender(&connection.client, &sender.0, &sender.1).await }
        })
    }

    fn make_due(&self, now: SystemTime) -> Result<(), OutboxError> {
        let now = millis(now);
        self.run(Patience::Slow, move |connection, _| async move {
            delivery::make_due(&connection.client, now).await
        })
    }

    fn next_due(&self) -> Result<Option<SystemTime>, OutboxError> {
        let next = self
            .run(Patience::Once, |connection, _| async move { delivery::next_due(&connection.client).await });
        Ok(next?.map(time))
    }

    fn renew(&self, leases: &[(MailId, LeaseToken)]) -> Result<(), OutboxError> {
        let (ids, tokens): (Vec<i64>, Vec<i64>) =
            leases.iter().map(|(id, token)| (id.as_i64(), token.as_i64())).unzip();
        let (leases, lease) = (Arc::new((ids, tokens)), self.lease);
        self.run(Patience::Once, move |connection, _| {
            let leases = Arc::clone(&leases);
            async move { delivery::renew(&connection.client, &leases.0, &leases.1, lease).await }
        })
    }

    fn release(&self, id: MailId, token: LeaseToken) -> Result<(), OutboxError> {
        self.run(Patience::Once, move |connection, _| async move {
            delivery::release(&connection.client, id, token).await
        })
    }

    fn begin(
        &self,
        id: MailId,
        token: LeaseToken,
        attempt: u32,
        now: SystemTime,
    ) -> Result<BeginOutcome, OutboxError> {
        self.wait(DeliverySteps::begin(self, id, token, attempt, now, Claim::new(())))
    }

    fn settle(
        &self,
        id: MailId,
        token: LeaseToken,
        settlement: &Settlement,
        now: SystemTime,
    ) -> Result<Option<MailState>, OutboxError> {
        self.wait(DeliverySteps::settle(self, id, token, settlement.clone(), now, Claim::new(())))
    }

    fn steps(&self) -> Option<&dyn DeliverySteps> {
        Some(self)
    }

    fn circuit(&self) -> Result<Circuit, OutboxError> {
        let shared = Arc::clone(&self.shared);
        self.run(Patience::Once, move |connection, _| {
            let clock = Arc::clone(&shared.clock);
            async move {
                let asked = Instant::now();
                let (circuit, now) = listing::circuit(&connection.client).await?;
                clock.set(now, asked);
                Ok(circuit)
            }
        })
    }

    fn set_circuit(&self, circuit: &Circuit) -> Result<(), OutboxError> {
        let circuit = Arc::new(circuit.clone());
        self.run(Patience::Once, move |connection, _| {
            let circuit = Arc::clone(&circuit);
            async move { listing::set_circuit(&connection.client, None, &circuit).await.map(drop) }
        })
    }

    fn swap_circuit(&self, known: &Circuit, circuit: &Circuit) -> Result<Circuit, OutboxError> {
        let swap = Arc::new((known.clone(), circuit.clone()));
        self.run(Patience::Once, move |connection, _| {
            let swap = Arc::clone(&swap);
            async move {
                let (known, circuit) = &*swap;
                match listing::set_circuit(&connection.client, Some(known), circuit).await? {
                    true => Ok(circuit.clone()),
                    false => Ok(listing::circuit(&connection.client).await?.0),
                }
            }
        })
    }

    fn last_done(&self, task: &str) -> Result<Option<SystemTime>, OutboxError> {
        let task: Arc<str> = task.into();
        let at: Option<i64> = self.run(Patience::Once, move |connection, _| {
            let task = Arc::clone(&task);
            async move {
                let statement = "SELECT max(at) FROM outbox_moment WHERE task = $1";
                let row = connection.client.query_typed_one(statement, &[(&&*task, Type::TEXT)]).await?;
                Ok(row.try_get(0)?)
            }
        })?;
        Ok(at.map(time))
    }

    fn set_done(&self, task: &str, at: SystemTime) -> Result<(), OutboxError> {
        let (task, at): (Arc<str>, _) = (task.into(), millis(at));
        self.run(Patience::Long, move |connection, _| {
            let task = Arc::clone(&task);
            async move {
                let statement = "INSERT INTO outbox_moment (task, at) VALUES ($1, $2) \
                    ON CONFLICT (task) DO UPDATE SET at = excluded.at";
                let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
                    [(&&*task, Type::TEXT), (&at, Type::INT8)];
                connection.client.execute_typed(statement, &parameters).await?;
                Ok(())
            }
        })
    }

    fn summary(&self) -> Result<OutboxSummary, OutboxError> {
        self.run(Patience::Slow, |connection, _| async move { listing::summary(&connection.client).await })
    }

    fn list(&self, states: &[MailState], limit: usize) -> Result<Vec<OutboxEntry>, OutboxError> {
        let states: Arc<[MailState]> = states.into();
        self.run(Patience::Slow, move |connection, _| {
            let states = Arc::clone(&states);
            async move { listing::list(&connection.client, &states, limit).await }
        })
    }

    fn get(&self, id: MailId) -> Result<Option<OutboxEntry>, OutboxError> {
        self.run(
            Patience::Once,
            move |connection, _| async move { listing::get(&connection.client, id).await },
        )
    }

    fn retry(&self, id: MailId, now: SystemTime) -> Result<RetryOutcome, OutboxError> {
        let now = millis(now);
        self.run(Patience::Once, move |connection, _| async move {
            intake::retry(&connection.client, id, now).await
        })
    }

    fn replace(&self, id: MailId, mail: &MailObject, now: SystemTime) -> Result<RetryOutcome, OutboxError> {
        // only a new mail knows the address of its header
        let from = NewMail::notification(mail.clone()).from_address().map(|from| from.to_string());
        let (mail, now) = (Arc::new((mail.clone(), from)), millis(now));
        self.run(Patience::Once, move |connection, _| {
            let mail = Arc::clone(&mail);
            async move { intake::replace(&connection.client, id, (&mail.0, mail.1.clone()), now).await }
        })
    }

    fn remove(&self, id: MailId) -> Result<RemoveOutcome, OutboxError> {
        self.run(
            Patience::Once,
            move |connection, _| async move { intake::remove(&connection.client, id).await },
        )
    }
}
