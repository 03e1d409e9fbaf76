//! Directives that define roles.

use super::convert::{Convert, Converted, class_names};
use super::spec::{Kind, OptionSpec, Spec};
use super::{Outcome, Refusal, Run};
use crate::chars::trim_start;
use crate::messages::{About, Level};
use crate::parser::Parser;
use crate::roles::{CustomRole, Role};
use crate::tag::Tag;
use crate::text::simple_name;

const PLAIN: OptionSpec = OptionSpec::Known(&[("class", Convert::Class)]);
const RAW: OptionSpec = OptionSpec::Known(&[("class", Convert::Class), ("format", Convert::Unchanged)]);
const CODE: OptionSpec = OptionSpec::Known(&[("class", Convert::Class), ("language", Convert::Unchanged)]);

/// Splits `name` or `name(base)`.
fn role_names(text: &str) -> Option<(&str, Option<&str>)> {
    let (rest, name) = simple_name(text).ok()?;
    let rest = trim_start(rest);
    if rest.is_empty() {
        return Some((name, None));
    }
    let (rest, base) = simple_name(trim_start(rest.strip_prefix('(')?)).ok()?;
    let rest = trim_start(rest).strip_prefix(')')?;
    trim_start(rest).is_empty().then_some((name, Some(base)))
}

impl Parser<'_> {
    pub(super) fn role_directive(&mut self, run: &Run<'_>) -> Outcome {
        let content = run.parts.content;
        let near = self.line(content, 0).is_some_and(|line| line.number.count() <= run.number.count() + 1);
        if !near {
            let name = run.name;
            return Err(Refusal::error(format!(
                "\"{name}\" directive requires arguments on the first line."
            )));
        }
        let arguments = self.line_text(content, 0);
        let Some((name, base)) = role_names(arguments) else {
            return Err(Refusal::error(format!(
                "\"{}\" directive arguments not valid role names: \"{arguments}\".",
                run.name
            )));
        };
        let mut messages = Vec::new();
        let base = match base {
            None => Role::Wrap(Tag::Inline),
            Some(base) => {
                let (role, found) = self.find_role(base, run.line);
                messages = found;
                let Some(role) = role else {
                    let words = format!("Unknown interpreted text role \"{base}\".");
                    messages.push(self.message_about(Level::Error, &words, run.block, About::Line(run.line)));
                    return Ok(messages);
                };
                role
            }
        };
        let spec = Spec {
            kind: Kind::Role,
            required: 0,
            optional: 0,
            spaces: false,
            options: options_of(&base),
            content: false,
        };
        let parts = match self.directive_parts(content.skip(1), &spec) {
            Ok(parts) => parts,
            Err(problem) => {
                let words = format!("Error in \"{}\" directive:\n{problem}.", run.name);
                messages.push(self.message_about(Level::Error, &words, run.block, About::Line(run.line)));
                return Ok(messages);
            }
        };
        let classes = match parts.get("class") {
            Some(Converted::Words(classes)) => classes.clone(),
            _ => match class_names(name) {
                Ok(classes) => classes,
                Err(problem) => {
                    let words = format!("Invalid argument for \"{}\" directive:\n{problem}.", run.name);
                    messages.push(self.message_about(Level::Error, &words, run.block, About::Line(run.line)));
                    return Ok(messages);
                }
            },
        };
        let (format, language) = inherited(&base);
        let role = CustomRole {
            classes,
            format: parts.text("format").map(str::to_owned).or(format),
            language: parts.text("language").map(str::to_owned).or(language),
            base: root(base),
        };
        self.page.roles.custom.insert(name.to_lowercase(), Role::Custom(Box::new(role)));
        Ok(messages)
    }

    pub(super) fn default_role(&mut self, run: &Run<'_>) -> Outcome {
        let Some(name) = run.argument() else {
            self.page.roles.default = None;
            return Ok(Vec::new());
        };
        let (role, mut messages) = self.find_role(name, run.line);
        match role {
            Some(role) => self.page.roles.default = Some(role),
            None => {
                let words = format!("Unknown interpreted text role \"{name}\".");
                messages.push(self.message_about(Level::Error, &words, run.block, About::Line(run.line)));
            }
        }
        Ok(messages)
    }
}

/// Returns the base of a custom role. It is never a custom role itself: the options of the derived role override.
fn root(role: Role) -> Role {
    match role {
        Role::Custom(custom) => custom.base,
        role => role,
    }
}

fn options_of(base: &Role) -> OptionSpec {
    let base = match base {
        Role::Custom(custom) => &custom.base,
        base => base,
    };
    match base {
        Role::Raw => RAW,
        Role::Code => CODE,
        Role::Generic => OptionSpec::None,
        _ => PLAIN,
    }
}

fn inherited(base: &Role) -> (Option<String>, Option<String>) {
    match base {
        Role::Custom(custom) => (custom.format.clone(), custom.language.clone()),
        _ => (None, None),
    }
}
