//! The layers of a generated program, and the expected result.

use std::fmt::Write as _;

use super::{Layer, Program, Section, Setting, Value};

/// Variables that no setting has.
const UNRELATED: usize = 30;

impl Program {
    /// The JSON file, indented by four blanks as servers write it.
    pub fn file(&self) -> String {
        let total = self.settings().count();
        let mut number = 0;
        self.json(|setting| {
            number += 1;
            is_picked(number - 1, self.in_file, total).then(|| setting.value(Layer::File))
        })
    }

    /// The variables that set settings, and as many others as a service usually has.
    pub fn environment(&self) -> Vec<(String, String)> {
        let unrelated = (0..UNRELATED)
            .map(|number| (format!("SERVICE_{number}_HOST"), format!("/srv/unrelated/value/of/{number}")));
        let mut environment: Vec<_> = unrelated.collect();
        environment.extend(self.variables().map(|(section, setting)| {
            let text = match setting.value(Layer::Environment) {
                Value::Text(text) => text,
                other => other.json(),
            };
            (setting.env_name(section), text)
        }));
        environment
    }

    /// The JSON of every setting's value after resolution of all layers up to `strongest`.
    pub fn expected(&self, strongest: Layer) -> String {
        let from_variables: Vec<_> = match strongest {
            Layer::Environment => self.variables().map(|(_, setting)| setting.number).collect(),
            _ => Vec::new(),
        };
        let total = self.settings().count();
        let mut number = 0;
        self.json(|setting| {
            number += 1;
            Some(setting.value(if from_variables.contains(&setting.number) {
                Layer::Environment
            } else if strongest != Layer::Default && is_picked(number - 1, self.in_file, total) {
                Layer::File
            } else {
                Layer::Default
            }))
        })
    }

    fn variables(&self) -> impl Iterator<Item = (&Section, &Setting)> {
        let total = self.settings().filter(|(_, setting)| setting.is_scalar()).count();
        self.settings()
            .filter(|(_, setting)| setting.is_scalar())
            .enumerate()
            .filter(move |(number, _)| is_picked(*number, self.in_environment, total))
            .map(|(_, setting)| setting)
    }

    fn json(&self, mut value: impl FnMut(&Setting) -> Option<Value>) -> String {
        let mut out = String::from("{");
        for (at, section) in self.sections.iter().enumerate() {
            let indent = if section.key.is_empty() { "    " } else { "        " };
            if !section.key.is_empty() {
                let _ = write!(out, "{}\n    {:?}: {{", if at > 0 { "," } else { "" }, section.key);
            }
            let mut separator = "";
            for setting in &section.settings {
                if let Some(value) = value(setting) {
                    let _ = write!(out, "{separator}\n{indent}{:?}: {}", setting.key, value.json());
                    separator = ",";
                }
            }
            if !section.key.is_empty() {
                out.push_str("\n    }");
            }
        }
        out.push_str("\n}\n");
        out
    }
}

impl Setting {
    /// Its variable.
    pub fn env_name(&self, section: &Section) -> String {
        let separator = if section.key.is_empty() { "" } else { "_" };
        format!("MM_{}{separator}{}", section.key, self.key).to_ascii_uppercase()
    }
}

/// Returns whether the setting of this number is among `picked` of `total`, evenly spread.
fn is_picked(number: usize, picked: usize, total: usize) -> bool {
    number * picked / total != (number + 1) * picked / total
}
