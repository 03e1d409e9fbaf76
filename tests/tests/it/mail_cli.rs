//! `mail test` and `mail doctor` as administrators call them, with settings that are saved nowhere.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::Value;
use settings_cli::{Cli, Context, exit_code};
use settings_core::mail::ConnectionSecurity;
use settings_core::mail::catch::{CatchOptions, Catcher, Login};
use settings_core::reference::ServerSettings;
use settings_core::value::Secret;
use settings_tests::cli::{Folder, Run, settings};

async fn run(arguments: Vec<String>) -> Run {
    let run = move || settings(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), &[]);
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// Builds a command whose settings for this server are all on the command line.
fn command(words: &[&str], catcher: &Catcher, more: &[&str]) -> Vec<String> {
    let mut arguments: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let mut set = |value: String| arguments.extend(["--set".to_owned(), format!("EmailSettings.{value}")]);
    set(format!("SMTPServer={}", catcher.address().ip()));
    set(format!("SMTPPort={}", catcher.address().port()));
    more.iter().for_each(|value| set((*value).to_owned()));
    arguments
}

#[tokio::test]
async fn a_test_mail_has_the_sender_of_the_settings() {
    let mut catcher = Catcher::start(CatchOptions::default()).await.unwrap();
    let words = ["mail", "test", "--to", "admin@example.com"];
    let run_of = run(command(&words, &catcher, &[])).await;
    assert_eq!((run_of.code, run_of.error.as_str()), (0, ""), "{}", run_of.out);
    let caught = catcher.next().await.unwrap();
    assert_eq!((caught.sender.as_str(), caught.header("Reply-To")), ("admin@example.com", None));

    let sender = ["FeedbackName=Chat", "FeedbackEmail=chat@example.com", "ReplyToAddress=help@example.com"];
    assert_eq!(run(command(&words, &catcher, &sender)).await.code, 0);
    let caught = catcher.next().await.unwrap();
    assert_eq!(caught.sender, "chat@example.com");
    assert_eq!(caught.header("From").as_deref(), Some("\"Chat\" <chat@example.com>"));
    assert!(caught.header("Reply-To").unwrap().contains("<help@example.com>"));

    let words = ["mail", "test", "--to", "admin@example.com", "--from", "other@example.com"];
    assert_eq!(run(command(&words, &catcher, &sender)).await.code, 0);
    assert_eq!(catcher.next().await.unwrap().sender, "other@example.com");

    let run = run(command(&words, &catcher, &["FeedbackEmail=chat"])).await;
    assert_ne!(run.code, 0, "{}", run.out);
}

/// The doctor asks for the sender that deliveries use, so that a refused bounce address is found.
#[tokio::test]
async fn the_doctor_asks_for_the_sender_of_the_envelope() {
    let catcher = Catcher::start(CatchOptions::default()).await.unwrap();
    let words = ["mail", "doctor", "--to", "admin@example.com", "--verbose"];
    for (set, asked) in [
        (&["FeedbackEmail=chat@example.com"][..], "MAIL FROM:<chat@example.com>"),
        (&["FeedbackEmail=chat@example.com", "EnvelopeSender=<>"], "MAIL FROM:<>"),
        (&["EnvelopeSender=bounces@example.com"], "MAIL FROM:<bounces@example.com>"),
        (&[], "MAIL FROM:<admin@example.com>"),
    ] {
        let run = run(command(&words, &catcher, set)).await;
        assert_eq!(run.code, 0, "{}", run.out);
        assert!(run.out.contains(asked), "no {asked} in {}", run.out);
    }
}

