//! Structs of this repository's derive, documented as an author would.

use super::{LEVELS, Layer, Program, Section, Setting, Sort, Value, line, variant};

pub(super) fn section(out: &mut String, section: &Section) {
    line(out, format_args!("/// What the section `{}` decides.", section.key));
    line(out, format_args!("#[derive(settings_core::Settings, Clone, Debug, PartialEq)]"));
    if section.key.is_empty() {
        line(out, format_args!("#[settings(env_prefix = \"MM\", page = \"Nine\")]"));
    } else {
        line(out, format_args!("#[settings(section = {0:?}, page = {0:?})]", section.key));
    }
    line(out, format_args!("pub struct {} {{", section.ident));
    for setting in &section.settings {
        field(out, setting);
    }
    line(out, format_args!("}}"));
    if section.key.is_empty() {
        level(out);
    }
}

fn field(out: &mut String, setting: &Setting) {
    line(out, format_args!("/// Decides what the server does about `{}`.", setting.key));
    line(out, format_args!("///"));
    match setting.sort {
        Sort::Bool => {
            line(out, format_args!("/// - `true`: The server does it whenever it is asked to."));
            line(out, format_args!("/// - `false`: The server never does it."));
        }
        _ => line(out, format_args!("/// Most installations need no other value than the default.")),
    }
    let mut attributes = format!("key = {:?}", setting.key);
    match setting.sort {
        Sort::Port => attributes.push_str(", range = 1..=65535"),
        Sort::Count => attributes.push_str(", range = 0..=100"),
        Sort::Seconds => attributes.push_str(", unit = \"seconds\", range = 0..=3600"),
        _ => {}
    }
    match setting.value(Layer::Default) {
        Value::Null => {}
        Value::Text(text) if text.is_empty() => {}
        Value::Text(text) if setting.sort == Sort::OneOf => {
            attributes.push_str(&format!(", default = Level::{}", variant(&text)));
        }
        value => attributes.push_str(&format!(", default = {}", value.json())),
    }
    let ty = match setting.sort {
        Sort::Seconds => "std::time::Duration",
        Sort::Secret => "settings_core::Secret",
        _ => setting.plain_type(),
    };
    line(out, format_args!("#[setting({attributes})]\npub {}: {ty},\n", setting.key));
}

pub(super) fn root(out: &mut String, program: &Program) {
    line(out, format_args!("/// All settings of the program."));
    line(out, format_args!("#[derive(settings_core::Settings, Clone, Debug, PartialEq)]"));
    line(out, format_args!("#[settings(env_prefix = \"MM\")]\npub struct {} {{", program.ident));
    for section in &program.sections {
        line(out, format_args!("/// The section `{0}`.\npub {0}: {1},", section.key, section.ident));
    }
    line(out, format_args!("}}"));
    level(out);
}

fn level(out: &mut String) {
    line(out, format_args!("/// The verbosity."));
    line(out, format_args!("#[derive(settings_core::SettingValue, Clone, Copy, Debug, PartialEq, Eq)]"));
    line(out, format_args!("pub enum Level {{"));
    for level in LEVELS {
        line(out, format_args!("/// Whatever counts as {level} or worse."));
        line(out, format_args!("#[value(text = {level:?})]\n{},", variant(level)));
    }
    line(out, format_args!("}}"));
}
