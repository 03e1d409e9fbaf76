//! The steps of deliveries, several in one statement.
//!
//! A program that delivers several mails at the same time begins and settles them in the same moments. One statement for
//! all that wait takes little more time than one for the first, and they share a commit.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use settings_core::mail::outbox::{BeginOutcome, Claim, MailState};
use tokio::sync::oneshot;

use super::advance::advance;
use super::pool::Patience;
use super::step::{Change, Step};
use super::{Shared, delivery};
use crate::connection::Connection;
use crate::failure::Failure;
use crate::storage::ended;

/// The number of steps in one statement at most.
const MOST: usize = 64;

/// The state of the mail after a step, or `None` if the step was not taken because the lease was lost; and the time at
/// which the database was asked for it.
pub(crate) type Answer = Result<(Option<MailState>, Instant), Failure>;

/// The steps that wait for the statement that is running.
#[derive(Default)]
pub(super) struct Steps(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    is_running: bool,
}

struct Waiting {
    step: Arc<Step>,
    answer: oneshot::Sender<Answer>,
    /// Held until the step has ended.
    claim: Claim,
}

impl Waiting {
    /// Ends the step, whose caller may no longer wait.
    fn end(self, answer: Answer) {
        drop(self.claim);
        let _ = self.answer.send(answer);
    }
}

impl Steps {
    /// Adds a step, and returns whether a task must be started that runs them.
    fn add(&self, waiting: Waiting) -> bool {
        let mut queue = self.queue();
        queue.waiting.push(waiting);
        !std::mem::replace(&mut queue.is_running, true)
    }

    /// Returns the steps of the next statement, which concern different mails. Returns none, and ends the run, if none
    /// waits.
    fn next(&self) -> Vec<Waiting> {
        let mut queue = self.queue();
        let mut mails = HashSet::new();
        let (next, later) = std::mem::take(&mut queue.waiting)
            .into_iter()
            .partition::<Vec<_>, _>(|waiting| mails.len() < MOST && mails.insert(waiting.step.id.as_i64()));
        queue.waiting = later;
        queue.is_running = !next.is_empty();
        next
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a run that panics, with all steps that wait.
struct Running<'s>(&'s Steps);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            *self.0.queue() = Queue::default();
        }
    }
}

/// Starts a step, in one statement with those of other mails that wait, and returns its answer. The step runs to its end even
/// if the future is dropped.
pub(super) fn start(
    shared: &Arc<Shared>,
    step: Step,
    claim: Claim,
) -> impl Future<Output = Answer> + Send + use<> {
    let (answer, receiver) = oneshot::channel();
    if shared.steps.add(Waiting { step: Arc::new(step), answer, claim }) {
        shared.runtime.spawn(run(Arc::clone(shared)));
    }
    async { receiver.await.unwrap_or_else(|_| Err(ended())) }
}

/// Runs all steps that wait. Those of a statement that fails are tried again alone, so that no mail waits for another one.
async fn run(shared: Arc<Shared>) {
    let _running = Running(&shared.steps);
    loop {
        let next = shared.steps.next();
        if next.is_empty() {
            return;
        }
        let steps: Arc<[Arc<Step>]> = next.iter().map(|waiting| Arc::clone(&waiting.step)).collect();
        let run = shared.pool.run(Patience::None, |connection, _| all(connection, Arc::clone(&steps)));
        match run.await {
            Ok((states, asked)) => {
                for (waiting, state) in next.into_iter().zip(states) {
                    waiting.end(Ok((state, asked)));
                }
            }
            Err(_) => next.into_iter().for_each(|waiting| {
                tokio::spawn(again(Arc::clone(&shared), waiting));
            }),
        }
    }
}

async fn again(shared: Arc<Shared>, waiting: Waiting) {
    let run =
        shared.pool.run(Patience::Long, |connection, _| one(connection, Arc::clone(&waiting.step), true));
    let answer = run.await;
    waiting.end(answer);
}

/// Takes several steps in one statement.
async fn all(
    connection: Arc<Connection>,
    steps: Arc<[Arc<Step>]>,
) -> Result<(Vec<Option<MailState>>, Instant), Failure> {
    if let [step] = &*steps {
        // the statement for one mail is the fastest
        let (state, asked) = one(connection, Arc::clone(step), false).await?;
        return Ok((vec![state], asked));
    }
    let asked = Instant::now();
    let states = advance(&connection.client, &steps).await?;
    Ok((steps.iter().map(|step| states.get(&step.id.as_i64()).copied()).collect(), asked))
}

async fn one(connection: Arc<Connection>, step: Arc<Step>, is_again: bool) -> Answer {
    let asked = Instant::now();
    let (client, lease) = (&connection.client, (step.id, step.token));
    let state = match &step.change {
        Change::Begin { attempt, lease: length } => {
            let begun = delivery::begin(client, lease, *attempt, step.now, *length, is_again).await?;
            (begun == BeginOutcome::Started).then_some(MailState::Sending)
        }
        Change::Settle(settlement) => delivery::settle(client, lease, settlement, step.now, is_again).await?,
    };
    Ok((state, asked))
}
