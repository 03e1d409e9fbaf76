//! A headless Chromium or Firefox, driven by the WebDriver protocol.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// The key under which the protocol names elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// The time that any single command may take.
const COMMAND_TIME: Duration = Duration::from_secs(60);

/// The time in which a browser ends.
const END_TIME: Duration = Duration::from_secs(10);

/// The time for which an element that is looked for may be missing.
const ELEMENT_TIME: Duration = Duration::from_secs(20);

/// The number of times that a driver is started at most.
const STARTS: usize = 5;

/// A browser with one window. It ends when it is dropped.
pub struct Browser {
    _driver: Child,
    port: u16,
    session: String,
}

impl Browser {
    /// Starts chromedriver, and Chromium by it.
    ///
    /// # Errors
    /// If one of them is missing or does not start.
    pub async fn start() -> Result<Self, String> {
        let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
        let chromium = crate::real::first_of(&chromium).ok_or("chromium is not installed")?;
        let driver =
            crate::real::first_of(&["/usr/bin/chromedriver"]).ok_or("chromium-driver is not installed")?;
        let options = json!({
            "binary": chromium,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1100,900",
                "--host-resolver-rules=MAP *.example 127.0.0.1", "--force-prefers-reduced-motion",
            ],
        });
        let wanted =
            json!({"browserName": "chrome", "acceptInsecureCerts": true, "goog:chromeOptions": options});
        Self::driven_by(&driver, "started successfully on port ", &wanted).await
    }

    /// Starts geckodriver, and Firefox by it, with script in pages or without.
    ///
    /// # Errors
    /// If one of them is missing or does not start.
    pub async fn firefox(with_script: bool) -> Result<Self, String> {
        let firefox = crate::real::first_of(&["/usr/bin/firefox-esr", "/usr/bin/firefox"]);
        let firefox = firefox.ok_or("firefox-esr is not installed")?;
        let usual =
            PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/geckodriver/bin/geckodriver"));
        let driver = crate::real::program("SETTINGS_GECKODRIVER", usual)?;
        let options =
            json!({"binary": firefox, "args": ["-headless"], "prefs": {"javascript.enabled": with_script}});
        let wanted =
            json!({"browserName": "firefox", "acceptInsecureCerts": true, "moz:firefoxOptions": options});
        Self::driven_by(&driver, "Listening on 127.0.0.1:", &wanted).await
    }

    /// Starts a driver that prints these words before its port, and a browser by it.
    async fn driven_by(driver: &Path, before_port: &str, wanted: &Value) -> Result<Self, String> {
        let mut attempt = 1;
        let (driver, port) = loop {
            match start_driver(driver, before_port).await {
                // the port that it picked can be taken already
                Err(why) if attempt < STARTS => eprintln!("{why}; it starts again"),
                started => break started?,
            }
            attempt += 1;
        };
        let mut browser = Self { _driver: driver, port, session: String::new() };
        let capabilities = json!({"capabilities": {"alwaysMatch": wanted}});
        let started = browser.call("POST", "/session", &capabilities).await?;
        browser.session = started["sessionId"].as_str().ok_or("no session")?.to_owned();
        // a click returns before the page is there that it leads to
        let waits = json!({ "implicit": ELEMENT_TIME.as_millis() as u64 });
        browser.call("POST", &format!("/session/{}/timeouts", browser.session), &waits).await?;
        Ok(browser)
    }

    async fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        timeout(COMMAND_TIME, self.exchange(method, path, body))
            .await
            .map_err(|_| format!("{path}: no answer"))?
    }

    async fn exchange(&self, method: &str, path: &str, body: &Value) -> Result<Value, String> {
        let failed = |error: std::io::Error| format!("{path}: {error}");
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.map_err(failed)?;
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\nConnection: close\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.map_err(failed)?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.map_err(failed)?);
        }
        let head = String::from_utf8_lossy(&head).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
        let length = length.and_then(|length| length.trim().parse::<usize>().ok()).ok_or("no length")?;
        let mut text = vec![0; length];
        stream.read_exact(&mut text).await.map_err(failed)?;
        let answer: Value = serde_json::from_slice(&text).map_err(|error| format!("{path}: {error}"))?;
        match answer["value"]["error"].as_str() {
            Some(error) => Err(format!(
                "{path} {body}: {error}: {}",
                answer["value"]["message"].as_str().unwrap_or_default()
            )),
            None => Ok(answer["value"].clone()),
        }
    }

    async fn command(&self, method: &str, path: &str, body: Value) -> Value {
        let path = format!("/session/{}{path}", self.session);
        self.call(method, &path, &body).await.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Opens a page.
    pub async fn open(&self, url: &str) {
        self.command("POST", "/url", json!({ "url": url })).await;
    }

    /// Returns the address of the page.
    pub async fn url(&self) -> String {
        self.command("GET", "/url", Value::Null).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the address of the page contains a text: a click that leads to a page returns before it is there.
    ///
    /// # Panics
    /// After 20 seconds.
    pub async fn arrive(&self, part: &str) {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let url = self.url().await;
            if url.contains(part) {
                return;
            }
            assert!(std::time::Instant::now() < deadline, "{url} does not contain {part}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Runs a script and returns its value.
    pub async fn run(&self, script: &str) -> Value {
        self.command("POST", "/execute/sync", json!({"script": script, "args": []})).await
    }

    /// Runs a script that calls its last argument with its value.
    pub async fn run_async(&self, script: &str) -> Value {
        self.command("POST", "/execute/async", json!({"script": script, "args": []})).await
    }

    /// Runs a command of the DevTools protocol.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.command("POST", "/goog/cdp/execute", json!({"cmd": command, "params": parameters})).await
    }

    async fn find(&self, selector: &str) -> String {
        let found =
            self.command("POST", "/element", json!({"using": "css selector", "value": selector})).await;
        found[ELEMENT].as_str().unwrap_or_default().to_owned()
    }

    /// Clicks an element as a person does; something on top of it makes this fail.
    pub async fn click(&self, selector: &str) {
        let element = self.find(selector).await;
        self.command("POST", &format!("/element/{element}/click"), json!({})).await;
    }

    /// Clears a field, and types into it.
    pub async fn type_into(&self, selector: &str, text: &str) {
        let element = self.find(selector).await;
        self.command("POST", &format!("/element/{element}/clear"), json!({})).await;
        self.command("POST", &format!("/element/{element}/value"), json!({ "text": text })).await;
    }

    /// Presses keys in the page.
    pub async fn press(&self, keys: &str) {
        let actions: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]
            })
            .collect();
        let body = json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]});
        self.command("POST", "/actions", body).await;
    }

    /// Waits until a script returns `true`.
    pub async fn wait_for(&self, script: &str) {
        for _ in 0..200 {
            if self.run(script).await == json!(true) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let page = self.run("return document.body.innerText").await;
        panic!("waited in vain for {script} on {}: {page}", self.url().await);
    }

    /// Returns a picture of the window as base64 of a PNG.
    pub async fn picture(&self) -> String {
        self.command("GET", "/screenshot", Value::Null).await.as_str().unwrap_or_default().to_owned()
    }
}

