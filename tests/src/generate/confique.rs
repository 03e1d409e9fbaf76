//! Structs of confique's derive.

use super::{Layer, Program, Section, Value, line};

pub(super) fn section(out: &mut String, section: &Section) {
    line(out, format_args!("#[derive(confique::Config, serde::Serialize)]\npub struct {} {{", section.ident));
    for setting in &section.settings {
        let mut attributes = Vec::new();
        if setting.is_scalar() {
            attributes.push(format!("env = {:?}", setting.env_name(section)));
        }
        match setting.value(Layer::Default) {
            Value::Null => {}
            value => attributes.push(format!("default = {}", value.json())),
        }
        line(out, format_args!("#[config({})]", attributes.join(", ")));
        line(out, format_args!("pub {}: {},", setting.key, setting.plain_type()));
    }
    line(out, format_args!("}}"));
}

pub(super) fn root(out: &mut String, program: &Program) {
    line(out, format_args!("#[derive(confique::Config, serde::Serialize)]\npub struct {} {{", program.ident));
    for section in &program.sections {
        line(out, format_args!("#[config(nested)]\npub {}: {},", section.key, section.ident));
    }
    line(out, format_args!("}}"));
}
