//! Structs of serde's derives alone, and the way from ours to them.

use super::{LEVELS, Layer, Program, Section, Sort, line, variant};

const DERIVES: &str = "#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]";

/// Without our structs; `derives` are in addition to serde's.
pub(super) fn alone(out: &mut String, program: &Program, derives: &str) {
    let derived = DERIVES.replace(")]", &format!("{derives})]"));
    for section in &program.sections {
        fields(out, section, &derived);
    }
    let derived = derived.replace("Debug,", "Debug, Default,");
    line(out, format_args!("{derived}\n#[serde(default)]\npub struct {} {{", program.ident));
    for section in &program.sections {
        line(out, format_args!("pub {}: {},", section.key, section.ident));
    }
    line(out, format_args!("}}"));
}

pub(super) fn section(out: &mut String, section: &Section) {
    fields(out, section, DERIVES);
    from_ours(out, section);
}

fn fields(out: &mut String, section: &Section, derives: &str) {
    let ident = &section.ident;
    line(out, format_args!("{derives}\n#[serde(default)]\npub struct {ident} {{"));
    for setting in &section.settings {
        line(out, format_args!("pub {}: {},", setting.key, setting.plain_type()));
    }
    line(out, format_args!("}}\nimpl Default for {ident} {{\nfn default() -> Self {{ Self {{"));
    for setting in &section.settings {
        let value = setting.value(Layer::Default).rust(setting.sort);
        line(out, format_args!("{}: {value},", setting.key));
    }
    line(out, format_args!("}} }} }}"));
}

fn from_ours(out: &mut String, section: &Section) {
    let ident = &section.ident;
    line(out, format_args!("impl From<&ours::{ident}> for {ident} {{"));
    line(out, format_args!("fn from(ours: &ours::{ident}) -> Self {{ Self {{"));
    for setting in &section.settings {
        let key = &setting.key;
        let value = match setting.sort {
            Sort::Seconds => format!("ours.{key}.as_secs()"),
            Sort::Secret => format!("ours.{key}.expose().to_owned()"),
            Sort::OneOf => {
                let arms = LEVELS.map(|level| format!("ours::Level::{0} => Level::{0},", variant(level)));
                format!("match ours.{key} {{ {} }}", arms.concat())
            }
            _ => format!("ours.{key}.clone()"),
        };
        line(out, format_args!("{key}: {value},"));
    }
    line(out, format_args!("}} }} }}"));
}

pub(super) fn root(out: &mut String, program: &Program) {
    let ident = program.ident;
    line(
        out,
        format_args!("#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]"),
    );
    line(out, format_args!("#[serde(default)]\npub struct {ident} {{"));
    for section in &program.sections {
        line(out, format_args!("pub {}: {},", section.key, section.ident));
    }
    line(out, format_args!("}}\nimpl From<&ours::{ident}> for {ident} {{"));
    line(out, format_args!("fn from(ours: &ours::{ident}) -> Self {{ Self {{"));
    for section in &program.sections {
        line(out, format_args!("{0}: (&ours.{0}).into(),", section.key));
    }
    line(out, format_args!("}} }} }}"));
}
