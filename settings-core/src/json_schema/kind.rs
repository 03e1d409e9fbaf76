//! The schema of one kind: it accepts what `value::from_json` accepts.

use super::{Around, Writer, pattern, texts};
use crate::markdown;
use crate::schema::{Choice, Format, Kind, Member, Path, Section, Setting, TextRules, ValueDoc};
use crate::value::json::{Object, Tree};
use crate::value::{accepted_forms, is_removable, key_expectation};

impl Writer<'_> {
    /// The keywords of a kind. `values` are a setting's own words for each choice; `keys` lead to the setting, and
    /// `around` is its place.
    pub(super) fn kind(
        &self,
        kind: &Kind,
        values: &[ValueDoc],
        keys: &[&'static str],
        around: Around,
    ) -> Object {
        any_of(self.ways(kind, values, keys, around))
    }

    /// The keywords of an element that belongs to a value which layers replace as a whole.
    fn element(&self, of: &Kind, keys: &[&'static str], around: Around) -> Object {
        self.kind(of, &[], keys, Around { merges: false, ..around })
    }

    /// The keywords of an entry. `null` removes it in a weaker layer; without one, it causes a warning.
    fn entry(&self, of: &Kind, keys: &[&'static str], around: Around) -> Object {
        let mut ways = self.ways(of, &[], keys, around);
        if around.merges && !self.options.strict && is_removable(of) {
            match ways.as_mut_slice() {
                [section] if matches!(of, Kind::Section(_)) => {
                    section.insert("type", Tree::from(["object", "null"]));
                }
                _ => ways.push(of_type("null")),
            }
        }
        any_of(ways)
    }

    /// Each way to write a value of the kind.
    fn ways(&self, kind: &Kind, values: &[ValueDoc], keys: &[&'static str], around: Around) -> Vec<Object> {
        let inside = |placeholder: &'static str| -> Vec<&'static str> {
            keys.iter().copied().chain([placeholder]).collect()
        };
        let list = |items: Object| {
            Object::from([("type", Tree::from(["array", "null"])), ("items", Tree::Object(items))])
        };
        match *kind {
            Kind::Bool => vec![of_type("boolean")],
            Kind::Integer { min, max } => {
                vec![whole_number(min, max), self.text_like(&pattern::integer(min, max), kind)]
            }
            Kind::Float { min, max } => vec![number(min, max), self.text_like(pattern::FLOAT, kind)],
            Kind::Text | Kind::Secret => vec![of_type("string"), of_type("number")],
            Kind::Custom(custom) => vec![match custom.pattern {
                Some(pattern) => self.text_like(&pattern::whole(pattern), kind),
                None => of_type("string"),
            }],
            Kind::OneOf(choices) => {
                let any_case = choices.iter().filter(|choice| choice.ignore_case);
                let patterns: Vec<_> = any_case.map(|choice| pattern::any_case(choice.text)).collect();
                let mut ways = vec![self.one_of(choices, values)];
                if !patterns.is_empty() {
                    ways.push(self.text_like(&pattern::whole(&patterns.join("|")), kind));
                }
                ways
            }
            Kind::Duration { min, max, .. } => {
                vec![whole_number(min.into(), max.into()), self.text_like(&pattern::duration(min, max), kind)]
            }
            Kind::TextOf(rules) => self.text_of(rules, kind),
            Kind::SecretOf(rules) => {
                // a number is accepted as its text, of which a schema knows no length
                let mut ways = self.text_of(rules, kind);
                ways.push(of_type("number"));
                ways
            }
            Kind::Json => vec![Object::new()],
            Kind::Size { min, max } => {
                vec![whole_number(min.into(), max.into()), self.text_like(&pattern::size(min, max), kind)]
            }
            Kind::Set(of) => {
                let mut list = list(self.element(of, &inside(Path::ENTRY), around));
                list.insert("uniqueItems", Tree::from(true));
                vec![list]
            }
            Kind::Section(of) => vec![self.section_entry(of, keys, around)],
            Kind::List(of @ Kind::Section(_)) => vec![list(self.entry(of, &inside(Path::ENTRY), around))],
            Kind::List(of) => vec![list(self.element(of, &inside(Path::ENTRY), around))],
            Kind::Tuple(kinds) => {
                let element = |of: &Kind| Tree::Object(self.element(of, &inside(Path::ENTRY), around));
                vec![Object::from([
                    ("type", Tree::from("array")),
                    ("prefixItems", kinds.iter().map(element).collect()),
                    ("items", Tree::from(false)),
                    ("minItems", Tree::from(kinds.len() as u64)),
                ])]
            }
            Kind::Map { key, of } => {
                let mut map = Object::from([("type", Tree::from(["object", "null"]))]);
                if let Some(names) = self.key_names(key) {
                    map.insert("propertyNames", names.into());
                }
                let entry = self.entry(of, &inside(Path::NAMED_ENTRY), around);
                map.insert("additionalProperties", entry.into());
                vec![map]
            }
            Kind::Optional(of) => {
                let mut ways = self.ways(of, values, keys, around);
                if !matches!(
                    of,
                    Kind::List(_) | Kind::Set(_) | Kind::Map { .. } | Kind::Optional(_) | Kind::Json
                ) {
                    ways.push(of_type("null"));
                }
                ways
            }
        }
    }

    /// The keywords of a map's keys, if they are not any text. Those that are no text in other places, such as numbers,
    /// have their text's form.
    fn key_names(&self, kind: &Kind) -> Option<Object> {
        let expected = key_expectation(kind)?;
        let explained = |pattern: String| {
            let mut names = of_type("string");
            names.insert("pattern", Tree::from(pattern));
            if self.options.editor {
                let message = format!("expected a key that is {}", markdown::plain(&expected));
                names.insert("patternErrorMessage", Tree::from(message));
            }
            names
        };
        match *kind {
            Kind::Bool => {
                let mut names = of_type("string");
                names.insert("enum", Tree::from(["true", "false"]));
                Some(names)
            }
            Kind::Integer { min, max } => Some(explained(pattern::key_integer(min, max))),
            _ => {
                let of_text = |way: &Object| match way.get("type") {
                    Some(Tree::String(name)) => name == "string",
                    _ => true,
                };
                let ways: Vec<_> =
                    self.ways(kind, &[], &[], Around::PROGRAM).into_iter().filter(of_text).collect();
                let any = of_type("string");
                (!ways.is_empty() && !ways.contains(&any)).then(|| any_of(ways))
            }
        }
    }

    /// The settings of an entry that is a section.
    fn section_entry(&self, of: &'static Section, keys: &[&'static str], around: Around) -> Object {
        let mut section = self.section(of, keys, around);
        if !self.options.strict
            && let Some(Tree::Object(properties)) = section.get_mut("properties")
        {
            for (alias, setting) in old_names(of) {
                let keys: Vec<_> = keys.iter().copied().chain([setting.key]).collect();
                let property = self.old_name(setting, setting.key, &keys);
                properties.get_or_insert(alias, property.into());
            }
        }
        section
    }

    fn text_of(&self, rules: &TextRules, kind: &Kind) -> Vec<Object> {
        let mut schema = of_type("string");
        if rules.min_len > 0 {
            schema.insert("minLength", Tree::from(rules.min_len));
        }
        if rules.max_len < u32::MAX {
            schema.insert("maxLength", Tree::from(rules.max_len));
        }
        let format = rules.format.map(pattern::format);
        let own = rules.pattern.map(|own| pattern::whole(own.as_str()));
        if let Some(pattern) = format.as_ref().or(own.as_ref()) {
            schema.insert("pattern", Tree::from(pattern));
            self.explain_pattern(&mut schema, kind);
        }
        if let (Some(_), Some(own)) = (&format, &own) {
            schema.insert("allOf", Tree::from([Object::from([("pattern", own.into())])]));
        }
        let mut ways = vec![schema];
        if rules.format == Some(Format::Port) && rules.pattern.is_none() {
            let lens = (10_i128.pow(rules.min_len.clamp(1, 6) - 1), 10_i128.pow(rules.max_len.min(6)) - 1);
            ways.push(whole_number(lens.0, lens.1.min(65_535)));
        }
        if rules.or_empty {
            ways.push(Object::from([("const", Tree::from(""))]));
        }
        ways
    }

    fn text_like(&self, pattern: &str, kind: &Kind) -> Object {
        let mut schema = of_type("string");
        schema.insert("pattern", Tree::from(pattern));
        self.explain_pattern(&mut schema, kind);
        schema
    }

    /// Adds the message of editors for a text that does not match.
    fn explain_pattern(&self, schema: &mut Object, kind: &Kind) {
        if self.options.editor {
            let message = format!("expected {}", markdown::plain(&accepted_forms(kind)));
            schema.insert("patternErrorMessage", Tree::from(message));
        }
    }

    fn one_of(&self, choices: &[Choice], values: &[ValueDoc]) -> Object {
        let texts: Vec<_> = choices.iter().map(|choice| choice.text).collect();
        let mut schema = of_type("string");
        schema.insert("enum", Tree::from(texts));
        let docs: Vec<_> = choices.iter().map(|choice| choice_doc(choice, values)).collect();
        if self.options.editor && docs.iter().any(|doc| !doc.is_empty()) {
            let plain: Vec<_> = docs.iter().map(|doc| markdown::plain(doc)).collect();
            let docs: Vec<_> = docs.iter().map(|doc| texts::with_live_links(doc)).collect();
            schema.insert("enumDescriptions", Tree::from(plain));
            schema.insert("markdownEnumDescriptions", Tree::from(docs));
        }
        schema
    }
}

fn any_of(mut ways: Vec<Object>) -> Object {
    match ways.len() {
        1 => ways.remove(0),
        _ => Object::from([("anyOf", ways.into_iter().collect())]),
    }
}

fn of_type(name: &str) -> Object {
    Object::from([("type", Tree::from(name))])
}

/// The settings of a repeated section, by their aliases that are keys.
fn old_names(of: &'static Section) -> impl Iterator<Item = (&'static str, &'static Setting)> {
    let settings = of.members.iter().filter_map(|member| match member {
        Member::Setting(setting) => Some(setting),
        Member::Section { .. } => None,
    });
    settings.flat_map(|setting| {
        let keys = setting.aliases().iter().filter(|alias| !alias.contains('.'));
        keys.map(move |alias| (*alias, setting))
    })
}

fn number(min: f64, max: f64) -> Object {
    let mut schema = of_type("number");
    for (keyword, bound, widest) in [("minimum", min, f64::MIN), ("maximum", max, f64::MAX)] {
        if bound != widest {
            schema.insert(keyword, Tree::from(bound));
        }
    }
    schema
}

fn whole_number(min: i128, max: i128) -> Object {
    let mut schema = of_type("integer");
    for (keyword, bound) in [("minimum", min), ("maximum", max)] {
        // most readers take no more than 64 bits
        if i64::try_from(bound).is_ok() || u64::try_from(bound).is_ok() {
            schema.insert(keyword, bound.into());
        }
    }
    schema
}

fn choice_doc(choice: &Choice, values: &[ValueDoc]) -> String {
    let own = values.iter().find(|value| value.value == choice.text || value.value == choice.label);
    let doc = own.map_or(choice.doc, |value| value.text);
    if choice.text == choice.label {
        return doc.to_owned();
    }
    if doc.is_empty() { choice.label.to_owned() } else { format!("{}: {doc}", choice.label) }
}
