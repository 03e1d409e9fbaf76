//! This repository: all layers, every origin, every mistake.

use serde_json::{Value, to_value};
use settings_core::Settings;
use settings_core::resolve::{Environment, Layers, Resolution, resolve};
use settings_tests::generated;

use super::{Input, Visitor, plain};

pub fn nine(input: &Input, visitor: &mut impl Visitor) {
    each(input, visitor, |nine: &generated::nine::Nine| to_value(plain::nine::Nine::from(nine)));
}

pub fn full(input: &Input, visitor: &mut impl Visitor) {
    each(input, visitor, |full: &generated::full::Full| to_value(plain::full::Full::from(full)));
}

fn each<S: Settings>(
    input: &Input,
    visitor: &mut impl Visitor,
    to_json: impl Fn(&S) -> serde_json::Result<Value>,
) {
    let resolved = |environment| {
        resolve::<S>(
            Layers::new().file_in(input.format, "config", input.file.as_str()).environment(environment),
        )
    };
    let to_json = |resolution: &Resolution<S>| {
        let settings = resolution.value().unwrap_or_else(|| panic!("{}", resolution.report()));
        to_json(settings).expect("it is JSON")
    };
    let of_process = || resolved(Environment::from_process());
    visitor.subject("ours, process's environment", of_process, to_json, &input.expected);
    let pairs = || {
        let pairs = input.environment.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        resolved(Environment::from_iter(pairs))
    };
    visitor.subject("ours, environment copied", pairs, to_json, &input.expected);
    let environment = Environment::from_process();
    let given = || resolved(environment.clone());
    visitor.subject("ours, environment given", given, to_json, &input.expected);
    let file_only = || resolved(Environment::default());
    visitor.subject("ours, file only", file_only, to_json, &input.expected_of_file);
}
