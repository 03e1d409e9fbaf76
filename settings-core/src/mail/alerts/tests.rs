#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
use serde_json::{Value, json};

use super::feed::{self, AlertSeverity, FeedError, PublicKey};

/// Signed with OpenSSL over what Python's `json` wrote.
const KEY: &str = "xBGNcksTTM9qSLSKh8vw+wSLJO6YDnDrthMTEPyv2qw=";
const ALERT: &str = r#"{
    "id": "2026-0007", "severity": "high", "affected": [">=1.2.0, <1.4.3", ">=2.0.0, <2.1.1"],
    "title": "Gr\u00fc\u00dfe \"quoted\" \\ \ud83c\udf89", "text": "Line one.\n\tTab\u0001 control \u007f \u2028 end",
    "reference": "CVE-2026-0001",
    "signature": "yGnMr5fYqKpN5kVMIojgTG1I3QynWcUMf0dar+7iM35CodNog/9X26QOV713gAWvicVu8LLmAwKEAOpDsvxzBQ=="
}"#;

fn alert() -> Value {
    serde_json::from_str(ALERT).unwrap()
}

fn key() -> PublicKey {
    KEY.parse().unwrap()
}

fn read(alerts: &Value) -> (Vec<super::Alert>, Vec<super::RejectedAlert>) {
    let feed = json!({ "format": 1, "alerts": alerts });
    feed::read(&serde_json::to_vec(&feed).unwrap(), &[key()]).unwrap()
}

#[test]
fn signature_of_another_program_is_verified() {
    let (alerts, rejected) = read(&json!([alert()]));
    assert_eq!(rejected, []);
    let alert = &alerts[0];
    assert_eq!((alert.id.as_str(), alert.severity), ("2026-0007", AlertSeverity::High));
    assert_eq!(alert.title, "Grüße \"quoted\" \\ 🎉");
    assert_eq!(alert.text, "Line one.\n\tTab control  \n end");
    assert!(alert.affects(&"1.4.2".parse().unwrap()) && alert.affects(&"2.1.0".parse().unwrap()));
    assert!(!alert.affects(&"1.4.3".parse().unwrap()));
}

#[test]
fn every_member_is_signed() {
    for (member, value) in [
        ("id", json!("2026-0008")),
        ("severity", json!("low")),
        ("affected", json!([">=9.0.0"])),
        ("affected", json!([])),
        ("title", json!("Nothing to see")),
        ("text", json!("")),
        ("reference", json!("CVE-2026-0002")),
        ("more", json!("text")),
        ("signature", json!("AAAA")),
        ("signature", json!("not base64!")),
        ("signature", Value::Null),
        ("more", json!(1)),
        ("more", json!({ "a": "b" })),
    ] {
        let mut changed = alert();
        changed[member] = value.clone();
        let (alerts, rejected) = read(&json!([changed, alert()]));
        assert_eq!((alerts.len(), rejected.len()), (1, 1), "{member} {value}");
    }
    let mut shorter = alert();
    shorter.as_object_mut().unwrap().remove("reference");
    assert_eq!(read(&json!([shorter])).0, []);
}

#[test]
fn only_given_keys_are_trusted() {
    let feed = serde_json::to_vec(&json!({ "format": 1, "alerts": [alert()] })).unwrap();
    let other: PublicKey = "00".repeat(32).parse().unwrap();
    for (keys, trusted) in [(vec![], 0), (vec![other], 0), (vec![other, key()], 1)] {
        assert_eq!(feed::read(&feed, &keys).unwrap().0.len(), trusted);
    }
}

#[test]
fn keys_in_both_notations() {
    let hex: PublicKey = "c4118d724b134ccf6a48b48a87cbf0fb048b24ee980e70ebb6131310fcafdaac".parse().unwrap();
    assert_eq!(hex, key());
    for wrong in ["", "AAAA", &KEY.repeat(2), &"g".repeat(64), &"é".repeat(32)] {
        assert!(wrong.parse::<PublicKey>().is_err(), "{wrong}");
    }
}

#[test]
fn other_documents_are_not_feeds() {
    let deep = "[".repeat(100_000);
    for text in ["", "<html>", "{\"format\": 1", &deep] {
        assert!(matches!(feed::read(text.as_bytes(), &[key()]), Err(FeedError::NotJson(_))), "{text:.20}");
    }
    let many = json!({ "format": 1, "alerts": vec![0; 1001] }).to_string();
    for text in
        ["[]", "1", "{}", r#"{"format": 2, "alerts": []}"#, r#"{"format": "1"}"#, r#"{"format": 1}"#, &many]
    {
        assert!(matches!(feed::read(text.as_bytes(), &[key()]), Err(FeedError::NotAFeed(_))), "{text:.40}");
    }
    let (alerts, rejected) = read(&json!([1, null, [], {}, { "id": "a\u{1b}[31m\u{202e}b" }]));
    assert_eq!((alerts.len(), rejected.len()), (0, 5));
    assert_eq!(rejected[4].id, "a[31mb");
}
