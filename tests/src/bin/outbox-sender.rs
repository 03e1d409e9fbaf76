//! Adds mails to an outbox and delivers them, as fast as possible, until it is killed.
//!
//!     outbox-sender OUTBOX PORT JOURNAL START
//!
//! OUTBOX is a file, or the URL of a database, in which the leases of mails are short.
//!
//! A line `Message-ID kind` in the journal means that the outbox has accepted this mail. The clock runs 20,000 times as
//! fast as real time since START (in seconds since 1970), so that the waits between attempts pass.

use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use settings_core::mail::outbox::{Clock, NewMail, Outbox, OutboxLimits};
use settings_core::mail::{EmailSettings, Mailer, MailerOptions, Message};
use settings_postgres::PostgresOutbox;

/// The number of waiting mails at which no more are added.
const WAITING: u64 = 50;
const YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

struct FastClock(SystemTime);

impl Clock for FastClock {
    fn now(&self) -> SystemTime {
        self.0 + self.0.elapsed().unwrap_or_default() * 20_000
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, port, journal, start] = arguments.as_slice() else {
        return Err("OUTBOX PORT JOURNAL START".into());
    };
    let mut limits = OutboxLimits::default().dead(u64::MAX, u64::MAX);
    (limits.keep_dead, limits.keep_sent) = (YEARS, YEARS);
    let clock = FastClock(SystemTime::UNIX_EPOCH + Duration::from_secs(start.parse()?));
    let outbox = if path.starts_with("postgres://") {
        let store = PostgresOutbox::new(path.parse()?)?;
        Outbox::new(store.lease(Duration::from_millis(300)).poll(Duration::from_millis(50)))
    } else {
        Outbox::open(Path::new(path))?
    };
    let outbox = outbox.limits(limits).clock(Arc::new(clock));
    let settings = EmailSettings {
        smtp_server: "127.0.0.1".to_owned(),
        smtp_port: port.parse()?,
        smtp_server_timeout: Duration::from_secs(5),
        ..EmailSettings::default()
    };
    let mailer = Mailer::new(&settings, MailerOptions::default())?;
    let runner = outbox.clone();
    tokio::spawn(async move { runner.run(|| mailer.clone()).await });
    let mut journal = OpenOptions::new().append(true).create(true).open(journal)?;
    for number in 0_u64.. {
        while outbox.summary()?.waiting() >= WAITING {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let message = Message::new("server@example.com".parse()?)
            .to("admin@example.com".parse()?)
            .subject("News")
            .text(format!("Number {number}\n.\nof process {}", std::process::id()));
        let object = message.to_object()?;
        let alert = number % 2 == 0;
        let mail = if alert { NewMail::alert(object) } else { NewMail::notification(object) };
        outbox.enqueue(mail.lifetime(YEARS)).await?;
        let kind = if alert { "alert" } else { "notification" };
        // One write: a line is whole or not there.
        journal.write_all(format!("{} {kind}\n", message.message_id().as_str()).as_bytes())?;
    }
    Ok(())
}
