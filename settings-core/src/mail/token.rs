//! OAuth 2.0 access tokens, obtained when they are needed.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::value::Secret;

type TokenFuture = Pin<Box<dyn Future<Output = Result<Secret, TokenError>> + Send>>;
type TokenFunction = dyn Fn(TokenRequest) -> TokenFuture + Send + Sync;

/// A source of access tokens for XOAUTH2 and OAUTHBEARER.
///
/// A mailer asks it for a token for each login. If the server refuses the token, the mailer asks again with
/// [`TokenRequest::Fresh`], once.
///
/// ```
/// use settings_core::mail::{MailerOptions, TokenError, TokenRequest, TokenSource};
/// use settings_core::value::Secret;
///
/// async fn token(request: TokenRequest) -> Result<Secret, TokenError> {
///     match request {
///         TokenRequest::Fresh => Err(TokenError::Unavailable("the token server does not answer".into())),
///         _ => Ok(Secret::new("ya29.a0Af")),
///     }
/// }
///
/// let options = MailerOptions::default().token_source(TokenSource::new(token));
/// ```
#[derive(Clone)]
pub struct TokenSource {
    function: Arc<TokenFunction>,
    /// The token, if it never changes.
    fixed: Option<Secret>,
}

/// The kind of token that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenRequest {
    /// Any token that has not expired.
    Cached,
    /// A new token, since the server refused the last one.
    Fresh,
}

/// The reason why there is no access token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenError {
    /// The token server does not answer at present; the mail is tried again later.
    Unavailable(String),
    /// The token server refuses, until the settings or the grant change; the mail is not attempted.
    Rejected(String),
    /// The source has no token other than the one that the server refused.
    Unchanged,
}

impl TokenSource {
    /// Creates a source from an async function.
    pub fn new<F, T>(function: F) -> Self
    where
        F: Fn(TokenRequest) -> T + Send + Sync + 'static,
        T: Future<Output = Result<Secret, TokenError>> + Send + 'static,
    {
        Self { function: Arc::new(move |request| Box::pin(function(request))), fixed: None }
    }

    /// Creates a source of one token that never changes.
    pub fn fixed(token: Secret) -> Self {
        let same = token.clone();
        let source = Self::new(move |_| {
            let token = same.clone();
            async move { Ok(token) }
        });
        Self { fixed: Some(token), ..source }
    }

    pub(crate) async fn token(&self, request: TokenRequest) -> Result<Secret, TokenError> {
        (self.function)(request).await
    }

    pub(crate) fn is_fixed(&self) -> bool {
        self.fixed.is_some()
    }

    #[cfg(feature = "mail-outbox-store")]
    pub(crate) fn fixed_token(&self) -> Option<&Secret> {
        self.fixed.as_ref()
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").finish_non_exhaustive()
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(text) => write!(f, "no access token is available at present: {text}"),
            Self::Rejected(text) => write!(f, "the request for an access token was rejected: {text}"),
            Self::Unchanged => f.write_str("there is no other access token"),
        }
    }
}

impl Error for TokenError {}
