//! Structs of conf's derive.

use super::{Layer, Program, Section, Sort, Value, line};

pub(super) fn section(out: &mut String, section: &Section) {
    line(
        out,
        format_args!(
            "#[derive(conf::Conf, serde::Serialize)]\n#[conf(serde)]\npub struct {} {{",
            section.ident
        ),
    );
    for setting in &section.settings {
        let mut attributes = vec!["parameter".to_owned()];
        attributes.push(format!("env = {:?}", setting.env_name(section)));
        match setting.value(Layer::Default) {
            Value::Null => {}
            value => attributes.push(format!("default({})", value.rust(setting.sort))),
        }
        match setting.sort {
            Sort::Secret => attributes.push("secret".to_owned()),
            Sort::List | Sort::Map => {
                attributes.push("value_parser = json, default_help_str = \"some\"".to_owned());
            }
            _ => {}
        }
        line(out, format_args!("/// Decides what the server does about `{}`.", setting.key));
        line(out, format_args!("#[conf({})]", attributes.join(", ")));
        line(out, format_args!("pub {}: {},", setting.key, setting.plain_type()));
    }
    line(out, format_args!("}}"));
}

pub(super) fn root(out: &mut String, program: &Program) {
    line(
        out,
        format_args!(
            "#[derive(conf::Conf, serde::Serialize)]\n#[conf(serde)]\npub struct {} {{",
            program.ident
        ),
    );
    for section in &program.sections {
        line(out, format_args!("#[conf(flatten)]\npub {}: {},", section.key, section.ident));
    }
    line(out, format_args!("}}"));
}
