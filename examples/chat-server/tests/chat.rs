//! The server, its commands, and a change of its settings while it runs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn chat(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    command
        .current_dir(folder)
        .args(arguments)
        .envs([("CHAT_HTTP_LISTEN", "127.0.0.1:0"), ("CHAT_AUTH_SESSIONKEY", "k")]);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = chat(folder, arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

struct Server(Child, String);

impl Server {
    fn start(folder: &Path) -> Self {
        let mut child = chat(folder, &["serve"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim_end().strip_prefix("listening on ").expect("the first line is the address");
        Self(child, address.to_owned())
    }

    fn ask(&self, request: &str, body: &str) -> String {
        exchange(&self.1, request, "Host: x", body)
    }

    fn wait_for(&self, request: &str, body: &str, expected: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let answer = self.ask(request, body);
            if answer.contains(expected) {
                return;
            }
            assert!(Instant::now() < deadline, "no {expected:?} in {answer:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_change_takes_effect_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let server = Server::start(folder);
    assert!(server.ask("GET /", "").ends_with("Welcome!"));
    assert!(server.ask("POST /messages", "one").starts_with("HTTP/1.1 201"));
    let (code, out, err) = run(folder, &["set", "HTTP.Greeting=Good evening", "Limits.MessageSize=5"]);
    assert_eq!((code, out.as_str(), err.as_str()), (Some(0), "wrote chat.toml (version 1)\n", ""));
    server.wait_for("GET /", "", "Good evening");
    server.wait_for("POST /messages", "longer", "HTTP/1.1 413");
    assert!(server.ask("GET /messages", "").ends_with("one\n"));
}

#[test]
fn a_missing_key_is_reported_with_its_names() {
    let folder = tempfile::tempdir().unwrap();
    let output = chat(folder.path(), &["serve"]).env_remove("CHAT_AUTH_SESSIONKEY").output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    for words in ["Auth.SessionKey", "CHAT_AUTH_SESSIONKEY", "CHAT_AUTH_SESSIONKEY_FILE"] {
        assert!(err.contains(words), "{err}");
    }
}

#[test]
fn the_commands_are_the_servers_own() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let (code, out, _) = run(folder, &["--version"]);
    assert_eq!((code, out), (Some(0), format!("chat-server {}\n", env!("CARGO_PKG_VERSION"))));
    for arguments in [&["--help"][..], &["set", "--help"], &["show", "--help"], &["explain", "--help"]] {
        let (code, out, _) = run(folder, arguments);
        assert_eq!(code, Some(0));
        assert!(!out.contains("EmailSettings") && !out.contains("config.json"), "{out}");
    }
    let (code, out, _) = run(folder, &["get", "HTTP.Listen"]);
    assert_eq!((code, out.as_str()), (Some(0), "127.0.0.1:0\n"), "from the variable");
    std::fs::write(folder.join("chat.toml"), "[Database]\nMaxConnections = 99999\n").unwrap();
    let (code, out, err) = run(folder, &["serve"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("chat.toml:2:18"), "{err}");
    let (code, _, err) = run(folder, &["get", "HTTP.Lisen"]);
    assert_eq!(code, Some(2));
    assert!(err.contains("HTTP.Listen"), "{err}");
}

#[test]
fn files_a_folder_a_flag_and_a_variable_are_used_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "chat.toml",
        "[HTTP]\nGreeting = \"from the file\"\n\n[Auth.Providers.google]\nClientID = \"chat\"\n",
    );
    std::fs::create_dir(folder.path().join("conf.d")).unwrap();
    write("conf.d/10-limits.toml", "[Limits]\nMessageSize = 500\n");
    write("conf.d/20-google.ini", "a file of a format that the server does not read\n");
    write("client-secret", "k4n4ry\n");
    let arguments = [
        "--config",
        "chat.toml",
        "--config",
        "conf.d",
        "--http-listen",
        "127.0.0.1:4321",
        "show",
        "--origin",
    ];
    let mut command = chat(folder.path(), &arguments);
    command.env("CHAT_AUTH_PROVIDERS_GOOGLE_CLIENTSECRET_FILE", "client-secret");
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "{err}");
    for expected in [
        "from --http-listen",
        "from chat.toml:2:12",
        "from conf.d/10-limits.toml:2:15",
        "Auth.Providers.google.ClientID from chat.toml:5:12",
        "Auth.Providers.google.ClientSecret from variable CHAT_AUTH_PROVIDERS_GOOGLE_CLIENTSECRET_FILE -> client-secret",
    ] {
        assert!(out.contains(expected), "no {expected:?} in\n{out}");
    }
    assert!(!out.contains("k4n4ry") && !err.contains("k4n4ry"), "{out}{err}");
    assert!(err.contains("conf.d/20-google.ini"), "{err}");
}

/// Sends a request with these headers, and returns the answer.
fn send(address: &str, request: &str, headers: &[&str], body: &str) -> String {
    let headers: Vec<&str> = ["Host: localhost"].iter().chain(headers).copied().collect();
    exchange(address, request, &headers.join("\r\n"), body)
}

/// Sends a request in one write: a server that answers early would close the connection between two.
fn exchange(address: &str, request: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    let request = format!(
        "{request} HTTP/1.1\r\n{headers}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_console_is_entered_with_a_session_or_from_the_named_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let config = "[Admin]\nPassword = \"open sesame\"\n\n[HTTP]\nGreeting = \"Hi\"\n";
    std::fs::write(folder.path().join("chat.toml"), config).unwrap();
    let form = "Content-Type: application/x-www-form-urlencoded";
    {
        let server = Server::start(folder.path());
        let refused = send(&server.1, "GET /admin/", &["Accept: text/html", "X-Remote-User: eve"], "");
        assert!(refused.contains("303") && refused.contains("/login"), "{refused}");
        let wrong = send(&server.1, "POST /login", &[form], "password=x");
        assert!(wrong.contains("401"), "{wrong}");
        let entered = send(&server.1, "POST /login", &[form], "password=open+sesame");
        let cookie = entered.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        let cookie = format!("Cookie: {}", cookie.split(';').next().unwrap());
        let page = send(&server.1, "GET /admin/p/http", &[&cookie], "");
        assert!(page.contains("Greeting") && !page.contains("open sesame"), "{page}");
        let json = "Content-Type: application/json\r\nIf-Match: *";
        let locked = r#"{"set": {"Admin.Password": "mine"}}"#;
        assert!(send(&server.1, "PATCH /admin/api/settings", &[&cookie, json], locked).contains("403"));
        let changed = r#"{"set": {"HTTP.Greeting": "Hello"}}"#;
        assert!(send(&server.1, "PATCH /admin/api/settings", &[&cookie, json], changed).contains("200 OK"));
        server.wait_for("GET /", "", "Hello");
    }
    let mut child = chat(folder.path(), &["serve"])
        .env("CHAT_ADMIN_PROXY", "127.0.0.1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on ").unwrap().to_owned();
    let server = Server(child, address);
    assert!(send(&server.1, "GET /admin/", &["X-Remote-User: ann"], "").contains("200 OK"));
    assert!(send(&server.1, "GET /admin/", &[], "").contains("401"), "the proxy names nobody");
}
