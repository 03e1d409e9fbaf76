//! Deliveries that do not wait for the store: mails are taken ahead, and sent while others are recorded.

use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant, SystemTime};

use settings_core::mail::outbox::{Circuit, DueOrder, MailState, NewMail, Outbox, OutboxStore};
use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message};
use settings_tests::memory_store::MemoryStore;
use settings_tests::sink::{Act, Moment, Sink};
use tokio::time::timeout;

/// Longer than any test: no lease ends by itself.
const LEASE: Duration = Duration::from_secs(3600);

/// The longest wait for an event that comes.
const LIMIT: Duration = Duration::from_secs(60);

fn mailer(sink: &Sink) -> Mailer {
    let settings = EmailSettings {
        smtp_server: "127.0.0.1".to_owned(),
        smtp_port: sink.address().port(),
        smtp_server_timeout: LIMIT,
        ..EmailSettings::default()
    };
    Mailer::new(&settings, MailerOptions::default()).unwrap()
}

fn fill(outbox: &Outbox, mails: usize) {
    for number in 0..mails {
        let message =
            Message::new("server@example.com".parse().unwrap()).to("admin@example.com".parse().unwrap());
        let object = message.text(number.to_string()).to_object().unwrap();
        outbox.blocking_enqueue(&NewMail::notification(object)).unwrap();
    }
}

/// The number of mails that nobody has a lease of, in a queue that may wait until tomorrow.
fn free(store: &MemoryStore) -> usize {
    let later = SystemTime::now() + Duration::from_secs(24 * 60 * 60);
    store.due(later, DueOrder::Urgent, usize::MAX, &[]).unwrap().len()
}

/// A counter that others wait for.
#[derive(Clone, Default)]
struct Counter(Arc<(Mutex<usize>, Condvar)>);

impl Counter {
    fn add(&self) {
        *self.0.0.lock().unwrap() += 1;
        self.0.1.notify_all();
    }

    fn count(&self) -> usize {
        *self.0.0.lock().unwrap()
    }

    /// Waits until the count is reached; returns whether it was.
    fn reaches(&self, count: usize) -> bool {
        let counted = self.0.0.lock().unwrap();
        let (counted, _) = self.0.1.wait_timeout_while(counted, LIMIT, |counted| *counted < count).unwrap();
        *counted >= count
    }
}

/// One mail at a time is sent, and the next one while the result of the last is recorded.
#[tokio::test]
async fn next_mail_does_not_wait_for_the_store() {
    let taken = Counter::default();
    let counted = taken.clone();
    let sink = Sink::start(move |moment| {
        if let Moment::Dot(_) = moment {
            counted.add();
        }
        Act::Well
    });
    let (send, overlaps) = mpsc::channel();
    let store = MemoryStore::default().on_settle(move || {
        let _ = send.send(taken.reaches(2));
    });
    let outbox = Outbox::new(store).concurrency(1);
    fill(&outbox, 6);
    let report = outbox.run_once(&mailer(&sink)).await.unwrap();
    assert_eq!((report.sent, outbox.summary().unwrap().count(MailState::Sent)), (6, 6));
    assert!(
        overlaps.try_iter().all(|is_overlap| is_overlap),
        "the second mail was sent before the first was recorded"
    );
}

#[tokio::test]
async fn no_more_mails_are_sent_at_once_than_allowed() {
    let open = Arc::new(Mutex::new((0_usize, 0_usize)));
    let sink = Sink::start(move |moment| {
        let mut open = open.lock().unwrap();
        match moment {
            Moment::Sender(_) => *open = (open.0 + 1, open.1.max(open.0 + 1)),
            Moment::Dot(_) => open.0 -= 1,
            _ => {}
        }
        if open.1 > 3 { Act::Answer("554 5.7.0 too many at once") } else { Act::Well }
    });
    for store in [MemoryStore::default(), MemoryStore::shared(LEASE)] {
        let outbox = Outbox::new(store).concurrency(3);
        fill(&outbox, 40);
        let report = outbox.run_once(&mailer(&sink)).await.unwrap();
        assert_eq!((report.sent, report.failed), (40, 0));
    }
}

