//! Two people and an editor at one file: in random rounds, nothing is silently lost.

use http::StatusCode;
use serde_json::Value as Json;
use settings_console::Visitor;
use settings_tests::console::{Answer, Site, with};
use settings_tests::program::Program;
use settings_tests::random::Random;

const ROUNDS: usize = 1000;

/// The settings that everyone changes, with the names of their fields.
const KEYS: [&str; 3] = ["ListenAddress", "Greeting", "MaxUsers"];

fn value(random: &mut Random, key: &str) -> String {
    let number = 1 + random.below(5);
    if key == "MaxUsers" { number.to_string() } else { format!("v{number}") }
}

/// Returns the text of a setting in the file, if it is there.
fn stored(text: &str, key: &str) -> Option<String> {
    let file: Json = serde_json::from_str(text).unwrap();
    match &file["ServiceSettings"][key] {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Returns the text of a setting as the page showed it, if the file had it.
fn shown(page: &Answer, key: &str) -> Option<String> {
    let was = page.field(&format!("was.ServiceSettings.{key}"));
    let value: Json = serde_json::from_str(was.strip_prefix('=')?).unwrap();
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

#[tokio::test]
async fn two_people_and_an_editor_lose_nothing() {
    let gate = |_: &http::request::Parts| Ok(Visitor::administrator("ann"));
    let site = Site::with_gate::<Program>("{}", &[], gate, |it| it.saves_per_minute(usize::MAX));
    let page = "/p/servicesettings";
    let mut random = Random::new(14);
    let mut pages = [site.get(page).await, site.get(page).await];
    let (mut saved, mut refused, mut merged) = (0, 0, 0);
    for round in 0..ROUNDS {
        if random.below(3) == 0 {
            // the editor, who knows of no lock
            let key = KEYS[random.below(3)];
            let mut file: Json = serde_json::from_str(&site.text()).unwrap();
            let value = value(&mut random, key);
            let value =
                if key == "MaxUsers" { Json::from(value.parse::<u32>().unwrap()) } else { value.into() };
            file["ServiceSettings"][key] = value;
            site.write(&file.to_string());
        }
        let who = random.below(2);
        if random.below(2) == 0 {
            pages[who] = site.get(page).await;
        }
        let (key, opened) = (KEYS[random.below(3)], pages[who].clone());
        let new = value(&mut random, key);
        let typed = [
            (&*format!("v.ServiceSettings.{key}"), new.as_str()),
            (&*format!("-d.ServiceSettings.{key}"), ""),
        ];
        let before = site.text();
        let review = site.post_fields("/review", &with(opened.fields(), &typed)).await;
        let answer = match review.status {
            StatusCode::OK => site.post_fields("/save", &review.fields()).await,
            _ => review,
        };
        let after = site.text();
        match answer.status {
            StatusCode::SEE_OTHER if answer.header("location").contains("saved=") => {
                saved += 1;
                assert_eq!(stored(&after, key).as_deref(), Some(new.as_str()), "{round}: the save is lost");
                for other in KEYS.iter().filter(|other| **other != key) {
                    assert_eq!(stored(&after, other), stored(&before, other), "{round}: {other} is lost");
                    merged += usize::from(stored(&before, other) != shown(&opened, other));
                }
                let base = shown(&opened, key);
                assert!(
                    stored(&before, key) == base || base.is_none() && stored(&before, key).is_none(),
                    "{round}: theirs is lost"
                );
            }
            StatusCode::CONFLICT => {
                refused += 1;
                assert_eq!(after, before, "{round}");
                assert_ne!(stored(&before, key), shown(&opened, key), "{round}: refused without a reason");
            }
            StatusCode::SEE_OTHER => assert_eq!(after, before, "{round}: nothing to save"),
            status => panic!("{round}: {status} {}", answer.body),
        }
    }
    assert!(saved > 200 && refused > 50 && merged > 50, "{saved} saved, {refused} refused, {merged} merged");
}
