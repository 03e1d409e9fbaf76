//! The derives work anywhere, with any names around them.

// Proves by compiling; the values are looked at all the same.
#[allow(dead_code, non_camel_case_types, non_upper_case_globals, unused_imports, unused_macros)]
mod shadowed {
    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) struct Ok;
    pub(crate) struct Err;
    pub(crate) struct String;
    pub(crate) struct Vec;
    pub(crate) struct Box;
    pub(crate) struct str;
    pub(crate) struct u64;
    pub(crate) struct i128;
    pub(crate) trait Default {}
    pub(crate) trait Settings {}
    pub(crate) trait SettingValue {}
    pub(crate) trait Sized {}
    pub(crate) trait Clone {}
    pub(crate) mod std {}
    pub(crate) mod core {}
    pub(crate) mod settings_core {}
    pub(crate) const message: u8 = 0;
    pub(crate) const builder: u8 = 0;
    pub(crate) const value: u8 = 0;
    macro_rules! panic {
        () => {};
    }
    pub(crate) use panic;

    /// A struct among strange names.
    #[derive(::settings_core::Settings)]
    #[settings(env_prefix = "SH")]
    pub(crate) struct Shadowed {
        /// On or off.
        ///
        /// - `true`: on.
        /// - `false`: off.
        #[setting(default = true)]
        pub(crate) bool: bool,
        /// A port.
        #[setting(default = PORT, range = 1..=PORT)]
        pub(crate) port: u16,
        /// A length of time.
        #[setting(default = 10, unit = "seconds", range = 1..=20)]
        pub(crate) timeout: ::std::time::Duration,
        /// A choice.
        ///
        /// - `None`: nothing.
        /// - `Some`: something.
        #[setting(default = Choice::None, alias = "Selection")]
        pub(crate) choice: Choice,
        /// A number, if any.
        #[setting(default = 5)]
        pub(crate) optional: ::core::option::Option<u8>,
        pub(crate) nested: Nested,
    }

    const PORT: u16 = 25;

    /// A choice among strange names.
    #[derive(::settings_core::SettingValue, PartialEq, Debug)]
    pub(crate) enum Choice {
        /// Nothing.
        None,
        /// Something.
        Some,
    }

    /// A section without settings.
    #[derive(::settings_core::Settings)]
    pub(crate) struct Nested {}
}

#[test]
fn shadowed_names_change_nothing() {
    let shadowed = <shadowed::Shadowed as Default>::default();
    assert_eq!((shadowed.bool, shadowed.port, shadowed.optional), (true, 25, Some(5)));
    assert_eq!(shadowed.timeout, std::time::Duration::from_secs(10));
    assert_eq!(shadowed.choice, shadowed::Choice::None);
    let shadowed::Nested {} = shadowed.nested;
}

#[test]
fn a_struct_inside_a_function() {
    use settings_core::{SettingValue, Settings};

    const PORT: u16 = 587;

    /// Local.
    #[derive(Settings)]
    struct Local {
        /// A port.
        #[setting(default = PORT)]
        port: u16,
        /// A level.
        #[setting(default = Level::Low)]
        level: Level,
    }

    /// A level.
    #[derive(SettingValue, PartialEq, Debug)]
    enum Level {
        /// Low.
        Low,
    }

    let local = Local::default();
    assert_eq!((local.port, local.level), (587, Level::Low));
    assert_eq!(Local::SCHEMA.key, "");
}

mod outer {
    pub(crate) mod inner {
        /// A level, for the crate only.
        #[derive(settings_core::SettingValue, PartialEq, Debug)]
        pub(crate) enum Level {
            /// Low.
            Low,
        }
    }

    /// A section whose types come from another module.
    #[derive(settings_core::Settings)]
    pub(crate) struct Section {
        /// A level.
        #[setting(default = self::inner::Level::Low)]
        pub(crate) level: inner::Level,
        pub(crate) deeper: deeper::Deeper,
    }

    pub(crate) mod deeper {
        /// A section in a section.
        #[derive(settings_core::Settings)]
        pub(crate) struct Deeper {
            /// A name.
            #[setting(default = super::super::NAME)]
            pub(crate) name: String,
        }
    }
}

const NAME: &str = "deep";

#[test]
fn types_and_constants_of_other_modules() {
    let section = outer::Section::default();
    assert_eq!(section.level, outer::inner::Level::Low);
    assert_eq!(section.deeper.name, "deep");
}

mod facade {
    pub(crate) use settings_core as configuration;
}

/// A section of a program that knows the library by another name.
#[derive(settings_core::Settings)]
#[settings(section = "Renamed", crate = "crate::hygiene::facade::configuration")]
struct Renamed {
    /// A level.
    #[setting(default = RenamedLevel::Low)]
    level: RenamedLevel,
}

/// A level.
#[derive(settings_core::SettingValue, PartialEq, Debug)]
#[value(crate = "facade::configuration")]
enum RenamedLevel {
    /// Low.
    Low,
}

#[test]
fn the_library_under_another_name() {
    assert_eq!(Renamed::default().level, RenamedLevel::Low);
}

macro_rules! section {
    ($name:ident, $type:ty, $default:expr, $range:expr) => {
        /// Written by a macro.
        #[derive(settings_core::Settings)]
        struct $name {
            /// A number.
            #[setting(default = $default)]
            number: $type,
        }
    };
}

section!(ByMacro, u16, 25, 1);

#[test]
fn a_struct_written_by_a_macro() {
    assert_eq!(ByMacro::default().number, 25);
}

/// Nothing is warned of where a field is deprecated.
#[test]
fn deprecated_fields_and_variants() {
    #![deny(deprecated)]
    /// Old.
    #[derive(settings_core::Settings)]
    struct Old {
        /// A level.
        #[deprecated]
        #[setting(default = "Low")]
        #[allow(dead_code)]
        level: Level,
    }

    /// A level.
    #[derive(settings_core::SettingValue)]
    enum Level {
        /// Low.
        #[deprecated]
        Low,
    }

    let _ = Old::default();
}
