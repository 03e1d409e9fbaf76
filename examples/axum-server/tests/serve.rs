//! The server, its commands, and a change of its file while it runs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_axum-server"));
    command.current_dir(folder).args(arguments).env("HELLO_LISTEN", "127.0.0.1:0");
    command
}

fn front_page(address: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.rsplit("\r\n\r\n").next().unwrap().to_owned()
}

#[test]
fn a_change_of_the_file_is_served_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server(program(folder.path(), &["serve"]).stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on ").expect("the first line is the address");
    assert_eq!(front_page(address), "Welcome!");

    let set = program(folder.path(), &["set", "Greeting=Good evening"]).output().unwrap();
    assert_eq!(String::from_utf8(set.stdout).unwrap(), "wrote hello.json (version 1)\n");
    let deadline = Instant::now() + Duration::from_secs(20);
    while front_page(address) != "Good evening" {
        assert!(Instant::now() < deadline, "the change was not served");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn commands_report_mistakes_under_the_servers_own_names() {
    let folder = tempfile::tempdir().unwrap();
    let mut validate = program(folder.path(), &["validate"]);
    let output = validate.env("HELLO_LISTEN", "localhost").env("HELLO_GRETING", "Hi").output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{err}");
    for words in ["HELLO_LISTEN", "HELLO_GRETING", "HELLO_GREETING"] {
        assert!(err.contains(words), "no {words} in {err}");
    }
}
