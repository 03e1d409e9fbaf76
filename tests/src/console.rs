//! A console over a settings file in a folder of its own, asked without a network.

use std::convert::Infallible;
use std::path::PathBuf;

use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use settings_console::{Console, ConsoleService, Gate, Visitor};
use settings_core::Settings;
use settings_core::mail::EmailSettings;
use settings_core::resolve::{Environment, Layers};
use tower::ServiceExt;

use crate::cli::Folder;

/// A console, its file, and everything that it has answered.
pub struct Site {
    folder: Folder,
    service: ConsoleService,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Answer {
    /// Returns the value of a header; empty if it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a header is text"))
    }

    /// Returns the body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Returns everything that the answer says.
    pub fn whole(&self) -> String {
        format!("{} {:?} {}", self.status, self.headers, self.body)
    }

    /// Returns the value of the hidden field of a form.
    pub fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let at =
            self.body.find(&start).unwrap_or_else(|| panic!("no field {name}: {}", self.body)) + start.len();
        let value = self.body[at..].split('"').next().unwrap_or_default();
        value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }

    /// Returns all fields of the page's main form as a browser would post them: hidden, typed and checked ones.
    pub fn fields(&self) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        for tag in self.body.split('<').skip(1) {
            let attribute = |name: &str| {
                let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
                let value = rest.split('"').next()?;
                Some(
                    value
                        .replace("&quot;", "\"")
                        .replace("&lt;", "<")
                        .replace("&gt;", ">")
                        .replace("&amp;", "&"),
                )
            };
            let (Some(name), true) =
                (attribute("name"), tag.starts_with("input") || tag.starts_with("textarea"))
            else {
                continue;
            };
            if ["q", "to", "viewport"].contains(&name.as_str()) {
                continue;
            }
            let kind = attribute("type").unwrap_or_default();
            if ["radio", "checkbox"].contains(&kind.as_str()) && !tag.contains(" checked") {
                continue;
            }
            let text = tag.split_once('>').map_or("", |(_, text)| text.strip_prefix('\n').unwrap_or(text));
            let text =
                text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            fields.push((name, attribute("value").unwrap_or(text)));
        }
        fields
    }
}

impl Site {
    /// A console over this text of `config.json` and these variables, for an administrator.
    pub fn new<T>(config: &str, environment: &[(&str, &str)]) -> Self
    where
        T: Settings + AsRef<EmailSettings> + Send + Sync + 'static,
    {
        let gate = |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
        Self::with_gate::<T>(config, environment, gate, |console| console)
    }

    /// A console with a gate and further options.
    pub fn with_gate<T>(
        config: &str,
        environment: &[(&str, &str)],
        gate: impl Gate,
        options: impl FnOnce(Console<T>) -> Console<T>,
    ) -> Self
    where
        T: Settings + AsRef<EmailSettings> + Send + Sync + 'static,
    {
        let folder = Folder::new("console");
        let file = folder.write("config.json", config);
        let environment: Environment = environment.iter().copied().collect();
        let others = move || Ok(Layers::new().environment(environment.clone()));
        let console = options(Console::<T>::new(file, others, gate).mail(T::as_ref));
        Self { folder, service: console.into_service() }
    }

    /// A console over `config.json` of a folder.
    pub fn of(folder: Folder, service: ConsoleService) -> Self {
        Self { folder, service }
    }

    /// Returns the service, to mount it.
    pub fn service(&self) -> ConsoleService {
        self.service.clone()
    }

    /// Returns the path of the settings file.
    pub fn path(&self) -> PathBuf {
        self.folder.path("config.json").into()
    }

    /// Returns the text of the settings file.
    pub fn text(&self) -> String {
        std::fs::read_to_string(self.path()).expect("the file can be read")
    }

    /// Replaces the text of the settings file.
    pub fn write(&self, text: &str) {
        std::fs::write(self.path(), text).expect("the file can be written");
    }

    /// Sends a request.
    pub async fn send(&self, request: Request<Full<axum::body::Bytes>>) -> Answer {
        let answer: Result<_, Infallible> = self.service.clone().oneshot(request).await;
        let (parts, body) = answer.expect("a console answers").into_parts();
        let body = body.collect().await.expect("a whole body").to_bytes();
        let body = String::from_utf8_lossy(&body).into_owned();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// Starts a request as a browser on this machine sends it.
    pub fn request(method: Method, path: &str) -> http::request::Builder {
        Request::builder().method(method).uri(path).header(header::HOST, "localhost")
    }

    /// Gets a page.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Self::request(Method::GET, path).body(Full::default()).expect("a request")).await
    }

    /// Posts a form.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form(fields);
        let request = Self::request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Full::from(body)).expect("a request")).await
    }

    /// Sends JSON.
    pub async fn json(&self, method: Method, path: &str, if_match: Option<&str>, body: &str) -> Answer {
        let mut request = Self::request(method, path).header(header::CONTENT_TYPE, "application/json");
        if let Some(tag) = if_match {
            request = request.header(header::IF_MATCH, tag);
        }
        self.send(request.body(Full::from(body.to_owned())).expect("a request")).await
    }

    /// Changes settings by the API, whatever the file has.
    pub async fn patch(&self, body: &str) -> Answer {
        self.json(Method::PATCH, "/api/settings", Some("*"), body).await
    }

    /// Opens a page, replaces fields of its form, and posts it to be reviewed.
    pub async fn review(&self, page: &str, typed: &[(&str, &str)]) -> Answer {
        let page = self.get(page).await;
        self.post_fields("/review", &with(page.fields(), typed)).await
    }

    /// Reviews as [`Site::review`], and saves what the review shows.
    pub async fn save(&self, page: &str, typed: &[(&str, &str)]) -> Answer {
        let review = self.review(page, typed).await;
        assert_eq!(review.status, StatusCode::OK, "{}", review.body);
        self.post_fields("/save", &review.fields()).await
    }

    /// Posts these fields.
    pub async fn post_fields(&self, path: &str, fields: &[(String, String)]) -> Answer {
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(path, &fields).await
    }
}

/// Replaces fields: a value replaces all fields of the name, and `-` alone as the name's start removes them.
pub fn with(mut fields: Vec<(String, String)>, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    for (name, value) in typed {
        if let Some(name) = name.strip_prefix('-') {
            fields.retain(|(found, _)| found != name);
            continue;
        }
        fields.retain(|(found, _)| found != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

/// Encodes a form.
pub fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        let bytes = text.bytes().map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        });
        bytes.collect::<String>()
    };
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
    pairs.collect::<Vec<_>>().join("&")
}
