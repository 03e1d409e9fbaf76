use settings_core::Settings;

/// A tuple.
#[derive(Settings)]
struct Tuple(u16, String);

/// Nothing.
#[derive(Settings)]
struct Unit;

/// A choice.
#[derive(Settings)]
enum Choice {
    A,
}

/// Either.
#[derive(Settings)]
union Either {
    a: u16,
    b: u16,
}

/// Any.
#[derive(Settings)]
#[settings(env_prefix = "A")]
struct Generic<T, const N: usize> {
    /// Some.
    #[setting(default = 25)]
    port: u16,
    nested: T,
}

/// Any.
#[derive(Settings)]
struct Borrowed<'a> {
    /// Some.
    #[setting(default = "a")]
    text: &'a str,
}

// The failed derives have impls all the same: no second wave of errors.
fn uses<T: Settings + Default>() {}

fn main() {
    uses::<Tuple>();
    uses::<Unit>();
    uses::<Choice>();
    uses::<Either>();
    uses::<Generic<u8, 1>>();
}