#[tokio::test]
async fn the_doctor_examines_settings_that_are_not_saved() {
    let login = Login::Only { username: "tim".into(), password: Secret::new("tanstaaf") };
    let options = CatchOptions::default().security(ConnectionSecurity::StartTls).login(login);
    let catcher = Catcher::start(options).await.unwrap();
    let folder = Folder::new("mail-cli");
    let ca = format!("SMTPCAFile={}", folder.write("ca.pem", catcher.certificate_pem().unwrap()));
    let words = ["mail", "doctor", "--to", "admin@example.com", "--format", "json"];
    let good = [
        "ConnectionSecurity=STARTTLS",
        "EnableSMTPAuth=true",
        "SMTPUsername=tim",
        "SMTPPassword=tanstaaf",
        "FeedbackEmail=chat@example.com",
        &ca,
    ];
    let healthy = run(command(&words, &catcher, &good)).await;
    assert_eq!(healthy.code, 0, "{}", healthy.out);
    assert!(!healthy.out.contains("tanstaaf"), "{}", healthy.out);
    let report: Value = serde_json::from_str(&healthy.out).unwrap();
    let steps: Vec<&str> =
        report["checks"].as_array().unwrap().iter().map(|check| check["step"].as_str().unwrap()).collect();
    let expected = [
        "settings",
        "dns",
        "tcp",
        "greeting",
        "ehlo",
        "starttls",
        "tls",
        "ehlo",
        "auth",
        "mail-from",
        "rcpt-to",
    ];
    assert_eq!(steps, expected);

    // The catcher's certificate is made for a week.
    let tls = report["checks"].as_array().unwrap().iter().find(|check| check["step"] == "tls").unwrap();
    assert_eq!(tls["status"], "note");
    assert!(tls["hints"][0].as_str().unwrap().contains("expires in 6 days"), "{tls}");

    let wrong = [&good[..3], &["SMTPPassword=wrong", &ca]].concat();
    let refused = run(command(&words, &catcher, &wrong)).await;
    assert_eq!(refused.code, 1, "{}", refused.out);
    let report: Value = serde_json::from_str(&refused.out).unwrap();
    let failed = report["checks"].as_array().unwrap().iter().find(|check| check["status"] == "failed");
    let failed = failed.unwrap();
    assert_eq!(failed["step"], "auth");
    assert!(failed["hints"][0].as_str().unwrap().contains("EmailSettings.SMTPPassword"), "{failed}");

    let unusable = run(command(&words, &catcher, &["ConnectionSecurity=TLS", "SMTPCAFile=/none.pem"])).await;
    assert_eq!(unusable.code, 1);
    assert!(unusable.out.contains("EmailSettings.SMTPCAFile (/none.pem) cannot be read"), "{}", unusable.out);
}

/// Output whose reader stops reading after the first line, until it is released.
struct StuckOutput {
    lines: mpsc::Sender<Vec<u8>>,
    release: mpsc::Receiver<()>,
    is_stuck: bool,
}

impl Write for StuckOutput {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.is_stuck {
            let _ = self.release.recv();
            self.is_stuck = false;
        }
        let _ = self.lines.send(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        // The address was shown.
        static FIRST: AtomicBool = AtomicBool::new(true);
        self.is_stuck |= FIRST.swap(false, Ordering::SeqCst);
        Ok(())
    }
}

/// While its output is not read, `mail catch` continues to accept mail; it reports later how many mails are not shown.
#[test]
fn unread_output_of_the_catcher_delays_no_mail() {
    let (lines, output) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let running = std::thread::spawn(move || {
        let arguments = ["settings", "mail", "catch", "--listen", "127.0.0.1:0", "--count", "1000"];
        let cli = Cli::try_parse_from(arguments).unwrap();
        let mut out = StuckOutput { lines, release: released, is_stuck: false };
        let mut err = Vec::new();
        let environment = settings_core::resolve::Environment::default();
        let mut context = Context::new(cli.sources, environment, &mut out, &mut err);
        exit_code(&cli.command.run::<ServerSettings>(&mut context))
    });
    let mut shown = String::new();
    while !shown.ends_with('\n') {
        shown.push_str(&String::from_utf8(output.recv().unwrap()).unwrap());
    }
    let stream = TcpStream::connect(shown.trim().rsplit(' ').next().unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut client = BufReader::new(stream);
    let mut command = |text: &str| {
        client.get_mut().write_all(text.as_bytes()).unwrap();
        let mut reply = String::new();
        client.read_line(&mut reply).unwrap();
        reply
    };
    command("");
    command("HELO client\r\n");
    let started = Instant::now();
    for number in 0..1500 {
        command("MAIL FROM:<a@example.com>\r\n");
        command("RCPT TO:<b@example.com>\r\n");
        command("DATA\r\n");
        let reply = command(&format!("Subject: {number}\r\n\r\nText\r\n.\r\n"));
        assert!(reply.starts_with("250"), "{number}: {reply}");
    }
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    release.send(()).unwrap();
    assert_eq!(running.join().unwrap(), 0);
    let rest: Vec<u8> = output.iter().flatten().collect();
    let rest = String::from_utf8(rest).unwrap();
    assert!(rest.contains("earlier mails are not shown"), "{} bytes", rest.len());
    assert!(rest.contains("Subject: 0"), "{} bytes", rest.len());
}
