//! The host's decision who may see and change which settings.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use http::request::Parts;
use settings_core::schema::Setting;

/// The host's decision who a request comes from.
///
/// There is no default: a console needs a gate. Functions and closures with the same signature are gates.
///
/// ```
/// use settings_console::{Refusal, Visitor};
///
/// let gate = |request: &http::request::Parts| match request.headers.get("cookie") {
///     Some(cookie) if cookie == "session=of-ann" => Ok(Visitor::administrator("ann")),
///     Some(_) => Err(Refusal::Forbidden),
///     None => Err(Refusal::Login("/login".to_owned())),
/// };
/// # fn check(_: impl settings_console::Gate) {}
/// # check(gate);
/// ```
pub trait Gate: Send + Sync + 'static {
    /// Returns the visitor that the request comes from.
    ///
    /// # Errors
    /// If the request comes from no visitor.
    fn admit(&self, request: &Parts) -> Result<Visitor, Refusal>;
}

impl<F> Gate for F
where
    F: Fn(&Parts) -> Result<Visitor, Refusal> + Send + Sync + 'static,
{
    fn admit(&self, request: &Parts) -> Result<Visitor, Refusal> {
        self(request)
    }
}

/// The answer to a request that comes from no visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The request has no login: status 401.
    Unauthorized,
    /// The login may not use the console: status 403.
    Forbidden,
    /// The request has no login: a browser is sent to this address, a program gets status 401.
    Login(String),
}

/// The address that a request comes from, as an extension of the request.
///
/// A host inserts it so that limits are counted for each address too, and so that the audit trail has it. No header is
/// ever taken for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// The right to one setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// The setting is nowhere to be seen.
    Hidden,
    /// The setting is seen, and a secret's value is not.
    Read,
    /// The setting is seen and can be changed.
    Write,
}

/// A setting whose right is asked for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Subject<'a> {
    /// The path.
    pub path: &'a str,
    /// The page in the console, if the schema names one.
    pub console: Option<&'a str>,
    /// The metadata; the scope is there too.
    pub setting: &'static Setting,
}

type Rights = dyn Fn(Subject<'_>) -> Access + Send + Sync;

/// A person or program that uses the console.
#[derive(Clone)]
pub struct Visitor {
    name: String,
    rights: Arc<Rights>,
    may_test: bool,
}

impl fmt::Debug for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visitor")
            .field("name", &self.name)
            .field("may_test", &self.may_test)
            .finish_non_exhaustive()
    }
}

impl Visitor {
    /// A visitor who may change every setting and test connections. The name is the author in the history.
    pub fn administrator(name: impl Into<String>) -> Self {
        Self { name: name.into(), rights: Arc::new(|_| Access::Write), may_test: true }
    }

    /// A visitor who sees every setting and changes none.
    pub fn reader(name: impl Into<String>) -> Self {
        Self { name: name.into(), rights: Arc::new(|_| Access::Read), may_test: false }
    }

    /// Sets the right to each setting.
    #[must_use]
    pub fn rights(mut self, rights: impl Fn(Subject<'_>) -> Access + Send + Sync + 'static) -> Self {
        self.rights = Arc::new(rights);
        self
    }

    /// Sets whether the visitor may test connections.
    #[must_use]
    pub fn may_test(mut self, may_test: bool) -> Self {
        self.may_test = may_test;
        self
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn access(&self, subject: Subject<'_>) -> Access {
        (self.rights)(subject)
    }

    #[cfg(feature = "mail")]
    pub(crate) const fn is_tester(&self) -> bool {
        self.may_test
    }
}
