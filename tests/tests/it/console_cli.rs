//! `settings console`: the link, the session, the token, and what is refused.

use std::process::Stdio;
use std::time::Duration;
use std::{fs, io};

use settings_tests::cli::{Folder, settings};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::postgres_store::server;

pub(crate) const TOKEN: &str = "a-token-of-some-length";

/// A console in a process of its own.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) folder: Folder,
    address: String,
    once: String,
}

/// Starts the console in a process of its own.
async fn serve(options: &[&str]) -> Served {
    let folder = Folder::new("console-cli");
    let file = folder.write("config.json", "{}");
    let token = folder.write("token", format!("{TOKEN}\n"));
    private(&token);
    serve_over(["--config", &file], folder, &token, options).await
}

/// Starts the console over a file or a database.
pub(crate) async fn serve_over(place: [&str; 2], folder: Folder, token: &str, options: &[&str]) -> Served {
    let mut child = Command::new(env!("CARGO_BIN_EXE_operated"))
        .args(place)
        .args(["console", "--no-open", "--token-file", token])
        .args(options)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let link =
        tokio::time::timeout(Duration::from_secs(30), lines.next_line()).await.unwrap().unwrap().unwrap();
    let (address, once) = link.strip_prefix("http://").unwrap().split_once("/?once=").unwrap();
    Served { child, folder, address: address.to_owned(), once: once.to_owned() }
}

/// Makes a file readable for its owner alone, as one with a token must be.
pub(crate) fn private(path: &str) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

impl Served {
    async fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> String {
        self.try_to_ask(method, path, headers, body).await.unwrap()
    }