/// Ends the session, and the browser with it, which would outlive its driver.
impl Drop for Browser {
    fn drop(&mut self) {
        if self.session.is_empty() {
            return;
        }
        // blocks: a task that is dropped can't wait
        let end = || -> std::io::Result<()> {
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(END_TIME))?;
            let (session, port) = (&self.session, self.port);
            write!(
                stream,
                "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
            )?;
            stream.read(&mut [0; 64]).map(drop)
        };
        if let Err(error) = end() {
            eprintln!("the browser was not ended: {error}");
        }
    }
}

/// Starts a driver that prints these words before its port, and returns it with its port.
async fn start_driver(driver: &Path, before_port: &str) -> Result<(Child, u16), String> {
    let name = driver.display();
    let mut driver = Command::new(driver)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("{name}: {error}"))?;
    let mut lines = BufReader::new(driver.stdout.take().ok_or("no output")?).lines();
    let port = loop {
        let line = timeout(COMMAND_TIME, lines.next_line()).await.map_err(|_| format!("{name} is slow"))?;
        let line = line.ok().flatten().ok_or_else(|| format!("{name} ended"))?;
        if let Some((_, port)) = line.split_once(before_port) {
            break port.trim().trim_end_matches('.').parse::<u16>().map_err(|error| error.to_string())?;
        }
    };
    tokio::spawn(async move { while lines.next_line().await.is_ok_and(|line| line.is_some()) {} });
    Ok((driver, port))
}
