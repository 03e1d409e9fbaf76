#![allow(clippy::unwrap_used, clippy::panic)]

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::mail::config::SettingNames;
use crate::mail::options::MailerOptions;
use crate::mail::settings::EmailSettings;

/// A server that says this to each client, and replies 250 to everything.
async fn server(greeting: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _ = stream.write_all(greeting.as_bytes()).await;
                let mut chunk = [0; 1000];
                while !greeting.is_empty() && stream.read(&mut chunk).await.is_ok_and(|count| count > 0) {
                    let _ = stream.write_all(b"250 ok\r\n").await;
                }
            });
        }
    });
    address
}

async fn connect(greetings: &[&'static str]) -> (Result<Session, Failure>, Vec<SocketAddr>, String) {
    let mut addresses = Vec::new();
    for greeting in greetings {
        addresses.push(server(greeting).await);
    }
    let settings = EmailSettings::default();
    let config =
        ConnectConfig::from_settings(&settings, &MailerOptions::default(), &SettingNames::default()).unwrap();
    let mut run = Run::start(Duration::from_secs(2), 0);
    let result = Session::connect_to(addresses.clone(), &config, &mut run).await;
    (result, addresses, run.into_transcript().to_string())
}

#[tokio::test]
async fn addresses_are_tried_until_one_greets() {
    for first in ["554 5.7.1 no service\r\n", "421 4.3.2 busy\r\n", "", "HTTP/1.1 400 Bad Request\r\n"] {
        let (session, addresses, said) = connect(&[first, first, "220 welcome\r\n"]).await;
        let session = session.unwrap();
        assert_eq!(Some(&session.peer), addresses.last(), "{first}");
        assert_eq!(said.matches("TCP connection").count(), 1, "one connection remains in {said}");
    }
}

#[tokio::test]
async fn a_temporary_failure_of_one_address_defers_the_mail() {
    for (greetings, code) in [
        (&["554 5.7.1 no\r\n", "421 4.3.2 busy\r\n"][..], 421),
        (&["421 4.3.2 busy\r\n", "554 5.7.1 no\r\n"], 421),
        (&["554 5.7.1 no\r\n", "554 5.7.1 never\r\n"], 554),
    ] {
        let failure = connect(greetings).await.0.unwrap_err();
        assert_eq!(failure.reply().map(Reply::code), Some(code), "{failure}");
    }
}
