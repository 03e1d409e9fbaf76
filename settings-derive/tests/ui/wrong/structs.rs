use settings_core::Settings;

/// A case that does not exist.
#[derive(Settings)]
#[settings(root, rename_all = "snake-case")]
struct UnknownCase {}

/// A case that is no string.
#[derive(Settings)]
#[settings(root, rename_all = snake_case)]
struct CaseOfTokens {}

/// Two cases.
#[derive(Settings)]
#[settings(root, rename_all = "snake_case", rename_all = "camelCase")]
struct TwoCases {}

/// A case of variables that does not exist.
#[derive(Settings)]
#[settings(env_prefix = "W", env_case = "kebab-case")]
struct EnvCase {}

/// A case of variables without a value.
#[derive(Settings)]
#[settings(env_prefix = "W", env_case)]
struct NoEnvCase {}

/// An empty separator.
#[derive(Settings)]
#[settings(env_prefix = "W", env_separator = "")]
struct EmptySeparator {}

/// A separator with a letter.
#[derive(Settings)]
#[settings(env_prefix = "W", env_separator = "X")]
struct LetterSeparator {}

/// A prefix with a hyphen.
#[derive(Settings)]
#[settings(env_prefix = "A-B")]
struct HyphenPrefix {}

/// A prefix that ends in the separator.
#[derive(Settings)]
#[settings(env_prefix = "A_")]
struct LongPrefix {}

/// An empty prefix.
#[derive(Settings)]
#[settings(env_prefix = "")]
struct EmptyPrefix {}

/// A prefix that is no string.
#[derive(Settings)]
#[settings(env_prefix = W)]
struct PrefixOfTokens {}

/// A prefix of no form.
#[derive(Settings)]
#[settings(env_prefix)]
struct NoPrefix {}

/// A root with a value.
#[derive(Settings)]
#[settings(root = "W")]
struct RootValue {}

/// A separator of lists that does not exist.
#[derive(Settings)]
#[settings(env_prefix = "W", list_separator = "--")]
struct ListSeparator {}

/// A meaning of empty variables that does not exist.
#[derive(Settings)]
#[settings(env_prefix = "W", empty_variables = "none")]
struct Empty {}

/// A policy that does not exist.
#[derive(Settings)]
#[settings(root, unknown = "ignore")]
struct Policy {}

/// A tag on a struct.
#[derive(Settings)]
#[settings(root, tag = "Type")]
struct Tagged {}

/// A path of the library that is none.
#[derive(Settings)]
#[settings(root, crate = "settings core")]
struct Library {}

/// An empty tag.
#[derive(Settings)]
#[settings(tag = "")]
enum EmptyTag {
    /// Nothing.
    #[settings(default_variant)]
    Nothing {},
}

/// A tag without a value.
#[derive(Settings)]
#[settings(tag)]
enum NoTag {
    /// Nothing.
    #[settings(default_variant)]
    Nothing {},
}

/// A content with a slash.
#[derive(Settings)]
#[settings(tag = "Type", content = "a/b")]
enum SlashContent {
    /// Nothing.
    #[settings(default_variant)]
    Nothing {},
}

/// A default variant with a value.
#[derive(Settings)]
#[settings(tag = "Type")]
enum DefaultValue {
    /// Nothing.
    #[settings(default_variant = 5)]
    Nothing {},
}

/// A check of a variant.
#[derive(Settings)]
#[settings(tag = "Type")]
enum Checked {
    /// Nothing.
    #[settings(default_variant, check = good)]
    Nothing {},
}

/// A key twice.
#[derive(Settings)]
#[settings(tag = "Type")]
enum TwoKeys {
    /// Nothing.
    #[settings(key = "a", key = "b", default_variant)]
    Nothing {},
}

fn main() {}
