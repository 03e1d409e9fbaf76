//! Each rule of the gate with two pairs of structs: one that the rule refuses, and one that it lets pass.

use std::time::Duration;

use settings_core::Settings;
use settings_core::release::{GateRule, Release, gate};
use settings_core::value::Secret;

/// Declares an old struct, one that breaks a rule and one that does not, and checks the gate's answers. The version of the
/// old struct is 1.0.
macro_rules! rule {
    (
        $name:ident, $rule:ident,
        old: $([$($old_root:tt)*])? { $($old:tt)* },
        refused in $refused_in:literal: $([$($refused_root:tt)*])? { $($refused:tt)* },
        passes in $passes_in:literal: $([$($passes_root:tt)*])? { $($passes:tt)* } $(,)?
    ) => {
        #[test]
        fn $name() {
            #![allow(dead_code, clippy::duplicated_attributes, reason = "only the metadata is used")]

            mod old {
                use super::*;
                /// A server.
                #[derive(Settings)]
                $(#[settings($($old_root)*)])?
                pub(super) struct Server { $($old)* }
            }
            mod refused {
                use super::*;
                /// A server.
                #[derive(Settings)]
                $(#[settings($($refused_root)*)])?
                pub(super) struct Server { $($refused)* }
            }
            mod passes {
                use super::*;
                /// A server.
                #[derive(Settings)]
                $(#[settings($($passes_root)*)])?
                pub(super) struct Server { $($passes)* }
            }
            let old = Release::of::<old::Server>().with_version("1.0");
            // the file that is kept is what the gate reads
            let kept = Release::parse(&old.to_text()).unwrap();
            let report = gate(&kept, &Release::of::<refused::Server>().with_version($refused_in));
            let rules: Vec<_> = report.refused().map(|violation| violation.rule).collect();
            assert_eq!(rules, [GateRule::$rule], "{report}");
            let (name, help) = (GateRule::$rule.name(), GateRule::$rule.help());
            let shown = report.to_string();
            assert!(shown.contains(&format!("error[{name}]: ")) && shown.contains(help), "{shown}");
            let report = gate(&kept, &Release::of::<passes::Server>().with_version($passes_in));
            assert!(report.passes(), "{report}");
        }
    };
}

rule! {
    a_removal_is_recorded, RemovalUnrecorded,
    old: {
        /// A port.
        #[setting(default = 25, deprecated(since = "1.0", until = "2.0", reason = "Old."))]
        port: u16,
    },
    refused in "2.0": {},
    passes in "2.0": [removed(path = "Port", since = "2.0", reason = "Old.")] {}
}

rule! {
    a_removal_is_announced, RemovalUnannounced,
    old: {
        /// A port.
        #[setting(default = 25)]
        port: u16,
    },
    refused in "2.0": [removed(path = "Port", since = "2.0", reason = "Old.")] {},
    passes in "2.0": {
        /// A port.
        #[setting(default = 25, deprecated(since = "2.0", until = "3.0", reason = "Old."))]
        port: u16,
    }
}

rule! {
    a_removal_has_a_major_version, RemovalInMinor,
    old: {
        /// A port.
        #[setting(default = 25, deprecated(since = "1.0", until = "1.1", reason = "Old."))]
        port: u16,
    },
    refused in "1.1": [removed(path = "Port", since = "1.1", reason = "Old.")] {},
    passes in "2.0": [removed(path = "Port", since = "2.0", reason = "Old.")] {}
}

rule! {
    a_removal_waits_for_its_release, RemovalBeforeUntil,
    old: {
        /// A port.
        #[setting(default = 25, deprecated(since = "1.0", until = "3.0", reason = "Old."))]
        port: u16,
    },
    refused in "2.0": [removed(path = "Port", since = "2.0", reason = "Old.")] {},
    passes in "3.0": [removed(path = "Port", since = "3.0", reason = "Old.")] {}
}

rule! {
    a_removal_is_not_brought_forward, UntilBroughtForward,
    old: {
        /// A port.
        #[setting(default = 25, deprecated(since = "1.0", until = "3.0", reason = "Old."))]
        port: u16,
    },
    refused in "1.1": {
        /// A port.
        #[setting(default = 25, deprecated(since = "1.0", until = "2.0", reason = "Old."))]
        port: u16,
    },
    passes in "1.1": {
        /// A port.
        #[setting(default = 25, deprecated(since = "1.0", until = "4.0", reason = "Old."))]
        port: u16,
    }
}

rule! {
    an_alias_stays, AliasRemoved,
    old: {
        /// A port.
        #[setting(default = 25, alias = "SmtpPort")]
        port: u16,
    },
    refused in "1.1": {
        /// A port.
        #[setting(default = 25)]
        port: u16,
    },
    passes in "1.1": {
        /// A port.
        #[setting(default = 25, aliases = ["MailPort", "SmtpPort"])]
        port: u16,
    }
}

rule! {
    the_prefix_stays, PrefixChanged,
    old: [env_prefix = "CHAT"] {
        /// A port.
        #[setting(default = 25)]
        port: u16,
    },
    refused in "1.1": [env_prefix = "TALK"] {
        /// A port.
        #[setting(default = 25)]
        port: u16,
    },
    passes in "2.0": [env_prefix = "TALK"] {
        /// A port.
        #[setting(default = 25)]
        port: u16,
    }
}

rule! {
    a_default_stays, DefaultChanged,
    old: {
        /// A number of connections.
        #[setting(default = 300)]
        conns: u32,
    },
    refused in "1.1": {
        /// A number of connections.
        #[setting(default = 100)]
        conns: u32,
    },
    passes in "1.1": {
        /// A number of connections.
        #[setting(default = 100, allow_change(name = "default-changed", reason = "300 brought databases down."))]
        conns: u32,
    }
}

rule! {
    a_kind_stays, KindChanged,
    old: {
        /// A token.
        #[setting(default = "25")]
        token: String,
    },
    refused in "1.1": {
        /// A token.
        #[setting(default = 25)]
        token: u16,
    },
    // a secret takes the same texts
    passes in "1.1": {
        /// A token.
        #[setting(title = "Token", allow_change(name = "default-changed", reason = "The server makes one."))]
        token: Secret,
    }
}

rule! {
    a_secret_stays_secret, SecretExposed,
    old: {
        /// A password.
        #[setting(title = "Password")]
        password: Secret,
    },
    refused in "2.0": {
        /// A password.
        #[setting(default = "")]
        password: String,
    },
    passes in "2.0": {
        /// A password.
        #[setting(required)]
        password: Secret,
    }
}

rule! {
    a_unit_stays, UnitChanged,
    old: {
        /// A time to wait.
        #[setting(unit = "seconds", default = 10)]
        wait: Duration,
    },
    refused in "1.1": {
        /// A time to wait.
        #[setting(unit = "milliseconds", default = 10_000)]
        wait: Duration,
    },
    passes in "2.0": {
        /// A time to wait.
        #[setting(unit = "milliseconds", default = 10_000)]
        wait: Duration,
    }
}

rule! {
    a_range_is_not_narrowed, RangeNarrowed,
    old: {
        /// A number of workers.
        #[setting(default = 4, range = 1..=64)]
        workers: u32,
    },
    refused in "1.1": {
        /// A number of workers.
        #[setting(default = 4, range = 1..=32)]
        workers: u32,
    },
    passes in "1.1": {
        /// A number of workers.
        #[setting(default = 4, range = 1..=128)]
        workers: u32,
    }
}

rule! {
    values_are_not_narrowed, ValuesNarrowed,
    old: {
        /// The host's name.
        #[setting(default = "a")]
        host: String,
    },
    refused in "1.1": {
        /// The host's name.
        #[setting(default = "a", pattern = "[a-z]+")]
        host: String,
    },
    passes in "2.0": {
        /// The host's name.
        #[setting(default = "a", pattern = "[a-z]+")]
        host: String,
    }
}

rule! {
    a_setting_becomes_required_in_a_major_version, NewlyRequired,
    old: {
        /// The host's name.
        #[setting(default = "localhost")]
        host: String,
    },
    refused in "1.1": {
        /// The host's name.
        #[setting(required)]
        host: String,
    },
    passes in "2.0": {
        /// The host's name.
        #[setting(required)]
        host: String,
    }
}

rule! {
    a_new_setting_has_a_default, RequiredAdded,
    old: {},
    refused in "1.1": {
        /// The host's name.
        #[setting(required)]
        host: String,
    },
    passes in "1.1": {
        /// The host's name.
        #[setting(default = "localhost")]
        host: String,
    }
}

/// A rule that is added needs a pair above.
#[test]
fn every_rule_has_a_pair_of_structs() {
    let text = include_str!("release_gate.rs");
    for rule in GateRule::ALL {
        assert!(text.contains(&format!(", {rule:?},\n    old:")), "{} has no pair of structs", rule.name());
    }
    assert_eq!(text.matches("\n    old:").count(), GateRule::ALL.len());
}
