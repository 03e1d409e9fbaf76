//! The test of the connection to the mail server.

use std::future::Future;
use std::net::{IpAddr, ToSocketAddrs};
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use settings_core::mail::doctor::{self, Probe, StepCheck};
use settings_core::mail::{EmailSettings, Mailbox, Mailer, MailerOptions, Message, PoolConfig};
use settings_core::schema::Names;
use settings_core::value::json::{Object, Tree};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::app::App;
use crate::change;
use crate::error::{ChangeError, FieldError};
use crate::gate::Visitor;
use crate::request;
use crate::secrets::{moved, path, section};
use crate::view::Item;

/// The time for a whole test.
const MAX_TIME: Duration = Duration::from_secs(90);

/// The number of characters of what a server said that an answer has.
const MAX_SEEN: usize = 300;

/// Returns whether a page with these settings offers the test.
pub(crate) fn is_page(app: &App, items: &[Item<'_>]) -> bool {
    let section = section(app);
    app.backend.has_mail() && items.iter().any(|item| item.path.starts_with(&section))
}

/// A test that may be run.
pub(crate) struct Test {
    settings: EmailSettings,
    names: Names,
    to: Option<Mailbox>,
    is_sending: bool,
}

impl Test {
    /// Prepares a test with the settings as they are after the edits, which are not saved.
    pub(crate) fn new(
        app: &App,
        visitor: &Visitor,
        mut items: Vec<request::Item>,
        to: &str,
        is_sending: bool,
    ) -> Result<Self, ChangeError> {
        let to = match to.trim() {
            "" if is_sending => return Err(refused("to", "required", "a test mail needs a recipient")),
            "" => None,
            to => match to.parse::<Mailbox>() {
                Ok(to) => Some(to),
                Err(error) => return Err(refused("to", "malformed", &format!("the recipient: {error}"))),
            },
        };
        for item in &mut items {
            item.base = None;
        }
        let settings = app.backend.edit(|opened| {
            change::edit(app, opened, visitor, &items)?;
            opened.check()?;
            let changed: Vec<String> =
                opened.changes().iter().map(|(change, _)| change.path.to_string()).collect();
            if let Some(error) = moved(app, opened, &changed) {
                return Err(ChangeError::Refused(vec![error]));
            }
            let (_, settings) = opened.mail();
            let invalid = || refused("", "invalid", "the settings have errors, which must be fixed first");
            settings.cloned().ok_or_else(invalid)
        });
        let settings = settings.map_err(ChangeError::Open)??;
        Ok(Self { settings, names: Names::of(app.backend.schema()), to, is_sending })
    }

    /// Refuses addresses that only this machine's own services listen on.
    pub(crate) fn check_address(&self, app: &App) -> Result<(), ChangeError> {
        let host = self.settings.smtp_server.trim_matches(['[', ']']);
        let found: Vec<IpAddr> = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => (host, self.settings.smtp_port)
                .to_socket_addrs()
                .map(|found| found.map(|address| address.ip()).collect())
                .unwrap_or_default(),
        };
        if found.into_iter().any(is_link_local) {
            let path = path(app, EmailSettings::SMTP_SERVER);
            let message = format!("`{path}`: an address of the local link is not tested");
            return Err(ChangeError::Refused(vec![FieldError::new(&path, "refused-address", message)]));
        }
        Ok(())
    }

    /// Starts the test. It ends when the steps are dropped.
    pub(crate) fn start(self, running: Running) -> Steps {
        let (sender, receiver) = unbounded_channel();
        let future = async move {
            let _running = running;
            let observed = sender.clone();
            let observe = move |check: &StepCheck| {
                // the reader may have gone, and then the test ends
                let _ = observed.send(step(check));
            };
            let test = self.run(observe, |line| {
                let _ = sender.send(line);
            });
            if tokio::time::timeout(MAX_TIME, test).await.is_err() {
                let _ = sender
                    .send(Object::from([("healthy", false.into()), ("remark", "the time is over".into())]));
            }
        };
        Steps { future: Some(Box::pin(future)), receiver }
    }

    async fn run(self, observe: impl FnMut(&StepCheck) + Send + 'static, mut tell: impl FnMut(Object)) {
        let options = MailerOptions::default().names(self.names);
        let mut probe = Probe::default();
        let sender = self.settings.sender().ok();
        let from = sender.or_else(|| self.to.clone());
        let envelope_sender = self.settings.envelope_sender().ok().flatten();
        let from_address = || from.as_ref().map(|from| from.address().clone().into());
        probe.sender = envelope_sender.clone().or_else(from_address);
        probe.recipients = self.to.iter().map(|to| to.address().clone()).collect();
        let diagnosis = doctor::examine_observed(&self.settings, options.clone(), &probe, observe).await;
        let (is_healthy, remark) = (diagnosis.healthy, diagnosis.remark.filter(|_| !self.is_sending));
        if let (true, true, Some(to), Some(from)) = (is_healthy, self.is_sending, self.to, from) {
            let text = "This is a test mail.\n\nThat it arrived means that the mail settings work.\n";
            let message = Message::new(from).to(to).subject("Test of the mail settings").text(text);
            let message =
                self.settings.reply_to().ok().flatten().into_iter().fold(message, Message::reply_to);
            let message = envelope_sender.into_iter().fold(message, Message::envelope_sender);
            let (is_sent, outcome) = match Mailer::new(&self.settings, options.pool(PoolConfig::DISABLED)) {
                Ok(mailer) => {
                    let outcome = mailer.send(&message).await;
                    (outcome.is_delivered_to_all(), outcome.to_string())
                }
                Err(failure) => (false, failure.to_string()),
            };
            tell(Object::from([
                ("step", "message".into()),
                ("status", (if is_sent { "ok" } else { "failed" }).into()),
                ("milliseconds", Tree::Null),
                ("seen", short(&outcome).into()),
                ("hints", Tree::Array(Vec::new())),
            ]));
            return tell(Object::from([("healthy", is_sent.into()), ("server", diagnosis.server.into())]));
        }
        tell(Object::from([
            ("healthy", is_healthy.into()),
            ("server", diagnosis.server.into()),
            ("remark", remark.into()),
        ]));
    }
}

