use super::*;
use crate::schema::{Choice, CustomKind, DefaultValue, Details, Kind, Unit, ValueDoc};

const LOW: Choice = Choice::new("low", "Low", "");
const NONE: Choice = Choice::new("", "Not specified", "");
const CHOICES: Kind = Kind::OneOf(&[LOW, NONE]);

const fn section(key: &'static str, members: &'static [Member]) -> Section {
    Section::new(key, members)
}

const fn setting(key: &'static str) -> Setting {
    Setting::new(key, "field", Kind::Text, DefaultValue::Text(""))
}

fn told(message: Option<Message>) -> String {
    message.map_or_else(String::new, |message| message.as_str().to_owned())
}

/// The message about a section with this one setting.
fn of_setting(check: fn(&'static Section, usize) -> Option<Message>, setting: Setting) -> String {
    let members: &'static [Member] = Box::leak(Box::new([Member::Setting(setting)]));
    told(check(Box::leak(Box::new(section("Mail", members))), 0))
}

fn names(members: &'static [Member]) -> String {
    told(unique_names::<64>(Box::leak(Box::new(section("", members)))))
}

#[test]
fn names_that_differ_are_unique() {
    const A: Section = section("A", &[Member::Setting(setting("B")), Member::Setting(setting("BB"))]);
    const MEMBERS: [Member; 3] = [
        Member::section("A", &A),
        Member::section("AB", &A),
        Member::Setting(setting("B").details(&Details::new().aliases(&["C", "A.C"]))),
    ];
    assert_eq!(names(&MEMBERS), "");
}

#[test]
fn one_variable_for_two_paths_is_reported() {
    const A: Section = section("A", &[Member::Setting(setting("B_C"))]);
    const A_B: Section = section("a_b", &[Member::Setting(setting("c"))]);
    const MEMBERS: [Member; 3] =
        [Member::Setting(setting("First")), Member::section("A", &A), Member::section("a_b", &A_B)];
    assert_eq!(names(&MEMBERS), "`A.B_C` and `a_b.c` claim one environment variable, `A_B_C`");
}

#[test]
fn one_path_for_two_settings_is_reported() {
    const A: Section = section("A", &[Member::Setting(setting("B"))]);
    const BY_ALIAS: Section =
        section("C", &[Member::Setting(setting("D").details(&Details::new().aliases(&["E", "A.B"])))]);
    const MEMBERS: [Member; 2] = [Member::section("A", &A), Member::section("C", &BY_ALIAS)];
    assert_eq!(names(&MEMBERS), "`A.B` is an alias of `C.D`, and the path of another setting or section");
    const TWICE: [Member; 2] = [Member::section("C", &BY_ALIAS), Member::section("D", &BY_ALIAS)];
    assert_eq!(names(&TWICE), "`A.B` is an alias of `C.D` and of `D.D`");
    const ALMOST: [Member; 2] = [
        Member::Setting(setting("A").details(&Details::new().aliases(&["B_C"]))),
        Member::Setting(setting("D").details(&Details::new().aliases(&["B.C"]))),
    ];
    assert_eq!(
        names(&ALMOST),
        "`B_C` (an alias of `A`) and `B.C` (an alias of `D`) claim one environment variable, `B_C`"
    );
}

#[test]
fn one_key_for_two_members_is_reported_for_the_section() {
    const A: Section = section("A", &[Member::Setting(setting("B"))]);
    const MEMBERS: [Member; 4] = [
        Member::section("A", &A),
        Member::Setting(setting("B")),
        Member::section("A", &A),
        Member::section("b", &A),
    ];
    const PROGRAM: Section = section("", &MEMBERS);
    let free = |index| told(key_is_free(&PROGRAM, index, &["first", "second", "third"]));
    assert_eq!((free(0), free(1)), (String::new(), String::new()));
    assert_eq!(
        free(2),
        "`first` and `second` have one key, `A`: give `second` another one, `#[settings(section = \"...\")]`"
    );
    assert_eq!(
        free(3),
        "`field` and `third` claim one environment variable with their keys `B` and `b`: give `third` another one, \
         `#[settings(section = \"...\")]`"
    );
    // reported there, and not again for the program
    assert_eq!(names(&MEMBERS), "");
}

#[test]
fn the_variable_of_a_file_is_taken() {
    const A: Section = section("A", &[Member::Setting(setting("B")), Member::Setting(setting("b_file"))]);
    const MEMBERS: [Member; 2] = [Member::Setting(setting("First")), Member::section("A", &A)];
    assert_eq!(
        names(&MEMBERS),
        "`A.b_file` has the environment variable `A_B_FILE`, which names a file with the value of `A.B`"
    );
    const BY_ALIAS: [Member; 2] = [
        Member::Setting(setting("B").details(&Details::new().aliases(&["C"]))),
        Member::Setting(setting("D").details(&Details::new().aliases(&["B_File"]))),
    ];
    assert!(names(&BY_ALIAS).starts_with("`B_File` has"), "{}", names(&BY_ALIAS));
    // no variable sets a section, and no file is named for an old name
    const OTHERS: [Member; 3] = [
        Member::Setting(setting("B").details(&Details::new().aliases(&["C"]))),
        Member::Setting(setting("C_File")),
        Member::section("B_File", &A_C),
    ];
    const A_C: Section = section("A", &[Member::Setting(setting("D"))]);
    assert_eq!(names(&OTHERS), "");
}

#[test]
fn programs_share_no_variable() {
    const fn program(prefix: &'static str, members: &'static [Member]) -> Section {
        Section::new("", members).env_prefix(prefix)
    }
    const LOG: Section = section("Log", &[Member::Setting(setting("Level"))]);
    const SERVER: Section = program("MM", &[Member::section("Log", &LOG), Member::Setting(setting("Key"))]);
    const OTHER_PREFIX: Section = program("MMW", &[Member::section("Log", &LOG)]);
    const OTHER_SETTING: Section = program("MM", &[Member::section("Log", &LIMIT)]);
    const LIMIT: Section = section("Log", &[Member::Setting(setting("Limit"))]);
    const SAME: Section = program("mm_log", &[Member::Setting(setting("Level"))]);
    const FILE: Section = program("MM", &[Member::Setting(setting("Key_File"))]);
    let of = |programs: &[&'static Section]| told(separate_programs::<64>(programs));
    assert_eq!(of(&[&SERVER, &OTHER_PREFIX, &OTHER_SETTING]), "");
    assert_eq!(
        of(&[&SERVER, &SAME]),
        "`Log.Level` of one program and `Level` of another claim one environment variable, `MM_LOG_LEVEL`"
    );
    assert_eq!(of(&[&OTHER_PREFIX, &SERVER, &SAME]), of(&[&SERVER, &SAME]));
    let file =
        "`Key_File` has the environment variable `MM_KEY_FILE`, which names a file with the value of `Key`";
    assert_eq!(of(&[&SERVER, &FILE]), file);
    assert_eq!(of(&[&FILE, &SERVER]), file);
    const SLOTS: usize = slots_of_all(&[&SERVER, &FILE]);
    const { assert!(SLOTS > 10) };
}

#[test]
fn a_section_without_a_key_is_reported() {
    const ROOT: Section = section("", &[]);
    const MEMBERS: [Member; 1] = [Member::section("", &ROOT)];
    assert!(names(&MEMBERS).contains("has no key"));
}

#[test]
fn the_table_has_room_for_every_name() {
    const A: Section =
        section("A", &[Member::Setting(setting("B").details(&Details::new().aliases(&["C", "D"])))]);
    const ROOT: Section = section("", &[Member::section("A", &A)]);
    const SLOTS: usize = slots(&ROOT);
    const { assert!(SLOTS > 4) };
    assert!(unique_names::<SLOTS>(&ROOT).is_none());
}

#[test]
fn each_choice_is_documented_once() {
    const fn doc(value: &'static str) -> ValueDoc {
        ValueDoc { value, text: "" }
    }
    const COMPLETE: [ValueDoc; 2] = [doc("low"), doc("Not specified")];
    const MISSES: [ValueDoc; 1] = [doc("Low")];
    const TWICE: [ValueDoc; 3] = [doc(""), doc("low"), doc("Not specified")];
    const UNKNOWN: [ValueDoc; 3] = [doc(""), doc("low"), doc("high")];
    const OPTIONAL: Kind = Kind::Optional(&CHOICES);
    let message = |kind, values| {
        let setting = Setting::new("K", "k", kind, DefaultValue::None).doc("", values);
        of_setting(documents_every_value, setting)
    };
    assert_eq!(message(CHOICES, &COMPLETE), "");
    assert_eq!(message(CHOICES, &MISSES), "the value list is missing `Not specified`");
    assert_eq!(message(OPTIONAL, &TWICE), "the value list names `Not specified` twice");
    assert_eq!(
        message(CHOICES, &UNKNOWN),
        "`high` is not a value of this type: expected `Low`, `Not specified`"
    );
    assert_eq!(message(Kind::OneOf(&[]), &UNKNOWN), "", "an enum whose derive failed");
    assert_eq!(message(Kind::Text, &UNKNOWN), "");
}

#[test]
fn a_default_is_of_its_kind_and_in_its_range() {
    const PORT: Kind = Kind::Integer { min: -10, max: 10 };
    const SECONDS: Kind = Kind::Duration { unit: Unit::Seconds, min: 1, max: 60 };
    const CUSTOM: Kind = Kind::Custom(&CustomKind::new("a colour", |_| Ok(())));
    const RATIO: Kind = Kind::Float { min: 0.0, max: 1.0 };
    let message = |kind, default| of_setting(accepts_default, Setting::new("K", "k", kind, default));
    for (kind, default) in [
        (Kind::Bool, DefaultValue::Bool(true)),
        (PORT, DefaultValue::Integer(-10)),
        (SECONDS, DefaultValue::Integer(60)),
        (Kind::ANY_FLOAT, DefaultValue::Float(0.5)),
        (RATIO, DefaultValue::Float(1.0)),
        (RATIO, DefaultValue::Integer(0)),
        (CHOICES, DefaultValue::Text("")),
        (CUSTOM, DefaultValue::Text("red")),
        (Kind::Optional(&PORT), DefaultValue::None),
        (Kind::Optional(&PORT), DefaultValue::Integer(10)),
        (Kind::Secret, DefaultValue::Text("")),
        (Kind::OneOf(&[]), DefaultValue::Text("anything")),
    ] {
        assert_eq!(message(kind, default), "", "{kind:?} {default:?}");
    }
    for (kind, default, expected) in [
        (PORT, DefaultValue::Integer(-11), "the default -11 is outside the range -10 to 10"),
        (SECONDS, DefaultValue::Integer(0), "the default 0 is outside the range 1 to 60"),
        (Kind::Optional(&PORT), DefaultValue::Integer(100), "the default 100 is outside the range -10 to 10"),
        (CHOICES, DefaultValue::Text("Low"), r#""Low" is not a value of this type: expected "low", """#),
        (Kind::ANY_FLOAT, DefaultValue::Float(f64::NAN), "the default is not a finite number"),
        (RATIO, DefaultValue::Float(1.5), "the default is outside the range"),
        (RATIO, DefaultValue::Integer(-1), "the default is outside the range"),
        (Kind::Bool, DefaultValue::None, "the default doesn't fit: this type takes `true` or `false`"),
        (CUSTOM, DefaultValue::Integer(1), "the default doesn't fit: this type takes a colour"),
        (
            Kind::Secret,
            DefaultValue::Text("x"),
            "the default doesn't fit: this type takes no default in code",
        ),
    ] {
        assert_eq!(message(kind, default), expected);
    }
}

#[test]
fn a_list_or_map_of_literals_has_the_shape_of_its_kind() {
    const PORT: Kind = Kind::Integer { min: -10, max: 10 };
    const PORTS: Kind = Kind::List(&PORT);
    const NAMED: Kind = Kind::map(&Kind::Optional(&PORTS));
    const NAMES: Kind = Kind::Set(&Kind::Text);
    const LEVELS: Kind = Kind::List(&CHOICES);
    const PAIRS: Kind = Kind::Set(&NAMES);
    let message =
        |kind, json| of_setting(accepts_default, Setting::new("K", "k", kind, DefaultValue::Json(json)));
    for (kind, json) in [
        (PORTS, "[]"),
        (PORTS, "[-10,0,10]"),
        (Kind::Optional(&PORTS), "[1]"),
        (NAMED, r#"{"a":[1,2],"b\":{":null,"]":[]}"#),
        (NAMES, r#"["a","b\",\"a",""]"#),
        (PAIRS, r#"[["a"],["a","b"],[]]"#),
        (LEVELS, r#"["low",""]"#),
        (Kind::List(&Kind::ANY_FLOAT), "[1,0.5,-1e9]"),
        (Kind::List(&Kind::Json), r#"[{"a":[null]},1,"x"]"#),
        (Kind::Json, r#"{"a":[null,{}]}"#),
        (Kind::List(&Kind::OneOf(&[])), "[1]"),
    ] {
        assert_eq!(message(kind, json), "", "{kind:?} {json}");
    }
    let number = "the default doesn't fit: this type takes a whole number";
    let list = r#"the default doesn't fit: this type takes a list such as `["a", "b"]`"#;
    let choice = "the default doesn't fit: this type takes a variant or its text as a string";
    for (kind, json, expected) in [
        (PORTS, "[1,11]", "the default 11 is outside the range -10 to 10"),
        (
            PORTS,
            "[-99999999999999999999999999999999999999999]",
            "the default -170141183460469231731687303715884105727 is outside the range -10 to 10",
        ),
        (PORTS, "[1.5]", number),
        (PORTS, "[[1]]", number),
        (PORTS, "[null]", number),
        (PORTS, r#"{"a":1}"#, list),
        (PORT, "[1]", number),
        (NAMED, r#"{"a":[1],"b":[true]}"#, number),
        (NAMED, r#"{"a":"x"}"#, list),
        (NAMES, r#"["a","b","a"]"#, "the default holds an element twice"),
        (PAIRS, r#"[["a","b"],["a"],["a","b"]]"#, "the default holds an element twice"),
        (PAIRS, r#"[["a"],["b","b"]]"#, "the default holds an element twice"),
        (LEVELS, r#"["low",1]"#, choice),
        (CHOICES, r#"["low"]"#, choice),
    ] {
        assert_eq!(message(kind, json), expected, "{kind:?} {json}");
    }
}

#[test]
fn a_text_inside_a_default_is_a_choice_too() {
    const LEVELS: Kind = Kind::List(&Kind::Optional(&CHOICES));
    const NUMBERS: Kind = Kind::map(&Kind::Bool);
    let message = |kind, text: &'static str| {
        let members = [Member::Setting(Setting::new("K", "k", kind, DefaultValue::Json("")))];
        let members: &'static [Member] = Box::leak(Box::new(members));
        told(accepts_text(Box::leak(Box::new(section("Mail", members))), 0, text))
    };
    assert_eq!(message(LEVELS, "low"), "");
    assert_eq!(message(LEVELS, "lo"), r#""lo" is not a value of this type: expected "low", """#);
    assert_eq!(message(NUMBERS, "1"), "the default doesn't fit: this type takes `true` or `false`");
    assert_eq!(message(Kind::Text, "anything"), "");
    assert_eq!(message(Kind::List(&Kind::Json), "anything"), "");
}

#[test]
fn a_long_message_is_cut_off_between_characters_or_replaced() {
    let mut message = Message::new("");
    for _ in 0..1_000 {
        message = message.then("ü");
    }
    assert!(message.as_str().chars().all(|c| c == 'ü'));
    assert_eq!(Message::new("a").then(&"ü".repeat(300)).as_str(), "the names are too long to show");
}
