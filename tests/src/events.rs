//! Everything that is logged, as text.

use std::fmt::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// One event, or one span when it begins or is added to.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Its level.
    pub level: Level,
    /// Its name or message, and all of its fields.
    pub text: String,
}

/// The log since [`Ear::new`], at every level. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Ear {
    heard: Arc<Mutex<Vec<Heard>>>,
    spans: Arc<AtomicU64>,
}

struct Fields<'a>(&'a mut String);

impl Ear {
    /// Hears everything that any thread of this process logs from now on; once in a process.
    ///
    /// # Panics
    /// Where somebody listens already.
    pub fn new() -> Self {
        let ear = Self::default();
        tracing::subscriber::set_global_default(ear.clone()).expect("nobody listens yet");
        ear
    }

    /// Returns the log so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("a lock").clone()
    }

    fn hear(&self, level: &Level, name: &str, fields: impl FnOnce(&mut Fields<'_>)) {
        let mut text = name.to_owned();
        fields(&mut Fields(&mut text));
        self.heard.lock().expect("a lock").push(Heard { level: *level, text });
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Ear {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let metadata = span.metadata();
        self.hear(metadata.level(), metadata.name(), |fields| span.record(fields));
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) + 1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.hear(&Level::TRACE, "", |fields| values.record(fields));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.hear(event.metadata().level(), "", |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
