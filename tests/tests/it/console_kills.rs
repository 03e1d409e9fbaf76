//! Two people and an editor at one file, and the console killed between: every save that was answered is in the file.
//!
//! `SETTINGS_LONG=1000` makes 1,000 rounds of it.

use std::fs;
use std::time::Duration;

use serde_json::{Value as Json, json};
use settings_tests::cli::Folder;
use settings_tests::random::Random;

use crate::console_cli::{Served, TOKEN, private, serve_over};

const ROUNDS: usize = 40;

/// The settings of the two people.
const THEIRS: [&str; 2] = ["Greeting", "ListenAddress"];

/// The values that a person has had answered, and has sent.
#[derive(Default)]
struct Sent {
    answered: Option<String>,
    /// The values since, which may have been written or not.
    unanswered: Vec<String>,
}

impl Sent {
    fn may_be(&self, found: Option<&str>) -> bool {
        found == self.answered.as_deref()
            || found.is_some_and(|found| self.unanswered.iter().any(|sent| sent == found))
    }
}

/// Saves values until the console is killed.
async fn save(console: &Served, key: &str, round: usize, sent: &mut Sent) {
    let bearer = format!("Authorization: Bearer {TOKEN}");
    let headers = [bearer.as_str(), "If-Match: *", "Content-Type: application/json"];
    for number in 0.. {
        let value = format!("{key}-{round}-{number}");
        let body = json!({"set": {format!("ServiceSettings.{key}"): value}}).to_string();
        sent.unanswered.push(value.clone());
        match console.try_to_ask("PATCH", "/api/settings", &headers, &body).await {
            Ok(answer) if answer.starts_with("HTTP/1.1 200") => {
                *sent = Sent { answered: Some(value), unanswered: Vec::new() };
            }
            // too many changes in a minute
            Ok(answer) if answer.starts_with("HTTP/1.1 429") => {
                sent.unanswered.pop();
                return;
            }
            Ok(answer) => assert!(answer.is_empty(), "{answer}"),
            Err(_) => return,
        }
    }
}

#[tokio::test]
async fn what_was_answered_survives_every_kill() {
    let asked = std::env::var("SETTINGS_LONG").ok().and_then(|rounds| rounds.parse().ok());
    let rounds = asked.unwrap_or(0).max(ROUNDS);
    let folder = Folder::new("console-kills");
    let (file, token) = (folder.write("config.json", "{}"), folder.write("token", TOKEN));
    private(&token);
    let mut random = Random::seeded(14);
    let mut sent = [Sent::default(), Sent::default()];
    let (mut saved, mut cut) = (0, 0);
    for round in 1..=rounds {
        let place = Folder::new("console-kill");
        let mut console = serve_over(["--config", &file], place, &token, &[]).await;
        let time = Duration::from_micros(random.below(60_000) as u64);
        let [one, two] = &mut sent;
        let saves = async {
            tokio::join!(save(&console, THEIRS[0], round, one), save(&console, THEIRS[1], round, two));
        };
        let _ = tokio::time::timeout(time, saves).await;
        console.child.kill().await.unwrap();

        let text = fs::read_to_string(&file).unwrap();
        let mut now: Json =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{round}: {error}: {text}"));
        let settings = &now["ServiceSettings"];
        for (key, sent) in THEIRS.iter().zip(&mut sent) {
            let found = settings[key].as_str();
            assert!(sent.may_be(found), "{round}: {key} is {found:?}, and {:?} was answered", sent.answered);
            saved +=
                usize::from(sent.answered.as_deref().is_some_and(|it| it.contains(&format!("-{round}-"))));
            cut += usize::from(found != sent.answered.as_deref());
            *sent = Sent { answered: found.map(str::to_owned), unanswered: Vec::new() };
        }
        let editors = settings["MaxUsers"].as_u64();
        assert!(round == 1 || editors == Some(round as u64 - 1), "{round}: the editor's {editors:?}");
        now["ServiceSettings"]["MaxUsers"] = round.into();
        fs::write(&file, now.to_string()).unwrap();
    }
    assert!(saved > rounds / 4, "{saved} rounds with an answer");
    eprintln!("{rounds} kills: {saved} times answered before, {cut} times written without an answer");
    let left = fs::read_dir(folder.path("")).unwrap().count();
    assert!(left < 20, "{left} files: those of interrupted saves are removed by later ones");
}