    /// Sends a request, which fails once the process is killed.
    pub(crate) async fn try_to_ask(
        &self,
        method: &str,
        path: &str,
        headers: &[&str],
        body: &str,
    ) -> io::Result<String> {
        let mut stream = TcpStream::connect(&self.address).await?;
        let mut request =
            format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.address);
        for header in headers {
            request.push_str(&format!("{header}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }
}

fn status(answer: &str) -> &str {
    &answer[9..12]
}

#[tokio::test]
async fn the_link_works_once_and_becomes_a_cookie() {
    let served = serve(&[]).await;
    let root = served.ask("GET", "/", &[], "").await;
    assert_eq!(status(&root), "401");
    assert_eq!(status(&served.ask("GET", "/?once=0", &[], "").await), "401");
    assert_eq!(
        status(&served.ask("HEAD", &format!("/?once={}", served.once), &[], "").await),
        "401",
        "HEAD enters nothing"
    );
    let entered = served.ask("GET", &format!("/?once={}", served.once), &[], "").await;
    assert_eq!(status(&entered), "303");
    let cookie = entered.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let cookie = format!("Cookie: other=1; {}", cookie.split(';').next().unwrap());
    let home = served.ask("GET", "/", &[&cookie], "").await;
    assert_eq!(status(&home), "200");
    assert!(!home.contains(&served.once), "the link is in no answer");
    let again = served.ask("GET", &format!("/?once={}", served.once), &[], "").await;
    assert_eq!(status(&again), "401");
    assert_eq!(status(&served.ask("GET", "/", &["Cookie: console-00000000=1"], "").await), "401");
    let mut last = String::new();
    for _ in 0..6 {
        last = served.ask("GET", "/?once=1", &[], "").await;
    }
    assert_eq!(status(&last), "429");
    assert!(last.contains("retry-after: "), "{last}");
}

#[tokio::test]
async fn programs_log_in_with_the_token() {
    let served = serve(&[]).await;
    let bearer = format!("Authorization: Bearer {TOKEN}");
    let listed = served.ask("GET", "/api/settings", &[&bearer], "").await;
    assert_eq!(status(&listed), "200");
    let tag = listed.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    let headers = [bearer.as_str(), &format!("If-Match: {tag}"), "Content-Type: application/json"];
    let changed =
        served.ask("PATCH", "/api/settings", &headers, r#"{"set": {"EmailSettings.SMTPPort": 587}}"#).await;
    assert_eq!(status(&changed), "200", "{changed}");
    assert!(fs::read_to_string(served.folder.path("config.json")).unwrap().contains("587"));
    for wrong in
        ["Authorization: Bearer a-token-of-some-lengthx", "Authorization: Basic a-token-of-some-length"]
    {
        assert_eq!(status(&served.ask("GET", "/api/settings", &[wrong], "").await), "401");
    }
}

#[tokio::test]
async fn a_read_only_console_changes_nothing() {
    let served = serve(&["--read-only"]).await;
    let bearer = format!("Authorization: Bearer {TOKEN}");
    let headers = [bearer.as_str(), "If-Match: *", "Content-Type: application/json"];
    let changed =
        served.ask("PATCH", "/api/settings", &headers, r#"{"set": {"EmailSettings.SMTPPort": 587}}"#).await;
    assert_eq!(status(&changed), "403", "{changed}");
    assert_eq!(fs::read_to_string(served.folder.path("config.json")).unwrap(), "{}");
}

#[test]
fn other_machines_and_open_token_files_are_refused() {
    let folder = Folder::new("console-refused");
    for address in ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"] {
        let run = settings(&["console", "--no-open", "--listen", address], &[]);
        assert_eq!(run.code, 2, "{address}: {}", run.error);
        assert!(run.error.contains("loopback"), "{}", run.error);
    }
    let missing = folder.path("missing");
    let short = folder.write("short", "abc");
    private(&short);
    for (file, words) in [(missing, "No such file"), (short, "at least 16")] {
        let run = settings(&["console", "--no-open", "--token-file", &file], &[]);
        assert!(run.code == 2 && run.error.contains(words), "{}", run.error);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let open = folder.write("open", TOKEN);
        fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).unwrap();
        let run = settings(&["console", "--no-open", "--token-file", &open], &[]);
        assert!(run.code == 2 && run.error.contains("chmod 600"), "{}", run.error);
    }
}

/// Over a database, each change is a version with its author, and a change to an older version is refused.
#[tokio::test]
async fn a_console_over_a_database_adds_versions() {
    let Some(server) = server("a_console_over_a_database_adds_versions") else { return };
    let (url, folder) = (server.database(), Folder::new("console-store"));
    assert_eq!(settings(&["--store", &url, "set", "EmailSettings.SMTPPort", "26"], &[]).code, 0);
    let token = folder.write("token", format!("{TOKEN}\n"));
    private(&token);
    let served = serve_over(["--store", &url], folder, &token, &[]).await;
    let bearer = format!("Authorization: Bearer {TOKEN}");
    let listed = served.ask("GET", "/api/settings", &[&bearer], "").await;
    assert_eq!(status(&listed), "200");
    let name = url.replace("test@", "");
    assert!(listed.contains(&format!("{name} version 1")), "{listed}");
    let tag = listed.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
    let headers = [bearer.as_str(), &format!("If-Match: {tag}"), "Content-Type: application/json"];
    let body = r#"{"set": {"EmailSettings.SMTPPort": 587}}"#;
    let changed = served.ask("PATCH", "/api/settings", &headers, body).await;
    assert_eq!(status(&changed), "200", "{changed}");
    let stored = "SELECT count(*), max(version), bool_and(author IS NOT NULL) FROM settings_version";
    assert_eq!(server.sql(&url, stored).unwrap(), "2|2|t");
    let got = settings(&["--store", &url, "get", "EmailSettings.SMTPPort"], &[]);
    assert_eq!(got.out, "587\n");
    let late = served.ask("PATCH", "/api/settings", &headers, body).await;
    assert_eq!(status(&late), "412", "{late}");
    assert_eq!(server.sql(&url, stored).unwrap(), "2|2|t");
}
