//! Clients that misbehave, and programs that do not take their mails.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use super::*;

/// Long enough for a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client that sends lines and reads replies.
struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut client = Self(BufReader::new(stream));
        client.reply();
        client
    }

    fn send(&mut self, text: &str) {
        let _ = self.0.get_mut().write_all(text.as_bytes());
    }

    fn reply(&mut self) -> String {
        let mut line = String::new();
        let _ = self.0.read_line(&mut line);
        line
    }

    fn command(&mut self, text: &str) -> String {
        self.send(&format!("{text}\r\n"));
        self.reply()
    }

    /// Sends one message of this size; returns the reply to it.
    fn message(&mut self, size: usize, declared: bool) -> String {
        self.command("HELO client");
        let parameter = if declared { format!(" SIZE={}", size + 2) } else { String::new() };
        self.command(&format!("MAIL FROM:<a@example.com>{parameter}"));
        self.command("RCPT TO:<b@example.com>");
        self.command("DATA");
        let line = [&b"x".repeat(998)[..], b"\r\n"].concat();
        for _ in 0..size / line.len() {
            if self.0.get_mut().write_all(&line).is_err() {
                break;
            }
        }
        self.command(".")
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

fn start(options: CatchOptions) -> Catcher {
    block_on(Catcher::start(options)).unwrap()
}

/// 64 clients that send a byte now and then, NOOP, half a message, or nothing: another client is served at once.
#[test]
fn slow_clients_do_not_keep_others_out() {
    for habit in ["nothing", "a byte", "NOOP", "a transaction", "a message"] {
        let mut catcher = start(CatchOptions::default());
        let mut clients: Vec<Client> = (0..MAX_CLIENTS).map(|_| Client::connect(catcher.address())).collect();
        for client in &mut clients {
            match habit {
                "nothing" => {}
                "a byte" => client.send("E"),
                "NOOP" => assert!(client.command("NOOP").starts_with("250")),
                "a transaction" => {
                    client.command("HELO client");
                    client.command("MAIL FROM:<a@example.com>");
                }
                _ => {
                    client.command("HELO client");
                    client.command("MAIL FROM:<a@example.com>");
                    client.command("RCPT TO:<b@example.com>");
                    client.command("DATA");
                    client.send("Subject: slow\r\n");
                }
            }
        }
        let started = Instant::now();
        for _ in 0..3 {
            let reply = Client::connect(catcher.address()).message(2000, true);
            assert!(reply.starts_with("250"), "{habit}: {reply}");
        }
        assert!(started.elapsed() < PATIENCE, "{habit}: {:?}", started.elapsed());
        assert!(block_on(catcher.next()).is_some());
    }
}

/// NOOP for ever, or a byte at a time: the connection ends after its time.
#[test]
fn idle_connections_are_closed() {
    let timeout = Duration::from_millis(200);
    let catcher = start(CatchOptions { timeout, ..CatchOptions::default() });
    for text in ["NOOP\r\n", "x"] {
        let mut client = Client::connect(catcher.address());
        let started = Instant::now();
        client.0.get_ref().set_nonblocking(true).unwrap();
        let mut heard = Vec::new();
        while started.elapsed() < PATIENCE {
            client.send(text);
            std::thread::sleep(Duration::from_millis(20));
            let mut buffer = [0; 4096];
            match client.0.get_mut().read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => heard.extend_from_slice(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => break,
            }
        }
        assert!(started.elapsed() < PATIENCE, "{text:?}: still open after {:?}", started.elapsed());
        assert!(String::from_utf8_lossy(&heard).contains("421 4.4.2"), "{text:?}");
    }
}

/// Many large messages at once, declared or not: all are accepted, one after another, within the memory.
#[test]
fn large_messages_share_the_memory() {
    for declared in [true, false] {
        let size = 4_000_000;
        let options =
            CatchOptions { memory_limit: 9_000_000, size_limit: 4_200_000, ..CatchOptions::default() };
        let mut catcher = start(options);
        let address = catcher.address();
        let clients: Vec<_> = (0..8)
            .map(|_| std::thread::spawn(move || Client::connect(address).message(size, declared)))
            .collect();
        for _ in 0..8 {
            let caught = block_on(catcher.next()).unwrap();
            assert_eq!(caught.bytes.len(), size);
        }
        for client in clients {
            let reply = client.join().unwrap();
            assert!(reply.starts_with("250"), "{reply}");
        }
    }
}

/// The program takes no mails: with `Defer` further mails are deferred, with `DropOldest` all are accepted and counted.
#[test]
fn mails_that_nobody_takes_delay_nothing() {
    for (overflow, size, limit) in [
        (Overflow::Defer, 2000, 10),
        (Overflow::DropOldest, 2000, 10),
        (Overflow::Defer, 400_000, 1000),
        (Overflow::DropOldest, 400_000, 1000),
    ] {
        let options = CatchOptions {
            overflow,
            waiting_limit: limit,
            memory_limit: 4_000_000,
            size_limit: 1_000_000,
            timeout: Duration::from_secs(5),
            ..CatchOptions::default()
        };
        let mut catcher = start(options);
        let mut client = Client::connect(catcher.address());
        let started = Instant::now();
        let replies: Vec<String> = (0..30).map(|_| client.message(size, true)).collect();
        let accepted = replies.iter().filter(|reply| reply.starts_with("250")).count();
        let deferred = replies.iter().filter(|reply| reply.starts_with("452")).count();
        assert_eq!(accepted + deferred, 30, "{replies:?}");
        block_on(catcher.shutdown());
        let mut taken = 0;
        while block_on(catcher.next()).is_some() {
            taken += 1;
        }
        let dropped = catcher.take_dropped() as usize;
        assert_eq!(taken + dropped, accepted, "{overflow:?} {size}");
        match overflow {
            Overflow::Defer => assert!(dropped == 0 && deferred > 0, "{dropped} {deferred}"),
            Overflow::DropOldest => {
                assert_eq!(deferred, 0, "{size}");
                assert!(dropped > 0 && started.elapsed() < PATIENCE, "{dropped}");
            }
        }
    }
}