fn refused(setting: &str, code: &'static str, message: &str) -> ChangeError {
    ChangeError::Refused(vec![FieldError::new(setting, code, message.to_owned())])
}

fn step(check: &StepCheck) -> Object {
    Object::from([
        ("step", check.step.into()),
        ("status", check.status.id().into()),
        ("milliseconds", check.milliseconds.map(Tree::from).unwrap_or_default()),
        ("seen", short(&check.seen).into()),
        ("hints", check.hints.iter().map(|hint| short(hint)).collect()),
    ])
}

/// Cuts a text that may come from a server, and replaces characters that control a terminal or the order of text.
fn short(text: &str) -> String {
    let is_control = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut short: String =
        text.chars().take(MAX_SEEN).map(|c| if is_control(c) { ' ' } else { c }).collect();
    if text.chars().nth(MAX_SEEN).is_some() {
        short.push('…');
    }
    short
}

/// Addresses of the local link reach services of the machine and of its provider that no mail server is among.
fn is_link_local(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_link_local() || address.is_multicast() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_unicast_link_local() || address.is_multicast(),
    }
}

/// The mark that a visitor's test is running. A visitor has one at a time.
pub(crate) struct Running {
    app: Arc<App>,
    visitor: String,
}

impl Running {
    /// Returns `None` if a test of the visitor is running already.
    pub(crate) fn new(app: &Arc<App>, visitor: &Visitor) -> Option<Self> {
        let mut testing = app.limits.testing.lock().unwrap_or_else(PoisonError::into_inner);
        let visitor = visitor.name().to_owned();
        if testing.contains(&visitor) {
            return None;
        }
        testing.push(visitor.clone());
        Some(Self { app: Arc::clone(app), visitor })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut testing = self.app.limits.testing.lock().unwrap_or_else(PoisonError::into_inner);
        testing.retain(|visitor| *visitor != self.visitor);
    }
}

/// The steps of a test as they end. The test runs while they are read.
pub(crate) struct Steps {
    future: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    receiver: UnboundedReceiver<Object>,
}

impl Steps {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Object>> {
        if let Some(future) = &mut self.future
            && future.as_mut().poll(context).is_ready()
        {
            self.future = None;
        }
        self.receiver.poll_recv(context)
    }

    /// Runs the test to its end.
    pub(crate) async fn all(mut self) -> Vec<Object> {
        let mut all = Vec::new();
        while let Some(step) = std::future::poll_fn(|context| self.poll(context)).await {
            all.push(step);
        }
        all
    }
}

impl Stream for Steps {
    type Item = Result<String, std::convert::Infallible>;

    /// Returns each step as a line of JSON.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(context).map(|step| step.map(|step| Ok(format!("{}\n", Tree::from(step)))))
    }
}
