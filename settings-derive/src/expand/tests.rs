use proc_macro2::{Group, TokenTree};
use quote::quote;

use super::*;

fn section() -> TokenStream {
    quote! {
        /// Mail.
        #[derive(Settings)]
        #[settings(section = "EmailSettings", page = "SMTP", console = "Environment > SMTP", crate = "my::own")]
        pub struct EmailSettings {
            /// On or off.
            ///
            /// - `true`: on.
            /// - `false`: off.
            #[setting(key = "Enable", title = "Enable it", default = false, alias = "Old.Enable", aliases = ["A", "B"])]
            pub enable: bool,
            /// A length of time.
            #[setting(unit = "seconds", default = 2 * 5, range = 1..=LONGEST, page = "Times", console = "Times")]
            pub timeout: Option<Duration>,
            /// Ports by name.
            #[setting(default = {"smtp": [25, 587]})]
            pub ports: BTreeMap<String, Vec<u16>>,
            /// A level.
            ///
            /// - `Low`: low.
            #[setting(default = Level::Low)]
            pub level: Level,
            #[settings(section = "Nested")]
            pub nested: Nested,
        }
    }
}

fn choices() -> TokenStream {
    quote! {
        /// A level.
        #[value(crate = "my::own")]
        pub enum Level {
            /// Low.
            #[value(text = "", label = "Not specified")]
            Low,
            /// High.
            #[serde(bound = "")]
            High,
        }
    }
}

#[test]
fn the_library_has_the_path_that_the_attribute_gives() {
    let expanded = [
        settings(&syn::parse2(section()).unwrap()).to_string(),
        setting_value(&syn::parse2(choices()).unwrap()).to_string(),
        // The same next to errors.
        settings(
            &syn::parse2(quote!(
                #[settings(crate = "my::own")]
                struct A(u8);
            ))
            .unwrap(),
        )
        .to_string(),
        setting_value(
            &syn::parse2(quote!(
                #[value(crate = "my::own")]
                struct A(u8);
            ))
            .unwrap(),
        )
        .to_string(),
    ];
    for expanded in expanded {
        assert!(expanded.contains("my :: own :: "), "{expanded}");
        assert!(!expanded.contains("settings_core"), "{expanded}");
    }
}

#[test]
fn a_correct_struct_has_no_error() {
    let expanded = settings(&syn::parse2(section()).unwrap()).to_string();
    assert!(!expanded.contains("compile_error"), "{expanded}");
    assert!(!setting_value(&syn::parse2(choices()).unwrap()).to_string().contains("compile_error"));
}

#[test]
fn settings_add_no_functions() {
    let functions = |tokens: TokenStream| tokens.to_string().matches("fn ").count();
    let one = quote!(
        struct A {
            #[doc = "a"]
            #[setting]
            a: String,
        }
    );
    let two = quote!(
        struct A {
            #[doc = "a"]
            #[setting]
            a: String,
            #[doc = "b"]
            #[setting]
            b: String,
        }
    );
    let one = functions(settings(&syn::parse2(one).unwrap()));
    assert_eq!(functions(settings(&syn::parse2(two).unwrap())), one);
}

/// The derives return code or errors for any tokens.
#[test]
fn random_tokens_do_not_panic() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut parsed = 0;
    for round in 0..4_000 {
        let mut tokens = if round % 3 == 0 { choices() } else { section() };
        for _ in 0..=random.below(4) {
            tokens = mutated(tokens, &mut random);
        }
        if let Ok(input) = syn::parse2::<DeriveInput>(tokens) {
            parsed += 1;
            assert!(!settings(&input).is_empty());
            assert!(!setting_value(&input).is_empty());
        }
    }
    assert!(parsed > 500, "only {parsed} mutations were items at all");
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }
}

/// Drops, doubles, swaps or replaces one token somewhere.
fn mutated(tokens: TokenStream, random: &mut Random) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let strange: Vec<TokenTree> =
        quote!(, = :: < > - ..= "" "a.b" "(Default)" - 7 1e400 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF 'c' b"x" [] {} () [[["x"]]] default key r#unit)
            .into_iter()
            .collect();
    let groups: Vec<usize> =
        (0..tokens.len()).filter(|i| matches!(tokens[*i], TokenTree::Group(_))).collect();
    if !groups.is_empty() && random.below(8) != 0 {
        let at = groups[random.below(groups.len())];
        if let TokenTree::Group(group) = &tokens[at] {
            tokens[at] = TokenTree::Group(Group::new(group.delimiter(), mutated(group.stream(), random)));
        }
        return tokens.into_iter().collect();
    }
    let at = random.below(tokens.len());
    let token = strange[random.below(strange.len())].clone();
    match random.below(4) {
        0 if !tokens.is_empty() => drop(tokens.remove(at)),
        1 if !tokens.is_empty() => tokens.insert(at, tokens[at].clone()),
        2 if !tokens.is_empty() => tokens[at] = token,
        _ => tokens.insert(at, token),
    }
    tokens.into_iter().collect()
}
