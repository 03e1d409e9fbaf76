//! The generated programs resolve to what their layers hold.

use serde_json::{Map, Value, from_str};
use settings_core::Settings;
use settings_core::resolve::{self, Environment, Layers, Resolution};
use settings_core::value::to_json;
use settings_tests::generate::{Layer, Program};
use settings_tests::generated::{full::Full, nine::Nine};

#[test]
fn nine_settings_resolve() {
    resolves::<Nine>(&Program::nine(), 9);
}

#[test]
fn full_program_resolves() {
    resolves::<Full>(&Program::full(), 680);
}

fn resolves<S: Settings>(program: &Program, settings: usize) {
    let layers = Layers::new()
        .file("config.json", program.file())
        .environment(Environment::from_iter(program.environment()));
    let resolution = resolve::resolve::<S>(layers);
    assert_eq!(resolution.report().diagnostics(), []);
    assert!(resolution.value().is_some());
    let from_variables =
        resolution.settings().filter(|setting| setting.layer() == resolve::Layer::Environment);
    assert_eq!(from_variables.count(), program.in_environment);
    assert_eq!(resolution.settings().count(), settings);
    assert_eq!(tree(&resolution), from_str::<Value>(&program.expected(Layer::Environment)).unwrap());
}

/// All effective values as one JSON object, sections nested.
fn tree<S>(resolution: &Resolution<S>) -> Value {
    let mut root = Map::new();
    for setting in resolution.settings() {
        let value: Value = from_str(&to_json(&setting.setting.kind, &setting.value)).unwrap();
        let mut object = &mut root;
        let (key, sections) = setting.path.keys().split_last().unwrap();
        for section in sections {
            let below = object.entry(*section).or_insert_with(|| Value::Object(Map::new()));
            object = below.as_object_mut().unwrap();
        }
        object.insert((*key).to_owned(), value);
    }
    Value::Object(root)
}
