//! The command `alerts check`.

use serde_json::Value;
use settings_core::mail::catch::{CatchOptions, Catcher};
use settings_tests::certificates::CERTIFICATES;
use settings_tests::cli::{Folder, Run, settings};
use settings_tests::feed::{Answer, FeedServer, Publisher, document};

struct Place {
    folder: Folder,
    feed: FeedServer,
    key: String,
    port: String,
    catcher: Catcher,
}

impl Place {
    async fn new(name: &str) -> Self {
        let publisher = Publisher::new();
        let alert =
            publisher.alert("2026-0007", "<1.4.3", "Sessions outlive a change of password", "Upgrade.");
        let feed =
            FeedServer::start(CERTIFICATES.good.config.clone(), Answer::Document(document(&[alert]))).await;
        let folder = Folder::new(name);
        folder.write("ca.pem", &CERTIFICATES.ca_pem);
        let catcher = Catcher::start(CatchOptions::default()).await.unwrap();
        let port = catcher.address().port().to_string();
        Self { folder, feed, key: publisher.public_key(), port, catcher }
    }

    async fn check(&self, version: &str, more: &[&str], environment: &[(&str, &str)]) -> Run {
        let (url, ca, state) =
            (self.feed.url(), self.folder.path("ca.pem"), self.folder.path("state.sqlite"));
        let fixed = [
            "alerts",
            "check",
            "--feed",
            &url,
            "--public-key",
            &self.key,
            "--ca-file",
            &ca,
            "--state",
            &state,
            "--administrator",
            "ada@example.com",
            "--administrator",
            "bob@example.com",
            "--version",
            version,
        ];
        let owned = |text: &&str| (*text).to_owned();
        let arguments: Vec<String> = fixed.iter().chain(more).map(owned).collect();
        let mut variables = vec![
            ("MM_EMAILSETTINGS_SMTPSERVER".to_owned(), "127.0.0.1".to_owned()),
            ("MM_EMAILSETTINGS_SMTPPORT".to_owned(), self.port.clone()),
        ];
        variables.extend(environment.iter().map(|(name, value)| (owned(name), owned(value))));
        let run = move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let variables: Vec<(&str, &str)> =
                variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            settings(&arguments, &variables)
        };
        tokio::task::spawn_blocking(run).await.unwrap()
    }
}

#[tokio::test]
async fn findings_and_notices_are_listed() {
    let mut place = Place::new("alerts-notified").await;
    let run = place.check("1.4.2", &[], &[]).await;
    let expected = "1 alert in the feed, 1 concerns version 1.4.2\n\
        \n2026-0007 (high): Sessions outlive a change of password\n  affected: <1.4.3\n  \
        ada@example.com: delivered\n  bob@example.com: delivered\n";
    assert_eq!((run.code, run.out.as_str(), run.error.as_str()), (0, expected, ""));
    assert_eq!(place.catcher.next().await.unwrap().sender, "ada@example.com");

    let run = place.check("1.4.2", &["--format", "json"], &[]).await;
    let report: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(report["findings"][0]["id"], "2026-0007");
    assert_eq!(report["findings"][0]["notices"][1]["state"], "delivered");
    assert_eq!(report["findings"][0]["notices"][1]["is_new"], false);
    let run = place.check("1.4.3", &[], &[]).await;
    assert_eq!((run.code, run.out.as_str()), (0, "1 alert in the feed, 0 concern version 1.4.3\n"));
}

#[tokio::test]
async fn setting_disables_the_check_under_both_names() {
    let place = Place::new("alerts-off").await;
    for name in ["MM_EMAILSETTINGS_ENABLESECURITYFIXALERT", "MM_SERVICESETTINGS_ENABLESECURITYFIXALERT"] {
        let run = place.check("1.4.2", &[], &[(name, "false")]).await;
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.out.contains("EmailSettings.EnableSecurityFixAlert is false"), "{}", run.out);
    }
    assert!(place.feed.requests().is_empty());
}

#[tokio::test]
async fn undelivered_or_untrusted_alerts_are_findings() {
    let mut place = Place::new("alerts-findings").await;
    place.port = "1".to_owned();
    let run = place.check("1.4.2", &[], &[]).await;
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.out.contains("ada@example.com: waiting: "), "{}", run.out);
    place.key = Publisher::new().public_key();
    let run = place.check("1.4.2", &[], &[]).await;
    assert_eq!(run.code, 1);
    assert!(run.out.contains("NOT BELIEVED 2026-0007: it is not signed by a trusted key"), "{}", run.out);
    place.feed.answer(Answer::Raw("HTTP/1.1 503 Sorry\r\nContent-Length: 0\r\n\r\n".to_owned()));
    let run = place.check("1.4.2", &[], &[]).await;
    assert_eq!(run.code, 1);
    assert!(run.error.contains("answered 503"), "{}", run.error);
    place.key = "short".to_owned();
    assert_eq!(place.check("1.4.2", &[], &[]).await.code, 2);
}
