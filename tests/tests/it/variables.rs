//! Lists, empty variables and service links in the environment, and env files as other programs read them.

use settings_core::Settings;
use settings_core::resolve::{Environment, Layer, Layers, Resolution, resolve};
use settings_core::schema::EmptyVariables;

/// A program whose lists are separated by commas.
#[derive(Settings, Debug)]
#[settings(env_prefix = "APP")]
struct Commas {
    #[settings(section = "Lists")]
    lists: Lists,
}

/// A program whose lists are separated by semicolons, and whose empty variables are values.
#[derive(Settings, Debug)]
#[settings(env_prefix = "APP", list_separator = ";", empty_variables = "value")]
struct Semicolons {
    #[settings(section = "Lists")]
    lists: Lists,
}

/// Values that variables set.
#[derive(Settings, Debug)]
struct Lists {
    /// Names.
    #[setting]
    names: Vec<String>,
    /// Ports.
    #[setting(default = [80])]
    ports: Vec<u16>,
    /// A port.
    #[setting(default = 80)]
    port: u16,
    /// A title.
    #[setting(default = "t")]
    title: String,
    /// A note.
    #[setting]
    note: Option<String>,
}

fn commas(variables: &[(&str, &str)]) -> Resolution<Commas> {
    resolve(Layers::new().environment(variables.iter().copied().collect()))
}

fn semicolons(variables: &[(&str, &str)]) -> Resolution<Semicolons> {
    resolve(Layers::new().environment(variables.iter().copied().collect()))
}

fn lines<T>(resolution: &Resolution<T>) -> Vec<String> {
    resolution.report().to_lines().lines().map(str::to_owned).collect()
}

#[test]
fn lists_are_split_by_the_separator_of_the_program() {
    for (text, expected) in [
        ("a,b", &["a", "b"][..]),
        (" a , b c, ", &["a", "b c"][..]),
        ("a", &["a"][..]),
        ("", &[][..]),
        (r#"["a,b", "c"]"#, &["a,b", "c"][..]),
    ] {
        let resolution = commas(&[("APP_LISTS_NAMES", text)]);
        assert_eq!(lines(&resolution), [""; 0], "{text}");
        assert_eq!(resolution.value().unwrap().lists.names, expected, "{text}");
    }
    let resolution = semicolons(&[("APP_LISTS_NAMES", "a,b; c d"), ("APP_LISTS_PORTS", "1;2")]);
    let lists = &resolution.value().unwrap().lists;
    assert_eq!((lists.names.join("|"), lists.ports.as_slice()), ("a,b|c d".to_owned(), &[1, 2][..]));
    let by_argument = resolve::<Commas>(Layers::new().set("Lists.Ports", "1, 2", "--set"));
    assert_eq!(by_argument.value().unwrap().lists.ports, [1, 2]);
}

#[test]
fn a_text_that_is_no_list_is_reported() {
    for (name, text, expected) in [
        (
            "APP_LISTS_NAMES",
            "a,,b",
            "error[unparsable]: `Lists.Names`: expected a list, each element text, found nothing as element number 2",
        ),
        ("APP_LISTS_NAMES", "[a, b]", "error[unparsable]"),
        (
            "APP_LISTS_NAMES",
            "a b",
            "warning[list-separator]: `Lists.Names`: a blank does not separate the elements of this list, a comma does (did you mean `[\"a\", \"b\"]`? Otherwise write `[\"a b\"]`)",
        ),
        ("APP_LISTS_NAMES", "a;b", "warning[list-separator]: `Lists.Names`: a semicolon does not separate"),
        (
            "APP_LISTS_PORTS",
            "1 2",
            "error[unparsable]: `Lists.Ports`: expected a whole number from 0 to 65535, found `1 2` (did you mean `[1, 2]`?)",
        ),
    ] {
        let found = lines(&commas(&[(name, text)]));
        assert!(found.len() == 1 && found[0].contains(expected), "{text}: {found:?}");
    }
}

#[test]
fn an_empty_variable_counts_as_unset_where_nothing_is_no_value() {
    let empty = ["PORT", "TITLE", "NOTE", "NAMES"].map(|key| (format!("APP_LISTS_{key}"), ""));
    let environment = || empty.iter().map(|(name, text)| (name.as_str(), *text)).collect::<Environment>();
    let resolution = resolve::<Commas>(Layers::new().environment(environment()));
    assert_eq!(
        lines(&resolution),
        [
            "variable APP_LISTS_PORT: note[empty-variable]: `APP_LISTS_PORT` is empty and is ignored (unset the variable, or give it a value)"
        ]
    );
    assert_eq!(resolution.setting("Lists.Title").unwrap().layer(), Layer::Environment);
    let lists = &resolution.value().unwrap().lists;
    assert_eq!(
        (lists.port, lists.title.as_str(), lists.note.as_deref(), lists.names.len()),
        (80, "", None, 0)
    );

    let by_root = resolve::<Semicolons>(Layers::new().environment(environment()));
    let by_layers = Layers::new().environment(environment()).empty_variables(EmptyVariables::Value);
    for found in [lines(&by_root), lines(&resolve::<Commas>(by_layers))] {
        assert!(found.len() == 1 && found[0].contains("error[unparsable]: `Lists.Port`"), "{found:?}");
    }
    let back = Layers::new().environment(environment()).empty_variables(EmptyVariables::Unset);
    assert_eq!(resolve::<Semicolons>(back).value().unwrap().lists.port, 80);
}

#[test]
fn a_name_that_goes_on_after_a_setting_is_corrected() {
    let found = lines(&commas(&[("APP_LISTS_PORT_X", "1")]));
    assert!(found.len() == 1 && found[0].contains("did you mean `APP_LISTS_PORT`?"), "{found:?}");
}

#[test]
fn env_files_have_comments_and_continued_lines() {
    let mut environment = Environment::default();
    let text = "; a comment\n# another\nexport APP_LISTS_NAMES=a, \\\n  b, \\\n  c # three\nAPP_LISTS_TITLE=\"two\nlines\"\nAPP_LISTS_PORT=1\n";
    environment.add_file("one.env", text);
    environment.add_file("two.env", "APP_LISTS_PORT=2\n");
    let resolution = resolve::<Commas>(Layers::new().environment(environment));
    assert_eq!(lines(&resolution), [""; 0]);
    assert_eq!(
        resolution.setting("Lists.Port").unwrap().origin.to_string(),
        "variable APP_LISTS_PORT (two.env:1)"
    );
    let lists = &resolution.value().unwrap().lists;
    assert_eq!(
        (lists.names.join(" "), lists.title.as_str(), lists.port),
        ("a b c".to_owned(), "two\nlines", 2)
    );
}