#[tokio::test]
async fn a_shared_store_is_not_asked_for_each_mail() {
    let sink = Sink::start(|_| Act::Well);
    let store = MemoryStore::shared(LEASE);
    let outbox = Outbox::new(store.clone()).concurrency(4);
    fill(&outbox, 60);
    let report = outbox.run_once(&mailer(&sink)).await.unwrap();
    assert_eq!(report.sent, 60);
    assert!(store.looks() <= 30, "{} looks for 60 mails", store.looks());
}

/// While one mail at a time is sent, the store is asked for more before the last one that was taken is sent, and a slow
/// answer does not delay it.
#[tokio::test]
async fn mails_that_were_taken_do_not_wait_for_the_next_look() {
    let (looks, dots) = (Counter::default(), Counter::default());
    let (send, waits) = mpsc::channel();
    let (look_began, sent, results) = (looks.clone(), dots.clone(), send.clone());
    let sink = Sink::start(move |moment| {
        if let Moment::Dot(_) = moment {
            sent.add();
            if sent.count() == 2 {
                let _ = results.send(("the second look begins", look_began.reaches(2)));
            }
        }
        Act::Well
    });
    let store = MemoryStore::shared(LEASE).on_look(move |number| {
        looks.add();
        if number == 2 {
            let _ = send.send(("the third mail is sent during the look", dots.reaches(3)));
        }
    });
    let outbox = Outbox::new(store).concurrency(1);
    fill(&outbox, 6);
    let report = outbox.run_once(&mailer(&sink)).await.unwrap();
    assert_eq!(report.sent, 6);
    let mut waits: Vec<_> = waits.try_iter().collect();
    waits.sort_unstable();
    assert_eq!(waits, [("the second look begins", true), ("the third mail is sent during the look", true)]);
}

#[tokio::test]
async fn a_run_that_is_dropped_during_a_look_keeps_no_mail() {
    let dropped = Counter::default();
    let (began, until) = (Counter::default(), dropped.clone());
    let begins = began.clone();
    let store = MemoryStore::shared(LEASE).on_look(move |number| {
        if number == 1 {
            begins.add();
            until.reaches(1);
        }
    });
    let sink = Sink::start(|_| Act::Well);
    let outbox = Outbox::new(store.clone()).concurrency(3);
    fill(&outbox, 20);
    let sender = mailer(&sink);
    {
        let run = outbox.run_once(&sender);
        let look = tokio::task::spawn_blocking(move || began.reaches(1));
        tokio::select! {
            report = run => panic!("the run ended: {report:?}"),
            has_begun = look => assert!(has_begun.unwrap()),
        }
    }
    dropped.add();
    // another run waits for the end of this one, which gives back what its look took
    assert_eq!(outbox.run_once(&sender).await.unwrap().sent, 20);
}

#[tokio::test]
async fn a_queue_that_stops_keeps_no_lease() {
    let sink = Sink::start(|moment| match moment {
        Moment::Greeting => Act::Answer("421 4.3.2 closing"),
        _ => Act::Well,
    });
    let store = MemoryStore::shared(LEASE);
    let outbox = Outbox::new(store.clone()).concurrency(2);
    fill(&outbox, 20);
    let report = outbox.run_once(&mailer(&sink)).await.unwrap();
    assert!(matches!(report.circuit, Circuit::Open { .. }), "{:?}", report.circuit);
    assert_eq!(free(&store), 20);
}

#[tokio::test]
async fn a_run_that_is_dropped_keeps_no_mail_that_it_did_not_send() {
    let (send, mut began) = tokio::sync::mpsc::unbounded_channel();
    let dropped = Counter::default();
    let until = dropped.clone();
    let sink = Sink::start(move |moment| {
        if let Moment::Dot(_) = moment {
            let _ = send.send(());
            // no delivery ends, and no mail that was taken ahead is started
            until.reaches(1);
        }
        Act::Well
    });
    let store = MemoryStore::shared(LEASE);
    let outbox = Outbox::new(store.clone()).concurrency(3);
    fill(&outbox, 20);
    let sender = mailer(&sink);
    {
        let run = outbox.run_once(&sender);
        tokio::select! {
            report = run => panic!("the run ended: {report:?}"),
            begun = timeout(LIMIT, began.recv()) => assert_eq!(begun, Ok(Some(()))),
        }
    }
    dropped.add();
    // three of the twenty were being sent; what the dropped run took ahead is given back in a moment
    let end = Instant::now() + LIMIT;
    let mut found = free(&store);
    while found < 17 && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(10)).await;
        found += free(&store);
    }
    assert_eq!(found, 17);
}
